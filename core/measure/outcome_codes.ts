// Outcomes as small numbers, and what each of them means for counting. A sample holds such a number beside two flags
// in one byte. Shared by the chains of a Collector; the names are Lasso's own, so the table stays small.

import { categories } from "../rpc/category.ts";
import { attemptFailed, callFailed, outcomeMeanings } from "./outcomes.ts";
import type { AttemptOutcome } from "./recorder.ts";

/** Bits of a sample's outcome byte: the code, whether the call had a failover, whether the time counts. */
export const codeBits = 0x3f;
export const failedOverBit = 0x40;
export const timedBit = 0x80;

export const okCode = 0;

/** What samples are of. */
export type SampleKind = "call" | "attempt";

const overflow = "other";

export class OutcomeCodes {
  /** By code. */
  readonly names: string[] = [];
  /** By code: 1 where the provider is likely to have charged such an attempt. */
  readonly charged = new Uint8Array(codeBits + 1);
  readonly #failed = { call: new Uint8Array(codeBits + 1), attempt: new Uint8Array(codeBits + 1) };
  readonly #codes = new Map<string, number>();

  constructor() {
    for (const name of ["ok", "error", ...categories, overflow]) this.#add(name);
  }

  /** The outcome's number; a name that finds no room is `other`. */
  code(outcome: string): number {
    return outcome === "ok" ? okCode : this.#codes.get(outcome) ?? this.#add(outcome);
  }

  /** By code: 1 where a sample of that kind has failed. The same object each time; it grows with new outcomes. */
  failed(kind: SampleKind): Uint8Array {
    return this.#failed[kind];
  }

  #add(name: string): number {
    if (this.names.length > codeBits) return this.#codes.get(overflow)!;
    const code = this.names.length;
    this.names.push(name);
    this.#codes.set(name, code);
    this.#failed.call[code] = callFailed(name) ? 1 : 0;
    if (name in outcomeMeanings) {
      const outcome = name as AttemptOutcome;
      this.#failed.attempt[code] = attemptFailed(outcome) ? 1 : 0;
      this.charged[code] = outcomeMeanings[outcome].charged ? 1 : 0;
    }
    return code;
  }
}
