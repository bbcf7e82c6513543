// The head of a chain and each provider's lag behind it, from what the providers were seen to have. It asks
// nobody itself: heights come in through `observe`, and a lone height that needs a look is named to `verify`.
// A provider may be ranked last by its lag; nothing here ever removes one.

import type { Clock } from "../clock.ts";
import type { HealthSettings } from "../settings.ts";
import type { BlockTime } from "./block_time.ts";
import type { Provider } from "./provider.ts";

export interface HeadTrackerOptions {
  readonly providers: readonly Provider[];
  readonly health: HealthSettings;
  readonly blockTime: BlockTime;
  readonly clock: Clock;
  /** Asks to check a lone height; may be called again for the same one while it is unanswered. */
  verify(provider: Provider, block: number): void;
  /** A provider's height or its lag changed (also because the head moved on without it); `lagBlocks` as of now. */
  onHead(provider: Provider, block: number, lagBlocks: number): void;
}

/** What was found out about a provider's lone heights. */
interface Marks {
  /** Highest block that it was shown to have, and when. */
  good: number | null;
  goodAt: number;
  /** Lone height that it could not show. */
  refuted: number | null;
}

/** Without news the lags are looked at again no more often than this. */
const quietMs = 1_000;

/** Answers overtake each other, and providers balance over nodes: a height goes down only after so long unseen. */
const settleMs = 1_000;

/** The head by the rule: heights sorted ascending, index floor(0.75 × (n − 1)); null for none. */
export function headOf(heights: readonly number[]): number | null {
  if (heights.length === 0) return null;
  const sorted = [...heights].sort((a, b) => a - b);
  return sorted[Math.floor(0.75 * (sorted.length - 1))]!;
}

export class HeadTracker {
  readonly #options: HeadTrackerOptions;
  readonly #marks = new Map<Provider, Marks>();
  readonly #dropped = new Set<Provider>();
  /** The lag of each provider that `onHead` was told last. */
  readonly #told = new Map<Provider, number>();
  #head: number | null = null;
  #computedAt = -Infinity;

  constructor(options: HeadTrackerOptions) {
    this.#options = options;
  }

  /** Head of the chain; null before any evidence. Kept while no height is fresh. */
  get head(): number | null {
    return this.#head;
  }

  /** After a reload: the head that was known. */
  startFrom(head: number | null): void {
    this.#head = head;
  }

  /** Evidence is fresh for three probe intervals or three block times, whichever is longer. */
  get freshMs(): number {
    return 3 * Math.max(this.#options.health.intervalMs, this.#options.blockTime.ms);
  }

  /**
   * A provider was seen to have `block`. `exact`: it said that this is its newest one, so its height may also go
   * down, once the higher one was not seen for a second; else the block is a lower bound, and an older one tells nothing while what is known is fresh.
   * Returns whether its height went up.
   */
  observe(provider: Provider, block: number, exact: boolean): boolean {
    const now = this.#options.clock.now();
    const before = provider.head;
    if (before === block) {
      const credited = now - provider.headAt >= this.#options.blockTime.ms;
      provider.headAt = now;
      if (credited || now - this.#computedAt >= quietMs) this.recompute();
      return false;
    }
    const lower = before !== null && block < before;
    if (lower && now - provider.headAt <= (exact ? settleMs : this.freshMs)) return false;
    provider.head = block;
    provider.headAt = now;
    this.#told.delete(provider);
    this.recompute();
    if (!this.#told.has(provider)) this.#tell(provider, block, 0);
    return !lower;
  }

  /** The answer to `verify`: it has the block and it links (true), it does not (false). */
  verified(provider: Provider, block: number, good: boolean): void {
    const marks = this.#marksOf(provider);
    if (!good) marks.refuted = block;
    else if (
      marks.good === null || block > marks.good || this.#options.clock.now() - marks.goodAt > this.freshMs
    ) {
      marks.good = block;
      marks.goodAt = this.#options.clock.now();
    }
    this.recompute();
  }

  /** May this height be told to a client as the chain's? Not while it is a lone one that was not shown. */
  credible(provider: Provider, block: number): boolean {
    if (!this.#dropped.has(provider)) return true;
    return block <= Math.max(this.#head ?? -1, this.#marks.get(provider)?.good ?? -1);
  }

  /** Works out head and lags from the evidence as it stands. */
  recompute(): void {
    const { clock, blockTime, providers, health } = this.#options;
    const now = clock.now();
    this.#computedAt = now;
    const head = headOf(this.#heights(now));
    if (head !== null) {
      if (this.#head === null || head > this.#head) blockTime.note(head, now);
      this.#head = head;
    }
    if (this.#head === null) return;
    const allowed = Math.max(health.maxLagBlocks, health.maxLagMs / blockTime.ms);
    for (const provider of providers) {
      if (this.#dropped.has(provider)) {
        provider.setLag(this.#marks.get(provider)?.good ?? null, null, false);
      } else if (provider.head === null) provider.setLag(null, null, false);
      else {
        const lag = Math.max(0, this.#head - this.#credited(provider, now));
        provider.setLag(provider.head, lag, lag > allowed);
        if (this.#told.get(provider) !== lag) this.#tell(provider, provider.head, lag);
      }
    }
  }

  #tell(provider: Provider, block: number, lagBlocks: number): void {
    this.#told.set(provider, lagBlocks);
    this.#options.onHead(provider, block, lagBlocks);
  }

  /** Heights that count: fresh, of the right chain, and not lone unless shown. */
  #heights(now: number): number[] {
    const { providers } = this.#options;
    this.#dropped.clear();
    const fresh = providers.filter((provider) =>
      provider.head !== null && provider.quarantined === null && now - provider.headAt <= this.freshMs
    ).sort((a, b) => b.head! - a.head!);
    const heights: number[] = [];
    let from = 0;
    let shown = -1; // Highest block that one of the dropped ones was shown to have: the next one is not alone there.
    for (; from < fresh.length - 1; from++) {
      const top = fresh[from]!;
      const others = fresh.slice(from + 1);
      const next = Math.max(shown, ...others.map((other) => this.#credited(other, now)));
      if (top.head! - next <= 1) break;
      const marks = this.#marksOf(top);
      if (marks.good !== null && marks.good >= top.head!) break;
      this.#dropped.add(top);
      if (marks.good !== null && now - marks.goodAt <= this.freshMs) {
        heights.push(marks.good);
        shown = Math.max(shown, marks.good);
      }
      if (marks.refuted !== top.head) this.#options.verify(top, top.head!);
    }
    for (const provider of fresh.slice(from)) heights.push(provider.head!);
    return heights;
  }

  /** Its height, with the blocks that it will have got since it was seen. */
  #credited(provider: Provider, now: number): number {
    return provider.head! + Math.floor((now - provider.headAt) / this.#options.blockTime.ms);
  }

  #marksOf(provider: Provider): Marks {
    let marks = this.#marks.get(provider);
    if (marks === undefined) {
      marks = { good: null, goodAt: 0, refuted: null };
      this.#marks.set(provider, marks);
    }
    return marks;
  }
}
