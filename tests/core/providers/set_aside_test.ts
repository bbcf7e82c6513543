import assert from "node:assert/strict";
import { type ActiveSetAside, SetAsideClock } from "../../../core/providers/set_aside.ts";
import type { SetAside } from "../../../core/rpc/category.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

const spec = (ms: number, doubling = false): SetAside => ({
  scope: "provider",
  ms,
  doubling,
  untilProbe: false,
});
const quota = spec(600_000, true);

function bench(): { clock: VirtualClock; aside: SetAsideClock; seen: ActiveSetAside[] } {
  const clock = new VirtualClock();
  const seen: ActiveSetAside[] = [];
  return { clock, seen, aside: new SetAsideClock(clock, (active) => void seen.push(active)) };
}

Deno.test("SetAsideClock holds for the time of the verdict", async () => {
  const { clock, aside } = bench();
  aside.apply("rate_limited", spec(30_000));
  assert.deepEqual(aside.active(clock.now()), { category: "rate_limited", until: 30_000 });
  await clock.advance(29_999);
  assert.notEqual(aside.active(clock.now()), null);
  await clock.advance(1);
  assert.equal(aside.active(clock.now()), null);
  assert.equal(aside.idle, true);
});

Deno.test("SetAsideClock doubles quota and auth with each repetition, up to two hours", async () => {
  const { clock, aside } = bench();
  const minutes: number[] = [];
  for (let i = 0; i < 6; i++) {
    aside.apply("quota", quota);
    const ms = aside.active(clock.now())!.until - clock.now();
    minutes.push(ms / 60_000);
    await clock.advance(ms);
  }
  assert.deepEqual(minutes, [10, 20, 40, 80, 120, 120]);
});

Deno.test("SetAsideClock counts failures of calls under way together as one", async () => {
  const { clock, aside, seen } = bench();
  for (let i = 0; i < 50; i++) aside.apply("auth", spec(120_000, true));
  assert.equal(seen.length, 1);
  await clock.advance(120_000);
  aside.apply("auth", spec(120_000, true));
  assert.equal(aside.active(clock.now())!.until - clock.now(), 240_000);
});

Deno.test("SetAsideClock.succeeded() ends the doubling, not the time that runs", async () => {
  const { clock, aside } = bench();
  aside.apply("quota", quota);
  aside.succeeded();
  assert.notEqual(aside.active(clock.now()), null);
  await clock.advance(600_000);
  aside.succeeded();
  aside.apply("quota", quota);
  assert.equal(aside.active(clock.now())!.until - clock.now(), 600_000);
});

Deno.test("SetAsideClock keeps the longer of two reasons", () => {
  const { clock, aside } = bench();
  aside.apply("quota", quota);
  aside.apply("rate_limited", spec(5_000));
  assert.equal(aside.active(clock.now())?.category, "quota");
  aside.apply("rate_limited", spec(900_000));
  assert.deepEqual(aside.active(clock.now()), { category: "rate_limited", until: 900_000 });
});
