import assert from "node:assert/strict";
import { systemClock } from "../../core/clock.ts";

Deno.test("systemClock.after() waits longer than the platform's timers can", () => {
  const real = globalThis.setTimeout;
  const asked: number[] = [];
  const fires: (() => void)[] = [];
  globalThis.setTimeout = ((fire: () => void, ms: number) => {
    asked.push(ms);
    fires.push(fire);
    return real(() => {}, 0);
  }) as unknown as typeof setTimeout;
  try {
    let fired = 0;
    const longest = 2 ** 31 - 1;
    const timer = systemClock.after(longest + 5_000, () => fired++);
    fires[0]!();
    assert.deepEqual([asked, fired], [[longest, 5_000], 0]);
    fires[1]!();
    assert.equal(fired, 1);
    timer.cancel();
  } finally {
    globalThis.setTimeout = real;
  }
});
