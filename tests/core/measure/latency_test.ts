import assert from "node:assert/strict";
import { seededRandom } from "../../../core/random.ts";
import { LatencySeries } from "../../../core/measure/latency.ts";
import { lognormal } from "./support.ts";

function near(actual: number, wanted: number, share = 0.01): void {
  assert.ok(Math.abs(actual - wanted) <= share * Math.abs(wanted), `${actual} is not near ${wanted}`);
}

Deno.test("read() is null before any sample", () => {
  assert.equal(new LatencySeries().read(1000), null);
});

Deno.test("read() tells a first sample at once", () => {
  const series = new LatencySeries();
  series.answered(20, 5_000);
  const stats = series.read(5_100)!;
  assert.deepEqual({ ...stats }, { p50: 20, p90: 20, p99: 20, mean: 20, success: 1, n: 1, age: 100 });
});

Deno.test("read() follows a young series sample by sample", () => {
  const series = new LatencySeries();
  for (const [ms, n] of [[10, 1], [30, 2], [50, 3]] as const) {
    series.answered(ms, 1_000 + n);
    assert.equal(series.read(1_000 + n)!.n, n);
  }
  near(series.read(1_010)!.p50, 30);
});

Deno.test("read() keeps an old series' quantiles for 250 ms", () => {
  const series = new LatencySeries();
  for (let i = 0; i < 1_000; i++) series.answered(10, 1_000);
  near(series.read(1_000)!.p99, 10);
  for (let i = 0; i < 100; i++) series.answered(90, 1_001);
  near(series.read(1_249)!.p99, 10);
  near(series.read(1_250)!.p99, 90);
  assert.equal(series.read(1_250)!.n, 1_100);
});

Deno.test("read() gives the same object each time and allocates no other", () => {
  const series = new LatencySeries();
  series.answered(10, 1_000);
  assert.equal(series.read(1_000), series.read(2_000));
});

Deno.test("read() sees the last five minutes only", () => {
  const series = new LatencySeries();
  for (let minute = 0; minute < 8; minute++) {
    for (let i = 0; i < 100; i++) series.answered(10 * (minute + 1), minute * 60_000 + i);
  }
  const stats = series.read(7 * 60_000 + 30_000)!;
  assert.equal(stats.n, 500);
  near(stats.p50, 60);
  near(stats.p99, 80);
});

Deno.test("read() quantiles over rotating minutes are those of the samples in the window", () => {
  const random = seededRandom(4);
  const series = new LatencySeries();
  const samples: [number, number][] = [];
  for (let now = 0; now < 600_000; now += 100 * random.next()) {
    const ms = lognormal(random, 20 + now / 10_000, 0.4);
    samples.push([now, ms]);
    series.answered(ms, now);
  }
  const end = samples.at(-1)![0];
  const first = (Math.floor(end / 60_000) - 4) * 60_000;
  const inWindow = samples.filter(([at]) => at >= first).map(([, ms]) => ms).sort((a, b) => a - b);
  const stats = series.read(end)!;
  assert.equal(stats.n, inWindow.length);
  near(stats.p50, inWindow[Math.ceil(0.5 * inWindow.length) - 1]!);
  near(stats.p90, inWindow[Math.ceil(0.9 * inWindow.length) - 1]!);
  near(stats.p99, inWindow[Math.ceil(0.99 * inWindow.length) - 1]!);
});

Deno.test("read() keeps the last known figures when the window has run empty, and their age", () => {
  const series = new LatencySeries();
  for (let i = 0; i < 50; i++) series.answered(40, 30_000);
  const stats = series.read(3_630_000)!;
  near(stats.p50, 40);
  near(stats.mean, 40);
  assert.equal(stats.n, 50);
  assert.equal(stats.age, 3_600_000);
});

Deno.test("mean weighs a sample half after 30 s", () => {
  const series = new LatencySeries();
  series.answered(100, 0);
  series.answered(10, 30_000);
  near(series.read(30_000)!.mean, (100 * 0.5 + 10) / 1.5, 1e-9);
});

Deno.test("mean moves to a new level within a few half-lives", () => {
  const series = new LatencySeries();
  for (let now = 0; now < 300_000; now += 10) series.answered(20, now);
  for (let now = 300_000; now < 420_000; now += 10) series.answered(80, now);
  near(series.read(420_000)!.mean, 80 - 60 / 16, 0.01);
});

Deno.test("success is the decayed share of answered calls", () => {
  const series = new LatencySeries();
  for (let i = 0; i < 3; i++) series.answered(10, 0);
  series.failed(10, 0, false);
  near(series.read(0)!.success, 0.75, 1e-9);
  series.failed(10, 30_000, false);
  near(series.read(30_000)!.success, 1.5 / 3, 1e-9);
});

Deno.test("failed() keeps fast refusals out of the latency", () => {
  const series = new LatencySeries();
  for (let i = 0; i < 100; i++) series.answered(50, 0);
  for (let i = 0; i < 900; i++) series.failed(0.2, 1_000, false);
  const stats = series.read(2_000)!;
  near(stats.p50, 50);
  near(stats.mean, 50);
  assert.equal(stats.n, 1_000);
  assert.ok(stats.success < 0.12);
});

Deno.test("failed() alone leaves figures that rest on the time lost", () => {
  const series = new LatencySeries();
  series.failed(3, 0, false);
  series.failed(2, 10, false);
  const stats = series.read(1_000)!;
  assert.deepEqual({ ...stats }, { p50: 3, p90: 3, p99: 3, mean: 3, success: 0, n: 2, age: 990 });
  series.answered(1, 2_000);
  assert.equal(series.read(2_000)!.p50, 1);
  assert.equal(series.read(2_000)!.mean, 1);
});

Deno.test("failed() at least so long raises the estimate", () => {
  const series = new LatencySeries();
  for (let i = 0; i < 10; i++) series.answered(50, 0);
  for (let i = 0; i < 10; i++) series.failed(10_000, 0, true);
  const stats = series.read(500)!;
  near(stats.p90, 10_000);
  near(stats.mean, 5_025);
  assert.equal(stats.n, 20);
  near(stats.success, 0.5);
});

Deno.test("givenUp() never lowers mean or median, and leaves success alone", () => {
  const random = seededRandom(11);
  const series = new LatencySeries();
  for (let i = 0; i < 500; i++) series.answered(lognormal(random, 100, 0.5), 0);
  let { p50, mean } = series.read(1_000)!;
  for (let i = 0; i < 2_000; i++) {
    series.givenUp(400 * random.next(), 1_000 + i);
    const stats = series.read(1_000 + i)!;
    assert.ok(stats.mean >= mean * (1 - 1e-9), `mean fell from ${mean} to ${stats.mean}`);
    assert.ok(stats.p50 >= p50, `p50 fell from ${p50} to ${stats.p50}`);
    ({ p50, mean } = stats);
    assert.equal(stats.success, 1);
  }
  assert.ok(mean > 150);
});

Deno.test("givenUp() is the estimate where nothing else is known", () => {
  const series = new LatencySeries();
  series.givenUp(250, 0);
  assert.equal(series.read(0)!.p50, 250);
  assert.equal(series.read(0)!.n, 1);
});

Deno.test("read() stays finite after days of failures only", () => {
  const series = new LatencySeries();
  series.answered(30, 0);
  for (let now = 1_000; now < 3 * 86_400_000; now += 20_000) series.failed(1, now, false);
  const stats = series.read(3 * 86_400_000)!;
  assert.ok(Object.values(stats).every(Number.isFinite), JSON.stringify(stats));
  assert.equal(stats.success, 0);
});
