// Which channels may serve a call, and in which order: hard filters, soft filters, the strategy's ranking, fallback
// groups, and for calls at the head the channels that have it first. Orders are kept per (strategy, method) and made
// anew when the chain's state changes or after `keepMs`; while heads differ, calls at the head are ordered one by one.

import type { GuardedStrategy } from "../plugins/guard.ts";
import type { BlockReference, Candidate, StrategyCall } from "../plugins/strategy.ts";
import type { Chain } from "../providers/chain.ts";
import type { Channel } from "../providers/channel.ts";
import type { TimedView } from "./run_env.ts";
import type { MethodInfo } from "../rpc/methods.ts";

/** How long a kept order serves, ms. Changes of state end it at once. */
const keepMs = 250;
/** Kept orders per strategy; methods outside the table are ranked anew each time. */
const keepMethods = 256;

export interface Order {
  /** Best first; from `eligible` on only for want of better. */
  readonly channels: readonly Channel[];
  readonly eligible: number;
  /** The first so many may be started beside a slow one: of the main group, not far behind the block. */
  readonly beside: number;
  /** `provider:transport` in the same order. */
  readonly names: readonly string[];
}

export interface Restriction {
  readonly provider: string | null;
  readonly transport: "http" | "ws" | null;
}

interface Kept {
  readonly order: Order;
  readonly generation: number;
  readonly until: number;
}

/** Groups in the order in which they serve. */
interface Groups {
  readonly main: Channel[];
  readonly fallback: Channel[];
  readonly softMain: Channel[];
  readonly softFallback: Channel[];
}

export class Selection {
  readonly #chain: Chain;
  readonly #view: TimedView;
  readonly #strategy: (id: string) => GuardedStrategy;
  readonly #channelOf = new Map<Candidate, Channel>();
  /** By strategy, then method; apart for calls that want one transport. */
  readonly #kept: Readonly<Record<"any" | "http" | "ws", Map<string, Map<string, Kept>>>> = {
    any: new Map(),
    http: new Map(),
    ws: new Map(),
  };

  constructor(chain: Chain, view: TimedView, strategy: (id: string) => GuardedStrategy) {
    this.#chain = chain;
    this.#view = view;
    this.#strategy = strategy;
    for (const channel of chain.channels) this.#channelOf.set(channel.candidate, channel);
  }

  /** The order for one call at `now`. */
  order(
    strategyId: string,
    method: string,
    info: MethodInfo,
    block: BlockReference,
    limit: Restriction | null,
    now: number,
  ): Order {
    this.#view.refresh(now);
    const strategy = this.#strategy(strategyId);
    const keepable = strategy.cadence === "cached" && info.label === method && limit?.provider == null;
    if (!keepable || !this.#sameForAll(block)) return this.#make(strategy, method, info, block, limit);
    const byMethod = methodsOf(this.#kept[limit?.transport ?? "any"], strategyId);
    const kept = byMethod.get(method);
    if (kept !== undefined && kept.generation === this.#chain.generation && now < kept.until) {
      return kept.order;
    }
    const order = this.#make(strategy, method, info, block, limit);
    if (byMethod.size >= keepMethods) byMethod.clear();
    byMethod.set(method, { order, generation: this.#chain.generation, until: now + keepMs });
    return order;
  }

  /** Does every channel have the block, so that heads do not matter to the order? */
  #sameForAll(block: BlockReference): boolean {
    const wanted = wantedBlock(block, this.#chain.served);
    if (wanted === null) return true;
    for (const channel of this.#chain.channels) if (headTier(channel, wanted) !== 0) return false;
    return true;
  }

  #make(
    strategy: GuardedStrategy,
    method: string,
    info: MethodInfo,
    block: BlockReference,
    limit: Restriction | null,
  ): Order {
    const groups = this.#group(method, limit);
    const call: StrategyCall = { chain: this.#chain.name, method: info.label, block };
    const main = this.#byHead(this.#rank(strategy, groups.main, call), block);
    const fallback = this.#byHead(this.#rank(strategy, groups.fallback, call), block);
    const channels = [
      ...main,
      ...fallback,
      ...this.#rank(strategy, groups.softMain, call),
      ...this.#rank(strategy, groups.softFallback, call),
    ];
    const names = channels.map((channel) => channel.candidate.id);
    const wanted = wantedBlock(block, this.#chain.served);
    const behind = wanted === null ? -1 : main.findIndex((channel) => headTier(channel, wanted) === 2);
    const beside = behind < 0 ? main.length : behind;
    return { channels, eligible: main.length + fallback.length, beside, names };
  }

  #group(method: string, limit: Restriction | null): Groups {
    const groups: Groups = { main: [], fallback: [], softMain: [], softFallback: [] };
    for (const channel of this.#chain.channels) {
      if (limit !== null && !allows(limit, channel)) continue;
      if (channel.hardObstacle(method) !== null) continue;
      const soft = channel.softObstacle(method) !== null;
      if (channel.candidate.group === "main") (soft ? groups.softMain : groups.main).push(channel);
      else (soft ? groups.softFallback : groups.fallback).push(channel);
    }
    return groups;
  }

  #rank(strategy: GuardedStrategy, channels: Channel[], call: StrategyCall): Channel[] {
    if (channels.length < 2) return channels;
    const candidates = channels.map((channel) => channel.candidate);
    strategy.order(candidates, call, this.#view);
    return candidates.map((candidate) => this.#channelOf.get(candidate) as Channel);
  }

  /** Moves channels that may not have the block behind those that do; keeps the strategy's order within. */
  #byHead(channels: Channel[], block: BlockReference): Channel[] {
    if (channels.length < 2) return channels;
    const wanted = wantedBlock(block, this.#chain.served);
    if (wanted === null) return channels;
    const tiers: [Channel[], Channel[], Channel[]] = [[], [], []];
    for (const channel of channels) tiers[headTier(channel, wanted)].push(channel);
    return tiers[0].length === channels.length ? channels : tiers.flat();
  }
}

function methodsOf(kept: Map<string, Map<string, Kept>>, strategyId: string): Map<string, Kept> {
  let methods = kept.get(strategyId);
  if (methods === undefined) kept.set(strategyId, methods = new Map());
  return methods;
}

export function allows(limit: Restriction, channel: Channel): boolean {
  return (limit.provider === null || limit.provider === channel.provider.id) &&
    (limit.transport === null || limit.transport === channel.protocol);
}

/** The height that a channel must have to answer; null: any will do. */
export function wantedBlock(block: BlockReference, served: number): number | null {
  if (block.kind === "tag") return block.tag === "earliest" || served === 0 ? null : served;
  if (block.kind === "number") return block.number;
  if (block.kind === "range") return block.to ?? (served === 0 ? null : served);
  return null;
}

/** 0: has the block, or nothing is known; 1: one below; 2: further behind. */
export function headTier(channel: Channel, wanted: number): 0 | 1 | 2 {
  const head = channel.candidate.head;
  if (head === null || head >= wanted) return 0;
  return head === wanted - 1 ? 1 : 2;
}
