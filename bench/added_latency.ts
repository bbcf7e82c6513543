// P6: what Lasso adds to the latency of a call at 1,000 requests per second, against going direct to the upstream.
// Both see the same arrivals in the same round. HAProxy is measured beside it, for the sense of proportion.

import { poissonArrivals } from "./arrivals.ts";
import { checkPath } from "./check_path.ts";
import { type Figure, series, verdict } from "./figure.ts";
import { smallResult, startUpstream } from "./haproxy.ts";
import { openLoop } from "./open_loop.ts";
import type { Path } from "./rounds.ts";
import type { BenchRun } from "./run.ts";
import { ascending, differences, median, quantile } from "./statistics.ts";
import { direct, haproxy, lasso, threeWays } from "./three_ways.ts";
import { seededRandom } from "../core/random.ts";

const id = "P6";
const perSecond = 1_000;
const connections = 32;
const title =
  `Added latency at ${perSecond} requests/s, open loop, Poisson arrivals, ${connections} connections`;
interface Sample {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export async function addedLatency(run: BenchRun): Promise<Figure> {
  const { port } = await startUpstream(run.stage);
  return await threeWays(run, {
    id,
    title,
    upstreamPort: port,
    path: (name, url) => path(run, name, url),
    figure,
  });
}

function path(run: BenchRun, name: string, url: string): Path<Sample> {
  const { seconds, warmupSeconds } = run.options;
  const target = { url, connections, result: smallResult };
  return {
    name,
    async measure(round): Promise<Sample> {
      if (round === 0) {
        await checkPath(name, url, smallResult);
        await openLoop(target, poissonArrivals(perSecond, warmupSeconds, seededRandom(0)));
      }
      const starts = poissonArrivals(perSecond, seconds, seededRandom(round + 1));
      const sorted = ascending(await openLoop(target, starts));
      return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
    },
  };
}

function figure(samples: ReadonlyMap<string, readonly Sample[]>): Figure {
  const of = (name: string, key: "p50" | "p99"): number[] => samples.get(name)!.map((sample) => sample[key]);
  const added = (name: string, key: "p50" | "p99"): number[] => differences(of(name, key), of(direct, key));
  const p50 = series("added by Lasso, p50", "ms", added(lasso, "p50"));
  const p99 = series("added by Lasso, p99", "ms", added(lasso, "p99"));
  return {
    id,
    title,
    series: [
      ...[direct, haproxy, lasso].flatMap((name) => [
        series(`${name}, p50`, "ms", of(name, "p50")),
        series(`${name}, p99`, "ms", of(name, "p99")),
      ]),
      series("added by HAProxy, p50", "ms", added(haproxy, "p50")),
      series("added by HAProxy, p99", "ms", added(haproxy, "p99")),
    ],
    verdicts: [verdict(id, p50.name, p50, "most", 0.3), verdict(id, p99.name, p99, "most", 1)],
    notes: ["Latency counts from the intended start of each call.", ...busyNote(of(direct, "p99"))],
    failure: null,
  };
}

/** Where even the direct way takes so long, the difference of two p99 says nothing about Lasso. */
function busyNote(directP99: readonly number[]): string[] {
  const busy = median(directP99) > 1;
  return busy ? ["The direct p99 is above 1 ms: the machine was too busy to judge p99."] : [];
}
