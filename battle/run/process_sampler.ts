// Memory and CPU of the run's processes, from /proc, twice a second. One `cat` reads all of them: Deno reads there only
// with every permission there is, and a run is not given those.

import { execFile } from "node:child_process";
import { type Clock, sleep } from "../../core/clock.ts";
import type { ProcessSample } from "../model/record.ts";

const EVERY_MS = 500;
/** USER_HZ, the unit of times in /proc/PID/stat (proc(5)): 100 on every Linux. */
const TICKS_PER_S = 100;

export type ProcessName = ProcessSample["process"];

export interface ProcessFigures {
  readonly pid: number;
  readonly residentMb: number;
  readonly cpuS: number;
}

export interface SamplerOptions {
  readonly clock: Clock;
  /** Who runs at the moment; a router that was killed has no pid for a while. */
  readonly pids: () => Readonly<Partial<Record<ProcessName, number>>>;
  /** µs from time 0. */
  readonly nowUs: () => number;
  /** Newest known loop lag of the router, ms. */
  readonly loopLagMs: () => number | null;
  /** Newest known memory of the router that is in use, MB. */
  readonly inUseMb: () => number | null;
  /** What of the router's memory is none of its own, MB; null: it can't be told at the moment, and it has no sample. */
  readonly ballastMb: () => number | null;
  readonly read?: (pids: readonly number[]) => Promise<string>;
}

export class ProcessSampler implements AsyncDisposable {
  readonly samples: ProcessSample[] = [];
  readonly #options: SamplerOptions;
  readonly #ending = new AbortController();
  readonly #before = new Map<number, { readonly cpuS: number; readonly atMs: number }>();
  readonly #running: Promise<void>;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#ending.signal.aborted) {
      await this.#sample();
      await sleep(clock, EVERY_MS, this.#ending.signal);
    }
  }

  async #sample(): Promise<void> {
    const { clock, pids, nowUs, loopLagMs, inUseMb, ballastMb, read = readProc } = this.#options;
    const named = Object.entries(pids()) as [ProcessName, number][];
    const atUs = nowUs();
    const atMs = clock.now();
    const ballastBefore = ballastMb();
    const found = parseProc(await read(named.map(([, pid]) => pid)));
    const ballast = ballastMb() === ballastBefore ? ballastBefore : null;
    for (const [process, pid] of named) {
      const figures = found.get(pid);
      if (figures === undefined) continue;
      const before = this.#before.get(pid);
      this.#before.set(pid, { cpuS: figures.cpuS, atMs });
      if (before === undefined || (process === "router" && ballast === null)) continue;
      const cpu = Math.max(0, (figures.cpuS - before.cpuS) / ((atMs - before.atMs) / 1000));
      const { residentMb } = figures;
      if (process !== "router" || ballast === null) {
        this.samples.push({ process, atUs, residentMb, cpu, loopLagMs: null });
        continue;
      }
      const inUse = inUseMb();
      this.samples.push({
        ...{ process, atUs, cpu, loopLagMs: loopLagMs() },
        residentMb: residentMb - ballast,
        inUseMb: inUse === null ? null : inUse - ballast,
      });
    }
  }
}

/** The text of `stat` and `status` of each process; what has ended is left out. */
function readProc(pids: readonly number[]): Promise<string> {
  const files = pids.flatMap((pid) => [`/proc/${pid}/stat`, `/proc/${pid}/status`]);
  // `cat` complains of those that are gone, and prints the others.
  return new Promise((resolve) => execFile("cat", files, (_error, stdout) => resolve(String(stdout))));
}

/** By pid, from the texts of /proc/PID/stat and /proc/PID/status in any order. */
export function parseProc(text: string): ReadonlyMap<number, ProcessFigures> {
  const cpu = new Map<number, number>();
  const resident = new Map<number, number>();
  let pid = 0;
  for (const line of text.split("\n")) {
    // A name may hold spaces and brackets: what counts begins behind the last one.
    const stat = /^(\d+) \(.*\) (.*)$/.exec(line);
    if (stat !== null) {
      const fields = stat[2]!.split(" ");
      cpu.set(Number(stat[1]), (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S);
      continue;
    }
    const [, key, value] = /^(Pid|VmRSS):\s+(\d+)/.exec(line) ?? [];
    if (key === "Pid") pid = Number(value);
    if (key === "VmRSS") resident.set(pid, Number(value) / 1024);
  }
  const found = new Map<number, ProcessFigures>();
  for (const [id, cpuS] of cpu) {
    const residentMb = resident.get(id);
    if (residentMb !== undefined) found.set(id, { pid: id, residentMb, cpuS });
  }
  return found;
}
