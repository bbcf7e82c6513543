// How a call would be routed at this moment: every candidate in the order in which it would be tried, with what
// speaks against it and the strategy's own words. Nothing is sent. For `/api/explain` and `lasso explain`.

import type { BlockReference, LatencyStats } from "../plugins/strategy.ts";
import { blockReference } from "../rpc/block_reference.ts";
import { methodInfo } from "../rpc/methods.ts";
import type { ChainRoute } from "./chain_route.ts";
import { callObstacle } from "./picker.ts";
import { headTier, type Restriction, wantedBlock } from "./selection.ts";

export interface ExplainedCandidate {
  readonly id: string;
  readonly provider: string;
  readonly transport: "http" | "ws";
  /** 1 is tried first; null: never. */
  readonly place: number | null;
  readonly group: "main" | "fallback";
  /** Why it can't serve this call at all; null: it can. */
  readonly excluded: string | null;
  /** Why it serves only when nothing better is left; null: no reason. */
  readonly set_back: string | null;
  readonly why: string;
  readonly breaker: string;
  readonly in_flight: number;
  readonly head: number | null;
  readonly lag_blocks: number | null;
  readonly latency: {
    readonly p50_ms: number;
    readonly p99_ms: number;
    readonly success: number;
    readonly n: number;
  } | null;
}

export interface Explanation {
  readonly chain: string;
  readonly method: string;
  readonly strategy: string;
  readonly cadence: "cached" | "per_call";
  readonly replay: string;
  readonly block: BlockReference;
  readonly head: number | null;
  readonly served: number;
  readonly timeout_ms: number;
  readonly attempt_timeout_ms: number;
  readonly candidates: readonly ExplainedCandidate[];
}

export function explain(
  route: ChainRoute,
  method: string,
  params: string | undefined,
  strategyId: string | null,
  restriction: Restriction | null,
): Explanation {
  const info = methodInfo(method);
  const block = blockReference(info, params);
  const limits = route.limitsOf(info, method);
  const strategy = strategyId ?? limits.strategy;
  const { chain, selection, view } = route;
  const order = selection.order(strategy, method, info, block, restriction, route.clock.now());
  const wanted = wantedBlock(block, chain.served);
  const call = { chain: chain.name, method: info.label, block };
  const picked = { chain, method, info, block, restriction };
  const isOwn = info.replay === "local" || info.replay === "refused";
  const served = isOwn ? [] : order.channels.filter((channel) => callObstacle(picked, channel) === null);
  const candidates = chain.channels.map((channel): ExplainedCandidate => {
    const { candidate } = channel;
    const at = served.indexOf(channel);
    const hard = channel.hardObstacle(method);
    const tier = wanted === null ? 0 : headTier(channel, wanted);
    const soft = channel.softObstacle(method) ?? (tier === 0 ? null : "behind");
    return {
      id: candidate.id,
      provider: candidate.provider,
      transport: candidate.transport,
      place: at < 0 ? null : at + 1,
      group: candidate.group,
      excluded: isOwn
        ? "answered by Lasso"
        : hard === "quarantined"
        ? `quarantined: ${channel.quarantined}`
        : hard ?? (at >= 0 ? null : callObstacle(picked, channel) ?? "not asked for"),
      set_back: soft,
      why: route.explain(strategy, candidate, call),
      breaker: candidate.breaker,
      in_flight: candidate.inFlight,
      head: candidate.head,
      lag_blocks: candidate.lagBlocks,
      latency: latencyOf(view.latency(candidate, info.label)),
    };
  });
  candidates.sort((a, b) => (a.place ?? Infinity) - (b.place ?? Infinity));
  return {
    chain: chain.name,
    method,
    strategy,
    cadence: route.strategy(strategy).cadence,
    replay: info.replay,
    block,
    head: chain.head,
    served: chain.served,
    timeout_ms: limits.timeoutMs,
    attempt_timeout_ms: limits.attemptTimeoutMs,
    candidates,
  };
}

function latencyOf(stats: LatencyStats | null): ExplainedCandidate["latency"] {
  if (stats === null) return null;
  return { p50_ms: round(stats.p50), p99_ms: round(stats.p99), success: round(stats.success), n: stats.n };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
