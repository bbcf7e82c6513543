// The counters and gauges of one chain, as trees of maps: counting walks cached objects and builds no label text.
// The number of leaves is bounded here, whatever clients send. Written by Meter, read by scrapes.

import type { Category } from "../rpc/category.ts";
import { maxMethods, type Tally } from "./chain_measure.ts";
import { durationBounds, FixedHistogram } from "./fixed_histogram.ts";

/** Outcomes kept apart per method; any further one counts as `other`. */
const maxOutcomes = 64;
const overflow = "other";

export type BreakerState = "closed" | "open" | "half_open";

export interface ChannelCounters {
  readonly provider: string;
  readonly transport: string;
  readonly duration: FixedHistogram;
}

export class ChainCounters {
  /** Requests by method, then outcome. */
  readonly requests = new Map<string, Map<string, Tally>>();
  readonly duration = new FixedHistogram(durationBounds);
  /** By candidate id. */
  readonly channels = new Map<string, ChannelCounters>();
  /** By provider, then category. */
  readonly failovers = new Map<string, Map<Category, Tally>>();
  /** By candidate id. */
  readonly breakers = new Map<string, { provider: string; transport: string; state: BreakerState }>();
  /** By provider. */
  readonly heads = new Map<string, { block: number; lagBlocks: number }>();
  /** By provider. */
  readonly behind = new Map<string, Tally>();

  request(method: string, outcome: string): void {
    let outcomes = this.requests.get(method);
    if (outcomes === undefined) outcomes = branch(this.requests, method, maxMethods);
    let tally = outcomes.get(outcome);
    if (tally === undefined) tally = leaf(outcomes, outcome, maxOutcomes);
    tally.n++;
  }

  failover(provider: string, category: Category): void {
    leaf(branch(this.failovers, provider), category).n++;
  }

  answerBehind(provider: string): void {
    leaf(this.behind, provider).n++;
  }

  channel(id: string, provider: string, transport: string): ChannelCounters {
    let channel = this.channels.get(id);
    if (channel === undefined) {
      channel = { provider, transport, duration: new FixedHistogram(durationBounds) };
      this.channels.set(id, channel);
    }
    return channel;
  }

  /** Forgets what belongs to channels and providers that are not listed. */
  retain(ids: ReadonlySet<string>, providers: ReadonlySet<string>): void {
    for (const map of [this.channels, this.breakers]) {
      for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
    }
    for (const map of [this.failovers, this.heads, this.behind]) {
      for (const provider of map.keys()) if (!providers.has(provider)) map.delete(provider);
    }
  }
}

function branch<Key extends string, Leaf extends string>(
  tree: Map<Key, Map<Leaf, Tally>>,
  wanted: Key,
  most = Infinity,
): Map<Leaf, Tally> {
  const key = tree.has(wanted) || tree.size < most - 1 ? wanted : overflow as Key;
  let found = tree.get(key);
  if (found === undefined) tree.set(key, found = new Map());
  return found;
}

function leaf<Key extends string>(leaves: Map<Key, Tally>, wanted: Key, most = Infinity): Tally {
  const key = leaves.has(wanted) || leaves.size < most - 1 ? wanted : overflow as Key;
  let found = leaves.get(key);
  if (found === undefined) leaves.set(key, found = { n: 0 });
  return found;
}
