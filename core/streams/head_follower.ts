// Follows the head of one chain: heads of several sources in, one branch out, each block once and linked to the one
// before (spec: streams.md, The model). Skips, switches and reorgs are the same to it: there is a head that is not on
// the branch, and the way from it back to the branch is walked, over headers at hand or fetched. Makes no timers; its
// owner calls `tick`.
//
// Invariants: the branch is linked; `pushed` and `popped` tell each change of it once, after it was made; a head that
// only continues the branch is always taken, one that takes blocks back only from a source that is to be believed.

import type { Clock } from "../clock.ts";
import { Branch, branchBlocks } from "./branch.ts";
import type { Head } from "./head.ts";

/** Where heads come from: a subscription, the poller, or the look at the head that is taken at a switch. */
export interface HeadSource {
  /** The newest head that it gave. The follower writes it. */
  last: Head | null;
  /** The provider behind it, where it is known. */
  readonly provider?: string | null;
}

export interface FollowerHost {
  readonly clock: Clock;
  /** Most blocks that are fetched to close a gap; 0: none. */
  maxBackfill(): number;
  backfillTimeoutMs(): number;
  /** Is any upstream alive? While none is, the stream waits. */
  reachable(): boolean;
  blockTimeMs(): number;
  /** Asks for a block; `answered` with null when nobody has it or nobody answers. By hash where one is given. */
  fetch(number: number, hash: string | null, answered: (head: Head | null) => void): void;
  /** Asks a source's provider (any, where it is not known) for its block of this height; null: no answer. */
  canonical(number: number, source: HeadSource | null, answered: (head: Head | null) => void): void;
  pushed(head: Head): void;
  popped(head: Head): void;
  /** The blocks `from` to `to` are lost to the stream; `head` is pushed next, to an empty branch. */
  gap(from: number, to: number, head: Head): void;
  /** Blocks that no source told were fetched and pushed: so many, the lowest and the highest. Default: nobody hears. */
  filled?(from: number, to: number, blocks: number): void;
}

/** Fetches under way at once. */
const maxFetches = 16;
const maxKnown = 2 * branchBlocks;
const firstRetryMs = 100;
const maxRetryMs = 2_000;
/** A source that changes its branch so often while it is asked for the fork is not waited for. */
const maxForkTries = 4;
/** A source that does not lead is believed when it is so far ahead while the leader gives heads. */
const aheadOfLeader = 2;

export class HeadFollower {
  readonly branch = new Branch<Head>();
  readonly #host: FollowerHost;
  readonly #sources = new Set<HeadSource>();
  /** Hashes of blocks below the last gap, by height, in rising order. */
  readonly #older = new Map<number, string>();
  /** Headers beside the branch, by hash. */
  readonly #known = new Map<string, Head>();
  /** Whose head changed the branch last. */
  #lead: HeadSource | null = null;
  #leadAt = 0;
  /** The head that is being linked to the branch. */
  #target: Head | null = null;
  #targetBy: HeadSource | null = null;
  #mayPop = false;
  #targetSince = 0;
  /** What was asked for: `number` or `hash` → when to ask again; Infinity while it is under way. */
  readonly #asked = new Map<string, number>();
  #underWay = 0;
  #retries = 0;
  /** Answers to what was asked before are void. */
  #epoch = 0;
  #advancing = false;
  /** The way to the target is given up; where its branch left this one is being asked. */
  #losing = false;
  #forkTries = 0;

  constructor(host: FollowerHost) {
    this.#host = host;
  }

  get tip(): Head | null {
    return this.branch.tip;
  }

  /** Blocks from the newest that was told to the newest that is known of. */
  get ahead(): number {
    return this.#target === null
      ? 0
      : Math.max(0, this.#target.number - (this.tip?.number ?? this.#target.number));
  }

  /** A head is known that the branch does not have yet. */
  get behind(): boolean {
    return this.#target !== null;
  }

  /** A head from a source. */
  offer(head: Head, source: HeadSource): void {
    const before = source.last;
    source.last = head;
    this.#sources.add(source);
    const { tip } = this.branch;
    if (tip === null) {
      this.branch.push(head);
      this.#leads(source);
      this.#host.pushed(head);
      return;
    }
    if (this.branch.has(head)) {
      if (this.#lead === null && head.hash === tip.hash) this.#leads(source);
      return;
    }
    this.#know(head);
    const mayPop = this.#believes(source, before, head, tip);
    if (head.number <= tip.number && !mayPop) return;
    if (this.#target === null || mayPop || head.number >= this.#target.number) {
      this.#aim(head, source, mayPop || (this.#mayPop && head.parentHash === this.#target?.hash));
    }
  }

  /** The source is gone: what it led is open to the others. */
  lost(source: HeadSource): void {
    this.#sources.delete(source);
    source.last = null;
    if (this.#lead !== source) return;
    this.#lead = null;
    this.#considerOthers(false);
  }

  /** Asks again for what failed, ends what takes too long, believes what all sources say for some time. */
  tick(): void {
    const now = this.#host.clock.now();
    if (this.#target === null) {
      if (now - this.#leadAt >= 3 * this.#host.blockTimeMs()) this.#considerOthers(true);
      return;
    }
    if (!this.#host.reachable()) this.#targetSince = now;
    if (now - this.#targetSince >= this.#host.backfillTimeoutMs()) this.#giveUp(this.#target);
    this.#advance();
  }

  /** More time for what is missing: somebody to ask has come back. */
  renewed(): void {
    this.#targetSince = this.#host.clock.now();
    for (const [key, until] of this.#asked) if (until !== Infinity) this.#asked.delete(key);
    this.#advance();
  }

  /** Forgets everything, the branch too: nobody listens. */
  reset(): void {
    this.restart();
    this.branch.clear();
    this.#older.clear();
  }

  /** Forgets everything but the branch. */
  restart(): void {
    this.#epoch++;
    this.#underWay = 0;
    this.#asked.clear();
    this.#known.clear();
    this.#sources.clear();
    this.#lead = null;
    this.#target = null;
    this.#targetBy = null;
    this.#advancing = false;
    this.#losing = false;
  }

  /** May this head take blocks back? One that is late, or on a branch that was left, may not. */
  #believes(source: HeadSource, before: Head | null, head: Head, tip: Head): boolean {
    const { clock } = this.#host;
    if (this.#lead === source || before?.hash === tip.hash) return true;
    if (this.#lead === null) return head.number > tip.number;
    const leads = clock.now() - this.#leadAt < 3 * this.#host.blockTimeMs();
    return head.number > tip.number + (leads ? aheadOfLeader : 0);
  }

  /** Looks at what the sources said last. `settled`: nobody has moved for a while, so a fork of the same height counts. */
  #considerOthers(settled: boolean): void {
    const { tip } = this.branch;
    if (tip === null || this.#sources.size === 0) return;
    let best: HeadSource | null = null;
    for (const source of this.#sources) {
      const { last } = source;
      if (last === null) continue;
      if (this.branch.has(last)) {
        // As long as one source stands on the branch at its tip, the others are late or astray.
        if (last.hash === tip.hash) return;
      } else if (best === null || last.number > (best.last?.number ?? 0)) best = source;
    }
    const head = best?.last;
    if (best === null || head == null || (head.number <= tip.number && !settled)) return;
    this.#know(head);
    this.#aim(head, best, true);
  }

  #leads(source: HeadSource): void {
    this.#lead = source;
    this.#leadAt = this.#host.clock.now();
  }

  #aim(head: Head, by: HeadSource, mayPop: boolean): void {
    if (this.#losing) return; // What comes meanwhile is linked to the target afterwards.
    if (this.#target === null) this.#targetSince = this.#host.clock.now();
    this.#target = head;
    this.#targetBy = by;
    this.#mayPop = mayPop;
    this.#advance();
  }

  /** Goes as far as the headers at hand allow. */
  #advance(): void {
    if (this.#advancing) return; // Its own callbacks lead back here.
    this.#advancing = true;
    try {
      while (this.#target !== null && this.#step(this.#target));
    } finally {
      this.#advancing = false;
    }
  }

  /** True when something changed and it is worth looking again. */
  #step(target: Head): boolean {
    const { tip, bottom } = this.branch;
    if (tip === null || bottom === null || this.branch.has(target)) {
      this.#arrived();
      return true;
    }
    if (this.#losing) return false;
    const max = this.#host.maxBackfill();
    if (target.number - tip.number - 1 > max) return this.#giveUp(target);
    const way: Head[] = [target];
    let lowest = target;
    while (!this.branch.hasParentOf(lowest)) {
      if (lowest.number <= bottom.number) {
        if (this.branch.size + way.length > branchBlocks) return this.#giveUp(target);
        return this.#extendDown(bottom, lowest, way);
      }
      const parent = this.#known.get(lowest.parentHash);
      if (parent === undefined || parent.number !== lowest.number - 1) {
        if (max === 0) return this.#giveUp(target);
        this.#askFor(lowest, tip);
        return false;
      }
      way.push(parent);
      lowest = parent;
    }
    this.#link(way, lowest.number - 1);
    return true;
  }

  /** Puts `way` (newest first) onto the branch, whose block `fork` is the parent of the lowest. */
  #link(way: readonly Head[], fork: number): void {
    const by = this.#targetBy;
    this.#arrived();
    const tip = this.branch.tip;
    if (tip !== null && tip.number > fork && !this.#mayPop) return;
    for (let last = this.branch.tip; last !== null && last.number > fork; last = this.branch.tip) {
      this.branch.pop();
      this.#host.popped(last);
    }
    for (let k = way.length - 1; k >= 0; k--) {
      const head = way[k]!;
      this.#known.delete(head.hash);
      this.branch.push(head);
      this.#host.pushed(head);
    }
    if (by !== null && this.#sources.has(by)) this.#leads(by);
    const filled = way.filter((head, place) => place > 0 && !head.live);
    const [highest, lowest] = [filled[0], filled.at(-1)];
    if (highest !== undefined && lowest !== undefined) {
      this.#host.filled?.(lowest.number, highest.number, filled.length);
    }
  }

  /** The fork is below the blocks held: fetches further down, on both sides. */
  #extendDown(bottom: Head, lowest: Head, way: readonly Head[]): boolean {
    // What was delivered below a gap can't be taken back any more.
    if (this.#older.has(bottom.number - 1)) return this.#giveUp(way[0]!);
    const below = this.#known.get(bottom.parentHash);
    if (below !== undefined && below.number === bottom.number - 1) {
      this.branch.extendDown(below);
      return true;
    }
    if (this.#host.maxBackfill() === 0) return this.#giveUp(way[0]!);
    this.#ask(bottom.number - 1, bottom.parentHash);
    if (!this.#known.has(lowest.parentHash)) this.#ask(lowest.number - 1, lowest.parentHash);
    return false;
  }

  /** Fetches the parent of `lowest`: with all other heights up to the branch by number at once, then by hash. */
  #askFor(lowest: Head, tip: Head): void {
    if (lowest.number - 1 > tip.number) {
      for (let number = lowest.number - 1; number > tip.number; number--) {
        if (this.#underWay >= maxFetches) return;
        if (!this.#asked.has(String(number))) this.#ask(number, null);
      }
      if (this.#asked.get(String(lowest.number - 1)) === Infinity) return;
    }
    this.#ask(lowest.number - 1, lowest.parentHash);
  }

  #ask(number: number, hash: string | null): void {
    const key = hash ?? String(number);
    const { clock } = this.#host;
    if ((this.#asked.get(key) ?? 0) > clock.now() || this.#underWay >= maxFetches) return;
    this.#asked.set(key, Infinity);
    this.#underWay++;
    const epoch = this.#epoch;
    this.#host.fetch(number, hash, (head) => {
      if (epoch !== this.#epoch) return;
      this.#underWay--;
      const good = head !== null && head.number === number && (hash === null || head.hash === hash);
      if (good) {
        this.#retries = 0;
        this.#asked.set(key, 0);
        this.#know(head);
        this.#advance();
      } else {
        const pauseMs = Math.min(firstRetryMs * 2 ** this.#retries++, maxRetryMs);
        this.#asked.set(key, clock.now() + pauseMs);
        // By number was the quick try; by hash is the sure one, and needs no pause.
        if (hash === null) this.#advance();
      }
    });
  }

  /**
   * The way can't be found, or must not be looked for. What is told to be lost must begin where the target's branch left
   * this one: blocks that were delivered may have been replaced. True when something changed at once.
   */
  #giveUp(target: Head): boolean {
    const { tip, bottom } = this.branch;
    if (tip === null || bottom === null || this.#losing) return false;
    if (this.#host.maxBackfill() === 0) {
      this.#breakOff(target.number > tip.number + 1 ? tip.number : null);
      return true;
    }
    this.#losing = true;
    this.#forkTries = 0;
    this.#findFork(Math.min(tip.number, target.number - 1), 1);
    return false;
  }

  /** Asks for blocks of the target's branch, from the tip down in growing steps, till one is on this branch. */
  #findFork(number: number, step: number): void {
    this.#askCanonical(number, (head) => {
      if (head !== null && this.#stands(head)) this.#checkFork(head.number);
      else if (head === null || number <= this.#lowest) this.#breakOff(null);
      else this.#findFork(Math.max(this.#lowest, number - step), 2 * step);
    });
  }

  /** The answers count only if the source stood on the target's branch all the time. */
  #checkFork(fork: number): void {
    this.#askCanonical(this.#target?.number ?? fork, (head) => {
      const { tip } = this.branch;
      if (head?.hash === this.#target?.hash) this.#breakOff(fork);
      else if (head === null || tip === null || ++this.#forkTries >= maxForkTries) this.#breakOff(null);
      else {
        this.#target = head;
        this.#findFork(Math.min(tip.number, head.number - 1), 1);
      }
    });
  }

  /** Was it delivered, and is it on the branch or below the last gap? */
  #stands(head: Head): boolean {
    return this.branch.has(head) || this.#older.get(head.number) === head.hash;
  }

  /** The lowest height of which something is known. */
  get #lowest(): number {
    return Math.min(this.branch.bottom?.number ?? Infinity, this.#older.keys().next().value ?? Infinity);
  }

  /** The branch ends at a gap: what stands of it is kept for the next fork that must be found. */
  #keepOlder(fork: number | null): void {
    for (const { number, hash } of this.branch) this.#older.set(number, hash);
    this.branch.clear();
    for (const number of this.#older.keys()) {
      if (fork === null || number > fork || this.#older.size > branchBlocks) this.#older.delete(number);
    }
  }

  #askCanonical(number: number, answered: (head: Head | null) => void): void {
    const epoch = this.#epoch;
    this.#host.canonical(number, this.#targetBy, (head) => {
      if (epoch === this.#epoch) answered(head !== null && head.number === number ? head : null);
    });
  }

  /** Begins anew at the target, above the common block `fork`; null: nothing of the branch is known to stand. */
  #breakOff(fork: number | null): void {
    const target = this.#target;
    const lowest = this.#lowest;
    this.#arrived();
    if (target === null || this.branch.tip === null) return;
    for (
      let last = this.branch.tip;
      fork !== null && last !== null && last.number > fork;
      last = this.branch.tip
    ) {
      this.branch.pop();
      this.#host.popped(last);
    }
    const linked = this.branch.tip?.hash === target.parentHash;
    if (!linked) {
      const from = fork === null ? Math.min(lowest, target.number) : fork + 1;
      // Where no common block is known, the newest ones that were delivered may be lost too.
      const to = Math.max(from, target.number - 1, this.branch.tip?.number ?? 0);
      this.#keepOlder(fork);
      this.#host.gap(from, to, target);
    }
    this.branch.push(target);
    this.#host.pushed(target);
  }

  #arrived(): void {
    this.#losing = false;
    this.#target = null;
    this.#targetBy = null;
    this.#retries = 0;
    this.#epoch++;
    this.#underWay = 0;
    this.#asked.clear();
  }

  #know(head: Head): void {
    if (this.#known.size >= maxKnown) {
      for (const old of this.#known.keys()) {
        this.#known.delete(old);
        if (this.#known.size < maxKnown) break;
      }
    }
    this.#known.set(head.hash, head);
  }
}
