// When an attempt counts as slow: at about three times the method's usual p99 on its channel, at least 250 ms. One per
// chain, asked by its runs. A channel that has fallen silent must not move its own limit: what was given up enters the
// measurement as "at least", which would triple the limit with each call.

import type { StrategyView } from "../plugins/strategy.ts";
import type { Channel } from "../providers/channel.ts";

/** A second channel is never started beside a slow one before this, ms. */
export const leastSlowMs = 250;
/** How many times the usual p99 counts as slow. */
const slowFactor = 3;

export class SlowLimits {
  /** Limits by method that an attempt ran into, kept until the channel answers that method again. */
  readonly #held = new WeakMap<Channel, Map<string, number>>();

  /** Milliseconds after which an attempt is slow. `label`: the method as it is measured. */
  of(channel: Channel, label: string, view: StrategyView): number {
    const held = this.#held.get(channel)?.get(label);
    if (held !== undefined) return held;
    return Math.max(leastSlowMs, slowFactor * (view.latency(channel.candidate, label)?.p99 ?? 0));
  }

  /** An attempt ran into `limitMs`. */
  hold(channel: Channel, label: string, limitMs: number): void {
    const limits = this.#held.get(channel) ?? new Map<string, number>();
    this.#held.set(channel, limits.set(label, limitMs));
  }

  /** The channel answered. */
  release(channel: Channel, label: string): void {
    this.#held.get(channel)?.delete(label);
  }
}
