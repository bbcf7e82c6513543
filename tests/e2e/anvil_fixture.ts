// A short history on a real node that answers something to every method: transfers, a contract with storage, logs and
// reverts, a waiting transaction. Made at the node directly, before any router looks.

import { type Anvil, fundedAddress, secondAddress } from "../support/anvil.ts";
import { until } from "../support/until.ts";

/** Called with data: stores the first word, logs it with topic 1, returns it. Called without: reverts with 0xdeadbeef. */
const runtime = "3660105763deadbeef5f526004601cfd5b5f35805f555f52600160205fa160205ff3";
const creation = `0x60228060095f395ff3${runtime}`;

export const topic = `0x${"0".repeat(63)}1`;
export const revertData = "0xdeadbeef";

export interface History {
  readonly contract: string;
  /** Calls the contract; in `block`. */
  readonly callHash: string;
  readonly transferHash: string;
  /** Of the block with the contract's call. */
  readonly block: string;
  readonly blockHash: string;
  /** Not mined, since its nonce is too high. */
  readonly waitingHash: string;
}

interface Receipt {
  readonly contractAddress: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly status: string;
}

export async function makeHistory(anvil: Anvil): Promise<History> {
  const send = (tx: Record<string, string>): Promise<string> =>
    anvil.rpc<string>("eth_sendTransaction", [{ from: fundedAddress, gas: "0x186a0", ...tx }]);
  // The hash comes back a moment before the block is made.
  const receiptOf = async (hash: string): Promise<Receipt> => {
    const receipt = await until(
      `${hash} is mined`,
      async () => await anvil.rpc<Receipt | null>("eth_getTransactionReceipt", [hash]) ?? undefined,
    );
    if (receipt.status !== "0x1") throw new Error(`The transaction ${hash} failed`);
    return receipt;
  };
  const transferHash = await send({ to: secondAddress, value: "0xde0b6b3a7640000" });
  await receiptOf(transferHash);
  const { contractAddress: contract } = await receiptOf(await send({ data: creation }));
  const callHash = await send({ to: contract, data: word(42) });
  const { blockNumber, blockHash } = await receiptOf(callHash);
  await anvil.rpc("anvil_mine", ["0x3"]);
  const waitingHash = await send({ to: secondAddress, value: "0x1", nonce: "0x64" });
  return { contract, callHash, transferHash, block: blockNumber, blockHash, waitingHash };
}

/** 32 bytes as hex with 0x. */
export function word(value: number): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
