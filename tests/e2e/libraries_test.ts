// viem and ethers as they come, pointed at Lasso in front of a real node: what they read is what they read from the
// node, and what they send is mined.

import assert from "node:assert/strict";
import { JsonRpcProvider, Wallet } from "ethers";
import { createPublicClient, createWalletClient, type Hex, http, type PublicClient } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import {
  type Anvil,
  anvilChainId,
  fundedAddress,
  fundedKey,
  secondAddress,
  startAnvil,
} from "../support/anvil.ts";
import { rpc } from "../support/rpc_post.ts";
import { startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";
import { type History, makeHistory, revertData, word } from "./anvil_fixture.ts";

interface Stage {
  readonly anvil: Anvil;
  readonly history: History;
  /** Lasso's URL of the chain; it has the same node under three names. */
  readonly url: string;
}

async function onStage(run: (stage: Stage) => Promise<void>): Promise<void> {
  await using anvil = await startAnvil();
  const history = await makeHistory(anvil);
  // One node under three names: a broadcast reaches it three times.
  const providers = ["a", "b", "c"].map((id) => ({ id, url: anvil.url }));
  const chains = { local: { chain_id: anvilChainId, providers } };
  await using lasso = await startLasso(JSON.stringify({ chains }));
  await run({ anvil, history, url: `${lasso.server.url}/rpc/local` });
}

function viemAt(url: string, batch = false): PublicClient {
  return createPublicClient({
    chain: foundry,
    transport: http(url, { retryCount: 0, batch }),
    pollingInterval: 20,
    cacheTime: 0,
  });
}

function ethersAt(url: string): JsonRpcProvider {
  return new JsonRpcProvider(url, anvilChainId, {
    staticNetwork: true,
    pollingInterval: 20,
    cacheTimeout: -1,
  });
}

async function viemReads(
  client: PublicClient,
  { contract, callHash, block, blockHash }: History,
): Promise<unknown[]> {
  const [to, hash] = [contract as Hex, callHash as Hex];
  return await Promise.all([
    client.getChainId(),
    client.getBlockNumber(),
    client.getBlock({ blockNumber: BigInt(block), includeTransactions: true }),
    client.getBlock({ blockHash: blockHash as Hex }),
    client.getBlock({ blockTag: "finalized" }),
    client.getBalance({ address: secondAddress }),
    client.getCode({ address: to }),
    client.getStorageAt({ address: to, slot: "0x0" }),
    client.getProof({ address: to, storageKeys: [word(0) as Hex] }),
    client.getTransaction({ hash }),
    client.getTransactionReceipt({ hash }),
    client.getTransactionCount({ address: fundedAddress }),
    client.getLogs({ fromBlock: 0n }),
    client.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] }),
    client.estimateGas({ account: fundedAddress, to, data: word(9) as Hex }),
    client.call({ to, data: word(9) as Hex }),
    client.estimateFeesPerGas(),
    client.call({ to }).catch((thrown: Error) => [thrown.name, thrown.message.includes(revertData)]),
  ]);
}

async function ethersReads(client: JsonRpcProvider, history: History): Promise<unknown[]> {
  const { contract, callHash, block, blockHash } = history;
  const read = await Promise.all([
    client.getBlockNumber(),
    client.getBlock(Number(block), true),
    client.getBlock(blockHash),
    client.getBalance(secondAddress),
    client.getCode(contract),
    client.getStorage(contract, 0),
    client.getTransaction(callHash),
    client.getTransactionReceipt(callHash),
    client.getTransactionCount(fundedAddress),
    client.getLogs({ fromBlock: 0 }),
    client.estimateGas({ from: fundedAddress, to: contract, data: word(9) }),
    client.call({ to: contract, data: word(9) }),
    client.getFeeData(),
    client.call({ to: contract }).catch((
      thrown: { code: string; data: string },
    ) => [thrown.code, thrown.data]),
  ]);
  return read.map((value) =>
    JSON.parse(JSON.stringify(value, (_key, v) => typeof v === "bigint" ? `${v}` : v))
  );
}

Deno.test("viem reads through Lasso what it reads from the node", async () => {
  await onStage(async ({ anvil, history, url }) => {
    const direct = await viemReads(viemAt(anvil.url), history);
    assert.deepEqual(await viemReads(viemAt(url), history), direct);
    assert.deepEqual(await viemReads(viemAt(url, true), history), direct, "batched");
    assert.deepEqual(direct.at(-1), ["CallExecutionError", true]);
  });
});

Deno.test("ethers reads through Lasso what it reads from the node", async () => {
  await onStage(async ({ anvil, history, url }) => {
    const clients = [ethersAt(anvil.url), ethersAt(url)] as const;
    try {
      const direct = await ethersReads(clients[0], history);
      assert.deepEqual(await ethersReads(clients[1], history), direct);
      assert.deepEqual(direct.at(-1), ["CALL_EXCEPTION", revertData]);
    } finally {
      for (const client of clients) client.destroy();
    }
  });
});

Deno.test("eth_sendRawTransaction of viem is mined once; the same bytes again give the same hash", async () => {
  await onStage(async ({ anvil, history, url }) => {
    const client = viemAt(url);
    const wallet = createWalletClient({
      account: privateKeyToAccount(fundedKey),
      chain: foundry,
      transport: http(url, { retryCount: 0 }),
    });
    const before = await client.getBalance({ address: secondAddress });
    const raw = await wallet.signTransaction(
      await wallet.prepareTransactionRequest({ to: secondAddress, value: 5n }),
    );
    const hash = await client.sendRawTransaction({ serializedTransaction: raw });
    const receipt = await client.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, "success");
    assert.equal(receipt.transactionHash, hash);
    // The nonce is used up by now: the node says "nonce too low", Lasso finds the transaction.
    assert.equal(await client.sendRawTransaction({ serializedTransaction: raw }), hash);
    assert.equal(await client.getBalance({ address: secondAddress }), before + 5n);

    const data = word(77) as Hex;
    const called = await wallet.sendTransaction({ to: history.contract as Hex, data });
    const { logs } = await client.waitForTransactionReceipt({ hash: called });
    assert.equal(logs[0]?.data, data);
    assert.equal(await anvil.rpc("eth_getStorageAt", [history.contract, "0x0", "latest"]), data);
  });
});

Deno.test("eth_sendRawTransaction of ethers is mined once, also while it still waits in the pool", async () => {
  await onStage(async ({ anvil, url }) => {
    const client = ethersAt(url);
    try {
      const wallet = new Wallet(fundedKey, client);
      const sent = await wallet.sendTransaction({ to: secondAddress, value: 7n });
      const receipt = await sent.wait(1, 10_000);
      assert.equal(receipt?.status, 1);

      await anvil.rpc("evm_setAutomine", [false]);
      const raw = await wallet.signTransaction(
        await wallet.populateTransaction({ to: secondAddress, value: 9n }),
      );
      const hashes = [];
      for (let times = 0; times < 3; times++) hashes.push(await client.send("eth_sendRawTransaction", [raw]));
      assert.equal(new Set(hashes).size, 1);
      await anvil.rpc("evm_mine");
      assert.equal((await client.waitForTransaction(hashes[0] as string, 1, 10_000))?.status, 1);
    } finally {
      client.destroy();
    }
  });
});

Deno.test("eth_sendRawTransaction that the node rejects is answered with the node's error", async () => {
  await onStage(async ({ anvil, url }) => {
    const wallet = new Wallet(fundedKey);
    const fees = { maxFeePerGas: 10_000_000_000n, maxPriorityFeePerGas: 1n, gasLimit: 21_000n };
    const raw = await wallet.signTransaction({
      chainId: anvilChainId,
      type: 2,
      nonce: 0,
      to: secondAddress,
      value: 123_456n,
      ...fees,
    });
    const direct = await rpc(anvil.url, "eth_sendRawTransaction", [raw]);
    assert.match(direct.error?.message ?? "", /nonce too low/);
    assert.deepEqual((await rpc(url, "eth_sendRawTransaction", [raw])).error, direct.error);
  });
});

Deno.test("eth_blockNumber follows a burst of blocks: it is never below that of a receipt given before", async () => {
  await onStage(async ({ anvil, url }) => {
    // As many as a provider may be ahead of the others, who are not asked in between.
    for (let round = 0; round < 5; round++) {
      const send = { from: fundedAddress, to: secondAddress, value: "0x1" };
      const hash = await anvil.rpc<string>("eth_sendTransaction", [send]);
      const receipt = await until("the receipt", async () => {
        const { result } = await rpc(url, "eth_getTransactionReceipt", [hash]);
        return (result as { blockNumber: string } | null) ?? undefined;
      });
      const { result: height } = await rpc(url, "eth_blockNumber");
      assert.ok(Number(height) >= Number(receipt.blockNumber), `${height} after ${receipt.blockNumber}`);
    }
  });
});
