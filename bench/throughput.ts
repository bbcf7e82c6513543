// P1, P2 and P4: requests per second through Lasso to an upstream over HTTP/1.1, over WebSocket and over TLS, beside
// HAProxy and nginx as proxies to the same HTTP upstream. All are measured in one alternation: P4 is a ratio to P1's own
// figure, P2 to the same HAProxy.

import { messageOf } from "../core/errors.ts";
import { makeCertificates } from "../tests/support/test_certificates.ts";
import { checkPath } from "./check_path.ts";
import { failedFigure, type Figure, series, verdict } from "./figure.ts";
import { smallResult, startHaproxy, startUpstream } from "./haproxy.ts";
import { type Lasso, startLasso } from "./lasso.ts";
import { startNginx } from "./nginx.ts";
import { alternate, type Path, type PathResult, valuesOf } from "./rounds.ts";
import type { BenchRun } from "./run.ts";
import { ratios } from "./statistics.ts";
import { direct, haproxy, lasso } from "./three_ways.ts";
import { directRate } from "./ws_direct.ts";
import { startWsUpstream } from "./ws_upstream_process.ts";
import { requestsPerSecond, wrk } from "./wrk.ts";

const connections = 64;
const nginx = "nginx";
const lassoTls = "Lasso, TLS upstream";
const directWs = "WebSocket upstream, direct";
const lassoWs = "Lasso, WebSocket upstream";
/** Keeps the calls off the HTTP channel of the same provider. */
const onlyWs = { "X-Lasso-Transport": "ws" };

const titles = {
  P1: "HTTP in, HTTP/1.1 upstream: wrk with 1 thread and 64 connections",
  P2: "HTTP in, WebSocket upstream: wrk with 1 thread and 64 connections",
  P4: "HTTP in, HTTP/1.1 over TLS upstream: wrk with 1 thread and 64 connections",
};

type Results = ReadonlyMap<string, PathResult<number>>;

export async function throughput(run: BenchRun): Promise<Figure[]> {
  const { stage, options } = run;
  const wantsP1 = options.only.has("P1");
  const wantsP2 = options.only.has("P2");
  const wantsP4 = options.only.has("P4");
  const { port } = await startUpstream(stage);
  const upstreamUrl = `http://127.0.0.1:${port}`;
  const routers: Lasso[] = [];
  const paths: Path<number>[] = [];
  if (wantsP1) paths.push(path(run, direct, upstreamUrl));
  if (wantsP1 || wantsP2) {
    paths.push(path(run, haproxy, `http://127.0.0.1:${(await startHaproxy(stage, port)).port}`));
  }
  if (wantsP1) paths.push(path(run, nginx, `http://127.0.0.1:${(await startNginx(stage, port)).port}`));
  if (wantsP1 || wantsP4) {
    const plain = await startLasso(stage, { upstreamUrl });
    routers.push(plain);
    paths.push(path(run, lasso, plain.url, plain));
  }
  if (wantsP2) {
    const { host } = await startWsUpstream(stage);
    const router = await startLasso(stage, { upstreamUrl, wsUrl: `ws://${host}/` });
    routers.push(router);
    paths.push({ name: directWs, measure: () => directRate(host, connections, options.seconds) });
    paths.push(path(run, lassoWs, router.url, router, onlyWs));
  }
  if (wantsP4) {
    const secure = await startTls(run);
    routers.push(secure);
    paths.push(path(run, lassoTls, secure.url, secure));
  }
  const results = await alternate(paths, options.rounds, run.tell);
  await Promise.all(routers.map((router) => router.process.stop()));
  const figures: Figure[] = [];
  if (wantsP1) figures.push(judged("P1", () => figureP1(results)));
  if (wantsP2) figures.push(judged("P2", () => figureP2(results)));
  if (wantsP4) figures.push(judged("P4", () => figureP4(results)));
  return figures;
}

async function startTls(run: BenchRun): Promise<Lasso> {
  const { stage } = run;
  const { ca, cert, key } = await makeCertificates();
  const pem = await stage.file("upstream.pem", cert + key);
  const { port } = await startUpstream(stage, pem);
  return await startLasso(stage, { upstreamUrl: `https://127.0.0.1:${port}`, ca });
}

/** The first measurement of a path is preceded by a look at its answers and by a warm-up. */
function path(
  run: BenchRun,
  name: string,
  url: string,
  router?: Lasso,
  headers: Readonly<Record<string, string>> = {},
): Path<number> {
  const { stage, options } = run;
  const [header] = Object.entries(headers).map(([field, value]) => `${field}: ${value}`);
  const load = { url, connections, ...(header === undefined ? {} : { header }) };
  return {
    name,
    async measure(round): Promise<number> {
      if (round === 0) {
        await checkPath(name, url, smallResult, headers);
        await wrk(stage, { ...load, seconds: options.warmupSeconds });
      }
      const answered = await wrk(stage, { ...load, seconds: options.seconds });
      await router?.emptyLog();
      await router?.checkOutcomes();
      return requestsPerSecond(answered);
    },
  };
}

function judged(id: "P1" | "P2" | "P4", make: () => Figure): Figure {
  try {
    return make();
  } catch (thrown) {
    return failedFigure(id, titles[id], messageOf(thrown));
  }
}

function figureP1(results: Results): Figure {
  const names = [direct, haproxy, nginx, lasso];
  const all = names.map((name) => series(name, "requests/s", valuesOf(results, name)));
  const ours = valuesOf(results, lasso);
  const toHaproxy = series(`${lasso} / ${haproxy}`, "ratio", ratios(ours, valuesOf(results, haproxy)));
  const toNginx = series(`${lasso} / ${nginx}`, "ratio", ratios(ours, valuesOf(results, nginx)));
  return {
    id: "P1",
    title: titles.P1,
    series: all,
    verdicts: [
      verdict("P1", toHaproxy.name, toHaproxy, "least", 0.8),
      verdict("P1", toNginx.name, toNginx, "least", 1),
    ],
    notes: [],
    failure: null,
  };
}

function figureP2(results: Results): Figure {
  const names = [directWs, haproxy, lassoWs];
  const ratio = series(
    `${lassoWs} / ${haproxy}`,
    "ratio",
    ratios(valuesOf(results, lassoWs), valuesOf(results, haproxy)),
  );
  return {
    id: "P2",
    title: titles.P2,
    series: names.map((name) => series(name, "requests/s", valuesOf(results, name))),
    verdicts: [verdict("P2", ratio.name, ratio, "least", 1)],
    notes: [],
    failure: null,
  };
}

function figureP4(results: Results): Figure {
  const ours = valuesOf(results, lassoTls);
  const plain = valuesOf(results, lasso);
  const ratio = series(`${lassoTls} / ${lasso}`, "ratio", ratios(ours, plain));
  return {
    id: "P4",
    title: titles.P4,
    series: [series(lasso, "requests/s", plain), series(lassoTls, "requests/s", ours)],
    verdicts: [verdict("P4", ratio.name, ratio, "least", 0.7)],
    notes: [],
    failure: null,
  };
}
