// P8: one upstream subscription to 10,000 WebSocket clients on the same machine: the time from the upstream's write to
// the last client, what a client costs in Lasso's memory, and whether one client that reads nothing is felt by the
// others. The clients' own work is part of it: half of the machine is theirs.

import { command } from "./control.ts";
import { failedFigure, type Figure, type Series, series, verdict } from "./figure.ts";
import { type Lasso, startLasso } from "./lasso.ts";
import { freePorts, untilListening } from "./ports.ts";
import { alternate, type Path, valuesOf } from "./rounds.ts";
import type { BenchRun } from "./run.ts";
import { ascending, quantile } from "./statistics.ts";
import type { BlockTimes } from "./ws_clients.ts";
import { startScript, startWsUpstream, type WsUpstream } from "./ws_upstream_process.ts";
import { messageOf } from "../core/errors.ts";

const id = "P8";
const clientCount = 10_000;
const title = `newHeads from 2 raced upstreams to ${clientCount.toLocaleString("en-US")} WebSocket clients`;
/** Paths of the upstream: each is a provider. */
const providers = ["a", "b"];
const path = "/rpc/ethereum";
const blockEveryMs = 1_000;
/** For memory to settle after so many sockets were opened. */
const settleMs = 2_000;
const patienceMs = 15_000;
const lasso = "Lasso";
const withStalled = "Lasso, one more client that reads nothing";

/** The processes of this figure. */
interface Scene {
  readonly run: BenchRun;
  readonly upstream: WsUpstream;
  readonly router: Lasso;
  /** Control port of the clients. */
  readonly clients: number;
}

export async function fanOut(run: BenchRun): Promise<Figure> {
  const { stage } = run;
  const upstream = await startWsUpstream(stage);
  const router = await startLasso(stage, (port) => fanOutConfig(port, upstream.host));
  const [clients] = await freePorts(1) as [number];
  await untilListening(clients, startScript(stage, "ws_clients.ts", [clients]));
  const scene = { run, upstream, router, clients };
  try {
    await pause(settleMs);
    const bytesBefore = await router.process.residentBytes();
    run.tell(`  ${clientCount} clients connect`);
    const connectMs = await command<number>(clients, "connect", {
      host: hostOf(router),
      path,
      count: clientCount,
    });
    await pause(settleMs);
    const subscriptions = await command<Record<string, number>>(upstream.controlPort, "subscriptions");
    const bytes = await warmUp(scene);
    const cutMs: number[] = [];
    const paths = [allRead(scene), oneDoesNot(scene, cutMs)];
    const results = await alternate(paths, run.options.rounds, run.tell);
    return fanOutFigure({
      all: valuesOf(results, lasso),
      stalled: valuesOf(results, withStalled),
      bytesBefore,
      bytes,
      clients: clientCount,
      connectMs,
      cutMs,
      subscriptions: providers.map((name) => subscriptions[`/${name}`] ?? 0),
    });
  } catch (thrown) {
    return failedFigure(id, title, messageOf(thrown));
  } finally {
    await router.process.stop();
  }
}

export function fanOutConfig(port: number, host: string): string {
  const list = providers.map((name) =>
    `      - id: ${name}
        url: "http://${host}/${name}"
        ws_url: "ws://${host}/${name}"
`
  );
  return `server: { port: ${port} }
chains:
  ethereum:
    chain_id: 1
    block_time: ${blockEveryMs}ms
    providers:
${list.join("")}`;
}

/** Some blocks that don't count; gives Lasso's memory after each. */
async function warmUp(scene: Scene): Promise<number[]> {
  const { warmupSeconds, rounds } = scene.run.options;
  const bytes = [];
  for (let made = 0; made < Math.max(warmupSeconds, rounds); made++) {
    await blocks(scene, 1);
    bytes.push(await scene.router.process.residentBytes());
  }
  return bytes;
}

/** Each round gives the ms of each of its blocks. */
function allRead(scene: Scene): Path<readonly number[]> {
  return { name: lasso, measure: () => blocks(scene, blocksPerRound(scene.run)) };
}

/** The client that reads nothing is cut off on the way; `cutMs` takes after how long. */
function oneDoesNot(scene: Scene, cutMs: number[]): Path<readonly number[]> {
  const { clients, router, run } = scene;
  return {
    name: withStalled,
    async measure(): Promise<readonly number[]> {
      await command(clients, "stall", { host: hostOf(router), path });
      const times = await blocks(scene, blocksPerRound(run));
      cutMs.push(await command<number>(clients, "stallEnd", { ms: patienceMs }));
      return times;
    },
  };
}

function hostOf({ port }: Lasso): string {
  return `127.0.0.1:${port}`;
}

function blocksPerRound({ options }: BenchRun): number {
  return Math.ceil(2 * options.seconds);
}

/** Makes so many blocks, one a second; gives how long each took to the last client. */
async function blocks({ upstream, clients }: Scene, count: number): Promise<number[]> {
  await command(clients, "reset");
  for (let made = 0; made < count; made++) {
    await command(upstream.controlPort, "mine");
    await pause(blockEveryMs);
  }
  const times = await command<BlockTimes[]>(clients, "collect", { count, ms: patienceMs });
  return times.map(({ madeAt, lastAt }) => lastAt - madeAt);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export interface FanOutResults {
  /** ms from the upstream's write to the last client, of each block of each round. */
  readonly all: readonly (readonly number[])[];
  readonly stalled: readonly (readonly number[])[];
  /** Lasso's memory without clients, and with them. */
  readonly bytesBefore: number;
  readonly bytes: readonly number[];
  readonly clients: number;
  readonly connectMs: number;
  /** After how long the client that reads nothing was cut off, in each round. */
  readonly cutMs: readonly number[];
  /** Open at each provider while all clients listen. */
  readonly subscriptions: readonly number[];
}

/** p99 is over the blocks of all rounds: one round has too few for it. */
export function fanOutFigure(results: FanOutResults): Figure {
  const { all, stalled, bytesBefore, bytes, clients, connectMs, cutMs, subscriptions } = results;
  if (subscriptions.includes(0)) {
    throw new Error(`nothing was raced: subscriptions ${subscriptions.join(", ")}`);
  }
  const p50 = (name: string, rounds: typeof all): Series =>
    series(`${name}, p50`, "ms", rounds.map((times) => quantile(ascending(times), 0.5)));
  const p99 = (name: string, rounds: typeof all): Series =>
    series(`${name}, p99`, "ms", [quantile(ascending(rounds.flat()), 0.99)]);
  const judged: readonly [Series, number][] = [
    [p99(lasso, all), 250],
    [p99(withStalled, stalled), 250],
    [series("memory per client", "KB", bytes.map((sum) => (sum - bytesBefore) / clients / 1_000)), 20],
    [series("most subscriptions at a provider", "", [Math.max(...subscriptions)]), 1],
  ];
  return {
    id,
    title,
    series: [
      p50(lasso, all),
      p50(withStalled, stalled),
      series("the one that reads nothing is cut off after", "s", cutMs.map((ms) => ms / 1_000)),
    ],
    verdicts: judged.map(([of, most]) => verdict(id, of.name, of, "most", most)),
    notes: [
      `From the upstream's write to the last client; p99 over all ${all.flat().length} blocks, p50 round by round.`,
      `Without clients Lasso had ${Math.round(bytesBefore / 1e6)} MB; they connected and subscribed in ` +
      `${(connectMs / 1_000).toFixed(1)} s.`,
    ],
    failure: null,
  };
}
