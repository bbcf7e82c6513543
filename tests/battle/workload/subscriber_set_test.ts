import assert from "node:assert/strict";
import { systemClock } from "../../../core/clock.ts";
import { checkHeads } from "../../../battle/simulator/check_heads.ts";
import { checkLogs } from "../../../battle/simulator/check_logs.ts";
import { faultsOf } from "../../../battle/simulator/ledger_record.ts";
import { recordLedger } from "../../../battle/simulator/ledger_recorder.ts";
import { withAck } from "../../../battle/workload/subscriber_ack.ts";
import { SubscriberSet, type SubscribersWorkload } from "../../../battle/workload/subscriber_set.ts";
import { SubscriptionReader } from "../../../battle/workload/subscription_reader.ts";
import { until } from "../../support/until.ts";
import { startProvider, stillChain } from "../simulator/support.ts";

function heads(sockets: number, more: Partial<SubscribersWorkload> = {}): SubscribersWorkload {
  return {
    kind: "subscribers",
    name: "heads",
    chain: "ethereum",
    sockets,
    subscription: "newHeads",
    gaps: null,
    ...more,
  };
}

Deno.test("SubscriberSet records what each socket got and when, in the ledger's form", async () => {
  const chain = stillChain();
  using recording = recordLedger(chain);
  await using provider = await startProvider(chain);
  const begun = systemClock.now();
  const set = new SubscriberSet(heads(3), new URL(provider.wsUrl), systemClock);
  await set.open();
  assert.deepEqual([set.size, set.subscribed], [3, 3]);
  const newest = recording.ledger.newest!;
  for (let block = 0; block < 5; block++) chain.mine();
  await until("all events", () => set.records(begun).every(({ atUs }) => atUs.length === 5));
  await set.stop();
  const records = set.records(begun);
  assert.deepEqual(records.map(({ workload, index, closes }) => [workload, index, closes]), [
    ["heads", 0, []],
    ["heads", 1, []],
    ["heads", 2, []],
  ]);
  for (const { record, ackUs, atUs } of records) {
    assert.deepEqual(record!.ack, { number: newest.number, hash: newest.hash });
    assert.equal(record!.entries.length, 6);
    assert.deepEqual(record!.entries.at(-1), { kind: "end", code: null });
    assert.equal(faultsOf(checkHeads(recording.ledger, record!)), 0);
    assert.equal(atUs.length, 6);
    assert.ok(atUs.every((us, nth) => us >= (atUs[nth - 1] ?? ackUs!)));
  }
});

Deno.test("SubscriberSet connects again after a close, with a record of its own for each socket", async () => {
  const chain = stillChain();
  using recording = recordLedger(chain);
  await using provider = await startProvider(chain);
  const set = new SubscriberSet(heads(1), new URL(provider.wsUrl), systemClock);
  await set.open();
  chain.mine();
  await until("the first head", () => set.records(0)[0]?.atUs.length === 1);
  provider.closeSockets(1012, "start afresh");
  await until("it is subscribed again", () => set.records(0).length === 2 && set.subscribed === 1);
  chain.mine();
  await until("the second head", () => set.records(0)[1]?.atUs.length === 1);
  await set.stop();
  const [first, second] = set.records(0);
  assert.deepEqual(first!.record!.entries.map(({ kind }) => kind), ["head", "end"]);
  assert.deepEqual(first!.record!.entries.at(-1), { kind: "end", code: 1012 });
  assert.deepEqual(first!.closes.map(({ code, reason }) => [code, reason]), [[1012, "start afresh"]]);
  assert.equal(second!.index, 0);
  assert.deepEqual(second!.record!.entries.map(({ kind }) => kind), ["head", "end"]);
  for (const { record } of [first!, second!]) {
    assert.equal(faultsOf(checkHeads(recording.ledger, record!)), 0);
  }
});

Deno.test("SubscriberSet records logs, and says what could not connect", async () => {
  const chain = stillChain();
  using recording = recordLedger(chain);
  const provider = await startProvider(chain);
  const url = new URL(provider.wsUrl);
  const set = new SubscriberSet(heads(1, { subscription: "logs" }), url, systemClock);
  await set.open();
  const ack = chain.head;
  for (let block = 0; block < 4; block++) chain.mine();
  const owed = recording.ledger.canonicalWhile(({ number }) => number > ack.number).flatMap(({ logs }) =>
    logs
  );
  assert.ok(owed.length > 4);
  await until("all logs", () => set.records(0)[0]?.atUs.length === owed.length);
  await set.stop();
  const [got] = set.records(0);
  const timed = withAck(got!, [{ atUs: got!.ackUs! - 1, number: ack.number, hash: ack.hash }]);
  assert.equal(faultsOf(checkLogs(recording.ledger, timed.record!, {})), 0);
  await provider.kill();
  const refused = new SubscriberSet(heads(1), url, systemClock);
  await refused.open();
  assert.equal(refused.subscribed, 0);
  await refused.stop();
  const [record] = refused.records(0);
  assert.equal(record!.record, null);
  assert.deepEqual(record!.closes.map(({ code, reason }) => [code, reason]), [
    [1006, "the WebSocket failed (ECONNREFUSED)"],
  ]);
});

Deno.test("SubscriptionReader knows announced gaps, refusals and pending transactions", () => {
  const reader = new SubscriptionReader();
  const event = (params: string): string =>
    `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0xa",${params}}}`;
  const gap =
    '"error":{"code":-32000,"message":"m","data":{"reason":"gap","from_block":"0x10","to_block":"0x12"}}';
  assert.deepEqual(reader.read(event(gap)), {
    kind: "event",
    id: "0xa",
    entry: { kind: "gap", fromBlock: 16, toBlock: 18 },
  });
  assert.deepEqual(reader.read(event('"result":"0x12"')), {
    kind: "event",
    id: "0xa",
    entry: { kind: "transaction", hash: "0x12" },
  });
  assert.deepEqual(reader.read(event('"result":{}')), { kind: "event", id: "0xa", entry: null });
  assert.deepEqual(reader.read('{"id":1,"result":"0xa"}'), { kind: "ack", id: "0xa" });
  assert.deepEqual(reader.read('{"id":1,"error":{"code":-32601,"message":"no"}}'), {
    kind: "refused",
    code: -32601,
    message: "no",
  });
  assert.deepEqual([reader.read("{"), reader.read("[]"), reader.read('{"result":7}')], [
    { kind: "other" },
    { kind: "other" },
    { kind: "other" },
  ]);
});

Deno.test("withAck() sets the newest block before the acknowledgement, and leaves what it can't know", () => {
  const record = {
    workload: "heads",
    index: 0,
    ackUs: 100,
    record: { ack: { number: -1, hash: "" }, entries: [] },
    atUs: [],
    closes: [],
  };
  const blocks = [90, 100, 110].map((atUs) => ({ atUs, number: atUs, hash: `0x${atUs}` }));
  assert.deepEqual(withAck(record, blocks).record?.ack, { number: 100, hash: "0x100" });
  assert.equal(withAck(record, blocks.slice(2)), record);
  const failed = { ...record, ackUs: null, record: null };
  assert.equal(withAck(failed, blocks), failed);
});
