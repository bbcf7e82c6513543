// The upstream's chain: linked, of a real header's size, readable by the product, and every header tells its time.

import assert from "node:assert/strict";
import { HeadChain, madeAtOf } from "../../bench/head_chain.ts";
import { answerOf, longResult } from "../../bench/node_answers.ts";
import { BlockMaker } from "../../bench/stream_blocks.ts";
import { readFetchedHead, readLiveHead } from "../../core/streams/head.ts";
import { readLiveLog } from "../../core/streams/log_event.ts";

Deno.test("HeadChain makes linked headers that streams can read, each with its bloom", () => {
  const chain = new HeadChain();
  let last = readLiveHead(chain.tip.head);
  for (let nth = 0; nth < 5; nth++) {
    const made = chain.mine(1_700_000_000_000);
    const head = readLiveHead(made.head);
    assert.equal(head?.parentHash, last?.hash);
    assert.equal(head?.number, last!.number + 1);
    assert.notEqual(head?.bloom, null);
    assert.equal(readFetchedHead(made.block, null)?.hash, head?.hash);
    last = head;
  }
  assert.ok(chain.tip.head.length > 1_500, `${chain.tip.head.length} bytes`);
});

Deno.test("madeAtOf() gives the time of a header to the µs", () => {
  const chain = new HeadChain();
  assert.equal(madeAtOf(chain.mine(1_763_734_000_123.457).head), 1_763_734_000_123.457);
  assert.throws(() => madeAtOf('{"extraData":"0x"}'), /^Error: A header without its time/);
});

Deno.test("HeadChain finds blocks by number, tag and hash, and forgets the oldest", () => {
  const chain = new HeadChain();
  const first = chain.tip;
  const second = chain.mine(1);
  assert.equal(chain.find(`0x${first.number.toString(16)}`), first);
  assert.equal(chain.find(second.hash), second);
  assert.equal(chain.find("latest"), second);
  assert.equal(chain.find("0x1"), null);
  for (let nth = 0; nth < 600; nth++) chain.mine(nth);
  assert.equal(chain.find(first.hash), null);
});

Deno.test("answerOf() answers a router's questions, and tells a method that it does not have", () => {
  const chain = new HeadChain();
  const ask = (method: string, ...params: unknown[]): Record<string, unknown> =>
    JSON.parse(answerOf({ id: 5, method, params }, chain));
  assert.deepEqual(ask("eth_chainId"), { jsonrpc: "2.0", id: 5, result: "0x1" });
  assert.equal(ask("eth_blockNumber").result, `0x${chain.tip.number.toString(16)}`);
  assert.equal(
    (ask("eth_getBlockByNumber", "latest", false).result as { hash: string }).hash,
    chain.tip.hash,
  );
  assert.equal(ask("eth_getBlockByHash", `0x${"9".repeat(64)}`, false).result, null);
  assert.equal(ask("eth_getCode", "0x0", "latest").result, longResult);
  assert.deepEqual(ask("eth_mining").error, {
    code: -32601,
    message: "the method eth_mining does not exist",
  });
});

Deno.test("BlockMaker makes two copies of every event, with logs in their order", () => {
  const { number, hash, copies } = new BlockMaker().next(3);
  assert.equal(copies.a.head, copies.b.head);
  assert.deepEqual(copies.a.logs, copies.b.logs);
  assert.deepEqual(
    copies.a.logs.map((text) => readLiveLog(text)).map((log) => [
      log?.blockNumber,
      log?.blockHash,
      log?.logIndex,
    ]),
    [[number, hash, 0], [number, hash, 1], [number, hash, 2]],
  );
});
