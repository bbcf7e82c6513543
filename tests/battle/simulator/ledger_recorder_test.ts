import assert from "node:assert/strict";
import { checkHeads } from "../../../battle/simulator/check_heads.ts";
import { checkLogs } from "../../../battle/simulator/check_logs.ts";
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
