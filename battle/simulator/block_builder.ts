// Makes the block that follows a parent: waiting transactions first, simulated traffic behind them, everything run,
// every root and hash computed. Pure: the same parent, transactions and randomness make the same block, and a
// different `branch` another one on the same parent.

import { hashText, toHex } from "./hex.ts";
import { seededRandom } from "../../core/random.ts";
import { SimBlock } from "./block.ts";
import { BlockRun } from "./block_run.ts";
import { nextBaseFee } from "./header.ts";
import { blockBloom, bloomOf, encodeReceipt } from "./receipt.ts";
import { makeTraffic } from "./traffic.ts";
import type { SimTransaction } from "./transaction.ts";
import { emptyTrieRoot, listRoot } from "./trie.ts";
import { feeRecipient, type SimAccount } from "./world.ts";
import { nonceOf, StateDraft, untouched, weiOf } from "./world_state.ts";

export const BLOCK_GAS_LIMIT = 30_000_000;
const GENESIS_BASE_FEE = 10_000_000_000n;
const zeroHash = `0x${"0".repeat(64)}`;
const zeroAddress = `0x${"0".repeat(40)}`;
const extraData = toHex(new TextEncoder().encode("lasso simulator"));

export interface BlockRecipe {
  readonly chainId: number;
  readonly accounts: readonly SimAccount[];
  readonly parent: SimBlock;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  /** Tells siblings apart. */
  readonly branch: number;
  /** Sent by clients, in the order of arrival; those that don't fit yet are left out. */
  readonly waiting: readonly SimTransaction[];
}

export function genesisBlock(chainId: number, seed: number, timestamp: number): SimBlock {
  const mark = hashText(`genesis ${chainId} ${seed}`);
  return new SimBlock(
    {
      parentHash: zeroHash,
      miner: zeroAddress,
      stateRoot: mark,
      transactionsRoot: emptyTrieRoot,
      receiptsRoot: emptyTrieRoot,
      logsBloom: bloomOf([]),
      number: 0,
      gasLimit: BLOCK_GAS_LIMIT,
      gasUsed: BLOCK_GAS_LIMIT / 2,
      timestamp,
      extraData,
      mixHash: mark,
      baseFeePerGas: GENESIS_BASE_FEE,
      withdrawalsRoot: emptyTrieRoot,
      parentBeaconBlockRoot: zeroHash,
    },
    [],
    [],
    untouched,
  );
}

export function buildBlock({ chainId, accounts, parent, timestamp, branch, waiting }: BlockRecipe): SimBlock {
  const number = parent.number + 1;
  const baseFeePerGas = nextBaseFee(parent.header);
  const draft = new StateDraft(parent.state);
  const run = new BlockRun(draft, baseFeePerGas);
  const include = (tx: SimTransaction): void => {
    const fits = run.gasUsed + tx.gasLimit <= BLOCK_GAS_LIMIT;
    if (fits && isPayable(tx, draft, baseFeePerGas)) run.add(tx);
  };
  for (const tx of waiting) include(tx);
  const seed = Number.parseInt(parent.hash.slice(2, 14), 16) + branch;
  const random = seededRandom(seed);
  const traffic = makeTraffic({
    chainId,
    accounts,
    state: draft,
    baseFeePerGas,
    gasLimit: BLOCK_GAS_LIMIT,
    gasTaken: run.gasUsed,
    random,
  });
  for (const tx of traffic) include(tx);
  const { transactions, receipts, gasUsed } = run;
  const mark = parent.hash.slice(2, 34);
  return new SimBlock(
    {
      parentHash: parent.hash,
      miner: feeRecipient,
      stateRoot: hashText(`state ${mark} ${branch} ${transactions.at(-1)?.hash ?? ""}`),
      transactionsRoot: listRoot(transactions.map(({ raw }) => raw)),
      receiptsRoot: listRoot(receipts.map((receipt, at) => encodeReceipt(receipt, transactions[at]!.type))),
      logsBloom: blockBloom(receipts),
      number,
      gasLimit: BLOCK_GAS_LIMIT,
      gasUsed,
      timestamp,
      extraData,
      mixHash: hashText(`mix ${mark} ${branch}`),
      baseFeePerGas,
      withdrawalsRoot: emptyTrieRoot,
      parentBeaconBlockRoot: hashText(`beacon ${mark}`),
    },
    transactions,
    receipts,
    draft,
  );
}

/** May it run now: its nonce is the next one, its fee covers the base fee, its sender can pay. */
function isPayable(tx: SimTransaction, draft: StateDraft, baseFeePerGas: bigint): boolean {
  return tx.nonce === nonceOf(draft, tx.from) && tx.maxFeePerGas >= baseFeePerGas &&
    weiOf(draft, tx.from) >= tx.value + tx.maxFeePerGas * BigInt(tx.gasLimit);
}
