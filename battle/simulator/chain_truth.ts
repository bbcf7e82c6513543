// What a simulated chain really was in a run: every block of every branch with its transactions, when which block was
// its head, and when single providers stood on branches of their own. Plain JSON, so that the process of the chains can hand it to the one that judges the answers, which
// makes the chain anew from it (`rebuild_chain.ts`). Nothing of the router goes in.

import type { SimBlock } from "./block.ts";
import type { SimulatedChain } from "./chain.ts";
import type { SimHeader } from "./header.ts";
import { quantity, toHex } from "./hex.ts";
import type { SimTransaction } from "./transaction.ts";

/** A transaction as data; what is a bigint in the simulator is a quantity here, bytes are `0x…`. */
export type TransactionFacts =
  & Omit<SimTransaction, "value" | "maxFeePerGas" | "maxPriorityFeePerGas" | "signature" | "raw">
  & {
    readonly value: string;
    readonly maxFeePerGas: string;
    readonly maxPriorityFeePerGas: string;
    readonly signature: { readonly r: string; readonly s: string; readonly yParity: 0 | 1 };
    readonly raw: string;
  };

export interface BlockFacts {
  readonly hash: string;
  readonly header: Omit<SimHeader, "baseFeePerGas" | "logsBloom"> & {
    readonly baseFeePerGas: string;
    readonly logsBloom: string;
  };
  readonly transactions: readonly TransactionFacts[];
}

/** A branch that one provider had for itself alone. Times in µs from the end of the warm-up. */
export interface OwnBranchFacts {
  readonly provider: string;
  readonly fromUs: number;
  /** null: it stood there to the end. */
  readonly toUs: number | null;
  /** Oldest first, each with the time since when there was it; the ledger has them, `ChainTruth.blocks` has not. */
  readonly blocks: readonly { readonly atUs: number; readonly hash: string }[];
}

export interface ChainTruth {
  readonly chainId: number;
  /** Parents before their children; the first is the oldest that the chain remembered. */
  readonly blocks: readonly BlockFacts[];
  /** In order of time; the first is the head at the beginning. µs from the end of the warm-up. */
  readonly heads: readonly { readonly atUs: number; readonly hash: string }[];
  /** In the order in which they began. */
  readonly ownBranches: readonly OwnBranchFacts[];
}

export interface TruthRecording extends Disposable {
  /** As it is by now. */
  truth(): ChainTruth;
}

/** Records until it is disposed; `nowUs` gives µs from the end of the warm-up. */
export function recordTruth(chain: SimulatedChain, nowUs: () => number): TruthRecording {
  const blocks: BlockFacts[] = [];
  const known = new Set<string>();
  const add = (block: SimBlock): void => {
    if (known.has(block.hash)) return;
    known.add(block.hash);
    blocks.push(blockFacts(block));
  };
  const past: SimBlock[] = [];
  for (
    let block: SimBlock | undefined = chain.head;
    block !== undefined;
    block = chain.block(block.header.parentHash)
  ) {
    past.push(block);
  }
  for (const block of past.reverse()) add(block);
  const heads = [{ atUs: nowUs(), hash: chain.head.hash }];
  const stop = chain.onChange(({ added }) => {
    added.forEach(add);
    heads.push({ atUs: nowUs(), hash: chain.head.hash });
  });
  const own = new Map<number, OwnBranchFacts>();
  const stopOwn = chain.onOwnBranch(({ branch, provider, added, isOver }) => {
    const atUs = nowUs();
    const before = own.get(branch) ?? { provider, fromUs: atUs, toUs: null, blocks: [] };
    own.set(branch, {
      ...before,
      toUs: isOver ? atUs : null,
      blocks: [...before.blocks, ...added.map(({ hash }) => ({ atUs, hash }))],
    });
  });
  return {
    truth: () => ({
      chainId: chain.chainId,
      blocks: [...blocks],
      heads: [...heads],
      ownBranches: [...own.values()],
    }),
    [Symbol.dispose]: () => {
      stop();
      stopOwn();
    },
  };
}

export function blockFacts({ hash, header, transactions }: SimBlock): BlockFacts {
  return {
    hash,
    header: {
      ...header,
      baseFeePerGas: quantity(header.baseFeePerGas),
      logsBloom: toHex(header.logsBloom),
    },
    transactions: transactions.map((tx) => ({
      ...tx,
      value: quantity(tx.value),
      maxFeePerGas: quantity(tx.maxFeePerGas),
      maxPriorityFeePerGas: quantity(tx.maxPriorityFeePerGas),
      signature: {
        r: quantity(tx.signature.r),
        s: quantity(tx.signature.s),
        yParity: tx.signature.yParity,
      },
      raw: toHex(tx.raw),
    })),
  };
}
