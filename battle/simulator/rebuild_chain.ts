// Makes the blocks of a simulated chain anew from what was recorded of them: receipts, logs and states follow from
// running the transactions again. A block whose hash does not come out as recorded is refused, so that nobody judges
// answers by a chain that never was. Called by battle's analyzer.

import { LassoError } from "../../core/errors.ts";
import { SimBlock } from "./block.ts";
import { BlockRun } from "./block_run.ts";
import { BlockTree } from "./block_tree.ts";
import type { BlockFacts, ChainTruth, TransactionFacts } from "./chain_truth.ts";
import { fromHex } from "./hex.ts";
import type { SimTransaction } from "./transaction.ts";
import { StateDraft, untouched, type WorldState } from "./world_state.ts";

export interface RebuiltChain {
  /** Keeps every block. Its tip is the first block; move it to the head that is to be looked from. */
  readonly tree: BlockTree;
  /** By hash: how many blocks there were before it. */
  readonly ordinals: ReadonlyMap<string, number>;
}

/** LassoError where the record does not hold together. */
export function rebuildChain(truth: ChainTruth): RebuiltChain {
  const [first, ...rest] = truth.blocks;
  if (first === undefined) throw broken("it holds no block", "");
  const oldest = rebuilt(first, untouched);
  const tree = new BlockTree(oldest, Infinity);
  const ordinals = new Map([[oldest.hash, 0]]);
  for (const facts of rest) {
    const parent = tree.byHash(facts.header.parentHash);
    if (parent === undefined) throw broken("its parent is not there", facts.hash);
    const block = rebuilt(facts, parent.state);
    tree.insert(block);
    ordinals.set(block.hash, ordinals.size);
  }
  return { tree, ordinals };
}

function rebuilt(facts: BlockFacts, state: WorldState): SimBlock {
  const header = {
    ...facts.header,
    baseFeePerGas: BigInt(facts.header.baseFeePerGas),
    logsBloom: fromHex(facts.header.logsBloom),
  };
  const draft = new StateDraft(state);
  const run = new BlockRun(draft, header.baseFeePerGas);
  for (const tx of facts.transactions) run.add(transactionOf(tx));
  const block = new SimBlock(header, run.transactions, run.receipts, draft);
  if (block.hash !== facts.hash) throw broken(`it comes out as ${block.hash}`, facts.hash);
  return block;
}

function transactionOf(facts: TransactionFacts): SimTransaction {
  const { r, s, yParity } = facts.signature;
  return {
    ...facts,
    value: BigInt(facts.value),
    maxFeePerGas: BigInt(facts.maxFeePerGas),
    maxPriorityFeePerGas: BigInt(facts.maxPriorityFeePerGas),
    signature: { r: BigInt(r), s: BigInt(s), yParity },
    raw: fromHex(facts.raw),
  };
}

function broken(why: string, hash: string): LassoError {
  return new LassoError("internal", `The record of a simulated chain can't be followed: ${why}`, {
    place: hash === "" ? "ChainTruth.blocks" : `block ${hash}`,
    hint: "record it with recordTruth() from before the first block that is asked for",
  });
}
