// Holds a whole answer for a call of Lasso's own (a piece of a split call, a look-up), streamed or not. Bounded: an
// upstream must not fill the memory, nor make a string that can't be. Called by ChainRoute.

import { refuse } from "../rpc/refusal.ts";
import { toWire } from "../rpc/wire.ts";
import type { Outcome } from "./outcome.ts";

/** Bytes that may still be held; shared by all that becomes one answer. */
export interface Room {
  bytes: number;
}

/** Gives the outcome, never a stream, to `answered`; a refusal of reason `range` once there is no more room. */
export function collect(outcome: Outcome | null, room: Room, answered: (outcome: Outcome) => void): void {
  if (outcome === null) return;
  if (outcome.kind === "result" && !takes(room, outcome.result.length)) return answered(tooMuch());
  if (outcome.kind !== "stream") return answered(outcome);
  const { stream } = outcome;
  const parts: string[] = [];
  stream.pipe({
    write: (chunk, before) => {
      if (!takes(room, chunk.length + (before?.length ?? 0))) {
        stream.cancel();
        parts.length = 0;
        answered(tooMuch());
        return false;
      }
      if (before !== null) parts.push(toWire(before));
      parts.push(typeof chunk === "string" ? chunk : toWire(chunk));
      return true;
    },
    end: () => answered({ kind: "result", result: parts.join("") }),
    cut: (why) => answered({ kind: "refusal", refusal: refuse("transport", `An answer was cut: ${why}.`) }),
  });
}

function takes(room: Room, bytes: number): boolean {
  room.bytes -= bytes;
  return room.bytes >= 0;
}

function tooMuch(): Outcome {
  const message = "The answer is larger than max_response when its pieces are joined: ask for fewer blocks.";
  return { kind: "refusal", refusal: refuse("range", message, { status: 200 }) };
}
