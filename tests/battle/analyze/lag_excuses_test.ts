import assert from "node:assert/strict";
import { detectionMs, lagExcuses } from "../../../battle/analyze/lag_excuses.ts";
import type { FaultRecord } from "../../../battle/model/record.ts";
import { fault, runRecord, scenarioOf } from "../support/run_records.ts";

const lag = (from: number, to: number, blocks: number, provider = "a", id = "l"): FaultRecord =>
  fault(id, provider, from, to, { kind: "lag", blocks });

/** From, until and blocks of each, in ms; two blocks are allowed, a second is what a router takes. */
function excuses(...faults: readonly FaultRecord[]): readonly unknown[] {
  return lagExcuses(runRecord({ faults }), "ethereum", 2, 1_000)
    .map(({ id, provider, fromUs, untilUs, blocks }) => [id, provider, fromUs / 1e3, untilUs / 1e3, blocks]);
}

Deno.test("lagExcuses() lasts for the detection time from the beginning of each fault, at its provider", () => {
  assert.deepEqual(excuses(lag(5_000, 9_000, 12), lag(1_000, 9_000, 3, "b", "m")), [
    ["m", "b", 1_000, 2_000, 3],
    ["l", "a", 5_000, 6_000, 12],
  ]);
  assert.deepEqual(excuses(lag(1_000, 2_000, 12), lag(4_000, 5_000, 12)), [
    ["l", "a", 1_000, 2_000, 12],
    ["l", "a", 4_000, 5_000, 12],
  ]);
});

Deno.test("lagExcuses() of a fault that grows begins once, with the first step beyond what is allowed", () => {
  const steps = [1, 2, 3, 4, 5].map((blocks, index) => lag(index * 500, index * 500 + 499, blocks));
  assert.deepEqual(excuses(...steps), [["l", "a", 1_000, 2_000, 5]]);
});

Deno.test("lagExcuses() knows no excuse for what is allowed, for other faults and other chains", () => {
  const others = [
    lag(0, 9_000, 2),
    fault("s", "a", 0, 9_000, { kind: "stall" }),
    fault("l", "a", 0, 9_000, { kind: "lag", blocks: 9 }, "base"),
  ];
  assert.deepEqual(excuses(...others), []);
});

Deno.test("detectionMs() is a probe's interval and timeout, 5 s at most, and nothing without probes", () => {
  const of = (health: Readonly<Record<string, unknown>>): number =>
    detectionMs(scenarioOf({ target: { kind: "own", config: { defaults: { health } } } }));
  assert.equal(of({}), 5_000);
  assert.equal(of({ interval: "500ms", timeout: "1s" }), 1_500);
  assert.equal(of({ interval: "1m" }), 5_000);
  assert.equal(of({ interval: 0 }), 0);
  assert.deepEqual(lagExcuses(runRecord({ faults: [lag(0, 9_000, 12)] }), "ethereum", 2, 0), []);
});
