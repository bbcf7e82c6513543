// Subscriptions over one real node that stands behind three gates, with blocks, logs and reorgs on command while the
// gates are shut and opened. The ledger is read from the node after each step.

import assert from "node:assert/strict";
import { Ledger, type LedgerLog } from "../../battle/simulator/ledger.ts";
import { below, type Random, seededRandom } from "../../core/random.ts";
import { type Anvil, anvilChainId, fundedAddress, startAnvil } from "../support/anvil.ts";
import { fastClock } from "../support/fast_clock.ts";
import { complete, LedgerClient, type LedgerSubscription } from "../support/ledger_client.ts";
import { watchWithViem } from "../support/library_watchers.ts";
import { startLasso } from "../support/start_lasso.ts";
import { TcpGate } from "../support/tcp_gate.ts";
import { until } from "../support/until.ts";
import { WsClient } from "../support/ws_client.ts";
import { makeHistory, word } from "./anvil_fixture.ts";

interface NodeBlock {
  readonly number: string;
  readonly hash: string;
  readonly parentHash: string;
}

interface NodeLog {
  readonly blockHash: string;
  readonly blockNumber: string;
  readonly logIndex: string;
  readonly address: string;
  readonly topics: readonly string[];
}

/** Adds what the node has and the ledger has not. */
async function readNode(anvil: Anvil, ledger: Ledger): Promise<void> {
  const fresh: NodeBlock[] = [];
  const head = await anvil.rpc<NodeBlock>("eth_getBlockByNumber", ["latest", false]);
  for (
    let at: NodeBlock | null = head;
    at !== null && ledger.block(at.hash) === undefined;
    at = await anvil.rpc<NodeBlock | null>("eth_getBlockByHash", [at.parentHash, false])
  ) {
    fresh.unshift(at);
  }
  for (const { number, hash, parentHash } of fresh) {
    const logs = await anvil.rpc<readonly NodeLog[]>("eth_getLogs", [{ blockHash: hash }]);
    ledger.add({ number: Number(number), hash, parentHash, logs: logs.map(ledgerLog) });
  }
  ledger.setCanonical(head.hash);
}

function ledgerLog({ blockHash, blockNumber, logIndex, address, topics }: NodeLog): LedgerLog {
  return { blockHash, blockNumber: Number(blockNumber), logIndex: Number(logIndex), address, topics };
}

/** One change of the chain: a block with a log, empty ones, or a reorg with other logs in its blocks or none. */
async function change(anvil: Anvil, contract: string, random: Random): Promise<void> {
  const call = (): Record<string, string> => ({
    from: fundedAddress,
    to: contract,
    gas: "0x186a0",
    data: word(below(random, 1_000)),
  });
  const kind = below(random, 6);
  if (kind < 3) {
    const hash = await anvil.rpc<string>("eth_sendTransaction", [call()]);
    // It comes back a moment before the block is made.
    const receipt = (): Promise<unknown> => anvil.rpc("eth_getTransactionReceipt", [hash]);
    await until("it is mined", async () => await receipt() !== null);
  } else if (kind < 4) await anvil.rpc("anvil_mine", [`0x${(1 + below(random, 3)).toString(16)}`]);
  else {
    const depth = 1 + below(random, 4);
    const blocks = Array.from({ length: depth }, (_, index) => index).filter(() => below(random, 2) === 0);
    await anvil.rpc("anvil_reorg", [depth, blocks.map((index) => [call(), index])]);
  }
}

Deno.test("subscriptions follow a real node through its reorgs, with the removals that it does not announce", async () => {
  await using anvil = await startAnvil();
  const { contract } = await makeHistory(anvil);
  await anvil.rpc("anvil_dropAllTransactions");
  const ledger = new Ledger();
  await readNode(anvil, ledger);
  const port = Number(new URL(anvil.url).port);
  await using stack = new AsyncDisposableStack();
  const gates: TcpGate[] = [];
  for (let k = 0; k < 3; k++) gates.push(stack.use(await TcpGate.start(port)));
  const providers = gates.map((gate, index) => ({
    id: `p${index}`,
    url: `http://127.0.0.1:${gate.port}`,
    ws_url: `ws://127.0.0.1:${gate.port}`,
  }));
  const chains = { local: { chain_id: anvilChainId, block_time: "1s", providers } };
  const lasso = stack.use(await startLasso(JSON.stringify({ chains }), { clock: fastClock(40) }));
  const url = `${lasso.server.url.replace("http", "ws")}/rpc/local`;

  // What the node itself says, for comparison.
  await using direct = await WsClient.connect(anvil.url.replace("http", "ws"));
  await direct.ask({
    jsonrpc: "2.0",
    id: 1,
    method: "eth_subscribe",
    params: ["logs", { address: contract }],
  });
  await using raw = await LedgerClient.connect("raw", url, ledger);
  const heads = await raw.heads();
  const all = await raw.logs({ address: contract });
  await using viem = watchWithViem(url, contract);
  await until("viem has subscribed", () => /lasso_stream_clients\S* 5$/m.test(lasso.meter.metrics()));
  viem.acknowledged(ledger);

  const random = seededRandom(7);
  const failovers = (): number =>
    Number(/^lasso_stream_failovers_total\S* (\d+)$/m.exec(lasso.meter.metrics())?.[1]);
  for (let step = 0; step < 60 || failovers() < 15; step++) {
    assert.ok(step < 400, `${failovers()} failovers in ${step} steps`);
    const shut = below(random, 4);
    for (const [index, gate] of gates.entries()) {
      if (index === shut) gate.shut();
      else gate.open();
    }
    await change(anvil, contract, random);
    await readNode(anvil, ledger);
    // Now and then two changes come together.
    if (below(random, 4) > 0) await until("the change is told", () => lastHash(heads) === ledger.tip?.hash);
  }
  for (const gate of gates) gate.open();
  await complete([raw, viem], ledger);
  await anvil.rpc("anvil_mine", ["0x2"]);
  await readNode(anvil, ledger);
  await complete([raw, viem], ledger);

  const removals = all.entries.filter((entry) => entry.kind === "log" && entry.removed);
  assert.ok(removals.length > 5, `${removals.length} removals`);
  assert.ok(direct.messages.length > 20);
  assert.ok(!direct.messages.some((text) => text.includes('"removed":true')), "the node announces none");
  assert.deepEqual(viem.errors.map(String), []);
});

function lastHash({ entries }: LedgerSubscription): string | undefined {
  const last = entries.at(-1);
  return last?.kind === "head" ? last.hash : undefined;
}
