// The inside of P9, as a process of its own so that nothing else has shaped the compiled code or the heap:
// `deno run -A bench/stream_run.ts ROUNDS` prints one line of JSON. Events go in as texts from two upstreams and come
// out at sockets that count them; time is virtual, so only the work of the streams is in the figures.

import { ascending, quantile } from "./statistics.ts";
import { BlockMaker, type StreamBlock } from "./stream_blocks.ts";
import { blockTimeMs, StreamScene } from "./stream_scene.ts";

/** One round of one case. */
export interface StreamCase {
  readonly name: string;
  /** Events that each client got, per second of the streams' work. */
  readonly perSecond: number;
  /** µs to tell that an event is known already; null where nothing is raced. */
  readonly decision: { readonly p50: number; readonly p99: number } | null;
}

export type StreamRound = readonly StreamCase[];

interface CaseOptions {
  readonly name: string;
  readonly type: "newHeads" | "logs";
  readonly raced: boolean;
  readonly blocks: number;
  readonly logsPerBlock: number;
}

const clients = 10;

const cases: readonly CaseOptions[] = [
  { name: "logs", type: "logs", raced: false, blocks: 150, logsPerBlock: 200 },
  { name: "logs of 2 upstreams", type: "logs", raced: true, blocks: 150, logsPerBlock: 200 },
  { name: "heads of 2 upstreams", type: "newHeads", raced: true, blocks: 5_000, logsPerBlock: 0 },
];

async function measureCase({ name, type, raced, blocks, logsPerBlock }: CaseOptions): Promise<StreamCase> {
  const maker = new BlockMaker();
  const first = maker.next(0);
  const all = Array.from({ length: blocks }, () => maker.next(logsPerBlock));
  const race = { newHeads: 2, logs: raced ? 2 : 1 };
  await using scene = await StreamScene.open({ race, type, clients }, first);
  const decisions: number[] = [];
  let pushedMs = 0;
  for (const block of all) {
    const from = performance.now();
    push(scene, block, type, raced, decisions);
    pushedMs += performance.now() - from;
    await scene.clock.advance(blockTimeMs); // The virtual clock costs more than what ticks on it.
  }
  const events = type === "logs" ? blocks * logsPerBlock : blocks;
  scene.check(events);
  const sorted = ascending(decisions);
  const decision = raced ? { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) } : null;
  return { name, perSecond: events * 1_000 / pushedMs, decision };
}

/** The first copy, then the second; of the kind that is measured, each second copy is timed. */
function push(
  scene: StreamScene,
  block: StreamBlock,
  type: CaseOptions["type"],
  raced: boolean,
  decisions: number[],
): void {
  scene.show(block);
  const { a, b } = block.copies;
  const heads = [scene.sink("a", "newHeads"), scene.sink("b", "newHeads")] as const;
  heads[0]!.onEvent(a.head);
  if (type === "newHeads") {
    decisions.push(timed(() => heads[1]!.onEvent(b.head)));
    return;
  }
  heads[1]!.onEvent(b.head);
  const logs = [scene.sink("a", "logs"), scene.sink("b", "logs")] as const;
  const first = logs[0] ?? logs[1]!; // Unraced, one of the two has the subscription.
  for (const text of a.logs) first.onEvent(text);
  if (!raced) return;
  for (const text of b.logs) decisions.push(timed(() => logs[1]!.onEvent(text)));
}

/** µs. */
function timed(call: () => void): number {
  const from = performance.now();
  call();
  return (performance.now() - from) * 1_000;
}

async function measureRound(): Promise<StreamCase[]> {
  const round = [];
  for (const one of cases) round.push(await measureCase(one));
  return round;
}

if (import.meta.main) {
  const rounds: StreamRound[] = [];
  await measureRound();
  for (let round = 0; round < Number(Deno.args[0]); round++) rounds.push(await measureRound());
  console.log(JSON.stringify(rounds));
}
