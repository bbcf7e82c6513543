// Shapes of what `/status` and `/api/explain` give, for the description of the API. Types stand in status.ts and
// routing/explain.ts; here they are said in zod.

import { z } from "zod";
import type { Explanation } from "../../routing/explain.ts";
import { at } from "./shapes.ts";

const channel = z.strictObject({
  transport: z.string(),
  breaker: z.enum(["closed", "open", "half_open"]),
  connections: z.int().describe("Open at this moment."),
  in_flight: z.int(),
  last_failure: z.string().nullable(),
  quarantined: z.string().nullable().describe("Why this channel alone is kept out; null: nothing is wrong."),
});

export const providerStates = ["up", "lagging", "limited", "probing", "open", "off", "unknown"] as const;

const provider = z.strictObject({
  id: z.string(),
  state: z.enum(providerStates),
  reason: z.string().nullable().describe("Why it is in that state; null when it is up."),
  override: z.string().nullable().describe("What the operator did to it; null: nothing."),
  group: z.enum(["main", "fallback"]),
  head: z.int().nullable(),
  lag_blocks: z.number().nullable(),
  transports: z.array(channel),
});

export const chainStatusSchema = z.strictObject({
  name: z.string(),
  chain_id: z.int(),
  aliases: z.array(z.string()),
  state: z.enum(["unknown", "good", "bad"]),
  awake: z.boolean(),
  strategy: z.string(),
  override: z.string().nullable().describe("What the operator did to it; null: nothing."),
  head: z.int().nullable(),
  served: z.int().describe("Newest block that clients were told of."),
  providers: z.array(provider),
});

export const statusSchema = z.strictObject({
  version: z.string(),
  state: z.enum(["draining", "serving"]),
  uptime_ms: z.number(),
  config_version: z.int(),
  reloads: z.array(z.strictObject({ at, result: z.enum(["ok", "failed"]), message: z.string() })),
  region: z.string(),
  in_flight: z.int(),
  max_in_flight: z.int(),
  connections: z.int(),
  websockets: z.int(),
  chains: z.array(chainStatusSchema),
}) as unknown as z.ZodType<Record<string, unknown>>;

const latency = z.strictObject({
  p50_ms: z.number(),
  p99_ms: z.number(),
  success: z.number().describe("Share of calls that succeeded, 0 to 1."),
  n: z.number().describe("Samples."),
});

const explained = z.strictObject({
  id: z.string().describe("`provider:transport`."),
  provider: z.string(),
  transport: z.enum(["http", "ws"]),
  place: z.int().nullable().describe("1 is tried first; null: never."),
  group: z.enum(["main", "fallback"]),
  excluded: z.string().nullable().describe("Why it can't serve this call at all; null: it can."),
  set_back: z.string().nullable().describe(
    "Why it serves only when nothing better is left; null: no reason.",
  ),
  why: z.string().describe("The strategy's own words."),
  breaker: z.enum(["closed", "open", "half_open"]),
  in_flight: z.int(),
  head: z.int().nullable(),
  lag_blocks: z.number().nullable(),
  latency: latency.nullable().describe("Measured here; null: no samples."),
});

export const explanation = z.strictObject({
  chain: z.string(),
  method: z.string(),
  strategy: z.string(),
  cadence: z.enum(["cached", "per_call"]),
  replay: z.string().describe("Whether and how the method may be sent more than once."),
  block: z.looseObject({ kind: z.string() }).describe("The block that the call means."),
  head: z.int().nullable(),
  served: z.int(),
  timeout_ms: z.number(),
  attempt_timeout_ms: z.number(),
  candidates: z.array(explained),
}) as unknown as z.ZodType<Explanation>;
