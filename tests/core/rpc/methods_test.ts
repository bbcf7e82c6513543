// methodInfo(): the table says of each family what the specification of methods says.

import assert from "node:assert/strict";
import { knownMethods, type MethodInfo, methodInfo } from "../../../core/rpc/methods.ts";

const replays: readonly [MethodInfo["replay"], readonly string[]][] = [
  ["read", [
    "eth_call",
    "eth_blockNumber",
    "eth_getLogs",
    "eth_getBalance",
    "debug_traceTransaction",
    "trace_block",
  ]],
  ["read", ["eth_syncing", "web3_clientVersion", "net_listening", "txpool_status", "eth_estimateGas"]],
  ["send", ["eth_sendRawTransaction"]],
  ["filter", ["eth_newFilter", "eth_newBlockFilter", "eth_newPendingTransactionFilter"]],
  ["filter", ["eth_getFilterChanges", "eth_getFilterLogs", "eth_uninstallFilter"]],
  ["local", ["eth_chainId", "net_version", "eth_accounts", "eth_subscribe", "eth_unsubscribe"]],
  ["refused", [
    "eth_sendTransaction",
    "eth_sign",
    "eth_signTransaction",
    "personal_sign",
    "personal_anything",
  ]],
  ["refused", ["eth_signTypedData", "eth_signTypedData_v3", "eth_signTypedData_v4", "eth_signTypedData_v5"]],
  ["unknown", ["eth_sendRawTransactionSync", "eth_sendBundle", "engine_newPayloadV3", "nope", ""]],
];
for (const [replay, names] of replays) {
  Deno.test(`methodInfo() replay ${replay}: ${names.join(", ")}`, () => {
    for (const name of names) assert.equal(methodInfo(name).replay, replay, name);
  });
}

const classes: readonly [MethodInfo["cache"], readonly string[]][] = [
  ["immutable", ["eth_getBlockByHash", "eth_getHeaderByHash", "eth_getBlockTransactionCountByHash"]],
  ["immutable", ["eth_getTransactionByBlockHashAndIndex", "eth_getUncleCountByBlockHash"]],
  ["finality", ["eth_getBlockByNumber", "eth_getBlockReceipts", "eth_getLogs", "eth_feeHistory", "eth_call"]],
  ["finality", ["eth_getTransactionByHash", "eth_getTransactionReceipt", "eth_getBalance", "eth_getProof"]],
  ["finality", ["debug_traceBlockByNumber", "trace_transaction", "eth_getUncleByBlockNumberAndIndex"]],
  ["realtime", ["eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_blobBaseFee"]],
  ["never", ["eth_sendRawTransaction", "eth_newFilter", "txpool_content", "nope", "eth_chainId"]],
];
for (const [cache, names] of classes) {
  Deno.test(`methodInfo() cache ${cache}: ${names.join(", ")}`, () => {
    for (const name of names) assert.equal(methodInfo(name).cache, cache, name);
  });
}

const places: readonly [name: string, index: number, form: string][] = [
  ["eth_getBlockByNumber", 0, "block"],
  ["eth_getBlockReceipts", 0, "block"],
  ["eth_getBlockByHash", 0, "hash"],
  ["eth_getTransactionReceipt", 0, "transaction"],
  ["eth_getLogs", 0, "filter"],
  ["eth_newFilter", 0, "filter"],
  ["trace_filter", 0, "filter"],
  ["eth_feeHistory", 1, "block"],
  ["eth_getBalance", 1, "block"],
  ["eth_getTransactionCount", 1, "block"],
  ["eth_call", 1, "block"],
  ["eth_simulateV1", 1, "block"],
  ["debug_traceCall", 1, "block"],
  ["eth_getStorageAt", 2, "block"],
  ["eth_getProof", 2, "block"],
  ["trace_call", 2, "block"],
];
for (const [name, index, form] of places) {
  Deno.test(`methodInfo() finds the block of ${name} at ${index} as ${form}`, () => {
    assert.deepEqual(methodInfo(name).block, { kind: "param", index, form });
  });
}

Deno.test("methodInfo() is one frozen entry per method, and one for all that are unknown", () => {
  assert.equal(methodInfo("eth_call"), methodInfo("eth_call"));
  assert.equal(methodInfo("nope"), methodInfo("constructor"));
  assert.equal(methodInfo("nope").label, "other");
  assert.notEqual(methodInfo("nope").name, methodInfo("nope").label);
  for (const name of [...knownMethods(), "nope", "personal_nope"]) {
    const info = methodInfo(name);
    assert.ok(Object.isFrozen(info) && Object.isFrozen(info.block), name);
  }
});

Deno.test("methodInfo() names every method of the table as requests and metrics do", () => {
  const names = [...knownMethods()];
  assert.ok(names.length > 90);
  for (const name of names) {
    assert.equal(methodInfo(name).name, name);
    assert.equal(methodInfo(name).label, name);
  }
});

Deno.test("methodInfo() marks what needs a WebSocket, an archive, and what can be split", () => {
  const having = (flag: "websocketOnly" | "splittable"): string[] =>
    [...knownMethods()].filter((name) => methodInfo(name)[flag]);
  assert.deepEqual(having("websocketOnly"), ["eth_subscribe", "eth_unsubscribe"]);
  assert.deepEqual(having("splittable"), ["eth_getLogs"]);
  for (const name of ["eth_call", "eth_getBalance", "eth_getStorageAt", "debug_traceCall", "trace_block"]) {
    assert.equal(methodInfo(name).archiveWhenOld, true, name);
  }
  for (const name of ["eth_getLogs", "eth_getBlockByNumber", "eth_getTransactionReceipt", "eth_gasPrice"]) {
    assert.equal(methodInfo(name).archiveWhenOld, false, name);
  }
});
