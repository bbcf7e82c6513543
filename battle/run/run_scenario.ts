// One run of one scenario: brings the parts up, lets the load and the faults go by the plan, takes everything down and
// gives the record of what each side saw. Whatever happens on the way, nothing that it started is left behind.

import process from "node:process";
import { type Clock, sleep } from "../../core/clock.ts";
import { LassoError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import { driveFaults } from "../chaos/fault_driver.ts";
import type { Plan } from "../model/plan.ts";
import type { FaultRecord, RunRecord } from "../model/record.ts";
import type { Scenario } from "../model/scenario.ts";
import { faultLabel } from "../report/labels.ts";
import { align, type Alignment } from "./clocks.ts";
import { FeedClient } from "./feed_client.ts";
import { LeakSearch, plantedSecret, searchFile } from "./leaks.ts";
import type { GeneratorPart, RunPart, RunParts, WorldPart } from "./parts.ts";
import { ProcessSampler } from "./process_sampler.ts";
import type { Program } from "./program.ts";
import type { Progress } from "./progress.ts";
import { RouterScrape } from "./router_scrape.ts";
import type { Scratch } from "./scratch.ts";
import { RunTimeline } from "./run_timeline.ts";
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
  /** The file that the scenario comes from; null: it has no functions of its own. */
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

/** Between the last preparation and the first request. */
const LEAD_MS = 250;
const STATE_EVERY_MS = 250;

/** LassoError `internal` when a part fails, `config` when the router refuses its config. null: ended before it began. */
export async function runScenario(options: RunOptions, deps: RunDeps): Promise<RunOutcome | null> {
  await using stack = new AsyncDisposableStack();
  const stage = await openStage(options, deps, stack);
  return stage === null ? null : await drive(stage, options, deps, stack);
}

interface Stage {
  readonly world: WorldPart | null;
  readonly target: RunningTarget;
  readonly generator: GeneratorPart;
  readonly leaks: LeakSearch;
}

async function openStage(
  { scenario, plan, scenarioFile, changes, signal }: RunOptions,
  { parts, program, clock, random, progress, scratch }: RunDeps,
  stack: AsyncDisposableStack,
): Promise<Stage | null> {
  const { path: folder } = stack.use(await scratch.folder());
  const isOwn = scenario.target.kind === "own";
  const secret = isOwn ? plantedSecret(random) : null;
  let world: WorldPart | null = null;
  if (isOwn) {
    progress.phase("starts the providers");
    world = stack.use(await parts.startWorld({ scenario, plan, folder }));
  }
  if (signal.aborted) return null;
  if (isOwn) progress.phase("starts the router");
  const target = stack.use(
    await startTarget({ scenario, plan, world, changes, secret, folder, program, clock }),
  );
  if (signal.aborted) return null;
  progress.phase("starts the load generator");
  const generator = stack.use(
    await parts.startGenerator({ scenario, plan, url: target.url, scenarioFile }),
  );
  return signal.aborted ? null : { world, target, generator, leaks: new LeakSearch(secret) };
}

async function drive(
  stage: Stage,
  { scenario, plan, signal }: RunOptions,
  { clock, version, progress }: RunDeps,
  stack: AsyncDisposableStack,
): Promise<RunOutcome> {
  const { world, target, generator, leaks } = stage;
  const alignments = await orDeath(stage, alignAll(clock, world, generator));
  const timeline = new RunTimeline(clock, clock.now() + LEAD_MS + plan.warmupUs / 1000);
  await world?.setZero(timeline.zeroMs + alignments.world.offsetMs);
  const feed = stack.use(
    new FeedClient({ clock, url: target.feedUrl, usOfWall: (wallMs) => timeline.usOfWall(wallMs) }),
  );
  await orDeath(stage, feed.opened);
  const scrape = stack.use(new RouterScrape({ clock, url: target.url, leaks }));
  const sampler = stack.use(
    new ProcessSampler({
      clock,
      pids: () => pidsOf(stage),
      nowUs: () => timeline.nowUs(),
      loopLagMs: () => scrape.loopLagMs,
    }),
  );
  const ending = new AbortController();
  let crash: string | null = null;
  let wasInterrupted = false;
  const endEarly = (): void => {
    ending.abort();
    void generator.stop();
  };
  const interrupt = (): void => {
    wasInterrupted = true;
    endEarly();
  };
  signal.addEventListener("abort", interrupt);
  if (signal.aborted) interrupt();
  void target.crashed.then((text) => {
    crash = text;
    progress.event(`the router is gone: ${text}`);
    endEarly();
  });

  const inForce = new Map<FaultRecord["id"], string>();
  const faults = driveFaults({
    faults: plan.faults,
    world,
    router: target.router,
    clock,
    nowUs: () => timeline.nowUs(),
    signal: ending.signal,
    onBegin: (fault) => {
      inForce.set(fault.id, faultLabel(fault));
      progress.event(`${atText(fault.startUs)} ${faultLabel(fault)}`);
    },
    onEnd: (fault) => {
      if (inForce.delete(fault.id)) progress.event(`${atText(fault.endUs)} ${faultLabel(fault)}: over`);
    },
  });
  // Awaited below; until then a failure ends the load.
  faults.catch(endEarly);
  const watching = watch(clock, ending.signal, () => {
    progress.state({
      atMs: timeline.nowUs() / 1000,
      durationMs: plan.durationUs / 1000,
      ...generator.counts,
      faults: [...inForce.values()],
    });
  });
  try {
    await orDeath(stage, generator.run(timeline.zeroMs + alignments.generator.offsetMs));
  } finally {
    signal.removeEventListener("abort", interrupt);
    ending.abort();
    await watching;
  }
  const durationUs = wasInterrupted || crash !== null
    ? Math.max(0, Math.min(plan.durationUs, timeline.nowUs()))
    : plan.durationUs;
  progress.phase("collects what was seen");
  const faultRecords = await orDeath(stage, faults);
  const worldReport = await orDeath(stage, world?.report() ?? Promise.resolve(null));
  const generated = await orDeath(stage, generator.report());
  await scrape.finish();
  await sampler[Symbol.asyncDispose]();
  await feed[Symbol.asyncDispose]();
  await target.end();
  if (target.logFile !== null) await searchFile(leaks, "the router's log", target.logFile);
  leaks.search("the router's stderr", target.stderr());
  for (const { workload, reason, method } of generated.calls) {
    if (reason !== null) leaks.search(`an error of ${method} (${workload})`, reason);
  }
  const record: RunRecord = {
    scenario: scenario.name,
    seed: plan.seed,
    planHash: plan.hash,
    startedAt: timeline.startedAt,
    version,
    config: target.shownConfig,
    durationUs,
    warmupUs: plan.warmupUs,
    calls: generated.calls,
    subscribers: generated.subscribers,
    faults: faultRecords,
    feed: feed.records(),
    samples: sampler.samples,
    providers: worldReport?.providers ?? [],
    ledgers: worldReport?.ledgers ?? new Map(),
    truths: worldReport?.truths ?? new Map(),
    leaks: leaks.leaks,
    clockErrorUs: {
      ...(world === null ? {} : { world: micro(alignments.world.errorMs) }),
      generator: micro(alignments.generator.errorMs),
      // Wall times of the feed come in whole ms.
      router: micro(1),
    },
    notes: [
      ...generated.notes,
      ...worldReport?.notes ?? [],
      ...target.notes,
      ...feed.notes(),
      ...sampler.samples.length === 0
        ? ["Memory and CPU of the processes could not be read on this system."]
        : [],
      ...wasInterrupted ? [`Interrupted ${atText(durationUs)} after time 0.`] : [],
      ...crash === null ? [] : [`The router ended though nobody had planned it: ${crash}`],
    ],
  };
  return { record, crash, wasInterrupted };
}

/** A part that dies takes the run with it: LassoError with what it said. */
function orDeath<T>({ world, generator }: Pick<Stage, "world" | "generator">, wait: Promise<T>): Promise<T> {
  const death = (part: RunPart): Promise<never> =>
    part.died.then((text) => {
      throw new LassoError("internal", text);
    });
  return Promise.race([wait, death(generator), ...(world === null ? [] : [death(world)])]);
}

async function alignAll(
  clock: Clock,
  world: WorldPart | null,
  generator: GeneratorPart,
): Promise<{ readonly world: Alignment; readonly generator: Alignment }> {
  const same: Alignment = { offsetMs: 0, errorMs: 0 };
  return {
    world: world === null ? same : await align(clock, () => world.ping()),
    generator: await align(clock, () => generator.ping()),
  };
}

function pidsOf(
  { world, target, generator }: Stage,
): Partial<Record<"router" | "generator" | "world" | "battle", number>> {
  const router = target.pid();
  return {
    battle: process.pid,
    ...(router === undefined ? {} : { router }),
    ...(world?.pid == null ? {} : { world: world.pid }),
    ...(generator.pid === null ? {} : { generator: generator.pid }),
  };
}

async function watch(clock: Clock, signal: AbortSignal, look: () => void): Promise<void> {
  while (!signal.aborted) {
    look();
    await sleep(clock, STATE_EVERY_MS, signal);
  }
}

function micro(ms: number): number {
  return Math.round(ms * 1000);
}

function atText(us: number): string {
  return `${(us / 1e6).toFixed(1)} s`;
}
