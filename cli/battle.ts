// `lasso battle`: which scenarios, with what flags, and where their reports go; `new` and `diff` beside it. The work is
// done in battle/run; the processes of a run are this program again, started as main.ts says.

import { LassoError, messageOf } from "../core/errors.ts";
import { trafficReader } from "../battle/dsl/load_scenarios.ts";
import type { Plan } from "../battle/model/plan.ts";
import { makePlan } from "../battle/plan/make_plan.ts";
import { planText } from "../battle/plan/plan_text.ts";
import { reportJsonSchema } from "../battle/report/report_schema.ts";
import { killOrphans } from "../battle/run/orphans.ts";
import { processParts } from "../battle/run/process_parts.ts";
import type { Program } from "../battle/run/program.ts";
import { progressOn } from "../battle/run/progress.ts";
import { type RunDeps, runScenario } from "../battle/run/run_scenario.ts";
import { Scratch } from "../battle/run/scratch.ts";
import { type Job, runSession } from "../battle/run/session.ts";
import { type BattleArgs, battleHelp, readBattleArgs } from "./battle_args.ts";
import { battleDiff } from "./battle_diff.ts";
import { battleNew } from "./battle_new.ts";
import { chosenJobs, jobList } from "./battle_jobs.ts";
import { repeatCommand } from "./battle_command.ts";
import { reporterOf } from "./battle_reports.ts";
import { interruption } from "./interruption.ts";
import type { CliIo } from "./io.ts";
import { virtualRun } from "./virtual_run.ts";
import type { Wiring } from "./wiring.ts";

/** Exit code where the harness itself failed. */
const harnessFailedCode = 4;

export async function battle(
  args: readonly string[],
  io: CliIo,
  wiring: Wiring,
  program: Program,
): Promise<number> {
  const [verb, ...rest] = args;
  if (verb === "diff") return await battleDiff(rest, io);
  if (verb === "new") return await battleNew(rest, io);
  try {
    const wanted = readBattleArgs(args);
    if (wanted.help) {
      io.out(battleHelp);
      return 0;
    }
    if (wanted.schema) {
      io.out(`${JSON.stringify(reportJsonSchema(), null, 2)}\n`);
      return 0;
    }
    const jobs = await loaded(wanted, io, wiring);
    if (wanted.list) {
      io.out(jobList(jobs));
      return 0;
    }
    return wanted.dryRun ? dryRun(jobs, wanted, io) : await run(jobs, wanted, io, wiring, program);
  } catch (thrown) {
    if (thrown instanceof LassoError) {
      io.err(`lasso: ${thrown.message}\n`);
      return 2;
    }
    // A fault of ours says nothing about the router: no exit code of 1.
    io.err(`lasso: internal error: ${thrown instanceof Error ? thrown.stack : messageOf(thrown)}\n`);
    return harnessFailedCode;
  }
}

/** A file that ends the process as it is loaded would leave its own exit code, and 0 would stand for a pass. */
async function loaded(wanted: BattleArgs, io: CliIo, { clock, exit }: Wiring): Promise<readonly Job[]> {
  const ended = (): void => {
    removeEventListener("unload", ended);
    io.err(`lasso: the process was ended by a scenario file: ${wanted.names.join(", ")}\n`);
    io.err("  fix: let it give a scenario and end nothing\n");
    exit(2);
  };
  addEventListener("unload", ended);
  try {
    return await chosenJobs(wanted, clock);
  } finally {
    removeEventListener("unload", ended);
  }
}

function dryRun(jobs: readonly Job[], wanted: BattleArgs, io: CliIo): number {
  for (const job of jobs) io.out(`${planText(planOf(wanted, job))}\n`);
  return 0;
}

async function run(
  jobs: readonly Job[],
  wanted: BattleArgs,
  io: CliIo,
  wiring: Wiring,
  program: Program,
): Promise<number> {
  const { clock, random, version } = wiring;
  const scratch = new Scratch();
  await scratch.removeOrphans((folders) => killOrphans(folders, program));
  const message = "lasso: ends the run and writes the report; once more to stop at once";
  using interrupted = interruption(wiring, io, message, () => scratch.removeAll());
  const columns = screenColumns(io);
  const { isTty, color } = io;
  const progress = progressOn({ write: (text) => io.err(text), isTty, color, columns });
  const parts = processParts(program, clock);
  const deps: RunDeps = { parts, program, clock, random, version, progress, scratch };
  const outcome = await runSession({
    jobs,
    repeat: wanted.repeat,
    allowedHosts: new Set(wanted.allowedHosts),
    planOf: (job) => planOf(wanted, job),
    commandOf: (job) => repeatCommand(job, wanted),
    signal: interrupted.signal,
  }, {
    run: wanted.virtual ? virtualRun(wiring) : (options) => runScenario(options, deps),
    progress,
    say: (text) => io.err(`lasso: ${text}\n`),
    report: await reporterOf(wanted, jobs, io, columns, new Date(clock.wallNow())),
  });
  try {
    io.out(`${outcome.lastLine}\n`);
  } catch (thrown) {
    // Who reads stdout saw no verdict: no exit code may stand for one.
    io.err(`lasso: ${messageOf(thrown)}\n`);
    return harnessFailedCode;
  }
  return outcome.code;
}

function planOf({ seed, maxDurationMs }: BattleArgs, { scenario, file }: Job): Plan {
  return makePlan(scenario, {
    ...(seed === null ? {} : { seed }),
    ...(maxDurationMs === null ? {} : { durationLimitMs: maxDurationMs }),
    ...(file === null ? {} : { readTraffic: trafficReader(file) }),
  });
}

function screenColumns({ isTty }: CliIo): number {
  try {
    return isTty ? Deno.consoleSize().columns : 100;
  } catch {
    return 100;
  }
}
