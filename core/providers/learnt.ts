// What one channel taught by its failures: methods it does not support, how many blocks its getLogs takes, where
// its data begins. Each has an expiry; nothing here is permanent, and nothing here is a hard obstacle. Bounded.

import type { Clock } from "../clock.ts";
import type { Learnt } from "../rpc/category.ts";

export const unsupportedMs = 5 * 60_000;
export const boundMs = 60 * 60_000;
const maxMethods = 256;

/** One learnt thing for display. */
export interface LearntItem {
  readonly kind: "unsupported" | "get_logs_range" | "lowest_block";
  /** The method that is unsupported; `state` or `history` for a lowest block; `eth_getLogs` for the range. */
  readonly subject: string;
  /** Blocks or a block number; null for `unsupported`. */
  readonly value: number | null;
  readonly expiresInMs: number;
}

interface Bound {
  readonly value: number;
  readonly until: number;
}

type Data = "state" | "history";

export class LearntLimits {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #unsupported = new Map<string, number>();
  #range: Bound | null = null;
  readonly #lowest: Record<Data, Bound | null> = { state: null, history: null };

  /** `onChange` hears that something new was learnt, not that it expired. */
  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Is this method known not to be supported here? */
  unsupported(method: string): boolean {
    if (this.#unsupported.size === 0) return false;
    const until = this.#unsupported.get(method);
    if (until === undefined) return false;
    if (this.#clock.now() < until) return true;
    this.#unsupported.delete(method);
    return false;
  }

  /**
   * Remembers what a verdict taught. A hint of a range is for the call that got it, and what is "too new" is so
   * only for a moment: neither is kept, and a bound without a number teaches nothing.
   * @param forMs how long a method stays unsupported (default 5 min)
   */
  learn(method: string, learnt: Learnt, now: number, forMs: number = unsupportedMs): void {
    switch (learnt.kind) {
      case "unsupported": {
        const known = this.unsupported(method);
        this.#unsupported.delete(method);
        if (this.#unsupported.size >= maxMethods) this.#dropOldest();
        this.#unsupported.set(method, now + forMs);
        if (!known) this.#onChange();
        return;
      }
      case "get_logs_range": {
        if (learnt.blocks === null || learnt.blocks < 1) return;
        const known = this.getLogsRange;
        this.#range = { value: Math.min(learnt.blocks, known ?? Infinity), until: now + boundMs };
        if (this.#range.value !== known) this.#onChange();
        return;
      }
      case "lowest_block": {
        const block = learnt.block === null ? NaN : Number(learnt.block);
        if (!Number.isSafeInteger(block) || block < 0) return;
        const data = dataOf(method);
        const known = live(this.#lowest[data], now);
        this.#lowest[data] = { value: block, until: now + boundMs };
        if (known !== block) this.#onChange();
        return;
      }
      case "get_logs_addresses":
      case "too_new":
        return;
    }
  }

  /** Most blocks that one eth_getLogs may span here; null when nothing was learnt. */
  get getLogsRange(): number | null {
    return this.#range === null ? null : live(this.#range, this.#clock.now());
  }

  /** The higher of the lowest blocks known for state and for history; null when nothing was learnt. */
  get lowestBlock(): number | null {
    const now = this.#clock.now();
    const state = live(this.#lowest.state, now);
    const history = live(this.#lowest.history, now);
    return state === null ? history : history === null ? state : Math.max(state, history);
  }

  /** The lowest block that this method can be asked about: nodes drop old state long before old blocks. */
  lowestBlockFor(method: string): number | null {
    const { state, history } = this.#lowest;
    if (state === null && history === null) return null;
    const now = this.#clock.now();
    if (dataOf(method) === "history") return live(history, now);
    const ofState = live(state, now);
    const ofHistory = live(history, now);
    return ofState === null ? ofHistory : Math.max(ofState, ofHistory ?? 0);
  }

  /** `clock.now()` at which the next of them ends; null when there is none. */
  get nextExpiry(): number | null {
    const now = this.#clock.now();
    let next = Infinity;
    for (const until of this.#unsupported.values()) if (until > now) next = Math.min(next, until);
    for (const bound of [this.#range, this.#lowest.state, this.#lowest.history]) {
      if (bound !== null && bound.until > now) next = Math.min(next, bound.until);
    }
    return next === Infinity ? null : next;
  }

  /** Everything that is remembered at this moment. */
  list(): LearntItem[] {
    const now = this.#clock.now();
    const items: LearntItem[] = [];
    for (const [method, until] of this.#unsupported) {
      if (until > now) {
        items.push({ kind: "unsupported", subject: method, value: null, expiresInMs: until - now });
      }
    }
    const bound = (kind: "get_logs_range" | "lowest_block", subject: string, of: Bound | null): void => {
      if (of !== null && of.until > now) {
        items.push({ kind, subject, value: of.value, expiresInMs: of.until - now });
      }
    };
    bound("get_logs_range", "eth_getLogs", this.#range);
    bound("lowest_block", "state", this.#lowest.state);
    bound("lowest_block", "history", this.#lowest.history);
    return items;
  }

  /** Takes over what the same upstream taught before a reload. */
  adopt(previous: LearntLimits): void {
    for (const [method, until] of previous.#unsupported) this.#unsupported.set(method, until);
    this.#range = previous.#range;
    Object.assign(this.#lowest, previous.#lowest);
  }

  #dropOldest(): void {
    for (const method of this.#unsupported.keys()) {
      this.#unsupported.delete(method);
      return;
    }
  }
}

function live(bound: Bound | null, now: number): number | null {
  return bound !== null && now < bound.until ? bound.value : null;
}

const history = /^eth_get(Block|Header|Logs|Transaction(By|Receipt)|Uncle)/;

/** Methods that read blocks, receipts and logs; all others read or run on state. */
function dataOf(method: string): Data {
  return history.test(method) ? "history" : "state";
}
