// Racing and Strategies show the figures that the API tells: a provider whose subscriptions are silent misses races, a
// strategy that was set by hand is in force and is measured beside what others would have given.

import assert from "node:assert/strict";
import { count, dollars, exact, millis, none, percent } from "../../../ui/format/number.ts";
import { type Race, type RacesAnswer, racesOf } from "../../../ui/models/races.ts";
import { type Compared, strategyRows } from "../../../ui/models/strategy_rows.ts";
import type { StreamRow } from "../../../ui/models/streams.ts";
import type { PageStand } from "../../support/page_stand.ts";
import { until } from "../../support/until.ts";
import { agree, type Cells, looking, only, type PageCase, rowsOf, textsOf } from "./page_case.ts";

interface Rank {
  readonly rank: number;
  readonly provider: string;
  readonly transport: string;
  readonly score: number | null;
  readonly races: number | null;
  readonly wins: number | null;
  readonly losses: number | null;
  readonly missed: number | null;
  readonly win_rate: number | null;
  readonly avg_margin_ms: number | null;
}

const board = "/api/leaderboard/base?by=race&event=newHeads&window=15m";

const racing: PageCase = {
  name: "Racing has the ranks and the races that the API tells, a silent provider's misses among them",
  run: async (stand) => {
    const silent = await until("two race", async () => {
      const streams = await stand.api<readonly StreamRow[]>("/api/streams?chain=base");
      const heads = streams.find(({ type }) => type === "newHeads");
      return heads?.upstreams.filter(({ state }) => state === "open")[1]?.provider;
    });
    const missed = (ranks: readonly Rank[]): number =>
      ranks.find(({ provider }) => provider === silent)?.missed ?? 0;
    const before = missed(await stand.api<readonly Rank[]>(board));
    await stand.desk.beginFault("base", silent, { kind: "stall_subscriptions" }, null);
    await until(
      "the silent one has missed a race",
      async () => missed(await stand.api<readonly Rank[]>(board)) > before,
      40_000,
    );
    // Without a subscriber no race is run, and both sides can be looked at.
    await stand.desk.stopTraffic();
    await looking(stand, "/racing?chain=base", async ({ page }) => {
      const ranks = await agree("the ranks are the API's", {
        ask: () => stand.api<readonly Rank[]>(board),
        expected: (ranks) => ranks.map(rankRow),
        shown: () => rowsOf(page, "Leaderboard"),
      }, 40_000);
      assert.ok(missed(ranks) > before);
      await agree("the races are the API's", {
        ask: async () => {
          const answer = await stand.api<RacesAnswer>("/api/races?event=newHeads&limit=25&chain=base");
          return racesOf(answer).toSorted((a, b) => b.at - a.at).slice(0, 25);
        },
        expected: (races) => races.map(raceRow),
        shown: async () => only(await rowsOf(page, "Races"), "Block", "Winner", "Behind the winner"),
      }, 40_000);
    });
  },
};

function rankRow(one: Rank): Cells {
  return {
    "#": String(one.rank),
    Provider: `${one.provider} ${one.transport}`,
    Score: count(one.score),
    Races: count(one.races),
    Wins: count(one.wins),
    "Win rate": percent(one.win_rate),
    Losses: count(one.losses),
    Missed: count(one.missed),
    Behind: millis(one.avg_margin_ms),
  };
}

function raceRow({ block, winner, open, margins }: Race): Cells {
  const behind = margins.slice(1).map(({ provider, ms }) =>
    `${provider} ${ms === null ? (open ? "not yet" : "missed") : `+${millis(ms)}`}`
  );
  return {
    Block: block === null ? none : exact(block),
    Winner: open ? `${winner} still running` : winner,
    "Behind the winner": behind.join(""),
  };
}

interface Standing {
  readonly strategy: string;
  readonly strategy_overridden: boolean;
}

const strategies: PageCase = {
  name: "Strategies tells which is in force, and what each gave and would have given, as the API does",
  run: async (stand) => {
    await stand.desk.beginFault("ethereum", "steady", { kind: "latency", ms: 150 }, null);
    await stand.api("/api/admin/strategy", { chain: "ethereum", strategy: "round_robin" }, "PUT");
    await until("round_robin has served", async () => {
      const [compared] = await askStrategies(stand, "-2m");
      return compared?.measured.some(({ strategy, calls }) => strategy === "round_robin" && calls >= 20);
    }, 100_000);
    await stand.desk.stopTraffic();
    await looking(stand, "/strategies?chain=ethereum", async ({ page }) => {
      await agree("what is in force is the API's", {
        ask: () => stand.api<Standing>("/v1/chains/ethereum/status"),
        expected: ({ strategy, strategy_overridden: byHand }) => [
          "ethereum",
          `${strategy} ${byHand ? "set by hand" : "by the config"}`,
          `${strategy}${byHand ? " (set by hand)" : ""}`,
        ],
        shown: async () => [
          ...(await textsOf(page, ".switches li > p:not(.buttons)")),
          ...(await textsOf(page, ".strip .figures > div:nth-child(2) dd")),
        ],
      });
      await agree("the figures are the API's", {
        ask: () => askStrategies(stand, "-15m"),
        expected: ([compared]) => strategyCells(compared!),
        shown: async () =>
          only(
            await rowsOf(page, "Strategies: measured and expected"),
            "Strategy",
            "p50",
            "p95",
            "p99",
            "Success",
            "Per 1,000",
            "n",
          ),
      }, 100_000);
    });
    await stand.api("/api/admin/strategy", { chain: "ethereum", strategy: null }, "PUT");
  },
};

const askStrategies = (stand: PageStand, from: string): Promise<readonly Compared[]> =>
  stand.api(`/api/analytics/strategies?chain=ethereum&from=${from}`);

function strategyCells(compared: Compared): readonly Cells[] {
  return strategyRows(compared, "").map((row) => ({
    Strategy: `${row.kind} ${row.strategy}`,
    p50: millis(row.p50),
    p95: millis(row.p95),
    p99: millis(row.p99),
    Success: percent(row.success),
    "Per 1,000": dollars(row.usdPerThousand),
    n: count(row.calls),
  }));
}

export function figureCases(): readonly PageCase[] {
  return [racing, strategies];
}
