// Runs scenarios as `lasso battle` does, from a test: real processes, with a log of what was started, so that a test can
// see that nothing is left, and can hurt one of them.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { systemClock } from "../../../core/clock.ts";
import { seededRandom } from "../../../core/random.ts";
import { collectScenarios } from "../../../battle/dsl/load_scenarios.ts";
import type { ScenarioFunction } from "../../../battle/dsl/battle_types.ts";
import type { ScenarioResult } from "../../../battle/model/result.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { processParts } from "../../../battle/run/process_parts.ts";
import type { RunParts } from "../../../battle/run/parts.ts";
import { type Program, programOf } from "../../../battle/run/program.ts";
import type { Progress } from "../../../battle/run/progress.ts";
import { type RunDeps, runScenario } from "../../../battle/run/run_scenario.ts";
import { Scratch } from "../../../battle/run/scratch.ts";
import { runSession } from "../../../battle/run/session.ts";

export const program: Program = programOf({
  execPath: Deno.execPath(),
  mainModule: new URL("../../../main.ts", import.meta.url).href,
  standalone: false,
});

export interface Ran {
  readonly code: number;
  readonly lastLine: string;
  readonly results: readonly ScenarioResult[];
  /** What was said to people, with the progress. */
  readonly said: readonly string[];
  /** Of the processes that drive the run, by part. */
  readonly pids: Readonly<Record<string, number>>;
  /** Its temporary folders. */
  readonly folders: readonly string[];
}

export interface Watcher {
  readonly pids: Record<string, number>;
  readonly folders: readonly string[];
  /** Ends the session as Ctrl-C does. */
  interrupt(): void;
}

/** `onFault` hears when a fault begins: a moment in the midst of the run. */
export async function runHere(
  scenario: ScenarioFunction,
  onFault: (watcher: Watcher) => void = () => {},
): Promise<Ran> {
  const jobs = collectScenarios(scenario, "test").map((each) => ({ scenario: each, file: null }));
  const interruption = new AbortController();
  const said: string[] = [];
  const results: ScenarioResult[] = [];
  const pids: Record<string, number> = {};
  const folders: string[] = [];
  const progress: Progress = {
    begin: (name, part) => said.push(`begin ${name} ${part}`),
    phase: (text) => said.push(text),
    state: () => {},
    fault: (id, _text, inForce) => {
      said.push(`fault ${id} ${inForce}`);
      if (inForce) onFault({ pids, folders, interrupt: () => interruption.abort() });
    },
    event: (text) => said.push(text),
    end: () => {},
  };
  const deps: RunDeps = {
    parts: noting(processParts(program, systemClock), pids, folders),
    program,
    clock: systemClock,
    random: seededRandom(1),
    version: "0.0.0",
    progress,
    scratch: new Scratch(),
  };
  const outcome = await runSession({
    jobs,
    repeat: 1,
    allowedHosts: new Set(),
    planOf: (job) => makePlan(job.scenario),
    commandOf: ({ scenario: { name } }) => `lasso battle ${name}`,
    signal: interruption.signal,
  }, {
    run: (options) => runScenario(options, deps),
    progress,
    say: (text) => said.push(text),
    report: (result) => {
      results.push(result);
      return Promise.resolve();
    },
  });
  return { ...outcome, results, said, pids, folders };
}

function noting(parts: RunParts, pids: Record<string, number>, folders: string[]): RunParts {
  return {
    startWorld: async (request) => {
      folders.push(request.folder);
      const world = await parts.startWorld(request);
      pids.world = world.pid ?? 0;
      return world;
    },
    startGenerator: async (request) => {
      const generator = await parts.startGenerator(request);
      if (generator.pid !== null) pids.generator = generator.pid;
      return generator;
    },
  };
}

/** Nothing of the run is left: no process that it started, no folder. */
export async function assertNothingIsLeft({ pids, folders }: Ran): Promise<void> {
  for (const [part, pid] of Object.entries(pids)) assert.equal(await isRunning(pid), false, part);
  assert.ok(folders.length > 0);
  for (const folder of folders) {
    assert.equal(existsSync(folder), false, folder);
    assert.equal(await processesNaming(folder), "", "a part of it");
  }
}

/** Of the router of a run that goes on: its command line names its config in the run's folder. */
export async function routerPid(folder: string): Promise<number> {
  const [path = ""] = (await processesNaming(`${folder}/router.yaml`)).split("\n");
  return Number(/^\/proc\/(\d+)\/cmdline$/.exec(path)?.[1]);
}

async function isRunning(pid: number): Promise<boolean> {
  const { success } = await new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).output();
  return success;
}

/** Command lines that hold the text; it goes in by stdin, or `grep` would find itself. */
async function processesNaming(text: string): Promise<string> {
  const command = new Deno.Command("sh", {
    args: ["-c", "grep -laF -f - /proc/[0-9]*/cmdline 2>/dev/null"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = command.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await command.output()).stdout).trim();
}
