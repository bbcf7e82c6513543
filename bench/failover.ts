// P14: what a failover costs the client beyond what it can't help: its wait from the moment a provider has failed its
// call, less the time that the next provider takes. The failure is a reset connection, a 503, or a WebSocket that is
// killed with many calls on it.

import { messageOf } from "../core/errors.ts";
import { seededRandom } from "../core/random.ts";
import { extraWait, readTimes } from "./failover_times.ts";
import { failedFigure, type Figure, type Series, series, verdict } from "./figure.ts";
import { type Lasso, startLasso } from "./lasso.ts";
import { freePorts, untilListening } from "./ports.ts";
import { alternate, type Path, valuesOf } from "./rounds.ts";
import { RpcConnection } from "./rpc_connection.ts";
import type { BenchRun } from "./run.ts";
import { ascending, quantile } from "./statistics.ts";
import { startScript } from "./ws_upstream_process.ts";

const id = "P14";
const title = "Failover in flight: wait beyond the failure and the next provider's own time";
const barMs = 5;
/** Clients, each with one call under way. */
const clients = 16;
/** Between two calls of a client, on average: drawn anew each time, or all clients would soon go in step. */
const pauseMs = 30;
/** For the connection to the next provider to stand before the first call needs it. */
const settleMs = 500;
const firstChainId = 1_000;

interface Kind {
  readonly name: string;
  readonly transport: "http" | "ws";
  /** First part of the path at the provider that fails. */
  readonly way: string;
}

const kinds: readonly Kind[] = [
  { name: "HTTP, connection reset", transport: "http", way: "reset" },
  { name: "HTTP, 503", transport: "http", way: "busy" },
  { name: "WebSocket killed", transport: "ws", way: "kill" },
];

interface Sample {
  readonly p50: number;
  readonly p99: number;
  readonly calls: number;
}

export async function failover(run: BenchRun): Promise<Figure> {
  const { stage, options } = run;
  const ports = await freePorts(2) as [number, number];
  const upstream = startScript(stage, "failing_upstream.ts", ports);
  for (const port of ports) await untilListening(port, upstream);
  const router = await startLasso(stage, (port) => failoverConfig(port, ports, options.rounds + 1));
  try {
    for (const kind of kinds) await failovers(router, kind, options.rounds, options.warmupSeconds);
    const results = await alternate(kinds.map((kind) => path(run, router, kind)), options.rounds, run.tell);
    const samples = kinds.map(({ name }) => valuesOf(results, name));
    await router.checkOutcomes();
    return failoverFigure(samples);
  } catch (thrown) {
    return failedFigure(id, title, messageOf(thrown));
  } finally {
    await router.process.stop();
  }
}

/**
 * A chain for each kind and round: who is killed often is dialled ever more slowly, and that is not what is measured.
 * No breaker, or there would soon be nothing to fail over from.
 */
export function failoverConfig(port: number, ports: readonly [number, number], rounds: number): string {
  const chains = kinds.flatMap(({ way }, kind) =>
    Array.from({ length: rounds }, (_, round) => {
      const chainId = firstChainId + kind * rounds + round;
      const providers = (["first", "next"] as const).map((name, place) => {
        const end = `127.0.0.1:${ports[place]}/${way}/${chainId}`;
        return `      - { id: ${name}, url: "http://${end}", ws_url: "ws://${end}" }\n`;
      });
      return `  ${chainName(way, round)}:\n    chain_id: ${chainId}\n    providers:\n${providers.join("")}`;
    })
  );
  return `server: { port: ${port} }
defaults:
  strategy: priority
  breaker: false
  health: { interval: 500ms }
chains:
${chains.join("")}`;
}

function chainName(way: string, round: number): string {
  return `${way}${round}`;
}

function path(run: BenchRun, router: Lasso, kind: Kind): Path<Sample> {
  return {
    name: kind.name,
    async measure(round): Promise<Sample> {
      const waits = ascending(await failovers(router, kind, round, run.options.seconds));
      if (waits.length === 0) throw new Error("no call failed over");
      await router.emptyLog();
      return { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), calls: waits.length };
    },
  };
}

let counter = 0;

/** The extra waits of the calls that failed over, ms. */
async function failovers(
  router: Lasso,
  { way, transport }: Kind,
  round: number,
  seconds: number,
): Promise<number[]> {
  const target = `/rpc/${chainName(way, round)}`;
  const headers = { "X-Lasso-Transport": transport };
  const connections = await Promise.all(
    Array.from({ length: clients }, () => RpcConnection.open(router.port)),
  );
  const waits: number[] = [];
  const random = seededRandom(round);
  try {
    await connections[0]!.ask(target, { ...headers, "X-Lasso-Provider": "next" }, ++counter);
    await pause(settleMs);
    const until = performance.now() + seconds * 1_000;
    await Promise.all(connections.map(async (connection) => {
      while (performance.now() < until) {
        await pause(2 * pauseMs * random.next());
        const { result, sentAt, gotAt } = await connection.ask(target, headers, ++counter);
        const times = readTimes(result);
        if (times === null) throw new Error(`The next provider gave another result: ${String(result)}`);
        const wait = extraWait(times, sentAt, gotAt);
        if (wait !== null) waits.push(wait);
      }
    }));
    return waits;
  } finally {
    for (const connection of connections) connection.close();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** `samples`: of each kind, in their order. */
export function failoverFigure(samples: readonly (readonly Sample[])[]): Figure {
  const of = (kind: number, key: "p50" | "p99"): Series =>
    series(`${kinds[kind]!.name}, ${key}`, "ms", samples[kind]!.map((sample) => sample[key]));
  const calls = samples.map((rounds, kind) =>
    `${kinds[kind]!.name}: ${rounds.reduce((sum, one) => sum + one.calls, 0)}`
  );
  return {
    id,
    title,
    series: kinds.map((_, kind) => of(kind, "p50")),
    verdicts: kinds.map((_, kind) => {
      const p99 = of(kind, "p99");
      return verdict(id, p99.name, p99, "most", barMs);
    }),
    notes: [`Calls that failed over: ${calls.join("; ")}.`],
    failure: null,
  };
}
