// Recorded traffic as input of a plan: JSON lines as `lasso serve --record FILE` writes them, one call a line. Times are
// the recording's own, from its first call; the plan makes them faster or slower.

import { LassoError } from "../../core/errors.ts";
import type { PlannedCall } from "../model/plan.ts";
import { readRecording } from "../workload/recording.ts";

export interface ReplayWanted {
  /** For error texts. */
  readonly file: string;
  readonly chain: string;
  /** Twice as fast: 2. */
  readonly speed: number;
  /** Calls at or after this are left out. */
  readonly limitUs: number;
}

/**
 * The calls of one chain, from 0 on. Those of which only a hash of their params was recorded can't be repeated and are
 * left out. LassoError for a line that is none, with its number, or when no call is left.
 */
export function recordedCalls(text: string, { file, chain, speed, limitUs }: ReplayWanted): PlannedCall[] {
  const calls: PlannedCall[] = [];
  const recorded = readRecording(text.split("\n"), file);
  const startUs = recorded[0]?.atUs ?? 0;
  for (const { atUs: recordedUs, chain: itsChain, method, params } of recorded) {
    if ((itsChain !== null && itsChain !== chain) || params === null) continue;
    const atUs = Math.round((recordedUs - startUs) / speed);
    if (atUs >= limitUs) break;
    calls.push({ atUs, method, params });
  }
  if (calls.length === 0) {
    throw new LassoError("usage", `${file} holds no call for chain "${chain}" within the run`, {
      place: file,
      hint: "record traffic of that chain with `lasso serve --record FILE`, or name another chain or file",
    });
  }
  return calls;
}
