// A test call through one provider alone, by the pipeline and with its books: the operator sees the answer and every
// attempt. Marked as a test wherever it is told; never counted as a client's call.

import { z } from "zod";
import type { Provider } from "../../providers/provider.ts";
import { maskText } from "../../redact.ts";
import type { ChainRoute } from "../../routing/chain_route.ts";
import type { Outcome } from "../../routing/outcome.ts";
import type { Run } from "../../routing/run.ts";
import { isRecord, readRecord } from "../../rpc/json_values.ts";
import { methodInfo } from "../../rpc/methods.ts";
import { textToWire, wireToText } from "../../rpc/wire.ts";
import type { ServerState } from "../state.ts";
import { changedShape } from "./admin_shapes.ts";
import { ApiError } from "./api_error.ts";
import { method } from "./query_types.ts";

/** A longer answer is told by its length only. */
const maxResultChars = 65_536;
const maxWaitMs = 30_000;

export const callBody = z.strictObject({
  method: method.default("eth_blockNumber"),
  params: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).default([]),
  transport: z.enum(["http", "ws"]).optional().describe("Default: whichever the strategy puts first."),
});

export type CallBody = z.output<typeof callBody>;

export const callAnswer = z.strictObject({
  ...changedShape,
  test: z.literal(true),
  provider: z.string(),
  transport: z.enum(["http", "ws"]).nullable().describe("Over which it was answered; null: it was not."),
  method: z.string(),
  ms: z.number(),
  result: z.unknown().optional().describe("The upstream's result, where it is not too long to be shown."),
  result_chars: z.int().nullable(),
  error: z.strictObject({ code: z.number(), message: z.string(), reason: z.string().nullable() }).nullable(),
  attempts: z.array(z.strictObject({
    provider: z.string(),
    transport: z.string(),
    ms: z.number(),
    outcome: z.string(),
  })),
});

export type CallAnswer = z.output<typeof callAnswer>;

export async function adminCall(
  { deps: { clock, hub } }: ServerState,
  route: ChainRoute,
  provider: Provider,
  { method: name, params, transport }: CallBody,
  signal: AbortSignal,
): Promise<CallAnswer> {
  const info = methodInfo(name);
  if (info.replay === "refused" || info.websocketOnly) {
    const why = info.websocketOnly ? "is for WebSockets" : "needs keys that nodes hold, and is never sent";
    throw new ApiError(400, "refused_method", `${name} ${why}.`, "Try eth_blockNumber.");
  }
  const from = clock.now();
  const timeoutMs = Math.min(maxWaitMs, route.limitsOf(info, name).timeoutMs);
  const restriction = { provider: provider.id, transport: transport ?? null };
  const text = textToWire(JSON.stringify(params));
  const { outcome, run } = await new Promise<{ outcome: Outcome; run: Run }>((resolve) => {
    const asked = route.askOwn(
      name,
      text,
      timeoutMs,
      restriction,
      (outcome, run) => resolve({ outcome, run }),
    );
    signal.addEventListener("abort", () => asked.cancel(), { once: true });
  });
  const ms = rounded(clock.now() - from);
  const { result, resultChars } = resultOf(outcome);
  const ok = outcome.kind === "result";
  hub.emit("provider.test_call", {
    chain: route.chain.name,
    provider: provider.id,
    method: info.label,
    ok,
    ms,
    test: true,
  });
  return {
    ok,
    changed: false,
    test: true,
    provider: provider.id,
    transport: outcome.kind === "refusal" ? null : run.selected?.protocol ?? null,
    method: name,
    ms,
    ...(result === undefined ? {} : { result }),
    result_chars: resultChars,
    error: errorOf(outcome, provider.secrets),
    attempts: run.attempts.map((attempt) => ({ ...attempt, ms: rounded(attempt.ms) })),
  };
}

function resultOf(outcome: Outcome): { result: unknown; resultChars: number | null } {
  if (outcome.kind !== "result") return { result: undefined, resultChars: null };
  const { length } = outcome.result;
  if (length > maxResultChars) return { result: undefined, resultChars: length };
  return { result: JSON.parse(wireToText(outcome.result)) as unknown, resultChars: length };
}

function errorOf(outcome: Outcome, secrets: readonly string[]): CallAnswer["error"] {
  if (outcome.kind === "refusal") {
    const { code, message, reason } = outcome.refusal;
    return { code, message: maskText(message, secrets), reason };
  }
  if (outcome.kind !== "error") return null;
  const error = readRecord(wireToText(outcome.error));
  const message = isRecord(error) && typeof error.message === "string" ? error.message : "";
  return { code: outcome.code, message: maskText(message, secrets), reason: outcome.category };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
