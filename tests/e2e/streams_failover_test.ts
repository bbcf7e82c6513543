// Subscriptions of a raw client, viem and ethers over real sockets, while the providers that feed them are killed, reset,
// closed, stalled and set back a hundred times: each event once and in order, compared to the ledger to the end.

import assert from "node:assert/strict";
import { simTokens } from "../../battle/simulator/world.ts";
import { runFaults } from "../support/fault_schedule.ts";
import { watchWithEthers, watchWithViem } from "../support/library_watchers.ts";
import { type StageOptions, StreamStage } from "../support/stream_stage.ts";
import { until } from "../support/until.ts";

const [{ address }] = simTokens;
const nobody = `0x${"11".repeat(20)}`;

async function survives(seed: number, failovers: number, options: Partial<StageOptions> = {}): Promise<void> {
  await using stage = await StreamStage.start({ blockTimeMs: Number(Deno.env.get("BT") ?? 50), seed, ...options });
  await using raw = await stage.connect("raw");
  await raw.heads();
  await raw.logs();
  await raw.logs({ address: nobody });
  await using viem = watchWithViem(stage.wsUrl, address);
  await using ethers = await watchWithEthers(stage.wsUrl, address);
  await until("all have subscribed", () => stage.metric("lasso_stream_clients") === 8);
  for (const watcher of [viem, ethers]) watcher.acknowledged(stage.ledger);
  const clients = [raw, viem, ethers];
  const since = stage.chain.head.number;
  const counts = await runFaults(stage, {
    seed,
    maxBlocks: 600,
    enough: () => stage.metric("lasso_stream_failovers_total") >= failovers,
  });
  await stage.settle(clients);
  const last = stage.chain.head.number;
  const canonical = stage.ledger.canonicalWhile(({ number }) => number >= viem.numbers[0]!).map(({ hash }) =>
    hash
  );
  await until("viem has fetched all blocks", () => viem.blocks.length === canonical.length);
  assert.deepEqual(viem.blocks.toSorted(), canonical.toSorted());
  await until(
    "the libraries have the last block",
    () => [viem, ethers].every(({ numbers }) => numbers.at(-1) === last),
  );
  assert.deepEqual([...viem.errors, ...ethers.errors], []);
  assert.ok(counts.kill! > 0 && counts.drop! > 0, JSON.stringify(counts));
  assert.equal(stage.metric("lasso_stream_gaps_total"), 0);
  assert.ok(viem.numbers[0]! <= since + 1 && ethers.numbers[0]! <= since + 1);
}

Deno.test("subscriptions lose nothing through a hundred failovers, with a raw client, viem and ethers", async () => {
  await survives(1, 100);
});
