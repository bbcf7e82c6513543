// Two channels per provider: how calls are spread over HTTP and WebSocket, and what a failure of one means for the other.

import assert from "node:assert/strict";
import type { Order, Restriction } from "../../../core/routing/selection.ts";
import { methodInfo } from "../../../core/rpc/methods.ts";
import { explain } from "../../../core/routing/explain.ts";
import { metadataOf } from "../../../core/routing/metadata.ts";
import { requestLine } from "../../../core/routing/request_log.ts";
import { transactionHash } from "../../../core/rpc/tx_hash.ts";
import {
  answers,
  type FakeRouter,
  fakeRouter,
  type NodeScript,
  type Pending,
  type Scripted,
} from "../../support/fake_router.ts";

const params = '[{"to":"0x1"},"0x10"]';
const says = (result: string, afterMs?: number): NodeScript =>
  answers("eth_call", { result, ...(afterMs === undefined ? {} : { afterMs }) });
const nodes = { a: says("a:http"), b: says("b:http") };
const wsNodes = { a: says("a:ws"), b: says("b:ws") };

/** `provider:transport:outcome` of each attempt. */
function tried(call: Pending): string[] {
  return call.run?.attempts.map(({ provider, transport, outcome }) =>
    `${provider}:${transport}:${outcome}`
  ) ?? [];
}

async function share(lasso: FakeRouter, method: string, calls: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let n = 0; n < calls; n++) {
    const call = await lasso.call(method, params);
    const id = call.run?.selected?.id ?? "none";
    counts[id] = (counts[id] ?? 0) + 1;
    await lasso.clock.advance(300); // Beyond the time that an order is kept.
  }
  return counts;
}

Deno.test("Run ranks the channels of a provider side by side, per method, by what is measured", async () => {
  const takes = (callMs: number, logsMs: number): NodeScript => ({ method }) =>
    method === "eth_call"
      ? { result: "0x1", afterMs: callMs }
      : method === "eth_getCode"
      ? { result: "0x2", afterMs: logsMs }
      : undefined;
  await using lasso = await fakeRouter({
    nodes: { a: takes(60, 5) },
    wsNodes: { a: takes(5, 60) },
    chain: { strategy: "fastest" },
  });
  for (const method of ["eth_call", "eth_getCode"]) await share(lasso, method, 80); // Both are measured by exploration.
  const calls = await share(lasso, "eth_call", 40);
  assert.ok((calls["a:ws"] ?? 0) >= 36, JSON.stringify(calls));
  const codes = await share(lasso, "eth_getCode", 40);
  assert.ok((codes["a:http"] ?? 0) >= 36, JSON.stringify(codes));
});

Deno.test("Run obeys the transport that a request asks for", async () => {
  await using lasso = await fakeRouter({ nodes, wsNodes: { b: says("b:ws") } });
  const ask = async (transport: "http" | "ws", provider: string | null = null): Promise<Pending> =>
    await lasso.call("eth_call", params, { restriction: { provider, transport } });
  assert.equal((await ask("http")).result, '"a:http"');
  assert.equal((await ask("ws")).result, '"b:ws"');
  const none = await ask("ws", "a");
  assert.equal(none.error.data?.reason, "unsupported");
  assert.match(none.error.message, /has the transport that was asked for/);
});

Deno.test("priority puts HTTP before WebSocket of the same provider, and both before the next provider", async () => {
  await using lasso = await fakeRouter({ nodes, wsNodes });
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"a:http"');
  assert.deepEqual(call.run?.order?.names, ["a:http", "a:ws", "b:http", "b:ws"]);
});

Deno.test("round_robin goes over all channels", async () => {
  await using lasso = await fakeRouter({ nodes, wsNodes, chain: { strategy: "round_robin" } });
  assert.deepEqual(await share(lasso, "eth_call", 8), { "a:http": 2, "a:ws": 2, "b:http": 2, "b:ws": 2 });
});

Deno.test("Run takes each channel once a round", async () => {
  const fails: NodeScript = answers("eth_call", { failure: "reset" });
  await using lasso = await fakeRouter({
    nodes: { a: fails, b: fails },
    wsNodes: { a: fails, b: fails },
    chain: { retry: { rounds: 1, backoffMs: 100_000, maxBackoffMs: 100_000 } },
  });
  const call = await lasso.call("eth_call", params);
  const each = ["a:http:transport", "a:ws:transport", "b:http:transport", "b:ws:transport"];
  assert.deepEqual(tried(call).slice(0, 4).toSorted(), each);
  assert.equal(call.error.data?.reason, "transport");
});

const elsewhere: Readonly<Record<string, Scripted>> = {
  "a rate limit": { status: 429, body: "" },
  "a used-up quota": { error: { code: -32005, message: "daily request count exceeded" } },
  "a refused key": { status: 401, body: "" },
};

for (const [name, answer] of Object.entries(elsewhere)) {
  Deno.test(`Run does not follow ${name} with the same provider's other channel`, async () => {
    await using lasso = await fakeRouter({
      nodes: { a: answers("eth_call", answer), b: says("b:http") },
      wsNodes: { a: says("a:ws") },
    });
    const call = await lasso.call("eth_call", params);
    assert.equal(call.result, '"b:http"');
    const alone = await lasso.call("eth_call", params, { restriction: { provider: "b", transport: null } });
    assert.equal(alone.result, '"b:http"');
    assert.equal(lasso.transport("a:ws").count("eth_call"), 0);
  });

  Deno.test(`Run asks the other channel neither after ${name} when no other provider is there`, async () => {
    await using lasso = await fakeRouter({
      nodes: { a: answers("eth_call", answer) },
      wsNodes: { a: says("a:ws") },
      chain: { timeoutMs: 3_000 },
    });
    await lasso.call("eth_call", params);
    assert.equal(lasso.transport("a:ws").count("eth_call"), 0);
  });
}

Deno.test("Run tries another provider first after an answer that its other channel would give too", async () => {
  for (
    const answer of [
      { error: { code: -32000, message: "missing trie node" } },
      { error: { code: -32000, message: "the moon is full" } }, // Only one other channel is tried after this.
      { status: 503, body: "" },
    ] satisfies Scripted[]
  ) {
    await using lasso = await fakeRouter({
      nodes: { a: answers("eth_call", answer), b: says("b:http") },
      wsNodes: { a: says("a:ws") },
    });
    assert.equal((await lasso.call("eth_call", params)).result, '"b:http"');
    assert.equal(lasso.transport("a:ws").count("eth_call"), 0);
  }
});

Deno.test("Run tries another provider first when a connection failed, and the other channel before it gives up", async () => {
  for (const [b, expected] of [["b:http", ["b:http:ok"]], [null, ["b:http:transport", "a:ws:ok"]]] as const) {
    await using lasso = await fakeRouter({
      nodes: {
        a: answers("eth_call", { failure: "reset" }),
        b: b === null ? answers("eth_call", { failure: "refused" }) : says(b),
      },
      wsNodes: { a: says("a:ws") },
    });
    const started = lasso.clock.now();
    const call = await lasso.call("eth_call", params);
    assert.deepEqual([call.result, tried(call)], [`"${b ?? "a:ws"}"`, ["a:http:transport", ...expected]]);
    assert.equal(call.doneAt, started);
  }
});

Deno.test("Run starts another provider's channel beside a slow one, and the same one's only where there is no other", async () => {
  const slow = says("slow", 9_000);
  await using two = await fakeRouter({ nodes: { a: slow, b: says("b:http") }, wsNodes });
  const call = await two.call("eth_call", params);
  assert.equal(call.result, '"b:http"');
  assert.equal(two.transport("a:ws").count("eth_call"), 0);
  await using one = await fakeRouter({ nodes: { a: slow }, wsNodes: { a: says("a:ws") } });
  assert.equal((await one.call("eth_call", params)).result, '"a:ws"');
});

Deno.test("Run comes back to a channel that was passed over beside a slow one", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: says("slow", 9_000), b: answers("eth_call", { failure: "reset" }) },
    wsNodes: { a: says("a:ws") },
  });
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"a:ws"');
  assert.deepEqual(tried(call), ["b:http:transport", "a:ws:ok", "a:http:cancelled"]);
});

// ---- broadcast ----------------------------------------------------------------------------------------------------

const send = "eth_sendRawTransaction";
const raw =
  "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";
const hash = transactionHash(raw);
const takes: NodeScript = answers(send, { result: hash, afterMs: 50 });

function sent(lasso: FakeRouter): string[] {
  return [...lasso.transports].filter(([, transport]) => transport.count(send) > 0).map(([key]) => key)
    .toSorted();
}

Deno.test("Run broadcasts to as many providers as it should, never to both channels of one", async () => {
  for (const strategy of ["priority", "round_robin", "fastest"]) {
    await using lasso = await fakeRouter({
      nodes: { a: takes, b: takes, c: takes, d: takes },
      wsNodes: { a: takes, b: takes, c: takes, d: takes },
      chain: { strategy, sendFanout: 3 },
    });
    const call = await lasso.call(send, `["${raw}"]`);
    assert.equal(call.result, `"${hash}"`);
    await lasso.clock.advance(100);
    const providers = sent(lasso).map((key) => key.replace(":ws", ""));
    assert.deepEqual([providers.length, new Set(providers).size], [3, 3], `${strategy}: ${sent(lasso)}`);
  }
});

Deno.test("Run broadcasts once to a single provider with two channels", async () => {
  await using lasso = await fakeRouter({ nodes: { a: takes }, wsNodes: { a: takes } });
  assert.equal((await lasso.call(send, `["${raw}"]`)).result, `"${hash}"`);
  assert.deepEqual(sent(lasso), ["a"]);
});

Deno.test("Run does not repeat a rejected broadcast over the other channel, but one that never left", async () => {
  const rejects = answers(send, { error: { code: -32000, message: "txpool is full" } });
  await using full = await fakeRouter({ nodes: { a: rejects }, wsNodes: { a: takes } });
  assert.match((await full.call(send, `["${raw}"]`)).error.message, /txpool is full/);
  assert.deepEqual(sent(full), ["a"]);
  const down = answers(send, { failure: { code: "refused", message: "refused", sent: false } });
  await using broken = await fakeRouter({ nodes: { a: down }, wsNodes: { a: takes } });
  assert.equal((await broken.call(send, `["${raw}"]`)).result, `"${hash}"`);
});

Deno.test("Run waits for a broadcast that is under way before it uses the provider's other channel", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers(send, { failure: "reset", afterMs: 400 }), b: answers(send, { failure: "reset" }) },
    wsNodes: { a: takes },
    chain: { sendFanout: 2 },
  });
  const pending = lasso.start(send, `["${raw}"]`);
  await lasso.clock.advance(300);
  assert.equal(lasso.transport("a:ws").count(send), 0); // b failed at once, a is under way.
  await lasso.until(pending);
  assert.equal(pending.result, `"${hash}"`);
  assert.equal(lasso.transport("a:ws").count(send), 1);
});

// ---- one channel out of order -------------------------------------------------------------------------------------

function trip(lasso: FakeRouter, id: string): void {
  const { breaker } = lasso.channel(id);
  for (let count = 0; count < 5; count++) breaker.failure(breaker.begin(), "test");
  assert.equal(breaker.kind, "open");
}

Deno.test("Run: an open breaker of one channel leaves the other in use", async () => {
  for (const [broken, other] of [["a:http", "a:ws"], ["a:ws", "a:http"]] as const) {
    await using lasso = await fakeRouter({ nodes: { a: nodes.a }, wsNodes: { a: wsNodes.a } });
    trip(lasso, broken);
    assert.equal((await lasso.call("eth_call", params)).result, `"${other}"`);
    assert.equal(lasso.channel(other).breaker.kind, "closed");
  }
});

Deno.test("Run passes over a WebSocket channel without a connection, at no cost of time", async () => {
  await using lasso = await fakeRouter({ nodes, wsNodes, chain: { health: noProbes } });
  const viaWs = { restriction: { provider: "a", transport: null } } as const;
  trip(lasso, "a:http"); // Now the other one is first.
  assert.equal((await lasso.call("eth_call", params, viaWs)).result, '"a:ws"');
  lasso.transport("a:ws").connections = 0;
  assert.equal(lasso.channel("a:ws").softObstacle("eth_call"), "disconnected");
  const asked = lasso.transport("a:ws").count("eth_call");
  assert.equal((await lasso.call("eth_call", params)).result, '"b:http"');
  assert.equal(lasso.transport("a:ws").count("eth_call"), asked);
});

const noProbes = { intervalMs: 0, timeoutMs: 3_000, maxLagMs: 5_000, maxLagBlocks: 5 };

Deno.test("Run tries a WebSocket channel without a connection before a call fails", async () => {
  const down = answers("eth_call", { failure: "refused" });
  await using lasso = await fakeRouter({
    nodes: { a: down },
    wsNodes: { a: says("a:ws") },
    chain: { health: noProbes },
  });
  lasso.transport("a:ws").connections = 0;
  assert.equal((await lasso.call("eth_call", params)).result, '"a:ws"');
});

Deno.test("Run sends nothing over a WebSocket of another chain", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { failure: "refused" }) },
    wsNodes: { a: (call) => call.method === "eth_chainId" ? { result: "0x5" } : says("a:ws")(call) },
    chain: { timeoutMs: 1_000 },
  });
  const call = await lasso.call("eth_call", params);
  assert.equal(call.error.data?.reason, "transport");
  assert.equal(lasso.transport("a:ws").count("eth_call"), 0);
  const pinned = await lasso.call("eth_call", params, { restriction: { provider: null, transport: "ws" } });
  assert.equal(pinned.error.data?.reason, "wrong_chain");
  assert.match(pinned.error.message, /a answers chain id 5 over WebSocket, expected 1/);
  const told = explain(lasso.route, "eth_call", params, null, null).candidates.find(({ id }) =>
    id === "a:ws"
  );
  assert.equal(told?.excluded, "quarantined: answers chain id 5 over WebSocket, expected 1");
});

Deno.test("Run: what holds for a provider holds for both channels", async () => {
  const c = says("c:http");
  await using lasso = await fakeRouter({ nodes: { ...nodes, c }, wsNodes, heads: { a: 50 } });
  await lasso.clock.advance(10_000);
  assert.ok(lasso.channel("a").provider.lagging);
  const call = await lasso.call("eth_call", params);
  assert.deepEqual(call.run?.order?.names, ["b:http", "b:ws", "c:http", "a:http", "a:ws"]);
  const { candidate } = lasso.channel("a:ws");
  assert.deepEqual([candidate.head, candidate.lagBlocks], [50, 50]);
});

// ---- what a call leaves behind ------------------------------------------------------------------------------------

Deno.test("Run names the channel in metadata, log line and measurements, and charges a call once", async () => {
  const cost = { perCall: 7, methods: {}, usdPerMillion: null, monthlyQuota: 1000 };
  await using lasso = await fakeRouter({ nodes, wsNodes, providers: { a: { cost } } });
  lasso.measure.setQuota("a", 1000);
  trip(lasso, "a:http");
  const call = await lasso.call("eth_call", params, { restriction: { provider: "a", transport: null } });
  const meta = metadataOf(call.run!, call.run!.selectionReason());
  assert.deepEqual(meta.candidate_providers, ["a:ws", "a:http"]);
  assert.deepEqual(meta.selected_provider, { id: "a", protocol: "ws" });
  assert.deepEqual(meta.attempts.map(({ provider, transport }) => [provider, transport]), [["a", "ws"]]);
  assert.equal(meta.transport, "http"); // How the client came.
  const line = requestLine(call.run!, 1, { includeParamsDigest: false, maxErrorMessageChars: 256 }, null);
  assert.deepEqual(JSON.parse(line).routing.selected_provider, { id: "a", protocol: "ws" });
  const own = lasso.recorded.filter(({ method }) => method === "eth_call");
  assert.deepEqual(own.map(({ provider, transport }) => `${provider}:${transport}`), ["a:ws"]);
  for (const id of ["a:http", "a:ws"]) {
    assert.deepEqual(lasso.measure.quota(lasso.channel(id).candidate)?.used, 7);
  }
});

Deno.test("Run learns the provider's height from an answer over WebSocket", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_blockNumber", { result: "0x64" }) },
    wsNodes: { a: answers("eth_blockNumber", { result: "0x66" }) },
  });
  const call = await lasso.call("eth_blockNumber", "[]", {
    restriction: { provider: null, transport: "ws" },
  });
  assert.equal(call.result, '"0x66"');
  assert.equal(lasso.channel("a:http").candidate.head, 102);
});

Deno.test("explain() shows both channels, with what speaks against each", async () => {
  await using lasso = await fakeRouter({ nodes, wsNodes: { a: wsNodes.a } });
  trip(lasso, "a:ws");
  const told = explain(lasso.route, "eth_call", params, null, null).candidates;
  assert.deepEqual(told.map(({ id, transport, place, set_back }) => [id, transport, place, set_back]), [
    ["a:http", "http", 1, null],
    ["b:http", "http", 2, null],
    ["a:ws", "ws", 3, "breaker_open"],
  ]);
});

Deno.test("Selection.order() keeps the order of one transport, apart from the order of all", async () => {
  await using lasso = await fakeRouter({ nodes: { a: says("a:http") }, wsNodes: { a: says("a:ws") } });
  const info = methodInfo("eth_call");
  const order = (limit: Restriction | null): Order =>
    lasso.route.selection.order("fastest", "eth_call", info, { kind: "none" }, limit, lasso.clock.now());
  const ws = order({ provider: null, transport: "ws" });
  assert.deepEqual(ws.names, ["a:ws"]);
  assert.equal(order({ provider: null, transport: "ws" }), ws);
  assert.equal(order(null).names.length, 2);
  assert.deepEqual(order({ provider: null, transport: "http" }).names, ["a:http"]);
  assert.deepEqual(order({ provider: "a", transport: "ws" }).names, ["a:ws"]);
  assert.notEqual(order({ provider: "a", transport: "ws" }), ws);
});
