// P12: from the start of the process to the first answer to an eth_call through it, run from source and, where
// dist/lasso.js was built, from the bundle. One start of each is not counted: it fills the compiler's caches.

import { messageOf } from "../core/errors.ts";
import net from "node:net";
import { answerFault, ethCall, firstId } from "./check_path.ts";
import { failedFigure, type Figure, series, verdict } from "./figure.ts";
import { smallResult, startUpstream } from "./haproxy.ts";
import { fromBundle, fromSource, type Lasso, type LassoProgram, prepareLasso } from "./lasso.ts";
import { wholeAnswer } from "./open_loop.ts";
import { alternate, type Path, valuesOf } from "./rounds.ts";
import type { BenchRun } from "./run.ts";

const id = "P12";
const title = "Process start to first answer";
const barMs = 400;
const patienceMs = 15_000;
const retryMs = 1;

export async function startTime(run: BenchRun): Promise<Figure> {
  const { stage, options } = run;
  const { port } = await startUpstream(stage);
  const upstreamUrl = `http://127.0.0.1:${port}`;
  const bundle = await fromBundle();
  const paths = [await path(run, "from source", upstreamUrl, fromSource)];
  if (bundle !== null) paths.push(await path(run, "from the bundle", upstreamUrl, bundle));
  const results = await alternate(paths, Math.max(5, options.rounds), run.tell);
  try {
    const all = paths.map(({ name }) => series(name, "ms", valuesOf(results, name)));
    return {
      id,
      title,
      series: [],
      verdicts: all.map((one) => verdict(id, one.name, one, "most", barMs)),
      notes: bundle === null
        ? ["dist/lasso.js does not exist; only the start from source was measured."]
        : [],
      failure: null,
    };
  } catch (thrown) {
    return failedFigure(id, title, messageOf(thrown));
  }
}

async function path(
  run: BenchRun,
  name: string,
  upstreamUrl: string,
  program: LassoProgram,
): Promise<Path<number>> {
  const prepared = await prepareLasso(run.stage, { upstreamUrl }, program);
  const once = async (): Promise<number> => {
    const startedAt = performance.now();
    const lasso = prepared.start();
    try {
      await firstAnswer(lasso);
      return performance.now() - startedAt;
    } finally {
      await lasso.process.stop();
    }
  };
  return {
    name,
    async measure(round): Promise<number> {
      if (round === 0) await once();
      return await once();
    },
  };
}

/** Throws when there is no answer, or a wrong one. */
async function firstAnswer(lasso: Lasso): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask(lasso);
    if (answer !== null) {
      const fault = answer.fault ?? answerFault(answer.body, firstId, smallResult);
      if (fault !== null) {
        throw new Error(`The first answer is wrong (${fault}): ${answer.body.slice(0, 300)}`);
      }
      return;
    }
    if (performance.now() > until) throw new Error(`No answer after the start: ${lasso.process.stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** null while nothing listens. */
function ask({ port, url }: Lasso): Promise<ReturnType<typeof wholeAnswer>> {
  const body = ethCall(firstId, 0);
  const { pathname, host } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("connect", () => {
      socket.write(
        `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
          `content-length: ${body.length}\r\n\r\n${body}`,
      );
    });
    socket.on("data", (bytes: Uint8Array) => {
      received += String.fromCharCode(...bytes);
      const answer = wholeAnswer(received);
      if (answer === null) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on("error", () => resolve(null));
    socket.on("close", () => reject(new Error("Lasso closed the connection before the first answer")));
  });
}
