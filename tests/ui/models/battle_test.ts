import assert from "node:assert/strict";
import {
  type BattleFault,
  breakerLanes,
  endOf,
  faultBands,
  faultLanes,
  linePath,
  pickedProviders,
  type Point,
  type Report,
  scopeText,
  sloFigure,
  sloName,
} from "../../../ui/models/battle.ts";

function fault(kind: string, provider: string | null, from: number, to: number): BattleFault {
  return {
    fault: { id: kind, fault: { kind }, provider, start_us: from * 1_000, end_us: to * 1_000 },
    ...{ detection_ms: null, shift_ms: null, recovery_ms: null, failover: null, blast: 0 },
  };
}

function point(at_ms: number, p50_ms: number | null, picks: Point["picks"] = {}): Point {
  return { at_ms, requests: 1, failures: 0, failovers: 0, p50_ms, p99_ms: p50_ms, picks };
}

function report(more: Partial<Report>): Report {
  return {
    ...{
      scenario: "s",
      verdict: "pass",
      reasons: [],
      seed: 1,
      started_at: "",
      version: "",
      duration_ms: 1_000,
    },
    ...{ command: "", slos: [], checks: [], faults: [], timeline: [], breakers: [], unexplained: [] },
    ...more,
  };
}

Deno.test("endOf() covers the run, its points and its faults", () => {
  assert.equal(endOf(report({})), 1_000);
  assert.equal(endOf(report({ timeline: [point(0, 1), point(1_000, 1)] })), 2_000);
  assert.equal(endOf(report({ faults: [fault("kill", "a", 0, 9_000)] })), 9_000);
  assert.equal(endOf(report({ duration_ms: 0 })), 1);
});

Deno.test("faultLanes() has a lane for a fault that strikes again, faultBands() the time under any of them", () => {
  const faults = [
    fault("kill", "a", 100, 200),
    fault("kill", "a", 300, 400),
    fault("slow_body", null, 150, 250),
  ];
  assert.deepEqual(faultLanes(report({ faults })).map(({ label, spans }) => [label, spans.length]), [
    ["kill a", 2],
    ["slow body", 1],
  ]);
  assert.deepEqual(faultBands(report({ faults })).map(({ from, to }) => [from, to]), [[100, 250], [
    300,
    400,
  ]]);
});

Deno.test("breakerLanes() ends a span where the state changes, and at the end where it does not", () => {
  const breakers = [
    { at_ms: 10, channel: "a:ws", state: "open" },
    { at_ms: 50, channel: "a:ws", state: "closed" },
    { at_ms: 30, channel: "a:ws", state: "half_open" },
    { at_ms: 40, channel: "b:http", state: "open" },
    { at_ms: 5, channel: "c:http", state: "closed" },
  ];
  assert.deepEqual(breakerLanes(report({ breakers }), 100), [
    {
      label: "a:ws",
      spans: [{ from: 10, to: 30, what: "open" }, { from: 30, to: 50, what: "half open" }],
    },
    { label: "b:http", spans: [{ from: 40, to: 100, what: "open" }] },
  ]);
});

Deno.test("linePath() breaks off where nothing was measured", () => {
  const timeline = [point(0, 10), point(1_000, null), point(2_000, 5)];
  assert.equal(linePath(timeline, ({ p50_ms }) => p50_ms, 10), "M500 0.0M2500 50.0");
  assert.equal(linePath([], () => 1, 0), "");
});

Deno.test("pickedProviders() names those with the most picks first", () => {
  const timeline = [point(0, 1, { a: 1, b: 2 }), point(1_000, 1, { a: 3, c: 2 })];
  assert.deepEqual(pickedProviders(report({ timeline })), ["a", "b", "c"]);
});

Deno.test("sloFigure() has the unit that the key names", () => {
  const shown = [
    sloFigure("p99_latency_ms", 1_500),
    sloFigure("success_rate", 0.99996),
    sloFigure("max_memory_mb", 128.5),
    sloFigure("throughput_rps", 149),
    sloFigure("stream_gaps", 0),
    sloFigure("failover_ms", null),
  ];
  assert.deepEqual(shown, ["1.5 s", "99.996 %", "129 MB", "149/s", "0", "–"]);
  assert.equal(sloName("p99_latency_ms"), "p99 latency");
  assert.equal(sloName("success_rate"), "success rate");
});

Deno.test("scopeText() says what an objective is about", () => {
  const nothing = { workload: null, method: null, provider: null, during: null };
  assert.equal(scopeText(nothing), "the whole run");
  assert.equal(scopeText({ ...nothing, workload: "reads", during: "death" }), "reads, during death");
  assert.equal(scopeText({ ...nothing, during: "calm" }), "outside faults");
});
