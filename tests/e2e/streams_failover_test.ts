// Subscriptions of a raw client, viem and ethers over real sockets, while the providers that feed them are killed, reset,
// closed, stalled and set back a hundred times: each event once and in order, compared to the ledger to the end.

import assert from "node:assert/strict";
import { simTokens } from "../../battle/simulator/world.ts";
import { runFaults } from "../support/fault_schedule.ts";
import { type Watcher, watchWithEthers, watchWithViem } from "../support/library_watchers.ts";
import { type StageOptions, StreamStage } from "../support/stream_stage.ts";
import { until } from "../support/until.ts";

const [{ address }] = simTokens;
const nobody = `0x${"11".repeat(20)}`;

interface Setting extends Partial<StageOptions> {
  readonly title: string;
  readonly seed: number;
  readonly failovers: number;
  readonly loseLogs?: boolean;
}

const settings: readonly Setting[] = [
  { title: "as configured by default", seed: 1, failovers: 100 },
  {
    title: "with blooms to trust and one upstream a stream",
    seed: 2,
    failovers: 30,
    loseLogs: true,
    chain: { trust_bloom: true, race: { newHeads: 1, logs: 1 } },
  },
  {
    title: "with late, split and doubled announcements, raced by three upstreams",
    seed: 3,
    failovers: 50,
    loseLogs: true,
    provider: {
      eventDelay: { kind: "uniform", min: 0, max: 12 },
      headLogGapMs: 7,
      duplicateEvents: 0.2,
      ackDelayMs: 5,
      earlyEvents: true,
      latency: { kind: "uniform", min: 0, max: 8 },
    },
    chain: { race: { newHeads: 3, logs: 2 }, subscriptions: { confirm_logs: "always" } },
  },
];

for (const { title, seed, failovers, loseLogs = false, ...options } of settings) {
  Deno.test(`subscriptions lose nothing through ${failovers} failovers, ${title}`, async () => {
    await using stage = await StreamStage.start({ blockTimeMs: 30, seed, ...options });
    await using raw = await stage.connect("raw");
    await raw.heads();
    await raw.logs();
    await raw.logs({ address: nobody });
    await using viem = watchWithViem(stage.wsUrl, address);
    await using ethers = await watchWithEthers(stage.wsUrl, address);
    await until("all have subscribed", () => stage.metric("lasso_stream_clients") === 8);
    for (const watcher of [viem, ethers]) watcher.acknowledged(stage.ledger);
    const since = stage.chain.head.number;
    const counts = await runFaults(stage, {
      seed,
      loseLogs,
      maxBlocks: 900,
      enough: () => stage.metric("lasso_stream_failovers_total") >= failovers,
    });
    await stage.settle([raw, viem, ethers]);
    for (const { entries } of [...raw.subscriptions, ...viem.subscriptions]) {
      assert.ok(!entries.some((entry) => entry.kind === "log" && entry.removed), "nothing was taken back");
    }
    await allNumbers(stage, [viem, ethers], since);
    await allBlocks(stage, viem);
    assert.deepEqual([...viem.errors, ...ethers.errors], []);
    assert.ok(counts.kill! > 0 && counts.drop! > 0, JSON.stringify(counts));
    assert.equal(stage.metric("lasso_stream_gaps_total"), 0);
  });
}

Deno.test("subscriptions lose nothing while all providers are down at the same time, again and again", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 30, seed: 4 });
  await using first = await stage.connect("first");
  await first.heads();
  await first.logs({ address });
  await using second = await stage.connect("second");
  await second.logs();
  const downs = { count: 0 };
  await runFaults(stage, {
    seed: 4,
    allDown: true,
    maxBlocks: 900,
    step: () =>
      downs.count += stage.providers.some(({ alive, settings }) => alive && !settings.stall) ? 0 : 1,
    enough: () => stage.metric("lasso_stream_failovers_total") >= 30 && downs.count >= 5,
  });
  await stage.settle([first, second]);
});

/** Each number from `since` on, once and in order. */
async function allNumbers(stage: StreamStage, watchers: readonly Watcher[], since: number): Promise<void> {
  const last = stage.chain.head.number;
  await until("the last block", () => watchers.every(({ numbers }) => numbers.at(-1) === last));
  for (const { numbers } of watchers) {
    const first = numbers[0]!;
    assert.ok(first <= since + 1, `${first} is the first, ${since} was the head`);
    assert.deepEqual(numbers, Array.from({ length: last - first + 1 }, (_, index) => first + index));
  }
}

/** Each block from its first one on, once. */
async function allBlocks(stage: StreamStage, { blocks }: Watcher): Promise<void> {
  const numbers = (): number[] => blocks.map((hash) => stage.ledger.block(hash)?.number ?? -1);
  const expected = (): string[] => {
    const first = Math.min(...numbers());
    return stage.ledger.canonicalWhile(({ number }) => number >= first).map(({ hash }) => hash);
  };
  await until("all blocks are fetched", () => blocks.length >= expected().length);
  assert.ok(!numbers().includes(-1), "each fetch gave a block");
  assert.deepEqual(blocks.toSorted(), expected().toSorted());
}
