// The next channel for one call. Keeps the place in the order, what was refused for good, what waits as a last
// resort, and how long the rate budgets would have it wait; it starts nothing.
//
// Invariants: the cursor only moves forward within a round, so no channel is taken twice in one; a refused channel is
// never taken again; a channel is given only with a token of its rate budget spent; a broadcast is never under way
// over two channels of one provider. Where one channel of a provider is slow or was answered with a failure, others'
// channels come before its other one.

import type { BlockReference } from "../plugins/strategy.ts";
import type { Chain } from "../providers/chain.ts";
import type { Channel } from "../providers/channel.ts";
import type { Provider } from "../providers/provider.ts";
import type { Category, Verdict } from "../rpc/category.ts";
import type { MethodInfo } from "../rpc/methods.ts";
import { isBroadcast } from "./raw_transaction.ts";
import type { Order, Restriction } from "./selection.ts";

/** Blocks behind the head from which on state is only kept by archive nodes (geth's default). */
const recentBlocks = 128;

/** Failures of a connection or of who stands behind it: the provider's other channel may still be well. */
const ofChannelAlone: ReadonlySet<Category> = new Set<Category>(["transport", "malformed", "integrity"]);

/** The call as the picker needs it. */
export interface PickedCall {
  readonly chain: Chain;
  readonly method: string;
  readonly info: MethodInfo;
  readonly block: BlockReference;
  readonly restriction: Restriction | null;
}

/** Why a channel must not get this call, whatever happens, beside what `Channel.hardObstacle` says; null: it may. */
export function callObstacle(call: PickedCall, channel: Channel): "private" | "no_archive" | null {
  const { settings } = channel.provider;
  if (settings.private && isBroadcast(call.method) && call.restriction?.provider == null) return "private";
  return settings.archive === false && needsArchive(call) ? "no_archive" : null;
}

function needsArchive({ chain: { head }, info, block }: PickedCall): boolean {
  return info.archiveWhenOld && block.kind === "number" && head !== null &&
    block.number < head - recentBlocks;
}

/** Will the block be there one block time from now? */
function comesSoon({ chain: { head }, block }: PickedCall): boolean {
  const wanted = block.kind === "number" ? block.number : block.kind === "range" ? block.to : null;
  return wanted === null || (head !== null && wanted <= head + 1);
}

export class Picker {
  readonly #call: PickedCall;
  /** The attempts under way; lives with the call. */
  readonly #live: readonly { readonly channel: Channel }[];
  #order: Order;
  #first: Order;
  #cursor = 0;
  #refused: Set<Channel> | null = null;
  /** Channels that said when to come again; monotonic ms. */
  #notBefore: Map<Channel, number> | null = null;
  /** Tried after all others of this round. */
  #deferred: Channel[] | null = null;
  /** Passed over in this round for want of a token. */
  #starved: Channel[] | null = null;
  /** They failed in this round in a way that their other channel probably shares. */
  #failing: Provider[] | null = null;

  constructor(call: PickedCall, order: Order, live: readonly { readonly channel: Channel }[]) {
    this.#call = call;
    this.#order = this.#first = order;
    this.#live = live;
  }

  get order(): Order {
    return this.#order;
  }

  /** The order by which the first attempt was chosen: what later rounds make of it knows how that one ended. */
  get first(): Order {
    return this.#first;
  }

  /** Begins another round with a fresh order. `isFirst`: nothing was tried yet. */
  restart(order: Order, isFirst: boolean): void {
    this.#order = order;
    if (isFirst) this.#first = order;
    this.#cursor = 0;
    this.#deferred = null;
    this.#starved = null;
    this.#failing = null;
  }

  /** Goes on with this round: those that had no token may have one now. */
  retryStarved(): void {
    this.#deferred = [...this.#deferred ?? [], ...this.#starved ?? []];
    this.#starved = null;
  }

  /** It could not know better: never again in this call, and its provider's other channel after all others. */
  refuse(channel: Channel): void {
    (this.#failing ??= []).push(channel.provider);
    this.#postpone(channel, Infinity);
  }

  /** What a failure means for trying the channel, and the other one of its provider, again in this call. */
  failed(channel: Channel, verdict: Verdict, retryAfterMs: number | null, now: number): void {
    const { chain, info } = this.#call;
    const { provider } = channel;
    const alone = ofChannelAlone.has(verdict.category);
    // A connection that breaks is mostly the provider's end: to find that out over its other one costs the caller time.
    if (!alone || verdict.category === "transport") (this.#failing ??= []).push(provider);
    const tooNew = verdict.learnt?.kind === "too_new";
    let notBefore = now + (retryAfterMs ?? 0);
    if (tooNew && comesSoon(this.#call)) notBefore = now + chain.blockTimeMs;
    else if (!verdict.again) notBefore = Infinity;
    if (notBefore === now) return;
    const isWide = tooNew || verdict.setAside?.scope === "provider" || (info.replay === "send" && !alone);
    if (!isWide) return this.#postpone(channel, notBefore);
    for (const each of provider.channels) this.#postpone(each, notBefore);
  }

  /** null: none is left in this round that has a token. */
  next(now: number): Channel | null {
    const { channels, eligible } = this.#order;
    while (this.#cursor < channels.length) {
      const index = this.#cursor++;
      const channel = channels[index] as Channel;
      if (!this.#mayServe(channel, now)) continue;
      if (this.#standsBack(channel) || (index < eligible && this.#isSetBack(channel))) this.#defer(channel);
      else if (this.#takeToken(channel)) return channel;
    }
    return this.#nextDeferred(now, false);
  }

  /**
   * The next channel to start beside a slow one: one that nothing speaks against, of another provider where there is
   * any; for want of those, another provider's that only its open breaker speaks against, since it may be well again
   * while the slow one never answers. null: there is none.
   */
  nextBeside(now: number): Channel | null {
    while (this.#cursor < this.#order.beside) {
      const channel = this.#order.channels[this.#cursor++] as Channel;
      if (!this.#mayServe(channel, now)) continue;
      if (this.#standsBack(channel) || this.#isSetBack(channel)) this.#defer(channel);
      else if (this.#takeToken(channel)) return channel;
    }
    return this.#nextDeferred(now, true) ?? this.#nextOpen(now);
  }

  #nextOpen(now: number): Channel | null {
    const { channels, eligible } = this.#order;
    for (let index = Math.max(eligible, this.#cursor); index < channels.length; index++) {
      const channel = channels[index] as Channel;
      if (channel.candidate.group !== "main" || this.#isUnderWay(channel.provider)) continue;
      if (channel.softObstacle(this.#call.method) !== "breaker_open" || !this.#mayServe(channel, now)) {
        continue;
      }
      if (!this.#takeToken(channel)) continue;
      this.#postpone(channel, Infinity); // Once in this call is enough.
      return channel;
    }
    return null;
  }

  /** `beside`: only the other channel of a provider that is under way. */
  #nextDeferred(now: number, beside: boolean): Channel | null {
    const deferred = this.#deferred;
    if (deferred === null) return null;
    for (let at = 0; at < deferred.length; at++) {
      const channel = deferred[at] as Channel;
      if (beside && (!this.#isUnderWay(channel.provider) || this.#isSetBack(channel))) continue;
      if (this.#isHeld(channel)) continue;
      deferred.splice(at--, 1);
      if (this.#mayServe(channel, now) && this.#takeToken(channel)) return channel;
    }
    return null;
  }

  /** Would `next` give one? */
  hasNext(now: number): boolean {
    const would = (channel: Channel): boolean =>
      this.#mayServe(channel, now) && !this.#isHeld(channel) && channel.provider.budget.waitMs() === 0;
    for (let index = this.#cursor; index < this.#order.channels.length; index++) {
      if (would(this.#order.channels[index] as Channel)) return true;
    }
    return this.#deferred?.some(would) ?? false;
  }

  /** Milliseconds until a channel that was passed over gets a token; Infinity: none was passed over. */
  get budgetWaitMs(): number {
    let wait = Infinity;
    for (const channel of this.#starved ?? []) {
      if (this.#mayEverServe(channel)) wait = Math.min(wait, channel.provider.budget.waitMs());
    }
    return wait;
  }

  /** Milliseconds until a channel may be tried in another round; Infinity when none ever may. */
  nextFreeIn(now: number): number {
    let soonest = Infinity;
    for (const channel of this.#order.channels) {
      if (!this.#mayEverServe(channel)) continue;
      const { setAside, budget } = channel.provider;
      const aside = setAside.active(now);
      const at = Math.max(now, aside?.until ?? now, this.#notBefore?.get(channel) ?? now);
      soonest = Math.min(soonest, Math.max(at - now, budget.waitMs()));
    }
    return soonest;
  }

  /** Most blocks that any eligible channel takes in one eth_getLogs; Infinity: no limit is known; 0: no channel. */
  getLogsLimit(): number {
    let limit = 0;
    for (let index = 0; index < this.#order.eligible; index++) {
      limit = Math.max(limit, this.#order.channels[index]?.getLogsRange ?? Infinity);
    }
    return limit;
  }

  #defer(channel: Channel): void {
    (this.#deferred ??= []).push(channel);
  }

  /** Not again in this call before `at` (monotonic ms); Infinity: never. */
  #postpone(channel: Channel, at: number): void {
    if (at === Infinity) (this.#refused ??= new Set()).add(channel);
    else (this.#notBefore ??= new Map()).set(channel, at);
  }

  #isUnderWay(provider: Provider): boolean {
    for (const attempt of this.#live) if (attempt.channel.provider === provider) return true;
    return false;
  }

  /** The other channel of a provider that is under way, or that failed: others come first. */
  #standsBack({ provider }: Channel): boolean {
    if (this.#live.length === 0 && this.#failing === null) return false;
    return this.#failing?.includes(provider) === true || this.#isUnderWay(provider);
  }

  /** A broadcast counts providers: it waits for what is under way there. */
  #isHeld({ provider }: Channel): boolean {
    return this.#call.info.replay === "send" && this.#isUnderWay(provider);
  }

  #takeToken(channel: Channel): boolean {
    if (channel.provider.budget.take()) return true;
    (this.#starved ??= []).push(channel);
    return false;
  }

  #mayServe(channel: Channel, now: number): boolean {
    if (this.#notBefore !== null && (this.#notBefore.get(channel) ?? now) > now) return false;
    return this.#mayEverServe(channel);
  }

  #mayEverServe(channel: Channel): boolean {
    if (this.#refused !== null && this.#refused.has(channel)) return false;
    // A round may last longer than what its order was made from.
    return channel.quarantined === null && channel.barred === null &&
      callObstacle(this.#call, channel) === null;
  }

  /** What came up since the order was made, or concerns this block alone. */
  #isSetBack(channel: Channel): boolean {
    return channel.softObstacle(this.#call.method) !== null || this.#lacksBlock(channel);
  }

  #lacksBlock(channel: Channel): boolean {
    const { block, method } = this.#call;
    if (block.kind !== "number") return false;
    const lowest = channel.learnt.lowestBlockFor(method);
    return lowest !== null && block.number < lowest;
  }
}
