// The published form of a report: what stands in its JSON file. `lasso battle --schema` prints it as JSON Schema. The
// model (battle/model/result.ts) and this schema hold each other: with a member in one alone its test does not compile.

import { z } from "zod";
import { checkNames, sloKeys } from "../model/scenario.ts";
import { faultSchema } from "./fault_schema.ts";

const ms = z.number().describe("Milliseconds.");
const maybeMs = (what: string): z.ZodNullable<z.ZodNumber> =>
  z.number().nullable().describe(`${what}, milliseconds; null: never, or it can't be told.`);
const atMs = z.number().describe("Milliseconds from the end of the warm-up.");
const atUs = z.number().describe("Microseconds from the end of the warm-up.");
const count = z.int().min(0);
const verdict = z.enum(["pass", "fail", "inconclusive"]);

const quantiles = z.object({ n: count, p50: ms, p95: ms, p99: ms, p999: ms, max: ms })
  .describe("Milliseconds, of n samples.");

const slo = z.object({
  key: z.enum(sloKeys),
  scope: z.object({
    workload: z.string().nullable(),
    method: z.string().nullable(),
    provider: z.string().nullable(),
    during: z.string().nullable().describe("A fault's id, `faults`, `calm`; null: all the time."),
  }),
  bound: z.number(),
  direction: z.enum(["min", "max"]),
  value: z.number().nullable().describe("In the unit that the key names; null: nothing was measured."),
  samples: count,
  verdict,
  reason: z.string().nullable().describe("Why it is inconclusive."),
});

const attempt = z.object({
  provider: z.string(),
  transport: z.enum(["http", "ws"]),
  ms,
  outcome: z.string().describe("`ok`, or a category of failure."),
});

const fault = z.object({
  fault: z.object({
    id: z.string(),
    fault: faultSchema,
    chain: z.string().nullable(),
    provider: z.string().nullable().describe("null: the router, or the chain."),
    start_us: atUs,
    end_us: atUs,
  }),
  detection_ms: maybeMs("Fault to the first time that the provider was not picked first"),
  shift_ms: maybeMs("Fault to the last first pick of the provider in it"),
  recovery_ms: maybeMs("End to p99 within 1.2 times the baseline for 5 s"),
  failover: z.object({ n: count, p50_ms: ms, p99_ms: ms, max_ms: ms }).nullable()
    .describe("Failure at the faulted provider to the good answer of another."),
  blast: z.number().describe("Share of requests in it that failed."),
  took_over: z.record(z.string(), z.number()).describe("Provider to its share of answers in the fault."),
});

const workload = z.object({
  name: z.string(),
  planned: count,
  answered: count,
  throughput_rps: z.number(),
  outcomes: z.record(z.string(), count),
  latency_ms: quantiles.describe("done - planned"),
  service_ms: quantiles.describe("done - sent"),
  lateness_ms: quantiles.describe("sent - planned"),
  by_method: z.record(z.string(), z.object({ latency_ms: quantiles, errors: count })),
});

const point = z.object({
  at_ms: atMs,
  requests: count,
  failures: count,
  p50_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
  failovers: count,
  picks: z.record(z.string(), count).describe("First picks by provider."),
});

const worst = z.object({
  workload: z.string(),
  index: count,
  method: z.string(),
  at_ms: atMs,
  latency_ms: ms,
  outcome: z.string(),
  attempts: z.array(attempt),
  request_id: z.string().nullable(),
});

const load = z.object({
  chain: z.string(),
  fairness: z.number().nullable()
    .describe("Jain's index of served to fair: 1 where each had its share, 1/n where one had all."),
  units_per_request: z.number().nullable(),
  providers: z.array(z.object({
    provider: z.string(),
    attempts: count.describe("At it, by the answers' metadata."),
    served: count.describe("Answers that came from it."),
    fair_served: z.number()
      .describe("Had the providers without a fault at the time shared each answer evenly."),
    asked: count.nullable().describe(
      "Calls by its own count, warm-up and the router's own questions included.",
    ),
    units: z.number().describe("Of the attempts, by the provider's `cost`; one a call unless given."),
    usd: z.number().nullable().describe("null: no price is given."),
  })),
});

const comparison = z.object({
  metric: z.enum(sloKeys),
  ours: z.number().nullable(),
  baseline: z.number().nullable(),
  change: z.number().nullable().describe("ours / baseline - 1"),
  interval: z.tuple([z.number(), z.number()]).nullable().describe("95 % interval of the change."),
  verdict,
  text: z.string(),
});

export const reportSchema = z.object({
  schema_version: z.literal(1),
  scenario: z.string(),
  verdict,
  reasons: z.array(z.string()).describe("Why the verdict is not simply what its parts say."),
  seed: z.number(),
  plan_hash: z.string(),
  started_at: z.string().describe("RFC 3339."),
  version: z.string().describe("Of Lasso."),
  config: z.unknown().describe("The router's config, secrets masked."),
  duration_ms: ms,
  command: z.string().describe("Repeats the run."),
  slos: z.array(slo),
  checks: z.array(z.object({ name: z.enum(checkNames), verdict, details: z.array(z.string()) })),
  faults: z.array(fault),
  workloads: z.array(workload),
  timeline: z.array(point).describe("One point a second."),
  breakers: z.array(z.object({ at_ms: atMs, channel: z.string(), state: z.string() })),
  unexplained: z.array(z.string()).describe("Failures and failovers outside any fault."),
  worst: z.array(worst),
  streams: z.object({ gaps: count, duplicates: count, out_of_order: count, wrong_branch: count }).nullable(),
  load: z.array(load).default(() => []).describe("Who did the work of each chain, and what it cost."),
  comparison: comparison.nullable(),
  processes: z.record(
    z.string(),
    z.object({
      max_resident_mb: z.number(),
      max_cpu: z.number().describe("Share of one core."),
      mean_cpu: z.number(),
      max_loop_lag_ms: z.number().nullable().default(null)
        .describe("The longest that its event loop was busy; null: it does not tell."),
    }),
  ),
  clock_error_us: z.record(z.string(), z.number()),
}).describe("The report of one scenario that `lasso battle` ran.");

/** JSON Schema (draft 2020-12): a report has these members and no others. */
export function reportJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(reportSchema, { io: "output" }) as Record<string, unknown>;
}
