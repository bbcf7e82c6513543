import assert from "node:assert/strict";
import { readAnswer, requestText } from "../../support/http_exchange.ts";
import { RawClient } from "../../support/raw_client.ts";
import { node, TestLasso } from "../../support/test_lasso.ts";
import { longBodies, longHead, type TestBody } from "../../support/test_upstream.ts";

function item(id: string, method = "eth_getCode", params = "[]"): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;
}

const notification = '{"jsonrpc":"2.0","method":"eth_getCode"}';

Deno.test("writeBatch() keeps the order of the calls, whatever order the answers have", async () => {
  const scripts = { a: node("a", ({ params: [ms] }) => ({ result: ms, afterMs: Number(ms) })).answer };
  await using lasso = await TestLasso.start({ scripts });
  const body = ["20", "0", "10"].map((ms) => item(ms, "eth_getCode", `[${ms}]`)).join(" , ");
  const answer = await lasso.post("/rpc/ethereum", ` [ ${body} ] `);
  const one = (ms: number): string => `{"jsonrpc":"2.0","id":${ms},"result":${ms}}`;
  assert.deepEqual([answer.status, answer.body], [200, `[${one(20)},${one(0)},${one(10)}]`]);
  assert.equal(lasso.upstream("a").peak >= 3, true);
});

Deno.test("writeBatch() answers good items among bad ones and among notifications", async () => {
  await using lasso = await TestLasso.start();
  const items = [item('"é\\u0062"'), "17", notification, item("[1]"), item("1.0", "eth_sign"), item("null")];
  const answer = await lasso.post("/rpc/ethereum", `[${items.join(",")}]`);
  assert.equal(answer.status, 200);
  assert.ok(answer.body.startsWith('[{"jsonrpc":"2.0","id":"é\\u0062","result":"a"},'));
  const answers = JSON.parse(answer.body) as { id: unknown; result?: unknown; error?: { code: number } }[];
  assert.deepEqual(answers.map(({ id, result, error }) => [id, result ?? error?.code]), [
    ["éb", "a"],
    [null, -32600],
    [null, -32600],
    [1, -32601],
    [null, "a"],
  ]);
  await lasso.until(() => lasso.upstream("a").count("eth_getCode") === 3);
});

Deno.test("writeBatch() answers a batch of notifications with 204, a single item with an array", async () => {
  await using lasso = await TestLasso.start();
  const none = await lasso.post("/rpc/ethereum", `[${notification},${notification}]`);
  assert.deepEqual([none.status, none.body], [204, ""]);
  await lasso.until(() => lasso.upstream("a").count("eth_getCode") === 2);
  const one = await lasso.post("/rpc/ethereum", `[${item("1")}]`);
  assert.equal(one.body, '[{"jsonrpc":"2.0","id":1,"result":"a"}]');
  const bad = await lasso.post("/rpc/ethereum", `[${notification},{}]`);
  assert.equal(bad.status, 200);
  assert.equal(JSON.parse(bad.body).length, 1);
});

Deno.test("writeBatch() is 200 though items were refused, each with its own reason", async () => {
  const scripts = { a: node("a", () => ({ status: 429, retryAfterMs: 60_000 })).answer };
  await using lasso = await TestLasso.start({ scripts: { a: scripts.a, b: scripts.a } });
  const answer = await lasso.post("/rpc/ethereum", `[${item("1")},${item("2", "eth_chainId")}]`);
  assert.deepEqual([answer.status, answer.headers["retry-after"]], [200, undefined]);
  const [limited, own] = JSON.parse(answer.body);
  assert.deepEqual([limited.error.code, limited.error.data.reason], [-32005, "rate_limited"]);
  assert.equal(limited.error.data.retry_after_ms > 0, true);
  assert.equal(own.result, "0x1");
});

Deno.test("writeBatch() gives metadata per item in the body, and only the request id in headers", async () => {
  await using lasso = await TestLasso.start();
  const body = `[${item("1")},${item("2")},3]`;
  const headers = await lasso.post("/rpc/ethereum?include_meta=headers", body);
  assert.match(headers.headers["x-lasso-request-id"] ?? "", /^[0-9a-f]{32}$/);
  assert.equal(headers.headers["x-lasso-meta"], undefined);
  const inBody = JSON.parse((await lasso.post("/rpc/ethereum?include_meta=body", body)).body);
  const ids = [inBody[0].lasso_meta.request_id, inBody[1].lasso_meta.request_id];
  assert.notEqual(ids[0], ids[1]);
  assert.equal(inBody[2].lasso_meta, undefined);
});

// ---- long answers ---------------------------------------------------------------------------------------------------

const piece = "p".repeat(50_000);

interface Long {
  readonly lasso: TestLasso;
  readonly client: RawClient;
  /** In the order of the calls. */
  readonly bodies: readonly TestBody[];
}

/** Posts a batch whose eth_getLogs items get long answers; `check` is called once all of them are on their way. */
async function withLong(items: string, count: number, check: (long: Long) => Promise<void>): Promise<void> {
  await using lasso = await TestLasso.start();
  const bodies = longBodies(lasso.upstream("a"), "eth_getLogs");
  await using client = await RawClient.connect(lasso.server.port);
  await client.send(requestText({ method: "POST", path: "/rpc/eth?include_meta=none", body: items }));
  await lasso.until(() => bodies.length === count && bodies[0]?.piped === true);
  await check({ lasso, client, bodies });
}

const mixed = `[${item("1")},${item("2", "eth_getLogs")},${item("3")},${item("4", "eth_getLogs")},${
  item("5")
}]`;

Deno.test("writeBatch() streams long answers among short ones, in order, one after the other", async () => {
  await withLong(mixed, 2, async ({ client, bodies }) => {
    // The second one is complete at its upstream, and waits.
    bodies[1]?.push('4"}').end();
    bodies[0]?.push(piece);
    await client.until((received) => received.includes("pppp"));
    assert.equal(bodies[1]?.piped, false);
    bodies[0]?.push('2"}').end();
    const answer = readAnswer(await client.until((received) => received.endsWith("\r\n0\r\n\r\n")));
    assert.deepEqual([answer.status, answer.chunked, answer.complete], [200, true, true]);
    const one = (id: number, result: string): string => `{"jsonrpc":"2.0","id":${id},"result":"${result}"}`;
    const parts = [
      one(1, "a"),
      one(2, `${longHead}${piece}2`),
      one(3, "a"),
      one(4, `${longHead}4`),
      one(5, "a"),
    ];
    assert.equal(answer.body, `[${parts.join(",")}]`);
  });
});

Deno.test("writeBatch() cuts the whole answer where one long part was cut, and gives the others up", async () => {
  await withLong(mixed, 2, async ({ lasso, client, bodies }) => {
    bodies[0]?.push(piece).fail();
    assert.equal(readAnswer(await client.untilEnd()).complete, false);
    await lasso.until(() => bodies[1]?.cancelled === true);
    assert.equal(lasso.server.state.inFlight, 0);
  });
});

Deno.test("writeBatch() gives everything up when the client leaves", async () => {
  await withLong(mixed, 2, async ({ lasso, client, bodies }) => {
    client.socket.destroy();
    await lasso.until(() => bodies.every((body) => body.cancelled));
  });
});

Deno.test("writeBatch() gives up what is under way when the client leaves before the answer", async () => {
  const scripts = { a: node("a", () => ({ hang: true })).answer };
  await using lasso = await TestLasso.start({ scripts });
  const client = await RawClient.connect(lasso.server.port);
  const body = `[${item("1")},${item("2")},${notification}]`;
  await client.send(requestText({ method: "POST", path: "/rpc/eth", body }));
  await lasso.until(() => lasso.upstream("a").count("eth_getCode") === 3);
  await client[Symbol.asyncDispose]();
  // The notification goes on.
  await lasso.until(() => lasso.server.state.inFlight === 1);
  assert.equal(lasso.upstream("a").cancelled, 2);
});
