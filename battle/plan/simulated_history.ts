// The simulated chain that belongs to a chain of a scenario: with a fixed start, so that the blocks before the run have
// the same hashes on every machine and the plan can ask for them. The world starts its chains with these options.

import { VirtualClock } from "../../core/virtual_clock.ts";
import type { ChainSpec } from "../model/scenario.ts";
import { createSimulatedChain, type SimulatedChainOptions } from "../simulator/chain.ts";

/** September 2020: well before any clock that a run may have. */
const HISTORY_START_MS = 1_600_000_000_000;
const HISTORY_BLOCKS = 96;
const WINDOW_BLOCKS = 4096;

/** Options of createSimulatedChain but the clock. `seed`: the plan's. */
export function simulatedChainOptions(
  { chainId, blockTimeMs }: Pick<ChainSpec, "chainId" | "blockTimeMs">,
  seed: number,
): Omit<SimulatedChainOptions, "clock"> {
  return {
    chainId,
    seed,
    blockTimeMs,
    historyBlocks: HISTORY_BLOCKS,
    historyStartMs: HISTORY_START_MS,
    windowBlocks: WINDOW_BLOCKS,
  };
}

export interface HistoryBlock {
  readonly number: number;
  readonly hash: string;
  readonly transactions: readonly string[];
}

/** The blocks that exist before the run, ascending, without the genesis. */
export function simulatedHistory(chain: ChainSpec, seed: number): readonly HistoryBlock[] {
  using simulated = createSimulatedChain({
    ...simulatedChainOptions(chain, seed),
    clock: new VirtualClock(HISTORY_START_MS + 2 * HISTORY_BLOCKS * Math.max(1_000, chain.blockTimeMs)),
  });
  const view = simulated.view();
  return Array.from({ length: HISTORY_BLOCKS }, (_, index) => {
    const { number, hash, transactions } = view.at(index + 1)!;
    return { number, hash, transactions: transactions.map((tx) => tx.hash) };
  });
}

/** Are the blocks of the history still remembered after so much time? */
export function historyOutlives({ blockTimeMs }: ChainSpec, runMs: number): boolean {
  // A reorg adds a block, and the router may be behind: a quarter is kept free.
  return blockTimeMs === 0 || runMs / blockTimeMs + HISTORY_BLOCKS < 0.75 * WINDOW_BLOCKS;
}
