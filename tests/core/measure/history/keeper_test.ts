// The worker's side without the thread: what was told is answered, summed up alike at every level, kept as long as
// it should be.

import assert from "node:assert/strict";
import { Histogram } from "../../../../core/measure/histogram.ts";
import { decodeHistogram } from "../../../../core/measure/history/histogram_codec.ts";
import type {
  CellGroup,
  HistoryEvent,
  KeptCall,
  Page,
  RaceResult,
} from "../../../../core/measure/history/model.ts";
import { memoryLimits } from "../../../../core/measure/history/levels.ts";
import type { Questions } from "../../../../core/measure/history/messages.ts";
import { seededRandom } from "../../../../core/random.ts";
import { cellOf, gaugeCell, hour, minute, second, seriesKey, t0, TestKeeper } from "./support.ts";

const providers = ["alchemy", "infura", "ankr"];

/** Three providers' traffic from `from` on, told each `everyMs`; gives the samples by provider. */
function traffic(
  on: TestKeeper,
  from: number,
  to: number,
  everyMs = second,
): Map<string, [number, number][]> {
  const random = seededRandom(7);
  const samples = new Map<string, [number, number][]>(providers.map((provider) => [provider, []]));
  for (let at = from; at < to; at += everyMs) {
    on.outbox.second(
      at,
      providers.flatMap((provider, series) => {
        const times = Array.from(
          { length: Math.floor(4 * random.next()) },
          () => 5 + 500 * random.next() ** 3,
        );
        for (const ms of times) samples.get(provider)!.push([at, ms]);
        const failed = times.length > 2 ? 1 : 0;
        const outcomes = new Map([["ok", times.length], ["timeout", failed]]);
        const n = times.length + failed;
        const change = { n, failed, outcomes, units: 26 * n, usd: 1e-6 * n };
        return n === 0 ? [] : [cellOf(series, seriesKey({ provider }), times, change)];
      }),
    );
    on.post(at + everyMs);
  }
  return samples;
}

const counts = ({ n, failed, outcomes, units }: CellGroup): unknown => ({ n, failed, outcomes, units });

Deno.test("cells() sums alike over seconds, minutes, five minutes and hours", () => {
  using on = new TestKeeper();
  const to = t0 + 2 * hour + 13 * minute + 20 * second;
  const samples = traffic(on, t0, to, 5 * second);
  const n = [...samples.values()].flat().length;
  const sums = [null, hour, 5 * minute, 2 * minute, minute].map((stepMs) => {
    const { groups } = on.cells({ from: t0, to, stepMs });
    return groups.reduce((sum, group) => ({
      n: sum.n + group.n,
      failed: sum.failed + group.failed,
      ok: sum.ok + (group.outcomes["ok"] ?? 0),
      units: sum.units + group.units,
      usd: sum.usd + group.usd,
      ms: sum.ms + (group.mean ?? 0) * (group.outcomes["ok"] ?? 0),
    }), { n: 0, failed: 0, ok: 0, units: 0, usd: 0, ms: 0 });
  });
  const ms = [...samples.values()].flat().reduce((sum, [, time]) => sum + time, 0);
  for (const sum of sums) {
    assert.deepEqual([sum.n, sum.failed, sum.ok, sum.units], [
      sums[0]!.n,
      sums[0]!.failed,
      n,
      26 * sums[0]!.n,
    ]);
    assert.ok(Math.abs(sum.usd - 1e-6 * sum.n) < 1e-9);
    assert.ok(Math.abs(sum.ms - ms) < ms * 1e-4, `${sum.ms} is not ${ms}`);
  }
  assert.equal(sums[0]!.n - sums[0]!.failed, n);
});

Deno.test("write() goes on keeping every second after a clock that was years ahead is set right", () => {
  using on = new TestKeeper();
  const key = seriesKey();
  const tell = (at: number): void => {
    on.outbox.second(at, [cellOf(1, key, [10])]);
    on.post(at + second);
  };
  for (let k = 0; k < 10; k++) tell(t0 + k * second);
  tell(t0 + 2 * 366 * 24 * hour);
  for (let k = 10; k < 200; k++) tell(t0 + k * second);
  const from = t0 + 10 * second;
  const { groups, stepMs } = on.cells({ from, to: t0 + 200 * second, stepMs: second });
  assert.deepEqual([stepMs, groups.length], [second, 190]);
  for (const width of [minute, 5 * minute, hour]) {
    const whole = on.cells({ from: t0, to: t0 + hour, stepMs: width }).groups;
    assert.equal(whole.reduce((sum, { n }) => sum + n, 0), 190, `by ${width}`);
  }
});

Deno.test("cells() reads what there is and no more, whatever range is asked for", () => {
  using on = new TestKeeper();
  const key = seriesKey();
  on.outbox.second(t0, [cellOf(1, key, [10])]);
  on.outbox.second(t0 + 2 * hour, [cellOf(1, key, [10])]);
  on.post(t0 + 2 * hour + second);
  const farthest = 8_640_000_000_000_000;
  for (const stepMs of [null, second]) {
    for (const [from, to] of [[0, farthest], [-farthest, farthest], [t0, farthest], [-Infinity, Infinity]]) {
      const { groups } = on.cells({ from: from!, to: to!, stepMs });
      assert.equal(groups.reduce((sum, { n }) => sum + n, 0), 2, `${from} to ${to} by ${stepMs}`);
      assert.ok(groups.every(({ at }) => Number.isFinite(at)));
    }
  }
});

Deno.test("cells() gives percentiles within 1 % of the exact ones, merged over providers and time", () => {
  using on = new TestKeeper();
  const to = t0 + hour + 7 * minute;
  const samples = traffic(on, t0, to, 2 * second);
  const check = (group: CellGroup, times: number[]): void => {
    times.sort((a, b) => a - b);
    for (const [name, q] of [["p50", 0.5], ["p90", 0.9], ["p95", 0.95], ["p99", 0.99]] as const) {
      const exact = times[Math.ceil(q * times.length) - 1]!;
      assert.ok(Math.abs(group[name]! - exact) <= exact * 0.01, `${name} ${group[name]} is not ${exact}`);
    }
    assert.ok(Math.abs(group.max! - times.at(-1)!) <= times.at(-1)! / 65_536);
  };
  const [whole] = on.cells({ from: t0, to }).groups;
  check(whole!, [...samples.values()].flat().map(([, ms]) => ms));
  for (const group of on.cells({ from: t0, to, by: ["provider"] }).groups) {
    check(group, samples.get(group.key.provider!)!.map(([, ms]) => ms));
  }
  for (const group of on.cells({ from: t0, to, stepMs: 5 * minute, by: ["provider"] }).groups) {
    const inPoint = samples.get(group.key.provider!)!.filter(([at]) =>
      at >= group.at && at < group.at + 5 * minute
    );
    check(group, inPoint.map(([, ms]) => ms));
  }
});

Deno.test("cells() answers for exactly the time that was asked for, also in the middle of a minute", () => {
  using on = new TestKeeper();
  const samples = traffic(on, t0, t0 + 4 * minute + 30 * second);
  for (const [from, to] of [[17, 45], [17, 60], [0, 61], [59, 243], [120, 270], [3, 268]] as const) {
    const found = on.cells({ from: t0 + from * second, to: t0 + to * second }).groups[0]?.outcomes["ok"] ?? 0;
    const told = [...samples.values()].flat().filter(([at]) =>
      at >= t0 + from * second && at < t0 + to * second
    );
    assert.equal(found, told.length, `${from}..${to}`);
  }
});

Deno.test("cells() tells dimensions apart, filters, and keeps kinds, chains and regions to themselves", () => {
  using on = new TestKeeper();
  on.outbox.second(t0, [
    cellOf(1, seriesKey(), [10]),
    cellOf(2, seriesKey({ provider: "infura" }), [20, 30]),
    cellOf(3, seriesKey({ chain: "base" }), [40]),
    cellOf(4, seriesKey({ kind: "call", provider: "" }), [50]),
    gaugeCell(5, seriesKey({ kind: "gauge", name: "lag", transport: "", strategy: "" }), [4, 9, 7]),
  ]);
  on.post(t0 + second);
  const range = { from: t0, to: t0 + minute };
  assert.deepEqual(
    on.cells({ ...range, by: ["chain", "provider"] }).groups.map(({ key, n }) => [key, n]),
    [[{ chain: "ethereum", provider: "alchemy" }, 1], [{ chain: "ethereum", provider: "infura" }, 2], [
      { chain: "base", provider: "alchemy" },
      1,
    ]],
  );
  assert.deepEqual(on.cells({ ...range, where: { provider: "infura" } }).groups.map(({ n }) => n), [2]);
  assert.deepEqual(on.cells({ ...range, where: { chain: "base" } }).groups.map(({ n }) => n), [1]);
  assert.deepEqual(on.cells({ ...range, kind: "call" }).groups.map(({ p50 }) => p50), [50]);
  const [gauge] = on.cells({ ...range, kind: "gauge" }).groups;
  assert.deepEqual([gauge?.n, gauge?.mean, gauge?.max, gauge?.last, gauge?.p50], [3, 20 / 3, 9, 7, null]);
  assert.deepEqual(on.cells({ ...range, region: "elsewhere" }).groups, []);
  assert.deepEqual(on.cells({ from: t0 + minute, to: t0 }).groups, []);
});

Deno.test("cells() gives histograms that can be merged further", () => {
  using on = new TestKeeper();
  on.outbox.second(t0, [
    cellOf(1, seriesKey(), [10, 20]),
    cellOf(2, seriesKey({ provider: "infura" }), [30, 1000]),
  ]);
  on.post(t0 + second);
  const { groups } = on.cells({ from: t0, to: t0 + second, by: ["provider"], histograms: true });
  const merged = new Histogram();
  for (const { histogram } of groups) merged.merge(decodeHistogram(histogram!));
  assert.equal(merged.count, 4);
  assert.ok(Math.abs(merged.quantile(0.5) - 20) < 0.2);
  assert.ok(Math.abs(merged.quantile(1) - 1000) < 0.1);
});

Deno.test("write() adds seconds that come late, or again, to all that was made of them", () => {
  using on = new TestKeeper();
  const cell = (n: number): ReturnType<typeof cellOf> => cellOf(1, seriesKey(), Array<number>(n).fill(10));
  on.outbox.second(t0 + 5 * second, [cell(1)]);
  on.post(t0 + 6 * second);
  // Two hours later the clock is set back.
  on.post(t0 + 2 * hour);
  on.outbox.second(t0 + 5 * second, [cell(2)]);
  on.outbox.second(t0 + 70 * second, [cell(4)]);
  on.post(t0 + 71 * second);
  for (const stepMs of [null, minute, 5 * minute, hour]) {
    const n = on.cells({ from: t0, to: t0 + 2 * hour, stepMs }).groups.map((group) => group.n);
    assert.equal(n.reduce((a, b) => a + b, 0), 7, `${stepMs}`);
  }
});

Deno.test("write() makes up after a restart what is missing", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    {
      using on = new TestKeeper({ dataDir });
      traffic(on, t0, t0 + 90 * second);
    }
    using on = new TestKeeper({ dataDir, session: 2, now: t0 + 3 * hour });
    const before = on.cells({ from: t0, to: t0 + 3 * hour });
    on.post(t0 + 3 * hour);
    const after = on.cells({ from: t0, to: t0 + 3 * hour, stepMs: hour });
    assert.deepEqual(after.groups.map(counts), before.groups.map(counts));
    assert.equal(after.stepMs, hour);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("write() passes over a batch that was written before the worker died", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const told = new TestKeeper({ dataDir });
    told.outbox.second(t0, [cellOf(1, seriesKey(), [10])]);
    const batch = told.post(t0 + second);
    told[Symbol.dispose]();
    using on = new TestKeeper({ dataDir });
    on.keeper.write(batch);
    assert.equal(on.cells({ from: t0, to: t0 + second }).groups[0]?.n, 1);
    on.keeper.write({ ...batch, id: batch.id + 1 });
    assert.equal(on.cells({ from: t0, to: t0 + second }).groups[0]?.n, 2);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("write() keeps each level as long as it should, and what is asked of older times is coarser", () => {
  using on = new TestKeeper();
  const to = t0 + 3 * hour;
  const samples = traffic(on, t0, to, 20 * second);
  const { stepMs, groups } = on.cells({ from: to - 10 * minute, to: to - 8 * minute, stepMs: second });
  assert.equal(stepMs, minute, "seconds are gone after five minutes in memory");
  assert.equal(groups.length, 2);
  assert.equal(on.cells({ from: to - 2 * minute, to, stepMs: second }).stepMs, second);
  const n = [...samples.values()].flat().length;
  assert.equal(on.cells({ from: t0, to }).groups[0]?.outcomes["ok"], n);
});

Deno.test("write() keeps memory within its bound: minutes go before five minutes, the last hour stays", () => {
  const bound = 120_000;
  const limits = { ...memoryLimits, bytesPerChain: { all: bound, rows: 30_000 } };
  using on = new TestKeeper({}, { limits: { file: limits, memory: limits } });
  const to = t0 + 8 * hour;
  for (let k = 0; k < 100; k++) on.outbox.event(eventOf(t0 + k, { event: "x".repeat(100) }));
  const samples = traffic(on, t0, to, 10 * second);
  assert.ok(on.keeper.state.bytes < bound * 1.5, `${on.keeper.state.bytes} bytes`);
  assert.equal(on.cells({ from: to - hour, to, stepMs: minute }).stepMs, minute);
  assert.ok(on.cells({ from: t0 + hour, to: t0 + 2 * hour, stepMs: minute }).stepMs > minute);
  assert.equal(on.cells({ from: t0, to }).groups[0]?.outcomes["ok"], [...samples.values()].flat().length);
  const { rows } = ask<Page<HistoryEvent>>(on, "events", { limit: 500 });
  assert.ok(rows.length > 0 && rows.length < 40, `${rows.length} events`);
});

function ask<Answer>(on: TestKeeper, about: keyof Questions, query: unknown): Answer {
  return on.keeper.answer(
    { kind: "ask", id: 1, about, query } as Parameters<typeof on.keeper.answer>[0],
  ) as Answer;
}

function eventOf(at: number, change: Partial<HistoryEvent> = {}): HistoryEvent {
  return {
    at,
    topic: "breaker",
    chain: "ethereum",
    provider: "alchemy",
    event: "breaker.open",
    fields: {},
    ...change,
  };
}

function callOf(id: string, at: number, change: Partial<KeptCall> = {}): KeptCall {
  return {
    ...{ id, at, chain: "ethereum", method: "eth_call", transport: "http", strategy: "fastest" },
    ...{ provider: "alchemy", provider_transport: "http", outcome: "ok", duration_ms: 12, overhead_ms: 0.2 },
    ...{ upstream_ms: 11, retries: 0, reason: "fastest", candidates: [], error: null },
    attempts: [{ provider: "alchemy", transport: "http", started_ms: 0, ms: 11, outcome: "ok" }],
    ...change,
  };
}

Deno.test("events(), calls() and races() filter, go from the newest to the oldest, page by page", () => {
  using on = new TestKeeper();
  for (let k = 0; k < 25; k++) {
    const change = { topic: k % 5 === 0 ? "head" : "breaker", chain: k % 2 === 0 ? "base" : null };
    on.outbox.event(eventOf(t0 + Math.floor(k / 2), { ...change, fields: { k } }));
  }
  on.post(t0 + second);
  const seen: unknown[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = ask<Page<HistoryEvent>>(on, "events", { limit: 10, cursor });
    seen.push(...page.rows.map(({ fields }) => fields["k"]));
    if (page.next === null) break;
    cursor = page.next;
  }
  assert.deepEqual(seen, Array.from({ length: 25 }, (_, k) => 24 - k));
  const events = (query: object): number =>
    ask<Page<HistoryEvent>>(on, "events", { limit: 500, ...query }).rows.length;
  assert.equal(events({ topics: ["head"] }), 5);
  assert.equal(events({ topics: ["head"], chain: "base" }), 3);
  assert.equal(events({ provider: "nobody" }), 0);
  assert.equal(events({ from: t0 + 10, to: t0 + 12 }), 4);

  on.outbox.call(callOf("a", t0));
  on.outbox.call(
    callOf("b", t0 + 1, { outcome: "timeout", provider: null, method: "eth_getLogs", retries: 1 }),
  );
  on.outbox.call(callOf("c", t0 + 2, {
    retries: 1,
    provider: "infura",
    attempts: [{ provider: "ankr", transport: "ws", started_ms: 0, ms: 5, outcome: "transport" }],
  }));
  on.outbox.call(callOf("d", t0 + 3, { outcome: "error", chain: "base" }));
  on.post(t0 + 2 * second);
  const calls = (query: object): string[] =>
    ask<Page<KeptCall>>(on, "calls", { limit: 500, ...query }).rows.map(({ id }) => id);
  assert.deepEqual(calls({}), ["d", "c", "b", "a"]);
  assert.deepEqual(calls({ outcome: "failed" }), ["b"]);
  assert.deepEqual(calls({ outcome: "failover" }), ["c"]);
  assert.deepEqual(calls({ outcome: "ok" }), ["c", "a"]);
  assert.deepEqual(calls({ provider: "infura" }), ["c"]);
  assert.deepEqual(calls({ provider: "ankr" }), ["c"]);
  assert.deepEqual(calls({ provider: "anchemy" }), []);
  assert.deepEqual(calls({ method: "eth_getLogs", chain: "ethereum" }), ["b"]);
  assert.deepEqual(
    ask(on, "findCall", "c"),
    callOf("c", t0 + 2, {
      retries: 1,
      provider: "infura",
      attempts: [{ provider: "ankr", transport: "ws", started_ms: 0, ms: 5, outcome: "transport" }],
    }),
  );
  assert.equal(ask(on, "findCall", "e"), null);

  const race: RaceResult = {
    ...{ at: t0, chain: "ethereum", event: "newHeads", key: "0xab", block: 12, winner: "alchemy" },
    margins: [{ provider: "alchemy", transport: "ws", ms: 0 }, {
      provider: "ankr",
      transport: "ws",
      ms: null,
    }],
  };
  on.outbox.race(race);
  on.post(t0 + 3 * second);
  const races = (query: object): readonly RaceResult[] =>
    ask<Page<RaceResult>>(on, "races", { limit: 5, ...query }).rows;
  assert.deepEqual(races({ provider: "ankr" }), [race]);
  assert.deepEqual(races({ event: "logs" }), []);
});

Deno.test("dead letters are kept, changed, listed by kind and removed", () => {
  using on = new TestKeeper();
  const letter = {
    ...{
      at: t0,
      kind: "alert",
      target: "https://hooks.example.com",
      body: "{}",
      tries: 1,
      lastError: "refused",
    },
    nextAt: t0 + minute,
  };
  const id = ask<number>(on, "addDeadLetter", letter);
  const other = ask<number>(on, "addDeadLetter", { ...letter, kind: "transaction", nextAt: null });
  assert.notEqual(id, other);
  assert.equal(ask(on, "updateDeadLetter", { id, change: { tries: 2, nextAt: null } }), true);
  assert.deepEqual(ask(on, "deadLetter", id), { ...letter, id, tries: 2, nextAt: null });
  assert.deepEqual(
    ask<Page<{ id: number }>>(on, "deadLetters", { limit: 10, kind: "transaction" }).rows.map((row) =>
      row.id
    ),
    [other],
  );
  assert.equal(ask(on, "removeDeadLetter", id), true);
  assert.equal(ask(on, "removeDeadLetter", id), false);
  assert.equal(ask(on, "updateDeadLetter", { id, change: { tries: 3 } }), false);
  assert.equal(ask(on, "deadLetter", id), null);
});

Deno.test("rows beyond their number go by the oldest tenth, each hour", () => {
  const limits = { ...memoryLimits, rows: { events: 100, calls: 10, races: 10, dead_letters: 10 } };
  using on = new TestKeeper({}, { limits: { file: limits, memory: limits } });
  on.post(t0);
  for (let k = 0; k < 105; k++) on.outbox.event(eventOf(t0 + k));
  on.post(t0 + second);
  const rows = (): readonly HistoryEvent[] => ask<Page<HistoryEvent>>(on, "events", { limit: 500 }).rows;
  assert.equal(rows().length, 105);
  on.post(t0 + hour);
  assert.equal(rows().length, 94);
  assert.equal(rows().at(-1)?.at, t0 + 11);
});
