// The upstream subscriptions of one stream: keeps as many open as are wanted, each over another provider's WebSocket
// channel, and takes the next channel when one is lost, refused or stale. Learns what each provider does not support.
// It never gives up: what can't be had now is tried again with backoff. What events mean is the stream's business.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Racer, RaceRecorder, RaceTrack } from "../measure/recorder.ts";
import type {
  Reply,
  SubscriptionSink,
  TransportFailure,
  UpstreamSubscription,
} from "../plugins/transport.ts";
import type { Channel } from "../providers/channel.ts";
import type { Random } from "../random.ts";
import { maskText } from "../redact.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import { readAnswer } from "../rpc/answer.ts";
import { type FailureFacts, failureFacts } from "../rpc/category.ts";
import { classify } from "../rpc/classify.ts";
import { methodInfo } from "../rpc/methods.ts";
import { guardCall } from "../supervise.ts";
import type { HeadSource } from "./head_follower.ts";

export interface FeedEnv {
  /** The chain's route in force. */
  readonly route: ChainRoute;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly races: RaceRecorder;
  /** For log and feeds; `fields` hold no secrets. */
  report(level: "info" | "warn" | "error", event: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface FeedListener {
  opened(feed: Feed): void;
  /** `result`: wire text; `at`: monotonic ms at which it arrived. */
  event(feed: Feed, result: string, at: number): void;
  /** A feed that was open is over. */
  lost(feed: Feed, why: string): void;
}

export interface FeedSetOptions {
  /** `newHeads`, `logs`, …: what providers support is learnt by it. */
  readonly type: string;
  /** JSON text of the params. */
  readonly params: string;
  readonly wanted: () => number;
  readonly timeoutMs: () => number;
}

/** An opening that takes longer no longer keeps the next channel from being tried. */
const slowOpeningMs = 1_000;
const firstCoolMs = 250;
const maxCoolMs = 30_000;
/** Where all channels rest, none rests longer than this: there is nobody else. */
const maxCoolAloneMs = 1_000;
/** A feed that was open so long was well: its next fault counts as its first. */
const wellAfterMs = 30_000;

interface Cooling {
  readonly since: number;
  readonly until: number;
  readonly failures: number;
}

export class FeedSet {
  readonly type: string;
  /** Hears of each copy of an event, once clients have the first one. */
  readonly races: RaceTrack;
  readonly #env: FeedEnv;
  readonly #options: FeedSetOptions;
  readonly #listener: FeedListener;
  readonly #feeds: Feed[] = [];
  #racers: readonly Feed[] = [];
  readonly #cooling = new Map<string, Cooling>();
  #disposed = false;
  #lost = 0;
  /** When it was asked for feeds first. */
  #wantedAt = Infinity;
  /** The upstream's own error, where one refused. */
  #refusal: string | null = null;
  /** The last feed was lost, and nobody has taken over yet. */
  #orphaned: { readonly from: string; readonly at: number; readonly why: string } | null = null;

  constructor(env: FeedEnv, options: FeedSetOptions, listener: FeedListener) {
    this.#env = env;
    this.type = options.type;
    this.#options = options;
    this.#listener = listener;
    const event = knownTypes.has(options.type) ? options.type : "other";
    this.races = env.races.track(env.route.chain.name, event, () => env.route.chain.blockTimeMs);
  }

  get open(): readonly Feed[] {
    return this.#feeds.filter((feed) => feed.state === "open");
  }

  /** The open ones, in a list that is replaced when it changes. */
  get racers(): readonly Feed[] {
    return this.#racers;
  }

  /** All of them, those that are not confirmed yet among them. */
  get all(): readonly Feed[] {
    return this.#feeds;
  }

  /** JSON text of the params: the key of the stream. */
  get params(): string {
    return this.#options.params;
  }

  /** Feeds that were open and are over, but for those that nobody needed any more. */
  get lost(): number {
    return this.#lost;
  }

  /** Nothing is open and nothing can be opened at this moment. */
  get hopeless(): boolean {
    if (this.#feeds.length > 0 || this.#env.route.chain.verifying) return false;
    if (this.#candidates().length > 0) return false;
    // A channel that has not said yet which chain it serves gets the time that a probe has.
    const { chain } = this.#env.route;
    const inTime = this.#env.clock.now() - this.#wantedAt <= chain.settings.health.timeoutMs;
    return !(inTime &&
      chain.channels.some(({ protocol, chainIdAt }) => protocol === "ws" && chainIdAt === null));
  }

  /** The error object (wire text) with which an upstream refused last. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** Opens what is missing. Called at the start, when something changed, and now and then. */
  fill(): void {
    if (this.#disposed || this.#env.route.chain.verifying) return;
    const now = this.#env.clock.now();
    this.#wantedAt = Math.min(this.#wantedAt, now);
    let have = 0;
    for (const feed of this.#feeds) {
      if (feed.state === "opening" && now - feed.since >= this.#options.timeoutMs()) feed.timeOut();
    }
    this.#leaveTakenOut();
    for (const feed of this.#feeds) if (feed.state === "open" || now - feed.since < slowOpeningMs) have++;
    const wanted = this.#options.wanted();
    if (have >= wanted) return;
    for (const channel of this.#candidates()) {
      this.#start(channel, now);
      if (++have >= wanted) return;
    }
  }

  /** Lets go of a feed that gives nothing, and of its channel for a while. */
  replace(feed: Feed, why: string): void {
    if (feed.state === "over") return;
    const wasOpen = feed.state === "open";
    feed.end();
    this.#gone(feed, wasOpen, why, true);
  }

  /** After a reload: feeds of channels that are no more are replaced. */
  rebind(): void {
    const { channels } = this.#env.route.chain;
    for (const feed of [...this.#feeds]) {
      if (!channels.includes(feed.channel)) {
        const wasOpen = feed.state === "open";
        this.#release(feed);
        this.#gone(feed, wasOpen, "its provider was changed by a reload", false);
      }
    }
    this.fill();
  }

  /** Ends all feeds; `fill` opens them again. */
  close(): void {
    for (const feed of this.#feeds.splice(0)) this.#release(feed);
    this.#racers = [];
    this.#orphaned = null;
  }

  dispose(): void {
    this.#disposed = true;
    this.close();
  }

  /** WebSocket channels that may be tried now, best first, without those in use. */
  #candidates(): Channel[] {
    const { route, clock } = this.#env;
    const now = clock.now();
    const info = methodInfo("eth_subscribe");
    const { strategy } = route.limitsOf(info, "eth_subscribe");
    const limit = { provider: null, transport: "ws" } as const;
    const order = route.selection.order(strategy, "eth_subscribe", info, { kind: "none" }, limit, now);
    const found = order.channels.filter((channel) => {
      // What serves another chain, or may, would bring its blocks.
      if (channel.transport.subscribe === undefined || channel.chainIdAt === null) return false;
      if (this.#feeds.some((feed) => feed.channel === channel)) return false;
      if (this.#rests(channel, now)) return false;
      if (channel.learnt.unsupported(this.#learntAs)) return false;
      return channel.provider.setAside.active(now) === null && channel.breaker.admits();
    });
    const enough = this.#feeds.some(({ channel }) => !isTakenOut(channel)) ||
      found.some((channel) => !isTakenOut(channel));
    return enough ? found.filter((channel) => !isTakenOut(channel)) : found;
  }

  /** What comes from a provider that the operator took out is had from another, where there is one. */
  #leaveTakenOut(): void {
    for (const feed of [...this.#feeds]) {
      if (!isTakenOut(feed.channel)) continue;
      const others = (): boolean =>
        this.open.some(({ channel }) => !isTakenOut(channel)) ||
        this.#candidates().some((channel) => !isTakenOut(channel));
      if (feed.channel.barred !== null || others()) this.replace(feed, "the operator took its provider out");
    }
  }

  #rests(channel: Channel, now: number): boolean {
    const cooling = this.#cooling.get(channel.id);
    if (cooling === undefined || now >= cooling.until) return false;
    return this.#feeds.length > 0 || now - cooling.since < maxCoolAloneMs;
  }

  get #learntAs(): string {
    return `eth_subscribe/${this.type}`;
  }

  #start(channel: Channel, now: number): void {
    const feed = new Feed(channel, now, this.#hooks);
    this.#feeds.push(feed);
    guardCall(`subscribe ${channel.id}`, this.#env.log, () => feed.start(this.#options.params));
    if (feed.state === "opening" && !feed.started) {
      feed.onLost({ code: "closed", message: "the transport threw", sent: false });
    }
  }

  readonly #hooks: FeedHooks = {
    opened: (feed) => {
      feed.channel.succeeded(feed.ticket, this.#learntAs);
      feed.since = feed.heardAt = this.#env.clock.now();
      this.#refusal = null;
      if (this.open.length > this.#options.wanted()) return this.#surplus(feed);
      this.#racers = this.open;
      this.#tookOver(feed);
      this.#listener.opened(feed);
    },
    event: (feed, result, arrivedAt) => {
      feed.heardAt = this.#env.clock.now();
      this.#listener.event(feed, result, arrivedAt ?? feed.heardAt);
    },
    refused: (feed, reply) => this.#refused(feed, reply),
    lost: (feed, failure, wasOpen) => {
      this.#book(feed, { fault: "transport" }, failure.message, wasOpen);
      this.#gone(feed, wasOpen, failure.message, true);
    },
    timedOut: (feed) => {
      const why = `no acknowledgement within ${Math.round(this.#options.timeoutMs())} ms`;
      this.#book(feed, { fault: "timeout" }, why, false);
      this.#gone(feed, false, why, true);
    },
  };

  /** A slow one was acknowledged after all, when its place was taken. */
  #surplus(feed: Feed): void {
    feed.end();
    this.#remove(feed);
  }

  #refused(feed: Feed, reply: Reply): void {
    const answer = readAnswer(reply.body, feed.id);
    const why = answer.kind === "error" ? answer.facts.message : `an odd answer, status ${reply.status}`;
    const known: Partial<FailureFacts> = answer.kind === "error"
      ? { status: reply.status, error: answer.facts }
      : reply.status >= 300
      ? { status: reply.status, bodyText: reply.body.slice(0, 1024) }
      : { status: reply.status, fault: "malformed" };
    if (answer.kind === "error") this.#refusal = answer.error;
    const category = this.#book(feed, { ...known, retryAfterMs: reply.retryAfterMs }, why, false);
    if (category === "client" || category === "unknown") {
      const { clock } = this.#env;
      feed.channel.learnt.learn(this.#learntAs, { kind: "unsupported" }, clock.now());
    }
    this.#gone(feed, false, why, true);
  }

  /** Keeps the channel's books. The loss of an open feed is a failure of its own. */
  #book(feed: Feed, known: Partial<FailureFacts>, why: string, wasOpen: boolean): string {
    const { channel } = feed;
    const facts = failureFacts("eth_subscribe", known);
    const verdict = classify(facts, channel.provider.settings.errorRules);
    channel.failed(wasOpen ? channel.begin() : feed.ticket, this.#learntAs, verdict, `eth_subscribe: ${why}`);
    return verdict.category;
  }

  #gone(feed: Feed, wasOpen: boolean, why: string, cool: boolean): void {
    this.#remove(feed);
    if (this.#disposed) return;
    const { clock, random, log } = this.#env;
    const now = clock.now();
    const { id, provider } = feed.channel;
    if (cool) {
      const before = wasOpen && now - feed.since >= wellAfterMs ? 0 : this.#cooling.get(id)?.failures ?? 0;
      const ms = Math.min(firstCoolMs * 2 ** before, maxCoolMs) * (0.5 + 0.5 * random.next());
      // One that was open and fell may be back at once; it is tried last, because others come first.
      this.#cooling.set(id, { since: now, until: now + ms, failures: before + 1 });
    }
    const reason = maskText(why, provider.secrets);
    log.write(wasOpen ? "warn" : "info", wasOpen ? "stream.feed_lost" : "stream.feed_refused", {
      chain: this.#env.route.chain.name,
      provider: provider.id,
      type: this.type,
      why: reason,
    });
    if (wasOpen) {
      this.#lost++;
      this.#tellLoss(feed, reason);
      this.#listener.lost(feed, reason);
    }
    this.fill();
  }

  /** Where others are open, they have taken over at once; else who is open next. */
  #tellLoss(feed: Feed, why: string): void {
    const [other] = this.open;
    const from = feed.channel.provider.id;
    if (other === undefined) this.#orphaned = { from, at: this.#env.clock.now(), why };
    this.#env.report("info", "stream.failover", {
      type: this.type,
      from,
      to: other?.channel.provider.id ?? null,
      after_ms: other === undefined ? null : 0,
      why,
    });
  }

  #tookOver(feed: Feed): void {
    const orphaned = this.#orphaned;
    if (orphaned === null) return;
    this.#orphaned = null;
    const { from, at, why } = orphaned;
    this.#env.report("info", "stream.failover", {
      type: this.type,
      from,
      to: feed.channel.provider.id,
      after_ms: Math.round(this.#env.clock.now() - at),
      why,
    });
  }

  #remove(feed: Feed): void {
    const at = this.#feeds.indexOf(feed);
    if (at >= 0) this.#feeds.splice(at, 1);
    if (this.#racers.includes(feed)) this.#racers = this.open;
  }

  /** Ends it by our own choice. */
  #release(feed: Feed): void {
    this.races.released(feed);
    feed.end();
  }
}

/** Types that measurements tell apart: clients choose the names. */
const knownTypes: ReadonlySet<string> = new Set(["newHeads", "logs", "newPendingTransactions", "syncing"]);

function isTakenOut({ provider, barred }: Channel): boolean {
  return provider.drained || barred !== null;
}

interface FeedHooks {
  opened(feed: Feed): void;
  event(feed: Feed, result: string, arrivedAt: number | undefined): void;
  refused(feed: Feed, reply: Reply): void;
  lost(feed: Feed, failure: TransportFailure, wasOpen: boolean): void;
  timedOut(feed: Feed): void;
}

/** One subscription at one provider. */
export class Feed implements SubscriptionSink, HeadSource, Racer {
  readonly channel: Channel;
  readonly id: number;
  readonly ticket: number;
  state: "opening" | "open" | "over" = "opening";
  started = false;
  /** When it was asked for, then when it was confirmed; monotonic ms. */
  since: number;
  /** When it said something last. */
  heardAt: number;
  last: HeadSource["last"] = null;
  /** Where its provider stood when it was opened, which it was asked for. */
  readonly begin: HeadSource;
  /** Blocks in a row of which it should have told and did not. */
  misses = 0;
  readonly #hooks: FeedHooks;
  #subscription: UpstreamSubscription | null = null;

  constructor(channel: Channel, now: number, hooks: FeedHooks) {
    this.channel = channel;
    this.begin = { last: null, provider: channel.provider.id };
    this.since = this.heardAt = now;
    this.#hooks = hooks;
    this.id = channel.nextId();
    this.ticket = channel.begin();
  }

  get provider(): string {
    return this.channel.provider.id;
  }

  get transport(): "http" | "ws" {
    return this.channel.protocol;
  }

  start(params: string): void {
    const body = `{"jsonrpc":"2.0","id":${this.id},"method":"eth_subscribe","params":${params}}`;
    const call = { id: this.id, method: "eth_subscribe", body, fresh: false };
    this.#subscription = this.channel.transport.subscribe?.(call, this) ?? null;
    this.started = this.#subscription !== null;
  }

  onConfirmed(): void {
    if (this.state !== "opening") return;
    this.state = "open";
    this.#hooks.opened(this);
  }

  onRefused(reply: Reply): void {
    if (this.state !== "opening") return;
    this.state = "over";
    this.#hooks.refused(this, reply);
  }

  onEvent(result: string, arrivedAt?: number): void {
    if (this.state === "open") this.#hooks.event(this, result, arrivedAt);
  }

  onLost(failure: TransportFailure): void {
    if (this.state === "over") return;
    const wasOpen = this.state === "open";
    this.state = "over";
    this.#hooks.lost(this, failure, wasOpen);
  }

  timeOut(): void {
    this.state = "over";
    this.#subscription?.cancel();
    this.#hooks.timedOut(this);
  }

  /** Gives it up without a word to anybody but the upstream. */
  end(): void {
    if (this.state === "opening") this.channel.abandoned(this.ticket);
    this.state = "over";
    this.#subscription?.cancel();
  }
}
