// The logs of one filter on one chain: each log of the canonical branch once, in order, whatever happens upstream
// (spec: streams.md, The model). Its blocks come from the chain's head follower; what a subscription brings is held
// until its block is on the branch, what it may have lost is fetched by the block's hash.
//
// Invariants: logs are delivered by block, then logIndex; a block's turn comes when all before it are complete. A log
// that turns up behind its turn is put in its place by taking back what came after it and giving that again.

import type { Clock } from "../clock.ts";
import { Branch, type Linked } from "./branch.ts";
import type { Head } from "./head.ts";
import { type LogEvent, removalOf } from "./log_event.ts";
import { excludedBy, type LogFilter } from "./log_filter.ts";

export interface LogStreamHost {
  readonly clock: Clock;
  /** May a block be ruled out by its bloom? */
  trust(): boolean;
  /** Is every block asked for by hash, whatever the subscription said? */
  always(): boolean;
  gapFilling(): boolean;
  backfillTimeoutMs(): number;
  /** Is any upstream alive? While none is, the stream waits. */
  reachable(): boolean;
  /** Asks for the logs of one block by its hash; null when nobody answers. `expected`: the bloom says there are some. */
  fetchLogs(head: Head, expected: boolean, answered: (logs: readonly LogEvent[] | null) => void): void;
  /** `serial`: of the block. */
  deliver(text: string, serial: number): void;
  gap(from: number, to: number): void;
  /** The subscription said nothing of a block that has logs. */
  subscriptionLost(): void;
  /**
   * The newest block of the branch whose head came over the same channel as an open subscription that tells block
   * `number`: it is alive, and so far. -1: none yet; null: no heads come over that channel, so nothing tells.
   */
  saidUpTo(number: number): number | null;
}

interface Early {
  readonly logs: LogEvent[];
  /** The subscription that told them tells the blocks above this height. */
  above: number;
}

interface Entry {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly head: Head;
  readonly serial: number;
  readonly pushedAt: number;
  /** The number of the subscription that was open since before this block; 0: none. */
  readonly watch: number;
  /** The bloom says that the block may hold a log of the filter; null where it can't be trusted. */
  readonly maybe: boolean | null;
  /** What was delivered, by logIndex. */
  readonly delivered: LogEvent[];
  /** What waits for its turn. */
  waiting: LogEvent[];
  /** Nothing more is to come: what stands behind it may be delivered. */
  complete: boolean;
  /** Its logs are known for sure; a switch need not ask again. */
  confirmed: boolean;
  fetch: "none" | "under_way" | "failed";
  fetchSince: number;
  retryAt: number;
  retries: number;
}

const confirmBlocks = 3;
const confirmMs = 5_000;
const firstRetryMs = 100;
const maxRetryMs = 2_000;
/** Logs that may wait for a block that is not on the branch yet. */
const maxEarly = 20_000;
const maxEarlyDepth = 64;
/** Blocks taken back that are remembered. */
const maxLeft = 512;
/** Text of delivered logs that is kept for removals; above it the oldest blocks are let go of. */
const maxKeptChars = 8 * 1024 * 1024;
/** Fetches under way at once. */
const maxFetches = 8;
/** Blocks that were asked for within such a time of each other are given up together. */
const togetherMs = 2_000;

export class LogStream {
  readonly filter: LogFilter;
  readonly #host: LogStreamHost;
  readonly #branch = new Branch<Entry>();
  /** Logs whose block is not on the branch, by block hash. */
  readonly #early = new Map<string, Early>();
  /** Logs whose block has not come yet. */
  waiting = 0;
  /** Below this height nothing waits and all is complete. */
  #open = 0;
  #keptChars = 0;
  /** Counts subscriptions; the one that is open has this number. */
  #watch = 0;
  #watching = false;
  /** The open subscription tells the logs of blocks above this height; Infinity: it is not known from where on. */
  #watchAbove = Infinity;
  #fetches = 0;
  #epoch = 0;
  /**
   * Hashes of blocks that were taken back, or too large to wait. When one comes again (A → B → A), its logs may have been
   * told again already, while it was still on the branch, and were dropped as copies: so it is fetched.
   */
  readonly #left = new Set<string>();

  constructor(filter: LogFilter, host: LogStreamHost) {
    this.filter = filter;
    this.#host = host;
  }

  /** The newest block that it has; null before the first. */
  get tip(): Linked | null {
    return this.#branch.tip;
  }

  /** The lowest block whose logs are not known for sure; null: there is none. */
  get unsureFrom(): number | null {
    for (const { number, confirmed } of this.#branch) if (!confirmed) return number;
    return null;
  }

  /** A subscription is open. `others`: one was open already, so that nothing was missed. */
  up(others: boolean): void {
    if (others) return;
    this.#watch++;
    this.#watching = true;
    this.#watchAbove = Infinity;
    this.#askUnconfirmed();
  }

  /** A subscription is gone; `others`: another one is still open. What the lost one may not have said is fetched. */
  down(others: boolean): void {
    this.#watching = others;
    this.#watch++;
    this.#watchAbove = Infinity;
    if (this.#host.gapFilling()) this.#askUnconfirmed();
    else this.#missUnconfirmed();
  }

  /** Some open subscription tells the logs of the blocks above this height. */
  watchAbove(height: number): void {
    this.#watchAbove = height;
  }

  /** A block was pushed onto the branch. */
  pushed(head: Head, serial: number): void {
    const { clock } = this.#host;
    const maybe = this.#host.trust() && head.bloom !== null ? !excludedBy(head.bloom, this.filter) : null;
    const excluded = maybe === false;
    const early = this.#takeEarly(head.hash);
    const watched = this.#watching && head.live && head.number > this.#watchAbove &&
      !this.#left.has(head.hash);
    const entry: Entry = {
      number: head.number,
      hash: head.hash,
      parentHash: head.parentHash,
      head,
      serial,
      pushedAt: clock.now(),
      watch: watched ? this.#watch : 0,
      maybe,
      delivered: [],
      waiting: early.logs,
      complete: excluded,
      confirmed: excluded,
      fetch: "none",
      fetchSince: 0,
      retryAt: 0,
      retries: 0,
    };
    this.#lookBack(entry);
    this.#branch.push(entry);
    this.#open = Math.min(this.#open, entry.number); // A fork may lie below all blocks that it had.
    if (!watched && !excluded) this.#fetch(entry);
    if (entry.waiting.length > 0) this.#toldBefore(entry, early.above);
    this.#confirm();
    this.#flush();
    this.#forgetDeep();
  }

  /** The tip was taken back: so are its logs. */
  popped(): void {
    const entry = this.#branch.pop();
    if (entry === undefined) return;
    this.#open = Math.min(this.#open, entry.number);
    this.#leave(entry.hash);
    this.#takeBack(entry, 0);
    if (entry.fetch === "under_way") this.#fetches--;
    entry.fetch = "none";
  }

  #leave(hash: string): void {
    if (this.#left.size >= maxLeft) {
      for (const oldest of this.#left) {
        this.#left.delete(oldest);
        break;
      }
    }
    this.#left.add(hash);
  }

  /** The branch begins anew. Logs whose block is yet to come are kept: it may be the next one. */
  reset(): void {
    this.#branch.clear();
    this.#keptChars = 0;
    this.#fetches = 0;
    this.#open = 0;
    this.#epoch++;
  }

  /** After a fault of its own: what was under way is void, and is asked for again. */
  restart(): void {
    this.#epoch++;
    this.#fetches = 0;
    for (const entry of this.#branch) entry.fetch = "none";
    this.#askUnconfirmed();
  }

  /** A log from a subscription, which tells all blocks above the height `above`. */
  heard(log: LogEvent, above = -1): void {
    const entry = this.#branch.at(log.blockNumber);
    if (entry?.hash !== log.blockHash) return this.#keepEarly(log, above);
    this.#take(entry, log);
    this.#toldBefore(entry, above); // A copy says as much: it may come from one that began earlier.
    this.#flush();
  }

  /** Asks again for what failed. */
  tick(): void {
    this.#askFailed();
    this.#confirm();
    this.#flush();
  }

  /** A block has come: is anything missing of those before it? */
  #lookBack(next: Entry): void {
    const entry = this.#branch.at(next.number - 1);
    if (entry !== undefined && !entry.confirmed && entry.fetch === "none") {
      const silent = entry.maybe === true && entry.delivered.length === 0 && entry.waiting.length === 0;
      if (silent || this.#host.always()) this.#fetch(entry);
    }
  }

  /**
   * (c) of the spec's rule: three more blocks and five seconds on the same healthy subscription. Other providers' heads
   * say nothing of its health: it may hang, or lag behind them.
   */
  #confirm(): void {
    const tip = this.#branch.tip;
    if (tip === null || !this.#watching) return;
    const now = this.#host.clock.now();
    for (const entry of this.#branch) {
      if (entry.confirmed) continue;
      if (tip.number - entry.number < confirmBlocks) return;
      const same = entry.watch !== 0 && entry.watch === this.#watch;
      if (!same || now - entry.pushedAt < confirmMs || entry.fetch !== "none") continue;
      const said = this.#host.saidUpTo(entry.number);
      if (said === null) this.#fetch(entry);
      else if (said - entry.number >= confirmBlocks) entry.confirmed = entry.complete = true;
    }
  }

  #askUnconfirmed(): void {
    for (const entry of this.#branch) {
      if (!entry.confirmed && entry.fetch !== "under_way") {
        entry.fetch = "none";
        this.#fetch(entry);
      }
    }
  }

  #askFailed(): void {
    const now = this.#host.clock.now();
    for (const entry of this.#branch) {
      if (entry.fetch === "failed" && now >= entry.retryAt) this.#fetch(entry);
    }
  }

  #fetch(entry: Entry): void {
    const host = this.#host;
    const now = host.clock.now();
    if (entry.fetchSince === 0) entry.fetchSince = now;
    if (this.#fetches >= maxFetches) {
      entry.fetch = "failed"; // Its turn comes with the next one that ends.
      return;
    }
    entry.fetch = "under_way";
    this.#fetches++;
    const epoch = this.#epoch;
    host.fetchLogs(entry.head, entry.maybe === true, (logs) => {
      if (epoch !== this.#epoch || entry.fetch !== "under_way") return;
      this.#fetches--;
      entry.fetch = "none";
      if (logs !== null) this.#fetched(entry, logs);
      else this.#fetchFailed(entry);
      this.#askFailed();
    });
  }

  #fetched(entry: Entry, logs: readonly LogEvent[]): void {
    const known = entry.delivered.length + entry.waiting.length;
    const watched = entry.watch !== 0 && entry.watch === this.#watch && this.#watching;
    entry.complete = entry.confirmed = true;
    for (const log of logs) if (log.blockHash === entry.hash) this.#take(entry, log);
    if (entry.waiting.length > 0) this.#askBefore(entry);
    if (watched && known === 0 && logs.length > 0 && this.#branch.tip !== entry) {
      this.#host.subscriptionLost();
    }
    this.#flush();
  }

  #fetchFailed(entry: Entry): void {
    const { clock } = this.#host;
    const now = clock.now();
    if (!this.#host.reachable()) entry.fetchSince = now;
    if (now - entry.fetchSince >= this.#host.backfillTimeoutMs()) return this.#missing(entry);
    entry.fetch = "failed";
    entry.retryAt = now + Math.min(firstRetryMs * 2 ** entry.retries++, maxRetryMs);
  }

  /** What the block holds can't be found out, nor what its neighbours hold that were asked for as long: one gap. */
  #missing(entry: Entry): void {
    const since = entry.fetchSince + togetherMs;
    const lost = (number: number): boolean => {
      const other = this.#branch.at(number);
      if (other === undefined || other.confirmed || other.fetchSince === 0 || other.fetchSince > since) {
        return false;
      }
      if (other.fetch === "under_way") this.#fetches--;
      other.fetch = "none";
      return other.complete = other.confirmed = true;
    };
    lost(entry.number);
    let [from, to] = [entry.number, entry.number];
    while (lost(from - 1)) from--;
    while (lost(to + 1)) to++;
    this.#host.gap(from, to);
    this.#flush();
  }

  /** Gap filling is off: what was not confirmed is lost, and that is said. */
  #missUnconfirmed(): void {
    const lost = [...this.#branch].filter((entry) => !entry.confirmed && entry.fetch === "none");
    for (const entry of lost) entry.complete = entry.confirmed = true;
    const [first, last] = [lost[0], lost.at(-1)];
    if (first !== undefined && last !== undefined) this.#host.gap(first.number, last.number);
    this.#flush();
  }

  /** True when the log is new. */
  #take(entry: Entry, log: LogEvent): boolean {
    if (holds(entry.delivered, log) || !insert(entry.waiting, log)) return false;
    this.#open = Math.min(this.#open, entry.number);
    return true;
  }

  /** What was fetched waits for the blocks before, of which the subscription may be yet to tell: they are fetched too. */
  #askBefore(entry: Entry): void {
    for (let number = this.#open; number < entry.number; number++) {
      const before = this.#branch.at(number);
      if (before !== undefined && !before.complete && before.fetch === "none") this.#fetch(before);
    }
  }

  /** A subscription tells its logs in order: before this block's it has told all of the blocks before. */
  #toldBefore(entry: Entry, above: number): void {
    for (let number = entry.number - 1; number >= this.#open && number > above; number--) {
      const before = this.#branch.at(number);
      if (before === undefined) break;
      if (before.complete || before.fetch !== "none" || before.watch === 0 || before.watch !== this.#watch) {
        continue;
      }
      if (before.maybe === true && before.delivered.length === 0 && before.waiting.length === 0) {
        this.#fetch(before);
      } else before.complete = true;
    }
  }

  /** Delivers what has its turn. */
  #flush(): void {
    const { tip, bottom } = this.#branch;
    if (tip === null || bottom === null) return;
    for (let number = Math.max(this.#open, bottom.number); number <= tip.number; number++) {
      const entry = this.#branch.at(number)!;
      this.#open = number;
      if (entry.waiting.length > 0) this.#deliver(entry);
      if (!entry.complete) return;
    }
    this.#open = tip.number + 1;
  }

  #deliver(entry: Entry): void {
    const waiting = entry.waiting.sort((a, b) => a.logIndex - b.logIndex);
    entry.waiting = [];
    this.#makeRoom(entry, waiting[0]!.logIndex);
    const again = entry.waiting; // What had to be taken back of this block.
    entry.waiting = [];
    for (
      const log of again.length === 0
        ? waiting
        : [...waiting, ...again].sort((a, b) => a.logIndex - b.logIndex)
    ) {
      entry.delivered.push(log);
      this.#keptChars += log.text.length;
      this.#host.deliver(log.text, entry.serial);
    }
  }

  /** Takes back what was delivered behind this place, so that it comes again in order. */
  #makeRoom(entry: Entry, logIndex: number): void {
    const tip = this.#branch.tip!;
    for (let number = tip.number; number > entry.number; number--) {
      const later = this.#branch.at(number)!;
      for (const log of this.#takeBack(later, 0)) insert(later.waiting, log);
    }
    const at = entry.delivered.findIndex((log) => log.logIndex > logIndex);
    if (at >= 0) entry.waiting.push(...this.#takeBack(entry, at));
  }

  /** Removes what was delivered of a block from index `from` on, the newest first; returns it. */
  #takeBack(entry: Entry, from: number): LogEvent[] {
    const taken = entry.delivered.splice(from);
    for (let k = taken.length - 1; k >= 0; k--) {
      const { text } = taken[k]!;
      this.#keptChars -= text.length;
      this.#host.deliver(removalOf(text), entry.serial);
    }
    return taken;
  }

  #keepEarly(log: LogEvent, above: number): void {
    const { tip } = this.#branch;
    if (tip !== null && log.blockNumber < tip.number - maxEarlyDepth) return;
    let early = this.#early.get(log.blockHash);
    if (early === undefined) {
      if (this.#left.has(log.blockHash)) return;
      this.#early.set(log.blockHash, early = { logs: [], above });
    }
    early.above = Math.min(early.above, above);
    if (insert(early.logs, log) && ++this.waiting > maxEarly) this.#dropOldestEarly();
  }

  #takeEarly(hash: string): Early {
    const early = this.#early.get(hash) ?? { logs: [], above: Infinity };
    this.#early.delete(hash);
    this.waiting -= early.logs.length;
    return early;
  }

  /** Of branches that were left, or far too many: what is missed is fetched when its block comes. */
  #dropOldestEarly(): void {
    for (const hash of this.#early.keys()) {
      this.#takeEarly(hash);
      this.#leave(hash);
      return;
    }
  }

  #forgetDeep(): void {
    const { tip } = this.#branch;
    while (this.#keptChars > maxKeptChars && this.#branch.size > 16) {
      const bottom = this.#branch.bottom;
      if (bottom === null || tip === null || !bottom.complete) return;
      this.#branch.shift();
      for (const { text } of bottom.delivered) this.#keptChars -= text.length;
    }
  }
}

/** Where the log stands, or would stand, in a list that is sorted by index. */
function placeOf(logs: readonly LogEvent[], { logIndex }: LogEvent): number {
  // Nearly always they come in order.
  if ((logs.at(-1)?.logIndex ?? -1) < logIndex) return logs.length;
  let [low, high] = [0, logs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (logs[middle]!.logIndex < logIndex) low = middle + 1;
    else high = middle;
  }
  return low;
}

function holds(logs: readonly LogEvent[], log: LogEvent): boolean {
  return logs[placeOf(logs, log)]?.logIndex === log.logIndex;
}

/** Puts it in its place; false when it is there already. */
function insert(logs: LogEvent[], log: LogEvent): boolean {
  const at = placeOf(logs, log);
  if (logs[at]?.logIndex === log.logIndex) return false;
  if (at === logs.length) logs.push(log);
  else logs.splice(at, 0, log);
  return true;
}
