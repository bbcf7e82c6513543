// The transactions of one block as they are run, one after the other, on its draft of the state, with the receipts
// that follow from them. Called where a block is made and where it is made anew.

import { execute } from "./execute.ts";
import { bloomOf, type SimReceipt } from "./receipt.ts";
import type { SimTransaction } from "./transaction.ts";
import type { StateDraft } from "./world_state.ts";

export class BlockRun {
  readonly transactions: SimTransaction[] = [];
  readonly receipts: SimReceipt[] = [];
  gasUsed = 0;
  #logCount = 0;
  readonly #draft: StateDraft;
  readonly #baseFeePerGas: bigint;

  constructor(draft: StateDraft, baseFeePerGas: bigint) {
    this.#draft = draft;
    this.#baseFeePerGas = baseFeePerGas;
  }

  add(tx: SimTransaction): void {
    const { logs, status, contractAddress, gasUsed } = execute(tx, this.#draft, this.#baseFeePerGas);
    this.gasUsed += gasUsed;
    this.transactions.push(tx);
    this.receipts.push({
      status,
      gasUsed,
      cumulativeGasUsed: this.gasUsed,
      logs,
      bloom: bloomOf(logs),
      firstLogIndex: this.#logCount,
      contractAddress,
    });
    this.#logCount += logs.length;
  }
}
