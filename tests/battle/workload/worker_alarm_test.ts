import assert from "node:assert/strict";
import { workerAlarm } from "../../../battle/workload/worker_alarm.ts";

Deno.test("workerAlarm wakes after the time that was set last, and no more", async () => {
  const woken: number[] = [];
  let wake: () => void = () => {};
  using alarm = workerAlarm(() => {
    woken.push(performance.now());
    wake();
  });
  const next = (): Promise<void> => new Promise((resolve) => wake = resolve);
  const begun = performance.now();
  alarm.set(60_000);
  alarm.set(30);
  await next();
  assert.ok(woken[0]! - begun >= 29.9, `${woken[0]! - begun} ms`);
  const again = performance.now();
  alarm.set(0);
  await next();
  assert.ok(woken[1]! - again < 1_000);
  assert.equal(woken.length, 2);
});
