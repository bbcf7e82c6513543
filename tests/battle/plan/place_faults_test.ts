import assert from "node:assert/strict";
import type { Fault, FaultSchedule, FaultSpec } from "../../../battle/model/fault.ts";
import { placeFaults } from "../../../battle/plan/place_faults.ts";

const END = 60e6;

function spec(schedule: FaultSchedule, fault: Fault = { kind: "kill" }, share = 1): FaultSpec {
  return { id: "x", fault, chain: "ethereum", provider: "a", schedule, share, methods: null };
}

/** Start and end of each stretch, in seconds. */
function spans(schedule: FaultSchedule, fault?: Fault): (readonly [number, number | null])[] {
  return placeFaults([spec(schedule, fault)], END).map(({ startUs, endUs }) =>
    [startUs / 1e6, endUs === null ? null : endUs / 1e6] as const
  );
}

Deno.test("placeFaults() at: once, to its end or to the run's", () => {
  assert.deepEqual(spans({ kind: "at", atMs: 20_000, forMs: 15_000 }), [[20, 35]]);
  assert.deepEqual(spans({ kind: "at", atMs: 20_000, forMs: null }), [[20, 60]]);
  assert.deepEqual(spans({ kind: "at", atMs: 50_000, forMs: 15_000 }), [[50, 60]], "cut");
  assert.deepEqual(spans({ kind: "at", atMs: 60_000, forMs: 1 }), [], "too late");
});

Deno.test("placeFaults() single acts have no end; a killed router has one only where it is said", () => {
  const at = (forMs: number | null): FaultSchedule => ({ kind: "at", atMs: 1_000, forMs });
  assert.deepEqual(spans(at(null), { kind: "reorg", depth: 2 }), [[1, null]]);
  assert.deepEqual(spans(at(null), { kind: "drop_sockets" }), [[1, null]]);
  assert.deepEqual(spans(at(null), { kind: "router_kill" }), [[1, null]]);
  assert.deepEqual(spans(at(3_000), { kind: "router_kill" }), [[1, 4]]);
});

Deno.test("placeFaults() every and flap: again and again, on and off", () => {
  const every: FaultSchedule = { kind: "every", everyMs: 20_000, fromMs: 5_000, forMs: 2_000 };
  assert.deepEqual(spans(every), [[5, 7], [25, 27], [45, 47]]);
  assert.deepEqual(spans({ ...every, forMs: null }, { kind: "reorg", depth: 1 }), [[5, null], [25, null], [
    45,
    null,
  ]]);
  const flap: FaultSchedule = { kind: "flap", fromMs: 10_000, forMs: 9_000, onMs: 2_000, offMs: 3_000 };
  assert.deepEqual(spans(flap), [[10, 12], [15, 17]]);
  assert.deepEqual(spans({ ...flap, forMs: 6_000 }), [[10, 12], [15, 16]], "the last one is cut");
});

Deno.test("placeFaults() ramp: strength grows to the whole of it in equal steps", () => {
  const ramp: FaultSchedule = { kind: "ramp", fromMs: 10_000, forMs: 20_000, steps: 4 };
  const planned = (fault: Fault, share = 1): unknown[] =>
    placeFaults([spec(ramp, fault, share)], END).map((
      each,
    ) => [each.startUs / 1e6, each.endUs! / 1e6, each.fault, each.share]);
  assert.deepEqual(planned({ kind: "brownout", extraMs: 1_000 }, 0.5), [
    [10, 15, { kind: "brownout", extraMs: 250 }, 0.5],
    [15, 20, { kind: "brownout", extraMs: 500 }, 0.5],
    [20, 25, { kind: "brownout", extraMs: 750 }, 0.5],
    [25, 30, { kind: "brownout", extraMs: 1_000 }, 0.5],
  ]);
  const first = (fault: Fault): unknown => (planned(fault)[0] as unknown[]).slice(2);
  assert.deepEqual(first({ kind: "latency", ms: 100, jitterMs: 10 }), [{
    kind: "latency",
    ms: 25,
    jitterMs: 3,
  }, 1]);
  assert.deepEqual(first({ kind: "lag", blocks: 10 }), [{ kind: "lag", blocks: 3 }, 1]);
  assert.deepEqual(first({ kind: "late_events", ms: 400 }), [{ kind: "late_events", ms: 100 }, 1]);
  assert.deepEqual(first({ kind: "skip_events", share: 0.8 }), [{ kind: "skip_events", share: 0.2 }, 1]);
  assert.deepEqual(first({ kind: "malformed" }), [{ kind: "malformed" }, 0.25], "more and more requests");
});

Deno.test("placeFaults() gives stretches in order of time, with the fault's own fields", () => {
  const late = { ...spec({ kind: "at", atMs: 9_000, forMs: 1 }), id: "late", methods: ["eth_call"] };
  const early = { ...spec({ kind: "at", atMs: 1_000, forMs: 1 }), id: "early" };
  const planned = placeFaults([late, early], END);
  assert.deepEqual(planned.map(({ id }) => id), ["early", "late"]);
  assert.deepEqual(planned[1], {
    id: "late",
    fault: { kind: "kill" },
    chain: "ethereum",
    provider: "a",
    share: 1,
    methods: ["eth_call"],
    startUs: 9e6,
    endUs: 9e6 + 1_000,
  });
});
