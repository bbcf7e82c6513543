// What a plan knows of a chain when it chooses params: addresses that own something, contracts that answer, blocks and
// transactions that exist. Of a chain that is not simulated only the addresses are used, with tags for blocks.

import type { ChainSpec } from "../model/scenario.ts";
import { accountsOf, simTokens, swapContract } from "../simulator/world.ts";
import { type HistoryBlock, historyOutlives, simulatedHistory } from "./simulated_history.ts";

export interface KnownChain {
  readonly chainId: number;
  /** Lower case, at least one. */
  readonly accounts: readonly string[];
  readonly tokens: readonly string[];
  readonly swap: string;
  /** Blocks that may be asked for by number or hash; null: the chain is not simulated. */
  readonly blocks: readonly HistoryBlock[] | null;
  /** May state be asked for at those blocks? Not where a provider keeps only the newest states. */
  readonly oldState: boolean;
  /** Blocks that one eth_getLogs may span. */
  readonly logsRange: number;
}

/** A provider that lags by fewer blocks still has all of those that are asked for. */
const NEWEST_LEFT_OUT = 16;
const MOST_BLOCKS_OF_LOGS = 8;

/** `runMs`: how long the chain will go on, warm-up and all. A chain without providers is a foreign router's. */
export function knownChain(chain: ChainSpec, seed: number, runMs: number): KnownChain {
  const sims = chain.providers.filter((provider) => provider.kind === "sim");
  const isSimulated = sims.length > 0 && sims.length === chain.providers.length;
  return {
    chainId: chain.chainId,
    accounts: accountsOf(seed).map(({ address }) => address),
    tokens: simTokens.map(({ address }) => address),
    swap: swapContract,
    blocks: isSimulated ? simulatedHistory(chain, seed).slice(0, -NEWEST_LEFT_OUT) : null,
    oldState: isSimulated && sims.every(({ archive }) => archive) && historyOutlives(chain, runMs),
    logsRange: Math.min(MOST_BLOCKS_OF_LOGS, ...sims.map(({ getLogsRange }) => getLogsRange ?? Infinity)),
  };
}
