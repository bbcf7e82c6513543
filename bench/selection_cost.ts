// P10: what it costs to order 20 providers × 2 transports, for strategies whose order is kept and for those that are
// asked per call, and whether it stays the same when a thousand method names were seen instead of ten.

import { type Figure, type Series, series, type Verdict, verdict } from "./figure.ts";
import type { BenchRun } from "./run.ts";
import type { SelectionCase, SelectionRound } from "./selection_run.ts";
import { ratios } from "./statistics.ts";

const id = "P10";
/** p99 in µs. */
const barUs = { cached: 5, per_call: 15 } as const;
/** Medians below a microsecond jump by that much between two runs of the same code. */
const flatFactor = 1.5;

export async function selectionCost(run: BenchRun): Promise<Figure> {
  const script = new URL("./selection_run.ts", import.meta.url).pathname;
  const output = await run.stage.run(Deno.execPath(), ["run", "-A", script, String(run.options.rounds)]);
  return selectionFigure(JSON.parse(output) as SelectionRound[]);
}

/** Cases stand in the same order in every round. */
export function selectionFigure(rounds: readonly SelectionRound[]): Figure {
  const first = rounds[0];
  if (first === undefined) throw new RangeError("P10 needs at least one round");
  const valuesOf = (index: number, key: "p50" | "p99"): number[] => rounds.map((round) => round[index]![key]);
  const medians: Series[] = [];
  const verdicts: Verdict[] = [];
  first.forEach((one, index) => {
    medians.push(series(`${titleOf(one)}, p50`, "µs", valuesOf(index, "p50")));
    const p99 = series(`${titleOf(one)}, p99`, "µs", valuesOf(index, "p99"));
    verdicts.push(verdict(id, p99.name, p99, "most", barUs[one.cadence]));
  });
  first.forEach((many, index) => {
    const few = first.findIndex((one) => one.name === many.name && one.methodsSeen < many.methodsSeen);
    if (few === -1) return;
    const what = `${many.name}, p50 with ${many.methodsSeen} names / with ${first[few]!.methodsSeen}`;
    const growth = series(what, "ratio", ratios(valuesOf(index, "p50"), valuesOf(few, "p50")));
    verdicts.push(verdict(id, what, growth, "most", flatFactor));
  });
  return {
    id,
    title: "Selection over 20 providers × 2 transports, 20,000 calls/s in virtual time",
    series: medians,
    verdicts,
    notes: ["Each time includes about 0.05 µs or more for reading the clock."],
    failure: null,
  };
}

function titleOf({ cadence, name, methodsSeen }: SelectionCase): string {
  return `${name} (${cadence === "cached" ? "kept" : "per call"}, ${methodsSeen} names)`;
}
