// Providers without WebSocket: the same promise over polling, with kills, stalls, lag and reorgs.

import assert from "node:assert/strict";
import { simTokens } from "../../battle/simulator/world.ts";
import { below } from "../../core/random.ts";
import { runFaults } from "../support/fault_schedule.ts";
import { watchWithViem } from "../support/library_watchers.ts";
import { StreamStage } from "../support/stream_stage.ts";
import { until } from "../support/until.ts";

const [{ address }] = simTokens;
const names = ["a", "b", "c"];

Deno.test("subscriptions without any WebSocket upstream lose nothing while providers fail and the chain reorganises", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 40, seed: 1, httpOnly: names });
  await using raw = await stage.connect("raw");
  await raw.heads();
  await raw.logs();
  await raw.logs({ address });
  await using viem = watchWithViem(stage.wsUrl, address);
  await until("viem has subscribed", () => stage.metric("lasso_stream_clients") === 6);
  viem.acknowledged(stage.ledger);
  let steps = 0;
  let deepest = 0;
  await runFaults(stage, {
    seed: 1,
    maxBlocks: 100,
    step: (random) => {
      steps++;
      if (below(random, 6) !== 0) return;
      const depth = 1 + below(random, 6);
      deepest = Math.max(deepest, depth);
      stage.chain.reorg(depth);
    },
    enough: () => steps === 70,
  });
  await stage.settle([raw, viem]);
  assert.ok(deepest >= 4);
  assert.equal(stage.metric("lasso_stream_gaps_total"), 0);
  for (const { stats } of stage.providers) {
    assert.deepEqual([stats.sockets.opened, stats.subscriptions.opened], [0, 0]);
    assert.ok(stats.callsByMethod.eth_getBlockByNumber! > 0);
  }
});

Deno.test("subscriptions move from a WebSocket to polling when it is gone for good, and back when it returns", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 30, seed: 2, httpOnly: ["b", "c"] });
  await using raw = await stage.connect("raw");
  const heads = await raw.heads();
  await raw.logs({ address });
  const [only] = stage.providers;
  const streams = (): boolean => only!.stats.subscriptions.open === 2;
  await until("it streams", streams);
  for (let round = 0; round < 4; round++) {
    only!.set({ ws: false });
    only!.dropSockets();
    const before = heads.entries.length;
    await until("heads come by polling", () => heads.entries.length >= before + 5);
    assert.equal(only!.stats.subscriptions.open, 0);
    only!.set({ ws: true });
    await until("it streams again", streams);
    await stage.blocks(2);
  }
  await stage.settle([raw]);
});
