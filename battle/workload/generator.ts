// The load generator: runs the planned workloads side by side on one alarm, watches itself, and gives what it saw. Time
// comes from the clock, wakes from the alarm; everything else is the drivers'. One generator is one run.

import { type Clock, sleep, type Timer } from "../../core/clock.ts";
import type { CallRecord } from "../model/record.ts";
import type { MakeAlarm } from "./alarm.ts";
import type { CallTable } from "./call_table.ts";
import { endpointOf } from "./endpoint.ts";
import { LatencyHistogram } from "./latency_histogram.ts";
import type { LoadGenerator, LoadHealth, LoadOrder, LoadProgress, LoadReport } from "./load_generator.ts";
import { makeDriver, socketTargets, type TargetOf } from "./make_driver.ts";
import { type RequestDriver, wholeUs } from "./request_driver.ts";
import { type ProcessUsage, SelfWatch } from "./self_watch.ts";
import { SubscriberSet } from "./subscriber_set.ts";
import { WsTarget } from "./ws_target.ts";

export interface GeneratorDeps {
  readonly clock: Clock;
  readonly makeAlarm: MakeAlarm;
  readonly usage: () => ProcessUsage;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Default: real sockets. */
  readonly targetOf?: TargetOf;
}

/** Reason of a call that was given up, as the run was ended early: it says nothing about the router. */
export const stoppedReason = "the run was stopped before the answer";

/** `prepare` waits for connections no longer than this. */
const prepareMs = 15_000;

export class Generator implements LoadGenerator {
  readonly clockErrorUs = 0;
  readonly finished: Promise<LoadReport>;
  readonly #order: LoadOrder;
  readonly #deps: GeneratorDeps;
  readonly #drivers: RequestDriver[] = [];
  readonly #tables: CallTable[] = [];
  readonly #subscribers: SubscriberSet[] = [];
  readonly #notes: string[] = [];
  #settle: (report: LoadReport) => void = () => {};
  #alarm: ReturnType<MakeAlarm> | null = null;
  #watch: SelfWatch | null = null;
  #grace: Timer | null = null;
  #zeroMs = Infinity;
  /** When the alarm is set for, µs from time 0. */
  #armedUs = Infinity;
  #state: "new" | "running" | "ending" | "over" = "new";
  #isRunning = false;

  /** LassoError `internal` for a workload that can't be run. */
  constructor(order: LoadOrder, deps: GeneratorDeps) {
    this.#order = order;
    this.#deps = deps;
    this.finished = new Promise((resolve) => this.#settle = resolve);
    const targetOf = deps.targetOf ?? socketTargets(order);
    for (const planned of order.workloads) {
      const { workload } = planned;
      if (workload.kind === "subscribers") {
        const { ws } = endpointOf(order.url, workload.chain, null);
        this.#subscribers.push(new SubscriberSet(workload, ws, deps.clock));
        continue;
      }
      const moved = (): void => this.#moved();
      const { driver, table } = makeDriver(planned, workload, order, deps.clock, targetOf, moved);
      this.#drivers.push(driver);
      this.#tables.push(table);
    }
  }

  /** What its calls left behind, by columns: for who sends them to another process. */
  get tables(): readonly CallTable[] {
    return this.#tables;
  }

  async prepare(): Promise<void> {
    const enough = new AbortController();
    const opened = Promise.all([
      ...this.#drivers.map(({ target }) => target.open()),
      ...this.#subscribers.map((set) => set.open()),
    ]);
    await Promise.race([opened, sleep(this.#deps.clock, prepareMs, enough.signal)]);
    enough.abort();
    for (const set of this.#subscribers) {
      const missing = set.size - set.subscribed;
      if (missing > 0) {
        this.#notes.push(`${missing} of ${set.size} subscribers were not subscribed at the start`);
      }
    }
  }

  go(zeroMs: number): void {
    if (this.#state !== "new") return;
    this.#state = "running";
    this.#zeroMs = zeroMs;
    for (const driver of this.#drivers) driver.go(zeroMs);
    const { clock, usage, makeAlarm } = this.#deps;
    this.#watch = new SelfWatch(clock, usage, () => this.#deps.onProgress?.(this.#progress()));
    this.#alarm = makeAlarm(() => {
      this.#armedUs = Infinity;
      this.#run(this.#nowUs());
    });
    this.#run(this.#nowUs());
  }

  stop(graceMs: number): void {
    if (this.#state === "over" || this.#grace !== null) return;
    for (const driver of this.#drivers) driver.stop();
    this.#grace = this.#deps.clock.after(graceMs, () => {
      for (const driver of this.#drivers) driver.abandon(stoppedReason);
      this.#finish();
    });
    if (this.#state === "new") this.#finish();
    else this.#run(this.#nowUs());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop(0);
    if (this.#state !== "over") this.#finish();
    await Promise.all([
      ...this.#drivers.map(({ target }) => target[Symbol.asyncDispose]()),
      ...this.#subscribers.map((set) => set.stop()),
    ]);
  }

  #nowUs(): number {
    return wholeUs(this.#deps.clock.now() - this.#zeroMs);
  }

  /** A call has ended, within some socket's event: what has become due meanwhile is started at once. */
  #moved(): void {
    if (this.#isRunning || this.#state !== "running") return;
    const nowUs = this.#nowUs();
    if (this.#wakeUs() <= nowUs || this.#isDone(nowUs)) this.#run(nowUs);
    else this.#arm(nowUs);
  }

  #run(nowUs: number): void {
    if (this.#state !== "running") return;
    this.#isRunning = true;
    for (const driver of this.#drivers) if (driver.wakeUs <= nowUs) driver.run(nowUs);
    this.#isRunning = false;
    if (this.#isDone(nowUs)) this.#finish();
    else this.#arm(nowUs);
  }

  #isDone(nowUs: number): boolean {
    return (this.#grace !== null || nowUs >= this.#order.durationUs) &&
      this.#drivers.every(({ over }) => over);
  }

  #wakeUs(): number {
    let wakeUs = Infinity;
    for (const driver of this.#drivers) wakeUs = Math.min(wakeUs, driver.wakeUs);
    return wakeUs;
  }

  #arm(nowUs: number): void {
    let wakeUs = this.#wakeUs();
    if (nowUs < this.#order.durationUs) wakeUs = Math.min(wakeUs, this.#order.durationUs);
    // A later wake than needed would be late; an earlier one looks at the clock and is set again.
    if (wakeUs >= this.#armedUs) return;
    this.#armedUs = wakeUs;
    this.#alarm?.set(Math.max(0, wakeUs - nowUs) / 1_000);
  }

  #finish(): void {
    if (this.#state === "ending" || this.#state === "over") return;
    this.#state = "ending";
    this.#alarm?.[Symbol.dispose]();
    this.#grace?.cancel();
    this.#watch?.end();
    void this.#end();
  }

  async #end(): Promise<void> {
    await Promise.all(this.#subscribers.map((set) => set.stop()));
    this.#state = "over";
    this.#settle(this.#report());
  }

  #report(): LoadReport {
    const watch = this.#watch;
    const tables = this.#tables;
    let calls: readonly CallRecord[] | null = null;
    const zeroMs = this.#zeroMs === Infinity ? this.#deps.clock.now() : this.#zeroMs;
    return {
      // Made when they are wanted: what goes to another process goes as columns.
      get calls(): readonly CallRecord[] {
        return calls ??= tables.flatMap((table) => table.records());
      },
      subscribers: this.#subscribers.flatMap((set) => set.records(zeroMs)),
      samples: watch?.samples(zeroMs) ?? [],
      figures: this.#drivers.map(({ figures }) => figures),
      health: this.#health(),
      notes: [...this.#notes, ...this.#endNotes()],
    };
  }

  #health(): LoadHealth {
    const lateness = new LatencyHistogram();
    for (const { figures } of this.#drivers) lateness.merge(figures.lateness);
    return {
      latenessP50Ms: lateness.ms(50),
      latenessP99Ms: lateness.ms(99),
      latenessMaxMs: lateness.maxMs,
      meanCpu: this.#watch?.meanCpu ?? 0,
      maxCpu: this.#watch?.maxCpu ?? 0,
      maxLoopLagMs: this.#watch?.maxLoopLagMs ?? 0,
      queued: this.#drivers.reduce((sum, { queued }) => sum + queued, 0),
      notStarted: this.#drivers.reduce((sum, { notStarted }) => sum + notStarted, 0),
    };
  }

  #endNotes(): string[] {
    const notes: string[] = [];
    for (const [index, { figures, queued, notStarted, target }] of this.#drivers.entries()) {
      const about = `workload "${figures.workload}"`;
      if (queued > 0) notes.push(`${about}: ${queued} requests had to wait for a connection`);
      if (notStarted > 0) {
        notes.push(`${about}: ${notStarted} planned calls were not started, as the run was stopped`);
      }
      const leftOut = this.#tables[index]?.leftOut ?? 0;
      if (leftOut > 0) notes.push(`${about}: ${leftOut} failed or failed-over calls are only in the counts`);
      if (target instanceof WsTarget && target.strays > 0) {
        notes.push(`${about}: ${target.strays} answers came after their timeout, or belong to no request`);
      }
    }
    return [...notes, ...this.#subscribers.flatMap((set) => set.notes)];
  }

  #progress(): LoadProgress {
    const latency = new LatencyHistogram();
    const sum = { started: 0, answered: 0, timeouts: 0, broken: 0, open: 0 };
    for (const { figures, open } of this.#drivers) {
      latency.merge(figures.latency);
      sum.started += figures.started;
      sum.answered += figures.outcomes.result + figures.outcomes.error;
      sum.timeouts += figures.outcomes.timeout;
      sum.broken += figures.outcomes.broken;
      sum.open += open;
    }
    return {
      atUs: this.#nowUs(),
      ...sum,
      p50Ms: latency.ms(50),
      p99Ms: latency.ms(99),
      subscribed: this.#subscribers.reduce((total, set) => total + set.subscribed, 0),
    };
  }
}
