// Which scenarios `lasso battle` is about: shipped ones by name, files by path, all of them narrowed down by tags.

import type { Clock } from "../core/clock.ts";
import { LassoError } from "../core/errors.ts";
import { collectScenarios, loadScenarios } from "../battle/dsl/load_scenarios.ts";
import { formatMs } from "../battle/report/format.ts";
import { reportName } from "../battle/report/report_name.ts";
import type { Scenario } from "../battle/model/scenario.ts";
import { roundsOf } from "../battle/run/run_rounds.ts";
import type { Job } from "../battle/run/session.ts";
import { shipped, shippedScenarios as functions } from "../battle/scenarios/mod.ts";
import type { BattleArgs } from "./battle_args.ts";
import { table } from "./table.ts";

/** Tag of the scenarios that are run where nobody says which. */
const defaultTag = "ci";

/** LassoError `usage` for a name that is not known, a file that can't be loaded, and tags that leave nothing. */
export async function chosenJobs(
  { names, tags, list, seed }: Pick<BattleArgs, "names" | "tags" | "list" | "seed">,
  clock: Clock,
): Promise<readonly Job[]> {
  const all = await namedJobs(names, clock, seed);
  const wanted = tags.length > 0 || names.length > 0 || list ? tags : [defaultTag];
  if (wanted.length === 0) return all;
  const chosen = all.filter(({ scenario }) => scenario.tags.some((tag) => wanted.includes(tag)));
  if (chosen.length > 0) return chosen;
  const known = [...new Set(all.flatMap(({ scenario }) => scenario.tags))].sort();
  throw new LassoError("usage", `no scenario has the tag ${wanted.join(" or ")}`, {
    hint: known.length === 0 ? "leave --tag out: none has any" : `take one of ${known.join(", ")}`,
  });
}

async function namedJobs(
  names: readonly string[],
  clock: Clock,
  seed: number | null,
): Promise<readonly Job[]> {
  const ours = shippedScenarios(seed).map((scenario): Job => ({ scenario, file: null }));
  if (names.length === 0) return ours;
  const jobs: Job[] = [];
  // A shell's `battle/*.ts` names lasso-battle.d.ts too, which stands beside the scenarios.
  const scenarios = names.filter((name) => !/\.d\.[cm]?ts$/.test(name));
  for (const name of scenarios.length > 0 ? scenarios : names) {
    if (isFile(name)) {
      for (const scenario of await loadScenarios(name, clock, seed)) jobs.push({ scenario, file: name });
      continue;
    }
    const job = ours.find(({ scenario }) => scenario.name === name || reportName(scenario.name) === name);
    if (job === undefined) throw unknown(name, ours);
    jobs.push(job);
  }
  return jobs;
}

/** `seed` in the place of theirs. */
export function shippedScenarios(seed: number | null = null): readonly Scenario[] {
  return collectScenarios(functions, "the shipped scenarios", seed);
}

function isFile(name: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(name);
}

function unknown(name: string, ours: readonly Job[]): LassoError {
  const known = ours.map(({ scenario }) => reportName(scenario.name)).join(", ");
  return new LassoError("usage", `there is no shipped scenario ${JSON.stringify(name)}`, {
    hint: `take one of ${known}; or a file of your own, whose name ends in .ts, .js or .mjs`,
  });
}

/** Of what is run in rounds, how many. */
function timeText(scenario: Scenario): string {
  const time = formatMs(scenario.durationMs + scenario.warmupMs);
  const rounds = roundsOf(scenario);
  return rounds === 1 ? time : `${rounds} × ${time}`;
}

/** The page of --list. */
export function jobList(jobs: readonly Job[]): string {
  const rows = jobs.map(({ scenario, file }) => [
    file ?? reportName(scenario.name),
    timeText(scenario),
    scenario.tags.join(", "),
    (file === null ? shipped[scenario.name]?.about : undefined) ?? scenario.name,
  ]);
  return table(["NAME", "TIME", "TAGS", "WHAT"], rows);
}
