import assert from "node:assert/strict";
import { encodeHistogram } from "../../../../core/measure/history/histogram_codec.ts";
import { Histogram } from "../../../../core/measure/histogram.ts";
import type { CellAnswer, CellQuery } from "../../../../core/measure/history/model.ts";
import { noHistory } from "../../../../core/measure/history/no_history.ts";
import { CannedHistory, cellGroup } from "../../../support/canned_history.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

const minute = 60_000;

/** Provider a answers in 10 ms, b in 40 ms; 50 attempts each in each of the two minutes before the last one. */
function traffic({ kind, by, from, to, stepMs }: CellQuery): CellAnswer {
  // In one point it is all together.
  const times = stepMs === null ? 2 : 1;
  const groups = (stepMs === null ? [3] : [2, 3]).flatMap((back) => {
    const at = (Math.floor(Date.now() / minute) - back) * minute;
    if (at < from || at >= to) return [];
    const key = (provider: string) =>
      Object.fromEntries(
        by.map((dimension) => [
          dimension,
          {
            chain: "ethereum",
            provider,
            transport: "http",
            name: "eth_call",
            strategy: "priority",
          }[dimension],
        ]),
      );
    const n = 50 * times;
    const timed = { outcomes: { ok: n }, n, units: n, usd: 0 };
    if (kind === "call") return [cellGroup({ at, key: key(""), n: 2 * n, outcomes: { ok: 2 * n }, p50: 11 })];
    if (kind !== "attempt") return [];
    return [["a", 10], ["b", 40]].map(([provider, ms]) => {
      const all = new Histogram();
      for (let k = 0; k < n; k++) all.record(Number(ms));
      const histogram = encodeHistogram(all, Number(ms));
      return cellGroup({ at, key: key(String(provider)), ...timed, mean: Number(ms), histogram });
    });
  });
  return { stepMs: stepMs ?? to - from, groups };
}

const history = { ...noHistory, cells: (query: CellQuery) => Promise.resolve(traffic(query)) };

Deno.test("GET /api/analytics/strategies gives theory beside fact", async () => {
  await using lasso = await TestLasso.start({ history });
  const { status, body } = await lasso.get("/api/analytics/strategies?chain=eth&from=-10m");
  assert.equal(status, 200, body);
  const { data, n, window } = JSON.parse(body);
  assert.equal(n, 200);
  assert.deepEqual(Object.keys(window), ["from", "to"]);
  assert.equal(data.length, 1);
  const [found] = data;
  assert.deepEqual([found.chain, found.calls, found.left_out, found.cell_ms], ["ethereum", 200, 0, minute]);
  const rows = found.strategies.map(
    (one: { strategy: string; served: boolean; known: number; p50_ms: number; providers: unknown }) => [
      one.strategy,
      one.served,
      one.known,
      Math.round(one.p50_ms),
      one.providers,
    ],
  );
  assert.deepEqual(rows, [
    ["fastest", false, 1, 10, [{ provider: "a", share: 1 }]],
    ["priority", true, 1, 10, [{ provider: "a", share: 1 }]],
  ]);
  assert.deepEqual(found.measured.map(({ strategy }: { strategy: string }) => strategy), ["priority"]);
  const every = JSON.parse((await lasso.get("/api/analytics/strategies?from=-10m")).body);
  assert.deepEqual(every.data.map(({ chain }: { chain: string }) => chain), ["ethereum"]);
});

Deno.test("GET /api/analytics/costs gives sums, quotas and savings", async () => {
  await using lasso = await TestLasso.start({ history });
  const { status, body } = await lasso.get("/api/analytics/costs?chain=ethereum&from=-10m");
  assert.equal(status, 200, body);
  const { data } = JSON.parse(body);
  assert.equal(data.total.units, 200);
  assert.deepEqual(data.quotas, []);
  assert.equal(data.savings[0].calls, 200);
  assert.equal(data.savings_note, null);
  assert.deepEqual(data.savings[0].providers.map(({ provider }: { provider: string }) => provider).sort(), [
    "a",
    "b",
  ]);
  const again = JSON.parse((await lasso.get("/api/analytics/costs?chain=ethereum&from=-10m")).body).data;
  assert.deepEqual(again.savings, data.savings);
  const long = JSON.parse((await lasso.get("/api/analytics/costs?from=-40d")).body).data;
  assert.deepEqual([long.savings, long.savings_note], [null, "only over at most 31d"]);
});

Deno.test("GET /api/analytics/requests gives volume and patterns", async () => {
  await using lasso = await TestLasso.start({ history });
  const { status, body } = await lasso.get("/api/analytics/requests?chain=1&from=-10m&bucket=1m");
  assert.equal(status, 200, body);
  const { data, window, n } = JSON.parse(body);
  assert.equal(window.step_ms, minute);
  assert.equal(n, 200);
  assert.equal(data.buckets.length, 2);
  assert.equal(data.hours.length, 24);
});

Deno.test("GET /api/analytics/… says what is wrong with a query, and that history can't be asked", async () => {
  const canned = new CannedHistory();
  await using lasso = await TestLasso.start({ history: canned.history });
  for (const path of ["requests", "costs", "strategies"]) {
    const wrong = ["from=nonsense", "from=-1m&to=-2m", "nonsense=1", "bucket=1ms"];
    for (const query of wrong) {
      assert.equal((await lasso.get(`/api/analytics/${path}?${query}`)).status, 400, `${path} ${query}`);
    }
    assert.equal((await lasso.get(`/api/analytics/${path}?chain=nope`)).status, 404);
  }
  assert.equal((await lasso.get("/api/analytics/strategies?from=-40d")).status, 400);
  canned.broken = "disk";
  for (const path of ["requests", "costs", "strategies"]) {
    const { status, body } = await lasso.get(`/api/analytics/${path}?chain=eth`);
    assert.equal(status, 503, path);
    assert.equal(JSON.parse(body).error.code, "history_unavailable");
  }
});
