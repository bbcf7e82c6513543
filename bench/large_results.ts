// P5: bytes per second of 1 MB results, which Lasso streams, beside HAProxy with the same upstream; and whether Lasso's
// memory stays flat meanwhile. The memory is the resident set of its process, looked at four times a second.

import { checkPath } from "./check_path.ts";
import { type Figure, series, verdict } from "./figure.ts";
import type { Endpoint } from "./haproxy.ts";
import { largeResult } from "./large_upstream.ts";
import type { Path } from "./rounds.ts";
import type { BenchRun } from "./run.ts";
import { freePorts, untilListening } from "./ports.ts";
import type { Stage, Started } from "./stage.ts";
import { ratios } from "./statistics.ts";
import { direct, haproxy, lasso, threeWays } from "./three_ways.ts";
import { bytesPerSecond, wrk } from "./wrk.ts";

const id = "P5";
const title = "1 MB results: wrk with 1 thread and 16 connections";
const connections = 16;
const lookEveryMs = 250;
interface Sample {
  readonly bytesPerSecond: number;
  /** Most bytes resident during the round; 0 where nobody looked. */
  readonly peakBytes: number;
}

export async function largeResults(run: BenchRun): Promise<Figure> {
  const { port } = await startLargeUpstream(run.stage);
  return await threeWays(run, {
    id,
    title,
    upstreamPort: port,
    path: (name, url, router) => path(run, name, url, router),
    figure,
  });
}

async function startLargeUpstream(stage: Stage): Promise<Endpoint> {
  const [port] = await freePorts(1) as [number];
  const script = new URL("./large_upstream.ts", import.meta.url).pathname;
  const process = stage.start("large-upstream", Deno.execPath(), ["run", "-A", script, String(port)]);
  await untilListening(port, process);
  return { port, process };
}

function path(run: BenchRun, name: string, url: string, watched: Started | null): Path<Sample> {
  const { stage, options } = run;
  return {
    name,
    async measure(round): Promise<Sample> {
      if (round === 0) {
        await checkPath(name, url, largeResult);
        await wrk(stage, { url, connections, seconds: options.warmupSeconds });
      }
      using memory = watchMemory(watched);
      const answered = await wrk(stage, { url, connections, seconds: options.seconds });
      const peakBytes = memory.peakBytes();
      if (watched !== null && peakBytes === 0) throw new Error(`the memory of ${name} can't be read`);
      return { bytesPerSecond: bytesPerSecond(answered), peakBytes };
    },
  };
}

function watchMemory(watched: Started | null): Disposable & { peakBytes(): number } {
  let peak = 0;
  const look = async (): Promise<void> => {
    if (watched !== null) peak = Math.max(peak, await watched.residentBytes());
  };
  // A process that is gone shows in wrk's errors; memory that can't be read at all, in a peak of 0.
  const timer = setInterval(() => void look().catch(() => {}), lookEveryMs);
  return { peakBytes: () => peak, [Symbol.dispose]: () => clearInterval(timer) };
}

function figure(samples: ReadonlyMap<string, readonly Sample[]>): Figure {
  const rates = (name: string): number[] => samples.get(name)!.map((sample) => sample.bytesPerSecond / 1e9);
  const peaks = samples.get(lasso)!.map((sample) => sample.peakBytes / 1e6);
  const ratio = series(`${lasso} / ${haproxy}`, "ratio", ratios(rates(lasso), rates(haproxy)));
  const growth = series("memory, last round / first round", "ratio", [peaks[peaks.length - 1]! / peaks[0]!]);
  return {
    id,
    title,
    series: [
      ...[direct, haproxy, lasso].map((name) => series(name, "GB/s", rates(name))),
      series("Lasso, most memory in a round", "MB", peaks),
    ],
    verdicts: [
      verdict(id, ratio.name, ratio, "least", 1),
      verdict(id, growth.name, growth, "most", 1.1),
    ],
    notes: [],
    failure: null,
  };
}
