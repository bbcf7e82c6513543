import assert from "node:assert/strict";
import { Breaker } from "../../../core/providers/breaker.ts";
import type { BreakerSettings } from "../../../core/settings.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

const settings: BreakerSettings = {
  failureThreshold: 2,
  errorRatio: 0.5,
  windowMs: 30_000,
  minRequests: 20,
  recoveryTimeoutMs: 30_000,
  successThreshold: 1,
};

function bench(
  of: BreakerSettings | false = settings,
): { breaker: Breaker; clock: VirtualClock; seen: string[] } {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const breaker = new Breaker(of, clock, { next: () => 0.5 }, (state, why) => {
    seen.push(`${state.kind}: ${why}`);
  });
  return { breaker, clock, seen };
}

function fail(breaker: Breaker, times: number): void {
  for (let k = 0; k < times; k++) breaker.failure(breaker.begin(), "status 500");
}

Deno.test("Breaker.force(open) admits nothing for ever, whatever calls that go ahead show", async () => {
  const { breaker, clock, seen } = bench();
  breaker.force("open");
  await clock.advance(86_400_000);
  assert.equal(breaker.admits(), false);
  breaker.success(breaker.begin());
  assert.deepEqual([breaker.kind, breaker.forced, breaker.dueAt], ["open", "open", Infinity]);
  breaker.force("open");
  assert.deepEqual(seen, ["open: held open by the operator"]);
});

Deno.test("Breaker.force(null) gives one that was held open a trial first", () => {
  const { breaker } = bench();
  breaker.force("open");
  breaker.force(null);
  assert.deepEqual([breaker.kind, breaker.forced, breaker.admits()], ["half_open", null, true]);
  breaker.success(breaker.begin());
  assert.equal(breaker.kind, "closed");
});

Deno.test("Breaker.force(closed) stays closed under failures, and counts anew when it is let go", () => {
  const { breaker } = bench();
  fail(breaker, 2);
  assert.equal(breaker.kind, "open");
  breaker.force("closed");
  fail(breaker, 50);
  assert.equal(breaker.kind, "closed");
  breaker.force(null);
  fail(breaker, 1);
  assert.equal(breaker.kind, "closed");
  fail(breaker, 1);
  assert.equal(breaker.kind, "open");
});

Deno.test("Breaker.force() holds one too that never opens by itself", () => {
  const { breaker } = bench(false);
  breaker.force("open");
  assert.equal(breaker.admits(), false);
  breaker.force(null);
  assert.deepEqual([breaker.kind, breaker.admits()], ["closed", true]);
});

Deno.test("Breaker.reset() clears what holds it and its history; false when there was nothing", () => {
  const { breaker } = bench();
  assert.equal(breaker.reset(), false);
  fail(breaker, 1);
  assert.equal(breaker.reset(), true);
  fail(breaker, 1);
  assert.equal(breaker.kind, "closed", "the failure before the reset was forgotten");
  breaker.force("open");
  assert.equal(breaker.reset(), true);
  assert.deepEqual([breaker.kind, breaker.forced], ["closed", null]);
});

Deno.test("Breaker.adopt() takes over that the operator holds it", () => {
  const { breaker: before } = bench();
  before.force("open");
  const { breaker } = bench();
  breaker.adopt(before);
  assert.deepEqual([breaker.forced, breaker.admits()], ["open", false]);
});
