// Random sequences by name: each workload and each purpose has its own, so that adding one moves no other. The same
// seed and names give the same sequence on any machine.

import { createHash } from "node:crypto";
import { type Random, seededRandom } from "../../core/random.ts";

/** A whole number below 2^53 that follows from the seed and the names. */
export function streamSeed(seed: number, ...names: readonly string[]): number {
  // As JSON, so that no two lists of names have the same text.
  const digest = createHash("sha256").update(JSON.stringify([seed, ...names])).digest("hex");
  return Number.parseInt(digest.slice(0, 13), 16);
}

export function randomStream(seed: number, ...names: readonly string[]): Random {
  return seededRandom(streamSeed(seed, ...names));
}
