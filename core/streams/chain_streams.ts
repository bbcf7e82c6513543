// All streams of one chain: its head, the streams of logs that hang on it, and what is passed through; and those who
// wait for one of them to be acknowledged. Lives through reloads. It starts with the first subscription and rests some
// time after the last.

import type { Timer } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { maskText } from "../redact.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { Outcome } from "../routing/outcome.ts";
import { refuse } from "../rpc/refusal.ts";
import { ChainReader } from "./chain_reader.ts";
import type { Fanout } from "./fanout.ts";
import type { FeedSet } from "./feed_set.ts";
import { HeadChannel } from "./head_channel.ts";
import { LogChannel } from "./log_channel.ts";
import { OtherStream } from "./other_stream.ts";
import { type StreamDeps, StreamEnv } from "./stream_env.ts";
import { reportOf, type StreamReport } from "./stream_report.ts";
import type { Wish } from "./subscription_params.ts";

/** A stream that somebody may listen to. */
export interface Source {
  readonly fanout: Fanout;
  readonly feeds: FeedSet;
  /** Newest block that was told; null: none yet, or it is about no block. */
  readonly position: number | null;
  /** Blocks that were made up for by asking, and what is held back at this moment. */
  readonly filled: number;
  readonly waiting: number;
}

/** One who waits for the acknowledgement. */
interface Waiting {
  readonly source: Source;
  readonly onHead: boolean;
  readonly until: number;
  readonly ready: (position: number) => void;
  readonly failed: (outcome: Outcome) => void;
}

const tickMs = 100;
/** While somebody waits for an acknowledgement. */
const fastTickMs = 20;
/** The upstream's subscription is kept so long after the last listener left. */
const graceMs = 10_000;
const restartMs = 100;
/** Budget of one question to the providers. */
const maxAskMs = 10_000;

export class ChainStreams {
  readonly env: StreamEnv;
  readonly reader: ChainReader;
  readonly #heads: HeadChannel;
  readonly #logs = new Map<string, LogChannel>();
  readonly #others = new Map<string, OtherStream>();
  readonly #waiting = new Set<Waiting>();
  /** When a stream was left by its last listener. */
  readonly #leftAt = new Map<Source, number>();
  #timer: Timer | null = null;
  #restarting = false;
  #disposed = false;

  constructor(route: ChainRoute, deps: StreamDeps) {
    this.env = new StreamEnv(route, deps);
    const { env } = this;
    this.reader = new ChainReader(
      () => env.route,
      () => Math.min(maxAskMs, env.settings.subscriptions.backfillTimeoutMs),
      () => void (env.aliveAt = env.clock.now()),
    );
    this.#heads = new HeadChannel(env, this.reader, {
      guard: (step) => this.#guard(step),
      pushed: (head, serial) => {
        for (const channel of this.#logs.values()) channel.pushed(head, serial);
      },
      popped: () => {
        for (const channel of this.#logs.values()) channel.popped();
      },
      missed: (gap) => {
        for (const channel of this.#logs.values()) channel.missed(gap);
      },
      stale: (channel, why) => {
        for (const { feeds } of this.#logs.values()) {
          const same = feeds.open.find((feed) => feed.channel === channel);
          if (same !== undefined) feeds.replace(same, why);
        }
      },
      changed: () => {
        if (this.#waiting.size > 0) this.#acknowledge();
      },
    });
  }

  /** Listeners and streams at this moment, for a scrape. */
  get size(): { readonly streams: number; readonly clients: number } {
    const all = this.#sources();
    return {
      streams: all.filter(({ fanout }) => fanout.size > 0).length,
      clients: all.reduce((sum, { fanout }) => sum + fanout.size, 0),
    };
  }

  /** Every stream that has listeners or upstreams, to be shown. */
  get reports(): StreamReport[] {
    const now = this.env.clock.now();
    const wall = this.env.clock.wallNow();
    return this.#sources().filter(({ fanout, feeds }) => fanout.size > 0 || feeds.all.length > 0)
      .map((source) => reportOf(source, this.env.settings.name, wall - now, now));
  }

  /**
   * Finds or starts the stream of a wish. `ready` is called with the position at which a listener may join at once,
   * `failed` when that did not come in time; one of them, once, perhaps before this returns. Returns how to give up.
   */
  open(
    wish: Wish,
    ready: (source: Source, position: number) => void,
    failed: (outcome: Outcome) => void,
  ): () => void {
    const source = this.#sourceOf(wish);
    const { clock, settings } = this.env;
    const waiting: Waiting = {
      source,
      onHead: wish.kind !== "other",
      until: clock.now() + settings.subscriptions.subscriptionTimeoutMs,
      ready: (position) => {
        this.#leftAt.delete(source);
        ready(source, position);
      },
      failed,
    };
    this.#leftAt.delete(source);
    this.#waiting.add(waiting);
    this.#wake();
    this.#guard(() => {
      if (waiting.onHead) this.#heads.run();
      source.feeds.fill();
      this.#acknowledge();
    });
    return () => {
      if (this.#waiting.delete(waiting)) this.left(source);
    };
  }

  /** A listener has left. */
  left(source: Source): void {
    if (source.fanout.size === 0) this.#leftAt.set(source, this.env.clock.now());
  }

  /** Kept filters look at their time with each tick. */
  onTick: (now: number) => void = () => {};

  /** After a reload: the same streams over the new config's channels. */
  rebind(route: ChainRoute): void {
    this.env.route.chain.liveHead = null;
    this.env.route = route;
    if (this.#timer === null) return;
    route.chain.touch();
    this.#guard(() => {
      this.#heads.rebind();
      for (const { feeds } of this.#logs.values()) feeds.rebind();
      for (const { feeds } of this.#others.values()) feeds.rebind();
    });
  }

  /** The chain is no longer served: everybody is told, and everything ends. */
  end(code: number, reason: string): void {
    for (const { fanout } of this.#sources()) fanout.close(code, reason);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const { failed } of [...this.#waiting]) {
      failed({ kind: "refusal", refusal: refuse("cancelled", "Lasso is shutting down.") });
    }
    this.#rest();
  }

  // ---- life -----------------------------------------------------------------------------------------------------

  #sources(): Source[] {
    return [this.#heads, ...this.#logs.values(), ...this.#others.values()];
  }

  #sourceOf(wish: Wish): Source {
    if (wish.kind === "heads") return this.#heads;
    if (wish.kind === "logs") {
      const key = wish.filter.text;
      const known = this.#logs.get(key);
      if (known !== undefined) return known;
      const made = new LogChannel(wish.filter, this.env, this.reader, this.#heads);
      this.#logs.set(key, made);
      return made;
    }
    const known = this.#others.get(wish.params);
    if (known !== undefined) return known;
    const made = new OtherStream(wish.type, wish.params, this.env);
    this.#others.set(wish.params, made);
    return made;
  }

  #wake(): void {
    if (this.#timer !== null || this.#disposed) return;
    this.env.route.chain.touch();
    this.#arm();
  }

  #arm(): void {
    const ms = this.#waiting.size > 0 ? fastTickMs : tickMs;
    this.#timer = this.env.clock.after(ms, () => {
      this.#arm();
      this.#guard(() => this.#tick());
    });
  }

  #tick(): void {
    const now = this.env.clock.now();
    this.env.route.chain.touch();
    this.onTick(now);
    this.#release(now);
    if (this.#timer === null) return;
    this.#heads.tick(now);
    for (const channel of this.#logs.values()) channel.tick();
    for (const { feeds } of this.#others.values()) feeds.fill();
    this.#acknowledge();
  }

  /** Does anybody need the chain's head? */
  get #usesHeads(): boolean {
    if (this.#heads.fanout.size > 0 || this.#logs.size > 0 || this.#leftAt.has(this.#heads)) return true;
    for (const { onHead } of this.#waiting) if (onHead) return true;
    return false;
  }

  /** Ends streams whose last listener left some time ago. */
  #release(now: number): void {
    for (const [source, leftAt] of this.#leftAt) {
      if (now - leftAt < graceMs || this.#isAwaited(source)) continue;
      this.#leftAt.delete(source);
      for (const [key, channel] of this.#logs) {
        if (channel === source) {
          this.#logs.delete(key);
          channel.dispose();
        }
      }
      for (const [key, other] of this.#others) {
        if (other === source) {
          this.#others.delete(key);
          other.feeds.dispose();
        }
      }
    }
    if (this.#usesHeads) return;
    if (this.#others.size === 0 && this.#waiting.size === 0) this.#rest();
    else this.#heads.rest();
  }

  #isAwaited(source: Source): boolean {
    for (const waiting of this.#waiting) if (waiting.source === source) return true;
    return false;
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = null;
    for (const channel of this.#logs.values()) channel.dispose();
    for (const { feeds } of this.#others.values()) feeds.dispose();
    this.#logs.clear();
    this.#others.clear();
    this.#leftAt.clear();
    this.#waiting.clear();
    this.#heads.rest();
  }

  // ---- acknowledgement ------------------------------------------------------------------------------------------

  #acknowledge(): void {
    const now = this.env.clock.now();
    for (const waiting of [...this.#waiting]) {
      const { source, onHead, until } = waiting;
      if (this.#isLive(source, onHead)) {
        this.#waiting.delete(waiting);
        waiting.ready(source instanceof OtherStream ? source.serial : this.#heads.serial);
      } else if (now >= until || (!onHead && source.feeds.hopeless)) {
        this.#waiting.delete(waiting);
        waiting.failed(this.#whyNot(source, onHead));
        this.left(source);
      }
    }
  }

  /** Is the position known, and is there somebody who tells what comes, or nobody who could? */
  #isLive(source: Source, onHead: boolean): boolean {
    if (!onHead) return source.feeds.open.length > 0;
    if (!this.#heads.known) return false;
    const served = ({ feeds }: Source): boolean => feeds.open.length > 0 || feeds.hopeless;
    return served(this.#heads) && served(source);
  }

  #whyNot({ feeds }: Source, onHead: boolean): Outcome {
    const { name } = this.env.settings;
    if (!onHead && feeds.refusal !== null) {
      return { kind: "error", error: feeds.refusal, category: "unsupported", code: -32601 };
    }
    const message = onHead
      ? `No provider of ${name} has confirmed the subscription in time.`
      : `No provider of ${name} offers the subscription ${JSON.stringify(feeds.type)} at this moment.`;
    return { kind: "refusal", refusal: refuse(onHead ? "timeout" : "unsupported", message) };
  }

  /** The boundary around the streams' own code: a fault is reported, and the chain goes on from its branch. */
  #guard(step: () => void): void {
    if (this.#disposed) return;
    try {
      step();
    } catch (thrown) {
      this.env.counts.faults++;
      this.env.report("error", "stream.fault", { type: "newHeads", error: maskText(messageOf(thrown)) });
      if (this.#restarting) return;
      this.#restarting = true;
      this.env.clock.after(restartMs, () => {
        this.#restarting = false;
        this.#guard(() => this.#heads.restart());
      });
    }
  }
}
