// What becomes of a result: text on stdout, files in their folder, and beside each what changed since a baseline.

import type { ScenarioResult } from "../battle/model/result.ts";
import type { ReportFormat } from "../battle/model/scenario.ts";
import { LassoError } from "../core/errors.ts";
import { compareReports } from "../battle/report/compare_reports.ts";
import { diskFiles } from "../battle/report/disk_files.ts";
import { ReportFolder } from "../battle/report/report_folder.ts";
import { textReport } from "../battle/report/text_report.ts";
import type { Job } from "../battle/run/session.ts";
import type { BattleArgs } from "./battle_args.ts";
import { readReport } from "./battle_diff.ts";
import { serverDefaults } from "../config/defaults.ts";
import type { CliIo } from "./io.ts";

/** Where reports go without --out. */
const { data_dir: dataDir } = serverDefaults;

export type Reporter = (result: ScenarioResult, job: Job) => Promise<void>;

/** LassoError `usage` for a baseline that is no report or of none of `jobs`, `io` where the files that `jobs` want can't be written. */
export async function reporterOf(
  { baseline, formats, out }: Pick<BattleArgs, "baseline" | "formats" | "out">,
  jobs: readonly Job[],
  io: CliIo,
  columns: number,
  startedAt: Date,
): Promise<Reporter> {
  const before = baseline === null ? null : await readReport(baseline);
  if (before !== null && !jobs.some(({ scenario }) => scenario.name === before.scenario)) {
    throw new LassoError("usage", `the baseline is of ${JSON.stringify(before.scenario)}, which is not run`, {
      place: baseline!,
      hint: "name a report of a scenario that is run, or leave --baseline out",
    });
  }
  const folder = new ReportFolder(
    out === null ? { kind: "data", dataDir, startedAt } : { kind: "out", folder: out },
    diskFiles,
  );
  const formatsOf = ({ scenario }: Job): readonly ReportFormat[] => formats ?? scenario.formats;
  if (jobs.some((job) => formatsOf(job).some((format) => format !== "text"))) await folder.prepare();
  return async (result, job) => {
    const wanted = formatsOf(job);
    // A baseline is one scenario's: the others have none.
    const diff = before?.scenario === result.scenario ? compareReports(before, result) : null;
    try {
      if (wanted.includes("text")) {
        io.out(`${textReport(result, { color: io.color, columns, baseline: diff })}\n`);
      }
    } finally {
      // Where one of the two can't be written, the other still is.
      const paths = await folder.add(result, wanted, { baseline: diff });
      if (paths.length > 0) io.err(`${paths.map((path) => `wrote ${path}\n`).join("")}\n`);
    }
  };
}
