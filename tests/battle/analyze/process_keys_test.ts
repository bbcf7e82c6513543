import assert from "node:assert/strict";
import { fault, sample } from "../support/run_records.ts";
import { factsOf, foreign, slo } from "./support.ts";

const samples = [
  sample(-1_000, 900), // warm-up
  ...[100, 102, 104, 150, 120, 121, 122, 123, 130, 140].map((mb, second) => sample(second * 1_000, mb)),
  sample(2_000, 999, "generator"),
];

Deno.test("max_memory_mb is the router's greatest resident size in the measured time", () => {
  assert.equal(slo(factsOf({ samples }), "max_memory_mb").value, 150);
  assert.equal(slo(factsOf({ samples }), "max_memory_mb", { workload: "reads" }).value, 150);
  const faults = [fault("k", "alchemy", 5_000, 8_000)];
  assert.equal(slo(factsOf({ samples, faults }), "max_memory_mb", { during: "k" }).value, 123);
});

Deno.test("memory_growth_mb is the least in use in the last fifth less that in the first", () => {
  assert.equal(slo(factsOf({ samples }), "memory_growth_mb").value, 130 - 100);
  // A heap that holds ever more in reserve, and garbage until it is collected; the first does not tell.
  const told = Array.from({ length: 21 }, (_, nth) => ({
    ...sample(nth * 450, 100 + 20 * nth),
    inUseMb: nth === 0 ? null : 80 + nth + (nth % 4 === 2 ? 0 : 30),
  }));
  assert.equal(slo(factsOf({ samples: told }), "memory_growth_mb").value, 98 - 82);
  const two = [sample(0, 100), sample(1_000, 90)];
  assert.equal(slo(factsOf({ samples: two }), "memory_growth_mb").value, -10);
});

Deno.test("memory is inconclusive without samples, of a foreign target, of a method or provider", () => {
  const reason = (facts: ReturnType<typeof factsOf>, scope: Parameters<typeof slo>[2] = {}): string =>
    slo(facts, "max_memory_mb", scope, 1e9).reason ?? "";
  assert.match(reason(factsOf({})), /no sample/);
  assert.match(reason(factsOf({ samples }, foreign)), /foreign target's memory/);
  assert.match(reason(factsOf({ samples }), { method: "eth_call" }), /whole router's/);
  assert.match(reason(factsOf({ samples }), { provider: "alchemy" }), /whole router's/);
  assert.match(slo(factsOf({ samples: [sample(0, 1)] }), "memory_growth_mb").reason!, /no growth/);
});
