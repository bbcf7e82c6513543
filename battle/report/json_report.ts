// The report as JSON, and back: what programs read, and what `battle diff` and `--baseline` compare.

import { LassoError, messageOf } from "../../core/errors.ts";
import type { ScenarioResult } from "../model/result.ts";
import { reportSchema } from "./report_schema.ts";
import { safeResult } from "./safe_result.ts";
import { fromSnake, toSnake } from "./snake_case.ts";

/** Two spaces of indentation, and a line end. */
export function jsonReport(result: ScenarioResult, secrets: Iterable<string> = []): string {
  return `${JSON.stringify(toSnake(safeResult(result, secrets)), null, 2)}\n`;
}

/**
 * Reads what `jsonReport` wrote. Members that it does not know, such as those of a later version, are left out.
 * @param place for errors: the file's path
 * @throws LassoError `usage`: no JSON, another schema version, or not a report
 */
export function parseReport(text: string, place: string): ScenarioResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new LassoError("usage", `the report is not JSON: ${messageOf(thrown)}`, { place, hint });
  }
  const found = (value as { readonly schema_version?: unknown } | null)?.schema_version;
  if (typeof found === "number" && found !== 1) {
    throw new LassoError("usage", `the report has schema version ${found}; this Lasso reads version 1`, {
      place,
      hint: "read it with the Lasso that wrote it, or run the scenario again",
    });
  }
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return fromSnake<ScenarioResult>(parsed.data);
  const [issue] = parsed.error.issues;
  const path = issue === undefined || issue.path.length === 0 ? "its root" : issue.path.join(".");
  throw new LassoError("usage", `this is not a battle report: ${path}: ${issue?.message ?? "is wrong"}`, {
    place,
    hint,
  });
}

const hint = "name a file that `lasso battle --format json` wrote";
