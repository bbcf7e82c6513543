// The end of a run: everybody hands in what they saw, the router ends so that its log is whole, secrets are looked for,
// and all of it becomes one record.

import type { ProcessSample, RunRecord } from "../model/record.ts";
import { formatAt } from "../report/format.ts";
import { stoppedReason } from "../workload/generator.ts";
import { type Driven, orDeath } from "./drive.ts";
import { searchFile } from "./leaks.ts";
import type { RunDeps, RunOptions, RunOutcome, Stage } from "./run_scenario.ts";

/** Wall times of the feed come in whole ms. */
const FEED_CLOCK_ERROR_US = 1_000;

export async function collect(
  stage: Stage,
  driven: Driven,
  { scenario, plan }: RunOptions,
  { version, progress }: RunDeps,
): Promise<RunOutcome> {
  const { world, target, leaks } = stage;
  const { timeline, worldClock, load, crash, wasInterrupted, feed, scrape, sampler } = driven;
  progress.phase("collects what was seen");
  const seen = world === null ? null : await orDeath(stage, world.report());
  await scrape.finish();
  await sampler[Symbol.asyncDispose]();
  await feed[Symbol.asyncDispose]();
  await stage.generator[Symbol.asyncDispose]();
  await target.end();
  if (target.logFile !== null) await searchFile(leaks, "the router's log", target.logFile);
  leaks.search("the router's stderr", target.stderr());
  for (const { workload, method, reason } of load.calls) {
    if (reason !== null) leaks.search(`an error of ${method} (${workload})`, reason);
  }
  for (const { topic, fields } of feed.records()) {
    leaks.search(`the event feed (${topic})`, JSON.stringify(fields));
  }
  for (const { workload, closes } of load.subscribers) {
    for (const { reason } of closes) leaks.search(`a close of ${workload}`, reason);
  }
  // The router had no time for these. Where it has ended by itself they are its failures.
  const calls = wasInterrupted && crash === null
    ? load.calls.filter(({ reason }) => reason !== stoppedReason)
    : load.calls;
  const samples = [...sampler.samples, ...load.samples];
  const record: RunRecord = {
    scenario: scenario.name,
    seed: plan.seed,
    planHash: plan.hash,
    startedAt: timeline.startedAt,
    version,
    config: target.shownConfig,
    durationUs: driven.durationUs,
    warmupUs: plan.warmupUs,
    calls,
    subscribers: load.subscribers,
    faults: driven.faults,
    feed: feed.records(),
    samples,
    providers: seen?.providers ?? [],
    ledgers: seen?.ledgers ?? new Map(),
    truths: seen?.truths ?? new Map(),
    leaks: leaks.leaks,
    clockErrorUs: {
      ...(worldClock === null ? {} : { world: Math.ceil(worldClock.errorMs * 1000) }),
      generator: Math.ceil(stage.generator.clockErrorUs),
      router: FEED_CLOCK_ERROR_US,
    },
    notes: [
      ...load.notes,
      ...seen?.notes ?? [],
      ...target.notes,
      ...feed.notes(),
      ...unmeasured(stage, samples),
      ...(wasInterrupted ? [`it was interrupted at ${formatAt(driven.durationUs / 1000)}`] : []),
      ...(calls.length < load.calls.length
        ? [`${load.calls.length - calls.length} requests were under way then, and don't count`]
        : []),
      ...(crash === null
        ? []
        : [`the router ended by itself at ${formatAt(driven.durationUs / 1000)}: ${crash}`]),
    ],
  };
  return { record, crash, wasInterrupted };
}

function unmeasured({ target }: Stage, samples: readonly ProcessSample[]): string[] {
  if (target.router === null || samples.some(({ process }) => process === "router")) return [];
  return ["memory and CPU of the router could not be read: that needs Linux's /proc"];
}
