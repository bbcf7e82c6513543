// A subscription that is passed through: newPendingTransactions, syncing and whatever else providers offer. Best
// effort: another provider takes over, what was said twice is dropped within bounds, nothing is made up for.

import { Fanout } from "./fanout.ts";
import { type Feed, FeedSet } from "./feed_set.ts";
import type { StreamEnv } from "./stream_env.ts";

/** Transactions that are remembered so that none is told twice: twice this many at most. */
const remembered = 10_000;

const hashMember = /"hash"\s*:\s*"(0x[0-9a-fA-F]{64})"/;
const hashText = /^\s*"(0x[0-9a-fA-F]{64})"/;

export class OtherStream {
  readonly fanout: Fanout;
  readonly feeds: FeedSet;
  readonly #isPending: boolean;
  #recent = new Set<string>();
  #older = new Set<string>();
  #last = "";
  #serial = 0;

  constructor(type: string, params: string, env: StreamEnv) {
    this.fanout = new Fanout(env.random);
    this.#isPending = type === "newPendingTransactions";
    this.feeds = new FeedSet(env, {
      type,
      params,
      wanted: () => this.#isPending ? env.settings.race.newPendingTransactions ?? 1 : 1,
      timeoutMs: () => env.settings.subscriptions.subscriptionTimeoutMs,
    }, {
      opened: () => {},
      event: (feed, result, at) => this.#heard(feed, result, at),
      lost: () => {
        env.counts.failovers++;
      },
    });
  }

  /** It is about no block, makes nothing up and holds nothing. */
  readonly position = null;
  readonly filled = 0;
  readonly waiting = 0;

  get serial(): number {
    return this.#serial;
  }

  #heard(feed: Feed, result: string, at: number): void {
    const key = this.#isPending ? transactionOf(result) : result;
    if (!(this.#isPending ? this.#known(key) : key === this.#last)) {
      this.#last = this.#isPending ? "" : key;
      this.fanout.emit(result, ++this.#serial);
    }
    const { races, racers } = this.feeds;
    if (racers.length > 1) races.copy(key, null, feed, racers, at);
  }

  #known(key: string): boolean {
    if (this.#recent.has(key) || this.#older.has(key)) return true;
    if (this.#recent.size >= remembered) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(key);
    return false;
  }
}

/** The transaction's hash, also where the whole object is told; what has none is known by its text. */
function transactionOf(result: string): string {
  const hash = hashMember.exec(result)?.[1] ?? hashText.exec(result)?.[1];
  return hash?.toLowerCase() ?? result;
}
