// Recorded traffic as input of a plan: JSON lines as `lasso serve --record FILE` writes them, one call a line. Times are
// the recording's own, from its first call; the plan makes them faster or slower.

import { LassoError } from "../../core/errors.ts";
import { methodInfo } from "../../core/rpc/methods.ts";
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
 * The calls of one chain, from 0 on. Left out is what can't be repeated: calls of which only a hash of their params was
 * recorded, and those that live on a WebSocket (subscriptions), since all are sent over HTTP. LassoError for a line that
 * is none, with its number, or when no call is left, with the reasons.
 */
export function recordedCalls(text: string, { file, chain, speed, limitUs }: ReplayWanted): PlannedCall[] {
  const calls: PlannedCall[] = [];
  const recorded = readRecording(text.split("\n"), file);
  const startUs = recorded[0]?.atUs ?? 0;
  const left = new Map<string, number>();
  const leave = (why: string): void => void left.set(why, (left.get(why) ?? 0) + 1);
  for (const { atUs: recordedUs, chain: itsChain, method, params } of recorded) {
    const atUs = Math.round((recordedUs - startUs) / speed);
    if (itsChain !== null && itsChain !== chain) leave(`of ${JSON.stringify(itsChain)}`);
    else if (params === null) leave("with a hash in the place of params");
    else if (methodInfo(method).websocketOnly) leave("of subscriptions");
    else if (atUs >= limitUs) leave("after the end");
    else calls.push({ atUs, method, params });
  }
  if (calls.length > 0) return calls;
  const why = left.size === 0 ? "it is empty" : [...left].map(([why, count]) => `${count} ${why}`).join(", ");
  throw new LassoError("usage", `${file} holds no call for chain "${chain}" within the run: ${why}`, {
    place: file,
    hint: "record traffic of that chain with `lasso serve --record FILE`, or name another chain or file",
  });
}
