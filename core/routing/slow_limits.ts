// When an attempt counts as slow: at about three times the method's usual p99 on its channel, at least 250 ms. One per
// chain, asked by its runs once an attempt is late. "Usual" is not "of late": a channel that turns slow, or falls silent,
// must not raise its own limit with each slow call, so what counts as usual rises slowly, and falls at once.

import type { StrategyView } from "../plugins/strategy.ts";
import type { Channel } from "../providers/channel.ts";

/** A second channel is never started beside a slow one before this, ms. */
export const leastSlowMs = 250;
/** How many times the usual p99 counts as slow. */
const slowFactor = 3;
/** A limit rises by no more than twice in this time. */
const doublingMs = 30_000;

interface Limit {
  readonly ms: number;
  readonly at: number;
}

export class SlowLimits {
  readonly #limits = new WeakMap<Channel, Map<string, Limit>>();

  /** Milliseconds after which an attempt is slow. `label`: the method as it is measured. */
  of(channel: Channel, label: string, view: StrategyView, now: number): number {
    const figures = Math.max(leastSlowMs, slowFactor * (view.latency(channel.candidate, label)?.p99 ?? 0));
    const limits = this.#limits.get(channel) ?? new Map<string, Limit>();
    const known = limits.get(label);
    const most = known === undefined ? Infinity : known.ms * 2 ** ((now - known.at) / doublingMs);
    const ms = Math.min(figures, most);
    this.#limits.set(channel, limits.set(label, { ms, at: now }));
    return ms;
  }
}
