import assert from "node:assert/strict";
import { checkHeads } from "../../../battle/simulator/check_heads.ts";
import { checkLogs } from "../../../battle/simulator/check_logs.ts";
import { recordTruth } from "../../../battle/simulator/chain_truth.ts";
import { providerLedger, recordLedger } from "../../../battle/simulator/ledger_recorder.ts";
import { type ClientRecord, faultsOf, type RecordEntry } from "../../../battle/simulator/ledger_record.ts";
import { simTokens } from "../../../battle/simulator/world.ts";
import { RawSocket } from "./raw_socket.ts";
import { caller, startProvider, stillChain } from "./support.ts";

const [dollar] = simTokens;

Deno.test("recordLedger() holds every block of every branch with its logs, and the canonical tip", () => {
  const chain = stillChain();
  using recording = recordLedger(chain);
  const { ledger, changes } = recording;
  assert.equal(ledger.size, 97);
  const a = chain.mine();
  const { added } = chain.reorg(2);
  chain.switchTo(a.hash);
  assert.equal(ledger.size, 101);
  assert.equal(ledger.tip?.hash, a.hash);
  assert.deepEqual(changes.map(({ removed, added }) => [removed.length, added.length]), [[0, 1], [2, 3], [
    3,
    2,
  ]]);
  const call = caller(chain);
  for (const { hash, number, header } of [a, ...added]) {
    const { result: logs } = call("eth_getLogs", { blockHash: hash });
    assert.deepEqual(ledger.block(hash), {
      number,
      hash,
      parentHash: header.parentHash,
      logs: logs.map((log: { address: string; topics: string[]; logIndex: string }) => ({
        blockHash: hash,
        blockNumber: number,
        logIndex: Number(log.logIndex),
        address: log.address,
        topics: log.topics,
      })),
    });
  }
});

Deno.test("recordLedger() and recordTruth() know a provider's own branch, whose it is and when it was", async () => {
  const chain = stillChain();
  let nowUs = 5;
  using recording = recordLedger(chain);
  using told = recordTruth(chain, () => nowUs);
  const { ledger } = recording;
  await using provider = await startProvider(chain, { name: "alone" });
  await using other = await startProvider(chain, { name: "other" });
  const reach = { share: 1, methods: null, seed: 1 };
  const first = provider.begin({ kind: "forked_head", depth: 2 }, reach);
  const second = other.begin({ kind: "forked_head", depth: 2 }, reach);
  nowUs = 7;
  chain.mine();
  nowUs = 9;
  first();
  // Two providers stand on two branches, though they left at the same block.
  const { ownBranches, heads, blocks } = told.truth();
  assert.deepEqual(
    ownBranches.map((
      { provider, fromUs, toUs, blocks },
    ) => [provider, fromUs, toUs, blocks.map(({ atUs }) => atUs)]),
    [["alone", 5, 9, [5, 5, 7]], ["other", 5, null, [5, 5, 7]]],
  );
  assert.equal(ledger.size, 97 + 1 + 6);
  assert.deepEqual([heads.length, blocks.length], [2, 98]);
  for (const { provider, blocks } of ownBranches) {
    const own = blocks.map(({ hash }) => ledger.block(hash)!);
    assert.deepEqual(own.map(({ hash }) => ledger.ownerOf(hash)), [provider, provider, provider]);
    assert.deepEqual(own.map(({ number }) => number), [95, 96, 97]);
    assert.equal(ledger.isAncestor(own[0]!, own[2]!), true);
    assert.equal(ledger.isAncestor(own[0]!, ledger.tip!), false);
    assert.equal(ledger.parentOf(own[0]!)?.hash, ledger.ancestorAt(ledger.tip!, 94)?.hash);
    assert.ok(own.some(({ logs }) => logs.length > 0));
  }
  assert.equal(ledger.ownerOf(ledger.tip!.hash), null);
  assert.equal(ledger.tip?.hash, chain.head.hash);
  second();
  second();
  assert.equal(told.truth().ownBranches[1]?.toUs, 9);
});

Deno.test("a reorg of the chain takes nothing back of what a provider's own branch grows on", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain, { name: "alone" });
  const before = chain.view().at(94)!;
  provider.begin({ kind: "forked_head", depth: 1 }, { share: 1, methods: null, seed: 1 });
  chain.reorg(4);
  const ask = async (number: number): Promise<{ readonly hash: string; readonly parentHash: string }> => {
    const response = await fetch(provider.url, {
      method: "POST",
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "eth_getBlockByNumber",
        params: [`0x${number.toString(16)}`, false],
      }),
    });
    return (await response.json() as { result: { hash: string; parentHash: string } }).result;
  };
  assert.notEqual(chain.view().at(94), before);
  assert.equal((await ask(94)).hash, before.hash);
  for (const number of [94, 95, 96, 97]) {
    assert.equal((await ask(number)).parentHash, (await ask(number - 1)).hash, `block ${number}`);
  }
});

Deno.test("recordLedger() stops when disposed", () => {
  const chain = stillChain();
  const recording = recordLedger(chain);
  recording[Symbol.dispose]();
  chain.mine();
  assert.equal(recording.ledger.size, 97);
});

Deno.test("recordLedger() and a subscriber of a good provider agree; of one that skips, they don't", async () => {
  const chain = stillChain();
  using recording = recordLedger(chain);
  await using provider = await startProvider(chain, { removedLogs: "newest_first" });
  await using socket = await RawSocket.open(provider.wsUrl);
  const filter = { address: dollar.address };
  const heads = await socket.subscribe("newHeads");
  const logs = await socket.subscribe("logs", filter);
  const ack = { number: chain.head.number, hash: chain.head.hash };
  for (let round = 0; round < 12; round++) {
    chain.mine();
    if (round % 3 === 0) chain.reorg(1 + round % 4);
  }
  await socket.settled();
  const recordOf = (id: string): ClientRecord => ({
    ack,
    entries: socket.events.filter(({ subscription }) => subscription === id).map(({ result }): RecordEntry =>
      id === heads
        ? { kind: "head", number: Number(result.number), hash: result.hash, parentHash: result.parentHash }
        : {
          kind: "log",
          blockHash: result.blockHash,
          blockNumber: Number(result.blockNumber),
          logIndex: Number(result.logIndex),
          removed: result.removed,
        }
    ),
  });
  assert.equal(faultsOf(checkHeads(recording.ledger, recordOf(heads))), 0);
  assert.equal(faultsOf(checkLogs(recording.ledger, recordOf(logs), filter)), 0);
  provider.set({ skipHeads: { next: 1 }, skipLogs: 1 });
  for (let block = 0; block < 4; block++) chain.mine();
  await socket.settled();
  assert.equal(checkHeads(recording.ledger, recordOf(heads)).missing.length, 1);
  assert.ok(checkLogs(recording.ledger, recordOf(logs), filter).missing.length > 0);
});

Deno.test("providerLedger() tells what each provider was asked and announced", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  await socket.subscribe("newHeads");
  chain.mine();
  await socket.results(1);
  const { sim } = providerLedger([provider]);
  assert.deepEqual(sim?.subscriptions, { opened: 1, closed: 0, open: 1 });
  assert.deepEqual(sim?.events, { newHeads: 1, logs: 0, newPendingTransactions: 0, syncing: 0 });
});
