// How calls are routed: the keys of `defaults`, each of which may be given again per chain.

import { z } from "zod";
import { routingDefaults as preset } from "./defaults.ts";
import { providerKeysSchema } from "./schema_provider.ts";
import {
  count,
  duration,
  key,
  methodPattern,
  pluginId,
  positiveDuration,
  section,
  share,
  wholeNumber,
} from "./schema_types.ts";

const retry = z.strictObject({
  rounds: key(
    wholeNumber,
    "How often the eligible channels are gone through, each once a round; 0 turns failover off.",
    preset.retry.rounds,
  ),
  backoff: key(
    duration,
    "Pause before the second round; doubles with each round, with jitter.",
    preset.retry.backoff,
  ),
  max_backoff: key(duration, "Longest pause between two rounds.", preset.retry.max_backoff),
});

const breaker = z.strictObject({
  failure_threshold: key(count, "Consecutive failures that open it.", preset.breaker.failure_threshold),
  error_ratio: key(
    share,
    "Share of failures in the window that opens it, 0 to 1.",
    preset.breaker.error_ratio,
  ),
  window: key(positiveDuration, "The window over which the share is counted.", preset.breaker.window),
  min_requests: key(count, "Fewest calls in the window for the share to count.", preset.breaker.min_requests),
  recovery_timeout: key(
    positiveDuration,
    "Time from open to the first trial; doubles with each reopening.",
    preset.breaker.recovery_timeout,
  ),
  success_threshold: key(
    count,
    "Consecutive successes that close it again.",
    preset.breaker.success_threshold,
  ),
});

const health = z.strictObject({
  interval: key(
    duration,
    "Time between probes of a provider that has no traffic; 0 turns them off.",
    preset.health.interval,
  ),
  timeout: key(positiveDuration, "Time that a probe may take.", preset.health.timeout),
  max_lag: key(duration, "How far behind the head a provider may be, as time.", preset.health.max_lag),
  max_lag_blocks: key(
    wholeNumber,
    "How far behind the head a provider may be, in blocks; the larger of the two counts.",
    preset.health.max_lag_blocks,
  ),
});

const blocksText = 'must be "auto" or a whole number of blocks, at least 1';

const subscriptions = z.strictObject({
  max_backfill_blocks: key(
    z.union([z.literal("auto"), count], { error: blocksText }),
    "Gaps above this many blocks are not filled. auto: the larger of 32 and two minutes' worth of blocks.",
    preset.subscriptions.max_backfill_blocks,
  ),
  confirm_logs: key(
    z.enum(["on_switch", "always"]),
    "always: each block that its bloom does not exclude is asked for its logs, not only after a switch.",
    preset.subscriptions.confirm_logs,
  ),
  backfill_timeout: key(
    positiveDuration,
    "Time that filling a gap may take.",
    preset.subscriptions.backfill_timeout,
  ),
  subscription_timeout: key(
    positiveDuration,
    "Time from eth_subscribe to its acknowledgement; after it an error.",
    preset.subscriptions.subscription_timeout,
  ),
  enable_gap_filling: key(
    z.boolean(),
    "false: nothing is fetched after a switch; a gap is what on_gap says.",
    preset.subscriptions.enable_gap_filling,
  ),
  stale_after: key(
    positiveDuration,
    "Without a head for this long (and three block times), while another provider is ahead, a stream switches.",
    preset.subscriptions.stale_after,
  ),
  on_gap: key(
    z.enum(["close", "notify", "continue"]),
    "What a client hears of a gap that can't be filled: its socket is closed with 1012, it gets a notification, " +
      "or nothing.",
    preset.subscriptions.on_gap,
  ),
});

const race = z.strictObject({
  newHeads: key(count, "Upstreams that feed a newHeads stream at once.", preset.race.newHeads),
  logs: key(count, "Upstreams that feed a logs stream at once.", preset.race.logs),
  newPendingTransactions: key(
    count,
    "Upstreams that feed a newPendingTransactions stream at once.",
    preset.race.newPendingTransactions,
  ),
});

const method = z.strictObject({
  timeout: key(
    positiveDuration,
    "Whole budget of a call of this method; raises attempt_timeout to half of it.",
  ),
  attempt_timeout: key(positiveDuration, "Budget of one attempt at this method."),
  strategy: key(pluginId, "Strategy for this method."),
});

/** Shared by `defaults` and each chain. */
export const routingKeys = {
  strategy: key(
    pluginId,
    "Which provider serves first: fastest, cheapest, priority, round_robin, leaderboard, load_balanced, " +
      "latency_weighted, or the id of a plugin.",
    preset.strategy,
  ),
  timeout: key(positiveDuration, "Whole budget of a client's request, over all attempts.", preset.timeout),
  attempt_timeout: key(positiveDuration, "Budget of one attempt at one provider.", preset.attempt_timeout),
  retry: section(retry, "Rounds of attempts and the pauses between them."),
  breaker: key(
    z.union([z.literal(false), breaker]).nullable(),
    "Circuit breaker per provider and transport, or false for none.",
  ),
  health: section(health, "Probes, and how far behind a provider may be."),
  send: section(
    z.strictObject({
      fanout: key(count, "How many providers get a raw transaction at once.", preset.send.fanout),
    }),
    "eth_sendRawTransaction.",
  ),
  subscriptions: section(subscriptions, "How streams of events are kept whole."),
  race: section(race, "Upstreams per stream, where there are as many; the first copy of an event counts."),
  methods: section(
    z.record(methodPattern, method.nullable()),
    'Settings for single methods, by name or by beginning ("debug_*"); the most exact pattern counts.',
  ),
  provider: section(providerKeysSchema, "Defaults of every provider."),
};

export const routingSchema = z.strictObject(routingKeys);
