import assert from "node:assert/strict";
import { answers, fakeRouter, type NodeScript } from "../../support/fake_router.ts";

const good: NodeScript = answers("eth_call", { result: "0x1" });
const down: NodeScript = answers("eth_call", { failure: "refused" });
const hangs: NodeScript = answers("eth_call", { hang: true });
const params = '[{"to":"0x1"},"0x10"]';
const oneRound = { rounds: 1, backoffMs: 100, maxBackoffMs: 2_000 };

Deno.test("Run rounds try each channel once, and again after a backoff when the failures may pass", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: down, b: answers("eth_call", { failure: "reset" }, { result: "0x2" }) },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x2"');
  assert.deepEqual(call.attempts, ["a:transport", "b:transport", "a:transport", "b:ok"]);
  const waited = call.doneAt! - startedAt;
  assert.ok(waited > 0 && waited <= 105, `full jitter over 100 ms: ${waited}`);
  assert.match(call.run!.selectionReason(), /^failover; /);
});

Deno.test("Run rounds have full jitter", async () => {
  const waits = new Set<number>();
  for (let seed = 1; seed <= 12; seed++) {
    await using lasso = await fakeRouter({
      nodes: { a: answers("eth_call", { failure: "reset" }, { result: 1 }) },
      seed,
    });
    const startedAt = lasso.clock.now();
    const call = await lasso.call("eth_call", params);
    waits.add(call.doneAt! - startedAt);
    assert.ok(call.doneAt! - startedAt <= 105);
  }
  assert.ok(waits.size > 4 && Math.min(...waits) < 50 && Math.max(...waits) > 50, [...waits].join());
});

Deno.test("Run rounds end at once when nothing can succeed", async () => {
  for (
    const answer of [
      { error: { code: -32601, message: "method not found" } },
      { error: { code: -32000, message: "missing trie node" } },
      { status: 401, body: "" },
      { status: 402, body: "" },
      { body: '{"jsonrpc":"2.0","id":987654321,"result":1}' },
    ]
  ) {
    await using lasso = await fakeRouter({
      nodes: { a: answers("eth_call", answer), b: answers("eth_call", answer) },
    });
    const startedAt = lasso.clock.now();
    const call = await lasso.call("eth_call", params);
    assert.equal(call.attempts.length, 2);
    assert.equal(call.doneAt, startedAt);
  }
});

Deno.test("Run rounds: 0 tries one channel once", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: down, b: good },
    chain: { retry: { rounds: 0, backoffMs: 100, maxBackoffMs: 2_000 } },
  });
  const call = await lasso.call("eth_call", params);
  assert.deepEqual(call.attempts, ["a:transport"]);
  lasso.transport("a").nodeScript = answers("eth_call", { hang: true });
  const slow = await lasso.call("eth_call", params);
  assert.deepEqual(slow.attempts, ["a:timeout"]);
  assert.equal(lasso.transport("b").count("eth_call"), 0);
});

Deno.test("Run rounds honour Retry-After of a rate limit within the budget", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { status: 429, body: "", retryAfterMs: 3_000 }, { result: "0x1" }) },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  const waited = call.doneAt! - startedAt;
  assert.ok(waited >= 3_000 && waited <= 3_010, `${waited}`);
});

Deno.test("Run rounds honour Retry-After of a server error", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { status: 503, body: "", retryAfterMs: 2_000 }, { result: "0x1" }) },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  assert.ok(call.doneAt! - startedAt >= 2_000, `${call.doneAt! - startedAt}`);
});

Deno.test("Run rounds do not bother a provider before its Retry-After for the sake of another", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { status: 429, body: "", retryAfterMs: 60_000 }), b: down },
  });
  const call = await lasso.call("eth_call", params);
  assert.deepEqual(call.attempts, ["a:rate_limited", "b:transport", "b:transport"]);
  assert.equal(call.error.code, -32005);
  assert.equal(call.error.data?.retry_after_ms, 60_000);
});

Deno.test("Run answers a rate limit beyond its budget at once, with the soonest Retry-After", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("eth_call", { status: 429, body: "", retryAfterMs: 90_000 }),
      b: answers("eth_call", { status: 429, body: "", retryAfterMs: 40_000 }),
    },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.doneAt, startedAt);
  assert.equal(call.status, 429);
  assert.equal(call.error.data?.reason, "rate_limited");
  assert.equal(call.error.data?.retry_after_ms, 40_000);
});

Deno.test("Run lets the last channels use all the time, and counts them", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: hangs, b: answers("eth_call", { result: "0x1", afterMs: 25_000 }) },
    chain: { attemptTimeoutMs: 1_000, breaker: { ...breaker, failureThreshold: 1 } },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  assert.deepEqual(call.attempts, ["b:ok", "a:cancelled"]);
  assert.ok(call.doneAt! - startedAt < 25_300);
  // Both were counted as timeouts; the answer that came after did not take that back.
  assert.equal(lasso.channel("a").breaker.kind, "open");
  assert.equal(lasso.channel("b").breaker.kind, "open");
});

Deno.test("Run counts one overdue attempt as one failure, whatever comes of it", async () => {
  for (const late of [{ result: "0x1", afterMs: 2_000 }, { failure: "reset", afterMs: 2_000 }] as const) {
    await using lasso = await fakeRouter({
      nodes: { a: answers("eth_call", late) },
      chain: {
        attemptTimeoutMs: 1_000,
        retry: oneRound,
        health: { intervalMs: 0, timeoutMs: 3_000, maxLagMs: 5_000, maxLagBlocks: 5 },
        breaker: { ...breaker, failureThreshold: 3, minRequests: 1_000 },
      },
    });
    for (let calls = 1; calls <= 3; calls++) {
      assert.equal(lasso.channel("a").breaker.kind, "closed", `${calls}`);
      await lasso.call("eth_call", params);
    }
    assert.equal(lasso.channel("a").breaker.kind, "open");
  }
});

const breaker = {
  failureThreshold: 5,
  errorRatio: 0.5,
  windowMs: 600_000,
  minRequests: 20,
  recoveryTimeoutMs: 30_000,
  successThreshold: 2,
};

Deno.test("Run ends with 504 and its attempts when the whole budget is over", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: down, b: hangs },
    chain: { timeoutMs: 3_000, attemptTimeoutMs: 10_000 },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.status, 504);
  assert.equal(call.error.code, -32000);
  assert.equal(call.error.data?.reason, "timeout");
  assert.deepEqual(call.attempts, ["a:transport", "b:timeout"]);
  assert.deepEqual(call.error.data?.attempts, call.run?.attempts);
  const took = call.doneAt! - startedAt;
  assert.ok(took >= 3_000 && took <= 3_005, `${took}`);
  // The whole budget is the client's choice: it says nothing against the channel.
  assert.equal(lasso.channel("b").breaker.kind, "closed");
});

Deno.test("Run ends with 503 when every provider gave the call up, though there is time left", async () => {
  const gaveUp = answers("eth_call", { error: { code: -32000, message: "execution timeout" } });
  await using lasso = await fakeRouter({ nodes: { a: gaveUp, b: gaveUp } });
  const call = await lasso.call("eth_call");
  assert.deepEqual([call.status, call.error.code, call.error.data?.reason], [503, -32000, "timeout"]);
});

Deno.test("Run names a quota that is used up", async () => {
  const over = answers("eth_call", { error: { code: -32000, message: "daily request count exceeded" } });
  await using lasso = await fakeRouter({ nodes: { a: over } });
  const call = await lasso.call("eth_call");
  assert.deepEqual([call.status, call.error.code, call.error.data?.reason], [429, -32005, "quota"]);
  assert.match(call.error.message, /^The quota of every provider/);
});

Deno.test("Run takes a method's own limits, the longest pattern first", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_getCode", { hang: true }) },
    chain: {
      methods: [
        { pattern: "eth_*", timeoutMs: 9_000, attemptTimeoutMs: null, strategy: null },
        { pattern: "eth_getCode", timeoutMs: 1_000, attemptTimeoutMs: null, strategy: null },
        { pattern: "eth_get*", timeoutMs: 5_000, attemptTimeoutMs: null, strategy: null },
      ],
    },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_getCode", '["0x1","0x10"]');
  const took = call.doneAt! - startedAt;
  assert.ok(took >= 1_000 && took <= 1_005, `${took}`);
});

Deno.test("Run starts the next channel beside a slow one after 250 ms, and the first answer wins", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { result: "0xa", afterMs: 5_000 }), b: good, c: good },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  const took = call.doneAt! - startedAt;
  assert.ok(took >= 250 && took <= 255, `${took}`);
  assert.deepEqual(call.attempts, ["b:ok", "a:cancelled"]);
  assert.equal(lasso.transport("a").cancelled, 1);
  assert.equal(lasso.transport("c").count("eth_call"), 0);
  const loser = lasso.recorded.find((entry) => entry.provider === "a" && entry.method === "eth_call");
  assert.deepEqual([loser?.outcome, loser?.atLeast, loser!.ms >= 250], ["cancelled", true, true]);
  assert.equal(call.run?.selected?.provider.id, "b");
  assert.match(call.run!.selectionReason(), /^slow; /);
});

Deno.test("Run starts one with an open breaker beside the only other one, when that never answers", async () => {
  const failures = Array.from({ length: 5 }, () => ({ failure: "reset" }) as const);
  const recovers = answers("eth_call", ...failures, { result: "0xb" });
  const stalls = answers("eth_call", ...failures.map(() => ({ result: "0xa" })), { hang: true });
  await using lasso = await fakeRouter({ nodes: { b: recovers, a: stalls } });
  for (let k = 0; k < 5; k++) await lasso.call("eth_call", params);
  assert.equal(lasso.channel("b").breaker.kind, "open");
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0xb"');
  assert.ok(call.doneAt! - startedAt <= 260, `${call.doneAt! - startedAt} ms`);
});

Deno.test("Run starts a second one beside when the first one beside is slow too, and no third", async () => {
  await using lasso = await fakeRouter({ nodes: { a: hangs, b: hangs, c: good, d: good } });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  const waited = call.doneAt! - startedAt;
  assert.ok(waited >= 500 && waited <= 510, `${waited} ms`);
  await using stuck = await fakeRouter({ nodes: { a: hangs, b: hangs, c: hangs, d: good } });
  const late = stuck.start("eth_call", params);
  await stuck.clock.advance(2_000);
  assert.equal(stuck.transport("d").count("eth_call"), 0);
  late.run!.cancel();
});

Deno.test("Run keeps the slow one going: its answer may come first, and then says nothing of slowness", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { result: "0xa", afterMs: 400 }), b: hangs },
  });
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0xa"');
  assert.deepEqual(call.attempts, ["a:ok", "b:cancelled"]);
  assert.doesNotMatch(call.run!.selectionReason(), /slow/);
});

Deno.test("Run waits three times the usual p99 before it starts a second one", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { result: "0xa", afterMs: 200 }), b: good },
  });
  for (let calls = 0; calls < 50; calls++) await lasso.call("eth_call", params);
  assert.equal(lasso.transport("b").count("eth_call"), 0);
  lasso.transport("a").nodeScript = hangs;
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  const took = call.doneAt! - startedAt;
  assert.ok(took >= 560 && took <= 660, `${took}`);
});

Deno.test("Run starts no second one for what must not be sent twice", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("foo_bar", { result: "0xa", afterMs: 2_000 }),
      b: answers("foo_bar", { result: "0xb" }),
    },
  });
  const call = await lasso.call("foo_bar");
  assert.equal(call.result, '"0xa"');
  assert.equal(lasso.transport("b").count("foo_bar"), 0);
});

Deno.test("Run starts no second one at a channel that something speaks against", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { result: "0xa", afterMs: 2_000 }), b: good, c: good },
    providers: { c: { group: "fallback" } },
  });
  lasso.channel("b").provider.drained = true;
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0xa"');
  assert.equal(lasso.transport("b").count("eth_call") + lasso.transport("c").count("eth_call"), 0);
});

Deno.test("Run starts no second one far behind the head that was served", async () => {
  const slow = answers("eth_call", { result: "0xa", afterMs: 2_000 });
  await using lasso = await fakeRouter({ nodes: { a: slow, b: good, c: good }, heads: { b: 96, c: 96 } });
  lasso.route.chain.served = 100;
  assert.equal((await lasso.call("eth_call", '[{},"0x10"]')).result, '"0x1"');
  assert.equal((await lasso.call("eth_call", '[{},"latest"]')).result, '"0xa"');
});

Deno.test("Run starts no second one where its rate budget is used up, nor passes on to a soft one", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { result: "0xa", afterMs: 2_000 }), b: good, c: good },
    providers: { b: { rateLimit: { count: 1, perMs: 600_000 } } },
  });
  lasso.channel("c").provider.drained = true;
  while (lasso.channel("b").provider.budget.take());
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0xa"');
  assert.equal(lasso.transport("c").count("eth_call"), 0);
});

Deno.test("Run goes to the next channel when a rate budget is used up", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: good, b: answers("eth_call", { result: "0xb" }) },
    providers: { a: { rateLimit: { count: 1, perMs: 600_000 } } },
  });
  while (lasso.channel("a").provider.budget.take());
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0xb"');
});

Deno.test("Run waits for a token that comes within half of its remaining budget", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: good },
    providers: { a: { rateLimit: { count: 1, perMs: 10_000 } } },
    chain: { health: { intervalMs: 0, timeoutMs: 3_000, maxLagMs: 5_000, maxLagBlocks: 5 } },
  });
  while (lasso.channel("a").provider.budget.take());
  const startedAt = lasso.clock.now();
  const wait = lasso.channel("a").provider.budget.waitMs();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  const took = call.doneAt! - startedAt;
  assert.ok(took >= wait && took <= wait + 10, `${took} of ${wait}`);
});

Deno.test("Run answers -32005 when the token comes too late", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: good },
    providers: { a: { rateLimit: { count: 1, perMs: 60_000 } } },
  });
  while (lasso.channel("a").provider.budget.take());
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.doneAt, startedAt);
  assert.equal(call.status, 429);
  assert.equal(call.error.code, -32005);
  assert.ok(Number(call.error.data?.retry_after_ms) > 15_000);
});

Deno.test("Run waits for a token within a round without asking the others again", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: down, b: good },
    providers: { b: { rateLimit: { count: 1, perMs: 8_000 } } },
    chain: { retry: oneRound, health: { intervalMs: 0, timeoutMs: 3_000, maxLagMs: 5_000, maxLagBlocks: 5 } },
  });
  while (lasso.channel("b").provider.budget.take());
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  assert.deepEqual(call.attempts, ["a:transport", "b:ok"]);
});

Deno.test("Run rounds ask once more after a block time for what was too new, if it can be there then", async () => {
  const tooNew: NodeScript = answers(
    "eth_call",
    { error: { code: -32000, message: "cannot query unfinalized data" } },
    { result: "0x1" },
  );
  await using lasso = await fakeRouter({ nodes: { a: tooNew }, chain: { blockTimeMs: 2_000 } });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", '[{},"0x65"]');
  assert.equal(call.result, '"0x1"');
  assert.ok(call.doneAt! - startedAt >= 2_000 && call.doneAt! - startedAt <= 2_010);
  await using far = await fakeRouter({ nodes: { a: tooNew }, chain: { blockTimeMs: 2_000 } });
  const before = far.clock.now();
  const hopeless = await far.call("eth_call", '[{},"0x70"]');
  assert.equal(hopeless.error.message, "cannot query unfinalized data");
  assert.equal(hopeless.doneAt, before);
});
