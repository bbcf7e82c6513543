import assert from "node:assert/strict";
import { FailureWindow } from "../../../core/providers/failure_window.ts";
import { below, seededRandom } from "../../../core/random.ts";

Deno.test("FailureWindow agrees with a list of timestamps, up to a twelfth of the window", () => {
  const windowMs = 1_200;
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed);
    const window = new FailureWindow(windowMs);
    const all: { at: number; failed: boolean }[] = [];
    let now = 0;
    for (let i = 0; i < 500; i++) {
      now += below(random, 20) === 0 ? below(random, 3_000) : below(random, 40);
      const failed = below(random, 3) === 0;
      window.add(now, failed);
      all.push({ at: now, failed });
      const newestSlot = Math.floor(now / 100);
      const inside = all.filter(({ at }) => newestSlot - Math.floor(at / 100) < 12);
      assert.equal(window.total, inside.length);
      assert.equal(window.failures, inside.filter((call) => call.failed).length);
    }
  }
});
