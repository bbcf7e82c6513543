import assert from "node:assert/strict";
import {
  type Address,
  createPublicClient,
  erc20Abi,
  type Hex,
  http,
  parseEther,
  type PublicClient,
  zeroAddress,
} from "viem";
import { mainnet } from "viem/chains";
import type { SimulatedChain } from "../../../battle/simulator/chain.ts";
import { simTokens } from "../../../battle/simulator/world.ts";
import { startProvider, stillChain } from "./support.ts";

const [dollar] = simTokens;
const token = dollar.address as Address;

interface Read {
  readonly client: PublicClient;
  readonly chain: SimulatedChain;
  readonly holder: Address;
  readonly other: Address;
}

/** Every public action that reads and that a plain node serves, with what must come of it. */
const reads: Readonly<Record<string, (read: Read) => Promise<void>>> = {
  call: async ({ client, holder, other }) => {
    assert.equal((await client.call({ account: holder, to: other, value: 1n })).data, undefined);
  },
  estimateContractGas: async ({ client, holder, other }) => {
    const args = [other, 1n] as const;
    const gas = await client.estimateContractGas({
      address: token,
      abi: erc20Abi,
      functionName: "transfer",
      args,
      account: holder,
    });
    assert.ok(gas > 21_000n);
  },
  estimateFeesPerGas: async ({ client }) => {
    const fees = await client.estimateFeesPerGas();
    assert.ok(fees.maxFeePerGas > fees.maxPriorityFeePerGas);
    assert.ok((await client.estimateFeesPerGas({ type: "legacy", chain: mainnet })).gasPrice > 0n);
  },
  estimateGas: async ({ client, holder, other }) => {
    assert.equal(await client.estimateGas({ account: holder, to: other, value: 1n }), 21_000n);
  },
  estimateMaxPriorityFeePerGas: async ({ client }) => {
    assert.ok(await client.estimateMaxPriorityFeePerGas() > 0n);
  },
  getBalance: async ({ client, holder }) => {
    const first = await client.getBalance({ address: holder, blockTag: "earliest" });
    const now = await client.getBalance({ address: holder });
    assert.ok(first > 0n && now > 0n);
    assert.equal(await client.getBalance({ address: holder, blockNumber: 96n }), now);
    for (const blockTag of ["safe", "finalized", "pending"] as const) {
      await client.getBalance({ address: holder, blockTag });
    }
  },
  getBlobBaseFee: async ({ client }) => assert.equal(await client.getBlobBaseFee(), 1n),
  getBlock: async ({ client }) => {
    const child = await client.getBlock({ blockNumber: 40n });
    assert.equal(child.parentHash, (await client.getBlock({ blockNumber: 39n })).hash);
    await assert.rejects(client.getBlock({ blockNumber: 97n }), { name: "BlockNotFoundError" });
  },
  getBlockNumber: async ({ client }) => assert.equal(await client.getBlockNumber(), 96n),
  getBlockTransactionCount: async ({ client }) => {
    const { hash, transactions } = await client.getBlock({ blockNumber: 50n });
    assert.equal(await client.getBlockTransactionCount({ blockHash: hash }), transactions.length);
    assert.equal(await client.getBlockTransactionCount({ blockNumber: 50n }), transactions.length);
  },
  getChainId: async ({ client }) => assert.equal(await client.getChainId(), 1),
  getCode: async ({ client, holder }) => {
    assert.ok((await client.getCode({ address: token }))!.length > 10);
    assert.equal(await client.getCode({ address: holder }), undefined);
  },
  getContractEvents: async ({ client }) => {
    const events = await client.getContractEvents({
      address: token,
      abi: erc20Abi,
      eventName: "Transfer",
      fromBlock: 90n,
      toBlock: 96n,
      strict: true,
    });
    assert.ok(events.length > 0 && events.every(({ args }) => args.value > 0n));
  },
  getDelegation: async ({ client, holder }) => {
    assert.equal(await client.getDelegation({ address: holder }), undefined);
  },
  getFeeHistory: async ({ client }) => {
    const history = await client.getFeeHistory({
      blockCount: 3,
      blockNumber: 50n,
      rewardPercentiles: [5, 50],
    });
    assert.equal(history.oldestBlock, 48n);
    assert.equal(history.baseFeePerGas[0], (await client.getBlock({ blockNumber: 48n })).baseFeePerGas);
  },
  getGasPrice: async ({ client }) => assert.ok(await client.getGasPrice() > 0n),
  getLogs: async ({ client }) => {
    const logs = await client.getLogs({ fromBlock: 95n, toBlock: 96n });
    assert.ok(logs.length > 0 && logs.every(({ removed, blockNumber }) => !removed && blockNumber >= 95n));
  },
  getStorageAt: async ({ client }) => {
    assert.equal((await client.getStorageAt({ address: token, slot: "0x1", blockNumber: 5n }))!.length, 66);
  },
  getTransaction: async ({ client }) => {
    const block = await client.getBlock();
    const [hash] = block.transactions;
    const tx = await client.getTransaction({ hash: hash! });
    assert.deepEqual(await client.getTransaction({ blockHash: block.hash, index: 0 }), tx);
    assert.deepEqual(await client.getTransaction({ blockTag: "latest", index: 0 }), tx);
    const none = `0x${"0f".repeat(32)}` as Hex;
    await assert.rejects(client.getTransaction({ hash: none }), { name: "TransactionNotFoundError" });
    await assert.rejects(client.getTransactionReceipt({ hash: none }), {
      name: "TransactionReceiptNotFoundError",
    });
  },
  getTransactionConfirmations: async ({ client }) => {
    const { transactions: [hash] } = await client.getBlock({ blockNumber: 90n });
    assert.equal(await client.getTransactionConfirmations({ hash: hash! }), 7n);
  },
  getTransactionCount: async ({ client, holder }) => {
    const before = await client.getTransactionCount({ address: holder, blockNumber: 0n });
    assert.ok(await client.getTransactionCount({ address: holder }) >= before);
  },
  getTransactionReceipt: async ({ client }) => {
    const { transactions, hash } = await client.getBlock({ blockNumber: 96n });
    const receipts = await Promise.all(
      transactions.map((one) => client.getTransactionReceipt({ hash: one })),
    );
    for (const [at, receipt] of receipts.entries()) {
      assert.equal(receipt.blockHash, hash);
      assert.equal(receipt.cumulativeGasUsed - (receipts[at - 1]?.cumulativeGasUsed ?? 0n), receipt.gasUsed);
    }
  },
  multicall: async ({ client, holder, other }) => {
    // No contract stands at Multicall3's address, and each item says so.
    const contract = { address: token, abi: erc20Abi, functionName: "balanceOf" } as const;
    const results = await client.multicall({
      contracts: [{ ...contract, args: [holder] }, { ...contract, args: [other] }],
      deployless: false,
      allowFailure: true,
    });
    assert.deepEqual(results.map(({ status }) => status), ["failure", "failure"]);
  },
  prepareTransactionRequest: async ({ client, holder, other }) => {
    const request = await client.prepareTransactionRequest({
      account: holder,
      to: other,
      value: parseEther("0.1"),
      chain: mainnet,
    });
    assert.deepEqual([request.type, request.gas, request.chainId], ["eip1559", 21_000n, 1]);
  },
  readContract: async ({ client, holder, other }) => {
    const read = { address: token, abi: erc20Abi } as const;
    assert.equal(await client.readContract({ ...read, functionName: "symbol" }), "USDS");
    await client.readContract({ ...read, functionName: "allowance", args: [holder, other] });
  },
  simulateContract: async ({ client, holder, other }) => {
    const { result } = await client.simulateContract({
      address: token,
      abi: erc20Abi,
      functionName: "transfer",
      args: [other, 1n],
      account: holder,
    });
    assert.equal(result, true);
  },
};

for (const [name, read] of Object.entries(reads)) {
  Deno.test(`SimulatedProvider viem ${name}`, async () => {
    const chain = stillChain();
    await using provider = await startProvider(chain);
    const transport = http(provider.url, { retryCount: 0 });
    const client = createPublicClient({ chain: mainnet, transport }) as PublicClient;
    const [holder, other] = chain.accounts.map(({ address }) => address as Address);
    assert.notEqual(holder, zeroAddress);
    await read({ client, chain, holder: holder!, other: other! });
  });
}

Deno.test("SimulatedProvider viem filters of blocks, pending transactions, logs and events", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  const client = createPublicClient({ chain: mainnet, transport: http(provider.url, { retryCount: 0 }) });
  const blocks = await client.createBlockFilter();
  const pending = await client.createPendingTransactionFilter();
  const transfers = await client.createEventFilter({ address: token });
  const events = await client.createContractEventFilter({
    address: token,
    abi: erc20Abi,
    eventName: "Transfer",
    fromBlock: 1n,
    strict: true,
  });
  for (let count = 0; count < 3; count++) chain.mine();
  const hashes = await client.getFilterChanges({ filter: blocks });
  assert.deepEqual(
    hashes,
    await Promise.all(
      [97n, 98n, 99n].map(async (blockNumber) => (await client.getBlock({ blockNumber })).hash),
    ),
  );
  const fresh = await client.getFilterChanges({ filter: transfers });
  assert.ok(fresh.every(({ blockNumber }) => blockNumber! > 96n));
  const all = await client.getFilterLogs({ filter: events });
  assert.ok(all.length > fresh.length && all.every(({ args }) => args.value > 0n));
  await client.getFilterChanges({ filter: pending });
  for (const filter of [blocks, pending, transfers, events]) {
    assert.equal(await client.uninstallFilter({ filter: filter as typeof blocks }), true);
  }
});
