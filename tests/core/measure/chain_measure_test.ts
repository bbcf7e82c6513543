import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import type { Candidate } from "../../../core/plugins/strategy.ts";
import type { AttemptOutcome } from "../../../core/measure/recorder.ts";
import { ChainMeasure, maxMethods } from "../../../core/measure/chain_measure.ts";
import { categories } from "../../../core/rpc/category.ts";
import { candidate } from "./support.ts";

function measureOn(clock = new VirtualClock()): {
  measure: ChainMeasure;
  clock: VirtualClock;
  hit: (who: Candidate, method: string, ms: number, outcome?: AttemptOutcome, atLeast?: boolean) => void;
} {
  const measure = new ChainMeasure(clock);
  return {
    measure,
    clock,
    hit: (who, method, ms, outcome = "ok", atLeast = false) =>
      measure.record(who, method, ms, outcome, atLeast, clock.now()),
  };
}

Deno.test("latency() is null for what was never measured", () => {
  const { measure, hit } = measureOn();
  const [a, b] = [candidate("a"), candidate("b")];
  hit(a, "eth_call", 10);
  assert.equal(measure.latency(a, "eth_getLogs"), null);
  assert.equal(measure.latency(b, "eth_call"), null);
  assert.equal(measure.latencyOverall(b), null);
});

Deno.test("latency() keeps methods and channels apart, latencyOverall() joins the methods", () => {
  const { measure, hit } = measureOn();
  const [http, ws] = [candidate("a"), candidate("a", { transport: "ws" })];
  hit(http, "eth_call", 10);
  hit(http, "eth_getLogs", 500);
  hit(ws, "eth_call", 3);
  assert.equal(measure.latency(http, "eth_call")!.p50, 10);
  assert.equal(measure.latency(http, "eth_getLogs")!.p50, 500);
  assert.equal(measure.latency(ws, "eth_call")!.p50, 3);
  assert.equal(measure.latencyOverall(http)!.n, 2);
});

Deno.test("latency() of a new candidate object with the same id is what was measured before (reload)", () => {
  const { measure, hit } = measureOn();
  hit(candidate("a"), "eth_call", 10);
  assert.equal(measure.latency(candidate("a"), "eth_call")!.p50, 10);
});

Deno.test("refresh() sets the time that ages are read at", async () => {
  const { measure, clock, hit } = measureOn();
  const a = candidate("a");
  hit(a, "eth_call", 10);
  await clock.advance(1_500);
  measure.refresh(clock.now());
  assert.equal(measure.now, 1_500);
  assert.equal(measure.latency(a, "eth_call")!.age, 1_500);
});

Deno.test("record() gives every outcome a meaning: answered, failed or neutral", () => {
  const shares = Object.fromEntries((["ok", ...categories] as const).map((outcome) => {
    const { measure, hit } = measureOn();
    const a = candidate("a");
    hit(a, "eth_call", 10);
    hit(a, "eth_call", 10, outcome);
    const { success, n } = measure.latency(a, "eth_call")!;
    return [outcome, n === 1 ? "neutral" : success === 1 ? "answered" : "failed"];
  }));
  assert.deepEqual(shares, {
    ok: "answered",
    client: "answered",
    revert: "answered",
    tx_known: "answered",
    tx_rejected: "answered",
    range: "neutral",
    rate_limited: "failed",
    quota: "failed",
    auth: "failed",
    wrong_chain: "failed",
    missing_data: "neutral",
    unsupported: "neutral",
    syncing: "failed",
    server: "failed",
    timeout: "failed",
    transport: "failed",
    malformed: "failed",
    integrity: "failed",
    unknown: "neutral",
    cancelled: "neutral",
    overloaded: "neutral",
  });
});

Deno.test("record() lets a cancelled slow call raise the latency without touching success", () => {
  const { measure, hit } = measureOn();
  const a = candidate("a");
  hit(a, "eth_call", 10);
  hit(a, "eth_call", 900, "cancelled", true);
  const stats = measure.latency(a, "eth_call")!;
  assert.ok(stats.mean > 400);
  assert.equal(stats.success, 1);
});

Deno.test("record() counts methods beyond the most as other, and latency() finds them there", () => {
  const { measure, hit } = measureOn();
  const a = candidate("a");
  for (let i = 0; i < 5 * maxMethods; i++) hit(a, `m${i}`, i < maxMethods - 1 ? 10 : 70);
  const { methods } = measure.channels.get("a:http")!;
  assert.equal(methods.size, maxMethods);
  assert.equal(measure.latency(a, "m3")!.p50, 10);
  assert.equal(measure.latency(a, "m900")!.n, 4 * maxMethods + 1);
});

Deno.test("quota() is null without a quota, and shared by a provider's transports with one", () => {
  const { measure, hit } = measureOn();
  const cost = {
    perCall: 26,
    methods: { eth_getLogs: 75, "debug_*": 300, "debug_trace*": 500 },
    usdPerMillion: 1,
  };
  const [http, ws] = [candidate("a", { cost }), candidate("a", { cost, transport: "ws" })];
  assert.equal(measure.quota(http), null);
  hit(http, "eth_call", 1);
  assert.equal(measure.quota(http), null);
  measure.setQuota("a", 1_000_000);
  hit(ws, "eth_getLogs", 1);
  hit(ws, "debug_getBadBlocks", 1);
  hit(ws, "debug_traceCall", 1);
  assert.deepEqual(measure.quota(http), { used: 26 + 75 + 300 + 500, max: 1_000_000 });
});

Deno.test("quota() leaves out what a provider hardly charges", () => {
  const { measure, hit } = measureOn();
  const a = candidate("a");
  measure.setQuota("a", 100);
  for (const outcome of ["transport", "rate_limited", "quota", "auth", "overloaded"] as const) {
    hit(a, "eth_call", 1, outcome);
  }
  assert.equal(measure.quota(a)!.used, 0);
  hit(a, "eth_call", 1, "timeout", true);
  assert.equal(measure.quota(a)!.used, 1);
});

Deno.test("quota() charges by the costs of the candidate that was called (reload)", () => {
  const { measure, hit } = measureOn();
  measure.setQuota("a", 100);
  hit(candidate("a"), "eth_call", 1);
  hit(candidate("a", { cost: { perCall: 10, methods: {}, usdPerMillion: null } }), "eth_call", 1);
  assert.equal(measure.quota(candidate("a"))!.used, 11);
});

Deno.test("quota() begins anew with the calendar month in UTC", async () => {
  const clock = new VirtualClock(Date.UTC(2025, 11, 31, 23, 59, 50));
  const { measure, hit } = measureOn(clock);
  const a = candidate("a");
  measure.setQuota("a", 100);
  hit(a, "eth_call", 1);
  await clock.advance(9_000);
  hit(a, "eth_call", 1);
  assert.equal(measure.quota(a)!.used, 2);
  await clock.advance(3_000);
  measure.refresh(clock.now());
  assert.equal(measure.quota(a)!.used, 0);
  hit(a, "eth_call", 1);
  await clock.advance(27 * 86_400_000);
  hit(a, "eth_call", 1);
  assert.equal(measure.quota(a)!.used, 2);
});

Deno.test("retain() forgets the channels and providers that are gone", () => {
  const { measure, hit } = measureOn();
  const [a, b] = [candidate("a"), candidate("b")];
  measure.setQuota("b", 5);
  hit(a, "eth_call", 1);
  hit(b, "eth_call", 1);
  measure.retain(new Set(["a:http"]), new Set(["a"]));
  assert.equal(measure.latency(a, "eth_call")!.n, 1);
  assert.equal(measure.latency(b, "eth_call"), null);
  assert.equal(measure.quota(b), null);
});
