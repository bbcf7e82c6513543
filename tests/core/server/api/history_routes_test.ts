import assert from "node:assert/strict";
import { VirtualClock } from "../../../../core/virtual_clock.ts";
import { CannedHistory, cellGroup } from "../../../support/canned_history.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

const now = Date.parse("2026-03-04T05:06:07.000Z");

async function stage(canned: CannedHistory): Promise<TestLasso> {
  return await TestLasso.start({ history: canned.history, clock: new VirtualClock(now) });
}

async function get(
  lasso: TestLasso,
  path: string,
): Promise<{ status: number; json: ReturnType<typeof JSON.parse> }> {
  const { status, body } = await lasso.get(path);
  return { status, json: JSON.parse(body) };
}

Deno.test("GET /api/history gives at most 300 points, null where nothing was", async () => {
  const canned = new CannedHistory();
  await using lasso = await stage(canned);
  const wall = lasso.server.state.deps.clock.wallNow();
  const minute = Math.floor(wall / 60_000) * 60_000;
  canned.groups.push(
    cellGroup({ at: minute - 120_000, n: 120, failed: 6, p99: 12.5 }),
    cellGroup({ at: minute - 60_000, n: 60, p99: null }),
  );
  const { status, json } = await get(
    lasso,
    "/api/history?metric=rps&chain=eth&method=eth_call&from=-5m&step=1m",
  );
  assert.equal(status, 200);
  assert.deepEqual(canned.asked.cells[0], {
    kind: "call",
    from: wall - 300_000,
    to: wall,
    stepMs: 60_000,
    by: [],
    where: { chain: "ethereum", name: "eth_call" },
  });
  const { data, window, n } = json;
  assert.deepEqual([data.metric, data.unit, data.left_out, n, window.step_ms], [
    "rps",
    "per_second",
    0,
    180,
    60_000,
  ]);
  assert.deepEqual(data.series.map(({ key }: { key: unknown }) => key), [{}]);
  const points = data.series[0].points as { at: string; value: number | null; n: number }[];
  assert.equal(points.length, 6);
  assert.deepEqual(points.map(({ value }) => value), [null, null, null, 2, 1, null]);
  assert.equal(points[3]?.at, new Date(minute - 120_000).toISOString());

  const long = await get(lasso, "/api/history?metric=error_ratio&from=-365d");
  assert.ok(long.json.data.series[0].points.length <= 300);
  const whole = await get(lasso, "/api/history?metric=error_ratio&from=0&to=8640000000000000");
  assert.ok(whole.json.data.series[0].points.length <= 300);
});

Deno.test("GET /api/history splits by a dimension and asks for what each metric is made of", async () => {
  const canned = new CannedHistory();
  await using lasso = await stage(canned);
  const wall = lasso.server.state.deps.clock.wallNow();
  for (let k = 0; k < 25; k++) {
    canned.groups.push(cellGroup({ at: wall - 60_000, n: k, p50: k, key: { provider: `p${k}` } }));
  }
  const { json } = await get(lasso, "/api/history?metric=upstream_p50_ms&by=provider&transport=ws&from=-10m");
  assert.deepEqual(canned.asked.cells[0]?.by, ["provider"]);
  assert.deepEqual([canned.asked.cells[0]?.kind, canned.asked.cells[0]?.where], ["attempt", {
    transport: "ws",
  }]);
  assert.deepEqual([json.data.series.length, json.data.left_out], [20, 5]);
  assert.deepEqual(json.data.series[0].key, { provider: "p24" });
  const where = async (path: string): Promise<unknown> => {
    await get(lasso, `/api/history?${path}`);
    return canned.asked.cells.at(-1)?.where;
  };
  assert.deepEqual(await where("metric=cpu"), { chain: "", provider: "", name: "cpu" });
  assert.deepEqual(await where("metric=head&chain=1"), { chain: "ethereum", provider: "", name: "head" });
  assert.deepEqual(await where("metric=head&chain=1&provider=a"), {
    chain: "ethereum",
    provider: "a",
    name: "head",
  });
  assert.deepEqual(await where("metric=lag_blocks&chain=1&by=provider"), {
    chain: "ethereum",
    name: "lag_blocks",
  });
});

Deno.test("GET /api/history refuses what a metric can't be narrowed down by, and what does not exist", async () => {
  await using lasso = await stage(new CannedHistory());
  const cases: readonly (readonly [string, number, string])[] = [
    ["metric=nope", 400, "bad_query"],
    ["", 400, "bad_query"],
    ["metric=rps&provider=a", 400, "bad_query"],
    ["metric=rps&by=provider", 400, "bad_query"],
    ["metric=cpu&chain=eth", 400, "bad_query"],
    ["metric=rps&from=-1m&to=-2m", 400, "bad_query"],
    ["metric=rps&step=0", 400, "bad_query"],
    ["metric=rps&chain=nope", 404, "unknown_chain"],
    ["metric=upstream_rps&provider=nope", 404, "unknown_provider"],
  ];
  for (const [query, status, code] of cases) {
    const got = await get(lasso, `/api/history?${query}`);
    assert.deepEqual([got.status, got.json.error.code], [status, code], query);
  }
  const { json } = await get(lasso, "/api/history?metric=rps&provider=a");
  assert.equal(json.error.message, "rps can't be narrowed down by provider.");
  assert.equal(json.error.hint, "It can by chain, method, strategy. Try upstream_rps.");
});

Deno.test("GET /api/matrix shows providers by methods, with errors alone", async () => {
  const canned = new CannedHistory();
  await using lasso = await stage(canned);
  canned.groups.push(
    cellGroup({
      key: { provider: "b", name: "eth_call" },
      n: 2,
      p50: 1.23456,
      p99: 2,
      outcomes: { ok: 1, revert: 1 },
    }),
    cellGroup({
      key: { provider: "a", name: "eth_getLogs" },
      n: 10,
      failed: 4,
      outcomes: { ok: 6, timeout: 3, server: 1 },
    }),
  );
  const { json } = await get(lasso, "/api/matrix?chain=eth&window=2h");
  const [query] = canned.asked.cells;
  assert.deepEqual([query?.kind, query?.by, query?.where, query?.stepMs], [
    "attempt",
    ["provider", "name"],
    { chain: "ethereum" },
    null,
  ]);
  assert.equal((query?.to ?? 0) - (query?.from ?? 0), 7_200_000);
  assert.deepEqual([json.data.providers, json.data.methods, json.n], [
    ["a", "b"],
    ["eth_getLogs", "eth_call"],
    12,
  ]);
  assert.deepEqual(json.data.cells, [
    {
      provider: "b",
      method: "eth_call",
      n: 2,
      failed: 0,
      error_ratio: 0,
      p50_ms: 1.235,
      p99_ms: 2,
      errors: {},
    },
    {
      ...{
        provider: "a",
        method: "eth_getLogs",
        n: 10,
        failed: 4,
        error_ratio: 0.4,
        p50_ms: null,
        p99_ms: null,
      },
      errors: { timeout: 3, server: 1 },
    },
  ]);
  assert.equal((await get(lasso, "/api/matrix")).status, 400);
});

Deno.test("routes that ask history answer 503 when it can't be asked", async () => {
  const canned = new CannedHistory();
  canned.broken = "the worker of https://a.example/KEY is gone";
  await using lasso = await stage(canned);
  for (
    const path of [
      "/api/history?metric=rps",
      "/api/matrix?chain=eth",
      "/api/leaderboard/eth",
      "/api/requests",
      "/api/requests/abc",
      "/api/events",
      "/api/races",
      "/api/breakers",
      "/api/blocks",
    ]
  ) {
    const { status, json } = await get(lasso, path);
    assert.deepEqual([status, json.error.code], [503, "history_unavailable"], path);
    assert.equal(json.error.message, "History can't be asked: the worker of https://a.example/*** is gone.");
  }
});
