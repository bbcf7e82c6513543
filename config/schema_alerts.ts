// The section `alerts`: where alerts are told, and the rules. What a condition takes and means is in docs/alerts.md;
// which keys fit which condition, and whether names exist, check_alerts.ts sees to.

import { z } from "zod";
import { chainName, duration, key, name, positiveDuration, section } from "./schema_types.ts";
import { durationMs, durationPattern } from "./units.ts";

export const alertConditions = [
  "provider_down",
  "chain_down",
  "error_rate",
  "latency_p99",
  "lag",
  "head_stalled",
  "quota",
  "breaker_open",
  "stream_gap",
  "reorg_depth",
] as const;

const target = z.strictObject({
  type: z.enum(["webhook", "slack", "log"]).meta({
    description: "webhook: JSON by POST. slack: a message as Slack's incoming webhooks take it. log: a line.",
  }),
  url: key(
    z.string().refine(
      (url) => URL.canParse(url) && /^https?:\/\/[^\s]+$/i.test(url),
      "must be a whole URL that begins with http:// or https://",
    ),
    "Where webhook and slack send to. A secret: shown only as scheme and host.",
  ),
});

const aboveText = 'must be a number of 0 or more (for latency_p99 a duration such as "2s")';

/** Milliseconds where it was a duration. */
const above = z.union([z.number().min(0, aboveText), z.string().regex(durationPattern, aboveText)], {
  error: aboveText,
}).transform((value) => typeof value === "string" ? durationMs(value) : value);

const longestWindowMs = 3_600_000;

const rule = z.strictObject({
  name: name.meta({ description: "Name of the rule, unique among the rules." }),
  when: z.enum(alertConditions).meta({ description: "What it looks at; docs/alerts.md defines each." }),
  above: key(
    above,
    "It holds above this. error_rate, quota: share, 0 to 1. latency_p99: duration. lag, reorg_depth: blocks. " +
      "head_stalled: block times. stream_gap: gaps.",
  ),
  window: key(
    positiveDuration.refine((ms) => ms >= 1_000, "must be at least 1s")
      .refine((ms) => ms <= longestWindowMs, "must be at most 1h"),
    "How far back it looks: for error_rate, latency_p99, stream_gap and reorg_depth.",
  ),
  for: duration.meta({ description: "How long it must hold before the alert fires; 0: at once." }),
  chain: key(
    z.union([chainName, z.int().min(1)], { error: "must be the name, an alias or the id of a chain" }),
    "Only this chain. Left out: every one.",
  ),
  provider: key(
    z.union([z.literal("*"), name], { error: 'must be the id of a provider, or "*" for each one' }),
    'Only this provider. Of error_rate and latency_p99: "*" for each one; left out, the calls of clients count.',
  ),
  to: z.array(name, { error: "must be a list of names of targets" })
    .min(1, "needs at least one target")
    .meta({ description: "Targets that are told." }),
  repeat: key(
    positiveDuration.refine((ms) => ms >= 1_000, "must be at least 1s"),
    "While it fires it is told again after this long. Left out: once.",
  ),
});

export const alertsSchema = z.strictObject({
  targets: section(z.record(name, target), "Where alerts are told, by names that rules use."),
  rules: section(z.array(rule), "What is watched."),
});

export type AlertValues = z.output<typeof alertsSchema>;
