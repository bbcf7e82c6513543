import assert from "node:assert/strict";
import type { Channel } from "../../../core/providers/channel.ts";
import type { Category, FailureFacts, Verdict } from "../../../core/rpc/category.ts";
import { classify } from "../../../core/rpc/classify.ts";
import { chainSettings, type FakeChain, fakeChain, providerSettings } from "../../support/fake_chain.ts";

const nothing: FailureFacts = {
  method: "eth_call",
  status: null,
  retryAfterMs: null,
  error: null,
  fault: null,
  bodyText: null,
};
const verdict = (facts: Partial<FailureFacts>): Verdict => classify({ ...nothing, ...facts }, []);

function bench(more: Parameters<typeof providerSettings>[1] = {}): FakeChain & { channel: Channel } {
  const made = fakeChain({ settings: chainSettings([providerSettings("a", more)]) });
  return Object.assign(made, { channel: made.chain.channels[0]! });
}

function fail(channel: Channel, facts: Partial<FailureFacts>, method = "eth_call"): void {
  channel.failed(channel.begin(), method, verdict({ method, ...facts }), "it failed");
}

Deno.test("Channel.hardObstacle() names a denied method and a quarantine", () => {
  const { channel, provider } = bench({ methods: { allow: null, deny: ["debug_*"] } });
  assert.deepEqual(
    [channel.hardObstacle("eth_call"), channel.hardObstacle("debug_traceCall")],
    [null, "denied_method"],
  );
  provider("a").quarantined = "answers chain id 5, expected 1";
  assert.equal(channel.hardObstacle("eth_call"), "quarantined");
});

Deno.test("Channel.softObstacle() goes through what speaks against it, the gravest first", () => {
  const { channel, provider, clock } = bench();
  provider("a").chainIdAt = 0;
  const obstacles: (string | null)[] = [channel.softObstacle("eth_call")];
  const next = (change: () => void): void => {
    change();
    obstacles.push(channel.softObstacle("eth_call"));
  };
  next(() => provider("a").drained = true);
  next(() => provider("a").setLag(1, 99, true));
  next(() => provider("a").syncing = true);
  next(() => provider("a").chainIdAt = null);
  next(() => {
    for (let i = 0; i < 5; i++) fail(channel, { fault: "transport" });
  });
  next(() => fail(channel, { status: 429 }));
  next(() => channel.learnt.learn("eth_call", { kind: "unsupported" }, clock.now()));
  assert.deepEqual(obstacles, [
    null,
    "drained",
    "lagging",
    "syncing",
    "unverified",
    "breaker_open",
    "set_aside",
    "unsupported",
  ]);
});

Deno.test("Channel.begin() and its three ends keep the count of calls in flight", () => {
  const { channel } = bench();
  const tickets = [channel.begin(), channel.begin(), channel.begin()];
  assert.equal(channel.candidate.inFlight, 3);
  channel.succeeded(tickets[0]!, "eth_call");
  channel.abandoned(tickets[1]!);
  channel.failed(tickets[2]!, "eth_call", verdict({ fault: "transport" }), "reset");
  assert.equal(channel.inFlight, 0);
});

Deno.test("Channel.failed() counts for the breaker what the verdict says, and nothing else", () => {
  const counts: [Partial<FailureFacts>, Category, boolean][] = [
    [{ fault: "transport" }, "transport", true],
    [{ fault: "timeout" }, "timeout", true],
    [{ fault: "integrity" }, "integrity", true],
    [{ status: 500 }, "server", true],
    [{ status: 429 }, "rate_limited", false],
    [{ status: 401 }, "auth", false],
    [{ status: 402 }, "quota", false],
    [{ fault: "cancelled" }, "cancelled", false],
    [{ status: 200, error: { code: -32601, message: "method not found" } }, "unsupported", false],
    [{ status: 200, error: { code: 3, message: "execution reverted", data: "0x" } }, "revert", false],
  ];
  for (const [facts, category, opens] of counts) {
    const { channel } = bench();
    assert.equal(verdict(facts).category, category);
    for (let i = 0; i < 5; i++) fail(channel, facts);
    assert.equal(channel.breaker.kind, opens ? "open" : "closed", category);
  }
});

Deno.test("Channel.failed() takes a caller's error as a sign of life, a rate limit as none", () => {
  const revert = { status: 200, error: { code: 3, message: "execution reverted", data: "0x" } };
  for (const [between, opens] of [[revert, false], [{ status: 429 }, true]] as const) {
    const { channel } = bench();
    for (let i = 0; i < 4; i++) fail(channel, { fault: "transport" });
    fail(channel, between);
    fail(channel, { fault: "transport" });
    assert.equal(channel.breaker.kind, opens ? "open" : "closed");
  }
});

Deno.test("Channel.failed() frees a trial that gave no verdict", async () => {
  const { channel, clock } = bench();
  for (let i = 0; i < 5; i++) fail(channel, { fault: "transport" });
  await clock.advance(33_000);
  fail(channel, { status: 429 });
  assert.deepEqual(channel.breaker.state, { kind: "half_open", trialUnderWay: false, successes: 0 });
});

Deno.test("Channel.failed() sets the provider aside for what Retry-After says", () => {
  const { channel, provider, clock } = bench();
  fail(channel, { status: 429, retryAfterMs: 7_000 });
  assert.deepEqual(provider("a").setAside.active(clock.now()), { category: "rate_limited", until: 7_000 });
});

Deno.test("Channel.failed() learns an unsupported method for this channel only for that method", async () => {
  const { channel, clock, chain, provider } = bench();
  provider("a").chainIdAt = 0;
  fail(channel, { status: 200, error: { code: -32601, message: "method not found" } }, "trace_block");
  assert.deepEqual(
    [channel.softObstacle("trace_block"), channel.softObstacle("eth_call")],
    ["unsupported", null],
  );
  const { generation } = chain;
  await clock.advance(300_000);
  assert.equal(channel.softObstacle("trace_block"), null);
  assert.ok(chain.generation > generation, "its end is news for rankings");
});

Deno.test("Channel.getLogsRange is the lesser of the configured and the learnt one", () => {
  const { channel, clock } = bench({ limits: { getLogsRange: 2_000 } });
  assert.equal(channel.getLogsRange, 2_000);
  channel.learnt.learn("eth_getLogs", { kind: "get_logs_range", blocks: 500, hint: null }, clock.now());
  assert.equal(channel.getLogsRange, 500);
});

Deno.test("Channel.lastFailure and the events of a breaker hold no secret", () => {
  const { channel, events } = bench({
    url: "https://a.example/v2/TopSecretKey?token=OtherSecret1",
    headers: { "x-key": "ThirdSecret2" },
  });
  for (let i = 0; i < 5; i++) {
    const why = "TopSecretKey OtherSecret1 ThirdSecret2 https://a.example/v2/TopSecretKey";
    channel.failed(channel.begin(), "eth_call", verdict({ fault: "transport" }), why);
  }
  const shown = JSON.stringify([channel.lastFailure, events]);
  assert.ok(shown.includes("breaker"));
  assert.equal(/Secret/.test(shown), false, shown);
});
