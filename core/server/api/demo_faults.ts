// The body of a demo fault, and what it says as a fault: which figures each kind takes, and what they are without a
// word. Called by admin_demo_routes.ts.

import { z } from "zod";
import type { ChainRoute } from "../../routing/chain_route.ts";
import { ApiError } from "./api_error.ts";
import type { DemoFault } from "./demo_controls.ts";
import { duration } from "./query_types.ts";

const maxFaultMs = 86_400_000;
const maxLatencyMs = 600_000;

const kinds = [
  "kill",
  "stall",
  "stall_subscriptions",
  "malformed",
  "lying",
  "latency",
  "error_rate",
  "rate_limit",
  "lag",
  "forked_head",
  "wrong_chain_id",
  "drop_sockets",
  "reorg",
] as const;

const figures = {
  ms: z.number().min(1).max(maxLatencyMs),
  share: z.number().min(0).max(1),
  status: z.int().min(400).max(599),
  retry_after_s: z.int().min(0).max(3_600),
  blocks: z.int().min(1).max(10_000),
  depth: z.int().min(1).max(64),
  chain_id: z.int().min(1),
} as const;

type Figure = keyof typeof figures;

/** Figures of each kind: null is needed, anything else stands where it is not given. */
const figuresOf: Readonly<Partial<Record<DemoFault["kind"], Readonly<Partial<Record<Figure, unknown>>>>>> = {
  latency: { ms: null },
  error_rate: { share: 1, status: 503 },
  rate_limit: { share: 1, retry_after_s: undefined },
  lag: { blocks: null },
  forked_head: { depth: null },
  wrong_chain_id: { chain_id: null },
  reorg: { depth: null },
};

const acts: ReadonlySet<DemoFault["kind"]> = new Set<DemoFault["kind"]>(["drop_sockets", "reorg"]);

export interface FaultBody extends Partial<Readonly<Record<Figure, number | undefined>>> {
  readonly kind: DemoFault["kind"];
  readonly chain: ChainRoute;
  readonly provider?: string | undefined;
  /** Ms. */
  readonly for?: number | undefined;
}

export function faultBody(chain: z.ZodType<ChainRoute>): z.ZodType<FaultBody> {
  const optional = Object.fromEntries(
    Object.entries(figures).map(([name, schema]) => [name, schema.optional()]),
  );
  return z.strictObject({
    kind: z.enum(kinds),
    chain,
    provider: z.string().min(1).max(128).optional().describe("Needed by all but reorg."),
    for: duration({ minMs: 100, maxMs: maxFaultMs }, "How long; default: until it is taken off.").optional(),
    ...optional,
  }) as unknown as z.ZodType<FaultBody>;
}

/** Throws ApiError 400 for figures that the kind does not take, or lacks. */
export function faultOf(body: FaultBody): DemoFault {
  const { kind, provider } = body;
  const takes = figuresOf[kind] ?? {};
  if (kind === "reorg" && provider !== undefined) throw wrong("provider", "has no place in a reorg");
  if (kind !== "reorg" && provider === undefined) throw wrong("provider", "is needed");
  if (acts.has(kind) && body.for !== undefined) throw wrong("for", `has no place in ${kind}`);
  const found: Record<string, unknown> = { kind };
  for (const name of Object.keys(figures) as Figure[]) {
    const given = body[name];
    if (!(name in takes)) {
      if (given !== undefined) throw wrong(name, `has no place in ${kind}`);
      continue;
    }
    if (given === undefined && takes[name] === null) throw wrong(name, "is needed");
    found[name] = given ?? takes[name] ?? null;
  }
  return found as unknown as DemoFault;
}

function wrong(path: string, problem: string): ApiError {
  const details = [{ in: "body", path, problem }];
  return new ApiError(400, "bad_body", `${path} ${problem}.`, "See /docs for what each kind takes.", details);
}
