// Filters over HTTP, kept by Lasso: viem and ethers poll them as they do by themselves, a plain client by hand, while
// the providers behind fail and the chain reorganises. Compared to the ledger like subscriptions.

import assert from "node:assert/strict";
import { JsonRpcProvider } from "ethers";
import { type Address, createPublicClient, http, type Log } from "viem";
import { mainnet } from "viem/chains";
import { simTokens } from "../../battle/simulator/world.ts";
import type { RecordEntry } from "../../battle/simulator/ledger_record.ts";
import { below } from "../../core/random.ts";
import { runFaults } from "../support/fault_schedule.ts";
import { LedgerSubscription, type Recorded } from "../support/ledger_client.ts";
import { Watcher, watchLogs } from "../support/library_watchers.ts";
import { rpc } from "../support/rpc_post.ts";
import { StreamStage } from "../support/stream_stage.ts";
import { until } from "../support/until.ts";

const [{ address }] = simTokens;
const pollingInterval = 20;

/** Asks for the changes of a block filter and a log filter, one after the other, till it is stopped. */
class FilterPoller implements Recorded, AsyncDisposable {
  readonly faults: string[] = [];
  readonly subscriptions: LedgerSubscription[] = [];
  readonly #stage: StreamStage;
  readonly #ids: string[] = [];
  #stopped = false;
  #polling: Promise<void> = Promise.resolve();

  constructor(stage: StreamStage) {
    this.#stage = stage;
  }

  async start(): Promise<void> {
    const { url, ledger } = this.#stage;
    for (const [method, params] of [["eth_newBlockFilter", []], ["eth_newFilter", [{ address }]]] as const) {
      this.#ids.push(await this.#ask(method, params) as string);
      const kind = method === "eth_newFilter" ? "logs" : "newHeads";
      const filter = kind === "logs" ? { address } : {};
      this.subscriptions.push(new LedgerSubscription(`${url} ${method}`, kind, filter, "", ledger.newest!));
    }
    this.#polling = this.#poll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#polling;
    for (const id of this.#ids) assert.equal(await this.#ask("eth_uninstallFilter", [id]), true);
    for (const id of this.#ids) assert.equal(await this.#ask("eth_uninstallFilter", [id]), false);
  }

  async #poll(): Promise<void> {
    while (!this.#stopped) {
      for (const [index, id] of this.#ids.entries()) {
        const changes = await this.#ask("eth_getFilterChanges", [id]) as readonly unknown[] ?? [];
        this.subscriptions[index]!.entries.push(...changes.map((change) => this.#entry(change)));
      }
    }
  }

  /** A block filter gives hashes; what they stand for is the ledger's to say. */
  #entry(change: unknown): RecordEntry {
    if (typeof change === "string") {
      const { number = -1, parentHash = "" } = this.#stage.ledger.block(change) ?? {};
      return { kind: "head", number, hash: change, parentHash };
    }
    const { blockHash, blockNumber, logIndex, removed } = change as Record<string, unknown>;
    return {
      kind: "log",
      blockHash: String(blockHash),
      blockNumber: Number(blockNumber),
      logIndex: Number(logIndex),
      removed: removed === true,
    };
  }

  async #ask(method: string, params: readonly unknown[]): Promise<unknown> {
    const { result, error } = await rpc(this.#stage.url, method, [...params]);
    if (error !== undefined) this.faults.push(`${method}: ${JSON.stringify(error)}`);
    return result;
  }
}

/** viem over HTTP: watchEvent polls a filter, watchBlocks asks for the latest block and those that it missed. */
function pollWithViem(stage: StreamStage): Watcher {
  const transport = http(stage.url, { retryCount: 0 });
  const client = createPublicClient({ chain: mainnet, transport, pollingInterval, cacheTime: 0 });
  const stops: (() => void)[] = [];
  const watcher = new Watcher("viem", address, () => {
    for (const stop of stops) stop();
    return Promise.resolve();
  });
  const onError = (error: Error): void => void watcher.errors.push(error);
  const onLogs = (seen: Log[]): void => seen.forEach((log) => watcher.log(log));
  stops.push(client.watchEvent({ address: address as Address, poll: true, onLogs, onError }));
  stops.push(client.watchBlocks({
    poll: true,
    emitMissed: true,
    onBlock: ({ number }) => watcher.numbers.push(Number(number)),
    onError,
  }));
  return watcher;
}

/** ethers over HTTP polls a filter at each new block that eth_blockNumber shows. */
async function pollWithEthers(stage: StreamStage): Promise<Watcher> {
  const options = { staticNetwork: true, pollingInterval, cacheTimeout: -1 };
  const client = new JsonRpcProvider(stage.url, 1, options);
  const watcher = new Watcher("ethers", address, async () => {
    await client.removeAllListeners();
    // What it had asked before is answered before this.
    await client.getBlockNumber();
    client.destroy();
  });
  await client.on("block", (number: number) => watcher.numbers.push(number));
  await watchLogs(client, watcher, address);
  return watcher;
}

Deno.test("filters over HTTP lose nothing while providers fail, polled by hand, by viem and by ethers", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 40, seed: 1 });
  await using poller = new FilterPoller(stage);
  await poller.start();
  await using viem = pollWithViem(stage);
  await using ethers = await pollWithEthers(stage);
  await until("all have their filters", () => stage.metric("lasso_stream_clients") === 4);
  viem.acknowledged(stage.ledger);
  await runFaults(stage, {
    seed: 1,
    maxBlocks: 600,
    enough: () => stage.metric("lasso_stream_failovers_total") >= 30,
  });
  await stage.settle([poller, viem]);
  // ethers polls at each new block, perhaps before the block's logs are there: then they wait for the next one.
  const last = stage.chain.mine().number;
  const before = (entries: readonly RecordEntry[]): readonly RecordEntry[] =>
    entries.filter((entry) => entry.kind === "log" && entry.blockNumber < last);
  const all = before(poller.subscriptions[1]!.entries);
  const seen = (): readonly RecordEntry[] => before(ethers.logs);
  await until("ethers has all logs", () => JSON.stringify(seen().at(-1)) === JSON.stringify(all.at(-1)));
  assert.deepEqual(seen(), all.slice(-seen().length));
  assert.ok(seen().length > all.length / 2);
  await until("the last block", () => [viem, ethers].every(({ numbers }) => numbers.at(-1) === last));
  for (const { numbers } of [viem, ethers]) {
    assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, index) => numbers[0]! + index));
  }
  assert.deepEqual([...viem.errors, ...ethers.errors].map(String), []);
});

Deno.test("filters over HTTP give what a reorg took back as removed, also while all providers are down in between", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 40, seed: 2 });
  await using poller = new FilterPoller(stage);
  await poller.start();
  let reorgs = 0;
  await runFaults(stage, {
    seed: 2,
    allDown: true,
    maxBlocks: 600,
    step: (random) => {
      if (below(random, 4) !== 0) return;
      stage.chain.reorg(1 + below(random, 4));
      reorgs++;
    },
    enough: () => reorgs >= 15,
  });
  await stage.settle([poller]);
  const logs = poller.subscriptions[1]!.entries;
  assert.ok(logs.some((entry) => entry.kind === "log" && entry.removed));
});
