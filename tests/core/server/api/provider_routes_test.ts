import assert from "node:assert/strict";
import type { LiveChain, LiveWindow } from "../../../../core/measure/history/model.ts";
import { VirtualClock } from "../../../../core/virtual_clock.ts";
import { CannedHistory } from "../../../support/canned_history.ts";
import { chainSettings, providerSettings } from "../../../support/fake_chain.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

const window: LiveWindow = { n: 40, failed: 2, success: 0.95, rps: 0.5, p50: 12.34567, p95: 20, p99: 30 };
const live: LiveChain = {
  ...{ at: 0, rps10: 1, minute: window, fiveMinutes: window, errors: {}, successHour: 1 },
  channels: [{
    ...{ provider: "a", transport: "http", rps10: 1.5, minute: window, fiveMinutes: window },
    errors: { timeout: 2 },
    share: 0.25,
  }],
};

Deno.test("GET /api/providers shows states, figures, head, limit and what was done to a provider", async () => {
  const clock = new VirtualClock(1_800_000_000_000);
  await using lasso = await TestLasso.start({ clock, live: { chain: () => live } });
  const { state } = lasso.server;
  const [a, b] = state.router.routes[0]!.chain.providers;
  const read = async (): Promise<Record<string, ReturnType<typeof JSON.parse>>> => {
    const { status, body } = await lasso.get("/api/providers?chain=eth");
    assert.equal(status, 200, body);
    return Object.fromEntries(JSON.parse(body).data.map((one: { id: string }) => [one.id, one]));
  };
  const before = await read();
  const wall = clock.wallNow();
  assert.deepEqual([before.a.chain, before.a.state, before.a.reason], [
    "ethereum",
    "unknown",
    "not asked yet",
  ]);
  const [http] = before.a.transports;
  assert.deepEqual(http, {
    transport: "http",
    state: "unknown",
    reason: "not asked yet",
    since: new Date(wall).toISOString(),
    breaker: "closed",
    connections: http.connections,
    in_flight: 0,
    share: 0.25,
    rps: 1.5,
    p50_ms: 12.346,
    p99_ms: 30,
    n: 40,
    errors: { timeout: 2 },
    unmeasured: null,
    head: null,
    lag_blocks: null,
    rate_limit: null,
    last_error: null,
  });
  const [other] = before.b.transports;
  assert.deepEqual([other.p50_ms, other.n, other.unmeasured], [null, null, "no attempt since the start"]);

  await clock.advance(5_000);
  a!.drained = true;
  b!.setAside.apply("rate_limited", { scope: "provider", ms: 30_000, doubling: false, untilProbe: false });
  const after = await read();
  assert.deepEqual([after.a.state, after.a.override, after.b.state], ["off", "drained", "limited"]);
  assert.equal(after.b.transports[0].reason, "rate_limited, for 30 s more");
  assert.equal(after.b.transports[0].since, new Date(wall + 5_000).toISOString());
  await clock.advance(1_000);
  assert.equal((await read()).b.transports[0].since, new Date(wall + 5_000).toISOString());
});

Deno.test("GET /api/providers shows the rate budget, and of which chains there are", async () => {
  const limited = chainSettings([providerSettings("a", { rateLimit: { count: 300, perMs: 1_000 } })]);
  await using lasso = await TestLasso.start({ chains: [limited] });
  lasso.server.state.router.routes[0]!.chain.providers[0]!.budget.take();
  const { data } = JSON.parse((await lasso.get("/api/providers")).body);
  assert.equal(data[0].transports[0].rate_limit.max, 300);
  assert.equal((await lasso.get("/api/providers?chain=nope")).status, 404);
  assert.equal((await lasso.get("/api/providers?limit=1")).status, 400);
});

Deno.test("GET /api/breakers shows how they stand and what history has of them", async () => {
  const canned = new CannedHistory();
  const clock = new VirtualClock(1_800_000_000_000);
  await using lasso = await TestLasso.start({ clock, history: canned.history });
  const { breaker } = lasso.server.state.router.routes[0]!.chain.channels[0]!;
  for (let k = 0; k < 5; k++) breaker.failure(breaker.begin(), "server: it broke");
  canned.events.push({
    ...{ at: clock.wallNow(), topic: "breaker", chain: "ethereum", provider: "a", event: "breaker" },
    fields: { transport: "http", state: "open", why: "5 failures in a row" },
  });
  const { data, next } = JSON.parse((await lasso.get("/api/breakers?chain=eth&provider=a")).body);
  assert.equal(next, null);
  assert.deepEqual(
    data.now.map(({ provider, state, reopenings }: Record<string, unknown>) => [provider, state, reopenings]),
    [
      ["a", "open", 0],
    ],
  );
  const trialAt = Date.parse(data.now[0].trial_at);
  assert.ok(trialAt > clock.wallNow() && trialAt <= clock.wallNow() + 33_000);
  assert.deepEqual(data.history[0].fields, { transport: "http", state: "open", why: "5 failures in a row" });
  const { topics, chain, provider } = canned.asked.events[0]!;
  assert.deepEqual([topics, chain, provider], [["breaker"], "ethereum", "a"]);
  assert.equal((await lasso.get("/api/breakers?provider=nope")).status, 404);
});
