import assert from "node:assert/strict";
import { metadataOf } from "../../../core/routing/metadata.ts";
import { requestLine } from "../../../core/routing/request_log.ts";
import { wireToText } from "../../../core/rpc/wire.ts";
import { answers, Drain, type FakeRouter, fakeRouter, type Scripted } from "../../support/fake_router.ts";

const wanted = { includeParamsDigest: true, maxErrorMessageChars: 256 };
const wallMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

// deno-lint-ignore no-explicit-any -- a parsed line is looked at member by member
type Line = any;

async function line(
  answer: Scripted,
  settings = wanted,
  method = "eth_call",
  params: string | null = "[1]",
): Promise<Line> {
  await using lasso = await fakeRouter({
    nodes: { a: answers(method, answer) },
    chain: { retry: { rounds: 1, backoffMs: 1, maxBackoffMs: 1 } },
  });
  await lasso.call(method, params);
  return lineOf(lasso, settings);
}

function lineOf(lasso: FakeRouter, settings = wanted): Line {
  const { run, streamFailure } = lasso.completed.at(-1)!;
  const text = wireToText(requestLine(run, wallMs, settings, streamFailure));
  assert.ok(!/secret-key|https?:\/\/[^/"]*\/(?!\*\*\*)/.test(text), text);
  return JSON.parse(text);
}

Deno.test("requestLine() has the shape that the log promises", async () => {
  const { params_digest, ...rest } = await line({ result: "0x1" });
  assert.match(params_digest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    ts: "2026-01-02T03:04:05.678Z",
    level: "info",
    event: "rpc.request.completed",
    request_id: "r1",
    strategy: "priority",
    chain: "ethereum",
    transport: "http",
    jsonrpc_method: "eth_call",
    params_present: true,
    routing: {
      candidate_providers: ["a:http"],
      selected_provider: { id: "a", protocol: "http" },
      selection_latency_ms: 0,
      retries: 0,
      circuit_breaker_state: "closed",
    },
    timing: { upstream_latency_ms: 0, end_to_end_latency_ms: 0 },
    response: { status: "success", result_type: "string" },
  });
});

Deno.test("requestLine() names the type of every result", async () => {
  for (
    const [result, type] of [["{}", "object"], ["[]", "array"], ["null", "null"], ["true", "boolean"], [
      "-1",
      "number",
    ]]
  ) {
    const { response } = await line({ body: `{"id":${await nextId()},"result": ${result}}` });
    assert.equal(response.result_type, type);
  }
});

/** Ids of a fresh channel are the same in every run; the probes at the start take the first ones. */
async function nextId(): Promise<number> {
  await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", { result: 1 }) } });
  await lasso.call("eth_call");
  return lasso.transport("a").calls.find((call) => call.method === "eth_call")!.id;
}

Deno.test("requestLine() leaves the digest out where it is not wanted or there are no params", async () => {
  assert.ok(!("params_digest" in await line({ result: 1 }, { ...wanted, includeParamsDigest: false })));
  const none = await line({ result: 1 }, wanted, "eth_call", null);
  assert.ok(!("params_digest" in none));
  assert.equal(none.params_present, false);
});

Deno.test("requestLine() tells the caller's own error with its category", async () => {
  const { level, routing, response } = await line({
    error: { code: 3, message: 'execution reverted: "ü"\n' },
    afterMs: 20,
  });
  assert.equal(level, "info");
  assert.deepEqual(routing.selected_provider, { id: "a", protocol: "http" });
  assert.deepEqual(response, {
    status: "error",
    result_type: "error",
    error: { code: 3, message: 'execution reverted: "ü"\n', category: "revert" },
  });
});

Deno.test("requestLine() cuts errors and masks what may be secret", async () => {
  const message = `execution reverted at https://rpc.example/v2/0123456789abcdef with secret-key-of-a ${
    "x".repeat(500)
  }`;
  const { response } = await line({ error: { code: 3, message } });
  assert.equal(response.error.message.length, 256);
  assert.match(response.error.message, /\*\*\*/);
  const short = await line({ error: { code: 3, message } }, { ...wanted, maxErrorMessageChars: 10 });
  assert.equal(short.response.error.message, "execution ");
});

Deno.test("requestLine() tells a refusal of Lasso's own", async () => {
  const { level, routing, response } = await line({
    failure: { code: "refused", message: "no way to https://a.example/v2/secret-key-of-a", sent: false },
  });
  assert.equal(level, "warn");
  assert.equal(routing.selected_provider, null);
  assert.equal(routing.circuit_breaker_state, null);
  assert.equal(response.error.code, -32000);
  assert.equal(response.error.category, "transport");
});

Deno.test("requestLine() tells a call that Lasso answered, and one that the client left", async () => {
  await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", { hang: true }) } });
  await lasso.call("eth_chainId");
  const own = lineOf(lasso);
  assert.deepEqual([own.routing.candidate_providers, own.routing.selected_provider], [[], null]);
  assert.equal(own.response.status, "success");
  const pending = lasso.start("eth_call");
  await lasso.clock.advance(40);
  pending.run?.cancel();
  const left = lineOf(lasso);
  assert.equal(left.response.error.category, "cancelled");
  assert.equal(left.timing.end_to_end_latency_ms, 40);
});

Deno.test("requestLine() tells a streamed answer, whole, cut and left", async () => {
  const stream = (ending?: "stall" | { code: "eof"; message: string; sent: boolean }): Scripted => ({
    stream: {
      head: '{"id":ID,"result":"',
      chunks: ["x".repeat(400), '"}'],
      ...(ending === undefined ? {} : { ending }),
    },
  });
  const run = async (answer: Scripted, leaves: boolean): Promise<Line> => {
    await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", answer) } });
    const call = await lasso.call("eth_call");
    assert.ok(call.outcome?.kind === "stream");
    call.outcome.stream.pipe(new Drain());
    await lasso.clock.advance(5);
    if (leaves) call.run?.cancel();
    return lineOf(lasso).response;
  };
  assert.deepEqual(await run(stream(), false), { status: "success", result_type: "stream" });
  const cut = await run(
    stream({ code: "eof", message: "closed by https://x.example/secret-key-of-a", sent: true }),
    false,
  );
  assert.equal(cut.error.category, "transport");
  assert.equal(cut.error.code, -32000);
  assert.equal((await run(stream("stall"), true)).error.category, "cancelled");
});

Deno.test("requestLine() is JSON whatever the client calls its method", async () => {
  for (const method of ['eth_"\\\n\u0000', "ü\u{1f600}\ud800", "x".repeat(5_000), "other"]) {
    const told = await line({ result: 1 }, wanted, method);
    assert.ok(told.jsonrpc_method.length <= 128);
    assert.equal(
      told.jsonrpc_method.slice(0, 5).replace(/[\ud800\ufffd]/g, ""),
      method.slice(0, 5).replace(/\ud800/g, ""),
    );
  }
});

Deno.test("metadataOf() has every member that clients are promised", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("eth_call", { failure: "refused" }),
      b: answers("eth_call", { result: 1, afterMs: 30 }),
    },
  });
  const receivedAt = lasso.clock.now();
  await lasso.clock.advance(2);
  const { run } = await lasso.call("eth_call", "[]", { receivedAt });
  assert.deepEqual(metadataOf(run!, run!.selectionReason()), {
    version: 1,
    request_id: "r1",
    strategy: "priority",
    chain: "ethereum",
    transport: "http",
    candidate_providers: ["a:http", "b:http"],
    selected_provider: { id: "b", protocol: "http" },
    selection_reason: run!.selectionReason(),
    selection_latency_ms: 0,
    upstream_latency_ms: 30,
    end_to_end_latency_ms: 32,
    overhead_ms: 2,
    retries: 1,
    circuit_breaker_state: "closed",
    attempts: [
      { provider: "a", transport: "http", ms: 0, outcome: "transport" },
      { provider: "b", transport: "http", ms: 30, outcome: "ok" },
    ],
  });
  assert.match(run!.selectionReason(), /^failover; ./);
});

Deno.test("metadataOf() marks an answer from behind, and a call that Lasso answered", async () => {
  await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", { result: 1 }) } });
  lasso.route.chain.served = 105;
  const behind = await lasso.call("eth_call", '[{},"latest"]');
  assert.equal(metadataOf(behind.run!, "").behind, true);
  const own = await lasso.call("eth_chainId");
  const meta = metadataOf(own.run!, own.run!.selectionReason());
  assert.deepEqual([meta.selected_provider, meta.candidate_providers, meta.selection_reason], [
    null,
    [],
    "answered by Lasso",
  ]);
});
