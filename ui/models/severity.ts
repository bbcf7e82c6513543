// How bad a state is, the same everywhere: what is worst stands first, what is well may be folded away.

import type { FeedChain, FeedProvider, ProviderState } from "../../core/server/feed_model.ts";

const order: readonly ProviderState[] = ["open", "off", "limited", "lagging", "probing", "unknown", "up"];

/** 0 is the worst. */
export function severity(state: ProviderState): number {
  return order.indexOf(state);
}

/** The worst of some; null of none. */
export function worstOf(states: readonly ProviderState[]): ProviderState | null {
  return states.reduce<ProviderState | null>(
    (worst, state) => worst === null || severity(state) < severity(worst) ? state : worst,
    null,
  );
}

/** Whether a person should look at it: not up, or behind the others. */
export function isTroubled({ state, lag_blocks, override }: FeedProvider): boolean {
  return (state !== "up" && state !== "unknown") || (lag_blocks ?? 0) > 2 || override !== null;
}

/** Chains that fail, are down, drained, or have a provider in trouble. */
export function isTroubledChain({ state, drained, minute, providers }: FeedChain): boolean {
  return state === "bad" || drained || (minute.success ?? 1) < 0.999 || providers.some(isTroubled);
}

export interface Folded<Item> {
  readonly shown: readonly Item[];
  readonly rest: readonly Item[];
  /** How many of the rest are in trouble; 0 unless more are than there is room for at all. */
  readonly troubled: number;
}

/**
 * Those in trouble, and others as they stand, up to `most`; their order is kept. More than that only of those in
 * trouble, up to `cap`.
 */
export function folded<Item>(
  items: readonly Item[],
  isIn: (item: Item) => boolean,
  most: number,
  cap: number = most * 2,
): Folded<Item> {
  if (items.length <= most) return { shown: items, rest: [], troubled: 0 };
  const bad = items.filter(isIn).length;
  // One line is taken by the word on the rest.
  let badRoom = bad <= cap ? bad : cap - 1;
  let room = Math.max(0, most - 1 - badRoom);
  const shown: Item[] = [];
  const rest: Item[] = [];
  for (const item of items) {
    const isShown = isIn(item) ? badRoom-- > 0 : room-- > 0;
    (isShown ? shown : rest).push(item);
  }
  return { shown, rest, troubled: bad - Math.min(bad, shown.filter(isIn).length) };
}

/** `12 more, 3 of them in trouble`, `12 more, all well`. */
export function restText({ rest, troubled }: Folded<unknown>): string {
  return `${rest.length} more, ${troubled === 0 ? "all well" : `${troubled} of them in trouble`}`;
}
