import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import type { Meter } from "../../../core/measure/meter.ts";
import { seededRandom } from "../../../core/random.ts";
import { candidate, lognormal, meterOn } from "./support.ts";

const a = candidate("a");
const b = candidate("b", { transport: "ws" });

function call(meter: Meter, clock: VirtualClock, ms: number, outcome = "ok"): void {
  meter.request("base", "eth_call", outcome, ms, 0.1, clock.now(), "fastest", false);
}

Deno.test("chain() is null before anything of the chain is known, and empty before its first call", async () => {
  const clock = new VirtualClock();
  using meter = meterOn(clock);
  assert.equal(meter.live.chain("base"), null);
  meter.chain("base");
  await clock.advance(3_000);
  const none = { n: 0, failed: 0, success: null, rps: 0, p50: null, p95: null, p99: null };
  assert.deepEqual(meter.live.chain("base"), {
    rps10: 0,
    minute: none,
    fiveMinutes: none,
    errors: {},
    at: 1_700_000_003_000,
    successHour: null,
    channels: [],
  });
});

Deno.test("chain() tells rates, failures and times of calls and channels over their windows", async () => {
  const clock = new VirtualClock();
  using meter = meterOn(clock);
  meter.chain("base");
  const second = async (calls: number, ms: number, outcome: "ok" | "server"): Promise<void> => {
    for (let i = 0; i < calls; i++) {
      meter.attempt("base", a, "eth_call", ms, outcome, false, clock.now(), "fastest");
      if (i % 4 === 0) meter.attempt("base", b, "eth_call", 2 * ms, "ok", false, clock.now(), "fastest");
      call(meter, clock, ms + 1, outcome);
    }
    await clock.advance(1_000);
  };
  for (let i = 0; i < 100; i++) await second(8, 10, "server");
  for (let i = 0; i < 50; i++) await second(20, 30, "ok");
  for (let i = 0; i < 10; i++) await second(40, 50, "ok");
  const live = meter.live.chain("base")!;
  assert.equal(live.at, clock.wallNow());
  assert.equal(live.rps10, 40);
  const { n, failed, success, rps, p50, p99 } = live.minute;
  assert.deepEqual([n, failed, success, rps], [1_400, 0, 1, 1_400 / 60]);
  assert.ok(Math.abs(p50! / 31 - 1) < 0.01 && Math.abs(p99! / 51 - 1) < 0.01, `${p50} ${p99}`);
  // Not yet five minutes old: per second of its 160.
  assert.deepEqual([live.fiveMinutes.n, live.fiveMinutes.failed], [2_200, 800]);
  assert.equal(live.fiveMinutes.rps, 2_200 / 160);
  assert.equal(live.successHour, 1 - 800 / 2_200);
  assert.deepEqual(live.errors, { server: 800 });
  const [first, other] = live.channels;
  assert.deepEqual([first!.provider, first!.transport, other!.provider, other!.transport], [
    "a",
    "http",
    "b",
    "ws",
  ]);
  assert.deepEqual([first!.minute.n, other!.minute.n], [1_400, 350]);
  assert.deepEqual([first!.share, other!.share], [0.8, 0.2]);
  assert.deepEqual([first!.errors, other!.errors], [{ server: 800 }, {}]);
  assert.ok(Math.abs(other!.minute.p50! / 60 - 1) < 0.01);
});

Deno.test("chain() forgets what its windows have left behind", async () => {
  const clock = new VirtualClock();
  using meter = meterOn(clock);
  meter.chain("base");
  call(meter, clock, 5, "timeout");
  await clock.advance(1_000);
  const seen = (): unknown[] => {
    const { rps10, minute, fiveMinutes, errors, successHour } = meter.live.chain("base")!;
    return [rps10 > 0, minute.n, minute.p50 !== null, fiveMinutes.n, errors["timeout"] ?? 0, successHour];
  };
  assert.deepEqual(seen(), [true, 1, true, 1, 1, 0]);
  await clock.advance(10_000);
  assert.deepEqual(seen(), [false, 1, true, 1, 1, 0]);
  await clock.advance(55_000);
  assert.deepEqual(seen(), [false, 0, false, 1, 1, 0]);
  await clock.advance(240_000);
  assert.deepEqual(seen(), [false, 0, false, 0, 0, 0]);
  await clock.advance(3_600_000 - 306_000);
  assert.deepEqual(seen(), [false, 0, false, 0, 0, 0]);
  await clock.advance(60_000);
  assert.deepEqual(seen(), [false, 0, false, 0, 0, null]);
});

Deno.test("chain() agrees with an exact computation over the raw samples within 1 %", async () => {
  const clock = new VirtualClock();
  using meter = meterOn(clock);
  meter.chain("base");
  const random = seededRandom(17);
  for (let i = 0; i < 40_000; i++) {
    if (i % 3 === 0) await clock.advance(random.next() * 30);
    const outcome = random.next() < 0.02 ? "server" : "ok";
    meter.attempt("base", a, "eth_call", lognormal(random, 60, 0.8), outcome, false, clock.now(), "fastest");
    if (i % 2_000 !== 0) continue;
    // To the begin of a slot, where the window of the percentiles is exactly a minute.
    await clock.advance(5_000 - clock.now() % 5_000);
    const exact = meter.samples("base", 60_000);
    const times = exact.filter(({ timed }) => timed).map(({ ms }) => ms).sort((x, y) => x - y);
    const { minute } = meter.live.chain("base")!.channels[0]!;
    assert.equal(minute.n, exact.length);
    assert.equal(minute.failed, exact.filter(({ outcome }) => outcome === "server").length);
    for (const [q, got] of [[0.5, minute.p50], [0.95, minute.p95], [0.99, minute.p99]] as const) {
      const want = times[Math.ceil(q * times.length) - 1]!;
      assert.ok(Math.abs(got! / want - 1) <= 0.01, `p${q * 100}: ${got}, exactly ${want}`);
    }
  }
});

Deno.test("chain() gives the same object within a second, and does not change what it gave", async () => {
  const clock = new VirtualClock();
  using meter = meterOn(clock);
  meter.chain("base");
  await clock.advance(1_000);
  const before = meter.live.chain("base")!;
  const copy = structuredClone(before);
  call(meter, clock, 5);
  assert.equal(meter.live.chain("base"), before);
  await clock.advance(1_000);
  assert.deepEqual(before, copy);
  assert.equal(meter.live.chain("base")!.minute.n, 1);
});

Deno.test("retain() takes a channel that is gone out of the live figures", async () => {
  const clock = new VirtualClock();
  using meter = meterOn(clock);
  for (const who of [a, b]) meter.attempt("base", who, "eth_call", 5, "ok", false, clock.now(), "fastest");
  await clock.advance(1_000);
  assert.equal(meter.live.chain("base")!.channels.length, 2);
  meter.retain("base", [b]);
  await clock.advance(1_000);
  assert.deepEqual(meter.live.chain("base")!.channels.map(({ provider, share }) => [provider, share]), [[
    "b",
    1,
  ]]);
});
