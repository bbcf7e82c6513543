// A finished call as history keeps it: its attempts with their times, and every candidate with why it stood where it
// did. Made for few calls only (core/server/call_keeper.ts chooses them), since it asks the strategy for its words. The
// order is the one that the call began with; which calls are kept is known only at their end, and so the figures in the
// strategy's words are of then. What has come to speak against a candidate meanwhile is told as such.

import type { KeptCall } from "../measure/history/model.ts";
import type { Channel } from "../providers/channel.ts";
import { maskText } from "../redact.ts";
import { wireToText } from "../rpc/wire.ts";
import { endToEndMs, overheadMs } from "./metadata.ts";
import { callObstacle } from "./picker.ts";
import type { Run } from "./run.ts";

const maxCandidates = 64;
const maxAttempts = 100;
const maxMessageChars = 512;

/** `outcome`: as it is counted; `streamFailure`: why a streamed answer was cut; null otherwise. */
export function keptCall(run: Run, wallNow: number, outcome: string, streamFailure: string | null): KeptCall {
  const { request, selected, env } = run;
  const answered = run.outcome?.kind === "refusal" ? null : selected;
  const channels = run.order?.channels ?? [];
  return {
    id: request.id,
    at: wallNow,
    chain: env.chain.name,
    method: run.info.label,
    transport: request.ingress,
    strategy: run.limits.strategy,
    provider: answered?.candidate.provider ?? null,
    provider_transport: answered?.candidate.transport ?? null,
    outcome,
    duration_ms: round(endToEndMs(run)),
    overhead_ms: round(overheadMs(run)),
    upstream_ms: round(run.selectedMs),
    retries: run.retries,
    reason: run.selectionReason(),
    candidates: channels.slice(0, maxCandidates).map((channel, place) => ({
      id: channel.candidate.id,
      why: whyThere(run, channel, place),
    })),
    attempts: run.attempts.slice(0, maxAttempts).map(({ provider, transport, ms, outcome: end }, index) => ({
      provider,
      transport,
      started_ms: round(run.books.startOf(index) - request.receivedAt),
      ms,
      outcome: end,
    })),
    error: errorOf(run, streamFailure),
  };
}

/**
 * What spoke against a channel at its place in the order comes before the strategy's words, as it does in the order; what
 * came up since then behind them.
 */
function whyThere(run: Run, channel: Channel, place: number): string {
  const { env, info, method, block, request: { restriction } } = run;
  const { eligible = 0, beside = 0 } = run.order ?? {};
  const { chain } = env;
  const isFallback = channel.candidate.group === "fallback";
  const now = channel.hardObstacle(method) ?? channel.softObstacle(method);
  const wasSetBack = place >= eligible;
  return [
    callObstacle({ chain, method, info, block, restriction }, channel),
    wasSetBack ? now ?? "set_back" : null,
    isFallback ? "fallback" : !wasSetBack && place >= beside ? "behind" : null,
    env.explain(run.limits.strategy, channel.candidate, { chain: chain.name, method: info.label, block }),
    wasSetBack || now === null ? null : `since then ${now.replaceAll("_", " ")}`,
  ].filter((part) => part !== null && part !== "").join("; ");
}

function errorOf(run: Run, streamFailure: string | null): KeptCall["error"] {
  const { outcome } = run;
  const secrets = run.env.chain.providers.flatMap((provider) => provider.secrets);
  const shown = (message: string): string => maskText(message, secrets).slice(0, maxMessageChars);
  if (streamFailure !== null) return { code: -32000, message: shown(streamFailure) };
  if (outcome?.kind === "refusal") {
    return { code: outcome.refusal.code, message: shown(outcome.refusal.message) };
  }
  return outcome?.kind === "error" ? { code: outcome.code, message: shown(messageIn(outcome.error)) } : null;
}

/** Of an error object as wire text. */
function messageIn(error: string): string {
  try {
    const { message } = JSON.parse(wireToText(error)) as { message?: unknown };
    return typeof message === "string" ? message : "";
  } catch {
    return "";
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
