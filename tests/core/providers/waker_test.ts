import assert from "node:assert/strict";
import { Waker } from "../../../core/providers/waker.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

Deno.test("Waker.pause() ends by time, by wake, by news before it, or by abort, and leaves no timer", async () => {
  const clock = new VirtualClock();
  const waker = new Waker();
  const stop = new AbortController();
  const paused = async (ms: number, cut?: () => void): Promise<number> => {
    const from = clock.now();
    let took = -1;
    const pause = waker.pause(clock, ms, stop.signal).then(() => took = clock.now() - from);
    cut?.();
    await clock.advance(1_000);
    if (took >= 0) await pause;
    return took;
  };
  assert.equal(await paused(300), 300);
  assert.equal(await paused(Infinity, () => waker.wake()), 0);
  waker.wake();
  assert.equal(await paused(300), 0);
  assert.equal(await paused(300), 300);
  assert.equal(await paused(Infinity, () => stop.abort()), 0);
  assert.equal(clock.pending, 0);
});
