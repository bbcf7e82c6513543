// A subscription that is passed through: newPendingTransactions, syncing and whatever else providers offer. Best
// effort: another provider takes over, what was said twice is dropped within bounds, nothing is made up for.

import { Fanout } from "./fanout.ts";
import { FeedSet } from "./feed_set.ts";
import type { StreamEnv } from "./stream_env.ts";

/** Transactions that are remembered so that none is told twice: twice this many at most. */
const remembered = 10_000;

const hashMember = /"hash"\s*:\s*"(0x[0-9a-fA-F]{64})"/;

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
      wanted: () => 1,
      timeoutMs: () => env.settings.subscriptions.subscriptionTimeoutMs,
    }, {
      opened: () => {},
      event: (_feed, result) => this.#heard(result),
      lost: () => {
        env.counts.failovers++;
      },
    });
  }

  get serial(): number {
    return this.#serial;
  }

  #heard(result: string): void {
    if (this.#isPending ? this.#known(result) : result === this.#last) return;
    this.#last = this.#isPending ? "" : result;
    this.fanout.emit(result, ++this.#serial);
  }

  #known(result: string): boolean {
    const key = hashMember.exec(result)?.[1] ?? result;
    if (this.#recent.has(key) || this.#older.has(key)) return true;
    if (this.#recent.size >= remembered) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(key);
    return false;
  }
}
