// What a failover is held to have cost, and the config in which it happens.

import assert from "node:assert/strict";
import { failoverConfig, failoverFigure } from "../../bench/failover.ts";
import { extraWait, readTimes, timesResult } from "../../bench/failover_times.ts";
import { loadGood } from "../config/load_support.ts";

const times = {
  failedAt: 1_763_734_000_010.5,
  receivedAt: 1_763_734_000_011.25,
  answeredAt: 1_763_734_000_031.25,
};

Deno.test("readTimes() reads what timesResult() wrote, and nothing else", () => {
  const result = timesResult(times);
  assert.match(result, /^0x[0-9a-f]{64}$/);
  assert.deepEqual(readTimes(result), times);
  assert.equal(readTimes("0x1"), null);
  assert.equal(readTimes(`0x${"1".repeat(64)}`), null);
  assert.equal(readTimes(undefined), null);
});

Deno.test("extraWait() is the wait beyond the failure and the next provider's own time", () => {
  assert.equal(extraWait(times, 1_763_734_000_000, 1_763_734_000_032.5), 2);
});

Deno.test("extraWait() leaves out a call that never failed", () => {
  assert.equal(extraWait({ ...times, failedAt: 0 }, 1_763_734_000_000, 1_763_734_000_032), null);
});

Deno.test("extraWait() takes no times that are out of order", () => {
  assert.throws(() => extraWait(times, times.failedAt + 5, times.answeredAt + 1), /clocks .* differ/);
  assert.throws(() => extraWait(times, times.failedAt - 10, times.answeredAt - 1), /clocks .* differ/);
});

Deno.test("failoverConfig() is a config: the failing provider first, no breaker, a chain for each round", () => {
  const { chains } = loadGood(failoverConfig(4_000, [5_001, 5_002], 2)).settings;
  assert.deepEqual(chains.map(({ name }) => name), ["reset0", "reset1", "busy0", "busy1", "kill0", "kill1"]);
  assert.equal(new Set(chains.map(({ chainId }) => chainId)).size, 6);
  for (const chain of chains) {
    assert.equal(chain.strategy, "priority");
    assert.equal(chain.breaker, false);
    assert.deepEqual(chain.providers.map(({ id }) => id), ["first", "next"]);
  }
  assert.equal(chains[4]?.providers[0]?.wsUrl, `ws://127.0.0.1:5001/kill/${chains[4]?.chainId}`);
});

Deno.test("failoverFigure() holds the p99 of each kind of failure to the bar", () => {
  const rounds = (p99: number): { p50: number; p99: number; calls: number }[] => [{ p50: 1, p99, calls: 10 }];
  const { verdicts, notes } = failoverFigure([rounds(4), rounds(5), rounds(5.1)]);
  assert.deepEqual(verdicts.map(({ what, met }) => [what, met]), [
    ["HTTP, connection reset, p99", true],
    ["HTTP, 503, p99", true],
    ["WebSocket killed, p99", false],
  ]);
  assert.deepEqual(notes, [
    "Calls that failed over: HTTP, connection reset: 10; HTTP, 503: 10; WebSocket killed: 10.",
  ]);
});
