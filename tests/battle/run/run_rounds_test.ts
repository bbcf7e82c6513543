import assert from "node:assert/strict";
import type { ScenarioResult } from "../../../battle/model/result.ts";
import type { Comparison } from "../../../battle/model/scenario.ts";
import { type RoundsOutcome, type RunOnce, runRounds } from "../../../battle/run/run_rounds.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { many, runRecord, scenarioOf } from "../support/run_records.ts";
import { silentProgress } from "../support/silent_progress.ts";

const compare: Comparison = {
  baseline: { defaults: { strategy: "round_robin" } },
  metric: "p50_latency_ms",
  maxRegression: 0.05,
};

type Round = Awaited<ReturnType<RunOnce>>;

/** One run with answers after `ms`. */
function round(ms: number, more: Partial<NonNullable<Round>> = {}): NonNullable<Round> {
  const calls = many(100, 100, () => ({ ms, attempts: `alchemy:${ms}` }));
  return { record: runRecord({ calls }), crash: null, wasInterrupted: false, ...more };
}

/** The sides in their order, `A` ours, and what came of them. */
async function compared(
  msOf: (side: "A" | "B", nth: number) => Round,
): Promise<{ order: string; outcome: RoundsOutcome; result: ScenarioResult | null }> {
  let order = "";
  const run: RunOnce = ({ changes }) => {
    const side = Object.keys(changes).length === 0 ? "A" : "B";
    if (side === "B") assert.deepEqual(changes, compare.baseline);
    order += side;
    return Promise.resolve(msOf(side, order.length));
  };
  const scenario = scenarioOf({ compare });
  const outcome = await runRounds({
    scenario,
    plan: makePlan(scenario),
    scenarioFile: null,
    signal: new AbortController().signal,
    command: "lasso battle test",
  }, { run, progress: silentProgress });
  return { order, outcome, result: outcome.result };
}

Deno.test("runRounds() compares in pairs A B B A, and passes where ours is no worse", async () => {
  const { order, result } = await compared((side, nth) => round((side === "A" ? 10 : 20) + nth / 10));
  assert.equal(order, "ABBAABBA");
  assert.equal(result?.comparison?.verdict, "pass");
  assert.ok(Math.abs(result.comparison.change! + 0.5) < 0.05, `${result.comparison.change}`);
  assert.equal(result.verdict, "pass");
});

Deno.test("runRounds() fails where ours is worse, and sees no difference in noise", async () => {
  const worse = await compared((side) => round(side === "A" ? 20 : 10));
  assert.deepEqual([worse.result?.comparison?.verdict, worse.result?.verdict], ["fail", "fail"]);
  const noise = await compared((side, nth) => round((side === "A") === (nth <= 4) ? 10 : 12));
  assert.equal(noise.result?.comparison?.verdict, "inconclusive");
  assert.match(noise.result.comparison.text, /no difference can be seen at this sample size/);
});

Deno.test("runRounds() interrupted in the midst compares nothing, and is no pass", async () => {
  const { order, outcome } = await compared((_, nth) => round(10, { wasInterrupted: nth === 3 }));
  assert.equal(order, "ABB");
  assert.deepEqual([outcome.wasInterrupted, outcome.result?.comparison], [true, null]);
  assert.equal(outcome.result?.verdict, "inconclusive");
});

Deno.test("runRounds() a crash of ours fails, one of the baseline leaves nothing to compare with", async () => {
  const ours = await compared((_, nth) => round(10, { crash: nth === 4 ? "out of memory" : null }));
  assert.equal(ours.result?.verdict, "fail");
  await assert.rejects(
    compared((side) => round(10, { crash: side === "B" ? "out of memory" : null })),
    /the router of the baseline ended by itself: out of memory/,
  );
});
