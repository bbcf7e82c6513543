import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { UpstreamCall } from "../../../core/plugins/transport.ts";
import { chainSettings, providerSettings } from "../../support/fake_chain.ts";
import { requestText } from "../../support/http_exchange.ts";
import { RawClient } from "../../support/raw_client.ts";
import { ethereum, node, TestLasso } from "../../support/test_lasso.ts";
import { longBodies } from "../../support/test_upstream.ts";

const call = '{"jsonrpc":"2.0","id":7,"method":"eth_gasPrice"}';

interface Refused {
  readonly id: unknown;
  readonly error: { readonly code: number; readonly message: string; readonly data: Record<string, unknown> };
}

/** Posts and checks what all of Lasso's own errors have in common. */
async function refused(
  lasso: TestLasso,
  path: string,
  body: string,
  wanted: readonly [status: number, code: number, reason: string],
): Promise<Refused & { readonly headers: Readonly<Record<string, string>> }> {
  const answer = await lasso.post(path, body);
  const parsed = JSON.parse(answer.body) as Refused;
  assert.deepEqual([answer.status, parsed.error.code, parsed.error.data.reason], wanted);
  assert.equal(answer.headers["content-type"], "application/json");
  assert.match(String(parsed.error.data.request_id), /^[0-9a-f]{32}$/);
  return { ...parsed, headers: answer.headers };
}

Deno.test("handle() echoes every legal id byte for byte", async () => {
  await using lasso = await TestLasso.start();
  const ids = [
    ...["1", "1.50", "1e3", "-0", "12345678901234567890123", '"a\\u0062"', '""', "null", '"é🜁"'],
    ...['"\\"q\\" \\\\ \\/"', '"\\ud800"'],
  ];
  for (const id of ids) {
    const answer = await lasso.post(
      "/rpc/ethereum",
      `{"jsonrpc":"2.0","method":"eth_gasPrice","id": ${id} }`,
    );
    assert.equal(answer.body, `{"jsonrpc":"2.0","id":${id},"result":"a"}`);
    assert.equal(answer.status, 200);
  }
  // Upstream gets ids of ours.
  for (const { id, body } of lasso.upstream("a").calls) assert.ok(body.includes(`"id":${id},`));
});

Deno.test("handle() sends method and params to the upstream as the client spelt them", async () => {
  await using lasso = await TestLasso.start();
  const params = '[ {"to":"0xAb", "data" : "\\u0030x" }, 1.0, "é" ]';
  await lasso.post("/rpc/ethereum", `{"jsonrpc":"2.0","id":1,"method":"eth\\u005fcall","params": ${params}}`);
  const lastOf = (method: string): UpstreamCall | undefined =>
    lasso.upstream("a").calls.findLast((sent) => sent.method === method);
  const sent = lastOf("eth_call");
  const body = Buffer.from(sent?.body ?? "", "latin1").toString("utf8");
  assert.equal(body, `{"jsonrpc":"2.0","id":${sent?.id},"method":"eth\\u005fcall","params":${params}}`);
  await lasso.post("/rpc/ethereum", '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice","params":null}');
  assert.equal(lastOf("eth_gasPrice")?.body.includes("params"), false);
});

Deno.test("handle() passes results and the caller's errors through as the node wrote them", async () => {
  let content = "";
  const answer = (): { body: string } => ({
    body: content.replace("ID", String(lasso.upstream("a").calls.at(-1)?.id)),
  });
  await using lasso = await TestLasso.start({ scripts: { a: node("a", answer).answer } });
  const result = '{ "b" : 1.00, "é":"\\u00e9", "big":12345678901234567890123 }';
  content = `{"jsonrpc":"2.0","id":ID,"result": ${result} }`;
  assert.equal((await lasso.post("/rpc/eth", call)).body, `{"jsonrpc":"2.0","id":7,"result":${result}}`);
  const error = '{"code":3,"message":"execution reverted: é","data":"0x08c379a0", "more":1.0}';
  content = `{"jsonrpc":"2.0","id":ID,"error":${error}}`;
  const reverted = await lasso.post("/rpc/eth", '{"jsonrpc":"2.0","id":7,"method":"eth_call","params":[{}]}');
  assert.equal(reverted.body, `{"jsonrpc":"2.0","id":7,"error":${error}}`);
  assert.equal(reverted.status, 200);
});

Deno.test("handle() answers a notification with 204 and does what it asks", async () => {
  await using lasso = await TestLasso.start();
  const answer = await lasso.post("/rpc/ethereum", '{"jsonrpc":"2.0","method":"eth_gasPrice"}');
  assert.deepEqual([answer.status, answer.body, answer.headers["content-length"]], [204, "", undefined]);
  await lasso.until(() => lasso.completed.length === 1);
  assert.equal(lasso.upstream("a").count("eth_gasPrice"), 1);
});

Deno.test("handle() does not leave a long answer to a notification hanging", async () => {
  await using lasso = await TestLasso.start();
  const bodies = longBodies(lasso.upstream("a"), "eth_getLogs");
  const one = '{"jsonrpc":"2.0","method":"eth_getLogs","params":[{}]}';
  assert.equal((await lasso.post("/rpc/ethereum", one)).status, 204);
  assert.equal((await lasso.post("/rpc/ethereum", `[${one}]`)).status, 204);
  await lasso.until(() => bodies.length === 2 && bodies.every((body) => body.cancelled));
  assert.equal(lasso.server.state.inFlight, 0);
});

Deno.test("handle() refuses what is no JSON-RPC with its code, status and reason", async () => {
  await using lasso = await TestLasso.start({ server: { maxBatch: 2 } });
  for (const body of ["", "nope", "{", "\ufeff{}"]) {
    const { id } = await refused(lasso, "/rpc/ethereum", body, [400, -32700, "parse"]);
    assert.equal(id, null);
  }
  await refused(lasso, "/rpc/ethereum", "[]", [400, -32600, "invalid_request"]);
  const { error } = await refused(lasso, "/rpc/ethereum", "[1,2,3]", [413, -32600, "too_large"]);
  assert.equal(error.message, "The batch has 3 calls; at most 2 are allowed.");
  const bad: readonly (readonly [string, unknown])[] = [
    ['{"jsonrpc":"2.0","id":true,"method":"m"}', null],
    ['{"jsonrpc":"2.0","id":[1],"method":"m"}', null],
    ['{"jsonrpc":"1.0","id":5,"method":"m"}', 5],
    ['{"id":"x","method":"m"}', "x"],
    ['{"jsonrpc":"2.0","id":5,"method":"m","params":1}', 5],
    ["17", null],
  ];
  for (const [body, id] of bad) {
    assert.equal(
      (await refused(lasso, "/rpc/ethereum", body, [400, -32600, "invalid_request"])).id,
      id,
      body,
    );
  }
});

Deno.test("handle() refuses chains, providers and methods that it does not serve", async () => {
  await using lasso = await TestLasso.start();
  const chain = await refused(lasso, "/rpc/nope", call, [404, -32602, "unknown_chain"]);
  assert.equal(chain.id, 7);
  assert.equal(chain.error.message, 'The chain "nope" is not configured; known: ethereum.');
  const pinned = await refused(lasso, "/rpc/provider/z/eth", call, [404, -32602, "unknown_provider"]);
  assert.equal(pinned.error.message, 'The chain ethereum has no provider "z"; known: a, b.');
  const sign = call.replace("eth_gasPrice", "eth_sign");
  await refused(lasso, "/rpc/eth", sign, [200, -32601, "refused_method"]);
  const subscribe = call.replace("eth_gasPrice", "eth_subscribe");
  const { error } = await refused(lasso, "/rpc/eth", subscribe, [200, -32601, "websocket_only"]);
  assert.equal(error.data.websocket_url, "ws://127.0.0.1/rpc/ethereum");
});

Deno.test("handle() refuses other HTTP methods, content types and bodies over the limit", async () => {
  await using lasso = await TestLasso.start({ server: { maxBodyBytes: 64 } });
  const get = await lasso.get("/rpc/ethereum");
  assert.deepEqual([get.status, get.headers.allow], [405, "POST, OPTIONS"]);
  assert.equal(JSON.parse(get.body).error.code, -32600);
  for (
    const [type, status] of [
      ["text/html", 415],
      ["application/x-www-form-urlencoded", 415],
      ["text/plain;charset=UTF-8", 200],
      ["application/json; charset=utf-8", 200],
      ["Application/JSON", 200],
      ["", 200],
    ] as const
  ) {
    const answer = await lasso.post("/rpc/ethereum", call, { "content-type": type });
    assert.equal(answer.status, status, type);
    if (status === 415) assert.equal(JSON.parse(answer.body).error.code, -32600);
  }
  const untyped = await lasso.request({ method: "POST", path: "/rpc/ethereum", body: call });
  assert.equal(untyped.status, 200);
  const large = await refused(lasso, "/rpc/ethereum", call + " ".repeat(64), [413, -32600, "too_large"]);
  assert.equal(large.id, null);
});

Deno.test("handle() refuses calls beyond max_in_flight with Retry-After", async () => {
  const scripts = { a: node("a", () => ({ hang: true })).answer };
  await using lasso = await TestLasso.start({ scripts, server: { maxInFlight: 1 } });
  await using waiting = await RawClient.connect(lasso.server.port);
  await waiting.send(requestText({ method: "POST", path: "/rpc/ethereum", body: call }));
  await lasso.until(() => lasso.server.state.inFlight === 1);
  const { id, error, headers } = await refused(lasso, "/rpc/eth", call, [503, -32008, "overloaded"]);
  assert.deepEqual([id, headers["retry-after"], error.data.retry_after_ms], [7, "1", 1000]);
  assert.equal(lasso.refused.at(-1)?.chain, "ethereum"); // For the operator of that chain to see.
  assert.equal(headers["x-lasso-request-id"], undefined);
  const told = await refused(lasso, "/rpc/eth?include_meta=headers", call, [503, -32008, "overloaded"]);
  assert.equal(told.headers["x-lasso-request-id"], told.error.data.request_id);
  const none = await refused(lasso, "/rpc/eth?include_meta=headers", "[]", [400, -32600, "invalid_request"]);
  assert.equal(none.headers["x-lasso-request-id"], none.error.data.request_id);
  assert.equal(lasso.refused.at(-1)?.chain, ""); // The client's fault.
});

Deno.test("handle() counts the calls of a batch against max_in_flight", async () => {
  const waits = node("a", ({ method }) => method === "eth_call" ? { hang: true } : { result: "0x1" });
  await using lasso = await TestLasso.start({ scripts: { a: waits.answer }, server: { maxInFlight: 3 } });
  const batch = (count: number): string =>
    JSON.stringify(
      Array.from({ length: count }, (_, id) => ({ jsonrpc: "2.0", id, method: "eth_gasPrice" })),
    );
  // More than ever fits: taken while nothing else is under way, or nobody could ever serve it.
  assert.equal((await lasso.post("/rpc/ethereum", batch(5))).status, 200);
  await using waiting = await RawClient.connect(lasso.server.port);
  await waiting.send(
    requestText({ method: "POST", path: "/rpc/ethereum", body: call.replace("eth_gasPrice", "eth_call") }),
  );
  await lasso.until(() => lasso.server.state.inFlight === 1);
  assert.equal((await lasso.post("/rpc/ethereum", batch(2))).status, 200);
  await refused(lasso, "/rpc/ethereum", batch(3), [503, -32008, "overloaded"]);
});

Deno.test("handle() says how long to wait when every provider is rate limited", async () => {
  const limited = node("a", () => ({ status: 429, body: "slow down", retryAfterMs: 60_000 }));
  const chain = chainSettings(["a"], { timeoutMs: 5000 });
  await using lasso = await TestLasso.start({ chains: [chain], scripts: { a: limited.answer } });
  const { error, headers } = await refused(lasso, "/rpc/ethereum", call, [429, -32005, "rate_limited"]);
  assert.equal(headers["retry-after"], "60");
  assert.equal(error.data.retry_after_ms, 60_000);
});

Deno.test("handle() tells the attempts when every provider failed", async () => {
  const broken = { failure: { code: "refused", message: "connection refused", sent: false } } as const;
  const chain = chainSettings(["a", "b"], { retry: { rounds: 1, backoffMs: 1, maxBackoffMs: 1 } });
  const scripts = { a: node("a", () => broken).answer, b: node("b", () => broken).answer };
  await using lasso = await TestLasso.start({ chains: [chain], scripts });
  const { error } = await refused(lasso, "/rpc/ethereum", call, [503, -32000, "transport"]);
  const attempts = error.data.attempts as { provider: string; transport: string; outcome: string }[];
  assert.deepEqual(attempts.map(({ provider, transport, outcome }) => [provider, transport, outcome]), [
    ["a", "http", "transport"],
    ["b", "http", "transport"],
  ]);
});

Deno.test("handle() answers 504 when the budget ran out", async () => {
  const chain = chainSettings(["a"], { timeoutMs: 40, attemptTimeoutMs: 30 });
  const scripts = { a: node("a", () => ({ hang: true })).answer };
  await using lasso = await TestLasso.start({ chains: [chain], scripts });
  const { error } = await refused(lasso, "/rpc/ethereum", call, [504, -32000, "timeout"]);
  assert.ok(Array.isArray(error.data.attempts));
});

Deno.test("handle() answers 500 for a call that throws here, and goes on serving", async () => {
  const chain = chainSettings([providerSettings("a")], { timeoutMs: 40 });
  await using lasso = await TestLasso.start({ chains: [chain] });
  await lasso.post("/rpc/ethereum", call);
  const route = lasso.server.state.router.find("ethereum");
  assert.ok(route !== undefined);
  const original = route.call;
  route.call = (): never => {
    throw new Error("broken");
  };
  const { id } = await refused(lasso, "/rpc/ethereum", call, [500, -32603, "internal"]);
  assert.equal(id, 7);
  const batch = JSON.parse((await lasso.post("/rpc/ethereum", `[${call},1]`)).body) as Refused[];
  assert.deepEqual(batch.map(({ id, error }) => [id, error.code]), [[7, -32603], [null, -32600]]);
  route.call = original;
  assert.equal(lasso.server.state.inFlight, 0);
  assert.equal((await lasso.post("/rpc/ethereum", call)).status, 200);
});

Deno.test("handle() counts a whole refusal with its real times", async () => {
  await using lasso = await TestLasso.start();
  await refused(lasso, "/rpc/ethereum", "nope", [400, -32700, "parse"]);
  const [request] = lasso.refused;
  assert.deepEqual([request?.chain, request?.method, request?.outcome], ["", "other", "parse"]);
  assert.ok((request?.overheadMs ?? 0) > 0 && request?.overheadMs === request?.endToEndMs);
});

const metaMembers = [
  ...["version", "request_id", "strategy", "chain", "transport", "candidate_providers", "selected_provider"],
  ...["selection_reason", "selection_latency_ms", "upstream_latency_ms", "end_to_end_latency_ms"],
  ...["overhead_ms", "retries", "circuit_breaker_state", "attempts"],
];

Deno.test("include_meta=headers gives the metadata as base64url JSON, by query and by header", async () => {
  await using lasso = await TestLasso.start();
  for (
    const [path, headers] of [
      ["/rpc/ethereum?include_meta=headers", {}],
      ["/rpc/ethereum?include_meta=body", { "X-Lasso-Include-Meta": "headers" }],
    ] as const
  ) {
    const answer = await lasso.post(path, call, headers);
    assert.equal(answer.body, '{"jsonrpc":"2.0","id":7,"result":"a"}');
    const encoded = answer.headers["x-lasso-meta"] ?? "";
    assert.match(encoded, /^[A-Za-z0-9_-]+$/);
    const meta = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
    assert.deepEqual(Object.keys(meta), metaMembers);
    assert.equal(meta.request_id, answer.headers["x-lasso-request-id"]);
    assert.deepEqual(meta.selected_provider, { id: "a", protocol: "http" });
    assert.equal(meta.attempts.length, 1);
  }
  const plain = await lasso.post("/rpc/ethereum", call);
  assert.deepEqual([plain.headers["x-lasso-meta"], plain.headers["x-lasso-request-id"]], [
    undefined,
    undefined,
  ]);
});

Deno.test("include_meta=headers over max_meta_header_bytes gives only the request id", async () => {
  await using lasso = await TestLasso.start({ observability: { maxMetaHeaderBytes: 100 } });
  const answer = await lasso.post("/rpc/ethereum?include_meta=headers", call);
  assert.match(answer.headers["x-lasso-request-id"] ?? "", /^[0-9a-f]{32}$/);
  assert.equal(answer.headers["x-lasso-meta"], undefined);
});

Deno.test("include_meta=body adds lasso_meta to results and to errors", async () => {
  await using lasso = await TestLasso.start();
  for (const method of ["eth_gasPrice", "eth_sign", "eth_chainId"]) {
    const answer = await lasso.post("/rpc/eth?include_meta=body", call.replace("eth_gasPrice", method));
    const body = JSON.parse(answer.body);
    assert.deepEqual(Object.keys(body), [
      "jsonrpc",
      "id",
      method === "eth_sign" ? "error" : "result",
      "lasso_meta",
    ]);
    assert.deepEqual(Object.keys(body.lasso_meta), metaMembers);
    if (method !== "eth_gasPrice") assert.equal(body.lasso_meta.selected_provider, null);
  }
});

Deno.test("handle() answers pipelined requests in their order, whatever order the upstream has", async () => {
  const scripts = { a: node("a", ({ params: [ms] }) => ({ result: ms, afterMs: Number(ms) })).answer };
  await using lasso = await TestLasso.start({ scripts, chains: [ethereum] });
  await using client = await RawClient.connect(lasso.server.port);
  const body = (ms: number): string => `{"jsonrpc":"2.0","id":${ms},"method":"eth_getCode","params":[${ms}]}`;
  const one = (ms: number): string => requestText({ method: "POST", path: "/rpc/eth", body: body(ms) });
  await client.send(one(20) + one(0) + one(10) + requestText({ method: "GET", path: "/health" }) + one(1));
  const received = await client.until((text) => text.endsWith('"result":1}'));
  const ids = [...received.matchAll(/"id":(\d+)|"(alive)"/g)].map((match) => match[1] ?? match[2]);
  assert.deepEqual(ids, ["20", "0", "10", "alive", "1"]);
});

Deno.test("handle() gives a call up when its client leaves, and lets a broadcast go on", async () => {
  const scripts = { a: node("a", () => ({ hang: true })).answer };
  await using lasso = await TestLasso.start({ scripts, chains: [chainSettings(["a"])] });
  const upstream = lasso.upstream("a");
  for (
    const [method, params, left] of [["eth_getCode", "[]", 0], ["eth_sendRawTransaction", '["0x01"]', 1]]
  ) {
    const client = await RawClient.connect(lasso.server.port);
    const body = `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`;
    await client.send(requestText({ method: "POST", path: "/rpc/ethereum", body }));
    await lasso.until(() => upstream.count(String(method)) === 1);
    await client[Symbol.asyncDispose]();
    await lasso.until(() => lasso.server.state.connections() === 0);
    assert.equal(lasso.server.state.inFlight, left, String(method));
    assert.equal(upstream.cancelled, 1);
  }
});

Deno.test("handle() takes a transport that throws for one that failed", async () => {
  await using lasso = await TestLasso.start();
  await lasso.post("/rpc/eth", call);
  lasso.upstream("a").throwing.add("eth_gasPrice");
  const answer = await lasso.post("/rpc/eth", call);
  assert.deepEqual([answer.status, answer.body], [200, '{"jsonrpc":"2.0","id":7,"result":"b"}']);
  assert.equal(lasso.server.state.inFlight, 0);
});
