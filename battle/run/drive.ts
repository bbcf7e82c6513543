// The middle of a run: clocks are brought together, time 0 is set, load and faults go by the plan, and everybody who
// watches watches. Ends with the last answer, or early when it is interrupted or the router is gone.

import process from "node:process";
import { type Clock, sleep } from "../../core/clock.ts";
import { LassoError } from "../../core/errors.ts";
import { driveFaults } from "../chaos/fault_driver.ts";
import type { Plan } from "../model/plan.ts";
import type { FaultRecord } from "../model/record.ts";
import { formatAt } from "../report/format.ts";
import { faultLabel } from "../report/labels.ts";
import type { LoadReport } from "../workload/load_generator.ts";
import { align, type Alignment } from "./clocks.ts";
import { FeedClient } from "./feed_client.ts";
import { ProcessSampler } from "./process_sampler.ts";
import type { Progress } from "./progress.ts";
import { RouterScrape } from "./router_scrape.ts";
import type { RunDeps, RunOptions, Stage } from "./run_scenario.ts";
import { RunTimeline } from "./run_timeline.ts";

/** Between the last preparation and the first request. */
const LEAD_MS = 250;
const STATE_EVERY_MS = 250;
/** Answers are waited for so long when a run is ended early. */
const EARLY_GRACE_MS = 500;

export interface Driven {
  readonly timeline: RunTimeline;
  /** null: there is no world. */
  readonly worldClock: Alignment | null;
  readonly load: LoadReport;
  readonly faults: readonly FaultRecord[];
  /** The planned time, or what of it was run. */
  readonly durationUs: number;
  readonly crash: string | null;
  readonly wasInterrupted: boolean;
  readonly feed: FeedClient;
  readonly scrape: RouterScrape;
  readonly sampler: ProcessSampler;
}

export async function drive(
  stage: Stage,
  { scenario, plan, signal }: RunOptions,
  { clock, progress }: RunDeps,
  stack: AsyncDisposableStack,
): Promise<Driven> {
  const { world, target, generator, leaks } = stage;
  const worldClock = world === null ? null : await orDeath(stage, align(clock, () => world.ping()));
  const timeline = new RunTimeline(clock, clock.now() + LEAD_MS + plan.warmupUs / 1000);
  if (world !== null) await orDeath(stage, world.setZero(timeline.zeroMs + worldClock!.offsetMs));
  const feed = stack.use(
    new FeedClient({ clock, url: target.feedUrl, usOfWall: (wallMs) => timeline.usOfWall(wallMs) }),
  );
  const scrape = stack.use(
    new RouterScrape({ clock, url: target.url, leaks, chains: scenario.chains.map(({ name }) => name) }),
  );
  const sampler = stack.use(
    new ProcessSampler({
      clock,
      pids: () => pidsOf(stage),
      nowUs: () => timeline.nowUs(),
      loopLagMs: () => scrape.loopLagMs,
      inUseMb: () => scrape.inUseMb,
      ballastMb: () => target.ballastMb(),
    }),
  );
  const early = new EarlyEnd(stage, signal, progress);
  const faults = driveFaults({
    faults: plan.faults,
    world,
    router: target.router,
    clock,
    nowUs: () => timeline.nowUs(),
    signal: early.signal,
    onBegin: (fault) =>
      progress.fault(fault.id, `${formatAt(fault.startUs / 1000)}  ${faultLabel(fault)}`, true),
    onEnd: (fault) =>
      progress.fault(fault.id, `${formatAt(fault.endUs / 1000)}  ${faultLabel(fault)}: over`, false),
  });
  // Awaited below; until then what goes wrong with a fault ends the load.
  faults.catch(() => early.end());
  generator.go(timeline.zeroMs);
  const watched = new AbortController();
  const watching = watch(clock, watched.signal, () => progress.state(stateOf(stage, plan, timeline)));
  try {
    const load = await orDeath(stage, generator.finished);
    const atUs = Math.max(0, Math.min(plan.durationUs, timeline.nowUs()));
    const wasEarly = early.signal.aborted;
    // Faults last no longer than the load: a plan that was cut has cut them.
    early.close();
    return {
      timeline,
      worldClock,
      load,
      faults: await orDeath(stage, faults),
      durationUs: wasEarly ? atUs : plan.durationUs,
      crash: early.crash,
      wasInterrupted: early.wasInterrupted,
      feed,
      scrape,
      sampler,
    };
  } finally {
    early.close();
    watched.abort();
    await watching;
    // On the way out after a failure they must not be left behind.
    await faults.catch(() => {});
  }
}

/** Reasons to end before the plan does: somebody interrupts, the router is gone, a fault can't be driven. */
class EarlyEnd {
  crash: string | null = null;
  wasInterrupted = false;
  readonly #stage: Stage;
  readonly #ending = new AbortController();
  readonly #interruption: AbortSignal;
  #isClosed = false;

  constructor(stage: Stage, interruption: AbortSignal, progress: Progress) {
    this.#stage = stage;
    this.#interruption = interruption;
    interruption.addEventListener("abort", this.#interrupt);
    if (interruption.aborted) this.#interrupt();
    void stage.target.crashed.then((text) => {
      if (this.#isClosed) return;
      this.crash = text;
      progress.event(`the router is gone: ${text}`);
      this.end();
    });
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  end(): void {
    if (this.#isClosed || this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#stage.generator.stop(EARLY_GRACE_MS);
  }

  /** The run is over by itself: nothing ends it early any more, and faults in force end. */
  close(): void {
    this.#isClosed = true;
    this.#interruption.removeEventListener("abort", this.#interrupt);
    this.#ending.abort();
  }

  readonly #interrupt = (): void => {
    this.wasInterrupted = true;
    this.end();
  };
}

/** A part that dies takes the run with it: LassoError with what it said. */
export function orDeath<T>(
  { world, generator }: Pick<Stage, "world" | "generator">,
  wait: Promise<T>,
): Promise<T> {
  const deaths = [generator, ...(world === null ? [] : [world])].map(({ died }) =>
    died.then((text): never => {
      throw new LassoError("internal", text);
    })
  );
  return Promise.race([wait, ...deaths]);
}

/** The generator tells of itself. */
function pidsOf({ world, target }: Stage): Partial<Record<"router" | "world" | "battle", number>> {
  const router = target.pid();
  return {
    battle: process.pid,
    ...(router === undefined ? {} : { router }),
    ...(world === null || world.pid === null ? {} : { world: world.pid }),
  };
}

function stateOf({ newest }: Stage, plan: Plan, timeline: RunTimeline): Parameters<Progress["state"]>[0] {
  const { answered = 0, timeouts = 0, broken = 0 } = newest.progress ?? {};
  return {
    atMs: timeline.nowUs() / 1000,
    durationMs: plan.durationUs / 1000,
    done: answered + timeouts + broken,
    failed: timeouts + broken,
    countedAtMs: (newest.progress?.atUs ?? 0) / 1000,
  };
}

async function watch(clock: Clock, signal: AbortSignal, look: () => void): Promise<void> {
  while (!signal.aborted) {
    look();
    await sleep(clock, STATE_EVERY_MS, signal);
  }
}
