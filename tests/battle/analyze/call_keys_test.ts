import assert from "node:assert/strict";
import { calls, chainSpec, fault, many, reads, sim } from "../support/run_records.ts";
import { factsOf, foreign, slo } from "./support.ts";

const mixed = calls([
  { at: -500, outcome: "broken" }, // warm-up
  { at: 0, ms: 10 },
  { at: 1_000, ms: 20, outcome: "error", code: 3, reason: "execution reverted: no" },
  { at: 2_000, ms: 30, outcome: "error", code: -32000, reason: "server", method: "eth_getLogs" },
  { at: 3_000, ms: 40, outcome: "broken", method: "eth_getLogs" },
  { at: 9_999, ms: 5_000, late: 100 }, // answered after the end, planned before it
  { at: 10_000, ms: 1 }, // planned after the end
]);

Deno.test("success_rate and error_rate: a revert is a success, warm-up and what was planned later don't count", () => {
  const facts = factsOf({ calls: mixed });
  assert.equal(facts.calls.length, 5);
  assert.deepEqual([slo(facts, "success_rate").value, slo(facts, "error_rate").value], [3 / 5, 2 / 5]);
  assert.equal(slo(facts, "success_rate", {}, 0.6).verdict, "pass");
  assert.equal(slo(facts, "success_rate", {}, 0.61).verdict, "fail");
  assert.equal(slo(facts, "error_rate", {}, 0.4).verdict, "pass");
  assert.equal(slo(facts, "error_rate", {}, 0.39).verdict, "fail");
});

Deno.test("latency is done − planned, and what was never answered counts with its full time", () => {
  const facts = factsOf({
    calls: [
      ...mixed,
      ...calls([{ at: 5_000, ms: 1_000, outcome: "timeout" }, { at: 6_000, ms: 2_600, outcome: "timeout" }]),
    ],
  });
  assert.equal(slo(facts, "max_latency_ms").value, 5_100);
  const latencies = facts.calls.map(({ latencyMs }) => latencyMs);
  assert.deepEqual(latencies, [10, 20, 30, 2_000, 2_000, 2_600, 5_100]);
  assert.deepEqual(facts.calls.map(({ serviceMs, latenessMs }) => [serviceMs, latenessMs]).at(-1), [
    5_000,
    100,
  ]);
});

Deno.test("a stall of the router shows in p99, though each late request was quick by itself (coordinated omission)", () => {
  // 500/s for 10 s; at 5 s nothing is sent for a second, then all that was due goes out at once.
  const facts = factsOf({
    calls: many(5_000, 2, (index) => ({
      ms: 5,
      late: index >= 2_500 && index < 3_000 ? 1_000 - 2 * (index - 2_500) : 0,
    })),
  });
  const p99 = slo(facts, "p99_latency_ms").value!;
  // 500 of 5,000 were late, from 1,000 ms down: the fiftieth from the top waited 902 ms.
  assert.equal(p99, 1_005 - 2 * 50);
});

Deno.test("percentiles are exact, and inconclusive with less than ten samples beyond them", () => {
  const of = (n: number): ReturnType<typeof factsOf> =>
    factsOf({ calls: many(n, 9_000 / n, (index) => ({ ms: index + 1 })) });
  assert.equal(slo(of(20), "p50_latency_ms", {}, 10).verdict, "pass");
  assert.equal(slo(of(20), "p50_latency_ms", {}, 9.9).verdict, "fail");
  assert.equal(slo(of(200), "p95_latency_ms").value, 190);
  assert.equal(slo(of(1_000), "p99_latency_ms", {}, 990).verdict, "pass");
  assert.equal(slo(of(10_000), "p999_latency_ms", {}, 9_990).verdict, "pass");
  for (const [key, n] of [["p50", 19], ["p95", 199], ["p99", 999], ["p999", 9_999]] as const) {
    for (const bound of [0, 1e9]) {
      const result = slo(of(n), `${key}_latency_ms`, {}, bound);
      assert.equal(result.verdict, "inconclusive");
      assert.match(
        result.reason!,
        new RegExp(`^${n} samples are too few for p[\\d.]+: ten beyond it take ${n + 1}$`),
      );
    }
  }
});

Deno.test("keys of requests without one are inconclusive, minima and maxima alike", () => {
  const facts = factsOf({});
  for (
    const key of [
      "success_rate",
      "availability",
      "throughput_rps",
      "error_rate",
      "p50_latency_ms",
      "p99_latency_ms",
      "max_latency_ms",
      "wrong_results",
      "upstream_calls_per_request",
      "hedge_ratio",
      "overhead_p50_ms",
      "overhead_p99_ms",
    ] as const
  ) {
    const result = slo(facts, key, {}, 1e9);
    assert.deepEqual([result.verdict, result.value, result.samples], ["inconclusive", null, 0], key);
    assert.ok(result.reason);
  }
});

Deno.test("scopes of workload, method, provider and time can be combined", () => {
  const facts = factsOf({
    calls: calls([
      { at: 0, method: "eth_call", attempts: "alchemy:5" },
      { at: 1_000, method: "eth_call", attempts: "alchemy:5:transport infura:5" },
      { at: 1_500, method: "eth_getLogs", attempts: "alchemy:5:transport", outcome: "broken" },
      { at: 2_500, method: "eth_call", attempts: "infura:5", outcome: "broken", workload: "other" },
      { at: 5_500, method: "eth_call", attempts: "ankr:5", outcome: "broken" },
    ]),
    faults: [fault("k", "alchemy", 1_000, 2_000), fault("late", "ankr", 5_000, 6_000)],
  }, { workloads: [reads(), reads({ name: "other" })] });
  const rate = (scope: Parameters<typeof slo>[2]): [number | null, number] => {
    const { value, samples } = slo(facts, "success_rate", scope);
    return [value, samples];
  };
  assert.deepEqual(rate({}), [2 / 5, 5]);
  assert.deepEqual(rate({ workload: "other" }), [0, 1]);
  assert.deepEqual(rate({ method: "eth_getLogs" }), [0, 1]);
  assert.deepEqual(rate({ provider: "alchemy" }), [2 / 3, 3]);
  assert.deepEqual(rate({ provider: "infura" }), [1 / 2, 2]);
  assert.deepEqual(rate({ during: "k" }), [1 / 2, 2]);
  assert.deepEqual(rate({ during: "faults" }), [1 / 3, 3]);
  assert.deepEqual(rate({ during: "calm" }), [1 / 2, 2]);
  assert.deepEqual(rate({ workload: "reads", provider: "infura", method: "eth_call", during: "k" }), [1, 1]);
  assert.deepEqual(rate({ during: "k", method: "eth_chainId" }), [null, 0]);
});

Deno.test("a single act counts for a second", () => {
  const facts = factsOf({
    calls: many(100, 100, () => ({})),
    faults: [fault("drop", "alchemy", 3_000, 3_000, { kind: "drop_sockets" })],
  });
  assert.equal(slo(facts, "success_rate", { during: "drop" }).samples, 10);
  assert.equal(slo(facts, "success_rate", { during: "calm" }).samples, 90);
});

Deno.test("throughput_rps is successes in each second of the scope's time", () => {
  const facts = factsOf({
    calls: many(100, 100, (index) => index < 20 ? {} : { outcome: "broken" }),
    faults: [fault("k", "alchemy", 1_000, 3_000)],
  });
  assert.equal(slo(facts, "throughput_rps").value, 2);
  assert.equal(slo(facts, "throughput_rps", { during: "k" }).value, 5);
  assert.equal(slo(facts, "throughput_rps", { during: "calm" }).value, 10 / 8);
});

Deno.test("availability looks only at requests that had a healthy provider all the time", () => {
  const two = [chainSpec([sim("alchemy"), sim("infura")])];
  const facts = factsOf({
    calls: calls([
      { at: 500 },
      { at: 1_500, outcome: "broken" }, // infura was healthy
      { at: 1_900, ms: 200, outcome: "broken" }, // while it ran the other one died, too
      { at: 2_500, outcome: "broken" }, // none was healthy
      { at: 3_500 },
    ]),
    faults: [fault("a", "alchemy", 1_000, 3_000), fault("b", "infura", 2_000, 4_000)],
  }, { chains: two });
  const { value, samples } = slo(facts, "availability");
  assert.deepEqual([value, samples], [2 / 3, 3]);
  assert.deepEqual(slo(facts, "success_rate").value, 2 / 5);
  // The router's own death excuses nothing.
  const killed = factsOf({
    calls: calls([{ at: 1_500, outcome: "broken" }, { at: 2_500 }]),
    faults: [fault("router", null, 1_000, 2_000, { kind: "router_kill" }, null)],
  }, { chains: two });
  assert.equal(slo(killed, "availability").value, 1 / 2);
  const dark = factsOf({
    calls: calls([{ at: 2_500 }]),
    faults: [fault("a", "alchemy", 0, 9_000), fault("b", "infura", 0, 9_000)],
  }, { chains: two });
  assert.equal(slo(dark, "availability").verdict, "inconclusive");
});

Deno.test("overhead is what the metadata tells; of a foreign target it can't be told", () => {
  const record = { calls: many(20, 10, (index) => ({ overhead: index + 1 })) };
  assert.equal(slo(factsOf(record), "overhead_p50_ms").value, 10);
  assert.match(slo(factsOf(record), "overhead_p99_ms", {}, 1e9).reason!, /too few for p99/);
  assert.match(slo(factsOf(record, foreign), "overhead_p50_ms", {}, 1e9).reason!, /foreign target/);
  assert.match(
    slo(factsOf({ calls: many(20, 10, () => ({})) }), "overhead_p50_ms").reason!,
    /no answer told/,
  );
});

Deno.test("upstream_calls_per_request counts attempts, and answers without any", () => {
  const facts = factsOf({
    calls: calls([
      { at: 0, attempts: "alchemy:5:transport infura:5" },
      { at: 1, attempts: "alchemy:5" },
      { at: 2, requestId: "r", method: "eth_chainId" },
      { at: 3 }, // tells nothing
    ]),
  });
  const { value, samples } = slo(facts, "upstream_calls_per_request");
  assert.deepEqual([value, samples], [1, 3]);
});

Deno.test("hedge_ratio is of requests with attempts side by side, raw transactions left out", () => {
  const facts = factsOf({
    calls: calls([
      { at: 0, ms: 20, attempts: "infura:8 alchemy:18:cancelled" },
      { at: 1, ms: 40, attempts: "alchemy:30:transport infura:25" }, // 55 ms of attempts in 40
      { at: 2, ms: 40, attempts: "alchemy:20:transport infura:15" }, // one after the other
      { at: 3, ms: 10, attempts: "alchemy:8" },
      { at: 4, ms: 10, attempts: "alchemy:8 infura:8:cancelled", method: "eth_sendRawTransaction" },
    ]),
  });
  const { value, samples } = slo(facts, "hedge_ratio");
  assert.deepEqual([value, samples], [2 / 4, 4]);
});
