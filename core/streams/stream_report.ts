// A stream as it stands, for people: who feeds it, who listens, how far it is. Read when somebody asks; it changes
// nothing.

import type { Source } from "./chain_streams.ts";
import type { Feed } from "./feed_set.ts";

export interface StreamReport {
  readonly chain: string;
  /** newHeads, logs, newPendingTransactions … */
  readonly type: string;
  /** JSON text of the params: streams of equal keys are one. */
  readonly key: string;
  /** Subscriptions and kept filters of clients. */
  readonly clients: number;
  readonly upstreams: readonly {
    readonly provider: string;
    readonly transport: string;
    readonly state: Feed["state"];
    /** Epoch ms at which it was asked for or confirmed, and at which it said something last. */
    readonly since: number;
    readonly heardAt: number;
  }[];
  /** Newest block that was told; null: none yet, or it is about no block. */
  readonly position: number | null;
  /** Blocks that were made up for by asking; holes that could not be. */
  readonly filled: number;
  readonly gaps: number;
  /** Upstream subscriptions that were lost or went stale. */
  readonly failovers: number;
  /** Blocks or logs that are held back till what comes before them is there. */
  readonly waiting: number;
  /** Bytes that wait for the client that keeps up worst. */
  readonly slowestQueuedBytes: number;
}

/** `wallOffset`: epoch ms less monotonic ms. */
export function reportOf(source: Source, chain: string, wallOffset: number, now: number): StreamReport {
  const { fanout, feeds, position, filled, waiting } = source;
  const wall = (at: number): number => Math.round(Math.min(at, now) + wallOffset);
  return {
    chain,
    type: feeds.type,
    key: feeds.params,
    clients: fanout.size,
    upstreams: feeds.all.map(({ channel, state, since, heardAt }) => ({
      provider: channel.provider.id,
      transport: channel.protocol,
      state,
      since: wall(since),
      heardAt: wall(heardAt),
    })),
    position,
    filled,
    gaps: fanout.gaps,
    failovers: feeds.lost,
    waiting,
    slowestQueuedBytes: fanout.mostQueuedBytes,
  };
}
