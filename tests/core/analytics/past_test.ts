import assert from "node:assert/strict";
import { PastCandidate } from "../../../core/analytics/past_candidate.ts";
import type { PastCell } from "../../../core/analytics/past_cell.ts";
import { InFlight } from "../../../core/analytics/in_flight.ts";
import { type PastPoint, pastPoints } from "../../../core/analytics/past_points.ts";
import { PastRaces } from "../../../core/analytics/past_races.ts";
import { poisson } from "../../../core/analytics/poisson.ts";
import { WorkSlices } from "../../../core/analytics/work_slices.ts";
import type { Clock } from "../../../core/clock.ts";
import type { CellAnswer, CellQuery } from "../../../core/measure/history/model.ts";
import { seededRandom } from "../../../core/random.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { cellGroup } from "../../support/canned_history.ts";
import { chainSettings } from "../../support/fake_chain.ts";
import { fakeRouter, noAnswer } from "../../support/fake_router.ts";
import { cellOf, gaugeCell, hour, minute, seriesKey, t0, TestKeeper } from "../measure/history/support.ts";
import { candidate } from "../measure/support.ts";

const never = new AbortController().signal;
const { breaker } = chainSettings(["a"]);

function cell(answered: number, failed: number): PastCell {
  const n = answered + failed;
  const key = { provider: "a", transport: "http", method: "eth_call" };
  return { ...key, n, answered, failed, charged: 1, histogram: null, mean: 0 };
}

Deno.test("PastCandidate guesses the breaker from the share of failures, and comes last while it is open", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: noAnswer },
    providers: { a: { methods: { allow: null, deny: ["debug_*"] } } },
  });
  const past = new PastCandidate(lasso.channel("a"), breaker, 5);
  const feed = (number: number, ...cells: PastCell[]): string => {
    past.feed(cells, number * minute, (number + 1) * minute);
    return past.breaker;
  };
  assert.equal(past.denies("debug_traceCall"), true);
  assert.equal(past.denies("eth_call"), false);
  assert.equal(feed(0, cell(30, 10)), "closed");
  assert.equal(feed(1, cell(0, 4)), "closed");
  assert.equal(feed(2, cell(0, 5)), "open");
  assert.equal(past.setBack, true);
  // Nobody asked it, as it was open: after its pause it may be tried.
  assert.equal(feed(3), "half_open");
  assert.equal(past.setBack, false);
  assert.equal(feed(4, cell(10, 1)), "closed");
  assert.equal(feed(5, cell(10, 10)), "open");
  past.breaker = "closed";
  past.lagBlocks = 6;
  assert.equal(past.setBack, true);
  const free = new PastCandidate(lasso.channel("a"), false, 5);
  free.feed([cell(0, 100)], 0, minute);
  assert.equal(free.breaker, "closed");
});

Deno.test("PastRaces knows the whole hours of the day before, and falls back to the other transport", () => {
  const race = (at: number, win: number, loss: number, mean: number | null) =>
    cellGroup({
      at,
      key: { name: "newHeads", provider: "a", transport: "ws" },
      n: win + loss,
      outcomes: { win, loss },
      mean,
    });
  const races = new PastRaces(
    [race(0, 100, 0, null), race(hour, 30, 10, 20), race(2 * hour, 0, 40, 40)],
    hour,
  );
  const a = candidate("a");
  assert.equal(races.stats(a, "newHeads", hour - 1), null, "that hour is not over");
  assert.equal(races.stats(a, "newHeads", hour)!.races, 100);
  const stats = races.stats(candidate("a", { transport: "ws" }), "newHeads", 3 * hour)!;
  assert.deepEqual([stats.races, stats.winRate, stats.avgMarginMs], [180, 130 / 180, 36]);
  assert.deepEqual(races.stats(a, "newHeads", 3 * hour), stats);
  assert.equal(races.stats(a, "newHeads", 26 * hour)!.races, 40);
  assert.equal(races.stats(a, "logs", 3 * hour), null);
  assert.equal(races.stats(candidate("b"), "newHeads", 3 * hour), null);
});

async function points(keeper: TestKeeper, from: number, to: number, widthMs: number): Promise<PastPoint[]> {
  const history = { cells: (query: CellQuery): Promise<CellAnswer> => Promise.resolve(keeper.cells(query)) };
  const slices = new WorkSlices(new VirtualClock(), never);
  return await Array.fromAsync(pastPoints(history, { chain: "ethereum", from, to, widthMs }, slices));
}

Deno.test("pastPoints() gives each minute once, with cells, calls and gauges", async () => {
  using keeper = new TestKeeper();
  const { outbox } = keeper;
  const call = seriesKey({ kind: "call", provider: "", transport: "" });
  const gauge = (name: string) => seriesKey({ kind: "gauge", name, transport: "", strategy: "" });
  for (const number of [0, 1, 2, 40, 90]) {
    const outcomes = new Map([["ok", 2], ["server", 1], ["rate_limited", 1], ["cancelled", 1]]);
    outbox.second(t0 + number * minute + 1_000, [
      cellOf(1, seriesKey(), [10, 20], { n: 5, outcomes }),
      cellOf(2, call, [25, 25]),
      gaugeCell(3, gauge("head"), [100 + number]),
      gaugeCell(4, gauge("lag_blocks"), [3]),
    ]);
  }
  keeper.post(t0 + 91 * minute);
  const found = await points(keeper, t0 - 5 * minute, t0 + 100 * minute, minute);
  assert.deepEqual(found.map(({ from }) => (from - t0) / minute), [0, 1, 2, 40, 90]);
  const { to, cells, calls, heads, lags } = found[3]!;
  assert.equal(to, t0 + 41 * minute);
  const { histogram, ...counts } = cells[0]!;
  assert.deepEqual(counts, {
    ...{ provider: "alchemy", transport: "http", method: "eth_call", n: 5 },
    ...{ answered: 2, failed: 2, charged: 0.8, mean: counts.mean },
  });
  assert.equal(histogram!.count, 2);
  assert.ok(Math.abs(counts.mean - 15) < 0.2);
  assert.deepEqual([[...calls], [...heads], [...lags]], [[["eth_call", 2]], [["alchemy", 140]], [[
    "alchemy",
    3,
  ]]]);
});

Deno.test("pastPoints() asks for whole cells where history keeps no finer ones, and counts nothing twice", async () => {
  const asked: [number, number, number][] = [];
  const history = {
    cells: ({ kind, from, to, stepMs }: CellQuery): Promise<CellAnswer> => {
      if (kind === "attempt") asked.push([from, to, stepMs!]);
      const group = (at: number) => cellGroup({ at, key: { name: "eth_call" }, n: 60 });
      const hours = [0, 1].map((number) => t0 + number * hour).filter((at) =>
        at < to && at + (stepMs! < hour ? hour : 1) > from
      );
      return Promise.resolve({ stepMs: hour, groups: kind === "gauge" ? [] : hours.map(group) });
    },
  };
  const range = { chain: "ethereum", from: t0 + 10 * minute, to: t0 + 2 * hour, widthMs: minute };
  const found = await Array.fromAsync(pastPoints(history, range, new WorkSlices(new VirtualClock(), never)));
  assert.deepEqual(found.map(({ from, to }) => [from, to]), [[t0, t0 + hour], [t0 + hour, t0 + 2 * hour]]);
  assert.deepEqual(asked[1], [t0, t0 + 2 * hour, hour]);
});

Deno.test("WorkSlices is due after some milliseconds, and pauses as long as the slice took", async () => {
  const virtual = new VirtualClock();
  let worked = 0;
  const clock: Clock = {
    now: () => virtual.now() + worked,
    wallNow: () => virtual.wallNow(),
    after: (ms, fire) => virtual.after(ms, fire),
  };
  const abort = new AbortController();
  const slices = new WorkSlices(clock, abort.signal);
  assert.equal(slices.due, false);
  worked = 4;
  assert.equal(slices.due, true);
  let over = false;
  const paused = slices.pause().then(() => over = true);
  await virtual.advance(3);
  assert.equal(over, false);
  await virtual.advance(1);
  assert.equal(over, true);
  await paused;
  assert.equal(slices.due, false);
  const last = slices.pause();
  abort.abort(new Error("left"));
  await assert.rejects(last, /left/);
  assert.equal(virtual.pending, 0);
});

Deno.test("poisson() has mean and spread of the number that it draws", () => {
  const random = seededRandom(3);
  for (const mean of [0.2, 3, 60]) {
    const draws = Array.from({ length: 4_000 }, () => poisson(random, mean));
    const average = draws.reduce((sum, n) => sum + n, 0) / draws.length;
    const variance = draws.reduce((sum, n) => sum + (n - average) ** 2, 0) / draws.length;
    assert.ok(Math.abs(average / mean - 1) < 0.1, `${average}`);
    assert.ok(Math.abs(variance / mean - 1) < 0.15, `${variance}`);
  }
  assert.equal(poisson(random, 0), 0);
});

Deno.test("InFlight follows who was picked, and draws about the mean where nobody asks call by call", async () => {
  await using lasso = await fakeRouter({ nodes: { a: noAnswer, b: noAnswer } });
  const [a, b] = ["a", "b"].map((id) => new PastCandidate(lasso.channel(id), breaker, 5)) as [
    PastCandidate,
    PastCandidate,
  ];
  const random = seededRandom(4);
  const followed = new InFlight(random, true, new Map([[b, 0]]), () => 100);
  followed.begin(a, 100, 2);
  followed.show([a, b]);
  assert.deepEqual([a.inFlight, b.inFlight], [2, 0]);
  for (let k = 0; k < 100; k++) followed.next(10);
  followed.show([a, b]);
  assert.deepEqual([a.inFlight, b.inFlight], [0, 0]);
  // A call each 10 ms that takes 100 ms: ten in flight.
  let sum = 0;
  for (let k = 0; k < 5_000; k++) {
    followed.next(10);
    followed.show([b]);
    sum += b.inFlight;
    followed.begin(b, 100, 1);
  }
  assert.ok(Math.abs(sum / 5_000 - 10) < 0.5, String(sum / 5_000));
  for (const [follow, mean] of [[false, 10], [true, 1_000]] as const) {
    const drawn = new InFlight(random, follow, new Map([[a, mean]]), () => 100);
    let all = 0;
    for (let k = 0; k < 500; k++) {
      drawn.next(1e6);
      drawn.show([a, b]);
      drawn.begin(b, 1e9, 1);
      all += a.inFlight;
      assert.equal(b.inFlight, 0);
    }
    assert.ok(Math.abs(all / 500 / mean - 1) < 0.1, String(all / 500));
  }
});
