// What a simulated provider announces, and when: the events of its view of the chain, with what its settings leave
// out, double, delay or put in another order. Everything is decided here, once for all that listen, so that the same
// seed and chain give the same announcements whoever subscribes. It sends nothing itself.

import type { Clock, Timer } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { AnnouncementSettings } from "./announcement_settings.ts";
import type { PlacedLog, SimBlock } from "./block.ts";
import type { ChainChange } from "./block_tree.ts";
import { DoseMeter } from "./dose.ts";
import { sampleLatencyMs } from "./latency.ts";
import type { SimTransaction } from "./transaction.ts";

/** Hears announcements when they are made. */
export interface AnnouncementSink {
  onHead(block: SimBlock): void;
  onLog(log: PlacedLog, removed: boolean): void;
  onTransaction(tx: SimTransaction): void;
  /** JSON text of the status: `false` when it is over. */
  onSyncing(status: string): void;
}

interface Entry {
  readonly dueMs: number;
  readonly run: () => void;
}

type Lane = "heads" | "logs" | "transactions";

export class Announcements {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #settings: () => AnnouncementSettings;
  readonly #sinks = new Set<AnnouncementSink>();
  readonly #skipHeads: DoseMeter;
  readonly #skipLogs: DoseMeter;
  /** By due time; what is due at the same time in the order of its arrival. */
  readonly #agenda: Entry[] = [];
  /** When the newest of a lane is due: a lane keeps its order. */
  readonly #lastDueMs: Record<Lane, number> = { heads: 0, logs: 0, transactions: 0 };
  #timer: Timer | undefined;
  #held = false;
  #draining = false;

  constructor(deps: { clock: Clock; random: Random; settings: () => AnnouncementSettings }) {
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#settings = deps.settings;
    this.#skipHeads = new DoseMeter(deps.random);
    this.#skipLogs = new DoseMeter(deps.random);
    this.refresh();
  }

  /** Takes changed settings in. */
  refresh(): void {
    const { skipHeads, skipLogs } = this.#settings();
    this.#skipHeads.set(skipHeads);
    this.#skipLogs.set(skipLogs);
  }

  add(sink: AnnouncementSink): void {
    this.#sinks.add(sink);
  }

  remove(sink: AnnouncementSink): void {
    this.#sinks.delete(sink);
  }

  /** The node's view of the chain has moved. */
  move({ removed, added }: ChainChange): void {
    const { headsBeforeLogs, headLogGapMs, removedLogs } = this.#settings();
    const delayMs = (): number => this.#delayMs();
    if (removed.length > 0) {
      const oldestFirst = removedLogs === "oldest_first";
      const logs = (oldestFirst ? [...removed].reverse() : removed).flatMap((block) =>
        oldestFirst ? block.logs() : [...block.logs()].reverse()
      );
      this.#plan("logs", delayMs(), this.#doubled(logs).map((log) => (sink) => sink.onLog(log, true)));
    }
    for (const block of added) {
      const firstMs = delayMs();
      const secondMs = firstMs + headLogGapMs;
      const head = (): void => this.#planHead(block, headsBeforeLogs ? firstMs : secondMs);
      if (headsBeforeLogs) head();
      this.#planLogs(block, headsBeforeLogs ? secondMs : firstMs);
      if (!headsBeforeLogs) head();
    }
    this.#drain();
  }

  transaction(tx: SimTransaction): void {
    this.#plan("transactions", this.#delayMs(), [
      (sink) => sink.onTransaction(tx),
    ]);
    this.#drain();
  }

  syncing(status: string): void {
    for (const sink of [...this.#sinks]) sink.onSyncing(status);
  }

  /** Announces nothing until `release`; what falls due meanwhile is announced then. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#drain();
  }

  /** Forgets what was planned. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#agenda.length = 0;
    this.#lastDueMs.heads = this.#lastDueMs.logs = this.#lastDueMs.transactions = 0;
  }

  #delayMs(): number {
    const { eventDelay, lateEventsMs } = this.#settings();
    return sampleLatencyMs(eventDelay, this.#random) + lateEventsMs;
  }

  #planHead(block: SimBlock, delayMs: number): void {
    if (this.#skipHeads.hits()) return;
    this.#plan("heads", delayMs, this.#doubled([block]).map((head) => (sink) => sink.onHead(head)));
  }

  #planLogs(block: SimBlock, delayMs: number): void {
    const logs = block.logs();
    if (logs.length === 0 || this.#skipLogs.hits()) return;
    this.#plan("logs", delayMs, this.#doubled(logs).map((log) => (sink) => sink.onLog(log, false)));
  }

  #doubled<T>(events: readonly T[]): T[] {
    const { duplicateEvents } = this.#settings();
    if (duplicateEvents === 0) return [...events];
    return events.flatMap((event) => this.#random.next() < duplicateEvents ? [event, event] : [event]);
  }

  #plan(lane: Lane, delayMs: number, events: readonly ((sink: AnnouncementSink) => void)[]): void {
    if (events.length === 0) return;
    const dueMs = Math.max(this.#clock.now() + delayMs, this.#lastDueMs[lane]);
    this.#lastDueMs[lane] = dueMs;
    const run = (): void => {
      for (const event of events) for (const sink of [...this.#sinks]) event(sink);
    };
    let at = this.#agenda.length;
    while (at > 0 && this.#agenda[at - 1]!.dueMs > dueMs) at--;
    this.#agenda.splice(at, 0, { dueMs, run });
  }

  #drain(): void {
    if (this.#held || this.#draining) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#draining = true;
    try {
      while (this.#agenda.length > 0 && this.#agenda[0]!.dueMs <= this.#clock.now()) {
        this.#agenda.shift()!.run();
      }
    } finally {
      this.#draining = false;
    }
    const next = this.#agenda[0];
    if (next !== undefined) {
      this.#timer = this.#clock.after(next.dueMs - this.#clock.now(), () => this.#drain());
    }
  }
}
