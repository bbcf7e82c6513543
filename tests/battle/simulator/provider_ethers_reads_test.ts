import assert from "node:assert/strict";
import { Contract, JsonRpcProvider, Network, TransactionResponse } from "ethers";
import type { SimulatedChain } from "../../../battle/simulator/chain.ts";
import { simTokens } from "../../../battle/simulator/world.ts";
import { startProvider, stillChain } from "./support.ts";

const [dollar] = simTokens;

interface Read {
  readonly provider: JsonRpcProvider;
  readonly chain: SimulatedChain;
  readonly holder: string;
  readonly other: string;
}

/** What an ethers provider reads, with what must come of it. */
const reads: Readonly<Record<string, (read: Read) => Promise<void>>> = {
  getNetwork: async ({ provider }) => {
    assert.deepEqual((await provider.getNetwork()).toJSON(), Network.from(1).toJSON());
    assert.equal((await provider._detectNetwork()).chainId, 1n);
  },
  getBlockNumber: async ({ provider }) => assert.equal(await provider.getBlockNumber(), 96),
  getBalance: async ({ provider, holder }) => {
    const now = await provider.getBalance(holder);
    assert.equal(await provider.getBalance(holder, 96), now);
    for (const tag of ["earliest", "safe", "finalized", "pending"]) await provider.getBalance(holder, tag);
  },
  getTransactionCount: async ({ provider, holder }) => {
    const [first, now] = [
      await provider.getTransactionCount(holder, 0),
      await provider.getTransactionCount(holder),
    ];
    assert.ok(now >= first);
  },
  getCode: async ({ provider, holder }) => {
    assert.ok((await provider.getCode(dollar.address)).length > 10);
    assert.equal(await provider.getCode(holder), "0x");
  },
  getStorage: async ({ provider }) => {
    assert.equal((await provider.getStorage(dollar.address, 0)).length, 66);
  },
  estimateGas: async ({ provider, holder, other }) => {
    assert.equal(await provider.estimateGas({ from: holder, to: other, value: 1n }), 21_000n);
  },
  call: async ({ provider, holder, other }) => {
    assert.equal(await provider.call({ from: holder, to: other, value: 1n }), "0x");
  },
  getFeeData: async ({ provider }) => {
    const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData();
    assert.ok(gasPrice! > 0n && maxFeePerGas! > maxPriorityFeePerGas!);
  },
  getBlock: async ({ provider }) => {
    const child = (await provider.getBlock(40))!;
    assert.equal(child.parentHash, (await provider.getBlock(39))!.hash);
    assert.equal(await provider.getBlock(97), null);
    const full = (await provider.getBlock(96, true))!;
    for (const [at, tx] of full.prefetchedTransactions.entries()) {
      assert.ok(tx instanceof TransactionResponse);
      assert.equal((await full.getTransaction(at)).hash, tx.hash);
    }
  },
  getTransaction: async ({ provider }) => {
    const block = (await provider.getBlock(96, true))!;
    const [tx] = block.prefetchedTransactions;
    const again = (await provider.getTransaction(tx!.hash))!;
    assert.deepEqual(again.toJSON(), tx!.toJSON());
    assert.equal(again.signature.yParity, tx!.signature.yParity);
    assert.equal(await provider.getTransaction(`0x${"0f".repeat(32)}`), null);
  },
  getTransactionReceipt: async ({ provider }) => {
    const block = (await provider.getBlock(96))!;
    for (const hash of block.transactions) {
      const receipt = (await provider.getTransactionReceipt(hash))!;
      assert.equal(receipt.fee, receipt.gasUsed * receipt.gasPrice);
      assert.equal(await receipt.confirmations(), 1);
      assert.equal((await receipt.getBlock()).hash, block.hash);
      assert.equal((await receipt.getTransaction()).hash, hash);
    }
    assert.equal(await provider.getTransactionReceipt(`0x${"0f".repeat(32)}`), null);
  },
  getLogs: async ({ provider }) => {
    const ranged = await provider.getLogs({ fromBlock: 95, toBlock: 96 });
    assert.ok(ranged.length > 0);
    const last = ranged.at(-1)!;
    const inBlock = await provider.getLogs({ blockHash: last.blockHash });
    assert.equal(inBlock.at(-1)!.index, last.index);
    assert.equal((await last.getTransactionReceipt()).logs.some(({ index }) => index === last.index), true);
  },
  waitForTransaction: async ({ provider }) => {
    const [hash] = (await provider.getBlock(90))!.transactions;
    assert.equal((await provider.waitForTransaction(hash!, 5))!.blockNumber, 90);
  },
  "Contract.queryFilter": async ({ provider }) => {
    const abi = ["event Transfer(address indexed from, address indexed to, uint256 value)"];
    const token = new Contract(dollar.address, abi, provider);
    const found = await token.queryFilter("Transfer", 90, 96);
    assert.ok(found.length > 0 && found.every((log) => "args" in log && log.args["value"] > 0n));
  },
  send: async ({ provider }) => {
    for (
      const method of ["web3_clientVersion", "net_version", "net_listening", "eth_syncing", "eth_accounts"]
    ) {
      assert.notEqual(await provider.send(method, []), undefined);
    }
  },
};

for (const [name, read] of Object.entries(reads)) {
  Deno.test(`SimulatedProvider ethers ${name}`, async () => {
    const chain = stillChain();
    await using simulated = await startProvider(chain);
    const provider = new JsonRpcProvider(simulated.url, 1, { staticNetwork: true, cacheTimeout: -1 });
    try {
      const [holder, other] = chain.accounts.map(({ address }) => address);
      await read({ provider, chain, holder: holder!, other: other! });
    } finally {
      provider.destroy();
    }
  });
}
