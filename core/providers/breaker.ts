// The circuit breaker of one channel: closed, open, half_open. It only judges; it never sends, waits or sets a
// timer. The pipeline and the probes ask `admits`, then `begin`, and settle each ticket once. Asked for every
// attempt, so the closed state costs a few comparisons and the window is a ring of counters.

import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { BreakerSettings } from "../settings.ts";
import { FailureWindow } from "./failure_window.ts";

export type BreakerState =
  | { readonly kind: "closed" }
  | {
    readonly kind: "open";
    /** `clock.now()` from which one trial is let through; Infinity: the operator holds it open. */
    readonly until: number;
    /** How often it opened again since it was last closed. */
    readonly reopenings: number;
  }
  | { readonly kind: "half_open"; readonly trialUnderWay: boolean; readonly successes: number };

/** Hears every change of state, those of a trial included; called after the state was set. */
export type BreakerListener = (state: BreakerState, why: string) => void;

/** How the operator holds a breaker, whatever calls show. */
export type ForcedBreaker = "open" | "closed";

const closed: BreakerState = { kind: "closed" };
/** The pause doubles up to ten times the first one or five minutes, whichever is less. */
const maxFactor = 10;
const maxPauseMs = 300_000;
/** Pauses are spread by ±10 %, so that the breakers of many routers don't try again together. */
const jitter = 0.1;

export class Breaker {
  readonly #settings: BreakerSettings | false;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onChange: BreakerListener;
  readonly #window: FailureWindow | null;
  #state: BreakerState = closed;
  /** Source of tickets: goes up with each change of kind and with each trial, so no two of them are equal. */
  #serial = 1;
  /** The ticket of every call begun in the present kind that is not a trial. */
  #epoch = 1;
  /** The ticket of the trial under way; 0: none. */
  #trial = 0;
  #consecutive = 0;
  #reopenings = 0;
  #forced: ForcedBreaker | null = null;

  /** `settings` false: it never opens. */
  constructor(
    settings: BreakerSettings | false,
    clock: Clock,
    random: Random,
    onChange: BreakerListener,
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#onChange = onChange;
    this.#window = settings === false ? null : new FailureWindow(settings.windowMs);
  }

  get state(): BreakerState {
    return this.#state;
  }

  get kind(): "closed" | "open" | "half_open" {
    return this.#state.kind;
  }

  /** How the operator holds it; null: it judges by itself. */
  get forced(): ForcedBreaker | null {
    return this.#forced;
  }

  /** `clock.now()` at which an open breaker is due; null in the other states. */
  get dueAt(): number | null {
    return this.#state.kind === "open" ? this.#state.until : null;
  }

  /** Would a call be let through now? An open one that is due becomes half_open here. */
  admits(): boolean {
    const state = this.#state;
    if (state.kind === "closed") return true;
    if (state.kind === "half_open") return !state.trialUnderWay;
    if (this.#clock.now() < state.until) return false;
    this.#enter({ kind: "half_open", trialUnderWay: false, successes: 0 }, "recovery timeout is over");
    return true;
  }

  /**
   * A call starts; in half_open it is the trial, unless one is under way. Also for calls that go ahead although
   * nothing admitted them (the last resort): they can't close it. Returns the ticket to settle with, once.
   */
  begin(): number {
    const state = this.#state;
    if (state.kind === "closed" || !this.admits()) return this.#epoch;
    const now = this.#state;
    if (now.kind !== "half_open") return this.#epoch;
    this.#trial = ++this.#serial;
    const ticket = this.#trial;
    this.#set({ kind: "half_open", trialUnderWay: true, successes: now.successes }, "trial begins");
    return ticket;
  }

  success(ticket: number): void {
    const state = this.#state;
    if (state.kind === "closed") {
      if (ticket !== this.#epoch || this.#window === null) return;
      this.#consecutive = 0;
      this.#window.add(this.#clock.now(), false);
      return;
    }
    if (state.kind !== "half_open" || ticket !== this.#trial || this.#settings === false) return;
    this.#trial = 0;
    const successes = state.successes + 1;
    if (successes >= this.#settings.successThreshold) {
      this.#reopenings = 0;
      this.#enter(closed, `${successes} trials in a row succeeded`);
    } else {
      this.#set({ kind: "half_open", trialUnderWay: false, successes }, "trial succeeded");
    }
  }

  failure(ticket: number, why: string): void {
    const settings = this.#settings;
    if (settings === false || this.#forced !== null) return;
    const state = this.#state;
    if (state.kind === "closed") {
      if (ticket !== this.#epoch || this.#window === null) return;
      this.#consecutive++;
      const now = this.#clock.now();
      this.#window.add(now, true);
      if (this.#consecutive >= settings.failureThreshold) {
        this.#open(`${this.#consecutive} failures in a row, the last: ${why}`);
      } else if (this.#window.total >= settings.minRequests && this.#window.ratio >= settings.errorRatio) {
        const { failures, total } = this.#window;
        this.#open(`${failures} of ${total} calls failed within the window, the last: ${why}`);
      }
    } else if (state.kind === "half_open" && (ticket === this.#trial || ticket === this.#epoch)) {
      this.#reopenings++;
      this.#open(ticket === this.#trial ? `trial failed: ${why}` : `a call failed: ${why}`);
    }
  }

  /** The call ended without a verdict (cancelled, not counted): frees the trial. */
  release(ticket: number): void {
    const state = this.#state;
    if (state.kind !== "half_open" || ticket !== this.#trial) return;
    this.#trial = 0;
    this.#set(
      { kind: "half_open", trialUnderWay: false, successes: state.successes },
      "trial gave no verdict",
    );
  }

  /** Holds it open or closed; null lets it judge by itself again: one that was held open gets a trial first. */
  force(kind: ForcedBreaker | null): void {
    const before = this.#forced;
    if (kind === before) return;
    this.#forced = kind;
    if (kind === "open") {
      this.#enter(
        { kind: "open", until: Infinity, reopenings: this.#reopenings },
        "held open by the operator",
      );
    } else if (kind === "closed") {
      this.#reopenings = 0;
      this.#enter(closed, "held closed by the operator");
    } else if (before === "open" && this.#settings !== false) {
      this.#enter({ kind: "half_open", trialUnderWay: false, successes: 0 }, "the operator let it go");
    } else this.#enter(closed, "the operator let it go");
  }

  /** Closed and without a history, as at the start. False: it was so already. */
  reset(): boolean {
    const clean = this.#state.kind === "closed" && this.#forced === null && this.#consecutive === 0 &&
      this.#reopenings === 0 && (this.#window?.failures ?? 0) === 0;
    if (clean) return false;
    this.#forced = null;
    this.#reopenings = 0;
    this.#enter(closed, "reset by the operator");
    return true;
  }

  /** Takes over the state of the breaker that served the same upstream before a reload. A trial is not carried. */
  adopt(previous: Breaker): void {
    if (this.#settings === false) return;
    this.#forced = previous.#forced;
    const state = previous.#state;
    this.#reopenings = previous.#reopenings;
    this.#consecutive = previous.#consecutive;
    this.#state = state.kind === "half_open" ? { ...state, trialUnderWay: false } : state;
    this.#epoch = this.#serial = previous.#serial + 1;
  }

  #open(why: string): void {
    if (this.#settings === false) return;
    const first = this.#settings.recoveryTimeoutMs;
    const cap = Math.max(first, Math.min(first * maxFactor, maxPauseMs));
    const pauseMs = Math.min(first * 2 ** Math.min(this.#reopenings, 30), cap) *
      (1 - jitter + 2 * jitter * this.#random.next());
    this.#enter({ kind: "open", until: this.#clock.now() + pauseMs, reopenings: this.#reopenings }, why);
  }

  /** A change of kind: what was begun before counts no more. */
  #enter(state: BreakerState, why: string): void {
    this.#epoch = ++this.#serial;
    this.#trial = 0;
    this.#consecutive = 0;
    this.#window?.clear();
    this.#set(state, why);
  }

  #set(state: BreakerState, why: string): void {
    this.#state = state;
    this.#onChange(state, why);
  }
}
