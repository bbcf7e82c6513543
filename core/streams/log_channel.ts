// One filter's stream with what it lives on: its upstream subscriptions, the reader for what they lose, and those who
// listen. Its faults stay its own: after one it goes on from where the chain's branch and its own part.

import { maskText } from "../redact.ts";
import { messageOf } from "../errors.ts";
import type { ChainReader } from "./chain_reader.ts";
import { Fanout, type Gap } from "./fanout.ts";
import { type Feed, FeedSet } from "./feed_set.ts";
import type { Head } from "./head.ts";
import type { HeadChannel } from "./head_channel.ts";
import { readLiveLog } from "./log_event.ts";
import type { LogFilter } from "./log_filter.ts";
import { LogStream } from "./log_stream.ts";
import type { StreamEnv } from "./stream_env.ts";

/** Silent blocks in a row that make a subscription be replaced. */
const maxMisses = 2;
const restartMs = 100;
/** Between two questions for a provider's height that it did not answer. */
const askAgainMs = 2_000;
/** Blocks above a provider's height at a feed's begin that are fetched all the same: heights are known roughly. */
const heightMargin = 3;

export class LogChannel {
  readonly fanout: Fanout;
  readonly feeds: FeedSet;
  readonly #env: StreamEnv;
  readonly #stream: LogStream;
  readonly #heads: HeadChannel;
  /** Blocks above this serial are its. */
  readonly #since: number;
  /** A feed tells the logs of the blocks above this height; one that is not here has not been placed yet. */
  readonly #tellsAbove = new WeakMap<Feed, number>();
  #asking: Feed | null = null;
  #askedAt = -Infinity;
  readonly #reader: ChainReader;
  #faulty = false;
  #disposed = false;
  #filled = 0;

  constructor(
    filter: LogFilter,
    env: StreamEnv,
    reader: ChainReader,
    heads: HeadChannel,
  ) {
    this.#heads = heads;
    this.#since = heads.serial;
    this.#reader = reader;
    this.#env = env;
    this.fanout = new Fanout(env.random);
    this.#stream = new LogStream(filter, {
      clock: env.clock,
      trust: () => env.settings.trustBloom,
      always: () => env.settings.subscriptions.confirmLogs === "always",
      gapFilling: () => env.settings.subscriptions.gapFilling,
      backfillTimeoutMs: () => env.settings.subscriptions.backfillTimeoutMs,
      reachable: () => env.reachable,
      fetchLogs: (head, expected, answered) =>
        reader.logs(head, filter, expected, (logs) => {
          if (logs !== null) this.#filled++;
          this.#guard(() => answered(logs));
        }),
      deliver: (text, serial) => this.fanout.emit(text, serial),
      gap: (from, to) => this.#gap(from, to),
      subscriptionLost: () => this.#missed(),
      saidUpTo: (number) =>
        this.feeds.open.reduce<number | null>((most, feed) => {
          const tells = number > (this.#tellsAbove.get(feed) ?? Infinity);
          const said = tells ? heads.saidBy(feed.channel) : null;
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
        this.#askedAt = -Infinity;
        this.#place();
      },
      event: (feed, result, at) => this.#guard(() => this.#heard(feed, result, at)),
      lost: () => {
        env.counts.failovers++;
        this.#guard(() => this.#stream.down(this.feeds.open.length > 0));
        this.#askedAt = -Infinity;
        this.#place();
      },
    });
  }

  get position(): number | null {
    return this.#stream.tip?.number ?? null;
  }

  /** Blocks whose logs were fetched. */
  get filled(): number {
    return this.#filled;
  }

  /** Logs that are held because their block has not come yet. */
  get waiting(): number {
    return this.#stream.waiting;
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
    this.#place();
    if (!this.#faulty) this.#guard(() => this.#stream.tick());
  }

  dispose(): void {
    this.#disposed = true;
    this.feeds.dispose();
    this.#stream.reset();
  }

  /** From which blocks on do the open feeds tell? Till a provider has said where it stood, every block is fetched. */
  #place(): void {
    const { open } = this.feeds;
    if (open.length === 0 || this.#disposed) return;
    this.#watch(open);
    const feed = open.find((one) => !this.#tellsAbove.has(one));
    const now = this.#env.clock.now();
    if (feed === undefined || this.#asking === feed || now - this.#askedAt < askAgainMs) return;
    this.#askedAt = now;
    this.#asking = feed;
    this.#reader.headOf(feed.channel.provider.id, (head) => {
      if (this.#asking === feed) this.#asking = null;
      if (head === null || this.#disposed) return;
      this.#tellsAbove.set(feed, head.number + heightMargin);
      this.#askedAt = -Infinity;
      this.#place();
    });
  }

  #watch(open: readonly Feed[]): void {
    const above = Math.min(...open.map((feed) => this.#tellsAbove.get(feed) ?? Infinity));
    this.#guard(() => this.#stream.watchAbove(above));
  }

  #heard(feed: Feed, result: string, at: number): void {
    const log = readLiveLog(result);
    if (log === null) return this.feeds.replace(feed, "it sends something that is no log");
    if (log === undefined) return;
    feed.misses = 0;
    this.#stream.heard(log, this.#tellsAbove.get(feed) ?? Infinity);
    const { races, racers } = this.feeds;
    if (racers.length < 2) races.alone(log.blockNumber, at);
    else races.copy(`${log.blockHash}:${log.logIndex}`, log.blockNumber, feed, racers, at);
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
      for (let { tip } = this.#stream; tip !== null && !this.#heads.branch.has(tip); { tip } = this.#stream) {
        this.#stream.popped();
      }
      const from = this.#stream.tip?.number ?? -1;
      for (const head of this.#heads.branch) {
        const serial = this.#heads.serialOf(head);
        if (serial > this.#since && head.number > from) this.#stream.pushed(head, serial);
      }
      this.#stream.restart();
    });
  }
}
