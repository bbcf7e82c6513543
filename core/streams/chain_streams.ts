// All streams of one chain: the follower of its head with its upstream subscriptions or its polling, the streams of
// logs that hang on it, and what is passed through. Lives through reloads. It starts with the first subscription and
// rests some time after the last.

import type { Timer } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { maskText } from "../redact.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { Outcome } from "../routing/outcome.ts";
import { refuse } from "../rpc/refusal.ts";
import type { Channel } from "../providers/channel.ts";
import { ChainReader } from "./chain_reader.ts";
import { Fanout } from "./fanout.ts";
import { type Feed, FeedSet } from "./feed_set.ts";
import { type Head, membersOf, readLiveHead } from "./head.ts";
import { HeadFollower, type HeadSource } from "./head_follower.ts";
import { LogChannel } from "./log_channel.ts";
import { OtherStream } from "./other_stream.ts";
import { type StreamDeps, StreamEnv } from "./stream_env.ts";
import type { Wish } from "./subscription_params.ts";

/** A stream that somebody may listen to. */
export interface Source {
  readonly fanout: Fanout;
  readonly feeds: FeedSet;
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
const minPollMs = 100;
const maxPollMs = 4_000;
const restartMs = 100;
/** Budget of one question to the providers. */
const maxAskMs = 10_000;

export class ChainStreams {
  readonly env: StreamEnv;
  readonly reader: ChainReader;
  readonly #heads: Source;
  readonly #follower: HeadFollower;
  readonly #logs = new Map<string, LogChannel>();
  readonly #others = new Map<string, OtherStream>();
  readonly #waiting = new Set<Waiting>();
  /** When a stream was left by its last listener. */
  readonly #leftAt = new Map<Source, number>();
  /** Counts the blocks of the branch as they come; a block that comes again gets a new one. */
  readonly #serials = new WeakMap<Head, number>();
  #serial = 0;
  #timer: Timer | null = null;
  readonly #poller: { last: Head | null; provider: string | null } = { last: null, provider: null };
  #polledAt = -Infinity;
  #looking = false;
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
    this.#follower = new HeadFollower({
      clock: env.clock,
      maxBackfill: () => env.maxBackfill,
      backfillTimeoutMs: () => env.settings.subscriptions.backfillTimeoutMs,
      reachable: () => env.reachable,
      blockTimeMs: () => env.blockTimeMs,
      fetch: (number, hash, answered) =>
        this.reader.block(number, hash, (head) => this.#guard(() => answered(head))),
      canonical: (number, source, answered) =>
        this.reader.canonical(number, source?.provider ?? null, (head) => this.#guard(() => answered(head))),
      pushed: (head) => this.#pushed(head),
      popped: () => this.#popped(),
      gap: (from, to) => this.#gap(from, to),
    });
    const feeds = new FeedSet(env, {
      type: "newHeads",
      params: '["newHeads"]',
      wanted: () => env.settings.race.newHeads,
      timeoutMs: () => env.settings.subscriptions.subscriptionTimeoutMs,
    }, {
      opened: (feed) => this.#guard(() => this.#headsOpened(feed)),
      event: (feed, result) => this.#guard(() => this.#heardHead(feed, result)),
      lost: (feed) => this.#guard(() => this.#headsLost(feed)),
    });
    this.#heads = { fanout: new Fanout(env.random), feeds };
  }

  /** Listeners and streams at this moment, for a scrape. */
  get size(): { readonly streams: number; readonly clients: number } {
    const all = this.#sources();
    return {
      streams: all.filter(({ fanout }) => fanout.size > 0).length,
      clients: all.reduce((sum, { fanout }) => sum + fanout.size, 0),
    };
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
      if (waiting.onHead) {
        this.#heads.feeds.fill();
        if (this.#follower.tip === null) this.#look(null);
      }
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
      for (const { feeds } of this.#sources()) feeds.rebind();
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
      const serialOf = (head: Head): number => this.#serials.get(head) ?? 0;
      const { branch } = this.#follower;
      const saidBy = (channel: Channel): number | null => {
        const feed = this.#heads.feeds.open.find((one) => one.channel === channel);
        if (feed === undefined) return null;
        return feed.last !== null && branch.has(feed.last) ? feed.last.number : -1;
      };
      const made = new LogChannel(wish.filter, this.env, this.reader, branch, serialOf, this.#serial, saidBy);
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
    if (this.#usesHeads) {
      this.#heads.feeds.fill();
      this.#follower.tick();
      this.#poll(now);
      this.#replaceStale(now);
    }
    for (const channel of this.#logs.values()) channel.tick();
    for (const { feeds } of this.#others.values()) feeds.fill();
    this.#showHead();
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
    if (!this.#usesHeads && this.#others.size === 0 && this.#waiting.size === 0) this.#rest();
    else if (!this.#usesHeads) this.#restHeads();
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
    this.#restHeads();
  }

  #restHeads(): void {
    this.#heads.feeds.close();
    this.#follower.reset();
    this.#poller.last = null;
    this.#polledAt = -Infinity;
    this.env.route.chain.liveHead = null;
  }

  // ---- acknowledgement ------------------------------------------------------------------------------------------

  #acknowledge(): void {
    const now = this.env.clock.now();
    for (const waiting of [...this.#waiting]) {
      const { source, onHead, until } = waiting;
      if (this.#isLive(source, onHead)) {
        this.#waiting.delete(waiting);
        waiting.ready(source instanceof OtherStream ? source.serial : this.#serial);
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
    if (this.#follower.tip === null || this.#follower.behind) return false;
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

  // ---- heads ----------------------------------------------------------------------------------------------------

  /** `feed`: null after a fault. */
  #headsOpened(feed: Feed | null): void {
    if (feed !== null) this.env.aliveAt = this.env.clock.now();
    this.#follower.lost(this.#poller);
    if (feed !== null) this.#askItsHead(feed);
    // Blocks may have come before it was open: the way from there to here is what must be looked at first.
    this.#look(null);
    this.#follower.renewed();
    this.#acknowledge();
  }

  /** A feed that begins after a reorg says nothing of it before the next block: what it stands on is asked for. */
  #askItsHead(feed: Feed): void {
    this.reader.headOf(feed.channel.provider.id, (head) =>
      this.#guard(() => {
        if (head !== null && feed.state === "open" && feed.last === null) {
          this.#follower.offer(head, feed.begin);
        }
      }));
  }

  #heardHead(feed: Feed, result: string): void {
    this.env.aliveAt = this.env.clock.now();
    const head = readLiveHead(result);
    if (head === null) return this.#heads.feeds.replace(feed, "it sends something that is no header");
    this.reader.liveMembers ??= membersOf(head);
    this.env.route.chain.observeHead(feed.channel.provider, head.number, true);
    if (feed.last === null) this.#follower.lost(feed.begin);
    this.#follower.offer(head, feed);
    this.#showHead();
    if (this.#waiting.size > 0) this.#acknowledge();
  }

  #headsLost(feed: Feed): void {
    this.env.counts.failovers++;
    this.#follower.lost(feed.begin);
    this.#follower.lost(feed);
    this.#polledAt = -Infinity;
    this.#showHead();
  }

  /** Without a subscription that is open, the head is asked for. */
  #poll(now: number): void {
    if (this.#heads.feeds.open.length > 0) return;
    const everyMs = Math.min(Math.max(this.env.blockTimeMs / 2, minPollMs), maxPollMs);
    if (now - this.#polledAt < everyMs || this.env.route.chain.verifying) return;
    this.#polledAt = now;
    this.#look(this.#poller);
  }

  /** Asks for the newest block. `source` null: once, at a switch; it leads nobody. */
  #look(source: HeadSource | null): void {
    if (this.#looking && source !== null) return;
    this.#looking = true;
    this.reader.latest((head, provider) =>
      this.#guard(() => {
        this.#looking = false;
        if (this.#timer === null) return;
        if (head !== null) {
          if (source === this.#poller) this.#poller.provider = provider;
          const by = source ?? { last: null, provider };
          this.#follower.offer(head, by);
          if (source === null || this.#heads.feeds.open.length > 0) this.#follower.lost(by);
        } else if (source === null) this.#polledAt = -Infinity;
        this.#acknowledge();
      })
    );
  }

  /** A feed that says nothing while others are provably ahead is replaced, and so is what else its channel feeds. */
  #replaceStale(now: number): void {
    const limitMs = Math.max(this.env.settings.subscriptions.staleAfterMs, 3 * this.env.blockTimeMs);
    const { providers } = this.env.route.chain;
    for (const feed of this.#heads.feeds.open) {
      if (now - feed.heardAt < limitMs) continue;
      const at = feed.last?.number ?? -1;
      const { provider } = feed.channel;
      const ahead = (this.#follower.tip?.number ?? -1) > at ||
        providers.some((other) => other !== provider && (other.head ?? -1) > at);
      if (!ahead) continue;
      const why = `no head for ${Math.round(now - feed.heardAt)} ms while others are ahead`;
      this.#heads.feeds.replace(feed, why);
      for (const { feeds } of this.#logs.values()) {
        const same = feeds.open.find(({ channel }) => channel === feed.channel);
        if (same !== undefined) feeds.replace(same, why);
      }
    }
  }

  #pushed(head: Head): void {
    const serial = ++this.#serial;
    this.#serials.set(head, serial);
    // Who was told of a block finds it: calls that mean the head go where it is.
    this.env.route.chain.served = head.number;
    this.#heads.fanout.emit(head.text, serial);
    for (const channel of this.#logs.values()) channel.pushed(head, serial);
  }

  #popped(): void {
    for (const channel of this.#logs.values()) channel.popped();
  }

  #gap(from: number, to: number): void {
    this.env.counts.gaps++;
    this.env.report("warn", "stream.gap", { type: "newHeads", from_block: from, to_block: to });
    const why = `Blocks ${from} to ${to} could not be made up for.`;
    for (const channel of this.#logs.values()) channel.missed({ from, to });
    this.#heads.fanout.gap({ from, to }, this.env.settings.subscriptions.onGap, why);
  }

  /** The pipeline answers eth_blockNumber from a stream that is up to date. */
  #showHead(): void {
    const { tip, behind } = this.#follower;
    const live = tip !== null && !behind && this.#heads.feeds.open.length > 0;
    this.env.route.chain.liveHead = live ? tip.number : null;
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
        if (this.#disposed || this.#timer === null) return;
        this.#follower.restart();
        this.#guard(() => this.#headsOpened(null));
      });
    }
  }
}
