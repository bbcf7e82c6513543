import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import type { Cell } from "../../../core/measure/history/model.ts";
import { silentLog } from "../../../core/log.ts";
import { Meter } from "../../../core/measure/meter.ts";
import { maxSamples } from "../../../core/measure/sample_ring.ts";
import { maxSeries } from "../../../core/measure/series_book.ts";
import { seededRandom } from "../../../core/random.ts";
import { candidate, CellLog, lognormal, meterOn } from "./support.ts";

const a = candidate("a", { cost: { perCall: 10, methods: { eth_getLogs: 75 }, usdPerMillion: 0.5 } });
const b = candidate("b", { transport: "ws" });

function stage(clock = new VirtualClock()): { clock: VirtualClock; log: CellLog; meter: Meter & Disposable } {
  const log = new CellLog();
  const meter = meterOn(clock, log);
  meter.chain("base");
  return { clock, log, meter };
}

function call(meter: Meter, clock: VirtualClock, ms: number, outcome = "ok", failedOver = false): void {
  meter.request("base", "eth_call", outcome, ms, 0.1, clock.now(), "fastest", failedOver);
}

Deno.test("a second's cells tell each series apart, with counts, times, units and dollars", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  await clock.advance(300);
  meter.attempt("base", a, "eth_getLogs", 30, "ok", false, clock.now(), "fastest");
  meter.attempt("base", a, "eth_getLogs", 50, "ok", false, clock.now(), "fastest");
  meter.attempt("base", a, "eth_getLogs", 2, "server", false, clock.now(), "fastest");
  meter.attempt("base", a, "eth_getLogs", 1, "rate_limited", false, clock.now(), "fastest");
  meter.attempt("base", a, "eth_getLogs", 7, "ok", false, clock.now(), "cheapest");
  meter.attempt("base", b, "eth_call", 5, "revert", false, clock.now(), "fastest");
  call(meter, clock, 90, "ok", true);
  call(meter, clock, 8, "error");
  call(meter, clock, 4, "timeout");
  call(meter, clock, 3, "cancelled");
  assert.equal(log.seconds.length, 0);
  await clock.advance(700);
  assert.equal(log.seconds.length, 1);
  assert.equal(log.seconds[0]!.at, 1_700_000_000_000);
  const figures = log.cells().map((cell) => [
    [cell.key.kind, cell.key.provider, cell.key.transport, cell.key.name, cell.key.strategy].join(" "),
    { n: cell.n, failed: cell.failed, failovers: cell.failovers, units: cell.units, usd: cell.usd },
    { sum: cell.sum, max: cell.max, last: cell.last, timed: cell.histogram?.count },
    Object.fromEntries(cell.outcomes),
  ]);
  assert.deepEqual(figures, [
    [
      "attempt a http eth_getLogs fastest",
      { n: 4, failed: 2, failovers: 0, units: 225, usd: 225 * 0.5 / 1e6 },
      { sum: 80, max: 50, last: 50, timed: 2 },
      { ok: 2, server: 1, rate_limited: 1 },
    ],
    [
      "attempt a http eth_getLogs cheapest",
      { n: 1, failed: 0, failovers: 0, units: 75, usd: 75 * 0.5 / 1e6 },
      { sum: 7, max: 7, last: 7, timed: 1 },
      { ok: 1 },
    ],
    [
      "attempt b ws eth_call fastest",
      { n: 1, failed: 0, failovers: 0, units: 1, usd: 0 },
      { sum: 5, max: 5, last: 5, timed: 1 },
      { revert: 1 },
    ],
    [
      "call   eth_call fastest",
      { n: 4, failed: 1, failovers: 1, units: 0, usd: 0 },
      { sum: 105, max: 90, last: 3, timed: 4 },
      { ok: 1, error: 1, timeout: 1, cancelled: 1 },
    ],
  ]);
});

Deno.test("a time that is only known to be longer enters a cell where it raises what is known", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  meter.attempt("base", a, "eth_call", 100, "ok", false, 0, "fastest");
  meter.attempt("base", a, "eth_call", 20, "cancelled", true, 0, "fastest");
  meter.attempt("base", a, "eth_call", 400, "cancelled", true, 0, "fastest");
  meter.attempt("base", a, "eth_call", 900, "timeout", true, 0, "fastest");
  await clock.advance(1_000);
  const cell = log.cells("attempt")[0]!;
  assert.deepEqual([cell.n, cell.failed, cell.sum, cell.max], [4, 1, 1_400, 900]);
});

Deno.test("percentiles of drained cells agree with an exact computation within 1 %", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  const random = seededRandom(5);
  const exact = new Map<number, number[]>();
  for (let i = 0; i < 60_000; i++) {
    await clock.advance(1 + Math.floor(random.next() * 2));
    const ms = lognormal(random, 40, 1.1);
    const second = Math.floor(clock.now() / 1000);
    if (!exact.has(second)) exact.set(second, []);
    exact.get(second)!.push(ms);
    meter.attempt("base", a, "eth_call", ms, "ok", false, clock.now(), "fastest");
  }
  await clock.advance(1_000);
  const cells = log.cells("attempt");
  assert.equal(cells.length, exact.size);
  [...exact.values()].forEach((times, i) => {
    times.sort((x, y) => x - y);
    const { histogram, sum } = cells[i]!;
    for (const q of [0.5, 0.9, 0.95, 0.99]) {
      const want = times[Math.ceil(q * times.length) - 1]!;
      const got = histogram!.quantile(q);
      assert.ok(Math.abs(got / want - 1) <= 0.01, `second ${i} p${q * 100}: ${got}, exactly ${want}`);
    }
    const total = times.reduce((x, y) => x + y, 0);
    assert.ok(Math.abs(sum / total - 1) < 1e-6);
  });
});

Deno.test("seconds without traffic give no cells", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  await clock.advance(5_000);
  call(meter, clock, 1);
  await clock.advance(60_000);
  call(meter, clock, 1);
  await clock.advance(60_000);
  const told = log.seconds.filter(({ cells }) => cells.some(({ key }) => key.kind !== "gauge"));
  assert.deepEqual(told.map(({ at }) => at - 1_700_000_000_000), [5_000, 65_000]);
});

Deno.test("nothing is lost or counted twice, however the traffic comes", async () => {
  const { clock, log, meter } = stage();
  const random = seededRandom(3);
  let calls = 0;
  let ms = 0;
  for (let i = 0; i < 300; i++) {
    const many = random.next() < 0.05 ? Math.floor(random.next() * 12_000) : Math.floor(random.next() * 40);
    for (let k = 0; k < many; k++) {
      call(meter, clock, k % 16);
      calls++;
      ms += k % 16;
    }
    await clock.advance(random.next() * 700);
  }
  meter[Symbol.dispose]();
  assert.deepEqual([log.sum(({ n }) => n), log.sum(({ sum }) => sum)], [calls, ms]);
  const ats = log.seconds.map(({ at }) => at);
  assert.deepEqual(ats, [...new Set(ats)].sort((x, y) => x - y));
});

Deno.test("nothing is lost when more samples come at once than the ring holds", () => {
  const { clock, log, meter } = stage();
  for (let i = 0; i < 2.5 * maxSamples; i++) call(meter, clock, 1);
  meter[Symbol.dispose]();
  assert.equal(log.sum(({ n }) => n), 2.5 * maxSamples);
});

Deno.test("many waiting samples are turned into cells before the second ends, and told with it", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  for (let i = 0; i < 10_000; i++) call(meter, clock, 1);
  const timers = clock.pending;
  await clock.advance(0);
  assert.equal(clock.pending, timers - 1);
  assert.equal(log.cells().length, 0);
  for (let i = 0; i < 5; i++) call(meter, clock, 1);
  await clock.advance(1_000);
  assert.deepEqual(log.cells().map(({ n }) => n), [10_005]);
});

Deno.test("a timer that is late cuts the seconds by the samples' own times", () => {
  const clock = new StoppedClock();
  const { log, meter } = stage(clock);
  for (const at of [200, 999, 1_000, 1_001, 4_500]) {
    clock.time = at;
    call(meter, clock, 1);
  }
  clock.time = 7_000;
  meter[Symbol.dispose]();
  const told = log.seconds.map(({ at, cells }) => [at % 100_000, cells.find(isCall)?.n ?? 0]);
  assert.deepEqual(told, [[0, 2], [1_000, 2], [4_000, 1], [6_000, 0]]);
});

Deno.test("a wall clock that is set neither loses nor doubles anything; seconds follow it", async () => {
  const clock = new SteppedClock();
  const { log, meter } = stage(clock);
  let calls = 0;
  const run = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds * 10; i++, calls++) {
      call(meter, clock, 1);
      await clock.advance(100);
    }
  };
  await run(10);
  clock.stepMs = -3_600_000;
  await run(10);
  clock.stepMs = 86_400_000;
  await run(10);
  clock.stepMs += 400; // Less than what seconds are shifted for.
  await run(10);
  meter[Symbol.dispose]();
  assert.equal(log.sum(({ n }) => n), calls);
  const told = log.seconds.filter(({ cells }) => cells.some(isCall));
  assert.deepEqual(told.map(({ cells }) => cells.find(isCall)?.n), Array(40).fill(10));
  const ats = told.map(({ at }) => (at - 1_700_000_000_000) / 1_000);
  const from = (first: number): number[] => Array.from({ length: 10 }, (_, i) => first + i);
  assert.deepEqual(ats, [...from(0), ...from(10 - 3_600), ...from(20 + 86_400), ...from(30 + 86_400)]);
});

Deno.test("series are bounded under hostile method names, and what is above counts as other", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  const many = Array.from({ length: 40 }, (_, i) => candidate(`p${i}`));
  let attempts = 0;
  for (let i = 0; i < 5_000; i++) {
    for (const who of many.slice(i % 37, i % 37 + 4)) {
      meter.attempt("base", who, `evil${i}`, 1, "ok", false, clock.now(), "fastest");
      attempts++;
    }
    meter.request("base", `evil${i}`, "ok", 1, 0.1, clock.now(), "fastest", false);
  }
  await clock.advance(1_000);
  const cells = log.cells();
  const series = new Set(cells.map((cell) => cell.series));
  assert.ok(series.size <= maxSeries + many.length + 1, `${series.size} series`);
  assert.ok(series.size > maxSeries / 2);
  assert.equal(log.sum(({ n }) => n, "attempt"), attempts);
  assert.equal(log.sum(({ n }) => n, "call"), 5_000);
  const others = cells.filter(({ key }) => key.name === "other");
  assert.ok(others.length > 30 && others.some(({ key }) => key.kind === "call"));
});

Deno.test("numbers of series stay the same and are unique through the chains", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  meter.chain("ethereum");
  for (let i = 0; i < 3; i++) {
    for (const chain of ["base", "ethereum"]) {
      meter.attempt(chain, a, "eth_call", 1, "ok", false, clock.now(), i % 2 === 0 ? "fastest" : "cheapest");
      meter.request(chain, "eth_call", "ok", 1, 0.1, clock.now(), "fastest", false);
    }
    await clock.advance(1_000);
  }
  const keys = new Map<number, string>();
  for (const { series, key } of log.seconds.flatMap(({ cells }) => cells)) {
    const text = JSON.stringify(key);
    assert.equal(keys.get(series) ?? text, text);
    keys.set(series, text);
  }
  assert.equal(new Set(keys.values()).size, keys.size);
  assert.equal([...keys.values()].filter((text) => text.includes('"attempt"')).length, 4);
});

Deno.test("units of a price that a reload changes are those of the attempt's time", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  meter.attempt("base", a, "eth_call", 1, "ok", false, clock.now(), "fastest");
  const dearer = { ...a, cost: { perCall: 1_000, methods: {}, usdPerMillion: 2 } };
  meter.attempt("base", dearer, "eth_call", 1, "ok", false, clock.now(), "fastest");
  await clock.advance(1_000);
  const [cell] = log.cells("attempt");
  assert.deepEqual([cell!.units, cell!.usd], [1_010, 10 * 0.5 / 1e6 + 1_000 * 2 / 1e6]);
});

Deno.test("retain() and forget() hand on what was told of channels and chains that go", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  meter.attempt("base", a, "eth_call", 1, "ok", false, clock.now(), "fastest");
  meter.attempt("base", b, "eth_call", 1, "ok", false, clock.now(), "fastest");
  meter.retain("base", [a]);
  assert.deepEqual(meter.samples("base", 60_000).map(({ key }) => key.provider), ["a"]);
  meter.attempt("base", a, "eth_call", 1, "ok", false, clock.now(), "fastest");
  meter.forget("base");
  await clock.advance(1_000);
  assert.equal(log.sum(({ n }) => n, "attempt"), 3);
  assert.deepEqual(meter.samples("base", 60_000), []);
  assert.equal(meter.live.chain("base"), null);
});

Deno.test("gauges are read once a second, each kept as one cell without a histogram", async () => {
  const { clock, log, meter } = stage();
  using _ = meter;
  let head = 100;
  meter.addGaugeSource((set) => {
    set("base", "a", "head", head++);
    set("base", "", "streams", NaN);
  });
  await clock.advance(3_000);
  const heads = log.cells("gauge").filter(({ key }) => key.name === "head");
  assert.deepEqual(heads.map(({ last }) => last), [100, 101, 102]);
  assert.deepEqual(heads[2], {
    series: heads[0]!.series,
    key: { kind: "gauge", chain: "base", provider: "a", transport: "", name: "head", strategy: "" },
    n: 1,
    failed: 0,
    failovers: 0,
    units: 0,
    usd: 0,
    sum: 102,
    max: 102,
    last: 102,
    outcomes: new Map(),
    histogram: null,
  });
  assert.deepEqual(log.cells("gauge").filter(({ key }) => key.name === "streams"), []);
});

Deno.test("gauges of the process: memory, lateness of the loop, processor", async () => {
  const clock = new VirtualClock();
  const log = new CellLog();
  const { Meter } = await import("../../../core/measure/meter.ts");
  using _ = new Meter({
    clock,
    build: {},
    memory: () => ({ rss: 4096, heap_used: 10 }),
    cpuMs: () => clock.now() / 4,
    cells: log,
  });
  await clock.advance(2_000);
  const newest = log.seconds[1]!.cells.map(({ key, last }) => [key.chain, key.name, last]);
  assert.deepEqual(newest, [["", "memory_rss", 4096], ["", "heap_used", 10], ["", "loop_lag_ms", 0], [
    "",
    "cpu",
    0.25,
  ]]);
});

Deno.test("a source of gauges or a sink that throws costs its own figures, and is told once until it is well", async () => {
  const clock = new VirtualClock();
  const told: unknown[] = [];
  let broken = true;
  const log = new CellLog();
  using meter = new Meter({
    ...{ clock, build: {}, memory: () => ({}) },
    log: { ...silentLog, write: (level, event, fields) => void told.push([level, event, fields]) },
    cells: {
      second: (at, cells) => {
        if (broken) throw new Error("no room");
        log.second(at, cells);
      },
    },
  });
  meter.addGaugeSource(() => {
    if (broken) throw new Error("gone with https://user:secret@node.example/v2/key");
  });
  meter.addGaugeSource((set) => set("", "", "in_flight", 7));
  await clock.advance(3_000);
  const gauges = ["error", "call.failed", { part: "gauges", error: "gone with https://node.example/***" }];
  const cells = ["error", "call.failed", { part: "cells", error: "no room" }];
  assert.deepEqual(told, [gauges, cells]);
  broken = false;
  await clock.advance(2_000);
  const [newest] = log.cells("gauge").filter(({ key }) => key.name === "in_flight").slice(-1);
  assert.deepEqual([log.seconds.length, newest?.n, newest?.last], [2, 1, 7]);
  assert.equal(told.length, 2);
  broken = true;
  await clock.advance(1_000);
  assert.deepEqual(told.slice(2), [gauges, cells]);
});

Deno.test("samples() gives the raw samples of a short time, for exact figures", async () => {
  const { clock, meter } = stage();
  using _ = meter;
  call(meter, clock, 500);
  await clock.advance(10_000);
  call(meter, clock, 20, "ok", true);
  await clock.advance(5_000);
  meter.attempt("base", a, "eth_call", 2, "server", false, clock.now(), "fastest");
  assert.deepEqual(
    meter.samples("base", 6_000).map(({ key, ...rest }) => [key.kind, key.name, rest]),
    [
      ["call", "eth_call", { ms: 20, outcome: "ok", timed: true, failedOver: true, at: 10_000 }],
      ["attempt", "eth_call", { ms: 2, outcome: "server", timed: false, failedOver: false, at: 15_000 }],
    ],
  );
  assert.deepEqual(meter.samples("nowhere", 6_000), []);
});

function isCall({ key }: Cell): boolean {
  return key.kind === "call";
}

/** Its wall clock can be set. */
class SteppedClock extends VirtualClock {
  stepMs = 0;
  override wallNow(): number {
    return super.wallNow() + this.stepMs;
  }
}

/** Time that passes without a timer firing. */
class StoppedClock extends VirtualClock {
  time = 0;
  override now(): number {
    return this.time;
  }
  override wallNow(): number {
    return 1_700_000_000_000 + this.time;
  }
}
