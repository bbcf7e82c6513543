// The conditions that rules are made of: what each is about, the value that it reads, and the limit above which it
// holds. docs/alerts.md defines them for users; this table is that page as code.

import type { AlertCondition, AlertRule } from "../settings.ts";
import type { ChainFacts, ProviderFacts, SeriesFacts } from "./facts.ts";

/** With fewer calls in the window a share or a percentile says nothing. */
export const minCalls = 10;

/** A share of a month's quota, a number of blocks …; null: not known. */
export type Reading = number | null;

interface OfChain {
  readonly about: "chain";
  read(rule: AlertRule, chain: ChainFacts): Reading;
}

interface OfProvider {
  readonly about: "provider";
  read(rule: AlertRule, chain: ChainFacts, provider: ProviderFacts): Reading;
  /** Where the rule gives no `above`. */
  limit?(provider: ProviderFacts): number;
}

/** Of clients' calls where the rule names no provider, else of the attempts at it. */
interface OfSeries {
  readonly about: "series";
  readSeries(series: SeriesFacts): Reading;
}

type Condition = OfChain | OfProvider | OfSeries;

export const conditions: Readonly<Record<AlertCondition, Condition>> = {
  provider_down: {
    about: "provider",
    read: (_rule, _chain, { state, drained }) => {
      if (state === "unknown") return null;
      return !drained && (state === "off" || state === "open" || state === "probing") ? 1 : 0;
    },
  },
  chain_down: {
    about: "chain",
    read: (_rule, { state }) => state === "unknown" ? null : state === "bad" ? 1 : 0,
  },
  error_rate: { about: "series", readSeries: ({ n, failed }) => failed / n },
  latency_p99: { about: "series", readSeries: ({ p99Ms }) => p99Ms },
  lag: {
    about: "provider",
    read: (_rule, _chain, { lagBlocks }) => lagBlocks,
    limit: ({ lagLimitBlocks }) => lagLimitBlocks,
  },
  head_stalled: {
    about: "chain",
    read: (_rule, { headAgeMs, headLookMs, blockTimeMs }) => {
      if (headAgeMs === null) return null;
      return headAgeMs <= headLookMs ? 0 : headAgeMs / blockTimeMs;
    },
  },
  quota: { about: "provider", read: (_rule, _chain, { quotaRatio }) => quotaRatio },
  breaker_open: { about: "provider", read: (_rule, _chain, { openBreakers }) => openBreakers },
  stream_gap: { about: "chain", read: ({ windowMs }, chain) => chain.gaps(windowMs ?? 0) },
  reorg_depth: { about: "chain", read: ({ windowMs }, chain) => chain.deepestReorg(windowMs ?? 0) },
};

/** Is each provider an alert of its own under this rule, or the chain? */
export function isPerProvider({ when, provider }: AlertRule): boolean {
  const { about } = conditions[when];
  return about === "provider" || (about === "series" && provider !== null);
}

/** `provider`: given where the rule is per provider. */
export function read(rule: AlertRule, chain: ChainFacts, provider: ProviderFacts | null): Reading {
  if (chain.asleep) return null;
  const condition = conditions[rule.when];
  if (condition.about === "chain") return condition.read(rule, chain);
  if (condition.about === "provider") {
    return provider === null ? null : condition.read(rule, chain, provider);
  }
  const series = (provider ?? { attempts: (ms: number) => chain.calls(ms) }).attempts(rule.windowMs ?? 0);
  return series === null || series.n < minCalls ? null : condition.readSeries(series);
}

/** The value above which the rule holds. */
export function limitOf(rule: AlertRule, provider: ProviderFacts | null): number {
  if (rule.above !== null) return rule.above;
  const condition = conditions[rule.when];
  return condition.about === "provider" && provider !== null ? condition.limit?.(provider) ?? 0 : 0;
}
