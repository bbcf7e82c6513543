// viem and ethers over WebSocket, pointed at Lasso in front of a real node: what they read is what they read from the
// node by HTTP, what they send is mined, and what Lasso says of its sockets is right.

import assert from "node:assert/strict";
import { JsonRpcProvider, Wallet, WebSocketProvider } from "ethers";
import { createPublicClient, createWalletClient, type Hex, http, type PublicClient, webSocket } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { anvilChainId, fundedKey, secondAddress, startAnvil } from "../support/anvil.ts";
import { startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";
import { type History, makeHistory, revertData, word } from "./anvil_fixture.ts";

interface Stage {
  readonly history: History;
  /** The node's own. */
  readonly direct: string;
  /** Lasso's, of `/rpc/local`. */
  readonly url: string;
  /** Text of `/metrics`. */
  metrics(): Promise<string>;
}

async function onStage(run: (stage: Stage) => Promise<void>): Promise<void> {
  await using anvil = await startAnvil();
  const history = await makeHistory(anvil);
  const providers = ["a", "b"].map((id) => ({ id, url: anvil.url }));
  const chains = { local: { chain_id: anvilChainId, providers } };
  await using lasso = await startLasso(JSON.stringify({ chains }));
  const { url } = lasso.server;
  const metrics = async (): Promise<string> => await (await fetch(`${url}/metrics`)).text();
  await run({ history, direct: anvil.url, url: `${url.replace("http", "ws")}/rpc/local`, metrics });
  await until("every socket is gone", () => lasso.server.state.websockets() === 0);
}

async function viemReads(client: PublicClient, history: History): Promise<unknown[]> {
  const { block, blockHash } = history;
  const [to, hash] = [history.contract as Hex, history.callHash as Hex];
  return await Promise.all([
    client.getChainId(),
    client.getBlockNumber(),
    client.getBlock({ blockNumber: BigInt(block), includeTransactions: true }),
    client.getBlock({ blockHash: blockHash as Hex }),
    client.getBalance({ address: secondAddress }),
    client.getCode({ address: to }),
    client.getStorageAt({ address: to, slot: "0x0" }),
    client.getTransactionReceipt({ hash }),
    client.getLogs({ fromBlock: 0n }),
    client.call({ to, data: word(9) as Hex }),
    client.call({ to }).catch((thrown: Error) => [thrown.name, thrown.message.includes(revertData)]),
    ...Array.from({ length: 50 }, (_, slot) => client.getStorageAt({ address: to, slot: word(slot) as Hex })),
  ]);
}

Deno.test("viem reads over WebSocket through Lasso what it reads from the node, and what it sends is mined", async () => {
  await onStage(async ({ history, direct, url, metrics }) => {
    const transport = webSocket(url, { retryCount: 0, reconnect: false });
    const client = createPublicClient({ chain: foundry, transport, cacheTime: 0, pollingInterval: 20 });
    const { close } = await client.transport.getRpcClient();
    try {
      const plain = createPublicClient({ chain: foundry, transport: http(direct, { retryCount: 0 }) });
      assert.deepEqual(await viemReads(client, history), await viemReads(plain, history));
      const wallet = createWalletClient({
        account: privateKeyToAccount(fundedKey),
        chain: foundry,
        transport,
      });
      const hash = await wallet.sendTransaction({ to: secondAddress, value: 5n });
      const receipt = await until("the receipt", () => client.getTransactionReceipt({ hash }));
      assert.equal(receipt.status, "success");
      assert.match(await metrics(), /^lasso_connections\{direction="in",transport="ws"\} [12]$/m);
    } finally {
      close();
    }
  });
});

async function ethersReads(
  client: JsonRpcProvider | WebSocketProvider,
  { contract, callHash, block, blockHash }: History,
): Promise<unknown[]> {
  const read = await Promise.all([
    client.getBlockNumber(),
    client.getBlock(Number(block), true),
    client.getBlock(blockHash),
    client.getBalance(secondAddress),
    client.getCode(contract),
    client.getTransactionReceipt(callHash),
    client.getLogs({ fromBlock: 0 }),
    client.call({ to: contract, data: word(9) }),
    client.call({ to: contract }).catch((thrown: { code: string; data: string }) => [
      thrown.code,
      thrown.data,
    ]),
    ...Array.from({ length: 50 }, (_, slot) => client.getStorage(contract, slot)),
  ]);
  return read.map((value) =>
    JSON.parse(JSON.stringify(value, (_key, v) => typeof v === "bigint" ? `${v}` : v))
  );
}

Deno.test("ethers reads over WebSocket through Lasso what it reads from the node, and what it sends is mined", async () => {
  await onStage(async ({ history, direct, url }) => {
    const options = { staticNetwork: true, cacheTimeout: -1 };
    const plain = new JsonRpcProvider(direct, anvilChainId, options);
    const client = new WebSocketProvider(url, anvilChainId, { ...options, pollingInterval: 20 });
    try {
      assert.deepEqual(await ethersReads(client, history), await ethersReads(plain, history));
      const wallet = new Wallet(fundedKey, client);
      const { hash } = await wallet.sendTransaction({ to: secondAddress, value: 7n });
      const receipt = await until(
        "the receipt",
        async () => await client.getTransactionReceipt(hash) ?? false,
      );
      assert.equal(receipt.status, 1);
    } finally {
      plain.destroy();
      await client.destroy();
    }
  });
});
