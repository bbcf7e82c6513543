// One run of one scenario: brings the parts up, lets the load and the faults go by the plan, takes everything down and
// gives the record of what each side saw. Whatever happens on the way, nothing that it started is left behind.

import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { Plan } from "../model/plan.ts";
import type { RunRecord } from "../model/record.ts";
import type { Scenario } from "../model/scenario.ts";
import type { LoadProgress } from "../workload/load_generator.ts";
import { killChildren } from "./child.ts";
import { collect } from "./collect.ts";
import { drive, orDeath } from "./drive.ts";
import { LeakSearch, plantedSecret } from "./leaks.ts";
import { loadOrder } from "./load_order.ts";
import type { GeneratorPart, RunParts, WorldPart } from "./parts.ts";
import type { Program } from "./program.ts";
import type { Progress } from "./progress.ts";
import type { Scratch } from "./scratch.ts";
import { type RunningTarget, startTarget } from "./target.ts";

export interface RunDeps {
  readonly parts: RunParts;
  readonly program: Program;
  readonly clock: Clock;
  /** For the secrets that are planted; what the run does comes from the plan's seed. */
  readonly random: Random;
  readonly version: string;
  readonly progress: Progress;
  readonly scratch: Scratch;
}

export interface RunOptions {
  readonly scenario: Scenario;
  readonly plan: Plan;
  /** The file that the scenario comes from; null: a shipped one. */
  readonly scenarioFile: string | null;
  /** Changes to the router's config: the other side of a comparison. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Ends the run early; what was seen so far is the record. */
  readonly signal: AbortSignal;
}

export interface RunOutcome {
  readonly record: RunRecord;
  /** How the router ended, though nobody had planned it; null: it did not. */
  readonly crash: string | null;
  readonly wasInterrupted: boolean;
}

/** All that takes part in a run, up and waiting. */
export interface Stage {
  /** null: the target is not ours, and its providers neither. */
  readonly world: WorldPart | null;
  readonly target: RunningTarget;
  readonly generator: GeneratorPart;
  readonly leaks: LeakSearch;
  /** The newest of the load; null: none yet. */
  readonly newest: { progress: LoadProgress | null };
}

/**
 * null: ended before there was anything to see. LassoError `internal` when a part fails, `config` when the router does
 * not take its config.
 */
export async function runScenario(options: RunOptions, deps: RunDeps): Promise<RunOutcome | null> {
  await using stack = new AsyncDisposableStack();
  const stage = await untilInterrupted(options.signal, () => openStage(options, deps, stack));
  if (stage === null) return null;
  const driven = await drive(stage, options, deps, stack);
  return await collect(stage, driven, options, deps);
}

/** null: interrupted. What is being started has nothing to tell yet: it is not waited for. */
async function untilInterrupted<T>(signal: AbortSignal, start: () => Promise<T>): Promise<T | null> {
  signal.addEventListener("abort", killChildren);
  try {
    return await start();
  } catch (thrown) {
    if (signal.aborted) return null;
    throw thrown;
  } finally {
    signal.removeEventListener("abort", killChildren);
  }
}

async function openStage(
  { scenario, plan, scenarioFile, changes, signal }: RunOptions,
  { parts, program, clock, random, progress, scratch }: RunDeps,
  stack: AsyncDisposableStack,
): Promise<Stage | null> {
  const { path: folder } = stack.use(await scratch.folder());
  const isOwn = scenario.target.kind === "own";
  const secret = isOwn ? plantedSecret(random) : null;
  if (isOwn) progress.phase("starts the providers");
  const world = isOwn ? stack.use(await parts.startWorld({ scenario, plan, folder })) : null;
  if (signal.aborted) return null;
  if (isOwn) progress.phase("starts the router");
  const target = stack.use(
    await startTarget({ scenario, plan, world, changes, secret, folder, program, clock }),
  );
  if (signal.aborted) return null;
  progress.phase("starts the load generator");
  const newest: Stage["newest"] = { progress: null };
  const generator = stack.use(
    await parts.startGenerator({
      order: loadOrder(scenario, plan, target.url),
      scenario: scenario.name,
      scenarioFile,
      seed: plan.seed,
      folder,
      onProgress: (progress) => newest.progress = progress,
    }),
  );
  const stage: Stage = { world, target, generator, leaks: new LeakSearch(secret), newest };
  if (signal.aborted) return null;
  progress.phase("connects the clients");
  await orDeath(stage, generator.prepare());
  return signal.aborted ? null : stage;
}
