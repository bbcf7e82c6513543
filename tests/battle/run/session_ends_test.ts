// What a session of several scenarios comes to, with runs that are made up: exit codes, and what people are told.

import assert from "node:assert/strict";
import { LassoError } from "../../../core/errors.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import type { RunOnce } from "../../../battle/run/run_rounds.ts";
import { runSession, type SessionOutcome } from "../../../battle/run/session.ts";
import { many, runRecord, scenarioOf } from "../support/run_records.ts";
import { silentProgress } from "../support/silent_progress.ts";

const ok: RunOnce = () => {
  const calls = many(100, 100, () => ({ ms: 5, attempts: "alchemy:5" }));
  return Promise.resolve({ record: runRecord({ calls }), crash: null, wasInterrupted: false });
};

async function session(
  report: (nth: number, end: () => void) => void,
): Promise<SessionOutcome & { readonly said: readonly string[]; readonly reports: number }> {
  const interruption = new AbortController();
  const said: string[] = [];
  let reports = 0;
  const outcome = await runSession({
    jobs: [1, 2].map(() => ({ scenario: scenarioOf({}), file: null })),
    repeat: 2,
    allowedHosts: new Set(),
    planOf: ({ scenario }) => makePlan(scenario),
    commandOf: () => "lasso battle test",
    signal: interruption.signal,
  }, {
    run: ok,
    progress: silentProgress,
    say: (text) => said.push(text),
    report: async () => {
      await Promise.resolve();
      report(++reports, () => interruption.abort());
    },
  });
  return { ...outcome, said, reports };
}

Deno.test("runSession() interrupted as a scenario is judged: it keeps its verdict, those behind it are missing", async () => {
  const { code, lastLine, reports } = await session((nth, end) => nth === 2 && end());
  assert.deepEqual([code, lastLine, reports], [130, "PASS 2 FAIL 0 INCONCLUSIVE 0", 2]);
  const atTheEnd = await session((nth, end) => nth === 4 && end());
  assert.deepEqual(
    [atTheEnd.code, atTheEnd.lastLine],
    [0, "PASS 4 FAIL 0 INCONCLUSIVE 0"],
    "nothing is missing",
  );
});

Deno.test("runSession() whose report can't be written tells the verdict with it, and goes on", async () => {
  const { code, lastLine, said } = await session((nth) => {
    if (nth === 1) throw new LassoError("io", "the report can't be written: no space");
  });
  assert.deepEqual([code, lastLine], [4, "PASS 3 FAIL 0 INCONCLUSIVE 1"]);
  assert.match(said.join("\n"), /^\S.* \(pass\): the report can't be written: no space$/);
});
