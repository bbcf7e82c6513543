// Scenarios one after the other: plan, permission, run, verdict, reports. What keeps one from a verdict is told and does
// not keep the next from its own; only an interruption ends the session. Called by `lasso battle`.

import { LassoError, messageOf } from "../../core/errors.ts";
import { type ExitCode, exitCodeOf, lastLine, type ScenarioEnd } from "../analyze/verdict.ts";
import type { Plan } from "../model/plan.ts";
import type { ScenarioResult } from "../model/result.ts";
import type { Scenario } from "../model/scenario.ts";
import { checkHosts, loadNotice } from "./hosts.ts";
import { type RoundsDeps, runRounds } from "./run_rounds.ts";

/** A scenario and where it comes from. */
export interface Job {
  readonly scenario: Scenario;
  /** null: a shipped one. */
  readonly file: string | null;
}

export interface SessionOptions {
  readonly jobs: readonly Job[];
  readonly repeat: number;
  /** Hosts beyond loopback that may get requests. */
  readonly allowedHosts: ReadonlySet<string>;
  /** LassoError for what can't be planned. */
  readonly planOf: (job: Job) => Plan;
  /** The command that repeats a scenario. */
  readonly commandOf: (job: Job) => string;
  readonly signal: AbortSignal;
}

export interface SessionDeps extends RoundsDeps {
  /** Lines for people, beside the progress. */
  readonly say: (text: string) => void;
  /** Prints and writes what the scenario wants. */
  readonly report: (result: ScenarioResult, job: Job) => Promise<void>;
}

export interface SessionOutcome {
  readonly code: ExitCode;
  readonly lastLine: string;
}

export async function runSession(options: SessionOptions, deps: SessionDeps): Promise<SessionOutcome> {
  const { jobs, repeat, signal } = options;
  const ends: ScenarioEnd[] = [];
  for (const job of jobs) {
    for (let nth = 1; nth <= repeat && !signal.aborted; nth++) {
      ends.push(await runJob(job, options, deps));
    }
  }
  // Asked to end as one was judged: it has its verdict, those behind it were never run.
  const isCut = signal.aborted && ends.length < jobs.length * repeat;
  return { code: exitCodeOf(isCut ? [...ends, "interrupted"] : ends), lastLine: lastLine(ends) };
}

async function runJob(
  job: Job,
  options: SessionOptions,
  deps: SessionDeps,
): Promise<ScenarioEnd> {
  const { scenario, file } = job;
  const { progress, say } = deps;
  let judged: ScenarioResult | null = null;
  try {
    checkHosts(scenario, options.allowedHosts);
    const plan = options.planOf(job);
    const notice = loadNotice(scenario, plan);
    if (notice !== null) say(notice);
    const { result, wasInterrupted } = await runRounds({
      scenario,
      plan,
      scenarioFile: file,
      command: options.commandOf(job),
      signal: options.signal,
    }, deps);
    progress.end();
    judged = result;
    if (result !== null) await deps.report(result, job);
    if (wasInterrupted) return "interrupted";
    return result?.verdict ?? "harness_failed";
  } catch (thrown) {
    progress.end();
    // What is no LassoError is a fault of ours: main tells it with its stack.
    if (!(thrown instanceof LassoError)) throw thrown;
    say(`${scenario.name}${judged === null ? "" : ` (${judged.verdict})`}: ${messageOf(thrown)}`);
    if (options.signal.aborted) return "interrupted";
    return isBadScenario(thrown) ? "bad_scenario" : "harness_failed";
  }
}

function isBadScenario({ code }: LassoError): boolean {
  return code === "usage" || code === "config" || code === "plugin";
}
