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
  const at = (p99: number | null): number =>
    new SlowLimits().of(channelWith("a"), "eth_call", viewWith(p99), 0);
  assert.equal(at(null), 250);
  assert.equal(at(20), 250);
  assert.equal(at(400), 1200);
});

Deno.test("SlowLimits.of() rises slowly while a channel is slow, each channel and method by itself", () => {
  const limits = new SlowLimits();
  const [slow, other] = [channelWith("a"), channelWith("b")];
  assert.equal(limits.of(slow, "eth_call", viewWith(20), 0), 250);
  assert.equal(limits.of(slow, "eth_call", viewWith(5_000), 0), 250);
  assert.equal(
    limits.of(slow, "eth_call", viewWith(5_000), 15_000).toFixed(1),
    (250 * Math.SQRT2).toFixed(1),
  );
  assert.equal(limits.of(slow, "eth_call", viewWith(5_000), 30_000).toFixed(1), "500.0");
  assert.equal(limits.of(slow, "eth_getLogs", viewWith(5_000), 30_000), 15_000);
  assert.equal(limits.of(other, "eth_call", viewWith(5_000), 30_000), 15_000);
});

Deno.test("SlowLimits.of() rises to the figures in the end, and falls with them at once", () => {
  const limits = new SlowLimits();
  const channel = channelWith("a");
  limits.of(channel, "eth_call", viewWith(20), 0);
  assert.equal(limits.of(channel, "eth_call", viewWith(500), 600_000), 1_500);
  assert.equal(limits.of(channel, "eth_call", viewWith(100), 600_001), 300);
});
