// What observation takes of a whole request: the same router with all of it and with none, saturated in turn beside the
// same upstream. The request log is on in both: it is what operators turn down by themselves.

import { checkPath } from "./check_path.ts";
import { type Figure, series, verdict } from "./figure.ts";
import { smallResult, startUpstream } from "./haproxy.ts";
import { fromSource, type Lasso, prepareLasso } from "./lasso.ts";
import { untilListening } from "./ports.ts";
import { alternate, type Path, type PathResult, valuesOf } from "./rounds.ts";
import type { BenchRun } from "./run.ts";
import { ratios } from "./statistics.ts";
import { requestsPerSecond, wrk } from "./wrk.ts";

const id = "observation";
const connections = 64;
const observed = "Lasso";
const unobserved = "Lasso without observation";
/** Of the requests per second without observation: it may take a twentieth of a request. */
const leastShare = 0.95;

export async function observationShare(run: BenchRun): Promise<Figure> {
  const { stage, options } = run;
  const { port } = await startUpstream(stage);
  const preload = ["--preload", new URL("./unobserved.ts", import.meta.url).pathname];
  const programs = [
    [observed, fromSource],
    [unobserved, [...fromSource.slice(0, -1), ...preload, ...fromSource.slice(-1)]],
  ] as const;
  const routers: Lasso[] = [];
  const paths: Path<number>[] = [];
  for (const [name, program] of programs) {
    const router = (await prepareLasso(stage, { upstreamUrl: `http://127.0.0.1:${port}` }, program)).start();
    routers.push(router);
    await untilListening(router.port, router.process);
    const { url } = router;
    paths.push({
      name,
      async measure(round): Promise<number> {
        if (round === 0) {
          await checkPath(name, url, smallResult);
          await wrk(stage, { url, connections, seconds: options.warmupSeconds });
        }
        const answered = await wrk(stage, { url, connections, seconds: options.seconds });
        await router.emptyLog();
        return requestsPerSecond(answered);
      },
    });
  }
  const results = await alternate(paths, options.rounds, run.tell);
  await Promise.all(routers.map((router) => router.process.stop()));
  return observationShareFigure(results);
}

export function observationShareFigure(results: ReadonlyMap<string, PathResult<number>>): Figure {
  const share = series(
    `${observed} / ${unobserved}`,
    "ratio",
    ratios(valuesOf(results, observed), valuesOf(results, unobserved)),
  );
  return {
    id,
    title: "Observation of whole requests: wrk with 1 thread and 64 connections",
    series: [observed, unobserved].map((name) => series(name, "requests/s", valuesOf(results, name))),
    verdicts: [verdict(id, share.name, share, "least", leastShare)],
    notes: ["Both write the request log."],
    failure: null,
  };
}
