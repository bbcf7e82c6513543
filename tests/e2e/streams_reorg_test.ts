// Reorgs of a simulated chain while its providers fail: heads and logs, taken back and given anew, against the ledger.

import assert from "node:assert/strict";
import { simTokens } from "../../battle/simulator/world.ts";
import type { RecordEntry } from "../../battle/simulator/ledger_record.ts";
import { below, type Random } from "../../core/random.ts";
import { runFaults } from "../support/fault_schedule.ts";
import { watchWithEthers, watchWithViem } from "../support/library_watchers.ts";
import { type StageOptions, StreamStage } from "../support/stream_stage.ts";
import { until } from "../support/until.ts";

const [{ address }] = simTokens;

/** About every third block; the chain may get shorter by it, and may go back to a branch that it left. */
function reorgs(stage: StreamStage): (random: Random) => void {
  const left: string[] = [];
  return (random) => {
    if (below(random, 3) !== 0) return;
    const back = left.splice(0).find((hash) => stage.chain.block(hash) !== undefined);
    if (back !== undefined && below(random, 4) === 0) return void stage.chain.switchTo(back);
    const depth = 1 + below(random, 6);
    left.push(stage.chain.head.hash);
    stage.chain.reorg(depth, { newBlocks: Math.max(1, depth - 1 + below(random, 3)) });
  };
}

const settings: readonly (Partial<StageOptions> & { readonly title: string })[] = [
  { title: "as configured by default", seed: 1 },
  { title: "with blooms to trust", seed: 2, chain: { trust_bloom: true } },
  {
    title: "with late and split announcements, removals newest first",
    seed: 3,
    provider: {
      eventDelay: { kind: "uniform", min: 0, max: 12 },
      headLogGapMs: 7,
      headsBeforeLogs: false,
      removedLogs: "newest_first",
    },
  },
];

for (const { title, seed = 1, ...options } of settings) {
  Deno.test(`subscriptions follow reorgs of depth 1 to 6 while providers fail, ${title}`, async () => {
    await using stage = await StreamStage.start({ blockTimeMs: 30, seed, ...options });
    await using raw = await stage.connect("raw");
    await raw.heads();
    await raw.logs();
    await raw.logs({ address });
    await using viem = watchWithViem(stage.wsUrl, address);
    await using ethers = await watchWithEthers(stage.wsUrl, address);
    await until("all have subscribed", () => stage.metric("lasso_stream_clients") === 8);
    viem.acknowledged(stage.ledger);
    let count = 0;
    const stop = stage.chain.onChange(({ removed }) => count += removed.length > 0 ? 1 : 0);
    const reorg = reorgs(stage);
    await runFaults(stage, {
      seed,
      loseLogs: title.includes("trust"),
      maxBlocks: 900,
      step: reorg,
      enough: () => count >= 25 && stage.metric("lasso_stream_failovers_total") >= 20,
    });
    stop();
    await stage.settle([raw, viem]);
    const [logs] = viem.subscriptions;
    assert.ok(
      logs!.entries.some((entry) => entry.kind === "log" && entry.removed),
      "viem passes removals on",
    );
    // ethers does not: it must have all the others that a client of the same stream has.
    const kept = raw.subscriptions[2]!.entries.filter((entry) => entry.kind === "log" && !entry.removed);
    const seen = ethers.logs;
    await until("ethers has all logs", () => seen.length > 0 && last(seen) === last(kept));
    assert.deepEqual(seen, kept.slice(-seen.length));
    assert.ok(seen.length > kept.length / 2);
    assert.deepEqual([...viem.errors, ...ethers.errors], []);
    assert.equal(stage.metric("lasso_stream_gaps_total"), 0);
  });
}

function last(entries: readonly RecordEntry[]): string {
  return JSON.stringify(entries.at(-1));
}
