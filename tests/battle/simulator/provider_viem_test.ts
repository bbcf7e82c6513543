import assert from "node:assert/strict";
import {
  type Address,
  BaseError,
  createPublicClient,
  erc20Abi,
  getAddress,
  type Hex,
  http,
  numberToHex,
  parseEther,
  parseEventLogs,
  type PublicClient,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { mainnet } from "viem/chains";
import { selectors } from "../../../battle/simulator/contract_calls.ts";
import { simTokens } from "../../../battle/simulator/world.ts";
import type { SimulatedChain } from "../../../battle/simulator/chain.ts";
import { startProvider, stillChain } from "./support.ts";

const [dollar] = simTokens;

async function withViem(
  run: (client: PublicClient, chain: SimulatedChain) => Promise<void>,
  batch = false,
): Promise<void> {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  const client = createPublicClient({
    chain: mainnet,
    transport: http(provider.url, { retryCount: 0, batch }),
    pollingInterval: 10,
  });
  await run(client as PublicClient, chain);
}

Deno.test("SimulatedProvider viem reads blocks, transactions and receipts that agree", async () => {
  await withViem(async (client) => {
    const block = await client.getBlock({ includeTransactions: true });
    assert.equal(block.number, 96n);
    assert.ok(block.transactions.length >= 2);
    const receipts = await client.request({
      method: "eth_getBlockReceipts" as never,
      params: [numberToHex(96)] as never,
    }) as readonly { readonly transactionHash: Hex }[];
    for (const [index, tx] of block.transactions.entries()) {
      const receipt = await client.getTransactionReceipt({ hash: tx.hash });
      assert.equal(receipt.blockHash, block.hash);
      assert.equal(receipt.transactionIndex, index);
      assert.equal(receipts[index]?.transactionHash, tx.hash);
      assert.deepEqual(await client.getTransaction({ hash: tx.hash }), tx);
      assert.deepEqual(await client.getTransaction({ blockNumber: 96n, index }), tx);
    }
    assert.equal((await client.getBlock({ blockHash: block.hash })).hash, block.hash);
    for (const blockTag of ["safe", "finalized", "earliest", "pending"] as const) {
      await client.getBlock({ blockTag });
    }
    assert.equal(await client.getBlockTransactionCount(), block.transactions.length);
  });
});

Deno.test("SimulatedProvider viem decodes Transfer logs and finds them by block, topic and range", async () => {
  await withViem(async (client) => {
    const logs = await client.getLogs({
      address: dollar.address as Address,
      event: erc20Abi.find((item) => item.type === "event" && item.name === "Transfer")!,
      fromBlock: 1n,
      toBlock: "latest",
      strict: true,
    });
    assert.ok(logs.length > 50);
    const [first] = logs;
    assert.ok((first!.args as { value: bigint }).value > 0n);
    const receipt = await client.getTransactionReceipt({ hash: first!.transactionHash });
    const decoded = parseEventLogs({ abi: erc20Abi, logs: receipt.logs, eventName: "Transfer" });
    assert.ok(decoded.some(({ logIndex }) => logIndex === first!.logIndex));
    const inBlock = await client.getLogs({ blockHash: first!.blockHash });
    assert.ok(inBlock.some(({ logIndex }) => logIndex === first!.logIndex));
  });
});

Deno.test("SimulatedProvider viem reads the token, in one JSON-RPC batch", async () => {
  await withViem(async (client, chain) => {
    const token = { address: dollar.address as Address, abi: erc20Abi } as const;
    const holder = chain.accounts[0]!.address as Address;
    const [name, symbol, decimals, supply, balance, before] = await Promise.all([
      client.readContract({ ...token, functionName: "name" }),
      client.readContract({ ...token, functionName: "symbol" }),
      client.readContract({ ...token, functionName: "decimals" }),
      client.readContract({ ...token, functionName: "totalSupply" }),
      client.readContract({ ...token, functionName: "balanceOf", args: [holder] }),
      client.readContract({ ...token, functionName: "balanceOf", args: [holder], blockNumber: 0n }),
    ]);
    assert.deepEqual([name, symbol, decimals, supply], ["Simulated Dollar", "USDS", 6, 10n ** 15n]);
    const moved = await client.getLogs({
      address: token.address,
      event: erc20Abi.find((item) => item.type === "event" && item.name === "Transfer")!,
      fromBlock: 0n,
      strict: true,
    });
    let expected = before;
    for (const { args } of moved as unknown as { args: { from: Address; to: Address; value: bigint } }[]) {
      if (args.from === getAddress(holder)) expected -= args.value;
      if (args.to === getAddress(holder)) expected += args.value;
    }
    assert.equal(balance, expected);
  }, true);
});

Deno.test("SimulatedProvider viem sends a transaction and waits for its receipt", async () => {
  await withViem(async (client, chain) => {
    const account = privateKeyToAccount(`0x${"5a".repeat(32)}`);
    const to = chain.accounts[0]!.address as Address;
    const before = await client.getBalance({ address: account.address });
    const request = await client.prepareTransactionRequest({
      account,
      to,
      value: parseEther("1"),
      chain: mainnet,
    });
    const serializedTransaction = await account.signTransaction(request as never);
    const hash = await client.sendRawTransaction({ serializedTransaction });
    await assert.rejects(client.sendRawTransaction({ serializedTransaction }), /already known/);
    assert.equal((await client.getTransaction({ hash })).blockNumber, null);
    assert.equal(await client.getTransactionCount({ address: account.address, blockTag: "pending" }), 1);
    const waiting = client.waitForTransactionReceipt({ hash });
    chain.mine();
    const receipt = await waiting;
    assert.equal(receipt.status, "success");
    assert.equal(receipt.from, account.address.toLowerCase());
    const after = await client.getBalance({ address: account.address });
    assert.equal(before - after, parseEther("1") + receipt.gasUsed * receipt.effectiveGasPrice);
    assert.equal(await client.getTransactionCount({ address: account.address }), 1);
    await assert.rejects(client.sendRawTransaction({ serializedTransaction }), /nonce too low/i);
  });
});

Deno.test("SimulatedProvider viem sees a revert with its reason, fees, code and storage", async () => {
  await withViem(async (client) => {
    const to = dollar.address as Address;
    await assert.rejects(
      client.call({ to, data: selectors.revert as Hex }),
      (thrown) => thrown instanceof BaseError && /simulated revert/.test(thrown.message),
    );
    const history = await client.getFeeHistory({ blockCount: 4, rewardPercentiles: [10, 90] });
    assert.equal(history.baseFeePerGas.length, 5);
    assert.equal(history.reward?.length, 4);
    const fees = await client.estimateFeesPerGas();
    assert.ok(fees.maxFeePerGas! > 0n);
    assert.ok((await client.getCode({ address: to }))!.length > 10);
    assert.equal((await client.getStorageAt({ address: to, slot: "0x0" }))!.length, 66);
    assert.equal(await client.getChainId(), 1);
    assert.ok(await client.getGasPrice() > 0n);
    assert.equal(await client.getBlobBaseFee(), 1n);
  });
});
