// One chain's settings: built-in defaults, then `defaults`, then the chain, then each provider. Called by build.ts.

import type {
  BreakerSettings,
  ChainSettings,
  ErrorRule,
  MethodSettings,
  ProviderSettings,
  SubscriptionSettings,
} from "../core/settings.ts";
import type { BuildContext } from "./build.ts";
import { blockTimeDefault, providerDefaults, routingDefaults, trustBloomDefault } from "./defaults.ts";
import { type Filled, filled, merged } from "./merge.ts";
import type { ChainValues, ProviderValues, RoutingValues } from "./schema.ts";
import { providerKeysSchema } from "./schema_provider.ts";
import { routingSchema } from "./schema_routing.ts";
import { durationMs, rateOf } from "./units.ts";

/** `spoken`: every name that the config gives itself; an alias of a preset gives way to it. */
export function buildChain(
  name: string,
  chain: ChainValues,
  defaults: RoutingValues,
  context: BuildContext,
  spoken: ReadonlySet<string>,
): ChainSettings {
  const named = context.presets.get(name);
  // Somebody else's chain under a known name, a local fork for instance, inherits nothing.
  const preset = chain.chain_id === undefined || chain.chain_id === named?.chainId ? named : undefined;
  const builtIn = routingSchema.parse(routingDefaults);
  const values = filled(builtIn, routingDefaults, defaults, chain);
  return {
    name,
    chainId: chain.chain_id ?? preset?.chainId ?? 0,
    aliases: chain.aliases ?? preset?.aliases.filter((alias) => !spoken.has(alias)) ?? [],
    blockTimeMs: chain.block_time ?? preset?.blockTimeMs ?? durationMs(blockTimeDefault),
    strategy: values.strategy,
    timeoutMs: values.timeout,
    attemptTimeoutMs: values.attempt_timeout,
    retry: {
      rounds: values.retry.rounds,
      backoffMs: values.retry.backoff,
      maxBackoffMs: values.retry.max_backoff,
    },
    breaker: buildBreaker(builtIn.breaker, defaults.breaker, chain.breaker),
    health: {
      intervalMs: values.health.interval,
      timeoutMs: values.health.timeout,
      maxLagMs: values.health.max_lag,
      maxLagBlocks: values.health.max_lag_blocks,
    },
    sendFanout: values.send.fanout,
    subscriptions: buildSubscriptions(values.subscriptions),
    race: {
      newHeads: values.race.newHeads,
      logs: values.race.logs,
      newPendingTransactions: values.race.newPendingTransactions,
    },
    trustBloom: chain.trust_bloom ?? preset?.trustBloom ?? trustBloomDefault,
    methods: buildMethods(values.methods, values.attempt_timeout),
    providers: chain.providers.map((provider) =>
      buildProvider(provider, merged(defaults.provider, chain.provider), context)
    ),
  };
}

type BreakerValues = RoutingValues["breaker"];

/** `false` anywhere turns it off for what is below, a map turns it on again. */
function buildBreaker(...layers: readonly BreakerValues[]): BreakerSettings | false {
  if (layers.findLast((layer) => layer !== undefined && layer !== null) === false) return false;
  const values = merged(...layers) as Filled<
    Exclude<NonNullable<BreakerValues>, false>,
    typeof routingDefaults.breaker
  >;
  return {
    failureThreshold: values.failure_threshold,
    errorRatio: values.error_ratio,
    windowMs: values.window,
    minRequests: values.min_requests,
    recoveryTimeoutMs: values.recovery_timeout,
    successThreshold: values.success_threshold,
  };
}

type SubscriptionValues = Filled<
  NonNullable<RoutingValues["subscriptions"]>,
  typeof routingDefaults.subscriptions
>;

function buildSubscriptions(values: SubscriptionValues): SubscriptionSettings {
  return {
    maxBackfillBlocks: values.max_backfill_blocks === "auto" ? null : values.max_backfill_blocks,
    confirmLogs: values.confirm_logs,
    backfillTimeoutMs: values.backfill_timeout,
    subscriptionTimeoutMs: values.subscription_timeout,
    gapFilling: values.enable_gap_filling,
    staleAfterMs: values.stale_after,
    onGap: values.on_gap,
  };
}

/** The most exact pattern first: full names, then longer beginnings before shorter ones. */
function buildMethods(
  methods: NonNullable<RoutingValues["methods"]>,
  attemptTimeoutMs: number,
): MethodSettings[] {
  const settings = Object.entries(methods).map(([pattern, values]): MethodSettings => {
    const timeoutMs = values?.timeout ?? null;
    const half = timeoutMs !== null && timeoutMs / 2 > attemptTimeoutMs ? Math.ceil(timeoutMs / 2) : null;
    return {
      pattern,
      timeoutMs,
      attemptTimeoutMs: values?.attempt_timeout ?? half,
      strategy: values?.strategy ?? null,
    };
  });
  const exactness = (pattern: string): number =>
    pattern.endsWith("*") ? pattern.length : 1000 + pattern.length;
  return settings.sort((a, b) => exactness(b.pattern) - exactness(a.pattern));
}

function buildProvider(given: ProviderValues, defaults: object, context: BuildContext): ProviderSettings {
  const layers = [defaults, given].map(withLowerCaseHeaders);
  const values = filled(providerKeysSchema.parse(providerDefaults), providerDefaults, ...layers);
  return {
    id: given.id,
    url: given.url,
    wsUrl: given.ws_url ?? null,
    type: values.type,
    priority: values.priority,
    group: values.group,
    private: values.private,
    headers: values.headers,
    rateLimit: values.rate_limit ? rateOf(values.rate_limit) : null,
    cost: {
      perCall: values.cost.per_call,
      methods: values.cost.methods,
      usdPerMillion: values.cost.usd_per_million ?? null,
      monthlyQuota: values.cost.monthly_quota ?? null,
    },
    archive: values.archive ?? null,
    methods: { allow: values.methods.allow ?? null, deny: values.methods.deny },
    limits: { getLogsRange: values.limits.get_logs_range ?? null },
    // Zod leaves absent keys out; only its type says that they might be undefined.
    errorRules: values.error_rules as readonly ErrorRule[],
    transport: values.transport,
    tls: Object.fromEntries(
      Object.entries(values.tls).flatMap(([name, path]) =>
        path === undefined ? [] : [[name, context.pem(path)]]
      ),
    ),
  };
}

/** Header names have no case: `X-Team` of a provider must replace `x-team` of the defaults. */
function withLowerCaseHeaders<T extends object>(layer: T): T {
  const headers: unknown = "headers" in layer ? layer.headers : undefined;
  if (typeof headers !== "object" || headers === null) return layer;
  return {
    ...layer,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
}
