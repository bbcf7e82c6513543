// Writes a simulated chain into a ledger while it runs: every block of every branch with its logs, those of single
// providers' own branches with their owner, and each change of the canonical branch. What clients got is compared to it afterwards, so nothing of the router goes in. Dispose it to
// stop; the ledger stays.

import type { SimBlock } from "./block.ts";
import type { ChainChange } from "./block_tree.ts";
import type { SimulatedChain } from "./chain.ts";
import { Ledger, type LedgerBlock } from "./ledger.ts";
import type { SimulatedProvider } from "./provider.ts";
import type { ProviderStats } from "./provider_stats.ts";

/** One change of the canonical branch. Hashes. */
export interface LedgerChange {
  /** Newest first; empty but for a reorg. */
  readonly removed: readonly string[];
  /** Oldest first. */
  readonly added: readonly string[];
}

export interface LedgerRecording extends Disposable {
  readonly ledger: Ledger;
  /** Since the recording began, oldest first. */
  readonly changes: readonly LedgerChange[];
}

/** Begins with the blocks that the chain remembers. */
export function recordLedger(chain: SimulatedChain): LedgerRecording {
  const ledger = new Ledger();
  const changes: LedgerChange[] = [];
  const add = (blocks: readonly SimBlock[]): void => {
    for (const block of blocks) if (ledger.block(block.hash) === undefined) ledger.add(ledgerBlock(block));
    const tip = blocks.at(-1);
    if (tip !== undefined) ledger.setCanonical(tip.hash);
  };
  const known: SimBlock[] = [];
  for (
    let block: SimBlock | undefined = chain.head;
    block !== undefined;
    block = chain.block(block.header.parentHash)
  ) {
    known.unshift(block);
  }
  add(known);
  const stop = chain.onChange(({ removed, added }: ChainChange) => {
    add(added);
    changes.push({ removed: removed.map(({ hash }) => hash), added: added.map(({ hash }) => hash) });
  });
  const stopOwn = chain.onOwnBranch(({ provider, added }) => {
    for (const block of added) ledger.add(ledgerBlock(block), provider);
  });
  return {
    ledger,
    changes,
    [Symbol.dispose]: () => {
      stop();
      stopOwn();
    },
  };
}

export function ledgerBlock(block: SimBlock): LedgerBlock {
  const { number, hash } = block;
  return {
    number,
    hash,
    parentHash: block.header.parentHash,
    logs: block.logs().map(({ index, address, topics }) => ({
      blockHash: hash,
      blockNumber: number,
      logIndex: index,
      address,
      topics,
    })),
  };
}

/** What each provider was asked and what it announced, by its name. */
export function providerLedger(
  providers: readonly SimulatedProvider[],
): Readonly<Record<string, ProviderStats>> {
  return Object.fromEntries(providers.map((provider) => [provider.name, provider.stats]));
}
