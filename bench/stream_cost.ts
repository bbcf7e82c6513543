// P9: what the stream logic of one chain can take by itself: logs and heads per second from the upstreams' texts to the
// clients' sockets, and how long it takes to tell that the second copy of a raced event is known already.

import { type Figure, type Series, series, type Verdict, verdict } from "./figure.ts";
import type { BenchRun } from "./run.ts";
import type { StreamRound } from "./stream_run.ts";

const id = "P9";
const perSecondBar = 50_000;
const decisionBarUs = 20;

export async function streamCost(run: BenchRun): Promise<Figure> {
  const script = new URL("./stream_run.ts", import.meta.url).pathname;
  const output = await run.stage.run(Deno.execPath(), ["run", "-A", script, String(run.options.rounds)]);
  return streamFigure(JSON.parse(output) as StreamRound[]);
}

/** Cases stand in the same order in every round. */
export function streamFigure(rounds: readonly StreamRound[]): Figure {
  const first = rounds[0];
  if (first === undefined) throw new RangeError("P9 needs at least one round");
  const medians: Series[] = [];
  const rates: Verdict[] = [];
  const decisions: Verdict[] = [];
  first.forEach(({ name, decision }, index) => {
    const rate = series(name, "events/s", rounds.map((round) => round[index]!.perSecond));
    rates.push(verdict(id, name, rate, "least", perSecondBar));
    if (decision === null) return;
    const of = (key: "p50" | "p99"): Series =>
      series(
        `${name}, race decision ${key}`,
        "µs",
        rounds.map((round) => round[index]!.decision?.[key] ?? NaN),
      );
    medians.push(of("p50"));
    const p99 = of("p99");
    decisions.push(verdict(id, p99.name, p99, "most", decisionBarUs));
  });
  return {
    id,
    title: "Stream logic of one chain alone, 10 clients, in virtual time",
    series: medians,
    verdicts: [...rates, ...decisions],
    notes: ["Events as each client gets them, once; reading the texts is part of it."],
    failure: null,
  };
}
