import assert from "node:assert/strict";
import type { LatencyStats, StrategyView } from "../../../core/plugins/strategy.ts";
import type { Channel } from "../../../core/providers/channel.ts";
import { SlowLimits } from "../../../core/routing/slow_limits.ts";

function viewWith(p99: number | null): StrategyView {
  const stats = { p50: 0, p90: 0, p99: p99 ?? 0, mean: 0, success: 1, n: 1, age: 0 } satisfies LatencyStats;
  return { latency: () => p99 === null ? null : stats } as unknown as StrategyView;
}

function channelWith(id: string): Channel {
  return { candidate: { id } } as unknown as Channel;
}

Deno.test("SlowLimits.of() three times the usual p99, at least 250 ms", () => {
  const limits = new SlowLimits();
  const channel = channelWith("a");
  assert.equal(limits.of(channel, "eth_call", viewWith(null)), 250);
  assert.equal(limits.of(channel, "eth_call", viewWith(20)), 250);
  assert.equal(limits.of(channel, "eth_call", viewWith(400)), 1200);
});

Deno.test("SlowLimits.hold() keeps a limit while the figures rise, for that channel and method, until release()", () => {
  const limits = new SlowLimits();
  const [silent, other] = [channelWith("a"), channelWith("b")];
  limits.hold(silent, "eth_call", 300);
  assert.equal(limits.of(silent, "eth_call", viewWith(5_000)), 300);
  assert.equal(limits.of(silent, "eth_getLogs", viewWith(5_000)), 15_000);
  assert.equal(limits.of(other, "eth_call", viewWith(5_000)), 15_000);
  limits.release(silent, "eth_call");
  assert.equal(limits.of(silent, "eth_call", viewWith(5_000)), 15_000);
});
