// What rules are judged by, as values: of the awake chains and their providers at one moment. `router_facts.ts` reads
// them from a running router; tests make them up.

import type { ProviderState } from "../providers/provider_state.ts";

/** Calls or attempts within a window. */
export interface SeriesFacts {
  readonly n: number;
  /** Those that brought neither a result nor the caller's own error. */
  readonly failed: number;
  /** Milliseconds; null without a time. */
  readonly p99Ms: number | null;
}

export interface ProviderFacts {
  readonly id: string;
  readonly state: ProviderState;
  /** Why it is in that state, without secrets. */
  readonly reason: string | null;
  /** Taken out by the operator. */
  readonly drained: boolean;
  /** null before evidence. */
  readonly lagBlocks: number | null;
  /** The chain's own limit at this moment. */
  readonly lagLimitBlocks: number;
  /** Units used of the month's, as a share; null without a quota. */
  readonly quotaRatio: number | null;
  /** Its channels whose breaker is not closed. */
  readonly openBreakers: number;
  /** Attempts at it, over all its channels; null where nothing was measured. */
  attempts(windowMs: number): SeriesFacts | null;
}

export interface ChainFacts {
  readonly name: string;
  /** Nobody has used it for a while, so nobody looks after it: nothing about it is known. */
  readonly asleep: boolean;
  readonly state: "unknown" | "good" | "bad";
  readonly providers: readonly ProviderFacts[];
  /** Since the head rose last; null before evidence. */
  readonly headAgeMs: number | null;
  /** The head is expected to have been looked at within this time: a younger one says nothing. */
  readonly headLookMs: number;
  readonly blockTimeMs: number;
  /** Client calls; null where nothing was measured. */
  calls(windowMs: number): SeriesFacts | null;
  /** Gaps in streams that could not be filled. */
  gaps(windowMs: number): number;
  /** Blocks that the deepest reorg took back; 0: there was none. */
  deepestReorg(windowMs: number): number;
}

export interface AlertFacts {
  /** Every chain that is served, as of now. */
  chains(): readonly ChainFacts[];
}
