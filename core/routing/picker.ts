// The next channel for one call. Keeps the place in the order, what was refused for good, what waits as a last
// resort, and how long the rate budgets would have it wait; it starts nothing.
//
// Invariants: the cursor only moves forward within a round, so no channel is taken twice in one; a refused channel is
// never taken again; a channel is given only with a token of its rate budget spent.

import type { BlockReference } from "../plugins/strategy.ts";
import type { Chain } from "../providers/chain.ts";
import type { Channel } from "../providers/channel.ts";
import type { MethodInfo } from "../rpc/methods.ts";
import type { Order, Restriction } from "./selection.ts";

/** Blocks behind the head from which on state is only kept by archive nodes (geth's default). */
const recentBlocks = 128;

export class Picker {
  readonly #chain: Chain;
  readonly #info: MethodInfo;
  readonly #block: BlockReference;
  readonly #restriction: Restriction | null;
  #order: Order;
  #cursor = 0;
  #refused: Set<Channel> | null = null;
  #deferred: Channel[] | null = null;
  /** The shortest wait for a token of a channel that was passed over for want of one; Infinity: none was. */
  budgetWaitMs = Infinity;

  constructor(
    chain: Chain,
    info: MethodInfo,
    block: BlockReference,
    restriction: Restriction | null,
    order: Order,
  ) {
    this.#chain = chain;
    this.#info = info;
    this.#block = block;
    this.#restriction = restriction;
    this.#order = order;
  }

  get order(): Order {
    return this.#order;
  }

  /** Begins another round with a fresh order. */
  restart(order: Order): void {
    this.#order = order;
    this.#cursor = 0;
    this.#deferred = null;
    this.budgetWaitMs = Infinity;
  }

  refuse(channel: Channel): void {
    (this.#refused ??= new Set()).add(channel);
  }

  /** null: none is left in this round that has a token. */
  next(): Channel | null {
    const { channels, eligible } = this.#order;
    while (this.#cursor < channels.length) {
      const index = this.#cursor++;
      const channel = channels[index] as Channel;
      if (!this.#mayServe(channel)) continue;
      if (index < eligible && (!channel.breaker.admits() || this.#lacksBlock(channel))) {
        (this.#deferred ??= []).push(channel);
        continue;
      }
      if (this.#takeToken(channel)) return channel;
    }
    for (let channel = this.#deferred?.shift(); channel !== undefined; channel = this.#deferred?.shift()) {
      if (this.#takeToken(channel)) return channel;
    }
    return null;
  }

  /** Is there anything left in this round? */
  get hasNext(): boolean {
    return this.#cursor < this.#order.channels.length || (this.#deferred?.length ?? 0) > 0;
  }

  /** Is a channel left that nothing speaks against? */
  get hasEligible(): boolean {
    return this.#cursor < this.#order.eligible;
  }

  /** Milliseconds until a channel that may be tried again is no longer set aside; Infinity when there is none. */
  nextFreeIn(now: number): number {
    let soonest = Infinity;
    for (const channel of this.#order.channels) {
      if (!this.#mayServe(channel)) continue;
      const aside = channel.provider.setAside.active(now);
      soonest = Math.min(soonest, aside === null ? 0 : aside.until - now);
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

  #takeToken(channel: Channel): boolean {
    const { budget } = channel.provider;
    if (budget.take()) return true;
    this.budgetWaitMs = Math.min(this.budgetWaitMs, budget.waitMs());
    return false;
  }

  /** The hard filters that depend on the call. */
  #mayServe(channel: Channel): boolean {
    if (this.#refused !== null && this.#refused.has(channel)) return false;
    const { settings } = channel.provider;
    if (settings.private && this.#info.replay === "send" && this.#restriction?.provider == null) return false;
    return settings.archive !== false || !this.#needsArchive();
  }

  #needsArchive(): boolean {
    const { head } = this.#chain;
    return this.#info.archiveWhenOld && this.#block.kind === "number" && head !== null &&
      this.#block.number < head - recentBlocks;
  }

  #lacksBlock(channel: Channel): boolean {
    const lowest = channel.learnt.lowestBlock;
    return lowest !== null && this.#block.kind === "number" && this.#block.number < lowest;
  }
}
