// What a run is given: its surroundings (one per chain), the call with its limits, and the hooks that lead back to
// the router. Interfaces only.

import type { Clock } from "../clock.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { BlockReference, Candidate, StrategyCall, StrategyView } from "../plugins/strategy.ts";
import type { Chain } from "../providers/chain.ts";
import type { Random } from "../random.ts";
import type { RpcCall } from "../rpc/framing.ts";
import type { MethodInfo } from "../rpc/methods.ts";
import type { Reason } from "../rpc/category.ts";
import type { RetrySettings } from "../settings.ts";
import type { CallTrace } from "../tracing/tracer.ts";
import type { Outcome } from "./outcome.ts";
import type { Run } from "./run.ts";
import type { Restriction, Selection } from "./selection.ts";
import type { SlowLimits } from "./slow_limits.ts";
import type { SplitShare } from "./split_run.ts";
import type { Sweep } from "./sweep.ts";

/** The measurements of one chain, read at a moment that is set before each ranking. */
export interface TimedView extends StrategyView {
  refresh(now: number): void;
}

export interface RunEnv {
  readonly chain: Chain;
  readonly selection: Selection;
  readonly slow: SlowLimits;
  readonly view: TimedView;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly sweep: Sweep;
  /** Most bytes of one answer, also of one that is joined from pieces. */
  readonly maxResponseBytes: number;
  /**
   * Makes a further call on behalf of a run, within its time: a look-up, a piece of a split call. `answered` is called
   * once, perhaps before this returns, with an outcome that is never a stream. `provider`: ask this one only.
   * `share`: what is left for all pieces of the call together.
   */
  ask(
    parent: Run,
    method: string,
    params: string,
    answered: (outcome: Outcome, inner: Run) => void,
    provider?: string,
    share?: SplitShare,
  ): Run;
  /** The strategy's own words about a candidate. */
  explain(strategy: string, candidate: Candidate, call: StrategyCall): string;
  /** A streamed answer has ended; null: whole. */
  streamEnded(run: Run, failure: string | null): void;
  /** Something threw while a run was served: it is reported. */
  broke(run: Run, thrown: unknown): void;
  /** Why no channel may serve this call at all. */
  whyNone(run: Run): [reason: Reason, message: string];
}

export interface RunLimits {
  readonly strategy: string;
  /** Monotonic ms at which the call's whole budget ends. */
  readonly deadline: number;
  readonly attemptTimeoutMs: number;
  readonly retry: RetrySettings;
}

export interface RunRequest {
  readonly id: string;
  readonly call: RpcCall;
  readonly info: MethodInfo;
  readonly block: BlockReference;
  /** Pinned provider or transport; null: free. */
  readonly restriction: Restriction | null;
  readonly limits: RunLimits;
  /** Monotonic ms at which the request was read. */
  readonly receivedAt: number;
  /** How the client came: for the log. */
  readonly ingress: "http" | "ws";
  /** Made by Lasso itself for another run: not logged, not counted as a client's. */
  readonly inner: boolean;
  /** Of a piece: what is left for all pieces of its call. */
  readonly share?: SplitShare | null;
  /** Of the client's call, also in what Lasso asks on its behalf; null or absent: none is kept. */
  readonly trace?: CallTrace | null;
}
