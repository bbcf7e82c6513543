import assert from "node:assert/strict";
import type { OpenRace, RaceBoard, RaceRank, RaceResult } from "../../../../core/measure/history/model.ts";
import { CannedHistory, cellGroup } from "../../../support/canned_history.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

const past: RaceResult = {
  at: 1_800_000_000_000,
  chain: "ethereum",
  event: "newHeads",
  key: "0xaa",
  block: 7,
  winner: "a",
  margins: [{ provider: "a", transport: "ws", ms: 0 }, { provider: "b", transport: "ws", ms: 12.34567 }],
};
const open: OpenRace = {
  ...past,
  key: "0xbb",
  block: 8,
  margins: [{ provider: "a", transport: "ws", ms: 0 }, { provider: "b", transport: "ws", ms: null }],
  closesAt: 1_800_000_024_000,
};
const rank: RaceRank = {
  ...{ chain: "ethereum", event: "newHeads", provider: "a", transport: "ws" },
  ...{ score: 1.23456, races: 50, wins: 40, losses: 9, missed: 1, winRate: 0.8, avgMarginMs: 4.5 },
};

function board(asked: unknown[] = []): RaceBoard {
  return {
    open: () => [open],
    ranking: (chain, event) => {
      asked.push([chain, event]);
      return [rank];
    },
    cutShort: 0,
  };
}

Deno.test("GET /api/races gives live races on the first page, and past ones page by page", async () => {
  const canned = new CannedHistory();
  canned.races.push(past);
  canned.next = "1.0.2";
  await using lasso = await TestLasso.start({ history: canned.history, api: { races: board() } });
  const first = JSON.parse((await lasso.get("/api/races?chain=eth&event=newHeads&limit=1")).body);
  assert.equal(first.next, "1.0.2");
  assert.deepEqual(first.data.past, [{
    ...past,
    at: "2027-01-15T08:00:00.000Z",
    margins: [{ provider: "a", transport: "ws", ms: 0 }, { provider: "b", transport: "ws", ms: 12.346 }],
  }]);
  assert.deepEqual(first.data.live.map(({ key, closes_at }: Record<string, unknown>) => [key, closes_at]), [
    ["0xbb", "2027-01-15T08:00:24.000Z"],
  ]);
  const { event, chain, limit } = canned.asked.races[0]!;
  assert.deepEqual([chain, event, limit], ["ethereum", "newHeads", 1]);
  const later = JSON.parse((await lasso.get("/api/races?cursor=1.0.2")).body);
  assert.deepEqual(later.data.live, []);
  assert.equal(canned.asked.races[1]?.cursor, "1.0.2");
  const other = JSON.parse((await lasso.get("/api/races?event=logs")).body);
  assert.deepEqual(other.data.live, []);
});

Deno.test("GET /api/leaderboard by race shows the board's ranking, or counts one from history", async () => {
  const asked: unknown[] = [];
  const canned = new CannedHistory();
  canned.groups.push(
    cellGroup({
      key: { provider: "b", transport: "ws" },
      n: 100,
      outcomes: { win: 20, loss: 80 },
      mean: 100,
    }),
    cellGroup({
      key: { provider: "a", transport: "ws" },
      n: 100,
      outcomes: { win: 80, loss: 15, missed: 5 },
      mean: 50,
    }),
  );
  await using lasso = await TestLasso.start({ history: canned.history, api: { races: board(asked) } });
  const live = JSON.parse((await lasso.get("/api/leaderboard/eth?by=race&event=logs")).body);
  assert.deepEqual(asked, [["ethereum", "logs"]]);
  assert.deepEqual([live.data[0].rank, live.data[0].score, live.data[0].win_rate], [1, 1.235, 0.8]);
  assert.equal(canned.asked.cells.length, 0);
  const counted = JSON.parse((await lasso.get("/api/leaderboard/eth?by=race&window=1h&region=eu")).body);
  const [query] = canned.asked.cells;
  assert.deepEqual([query?.kind, query?.region, query?.where], [
    "race",
    "eu",
    { chain: "ethereum", name: "newHeads" },
  ]);
  const rows = counted.data.map((
    { provider, score, missed }: Record<string, unknown>,
  ) => [provider, score, missed]);
  // 0.8 / 1.5 × 2 and 0.2 / 2 × 2.
  assert.deepEqual(rows, [["a", 1.067, 5], ["b", 0.2, 0]]);
});

Deno.test("GET /api/leaderboard by latency ranks by the median over success, few samples last", async () => {
  const canned = new CannedHistory();
  canned.groups.push(
    cellGroup({ key: { provider: "slow", transport: "http" }, n: 100, p50: 30, p99: 60 }),
    cellGroup({ key: { provider: "flaky", transport: "http" }, n: 100, failed: 60, p50: 20, p99: 60 }),
    cellGroup({ key: { provider: "new", transport: "http" }, n: 3, p50: 1, p99: 1 }),
    cellGroup({ key: { provider: "fast", transport: "ws" }, n: 100, p50: 10, p99: 60 }),
  );
  await using lasso = await TestLasso.start({ history: canned.history });
  const { data } = JSON.parse((await lasso.get("/api/leaderboard/ethereum?method=eth_call")).body);
  assert.deepEqual(canned.asked.cells[0]?.where, { chain: "ethereum", name: "eth_call" });
  const rows = data.map(({ rank, provider, note }: Record<string, unknown>) => [rank, provider, note]);
  assert.deepEqual(rows, [[1, "fast", null], [2, "slow", null], [3, "flaky", null], [
    4,
    "new",
    "fewer than 20 samples",
  ]]);
  const unknown = await lasso.get("/api/leaderboard/nope");
  assert.deepEqual([unknown.status, JSON.parse(unknown.body).error.code], [404, "unknown_chain"]);
});
