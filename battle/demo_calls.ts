// The calls of the demo's traffic: which method comes next, by weight, and its params, which an honest provider can
// answer. Knows the hashes of the last block that was read at each URL, so that receipts can be asked for.

import { below, type Random } from "../core/random.ts";
import { callData, selectors } from "./simulator/contract_calls.ts";
import { rollupContract, simTokens } from "./simulator/world.ts";

export interface DemoCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A wallet's mix: mostly cheap reads, some calls, a few logs and receipts. In percent. */
export const walletMix: Readonly<Record<string, number>> = {
  eth_blockNumber: 25,
  eth_getBlockByNumber: 15,
  eth_call: 30,
  eth_getBalance: 10,
  eth_gasPrice: 5,
  eth_getTransactionReceipt: 7,
  eth_getLogs: 8,
};

const [dollar, ether] = simTokens;
const holder = rollupContract;

type Make = (random: Random, hash: string | undefined) => readonly unknown[] | null;

/** null: nothing can be asked yet. */
const makers: Readonly<Record<string, Make>> = {
  eth_blockNumber: () => [],
  eth_getBlockByNumber: () => ["latest", false],
  eth_call: (random) => {
    const { address } = random.next() < 0.5 ? dollar : ether;
    return [{ to: address, data: callData(selectors.balanceOf, holder) }, "latest"];
  },
  eth_getBalance: () => [holder, "latest"],
  eth_gasPrice: () => [],
  eth_getTransactionReceipt: (_random, hash) => hash === undefined ? null : [hash],
  eth_getTransactionByHash: (_random, hash) => hash === undefined ? null : [hash],
  eth_getLogs: () => [{ address: dollar.address, fromBlock: "latest" }],
  eth_getCode: () => [dollar.address, "latest"],
  eth_getTransactionCount: () => [holder, "latest"],
  eth_estimateGas: () => [{ to: dollar.address, data: callData(selectors.balanceOf, holder) }],
  eth_chainId: () => [],
  net_version: () => [],
};

/** Methods that calls can be made of. */
export const demoMethods: readonly string[] = Object.keys(makers);

export class DemoCalls {
  readonly #weights: readonly (readonly [method: string, weight: number])[];
  readonly #total: number;
  readonly #random: Random;
  readonly #transactions = new Map<string, readonly string[]>();

  /** RangeError for a method that it can't make calls of. */
  constructor(mix: Readonly<Record<string, number>>, random: Random) {
    for (const method of Object.keys(mix)) {
      if (!Object.hasOwn(makers, method)) {
        throw new RangeError(
          `Cannot make demo calls of ${method}: known are ${demoMethods.join(", ")}`,
        );
      }
    }
    this.#weights = Object.entries(mix);
    this.#total = this.#weights.reduce((sum, [, weight]) => sum + weight, 0);
    this.#random = random;
  }

  next(url: string): DemoCall {
    const method = this.#draw();
    const known = this.#transactions.get(url) ?? [];
    const params = makers[method]!(this.#random, known[below(this.#random, Math.max(1, known.length))]);
    // A block first, so that its transactions are known.
    return params === null
      ? { method: "eth_getBlockByNumber", params: ["latest", false] }
      : { method, params };
  }

  /** The answer to a call at this URL. */
  answered(url: string, { method }: DemoCall, result: unknown): void {
    if (method !== "eth_getBlockByNumber") return;
    const { transactions } = (result ?? {}) as { readonly transactions?: unknown };
    if (!Array.isArray(transactions)) return;
    this.#transactions.set(url, transactions.filter((hash): hash is string => typeof hash === "string"));
  }

  #draw(): string {
    let left = this.#random.next() * this.#total;
    for (const [method, weight] of this.#weights) {
      left -= weight;
      if (left < 0) return method;
    }
    return this.#weights.at(-1)![0];
  }
}
