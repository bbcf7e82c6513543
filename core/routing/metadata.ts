// What a request leaves behind for people: the metadata object for the client (spec: product.md section 5), and the
// figures that it shares with the log line. Read from a finished run; it changes nothing.

import type { Run } from "./run.ts";

export interface Metadata {
  readonly version: 1;
  readonly request_id: string;
  readonly strategy: string;
  readonly chain: string;
  readonly transport: string;
  readonly candidate_providers: readonly string[];
  readonly selected_provider: { readonly id: string; readonly protocol: string } | null;
  readonly selection_reason: string;
  readonly selection_latency_ms: number;
  readonly upstream_latency_ms: number;
  readonly end_to_end_latency_ms: number;
  readonly overhead_ms: number;
  readonly retries: number;
  readonly circuit_breaker_state: string | null;
  readonly attempts: Run["attempts"];
  /** There only when the answer came from behind a head that was served before. */
  readonly behind?: true;
}

export function metadataOf(run: Run, reason: string): Metadata {
  const { candidate } = run.selected ?? { candidate: null };
  return {
    version: 1,
    request_id: run.request.id,
    strategy: run.limits.strategy,
    chain: run.env.chain.name,
    transport: run.request.ingress,
    candidate_providers: run.order?.names ?? [],
    selected_provider: candidate === null ? null : { id: candidate.provider, protocol: candidate.transport },
    selection_reason: reason,
    selection_latency_ms: round(run.selectionMs),
    upstream_latency_ms: round(run.selectedMs),
    end_to_end_latency_ms: round(endToEndMs(run)),
    overhead_ms: round(overheadMs(run)),
    retries: run.retries,
    circuit_breaker_state: candidate === null ? null : candidate.breaker,
    attempts: attemptsOf(run),
    ...(run.behind ? { behind: true } : {}),
  };
}

/** At the commit of a streamed answer its attempt has not ended yet, but is to be seen. */
function attemptsOf({ attempts, outcome, selected, selectedMs }: Run): Run["attempts"] {
  if (outcome?.kind !== "stream" || selected === null) return attempts;
  const { provider, transport } = selected.candidate;
  return [...attempts, { provider, transport, ms: round(selectedMs), outcome: "ok" }];
}

export function endToEndMs(run: Run): number {
  return run.finishedAt - run.request.receivedAt;
}

/** What Lasso itself added before the first attempt began; all of the time when none did. */
export function overheadMs(run: Run): number {
  return run.firstAttemptAt === null ? endToEndMs(run) : run.firstAttemptAt - run.request.receivedAt;
}

/** Whether a channel failed before the one that answered. One that was slower than another beside it has not failed. */
export function failedOver({ attempts }: Run): boolean {
  for (let i = 0; i < attempts.length - 1; i++) {
    const { outcome } = attempts[i]!;
    if (outcome !== "ok" && outcome !== "cancelled") return true;
  }
  return false;
}

/** `ok`, `error` (the caller's own) or the reason of a refusal. */
export function resultLabel(run: Run): string {
  const { outcome } = run;
  if (outcome === null) return "internal";
  if (outcome.kind === "refusal") return outcome.refusal.reason;
  return outcome.kind === "error" ? "error" : "ok";
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
