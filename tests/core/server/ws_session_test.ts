import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { chainSettings } from "../../support/fake_chain.ts";
import { FakeStreams } from "../../support/fake_streams.ts";
import { ethereum, node } from "../../support/test_lasso.ts";
import { clientFrame, rawWs, serverFrames } from "../../support/ws_client.ts";
import { callText, wsStage } from "../../support/ws_stage.ts";

const notification = '{"jsonrpc":"2.0","method":"eth_getCode"}';

Deno.test("a message is a call, its answer a message with the client's own spelling of the id", async () => {
  await using on = await wsStage();
  const ids = ["1", "1.50", "12345678901234567890123", '"a\\u0062"', "null", '"é🜁"', '"\\ud800"'];
  for (const [k, id] of ids.entries()) {
    on.client.send(`{"jsonrpc":"2.0","id": ${id} ,"method":"eth_gasPrice"}`);
    await on.client.message(k);
    assert.equal(on.client.messages[k], `{"jsonrpc":"2.0","id":${id},"result":"a"}`);
  }
  const run = on.lasso.completed.at(-1)?.run;
  assert.equal(run?.request.ingress, "ws");
});

Deno.test("binary messages are calls too, and get text", async () => {
  await using on = await wsStage();
  on.client.send(Buffer.from(callText(1)));
  assert.equal((await on.client.message(0)).result, "a");
});

Deno.test("answers come as they are ready, batches in the order of their calls", async () => {
  const scripts = { a: node("a", ({ params: [ms] }) => ({ result: ms, afterMs: Number(ms) })).answer };
  await using on = await wsStage({ scripts });
  const one = (ms: number): string => callText(ms, "eth_getCode", `[${ms}]`);
  on.client.send(
    `[${one(60)},${one(0)},17,{"jsonrpc":"2.0","method":"eth_getCode","params":[1]},${one(20)}]`,
  );
  on.client.send(one(30));
  on.client.send(one(0));
  await on.client.until(() => on.client.messages.length === 3);
  const answers = on.client.messages.map((text) => JSON.parse(text));
  assert.deepEqual([answers[0].id, answers[1].id], [0, 30]);
  const batch = answers[2] as { id: unknown; result?: unknown; error?: { code: number } }[];
  assert.deepEqual(batch.map(({ id, result, error }) => [id, result ?? error?.code]), [
    [60, 60],
    [0, 0],
    [null, -32600],
    [20, 20],
  ]);
});

Deno.test("notifications give no answer, alone or in a batch, and are done all the same", async () => {
  await using on = await wsStage();
  on.client.send(notification);
  on.client.send(`[${notification},${notification}]`);
  const answer = await on.client.ask(callText(1, "eth_chainId"));
  assert.deepEqual([answer.id, answer.result], [1, "0x1"]);
  await on.lasso.until(() => on.lasso.upstream("a").count("eth_getCode") === 3);
});

Deno.test("what is no call is refused with code, reason and request id, and the socket stays", async () => {
  await using on = await wsStage({ server: { maxBatch: 2 } });
  const cases: readonly (readonly [string, number, string, unknown])[] = [
    ["nope", -32700, "parse", null],
    ["", -32700, "parse", null],
    ["{", -32700, "parse", null],
    ["[]", -32600, "invalid_request", null],
    ["[1,2,3]", -32600, "too_large", null],
    ["17", -32600, "invalid_request", null],
    ['{"jsonrpc":"1.0","id":5,"method":"m"}', -32600, "invalid_request", 5],
    [callText(6, "eth_sign"), -32601, "refused_method", 6],
  ];
  for (const [text, code, reason, id] of cases) {
    const answer = await on.client.ask(text);
    assert.deepEqual([answer.error?.code, answer.error?.data.reason, answer.id], [code, reason, id], text);
    assert.match(String(answer.error?.data.request_id), /^[0-9a-f]{32}$/);
  }
  assert.equal((await on.client.ask(callText(1))).result, "a");
});

Deno.test("errors of the caller's own come as the node wrote them; limits say when to come again", async () => {
  const error = { code: 3, message: "execution reverted: é", data: "0x08c379a0" };
  const script = node("a", ({ method }) => method === "eth_call" ? { error } : { status: 429 });
  await using on = await wsStage({ scripts: { a: script.answer, b: script.answer } });
  assert.deepEqual((await on.client.ask(callText(1, "eth_call", "[{}]"))).error, error);
  const limited = await on.client.ask(callText(2));
  assert.equal(limited.error?.code, -32005);
  assert.ok(Number(limited.error?.data.retry_after_ms) > 0);
});

Deno.test("lasso_meta: true gives the metadata to that call only; include_meta=body to all", async () => {
  await using on = await wsStage();
  const wish = ',"lasso_meta":true';
  const { lasso_meta: meta } = await on.client.ask(callText(1, "eth_getCode", "[]", wish));
  assert.deepEqual(meta?.selected_provider, { id: "a", protocol: "http" });
  assert.equal(meta?.transport, "ws");
  assert.equal((await on.client.ask(callText(2))).lasso_meta, undefined);
  assert.equal(
    (await on.client.ask(callText(2, "eth_getCode", "[]", ',"lasso_meta":1'))).lasso_meta,
    undefined,
  );
  const failed = await on.client.ask(callText(3, "eth_sign", "[]", wish));
  assert.deepEqual([failed.error?.code, failed.lasso_meta?.selected_provider], [-32601, null]);
  on.client.send(`[${callText(4, "eth_getCode", "[]", wish)},${callText(5)}]`);
  await on.client.message(4);
  const batch = JSON.parse(on.client.messages[4]!) as { lasso_meta?: unknown }[];
  assert.deepEqual(batch.map(({ lasso_meta }) => lasso_meta !== undefined), [true, false]);
  // Over HTTP the member says nothing.
  const http = await on.lasso.post("/rpc/eth", callText(1, "eth_getCode", "[]", wish));
  assert.equal(JSON.parse(http.body).lasso_meta, undefined);
  await using all = await on.connect("/rpc/ethereum?include_meta=body");
  assert.equal((await all.ask(callText(1))).lasso_meta?.strategy, "priority");
});

Deno.test("calls beyond the server's or the socket's max_in_flight are refused, the others go on", async () => {
  const waits = node("a", ({ method }) => method === "eth_call" ? { hang: true } : { result: "0x1" });
  const chains = [chainSettings(["a"])];
  const ws = { queueBytes: 4e6, maxFrameBytes: 2e6, maxSubscriptions: 9, pingMs: 3e4, idleTimeoutMs: 3e6 };
  const server = { maxInFlight: 4, ws: { ...ws, maxInFlight: 2 } };
  await using on = await wsStage({ scripts: { a: waits.answer }, chains, server });
  on.client.send(callText(1, "eth_call"));
  on.client.send(callText(2, "eth_call"));
  const own = await on.client.ask(callText(3));
  assert.deepEqual([own.id, own.error?.code, own.error?.data.retry_after_ms], [3, -32008, 1000]);
  assert.match(own.error?.message ?? "", /connection/);
  await using other = await on.connect();
  other.send(`[${callText(4, "eth_call")},${callText(5, "eth_call")}]`);
  await using third = await on.connect();
  const shared = await third.ask(callText(6));
  assert.deepEqual([shared.id, shared.error?.code], [6, -32008]);
  assert.match(shared.error?.message ?? "", /Lasso/);
  await other[Symbol.asyncDispose]();
  await on.lasso.until(() => on.lasso.server.state.inFlight === 2);
  assert.equal((await third.ask(callText(7))).result, "0x1");
});

Deno.test("a client that leaves gives its calls up, but for a broadcast", async () => {
  const hang = node("a", () => ({ hang: true }));
  await using on = await wsStage({ scripts: { a: hang.answer }, chains: [chainSettings(["a"])] });
  const client = await on.connect();
  client.send(callText(1));
  client.send(`[${callText(2)},${callText(3)},${notification}]`);
  client.send(callText(4, "eth_sendRawTransaction", '["0x01"]'));
  const upstream = on.lasso.upstream("a");
  await on.lasso.until(() => upstream.count("eth_sendRawTransaction") + upstream.count("eth_getCode") === 5);
  await client[Symbol.asyncDispose]();
  // The notification and the broadcast go on.
  await on.lasso.until(() => on.lasso.server.state.inFlight === 2);
  assert.equal(upstream.cancelled, 3);
  on.callsLeft = 2;
});

// ---- subscriptions --------------------------------------------------------------------------------------------------

Deno.test("eth_subscribe and eth_unsubscribe go to the streams, with params as the client spelt them", async () => {
  const streams = new FakeStreams();
  await using on = await wsStage({ streams });
  const params = '[ "logs", {"address":"0xAb"} ]';
  assert.equal((await on.client.ask(callText(1, "eth_subscribe", params))).result, "0x1");
  const [fake] = streams.clients;
  assert.deepEqual([fake?.chain, fake?.params], ["ethereum", [params]]);
  streams.emit('{"number":"0x1"}');
  const event = await on.client.message(1);
  assert.deepEqual([event.method, event.params], ["eth_subscription", {
    subscription: "0x1",
    result: { number: "0x1" },
  }]);
  assert.equal((await on.client.ask(callText(2, "eth_unsubscribe", '["0x9"]'))).result, false);
  assert.equal((await on.client.ask(callText(3, "eth_unsubscribe", '["0x1"]'))).result, true);
  const labels = on.lasso.completed.map(({ run }) => [run.method, run.outcome?.kind]);
  assert.deepEqual(labels, [["eth_subscribe", "result"], ["eth_unsubscribe", "result"], [
    "eth_unsubscribe",
    "result",
  ]]);
  assert.equal(streams.clients.length, 1);
  await on.client[Symbol.asyncDispose]();
  await on.lasso.until(() => fake?.disposed === true);
});

Deno.test("eth_subscribe is refused where nobody serves it, and the socket stays", async () => {
  await using on = await wsStage();
  const { error } = await on.client.ask(callText(1, "eth_subscribe", '["newHeads"]'));
  assert.deepEqual([error?.code, error?.data.reason], [-32601, "refused_method"]);
  assert.equal((await on.client.ask(callText(2))).result, "a");
});

Deno.test("an event that comes with the acknowledgement stands behind it", async () => {
  const streams = new FakeStreams();
  streams.held = [];
  await using on = await wsStage({ streams });
  on.client.send(callText(1, "eth_subscribe", '["newHeads"]'));
  await on.lasso.until(() => streams.held?.length === 1);
  streams.held[0]?.();
  streams.emit('"first"');
  streams.emit('"second"');
  await on.client.until(() => on.client.messages.length === 3);
  const seen = on.client.messages.map((text) => JSON.parse(text)).map(({ result, params }) =>
    result ?? params.result
  );
  assert.deepEqual(seen, ["0x1", "first", "second"]);
});

Deno.test("eth_subscribe in a batch: events wait till the batch is answered, those of others do not", async () => {
  const streams = new FakeStreams();
  const slow = node("a", ({ method }) => method === "eth_call" ? { hang: true } : { result: "a" });
  await using on = await wsStage({ streams, scripts: { a: slow.answer, b: slow.answer } });
  await using other = await on.connect();
  await other.ask(callText(1, "eth_subscribe", '["newHeads"]'));
  streams.held = [];
  on.client.send(`[${callText(1)},${callText(2, "eth_subscribe", '["newHeads"]')}]`);
  await on.lasso.until(() => streams.held?.length === 1);
  const acknowledge = streams.held[0]!;
  streams.held = null;
  // A second batch whose subscription is acknowledged at once, but that has another call under way.
  on.client.send(`[${callText(3, "eth_subscribe", '["newHeads"]')},${callText(4, "eth_call")}]`);
  await on.lasso.until(() => streams.clients[1]?.count === 1);
  streams.emit('"early"');
  await other.message(1);
  acknowledge();
  assert.deepEqual((await on.client.message(0)) as unknown, [
    { jsonrpc: "2.0", id: 1, result: "a" },
    { jsonrpc: "2.0", id: 2, result: "0x3" },
  ]);
  streams.emit('"late"');
  assert.equal((await other.message(2)).params?.result, "late");
  assert.equal(on.client.messages.length, 1);
});

Deno.test("a subscription that is acknowledged after its client left goes nowhere", async () => {
  const streams = new FakeStreams();
  streams.held = [];
  await using on = await wsStage({ streams });
  const client = await on.connect();
  client.send(callText(1, "eth_subscribe", '["newHeads"]'));
  await on.lasso.until(() => streams.held?.length === 1);
  await client[Symbol.asyncDispose]();
  await on.lasso.until(() => streams.clients[0]?.disposed === true);
  streams.held[0]?.();
  streams.emit('"x"');
  assert.deepEqual(on.lasso.completed.map(({ run }) => run.outcome?.kind), ["refusal"]);
});

Deno.test("close() of the streams ends the socket with code and reason, behind what was sent before", async () => {
  const streams = new FakeStreams();
  await using on = await wsStage({ streams, chains: [ethereum] }, "/rpc/ethereum?gaps=notify");
  await on.client.ask(callText(1, "eth_subscribe", '["newHeads"]'));
  const [fake] = streams.clients;
  assert.equal(fake?.socket.gaps, "notify");
  streams.emit('"last"');
  fake.socket.close(1012, `gap: ${"é".repeat(100)}`);
  streams.emit('"never"');
  const { code, reason } = await on.client.closed();
  assert.equal(code, 1012);
  assert.ok(reason.startsWith("gap: éé") && Buffer.byteLength(reason) <= 123);
  assert.deepEqual(on.client.messages.length, 2);
  assert.equal(fake.disposed, true);
});

Deno.test("a shared message is framed once, and all sockets get the same bytes", async () => {
  const streams = new FakeStreams();
  await using on = await wsStage({ streams });
  const raws = await Promise.all([1, 2, 3].map(() => rawWs(on.lasso.server.port, "/rpc/eth")));
  for (const raw of raws) await raw.send(clientFrame(callText(1, "eth_subscribe", '["newHeads"]')));
  for (const raw of raws) {
    await raw.until((received) => serverFrames(received).length === 1);
    raw.take();
  }
  const first = streams.emit('"é"'.replace("é", "\xc3\xa9"));
  const { frame } = first;
  assert.ok(frame !== null);
  for (const raw of raws) {
    await raw.until((received) => received.length === frame.length);
    assert.deepEqual(Buffer.from(raw.received, "latin1"), Buffer.from(frame));
    const [only] = serverFrames(raw.received);
    assert.deepEqual([only?.opcode, only?.fin, only?.payload], [1, true, first.text]);
    await raw[Symbol.asyncDispose]();
  }
  assert.equal(first.frame, frame);
});
