import assert from "node:assert/strict";
import { costReport, quotaReport } from "../../../core/analytics/cost_report.ts";
import { requestPatterns } from "../../../core/analytics/request_patterns.ts";
import { savings } from "../../../core/analytics/savings.ts";
import type { CellAnswer, CellQuery, History } from "../../../core/measure/history/model.ts";
import { fakeRouter, noAnswer } from "../../support/fake_router.ts";
import { cellGroup } from "../../support/canned_history.ts";
import { cellOf, hour, minute, seriesKey, t0, TestKeeper } from "../measure/history/support.ts";
import { candidate } from "../measure/support.ts";

function historyOf(keeper: TestKeeper): Pick<History, "cells"> {
  return { cells: (query: CellQuery): Promise<CellAnswer> => Promise.resolve(keeper.cells(query)) };
}

const call = (name: string, chain = "ethereum") =>
  seriesKey({ kind: "call", provider: "", transport: "", name, chain });

Deno.test("requestPatterns() tells volume over time, by method, provider, transport and hour, and the errors", async () => {
  using keeper = new TestKeeper();
  const { outbox } = keeper;
  const outcomes = (entries: [string, number][]) => ({ outcomes: new Map(entries) });
  outbox.second(t0, [
    cellOf(1, call("eth_call"), [10, 10, 30, 30], {
      failed: 1,
      failovers: 1,
      ...outcomes([["ok", 2], ["error", 1], ["timeout", 1]]),
    }),
    cellOf(2, seriesKey(), [9, 9, 29], outcomes([["ok", 3]])),
    cellOf(3, seriesKey({ provider: "infura", transport: "ws" }), [28], {
      failed: 2,
      ...outcomes([["ok", 1], ["server", 2]]),
    }),
    cellOf(4, call("eth_call", "base"), [1]),
  ]);
  outbox.second(t0 + 61 * minute, [cellOf(5, call("eth_getLogs"), [100])]);
  keeper.post(t0 + 62 * minute);
  const query = { from: t0, to: t0 + 2 * hour, stepMs: minute, chain: "ethereum" };
  const found = await requestPatterns(historyOf(keeper), query);
  assert.equal(found.calls, 5);
  assert.equal(found.stepMs, minute);
  assert.deepEqual(found.buckets.map(({ at, n, failed, failovers }) => [at, n, failed, failovers]), [
    [t0, 4, 1, 1],
    [t0 + 61 * minute, 1, 0, 0],
  ]);
  assert.deepEqual(found.methods.map(({ method, n }) => [method, n]), [["eth_call", 4], ["eth_getLogs", 1]]);
  assert.deepEqual(found.providers.map(({ provider, n }) => [provider, n]), [["alchemy", 3], ["infura", 1]]);
  assert.deepEqual(found.transports.map(({ transport, n }) => [transport, n]), [["http", 3], ["ws", 1]]);
  assert.equal(found.hours.length, 24);
  assert.deepEqual(found.hours.filter(({ n }) => n > 0).map(({ hour: at, n }) => [at, n]), [[5, 4], [6, 1]]);
  const six = found.hours[6]!;
  assert.ok(Math.abs(six.p50! / 100 - 1) < 0.01);
  assert.equal(found.hours[7]!.p50, null);
  assert.deepEqual(found.errors, [{ outcome: "timeout", n: 1 }]);
  assert.deepEqual(found.attemptErrors, [{ outcome: "server", n: 2 }]);
  const all = await requestPatterns(historyOf(keeper), { ...query, chain: null });
  assert.equal(all.calls, 6);
});

Deno.test("costReport() sums units and dollars by chain, provider, method and day", async () => {
  using keeper = new TestKeeper({ now: t0 + 24 * hour });
  const { outbox } = keeper;
  const cost = (units: number) => ({ units, usd: units / 1e6 });
  outbox.second(t0, [
    cellOf(1, seriesKey(), [1, 1], cost(40)),
    cellOf(2, seriesKey({ name: "eth_getLogs" }), [1], cost(75)),
    cellOf(3, seriesKey({ provider: "infura" }), [1], cost(10)),
    cellOf(4, seriesKey({ chain: "base" }), [1], cost(500)),
  ]);
  outbox.second(t0 + 20 * hour, [cellOf(1, seriesKey(), [1], cost(20))]);
  keeper.post(t0 + 24 * hour);
  const query = { from: t0 - 5 * hour, to: t0 + 24 * hour, stepMs: 24 * hour, chain: null };
  const found = await costReport(historyOf(keeper), query);
  assert.deepEqual([found.n, found.units], [6, 645]);
  assert.ok(Math.abs(found.usd - 645e-6) < 1e-9);
  assert.deepEqual(found.chains.map(({ chain, units }) => [chain, units]), [["base", 500], [
    "ethereum",
    145,
  ]]);
  const ethereum = found.chains[1]!;
  assert.deepEqual(ethereum.providers.map(({ provider, units }) => [provider, units]), [
    ["alchemy", 135],
    ["infura", 10],
  ]);
  assert.deepEqual(ethereum.methods.map(({ method, units }) => [method, units]), [
    ["eth_getLogs", 75],
    ["eth_call", 70],
  ]);
  const days = found.days.map((
    { at, chain, units },
  ) => [new Date(at).toISOString().slice(0, 10), chain, units]);
  assert.deepEqual(days, [["2026-03-04", "ethereum", 125], ["2026-03-04", "base", 500], [
    "2026-03-05",
    "ethereum",
    20,
  ]]);
  const one = await costReport(historyOf(keeper), { ...query, chain: "base" });
  assert.deepEqual(one.chains.map(({ chain }) => chain), ["base"]);
});

Deno.test("quotaReport() forecasts from what is used and since when it is measured", async () => {
  await using lasso = await fakeRouter({ nodes: { alchemy: noAnswer, free: noAnswer } });
  lasso.measure.setQuota("alchemy", 1_000);
  lasso.measure.restoreQuota("alchemy", 300);
  const now = Date.UTC(2026, 2, 11);
  const history = {
    cells: ({ stepMs }: CellQuery): Promise<CellAnswer> =>
      Promise.resolve({
        stepMs: 3 * hour,
        groups: [
          cellGroup({
            at: now - 48 * hour,
            key: { chain: "ethereum", provider: "alchemy" },
            n: 5,
            units: stepMs === null ? 200 : 7,
          }),
        ],
      }),
  };
  const [report, ...more] = await quotaReport(history, lasso.router.routes, now);
  assert.deepEqual(more, []);
  const { chain, provider, used, max, forecasts } = report!;
  assert.deepEqual([chain, provider, used, max], ["ethereum", "alchemy", 300, 1_000]);
  assert.deepEqual(forecasts.map(({ basis, days, perDay }) => [basis, days, perDay]), [
    ["month", 2, 150],
    ["7d", 2, 100],
  ]);
});

Deno.test("savings() sets what was spent against each strategy and each provider alone", () => {
  const expected = { known: 1, p50: 1, p95: 1, p99: 1, success: 1, providers: [], methods: [], faults: 0 };
  const times = { p50: 1, p95: 1, p99: 1, callSuccess: 1 };
  const measured = { calls: 100, attempts: 100, success: 1, providers: [], methods: [], ...times };
  const cost = (perCall: number, usdPerMillion: number | null) => ({
    perCall,
    methods: { eth_getLogs: perCall * 3 },
    usdPerMillion,
  });
  const found = savings({
    ...{ chain: "ethereum", from: 0, to: 1, widthMs: 1, leftOut: 0, broken: [] },
    calls: new Map([["eth_call", 80], ["eth_getLogs", 20]]),
    strategies: [
      { strategy: "fastest", calls: 100, units: 1_400, usd: 14, ...expected },
      { strategy: "cheapest", calls: 100, units: 0, usd: 0, ...expected },
    ],
    measured: [
      { ...measured, strategy: "fastest", units: 600, usd: 6 },
      { ...measured, strategy: "priority", units: 100, usd: 1 },
    ],
  }, [
    candidate("free", { cost: cost(0, null) }),
    candidate("dear", { type: "paid", cost: cost(10, 10_000) }),
    candidate("dear", { type: "paid", cost: cost(10, 10_000), transport: "ws" }),
    candidate("fair", { type: "paid", cost: cost(10, 5_000) }),
  ]);
  assert.deepEqual([found.units, found.usd, found.calls], [700, 7, 100]);
  assert.deepEqual(found.strategies.map(({ name, savedUsd }) => [name, savedUsd]), [["cheapest", -7], [
    "fastest",
    7,
  ]]);
  assert.deepEqual(
    found.providers.map(({ name, type, units, usd, savedUsd }) => [name, type, units, usd, savedUsd]),
    [
      ["dear", "paid", 1_400, 14, 7],
      ["fair", "paid", 1_400, 7, 0],
      ["free", "public", 0, 0, -7],
    ],
  );
  assert.deepEqual([found.dearest, found.cheapestPaid], ["dear", "fair"]);
});
