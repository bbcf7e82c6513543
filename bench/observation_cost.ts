// What observing a call costs in the hot path: collection for history and live figures alone, and all that a recorder
// does. A request costs 20 to 25 µs of processor time, of which observation may have a twentieth.

import { type Figure, series, verdict } from "./figure.ts";
import type { ObservationRound } from "./observation_run.ts";
import type { BenchRun } from "./run.ts";

const id = "observation";
/** µs of a call. */
const barUs = { collection: 0.5, all: 1 } as const;

const titles: Readonly<Record<keyof ObservationRound, string>> = {
  nothing: "a recorder that does nothing (the loop)",
  before: "what strategies read, counters for scrapes",
  all: "the same, collection for history, live figures",
};

export async function observationCost(run: BenchRun): Promise<Figure> {
  const script = new URL("./observation_run.ts", import.meta.url).pathname;
  const output = await run.stage.run(Deno.execPath(), ["run", "-A", script, String(run.options.rounds)]);
  return observationFigure(JSON.parse(output) as ObservationRound[]);
}

export function observationFigure(rounds: readonly ObservationRound[]): Figure {
  const added = (from: keyof ObservationRound, name: string): ReturnType<typeof series> =>
    series(name, "µs", rounds.map((round) => round.all - round[from]));
  const collection = added("before", "collection of a call and its attempt");
  const all = added("nothing", "all observation of a call and its attempt");
  return {
    id,
    title: "Observation of a call with one attempt, at 25,000 calls/s in virtual time",
    series: (["nothing", "before", "all"] as const).map((name) =>
      series(titles[name], "µs", rounds.map((round) => round[name]))
    ),
    verdicts: [
      verdict(id, collection.name, collection, "most", barUs.collection),
      verdict(id, all.name, all, "most", barUs.all),
    ],
    notes: ["Processor time of the whole process; the seconds' drains are in it."],
    failure: null,
  };
}
