import assert from "node:assert/strict";
import { silentRecorder } from "../../../core/measure/recorder.ts";
import { Chain } from "../../../core/providers/chain.ts";
import type { Verdict } from "../../../core/rpc/category.ts";
import { classify } from "../../../core/rpc/classify.ts";
import { chainSettings, fakeChain, FakeNode, providerSettings } from "../../support/fake_chain.ts";

const health = { intervalMs: 4_000, timeoutMs: 3_000, maxLagMs: 5_000, maxLagBlocks: 5 };

function verdictOf(code: number, message: string, status = 200): Verdict {
  return classify(
    {
      method: "eth_call",
      status,
      retryAfterMs: null,
      error: { code, message },
      fault: null,
      bodyText: null,
    },
    [],
  );
}

Deno.test("Chain asks its providers nothing before the first request", async () => {
  await using bench = fakeChain({ settings: chainSettings(["a", "b"]) });
  await bench.clock.advance(3_600_000);
  assert.deepEqual([bench.transport("a").count(), bench.chain.ready(), bench.clock.pending], [
    0,
    "unknown",
    0,
  ]);
});

Deno.test("Chain asks for chain id, head and syncing when it wakes, then for the head each interval", async () => {
  await using bench = fakeChain({ settings: chainSettings(["a"]) });
  bench.chain.touch();
  await bench.clock.advance(0);
  const a = bench.transport("a");
  assert.deepEqual(a.calls.map(({ method }) => method), ["eth_chainId", "eth_blockNumber", "eth_syncing"]);
  assert.deepEqual([bench.chain.head, bench.chain.ready()], [100, "good"]);
  await bench.clock.advance(40_000);
  assert.deepEqual([a.count("eth_chainId"), a.count("eth_blockNumber"), a.count("eth_syncing")], [1, 11, 1]);
  await bench.clock.advance(260_000);
  assert.equal(a.count("eth_chainId"), 2);
});

Deno.test("Chain does not ask for a head that answers to clients show", async () => {
  await using bench = fakeChain({ settings: chainSettings(["a"]) });
  bench.chain.touch();
  await bench.clock.advance(0);
  for (let i = 1; i <= 20; i++) {
    await bench.clock.advance(2_000);
    bench.chain.observeHead(bench.provider("a"), 100 + i);
  }
  assert.deepEqual([bench.transport("a").count("eth_blockNumber"), bench.chain.head], [1, 120]);
});

Deno.test("Chain tells the state of each breaker when it wakes", async () => {
  const told: string[] = [];
  const recorder = {
    ...silentRecorder,
    breaker: (chain: string, { id }: { readonly id: string }, state: string) =>
      void told.push(`${chain} ${id} ${state}`),
  };
  await using fake = fakeChain({ settings: chainSettings(["a", "b"]), recorder });
  assert.deepEqual(told, []);
  fake.chain.touch();
  assert.deepEqual(told, ["ethereum a:http closed", "ethereum b:http closed"]);
  await fake.clock.advance(10);
});

Deno.test("Chain sleeps after ten minutes without a request and wakes on the next", async () => {
  await using bench = fakeChain({ settings: chainSettings(["a"]) });
  bench.chain.touch();
  await bench.clock.advance(300_000);
  bench.chain.touch();
  await bench.clock.advance(599_000);
  assert.equal(bench.chain.awake, true);
  await bench.clock.advance(10_000);
  assert.equal(bench.chain.awake, false);
  const asked = bench.transport("a").count();
  await bench.clock.advance(3_600_000);
  assert.equal(bench.transport("a").count(), asked);
  bench.chain.touch();
  await bench.clock.advance(0);
  assert.ok(bench.transport("a").count() > asked);
});

Deno.test("Chain quarantines a provider of another chain, and takes it back when a probe agrees", async () => {
  const wrong = new FakeNode(5);
  wrong.chainId = 5;
  await using bench = fakeChain({ settings: chainSettings(["a", "b"]), scripts: { b: wrong.answer } });
  bench.chain.touch();
  await bench.clock.advance(0);
  const channel = bench.provider("b").channels[0]!;
  assert.equal(bench.provider("b").quarantined, "answers chain id 5, expected 1");
  assert.equal(channel.hardObstacle("eth_call"), "quarantined");
  assert.equal(bench.transport("b").count("eth_blockNumber"), 0);
  assert.equal(channel.breaker.kind, "closed");
  assert.deepEqual([bench.chain.head, bench.chain.ready()], [100, "good"]);
  await bench.clock.advance(34_000);
  assert.equal(bench.transport("b").count("eth_chainId"), 2);
  await bench.clock.advance(600_000);
  const asked = bench.transport("b").count("eth_chainId");
  assert.ok(asked >= 4 && asked <= 7, `${asked} probes, with growing pauses`);
  const before = bench.chain.generation;
  wrong.chainId = 1;
  wrong.head = 100;
  await bench.clock.advance(330_000);
  assert.deepEqual([bench.provider("b").quarantined, channel.hardObstacle("eth_call")], [null, null]);
  assert.ok(bench.chain.generation > before);
});

Deno.test("Chain with interval 0 asks for the chain id once, and ends a quarantine all the same", async () => {
  const node = new FakeNode();
  const settings = chainSettings(["a"], { health: { ...health, intervalMs: 0 } });
  await using bench = fakeChain({ settings, scripts: { a: node.answer } });
  bench.chain.touch();
  await bench.clock.advance(500_000);
  const a = bench.transport("a");
  assert.deepEqual(a.calls.map(({ method }) => method), ["eth_chainId"]);
  const channel = bench.provider("a").channels[0]!;
  node.chainId = 2;
  const verdict = verdictOf(-32000, "invalid chain id, expected 1");
  assert.equal(verdict.category, "wrong_chain");
  channel.failed(channel.begin(), "eth_call", verdict, "invalid chain id, expected 1");
  assert.equal(channel.hardObstacle("eth_call"), "quarantined");
  await bench.clock.advance(10);
  assert.equal(a.count("eth_chainId"), 2);
  node.chainId = 1;
  await bench.clock.advance(34_000);
  assert.equal(bench.provider("a").quarantined, null);
  assert.equal(a.count(), 3);
});

Deno.test("Chain ends a syncing state by probes, also with interval 0; an object counts only with lag", async () => {
  const node = new FakeNode(50);
  node.syncing = { currentBlock: "0x32" };
  const settings = chainSettings(["a", "b", "c"], { health: { ...health, intervalMs: 0 } });
  await using bench = fakeChain({ settings, scripts: { b: node.answer } });
  bench.chain.touch();
  await bench.clock.advance(0);
  for (const id of ["a", "c"]) bench.chain.observeHead(bench.provider(id), 100);
  const channel = bench.provider("b").channels[0]!;
  channel.failed(channel.begin(), "eth_call", verdictOf(-32000, "node is syncing"), "node is syncing");
  assert.equal(channel.softObstacle("eth_call"), "syncing");
  await bench.clock.advance(10);
  assert.equal(channel.softObstacle("eth_call"), "syncing");
  node.head = 99; // It still says that it syncs, but the lag does not agree.
  await bench.clock.advance(34_000);
  assert.equal(channel.softObstacle("eth_call"), null);
  assert.equal(bench.transport("b").count("eth_syncing"), 2);
  const asked = bench.transport("b").count();
  await bench.clock.advance(500_000);
  assert.equal(bench.transport("b").count(), asked);
});

Deno.test("Chain finds a provider syncing whose lag agrees, and synced again", async () => {
  const nodes = [new FakeNode(1_000), new FakeNode(1_000), new FakeNode(10)] as const;
  nodes[2].syncing = { currentBlock: "0xa" };
  const [a, b, c] = nodes;
  await using bench = fakeChain({
    settings: chainSettings(["a", "b", "c"]),
    scripts: { a: a.answer, b: b.answer, c: c.answer },
  });
  bench.chain.touch();
  await bench.clock.advance(5_000);
  const channel = bench.provider("c").channels[0]!;
  assert.equal(channel.softObstacle("eth_call"), "syncing");
  assert.equal(channel.candidate.lagBlocks, 990);
  c.head = 1_000;
  c.syncing = false;
  await bench.clock.advance(9_000);
  assert.deepEqual([channel.softObstacle("eth_call"), channel.candidate.lagBlocks], [null, 0]);
});

Deno.test("Chain asks the others when one has a new head, once per head", async () => {
  const nodes = { a: new FakeNode(), b: new FakeNode() };
  await using bench = fakeChain({
    settings: chainSettings(["a", "b"]),
    scripts: { a: nodes.a.answer, b: nodes.b.answer },
  });
  bench.chain.touch();
  await bench.clock.advance(2_000);
  nodes.b.head = 101;
  const before = bench.transport("b").count("eth_blockNumber");
  for (let i = 0; i < 10; i++) bench.chain.observeHead(bench.provider("a"), 101);
  await bench.clock.advance(0);
  assert.equal(bench.transport("b").count("eth_blockNumber"), before + 1);
  assert.deepEqual([bench.provider("b").head, bench.chain.head], [101, 101]);
});

Deno.test("Chain has a lone height shown: one that links counts, one that can't be fetched does not", async () => {
  for (const shown of [true, false]) {
    const nodes = { a: new FakeNode(), b: new FakeNode(100_000) };
    if (!shown) nodes.b.hides = (block) => block > 200;
    await using bench = fakeChain({
      settings: chainSettings(["a", "b"]),
      scripts: { a: nodes.a.answer, b: nodes.b.answer },
    });
    bench.chain.touch();
    await bench.clock.advance(1_100);
    assert.equal(bench.transport("b").count("eth_getBlockByNumber"), shown ? 2 : 1);
    assert.equal(bench.chain.credible(bench.provider("b"), 100_000), shown);
    assert.equal(bench.provider("b").channels[0]!.candidate.head, shown ? 100_000 : null);
    const told = bench.events.some(({ event }) => event === "provider.head_not_shown");
    assert.equal(told, !shown);
    assert.equal(bench.chain.head, 100);
  }
});

Deno.test("Chain drops a lone height whose block does not link to its parent", async () => {
  const b = new FakeNode(500);
  b.instead = (call) =>
    call.method === "eth_getBlockByNumber"
      ? { result: { number: call.params[0], hash: "0xaa", parentHash: "0xbb" } }
      : undefined;
  await using bench = fakeChain({ settings: chainSettings(["a", "b"]), scripts: { b: b.answer } });
  bench.chain.touch();
  await bench.clock.advance(1_100);
  assert.equal(bench.transport("b").count("eth_getBlockByNumber"), 2);
  assert.equal(bench.chain.credible(bench.provider("b"), 500), false);
});

Deno.test("Chain opens a breaker by failed probes within seconds, and closes it by probes", async () => {
  const node = new FakeNode();
  const breaker = {
    failureThreshold: 3,
    errorRatio: 0.5,
    windowMs: 30_000,
    minRequests: 20,
    recoveryTimeoutMs: 10_000,
    successThreshold: 2,
  };
  await using bench = fakeChain({
    settings: chainSettings(["a"], { breaker, health: { ...health, intervalMs: 1_000 } }),
    scripts: { a: node.answer },
  });
  const channel = bench.provider("a").channels[0]!;
  bench.chain.touch();
  await bench.clock.advance(0);
  node.instead = () => ({ failure: "refused" });
  await bench.clock.advance(3_100);
  assert.deepEqual([channel.breaker.kind, channel.candidate.breaker], ["open", "open"]);
  assert.deepEqual([channel.softObstacle("eth_call"), bench.chain.ready()], ["breaker_open", "bad"]);
  const asked = bench.transport("a").count();
  await bench.clock.advance(8_000);
  assert.equal(bench.transport("a").count(), asked, "an open breaker is left alone");
  node.instead = () => undefined;
  await bench.clock.advance(6_000);
  assert.deepEqual([channel.breaker.kind, bench.chain.ready()], ["closed", "good"]);
  const last = bench.transport("a").calls[asked]!;
  assert.equal(last.method, "eth_chainId", "after an absence the chain id comes first");
});

Deno.test("Chain counts a probe without answer as a timeout and cancels it", async () => {
  const node = new FakeNode();
  node.instead = (call) => call.method === "eth_chainId" ? { hang: true } : undefined;
  await using bench = fakeChain({ settings: chainSettings(["a"]), scripts: { a: node.answer } });
  bench.chain.touch();
  await bench.clock.advance(3_000);
  const a = bench.transport("a");
  assert.deepEqual([a.cancelled, a.underWay], [1, 0]);
  assert.equal(
    bench.provider("a").channels[0]!.lastFailure,
    "timeout: eth_chainId probe: no answer within 3000 ms",
  );
});

Deno.test("Chain takes any malformed answer to a probe as a failure and goes on", async () => {
  const bodies = [
    "",
    "<html>",
    "[]",
    "null",
    "{}",
    '{"jsonrpc":"2.0","id":99,"result":"0x1"}',
    '{"error":[]}',
    "{",
  ];
  const node = new FakeNode();
  let nth = 0;
  node.instead = () => nth < bodies.length ? { body: bodies[nth++]! } : undefined;
  await using bench = fakeChain({
    settings: chainSettings(["a"], { breaker: false }),
    scripts: { a: node.answer },
  });
  bench.chain.touch();
  await bench.clock.advance(60_000);
  assert.deepEqual([nth, bench.chain.head, bench.chain.ready()], [bodies.length, 100, "good"]);
});

Deno.test("Chain goes on probing when a transport throws", async () => {
  const node = new FakeNode();
  let broken = true;
  node.instead = () => {
    if (broken) throw new Error("a bug in a plugin");
    return undefined;
  };
  await using bench = fakeChain({ settings: chainSettings(["a"]), scripts: { a: node.answer } });
  bench.chain.touch();
  await bench.clock.advance(10_000);
  broken = false;
  await bench.clock.advance(120_000);
  assert.deepEqual([bench.chain.head, bench.provider("a").channels[0]!.inFlight], [100, 0]);
});

Deno.test("Chain leaves a provider alone while it is set aside", async () => {
  const node = new FakeNode();
  node.instead = () => ({ status: 429, body: "slow down", retryAfterMs: 60_000 });
  await using bench = fakeChain({ settings: chainSettings(["a"]), scripts: { a: node.answer } });
  bench.chain.touch();
  await bench.clock.advance(59_000);
  const channel = bench.provider("a").channels[0]!;
  assert.equal(bench.transport("a").count(), 1);
  assert.deepEqual([channel.softObstacle("eth_call"), channel.breaker.kind], ["set_aside", "closed"]);
  const { generation } = bench.chain;
  node.instead = () => undefined;
  await bench.clock.advance(1_100);
  assert.deepEqual([channel.softObstacle("eth_call"), bench.chain.head], [null, 100]);
  assert.ok(bench.chain.generation > generation, "the end of a set-aside is news for rankings");
});

Deno.test("Chain spends the rate budget on probes and waits for the next token", async () => {
  const slow = providerSettings("a", { rateLimit: { count: 1, perMs: 10_000 } });
  await using bench = fakeChain({ settings: chainSettings([slow]) });
  bench.chain.touch();
  await bench.clock.advance(100_000);
  const asked = bench.transport("a").count();
  assert.ok(asked >= 9 && asked <= 11, `${asked}`);
});

Deno.test("Chain.generation goes up by itself when a breaker's pause ends", async () => {
  await using bench = fakeChain({ settings: chainSettings(["a"], { health: { ...health, intervalMs: 0 } }) });
  const channel = bench.provider("a").channels[0]!;
  const down = verdictOf(-32603, "Internal error", 500);
  for (let i = 0; i < 5; i++) channel.failed(channel.begin(), "eth_call", down, "status 500");
  assert.equal(channel.breaker.kind, "open");
  const { generation } = bench.chain;
  await bench.clock.advance(33_100);
  assert.deepEqual([channel.breaker.kind, channel.candidate.breaker], ["half_open", "half_open"]);
  assert.ok(bench.chain.generation > generation);
});

Deno.test("Chain.observeHead() ignores what is no block number", () => {
  const { chain, provider } = fakeChain({ settings: chainSettings(["a"]) });
  for (const block of [NaN, -1, 1.5, Infinity, 2 ** 60]) chain.observeHead(provider("a"), block);
  assert.equal(chain.head, null);
});

Deno.test("Chain taken over by a reload: what did not change goes on, what changed gets a new transport", async () => {
  const settings = chainSettings([providerSettings("a"), providerSettings("b"), providerSettings("c")]);
  const bench = fakeChain({ settings });
  bench.chain.touch();
  await bench.clock.advance(0);
  const old = { a: bench.transport("a"), b: bench.transport("b"), c: bench.transport("c") };
  const b = bench.provider("b").channels[0]!;
  const down = verdictOf(-32603, "Internal error", 500);
  for (let i = 0; i < 5; i++) b.failed(b.begin(), "eth_call", down, "status 500");
  b.learnt.learn("trace_block", { kind: "unsupported" }, bench.clock.now());
  bench.chain.served = 100;

  const after = chainSettings([providerSettings("b", { priority: 7 }), providerSettings("a")]);
  const next = new Chain(after, bench.deps, bench.chain);
  assert.equal(next.providers[1], bench.provider("a"));
  assert.equal(bench.provider("a").position, 0, "the old chain is undisturbed until it retires");
  await bench.chain.retire(next, 1_000);

  assert.deepEqual([old.a.disposed, old.b.disposed, old.c.disposed], [false, true, true]);
  assert.notEqual(bench.transport("b"), old.b);
  const newB = next.providers[0]!.channels[0]!;
  assert.deepEqual(
    [newB.breaker.kind, newB.learnt.unsupported("trace_block"), newB.provider.head, newB.candidate.priority],
    ["open", true, 100, 7],
  );
  assert.equal(next.providers[1]!.channels[0]!.candidate.position, 1);
  assert.deepEqual([next.head, next.served, next.awake], [100, 100, true]);
  const { generation } = next;
  next.providers[1]!.quarantined = "answers chain id 5, expected 1";
  assert.ok(next.generation > generation, "a provider taken over tells its new chain");
  const asked = old.a.count("eth_blockNumber");
  next.providers[1]!.quarantined = null;
  await bench.clock.advance(9_000);
  assert.equal(old.a.count("eth_blockNumber"), asked + 2, "probed by the new chain only");
  await next[Symbol.asyncDispose]();
  assert.deepEqual([old.a.disposed, bench.clock.pending], [true, 0]);
});

Deno.test("Chain makes a new transport when only its plugin's options changed", async () => {
  const bench = fakeChain({ settings: chainSettings(["a"]) });
  const old = bench.transport("a");
  const deps = {
    ...bench.deps,
    transport: () => ({ ...bench.deps.transport("fake", "http"), options: { x: 1 } }),
  };
  const next = new Chain(bench.chain.settings, deps, bench.chain);
  await bench.chain.retire(next, 0);
  assert.deepEqual([old.disposed, bench.transport("a") !== old], [true, true]);
});

Deno.test("Chain announces a head once, though a provider's height goes back and comes again", async () => {
  const bench = fakeChain({ settings: chainSettings(["a"]) });
  for (const block of [100, 101, 100, 101, 102, 101]) {
    await bench.clock.advance(2_000);
    bench.chain.observeHead(bench.provider("a"), block, true);
  }
  const heads = bench.events.filter(({ event }) => event === "head").map(({ fields }) => fields.block);
  assert.deepEqual([heads, bench.chain.head], [[100, 101, 102], 101]);
});

Deno.test("Chain asks a quarantined provider on, though a reload came while it slept", async () => {
  const wrong = new FakeNode();
  wrong.chainId = 5;
  const bench = fakeChain({ settings: chainSettings(["a"]), scripts: { a: wrong.answer } });
  bench.chain.touch();
  await bench.clock.advance(700_000);
  assert.deepEqual([bench.chain.awake, bench.chain.ready()], [false, "bad"]);
  await using next = new Chain(bench.chain.settings, bench.deps, bench.chain);
  await bench.chain.retire(next, 0);
  wrong.chainId = 1;
  await bench.clock.advance(400_000);
  assert.deepEqual([next.providers[0]!.quarantined, next.awake], [null, false]);
});

Deno.test("Chain with a new URL for a provider keeps nothing that the old one was found to be", () => {
  const bench = fakeChain({ settings: chainSettings([providerSettings("a")]) });
  const channel = bench.provider("a").channels[0]!;
  const down = verdictOf(-32603, "Internal error", 500);
  for (let i = 0; i < 5; i++) channel.failed(channel.begin(), "eth_call", down, "status 500");
  channel.failed(channel.begin(), "eth_call", verdictOf(-32000, "invalid api key", 401), "invalid api key");
  bench.chain.observeHead(bench.provider("a"), 100);
  const moved = providerSettings("a", { url: "https://a.example/v2/another-key-altogether" });
  const next = new Chain(chainSettings([moved]), bench.deps, bench.chain);
  const [provider] = next.providers;
  assert.deepEqual(
    [provider!.head, provider!.channels[0]!.breaker.kind, provider!.setAside.active(bench.clock.now())],
    [null, "closed", null],
  );
});

Deno.test("Chain that was built but never used leaves its predecessor's transports alone", async () => {
  await using bench = fakeChain({ settings: chainSettings(["a"]) });
  bench.chain.touch();
  const next = new Chain(chainSettings(["a", "b"]), bench.deps, bench.chain);
  await next[Symbol.asyncDispose]();
  assert.deepEqual([bench.transport("a").disposed, bench.transport("b").disposed], [false, true]);
  await bench.clock.advance(5_000);
  assert.equal(bench.chain.head, 100);
});

Deno.test("Chain.retire() waits for calls under way, no longer than it was told", async () => {
  for (const endsInTime of [true, false]) {
    const bench = fakeChain({ settings: chainSettings(["a"]) });
    const channel = bench.provider("a").channels[0]!;
    const ticket = channel.begin();
    let retired = false;
    const done = bench.chain.retire(undefined, 10_000).then(() => retired = true);
    await bench.clock.advance(5_000);
    assert.deepEqual([retired, bench.transport("a").disposed], [false, false]);
    if (endsInTime) channel.succeeded(ticket, "eth_call");
    await bench.clock.advance(endsInTime ? 25 : 5_000);
    assert.equal(bench.transport("a").disposed, true);
    await done;
    assert.equal(bench.clock.pending, 0);
  }
});

Deno.test("Chain closes what it opened when a transport can't be created", () => {
  const bench = fakeChain({ settings: chainSettings(["x"]) });
  const deps = {
    ...bench.deps,
    transport: (id: string) => {
      if (id === "missing") throw new Error("unknown transport 'missing'");
      return bench.deps.transport(id, "http");
    },
  };
  const settings = chainSettings([providerSettings("a"), providerSettings("b", { transport: "missing" })]);
  assert.throws(() => new Chain(settings, deps), /unknown transport 'missing'/);
  assert.equal(bench.transport("a").disposed, true);
});
