// The benchmark: measures Lasso beside HAProxy and nginx on this machine, prints a table and writes JSON. Run by
// `deno task bench`. It uses free ports on loopback, and ends and removes all that it started, also on Ctrl-C.

import { messageOf } from "../core/errors.ts";
import process from "node:process";
import { addedLatency } from "./added_latency.ts";
import { dashboardFeed } from "./dashboard_feed.ts";
import { failover } from "./failover.ts";
import { fanOut } from "./fan_out.ts";
import { failedFigure, type Figure } from "./figure.ts";
import { historyCost } from "./history_cost.ts";
import { largeResults } from "./large_results.ts";
import { machineFacts } from "./machine.ts";
import { observationCost } from "./observation_cost.ts";
import { observationShare } from "./observation_share.ts";
import { type BenchOptions, type FigureId, readOptions, usage, UsageError } from "./options.ts";
import { reportText } from "./report.ts";
import type { BenchRun } from "./run.ts";
import { selectionCost } from "./selection_cost.ts";
import { Stage } from "./stage.ts";
import { startTime } from "./start_time.ts";
import { streamCost } from "./stream_cost.ts";
import { throughput } from "./throughput.ts";
import { ensureTools } from "./tools.ts";

interface Part {
  readonly ids: readonly FigureId[];
  measure(run: BenchRun): Promise<Figure | Figure[]>;
}

const parts: readonly Part[] = [
  { ids: ["P1", "P2", "P4"], measure: throughput },
  { ids: ["P5"], measure: largeResults },
  { ids: ["P6"], measure: addedLatency },
  { ids: ["P8"], measure: fanOut },
  { ids: ["P9"], measure: streamCost },
  { ids: ["P10"], measure: selectionCost },
  { ids: ["P11"], measure: historyCost },
  { ids: ["P12"], measure: startTime },
  { ids: ["P14"], measure: failover },
  {
    ids: ["observation"],
    measure: async (run) => [await observationCost(run), await observationShare(run)],
  },
  { ids: ["dashboard"], measure: dashboardFeed },
];

async function bench(options: BenchOptions): Promise<number> {
  const tell = (line: string): void => {
    if (!interrupted) console.error(line);
  };
  const machine = await machineFacts(await ensureTools(tell));
  const startedAt = new Date();
  const figures: Figure[] = [];
  for (const part of parts) {
    const ids = part.ids.filter((id) => options.only.has(id));
    if (ids.length > 0) figures.push(...await measure(part, ids, options, tell));
  }
  console.log(reportText(machine, figures));
  if (options.rounds < 5) console.log("Fewer than five rounds: these figures show that it works, no more.");
  const file = options.out ?? await resultFile(startedAt);
  const { rounds, seconds } = options;
  const result = { startedAt: startedAt.toISOString(), machine, rounds, seconds, figures };
  await Deno.writeTextFile(file, `${JSON.stringify(result, null, 2)}\n`);
  tell(`written: ${file}`);
  return figures.every(({ failure, verdicts }) => failure === null && verdicts.every(({ met }) => met))
    ? 0
    : 1;
}

/** A part that throws fails its own figures; the others are still measured. */
async function measure(
  part: Part,
  ids: readonly FigureId[],
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<Figure[]> {
  tell(ids.join(" and "));
  const stage = await Stage.open();
  current = stage;
  try {
    return [await part.measure({ stage, options, tell })].flat();
  } catch (thrown) {
    const why = messageOf(thrown);
    tell(`  failed: ${why}`);
    return ids.map((id) => failedFigure(id, "not measured", why));
  } finally {
    await stage[Symbol.asyncDispose]();
    if (interrupted) await new Promise<never>(() => {}); // The signal's handler ends the process.
    current = null;
  }
}

/** The stage of the part under way, for a signal to end. */
let current: Stage | null = null;
let interrupted = false;

async function resultFile(at: Date): Promise<string> {
  const folder = new URL("./results/", import.meta.url).pathname;
  await Deno.mkdir(folder, { recursive: true });
  return `${folder}${at.toISOString().replaceAll(":", "-").replace(/\.\d+Z$/, "Z")}.json`;
}

/** Calls `end` once on SIGINT or SIGTERM; the process exits with the signal's usual code after it. */
function onSignals(end: () => Promise<void>): void {
  let ending = false;
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  for (const [name, code] of Object.entries(codes)) {
    process.on(name, () => {
      if (ending) return;
      ending = true;
      void end().finally(() => Deno.exit(code));
    });
  }
}

if (import.meta.main) {
  onSignals(async () => {
    interrupted = true;
    await current?.[Symbol.asyncDispose]();
  });
  let options: BenchOptions | null;
  try {
    options = readOptions(Deno.args);
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    console.error(`${thrown.message}\n\n${usage}`);
    Deno.exit(2);
  }
  if (options === null) console.log(usage);
  else Deno.exit(await bench(options));
}
