// What the load goes to: the router that the run starts, with its config, its log and what can be done to it; or a
// router that runs already, of which only its URL is known.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { maskUrl } from "../../core/redact.ts";
import type { Plan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import type { RouterControl } from "../chaos/router_faults.ts";
import type { ProviderAddress } from "../world/world_options.ts";
import { type HeapRange, startUnder } from "./heap_ballast.ts";
import type { WorldPart } from "./parts.ts";
import type { Program } from "./program.ts";
import { routerConfig, shownConfig } from "./router_config.ts";
import { RouterProcess } from "./router_process.ts";
import { toScratch } from "./scratch.ts";

export interface RunningTarget extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly feedUrl: string;
  /** null: it is not ours. */
  readonly router: RouterControl | null;
  /** Settles with an end that nobody planned; else never. */
  readonly crashed: Promise<string>;
  pid(): number | undefined;
  /** What of its memory a fault of ours takes, MB; null: that is about to change. */
  ballastMb(): number | null;
  readonly logFile: string | null;
  stderr(): string;
  readonly shownConfig: unknown;
  readonly notes: readonly string[];
  /** Ends what was started; the log is whole then. */
  end(): Promise<void>;
}

export interface TargetOptions {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly world: WorldPart | null;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly secret: string | null;
  readonly folder: string;
  readonly program: Program;
  readonly clock: Clock;
}

export async function startTarget(options: TargetOptions): Promise<RunningTarget> {
  const { target } = options.scenario;
  return target.kind === "url" ? foreignTarget(target.url) : await ownTarget(options, target.config);
}

async function ownTarget(
  { scenario, plan, world, changes, secret, folder, program, clock }: TargetOptions,
  config: Readonly<Record<string, unknown>>,
): Promise<RunningTarget> {
  const whole = routerConfig({
    chains: scenario.chains,
    addresses: [...urlAddresses(scenario), ...world?.addresses ?? []],
    changes: [config, changes],
    secret,
  });
  const configFile = join(folder, "router.yaml");
  const logFile = join(folder, "router.log");
  await toScratch(folder, async () => {
    await writeFile(configFile, JSON.stringify(whole, null, 2));
    await writeFile(logFile, "");
  });
  const heap = heapRange(plan);
  const router = await RouterProcess.start({ program, clock, configFile, logFile, heap });
  return {
    url: router.url,
    feedUrl: feedUrl(router.url),
    router,
    crashed: router.crashed,
    pid: () => router.pid,
    ballastMb: () => router.ballastMb,
    logFile,
    stderr: () => router.stderr,
    shownConfig: shownConfig(whole),
    notes: heap === null ? [] : [
      `the router was started with a heap of ${
        startUnder(heap).limitMb
      } MB, of which memory pressure took all but its own figure at its time`,
    ],
    end: () => router[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => router[Symbol.asyncDispose](),
  };
}

function foreignTarget(given: string): RunningTarget {
  const url = given.replace(/\/+$/, "");
  return {
    url,
    feedUrl: feedUrl(url),
    router: null,
    crashed: new Promise(() => {}),
    pid: () => undefined,
    ballastMb: () => 0,
    logFile: null,
    stderr: () => "",
    shownConfig: { target: maskUrl(url) },
    notes: [
      "The router was not started by this run: its memory, its log and its providers' side are not known.",
    ],
    end: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Providers that are somebody else's: the router goes to them directly. */
function urlAddresses({ chains }: Scenario): ProviderAddress[] {
  return chains.flatMap((chain) =>
    chain.providers.flatMap((provider) =>
      provider.kind === "url"
        ? [{
          chain: chain.name,
          provider: provider.id,
          url: provider.url,
          wsUrl: provider.wsUrl,
          caFile: null,
        }]
        : []
    )
  );
}

/** What the plan's memory pressure leaves; null: there is none. */
function heapRange({ faults }: Plan): HeapRange | null {
  const heaps = faults.flatMap(({ fault }) => fault.kind === "memory_pressure" ? [fault.heapMb] : []);
  return heaps.length === 0 ? null : { leastMb: Math.min(...heaps), mostMb: Math.max(...heaps) };
}

function feedUrl(url: string): string {
  return `${url.replace(/^http/, "ws")}/channels/events`;
}
