// What the tests of the DSL share: a scenario to change, and the problems that it has then.

import assert from "node:assert/strict";
import { LassoError } from "../../../core/errors.ts";
import type { ScenarioProblem } from "../../../battle/dsl/problems.ts";
import { makeBattle, scenarioOf } from "../../../battle/dsl/make_battle.ts";

/** The DSL as plain JavaScript sees it: any method, any argument. */
export interface Loose {
  (...args: unknown[]): Loose;
  readonly [name: string]: Loose;
}

export const battle = makeBattle();
export const loose = battle as unknown as Loose;

/** Nothing is wrong with it. */
export function sound(): Loose {
  return loose["scenario"]!("sound")
    .chain!("ethereum", { providers: { a: loose["sim"]!(), b: loose["sim"]!() } })
    .workload!("reads", loose["http"]!({ rate: 10 }))
    .duration!("30s")
    .slo!("reads", { success_rate: 1 });
}

export function errorOf(built: unknown): LassoError {
  try {
    scenarioOf(built);
  } catch (thrown) {
    assert.ok(thrown instanceof LassoError, String(thrown));
    return thrown;
  }
  throw new assert.AssertionError({ message: "no problem was found" });
}

/** Each as `step: message; fix`. */
export function problemsOf(built: unknown): string[] {
  const problems = errorOf(built).details["problems"] as readonly ScenarioProblem[];
  return problems.map(({ step, message, fix }) => `${step}: ${message}; ${fix}`);
}
