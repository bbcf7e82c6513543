// Each kind of fault as it stands in a report's JSON. The types of battle/model/fault.ts hold this table: one that is
// missing here, or differs, makes the schema's test not compile.

import { z } from "zod";

const plain = <Kind extends string>(kind: Kind): z.ZodObject<{ kind: z.ZodLiteral<Kind> }> =>
  z.object({ kind: z.literal(kind) });
const ms = z.number().min(0).describe("Milliseconds.");
const share = z.number().min(0).max(1).describe("Share of events, 0 to 1.");

export const faultSchema = z.discriminatedUnion("kind", [
  plain("kill"),
  plain("blackhole"),
  plain("reset"),
  z.object({ kind: z.literal("latency"), ms, jitter_ms: ms }),
  z.object({ kind: z.literal("bandwidth"), bytes_per_second: z.number() }),
  z.object({ kind: z.literal("slow_body"), bytes_per_second: z.number(), after_bytes: z.number() }),
  z.object({ kind: z.literal("cut_body"), after_bytes: z.number() }),
  z.object({ kind: z.literal("slow_close"), ms }),
  plain("drop_sockets"),
  z.object({ kind: z.literal("tls"), how: z.enum(["wrong_name", "expired", "unknown_ca"]) }),
  z.object({ kind: z.literal("dns"), how: z.enum(["nxdomain", "wrong_address"]) }),
  z.object({ kind: z.literal("status"), status: z.int(), retry_after_s: z.number().nullable() }),
  z.object({ kind: z.literal("html_page"), status: z.int() }),
  z.object({ kind: z.literal("vendor_error"), name: z.string() }),
  plain("null_result"),
  plain("wrong_id"),
  plain("partial_batch"),
  plain("malformed"),
  plain("truncated"),
  z.object({ kind: z.literal("huge_result"), bytes: z.number() }),
  z.object({ kind: z.literal("brownout"), extra_ms: ms }),
  z.object({ kind: z.literal("lag"), blocks: z.int() }),
  plain("stall"),
  plain("stall_subscriptions"),
  z.object({ kind: z.literal("reorg"), depth: z.int() }),
  z.object({ kind: z.literal("forked_head"), depth: z.int() }),
  z.object({ kind: z.literal("pruned"), keep_blocks: z.int() }),
  z.object({ kind: z.literal("wrong_chain_id"), chain_id: z.number() }),
  z.object({ kind: z.literal("skip_events"), share }),
  z.object({ kind: z.literal("duplicate_events"), share }),
  z.object({ kind: z.literal("late_events"), ms }),
  plain("lying"),
  z.object({ kind: z.literal("memory_pressure"), heap_mb: z.number() }),
  plain("router_stall"),
  plain("router_kill"),
]);
