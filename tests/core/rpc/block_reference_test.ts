// blockReference(): every way in which a call names its block, and nothing but "none" or a default for the rest.

import assert from "node:assert/strict";
import type { BlockReference } from "../../../core/plugins/strategy.ts";
import { seededRandom } from "../../../core/random.ts";
import { blockReference } from "../../../core/rpc/block_reference.ts";
import { knownMethods, methodInfo } from "../../../core/rpc/methods.ts";

const none: BlockReference = { kind: "none" };
const latest: BlockReference = { kind: "tag", tag: "latest" };
const hash = "0x" + "aB".repeat(32);
const byHash: BlockReference = { kind: "hash", hash: hash.toLowerCase() };
const number = (n: number): BlockReference => ({ kind: "number", number: n });
const range = (from: number | null, to: number | null): BlockReference => ({ kind: "range", from, to });

const rows: readonly [method: string, params: string | undefined, BlockReference][] = [
  ["eth_call", '[{"to":"0x1","data":"0x"},"latest"]', latest],
  ["eth_call", '[{"to":"0x1"},"safe"]', { kind: "tag", tag: "safe" }],
  ["eth_call", '[{"to":"0x1"},"finalized"]', { kind: "tag", tag: "finalized" }],
  ["eth_call", '[{"to":"0x1"},"pending"]', { kind: "tag", tag: "pending" }],
  ["eth_call", '[{"to":"0x1"},"earliest"]', { kind: "tag", tag: "earliest" }],
  ["eth_call", '[{"to":"0x1"},"0x10"]', number(16)],
  ["eth_call", '[{"to":"0x1"},"0xAf"]', number(175)],
  ["eth_call", '[{"to":"0x1"},{"blockNumber":"0x10"}]', number(16)],
  ["eth_call", '[{"to":"0x1"},{"blockNumber":"latest"}]', latest],
  ["eth_call", `[{"to":"0x1"},{"requireCanonical":true,"blockHash":"${hash}"}]`, byHash],
  ["eth_call", `[{"to":"0x1"},"${hash}"]`, byHash],
  ["eth_call", '[{"to":"0x1"},12]', number(12)],
  ["eth_call", '[{"to":"0x1"}]', latest],
  ["eth_call", '[{"to":"0x1"},null]', latest],
  ["eth_call", "[]", latest],
  ["eth_call", undefined, latest],
  ["eth_call", ' [ { "to" : "0x1" , "data" : "\\"],\\\\" } , "0x2" , {} ] ', number(2)],
  ["eth_call", '[{"accessList":[{"a":[1,{"b":"]"}]}]},"0x3",{"0x1":{"balance":"0x1"}}]', number(3)],
  ["eth_call", '[{"to":"0x1"},"newest"]', none],
  ["eth_call", '[{"to":"0x1"},"0x"]', none],
  ["eth_call", '[{"to":"0x1"},"0xzz"]', none],
  ["eth_call", '[{"to":"0x1"},"16"]', none],
  ["eth_call", '[{"to":"0x1"},1.5]', none],
  ["eth_call", '[{"to":"0x1"},-1]', none],
  ["eth_call", '[{"to":"0x1"},{}]', none],
  ["eth_call", '[{"to":"0x1"},{"blockHash":"0x12"}]', none],
  ["eth_call", '[{"to":"0x1"},{"blockNumber":{"blockNumber":"0x1"}}]', none],
  ["eth_call", '[{"to":"0x1"},["latest"]]', none],
  ["eth_call", '[{"to":"0x1"},true]', none],
  ["eth_call", '{"to":"0x1","block":"latest"}', none],
  ["eth_call", "null", none],
  ["eth_getBlockByNumber", '["0x1b4",true]', number(436)],
  ["eth_getBlockByNumber", '["latest",false]', latest],
  ["eth_getBlockByHash", `["${hash}",true]`, byHash],
  ["eth_getBlockByHash", '["0x12",true]', none],
  ["eth_getBlockByHash", "[]", none],
  ["eth_getBlockReceipts", '["0x10"]', number(16)],
  ["eth_getBlockReceipts", `["${hash}"]`, byHash],
  ["eth_getBlockReceipts", `[{"blockHash":"${hash}"}]`, byHash],
  ["eth_getBlockReceipts", '[{"blockNumber":"0x5"}]', number(5)],
  ["eth_getTransactionByHash", `["${hash}"]`, byHash],
  ["eth_getTransactionReceipt", `["${hash}"]`, byHash],
  ["eth_getBalance", '["0x1","0x7"]', number(7)],
  ["eth_getStorageAt", '["0x1","0x0","0x9"]', number(9)],
  ["eth_getProof", '["0x1",["0x0","0x1"],"0xa"]', number(10)],
  ["eth_getProof", '["0x1",[],"latest"]', latest],
  ["eth_feeHistory", '["0x4","0x20",[25,75]]', number(32)],
  ["trace_call", '[{"to":"0x1"},["trace"],"0x8"]', number(8)],
  ["eth_getLogs", '[{"fromBlock":"0x1","toBlock":"0x10"}]', range(1, 16)],
  ["eth_getLogs", '[{"fromBlock":"0x1","toBlock":"latest"}]', range(1, null)],
  ["eth_getLogs", '[{"fromBlock":"earliest","toBlock":"0x2"}]', range(0, 2)],
  ["eth_getLogs", '[{"fromBlock":"0x1"}]', range(1, null)],
  ["eth_getLogs", '[{"toBlock":"0x1"}]', range(null, 1)],
  ["eth_getLogs", '[{"address":["0x1","0x2"],"topics":[null,["0x3"]]}]', range(null, null)],
  ["eth_getLogs", '[{"topics":[["fromBlock"]],"toBlock":"0x5","fromBlock":null}]', range(null, 5)],
  ["eth_getLogs", `[{"blockHash":"${hash}"}]`, byHash],
  ["eth_getLogs", '[{"blockHash":null,"fromBlock":"0x1","toBlock":"0x2"}]', range(1, 2)],
  ["eth_getLogs", '[{"fromBlock":"0x1","fromBlock":"0x2","toBlock":"0x3"}]', range(2, 3)],
  ["eth_getLogs", "[{}]", range(null, null)],
  ["eth_getLogs", "[]", range(null, null)],
  ["eth_getLogs", '["0x1"]', none],
  ["eth_newFilter", '[{"fromBlock":"0x1","toBlock":"0x2"}]', range(1, 2)],
  ["eth_chainId", "[]", none],
  ["eth_blockNumber", undefined, none],
  ["eth_sendRawTransaction", '["0x02"]', none],
  ["nope", '["latest"]', none],
];
for (const [method, params, expected] of rows) {
  Deno.test(`blockReference() ${method} ${params?.slice(0, 90) ?? "without params"}`, () => {
    assert.deepEqual(blockReference(methodInfo(method), params), expected);
  });
}

Deno.test("blockReference() steps over large params and backslashes of any number", () => {
  for (const data of ["f".repeat(1_000_000), "\\".repeat(99), '"'.repeat(100), '\\"]},[{', "é🦊"]) {
    const params = JSON.stringify([{ to: "0x1", data }, "0x11"]);
    assert.deepEqual(blockReference(methodInfo("eth_call"), params), number(17));
  }
});

Deno.test("blockReference() agrees with JSON.parse on params made at random", () => {
  const random = seededRandom(7);
  const value = (depth: number): unknown => {
    const kind = Math.floor(random.next() * (depth > 3 ? 5 : 7));
    if (kind === 0) return random.next() < 0.5 ? null : random.next() < 0.5;
    if (kind < 3) {
      return Math.floor(random.next() * 1e6) / (kind === 1 ? 1 : 8) * (random.next() < 0.5 ? -1 : 1);
    }
    if (kind < 5) return ['a"b', "\\", "],", "{}", "latest", '\\\\"', ""][Math.floor(random.next() * 7)];
    const list = Array.from({ length: Math.floor(random.next() * 4) }, () => value(depth + 1));
    return kind === 5
      ? list
      : Object.fromEntries(list.map((item, i) => [["a", '"', "\\", "c,"][i % 4], item]));
  };
  for (let round = 0; round < 2000; round++) {
    const params = JSON.stringify([value(0), value(0), "0x2a"], null, random.next() < 0.5 ? 1 : undefined);
    assert.deepEqual(blockReference(methodInfo("eth_getStorageAt"), params), number(42), params);
  }
});

Deno.test("blockReference() neither throws nor hangs on text that is no JSON", () => {
  const random = seededRandom(11);
  const alphabet = '[]{}",:\\ 0x1latestblockHash';
  for (let round = 0; round < 3000; round++) {
    let params = "[";
    for (let i = random.next() * 40; i > 0; i--) {
      params += alphabet[Math.floor(random.next() * alphabet.length)];
    }
    for (const name of ["eth_call", "eth_getLogs", "eth_getProof", "eth_getBlockByHash"]) {
      blockReference(methodInfo(name), params);
    }
  }
  for (const name of knownMethods()) assert.ok(blockReference(methodInfo(name), "[]").kind.length > 0);
});
