// `lasso battle diff A B`: what got better and what got worse between two reports.

import { readFile } from "node:fs/promises";
import { LassoError, messageOf } from "../core/errors.ts";
import { diffReports } from "../battle/report/diff_text.ts";
import { parseReport } from "../battle/report/json_report.ts";
import type { ScenarioResult } from "../battle/model/result.ts";
import type { CliIo } from "./io.ts";

const battleDiffHelp = `lasso battle diff BEFORE AFTER

Compares two JSON reports of \`lasso battle\`: SLOs, checks, faults, and what got worse.
`;

/** Exit code: 0 compared, 2 wrong usage or a report that can't be read. */
export async function battleDiff(args: readonly string[], io: CliIo): Promise<number> {
  if (args.some((arg) => arg === "--help" || arg === "-h")) {
    io.out(battleDiffHelp);
    return 0;
  }
  const [before, after, ...more] = args;
  if (before === undefined || after === undefined || more.length > 0) {
    io.err(battleDiffHelp);
    return 2;
  }
  try {
    io.out(diffReports(await readReport(before), await readReport(after), { color: io.color }));
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof LassoError)) throw thrown;
    io.err(`lasso: ${thrown.message}\n`);
    return 2;
  }
}

/** LassoError `usage` when it is no report, or can't be read. */
export async function readReport(path: string): Promise<ScenarioResult> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    throw new LassoError("usage", `the report can't be read: ${messageOf(thrown)}`, {
      place: path,
      hint: "name a file that `lasso battle --format json` wrote",
    });
  }
  return parseReport(text, path);
}
