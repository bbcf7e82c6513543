// Watches the generator itself: CPU, memory and how late the event loop is, each second. A generator that can't keep up
// must say so, or its own slowness would be taken for the router's.

import type { Clock, Timer } from "../../core/clock.ts";
import type { ProcessSample } from "../model/record.ts";

export interface ProcessUsage {
  /** CPU time that the process has taken, µs. */
  readonly cpuUs: number;
  readonly residentBytes: number;
}

const sampleMs = 1_000;
const lagProbeMs = 50;

export class SelfWatch implements Disposable {
  readonly #clock: Clock;
  readonly #usage: () => ProcessUsage;
  readonly #samples: { atMs: number; residentMb: number; cpu: number; loopLagMs: number }[] = [];
  readonly #sampled: () => void;
  #timers: Timer[] = [];
  #lastMs: number;
  #lastCpuUs: number;
  #lagMs = 0;

  /** `sampled` is called after each sample. */
  constructor(clock: Clock, usage: () => ProcessUsage, sampled: () => void) {
    this.#clock = clock;
    this.#usage = usage;
    this.#sampled = sampled;
    this.#lastMs = clock.now();
    this.#lastCpuUs = usage().cpuUs;
    this.#probe();
    this.#wait();
  }

  get maxCpu(): number {
    return this.#samples.reduce((most, { cpu }) => Math.max(most, cpu), 0);
  }

  get meanCpu(): number {
    return this.#samples.reduce((sum, { cpu }) => sum + cpu, 0) / Math.max(1, this.#samples.length);
  }

  get maxLoopLagMs(): number {
    return this.#samples.reduce((most, { loopLagMs }) => Math.max(most, loopLagMs), 0);
  }

  /** Takes the last sample, of what is left of a second. */
  end(): void {
    if (this.#clock.now() - this.#lastMs >= sampleMs / 10 || this.#samples.length === 0) this.#sample();
    this[Symbol.dispose]();
  }

  samples(zeroMs: number): ProcessSample[] {
    return this.#samples.map(({ atMs, ...rest }) => ({
      process: "generator",
      atUs: Math.round((atMs - zeroMs) * 1_000),
      ...rest,
    }));
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }

  #wait(): void {
    this.#timers[0] = this.#clock.after(sampleMs, () => {
      this.#wait();
      this.#sample();
      this.#sampled();
    });
  }

  #probe(): void {
    const asked = this.#clock.now();
    this.#timers[1] = this.#clock.after(lagProbeMs, () => {
      this.#lagMs = Math.max(this.#lagMs, this.#clock.now() - asked - lagProbeMs);
      this.#probe();
    });
  }

  #sample(): void {
    const now = this.#clock.now();
    const { cpuUs, residentBytes } = this.#usage();
    const wallMs = Math.max(0.001, now - this.#lastMs);
    this.#samples.push({
      atMs: now,
      residentMb: residentBytes / 1_048_576,
      cpu: (cpuUs - this.#lastCpuUs) / 1_000 / wallMs,
      loopLagMs: this.#lagMs,
    });
    this.#lastMs = now;
    this.#lastCpuUs = cpuUs;
    this.#lagMs = 0;
  }
}
