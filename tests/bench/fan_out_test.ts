// The judgement of the fan-out to many clients, and the config in which it is measured.

import assert from "node:assert/strict";
import { fanOutConfig, fanOutFigure } from "../../bench/fan_out.ts";
import { loadGood } from "../config/load_support.ts";

const results = {
  all: [[100, 120], [110, 240]],
  stalled: [[100, 120], [110, 300]],
  bytesBefore: 100_000_000,
  bytes: [250_000_000, 290_000_000, 250_000_000],
  clients: 10_000,
  connectMs: 1_500,
  cutMs: [4_000, 5_000],
  subscriptions: [1, 1],
};

Deno.test("fanOutFigure() judges p99 over all blocks, memory per client and upstream subscriptions", () => {
  const { verdicts, series, notes } = fanOutFigure(results);
  assert.deepEqual(verdicts.map(({ what, met }) => [what, met]), [
    ["Lasso, p99", true],
    ["Lasso, one more client that reads nothing, p99", false],
    ["memory per client", true],
    ["most subscriptions at a provider", true],
  ]);
  assert.ok(Math.abs(verdicts[0]!.series.summary.median - 236.4) < 0.01);
  assert.equal(verdicts[2]?.series.summary.median, 15);
  assert.deepEqual(series[0]?.values, [110, 175]);
  assert.equal(notes[1], "Without clients Lasso had 100 MB; they connected and subscribed in 1.5 s.");
});

Deno.test("fanOutFigure() wants one subscription at each raced provider, no more and no less", () => {
  assert.equal(fanOutFigure({ ...results, subscriptions: [1, 2] }).verdicts[3]?.met, false);
  assert.throws(() => fanOutFigure({ ...results, subscriptions: [1, 0] }), /nothing was raced/);
});

Deno.test("fanOutConfig() is a config: two providers with WebSocket, and nothing but defaults else", () => {
  const [chain] = loadGood(fanOutConfig(4_000, "127.0.0.1:5000")).settings.chains;
  assert.deepEqual(chain?.providers.map(({ url, wsUrl }) => [url, wsUrl]), [
    ["http://127.0.0.1:5000/a", "ws://127.0.0.1:5000/a"],
    ["http://127.0.0.1:5000/b", "ws://127.0.0.1:5000/b"],
  ]);
  assert.deepEqual(chain?.race, { newHeads: 2, logs: 1, newPendingTransactions: 1 });
});
