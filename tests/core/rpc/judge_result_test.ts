// judgeResult(): a null that is an answer against one from a node that lags, and reverts handed out as results.

import assert from "node:assert/strict";
import type { BlockReference } from "../../../core/plugins/strategy.ts";
import { judgeResult } from "../../../core/rpc/judge_result.ts";

const at = (number: number): BlockReference => ({ kind: "number", number });
const to = (end: number | null): BlockReference => ({ kind: "range", from: 1, to: end });
const some: BlockReference = { kind: "hash", hash: "0x" + "ab".repeat(32) };
const latest: BlockReference = { kind: "tag", tag: "latest" };
const finalized: BlockReference = { kind: "tag", tag: "finalized" };
type Row = readonly [
  title: string,
  method: string,
  block: BlockReference,
  result: string,
  providerHead: number | null,
  chainHead: number | null,
  missing: boolean,
  served?: number,
];

const rows: readonly Row[] = [
  ["a block above the provider's head", "eth_getBlockByNumber", at(101), "null", 100, 101, true],
  ["a block that nobody has yet", "eth_getBlockByNumber", at(102), "null", 100, 101, false],
  ["a block that the provider should have", "eth_getBlockByNumber", at(100), "null", 100, 101, false],
  ["receipts above the provider's head", "eth_getBlockReceipts", at(101), "null", 100, 101, true],
  [
    "a transaction of a block above",
    "eth_getTransactionByBlockNumberAndIndex",
    at(101),
    "null",
    100,
    101,
    true,
  ],
  ["a transaction while the provider lags", "eth_getTransactionByHash", some, "null", 100, 101, true],
  ["a receipt while the provider lags", "eth_getTransactionReceipt", some, "null", 100, 101, true],
  ["a receipt at the head", "eth_getTransactionReceipt", some, "null", 101, 101, false],
  ["a receipt ahead of the chain", "eth_getTransactionReceipt", some, "null", 102, 101, false],
  ["a block by hash while the provider lags", "eth_getBlockByHash", some, "null", 100, 101, true],
  ["an unknown provider head", "eth_getBlockByNumber", at(101), "null", null, 101, false],
  ["an unknown chain head", "eth_getBlockByNumber", at(101), "null", 100, null, false],
  ["the newest block", "eth_getBlockByNumber", latest, "null", 101, 101, true],
  ["the finalized block", "eth_getBlockByNumber", finalized, "null", 101, 101, true],
  ["the pending block", "eth_getBlockByNumber", { kind: "tag", tag: "pending" }, "null", 101, 101, false],
  ["the null of a method that always has a result", "eth_call", latest, "null", 101, 101, true],
  ["logs that are null", "eth_getLogs", to(100), "null", 101, 101, true],
  ["an empty result of a call", "eth_call", latest, '"0x"', 101, 101, false],
  ["another method's null", "eth_getFilterChanges", at(101), "null", 100, 101, false],
  ["a block that is there", "eth_getBlockByNumber", at(101), '{"number":"0x65"}', 100, 101, false],
  ["logs up to above the provider's head", "eth_getLogs", to(101), "[]", 100, 101, true],
  ["logs up to its head", "eth_getLogs", to(100), "[]", 100, 101, false],
  ["logs up to above every head", "eth_getLogs", to(150), "[]", 100, 101, false],
  ["logs up to a tag", "eth_getLogs", to(null), "[]", 100, 101, false],
  ["logs of a block by hash while the provider lags", "eth_getLogs", some, "[]", 100, 101, true],
  ["logs that are there", "eth_getLogs", to(101), '[{"a":1}]', 100, 101, false],
  ["a block that clients were told of", "eth_getBlockByNumber", at(101), "null", 101, 101, true, 101],
  ["receipts that clients can know of", "eth_getBlockReceipts", at(101), "null", null, null, true, 101],
  ["a block above what was told", "eth_getBlockByNumber", at(102), "null", 102, 102, false, 101],
  ["an uncle in a block that was told", "eth_getUncleByBlockNumberAndIndex", at(9), "null", 9, 9, false, 9],
  ["another method's empty list", "eth_getFilterLogs", to(101), "[]", 100, 101, false],
];
for (const [title, method, block, result, providerHead, chainHead, missing, served = 0] of rows) {
  Deno.test(`judgeResult() ${missing ? "misses" : "takes"} ${title}`, () => {
    const expected = missing ? "missing_data" : "answer";
    assert.equal(judgeResult(method, block, result, { providerHead, chainHead, served }), expected);
  });
}

const heads = { providerHead: 100, chainHead: 100, served: 0 };

Deno.test("judgeResult() sees a revert that a node hands out as the result of eth_call", () => {
  const revert = `"0x08c379a0${"00".repeat(31)}20${"00".repeat(31)}04${"6e6f7065".padEnd(64, "0")}"`;
  assert.equal(judgeResult("eth_call", latest, revert, heads), "disguised_revert");
  assert.equal(judgeResult("eth_getCode", latest, revert, heads), "answer");
});

Deno.test("judgeResult() takes whole words that only begin like a revert", () => {
  assert.equal(judgeResult("eth_call", latest, `"0x08c379a0${"00".repeat(28)}"`, heads), "answer");
  assert.equal(judgeResult("eth_call", latest, '"0x"', heads), "answer");
  assert.equal(judgeResult("eth_call", latest, `"0x${"00".repeat(32)}"`, heads), "answer");
});
