// What is wrong with a scenario: collected over all its steps, told at once in one error that names the scenario, the
// step and the fix. Called by the readers of the DSL's steps.

import { LassoError } from "../../core/errors.ts";

export interface ScenarioProblem {
  /** As it is written: `.workload("reads")`. */
  readonly step: string;
  /** One sentence without an end mark. */
  readonly message: string;
  readonly fix: string;
}

export class Problems {
  readonly #found: ScenarioProblem[] = [];

  add(step: string, message: string, fix: string): void {
    this.#found.push({ step, message, fix });
  }

  get found(): readonly ScenarioProblem[] {
    return this.#found;
  }
}

/** One error for all of them; `details.problems` has them as data. */
export function scenarioError(title: string, problems: readonly ScenarioProblem[]): LassoError {
  const name = `scenario ${JSON.stringify(title)}`;
  const details = { scenario: title, problems };
  const [first, ...more] = problems;
  if (first !== undefined && more.length === 0) {
    return new LassoError("usage", `${name}: ${first.step}: ${first.message}`, { hint: first.fix, details });
  }
  const lines = problems.map(({ step, message, fix }) => `  ${step}: ${message}\n    fix: ${fix}`);
  return new LassoError("usage", `${name} has ${problems.length} problems:\n${lines.join("\n")}`, {
    details,
  });
}

/** A value as error texts show it. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === undefined) return "missing";
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a list";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
