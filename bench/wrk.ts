// Runs wrk and reads what its script prints (eth_call.lua). A run with a single error is no measurement: it throws.

import type { Stage } from "./stage.ts";

export interface WrkRun {
  readonly requests: number;
  readonly durationUs: number;
  /** Bytes read, heads of the answers included. */
  readonly bytes: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly errors: WrkErrors;
}

interface WrkErrors {
  readonly connect: number;
  readonly read: number;
  readonly write: number;
  /** Answers with a status other than 2xx and 3xx. */
  readonly status: number;
  readonly timeout: number;
}

export interface WrkLoad {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** A further header line of each request, for instance `X-Lasso-Transport: ws`. */
  readonly header?: string;
}

let runs = Date.now();

/** Throws when wrk fails, or when any answer was not 2xx. */
export async function wrk(stage: Stage, load: WrkLoad): Promise<WrkRun> {
  const script = new URL("./eth_call.lua", import.meta.url).pathname;
  const { url, connections, seconds, header } = load;
  const args = ["-t1", `-c${connections}`, `-d${Math.max(1, Math.round(seconds))}s`, "--timeout", "10s"];
  const own = [String(runs++), ...(header === undefined ? [] : [header])];
  const output = await stage.run("wrk", [...args, "-s", script, url, "--", ...own]);
  return readWrk(output, url);
}

/** The run that wrk's output tells of; `url` is only for the error. Throws when it shows any error. */
export function readWrk(output: string, url: string): WrkRun {
  const line = /^BENCH (\{.*\})$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`wrk on ${url} printed no result:\n${output}`);
  const run = JSON.parse(line) as WrkRun;
  const wrong = Object.entries(run.errors).filter(([, count]) => count > 0);
  if (wrong.length > 0) {
    const told = wrong.map(([kind, count]) => kind === "status" ? `${count} non-2xx` : `${count} ${kind}`);
    throw new Error(`wrk on ${url}: ${told.join(", ")} errors in ${run.requests} requests`);
  }
  if (run.requests === 0 || run.durationUs === 0) throw new Error(`wrk on ${url} had no answer at all`);
  return run;
}

export function requestsPerSecond(run: WrkRun): number {
  return run.requests * 1e6 / run.durationUs;
}

export function bytesPerSecond(run: WrkRun): number {
  return run.bytes * 1e6 / run.durationUs;
}
