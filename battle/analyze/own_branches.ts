// What a router may have followed beside the chain: the branches that single providers stood on alone, by their blocks
// and times. Streams, and the checker of heights, ask whether an event of such a block could be had at its time.

import type { ChainTruth, OwnBranchFacts } from "../simulator/chain_truth.ts";
import { clockErrorOf } from "./judges.ts";
import { defaultGraceMs } from "./options.ts";
import type { RunFacts } from "./run_facts.ts";

const known = new WeakMap<ChainTruth, ReadonlyMap<string, OwnBranchFacts>>();

/** By the hash of a block; empty where nothing was recorded of the chain. */
export function ownBranchesOf(facts: RunFacts, chain: string): ReadonlyMap<string, OwnBranchFacts> {
  const truth = facts.record.truths?.get(chain);
  if (truth === undefined) return none;
  let found = known.get(truth);
  if (found === undefined) {
    found = new Map(
      truth.ownBranches.flatMap((branch) => branch.blocks.map(({ hash }) => [hash, branch] as const)),
    );
    known.set(truth, found);
  }
  return found;
}

const none: ReadonlyMap<string, OwnBranchFacts> = new Map();

/** Could a client be shown a block of the branch at this time? What was under way at its end may come within the grace. */
export function couldBeShown({ fromUs, toUs }: OwnBranchFacts, atUs: number, facts: RunFacts): boolean {
  const graceUs = 1_000 * (facts.options.deliveryGraceMs ?? defaultGraceMs);
  return atUs >= fromUs - clockErrorOf(facts.record) && (toUs === null || atUs <= toUs + graceUs);
}
