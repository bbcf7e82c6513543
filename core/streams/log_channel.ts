// One filter's stream with what it lives on: its upstream subscriptions, the reader for what they lose, and those who
// listen. Its faults stay its own: after one it goes on from where the chain's branch and its own part.

import { maskText } from "../redact.ts";
import { messageOf } from "../errors.ts";
import type { Channel } from "../providers/channel.ts";
import type { ChainReader } from "./chain_reader.ts";
import type { Branch } from "./branch.ts";
import { Fanout, type Gap } from "./fanout.ts";
import { type Feed, FeedSet } from "./feed_set.ts";
import type { Head } from "./head.ts";
import { readLiveLog } from "./log_event.ts";
import type { LogFilter } from "./log_filter.ts";
import { LogStream } from "./log_stream.ts";
import type { StreamEnv } from "./stream_env.ts";

/** Silent blocks in a row that make a subscription be replaced. */
const maxMisses = 2;
const restartMs = 100;
/** Between two questions for a provider's height that it did not answer. */
const askAgainMs = 2_000;

export class LogChannel {
  readonly fanout: Fanout;
  readonly feeds: FeedSet;
  readonly #env: StreamEnv;
  readonly #stream: LogStream;
  readonly #branch: Branch<Head>;
  readonly #serialOf: (head: Head) => number;
  /** Blocks above this serial are its. */
  #since: number;
  /** The feed whose begin is known: the logs of which blocks it tells. */
  #begun: Feed | null = null;
  #asking = false;
  #askedAt = -Infinity;
  readonly #reader: ChainReader;
  #faulty = false;
  #disposed = false;

  constructor(
    filter: LogFilter,
    env: StreamEnv,
    reader: ChainReader,
    branch: Branch<Head>,
    serialOf: (head: Head) => number,
    since: number,
    /** The newest block of the branch whose head came over this channel; -1: none yet; null: no heads come over it. */
    saidBy: (channel: Channel) => number | null,
  ) {
    this.#since = since;
    this.#reader = reader;
    this.#env = env;
    this.#branch = branch;
    this.#serialOf = serialOf;
    this.fanout = new Fanout(env.random);
    this.#stream = new LogStream(filter, {
      clock: env.clock,
      trust: () => env.settings.trustBloom,
      always: () => env.settings.subscriptions.confirmLogs === "always",
      gapFilling: () => env.settings.subscriptions.gapFilling,
      backfillTimeoutMs: () => env.settings.subscriptions.backfillTimeoutMs,
      reachable: () => env.reachable,
      fetchLogs: (head, expected, answered) =>
        reader.logs(head, filter, expected, (logs) => this.#guard(() => answered(logs))),
      deliver: (text, serial) => this.fanout.emit(text, serial),
      gap: (from, to) => this.#gap(from, to),
      subscriptionLost: () => this.#missed(),
      saidUpTo: () =>
        this.feeds.open.reduce<number | null>((most, { channel }) => {
          const said = saidBy(channel);
          return said === null ? most : Math.max(said, most ?? -1);
        }, null),
    });
    this.feeds = new FeedSet(env, {
      type: "logs",
      params: filter.text === "{}" ? '["logs",{}]' : `["logs",${filter.text}]`,
      wanted: () => env.settings.race.logs,
      timeoutMs: () => env.settings.subscriptions.subscriptionTimeoutMs,
    }, {
      opened: () => {
        const others = this.feeds.open.length > 1;
        this.#guard(() => this.#stream.up(others));
        if (!others) this.#begun = null;
        this.#askedAt = -Infinity;
        this.#askHeight();
      },
      event: (feed, result) => this.#guard(() => this.#heard(feed, result)),
      lost: () => {
        env.counts.failovers++;
        this.#guard(() => this.#stream.down(this.feeds.open.length > 0));
        this.#begun = null;
        this.#askedAt = -Infinity;
        this.#askHeight();
      },
    });
  }

  pushed(head: Head, serial: number): void {
    if (this.#faulty) return; // It catches up from the branch.
    this.#guard(() => this.#stream.pushed(head, serial));
  }

  popped(): void {
    if (!this.#faulty) this.#guard(() => this.#stream.popped());
  }

  /** The chain's branch begins anew behind a gap; what was not sure of the blocks before it is lost with it. */
  missed(gap: Gap): void {
    const behind = this.#faulty ? (this.#stream.tip?.number ?? gap.from) + 1 : gap.from;
    const from = Math.min(gap.from, behind, this.#stream.unsureFrom ?? gap.from);
    this.#stream.reset();
    const why = `The logs of blocks ${from} to ${gap.to} could not be made up for.`;
    this.fanout.gap({ from, to: gap.to }, this.#env.settings.subscriptions.onGap, why);
  }

  tick(): void {
    this.feeds.fill();
    this.#askHeight();
    if (!this.#faulty) this.#guard(() => this.#stream.tick());
  }

  dispose(): void {
    this.#disposed = true;
    this.feeds.dispose();
    this.#stream.reset();
  }

  /** From which block on does the open feed tell? Till its provider has said so, every block is fetched. */
  #askHeight(): void {
    const feed = this.feeds.open[0];
    if (feed === undefined || this.#begun === feed || this.#asking || this.#disposed) return;
    const now = this.#env.clock.now();
    if (now - this.#askedAt < askAgainMs) return;
    this.#askedAt = now;
    this.#asking = true;
    this.#reader.headOf(feed.channel.provider.id, (head) => {
      this.#asking = false;
      if (head === null || this.#disposed || this.feeds.open[0] !== feed) return;
      this.#begun = feed;
      this.#guard(() => this.#stream.watchAbove(head.number));
    });
  }

  #heard(feed: Feed, result: string): void {
    const log = readLiveLog(result);
    if (log === null) return this.feeds.replace(feed, "it sends something that is no log");
    if (log === undefined) return;
    feed.misses = 0;
    this.#stream.heard(log);
  }

  #missed(): void {
    for (const feed of this.feeds.open) {
      if (++feed.misses >= maxMisses) {
        this.feeds.replace(feed, `it said nothing of ${maxMisses} blocks with logs`);
      }
    }
  }

  #gap(from: number, to: number): void {
    this.#env.counts.gaps++;
    this.#env.report("warn", "stream.gap", { type: "logs", from_block: from, to_block: to });
    const why = `The logs of blocks ${from} to ${to} could not be had from any provider.`;
    this.fanout.gap({ from, to }, this.#env.settings.subscriptions.onGap, why);
  }

  /** The boundary around the stream's own code. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (thrown) {
      const { counts, clock } = this.#env;
      counts.faults++;
      this.#env.report("error", "stream.fault", { type: "logs", error: maskText(messageOf(thrown)) });
      if (this.#faulty) return;
      this.#faulty = true;
      clock.after(restartMs, () => this.#catchUp());
    }
  }

  #catchUp(): void {
    if (this.#disposed) return;
    this.#faulty = false;
    this.#guard(() => {
      for (let { tip } = this.#stream; tip !== null && !this.#branch.has(tip); { tip } = this.#stream) {
        this.#stream.popped();
      }
      const from = this.#stream.tip?.number ?? -1;
      for (const head of this.#branch) {
        const serial = this.#serialOf(head);
        if (serial > this.#since && head.number > from) this.#stream.pushed(head, serial);
      }
      this.#stream.restart();
    });
  }
}
