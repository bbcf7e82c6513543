import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import {
  historyOutlives,
  simulatedChainOptions,
  simulatedHistory,
} from "../../../battle/plan/simulated_history.ts";
import { createSimulatedChain } from "../../../battle/simulator/chain.ts";
import { simChain } from "./support.ts";

Deno.test("simulatedHistory() is what a chain with simulatedChainOptions() has, whenever it is started", () => {
  const known = simulatedHistory(simChain, 7);
  assert.equal(known.length, 96);
  for (const wallMs of [1_650_000_000_000, 1_900_000_000_123]) {
    using chain = createSimulatedChain({
      ...simulatedChainOptions(simChain, 7),
      clock: new VirtualClock(wallMs),
    });
    assert.equal(chain.head.number, 96);
    for (const { number, hash, transactions } of known) {
      const block = chain.view().at(number);
      assert.equal(block?.hash, hash);
      assert.deepEqual(block.transactions.map((tx) => tx.hash), transactions);
      assert.ok(transactions.length >= 2);
    }
    assert.equal(
      chain.mine().header.timestamp,
      Math.floor(wallMs / 1000),
      "live blocks have the clock's time",
    );
  }
  assert.notEqual(simulatedHistory(simChain, 8)[0]!.hash, known[0]!.hash);
  assert.notEqual(simulatedHistory({ ...simChain, chainId: 2 }, 7)[0]!.hash, known[0]!.hash);
});

Deno.test("historyOutlives() says whether old blocks are still remembered at the end", () => {
  assert.ok(historyOutlives(simChain, 90_000));
  assert.ok(!historyOutlives(simChain, 3_600_000));
  assert.ok(!historyOutlives({ ...simChain, blockTimeMs: 20 }, 90_000));
  assert.ok(historyOutlives({ ...simChain, blockTimeMs: 0 }, 3_600_000), "it stands still");
});
