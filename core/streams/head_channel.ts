// The chain's head with what it lives on: the follower of its branch, the upstream subscriptions, the questions where
// there are none, and those who listen. It runs while somebody needs the head. All that comes from outside goes
// through the owner's `guard`; who else must know of it hears it as HeadListener. Called by chain_streams.ts only.

import type { Channel } from "../providers/channel.ts";
import type { Branch } from "./branch.ts";
import type { ChainReader } from "./chain_reader.ts";
import { Fanout, type Gap } from "./fanout.ts";
import { type Feed, FeedSet } from "./feed_set.ts";
import { type Head, membersOf, readLiveHead } from "./head.ts";
import { HeadFollower, type HeadSource } from "./head_follower.ts";
import type { StreamEnv } from "./stream_env.ts";

export interface HeadListener {
  /** The boundary around the streams' own code. */
  guard(step: () => void): void;
  /** `serial`: see `HeadChannel.serialOf`. */
  pushed(head: Head, serial: number): void;
  popped(): void;
  missed(gap: Gap): void;
  /** A feed said nothing while others are ahead; so will what else comes over its channel. */
  stale(channel: Channel, why: string): void;
  /** Something came that a listener may have waited for. */
  changed(): void;
}

const minPollMs = 100;
const maxPollMs = 4_000;

export class HeadChannel {
  readonly fanout: Fanout;
  readonly feeds: FeedSet;
  readonly #env: StreamEnv;
  readonly #reader: ChainReader;
  readonly #listener: HeadListener;
  readonly #follower: HeadFollower;
  readonly #serials = new WeakMap<Head, number>();
  #serial = 0;
  readonly #poller: { last: Head | null; provider: string | null } = { last: null, provider: null };
  #polledAt = -Infinity;
  /** Blocks were taken back, and nothing has come in their place yet. */
  #reorg: { readonly oldHead: Head; depth: number } | null = null;
  #looking = false;
  #running = false;
  #filled = 0;

  constructor(env: StreamEnv, reader: ChainReader, listener: HeadListener) {
    this.#env = env;
    this.#reader = reader;
    this.#listener = listener;
    this.#follower = new HeadFollower({
      clock: env.clock,
      maxBackfill: () => env.maxBackfill,
      backfillTimeoutMs: () => env.settings.subscriptions.backfillTimeoutMs,
      reachable: () => env.reachable,
      blockTimeMs: () => env.blockTimeMs,
      fetch: (number, hash, answered) =>
        reader.block(number, hash, (head) => {
          if (head !== null) this.#filled++;
          listener.guard(() => answered(head));
        }),
      canonical: (number, source, answered) =>
        reader.canonical(number, source?.provider ?? null, (head) => listener.guard(() => answered(head))),
      pushed: (head) => this.#pushed(head),
      popped: (head) => {
        this.#reorg ??= { oldHead: head, depth: 0 };
        this.#reorg.depth++;
        listener.popped();
      },
      gap: (from, to) => this.#gap(from, to),
      filled: (from, to, blocks) =>
        env.report("info", "stream.backfill", { type: "newHeads", from, to, blocks }),
    });
    this.feeds = new FeedSet(env, {
      type: "newHeads",
      params: '["newHeads"]',
      wanted: () => env.settings.race.newHeads,
      timeoutMs: () => env.settings.subscriptions.subscriptionTimeoutMs,
    }, {
      opened: (feed) => listener.guard(() => this.#opened(feed)),
      event: (feed, result, at) => listener.guard(() => this.#heard(feed, result, at)),
      lost: (feed) => listener.guard(() => this.#lost(feed)),
    });
    this.fanout = new Fanout(env.random);
  }

  get branch(): Branch<Head> {
    return this.#follower.branch;
  }

  /** Counts the blocks of the branch as they come: of the newest. */
  get serial(): number {
    return this.#serial;
  }

  get position(): number | null {
    return this.#follower.tip?.number ?? null;
  }

  /** Blocks that were fetched because no upstream told them. */
  get filled(): number {
    return this.#filled;
  }

  /** Blocks known of that can't be told yet, since some before them are missing. */
  get waiting(): number {
    return this.#follower.ahead;
  }

  /** A block that comes again gets a new one; 0: it was never on the branch. */
  serialOf(head: Head): number {
    return this.#serials.get(head) ?? 0;
  }

  /** The newest block of the branch whose head came over this channel; -1: none yet; null: no heads come over it. */
  saidBy(channel: Channel): number | null {
    const feed = this.feeds.open.find((one) => one.channel === channel);
    if (feed === undefined) return null;
    return feed.last !== null && this.branch.has(feed.last) ? feed.last.number : -1;
  }

  /** Is the chain's head known, with nothing missing before it? */
  get known(): boolean {
    return this.#follower.tip !== null && !this.#follower.behind;
  }

  /** Somebody waits for it. */
  run(): void {
    this.#running = true;
    this.feeds.fill();
    if (this.#follower.tip === null) this.#look(null);
  }

  /** Nobody needs it any more: the next one who does begins with the head of that time. */
  rest(): void {
    if (!this.#running) return;
    this.#running = false;
    this.feeds.close();
    this.#follower.reset();
    this.#reorg = null;
    this.#poller.last = null;
    this.#polledAt = -Infinity;
    this.#env.route.chain.liveHead = null;
  }

  /** After a reload. */
  rebind(): void {
    if (this.#running) this.feeds.rebind();
  }

  /** After a fault: goes on from the branch. */
  restart(): void {
    if (!this.#running) return;
    this.#follower.restart();
    this.#opened(null);
  }

  tick(now: number): void {
    if (!this.#running) return;
    this.feeds.fill();
    this.#follower.tick();
    this.#poll(now);
    this.#replaceStale(now);
    this.#show();
  }

  /** `feed`: null after a fault. */
  #opened(feed: Feed | null): void {
    if (feed !== null) this.#env.aliveAt = this.#env.clock.now();
    this.#follower.lost(this.#poller);
    if (feed !== null) this.#askItsHead(feed);
    // Blocks may have come before it was open: the way from there to here is what must be looked at first.
    this.#look(null);
    this.#follower.renewed();
    this.#listener.changed();
  }

  /** A feed that begins after a reorg says nothing of it before the next block: what it stands on is asked for. */
  #askItsHead(feed: Feed): void {
    this.#reader.headOf(feed.channel.provider.id, (head) =>
      this.#listener.guard(() => {
        if (head !== null && feed.state === "open" && feed.last === null) {
          this.#follower.offer(head, feed.begin);
        }
      }));
  }

  #heard(feed: Feed, result: string, at: number): void {
    this.#env.aliveAt = this.#env.clock.now();
    const head = readLiveHead(result);
    if (head === null) return this.feeds.replace(feed, "it sends something that is no header");
    this.#reader.liveMembers ??= membersOf(head);
    this.#env.route.chain.observeHead(feed.channel.provider, head.number, true, head.hash);
    if (feed.last === null) this.#follower.lost(feed.begin);
    this.#follower.offer(head, feed);
    this.#show();
    this.#listener.changed();
    const { races, racers } = this.feeds;
    if (racers.length < 2) races.alone(head.number, at);
    else races.copy(head.hash, head.number, feed, racers, at);
  }

  #lost(feed: Feed): void {
    this.#env.counts.failovers++;
    this.#follower.lost(feed.begin);
    this.#follower.lost(feed);
    this.#polledAt = -Infinity;
    this.#show();
  }

  /** Without a subscription that is open, the head is asked for. */
  #poll(now: number): void {
    if (this.feeds.open.length > 0) return;
    const everyMs = Math.min(Math.max(this.#env.blockTimeMs / 2, minPollMs), maxPollMs);
    if (now - this.#polledAt < everyMs || this.#env.route.chain.verifying) return;
    this.#polledAt = now;
    this.#look(this.#poller);
  }

  /** Asks for the newest block. `source` null: once, at a switch; it leads nobody. */
  #look(source: HeadSource | null): void {
    if (this.#looking && source !== null) return;
    this.#looking = true;
    this.#reader.latest((head, provider) =>
      this.#listener.guard(() => {
        this.#looking = false;
        if (!this.#running) return;
        if (head !== null) {
          if (source === this.#poller) this.#poller.provider = provider;
          const by = source ?? { last: null, provider };
          this.#follower.offer(head, by);
          if (source === null || this.feeds.open.length > 0) this.#follower.lost(by);
        } else if (source === null) this.#polledAt = -Infinity;
        this.#listener.changed();
      })
    );
  }

  /** A feed that says nothing while others are provably ahead is replaced, and so is what else its channel feeds. */
  #replaceStale(now: number): void {
    const limitMs = Math.max(this.#env.settings.subscriptions.staleAfterMs, 3 * this.#env.blockTimeMs);
    const { providers } = this.#env.route.chain;
    for (const feed of this.feeds.open) {
      if (now - feed.heardAt < limitMs) continue;
      const at = feed.last?.number ?? -1;
      const { provider } = feed.channel;
      const ahead = (this.#follower.tip?.number ?? -1) > at ||
        providers.some((other) => other !== provider && (other.head ?? -1) > at);
      if (!ahead) continue;
      const why = `no head for ${Math.round(now - feed.heardAt)} ms while others are ahead`;
      this.feeds.replace(feed, why);
      this.#listener.stale(feed.channel, why);
    }
  }

  #pushed(head: Head): void {
    if (this.#reorg !== null) this.#reorged(this.#reorg.oldHead, this.#reorg.depth, head);
    const serial = ++this.#serial;
    this.#serials.set(head, serial);
    // Who was told of a block finds it: calls that mean the head go where it is.
    this.#env.route.chain.served = head.number;
    this.fanout.emit(head.text, serial);
    this.#listener.pushed(head, serial);
  }

  /** `first`: the first block of the new branch; its parent is the last that both have. */
  #reorged(oldHead: Head, depth: number, first: Head): void {
    this.#reorg = null;
    this.#env.report("info", "stream.reorg", {
      depth,
      old_head: { number: oldHead.number, hash: oldHead.hash },
      new_head: { number: first.number, hash: first.hash },
      ancestor: { number: first.number - 1, hash: first.parentHash },
    });
  }

  #gap(from: number, to: number): void {
    this.#env.counts.gaps++;
    this.#env.report("warn", "stream.gap", { type: "newHeads", from_block: from, to_block: to });
    const why = `Blocks ${from} to ${to} could not be made up for.`;
    this.#listener.missed({ from, to });
    this.fanout.gap({ from, to }, this.#env.settings.subscriptions.onGap, why);
  }

  /** The pipeline answers eth_blockNumber from a stream that is up to date. */
  #show(): void {
    const { tip, behind } = this.#follower;
    const live = tip !== null && !behind && this.feeds.open.length > 0;
    this.#env.route.chain.liveHead = live ? tip.number : null;
  }
}
