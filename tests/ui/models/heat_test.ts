import assert from "node:assert/strict";
import { heatOf, type Matrix, type MatrixCell, mediansOf } from "../../../ui/models/heat.ts";

function cell(provider: string, p50: number | null, more: Partial<MatrixCell> = {}): MatrixCell {
  return {
    ...{ provider, method: "eth_call", n: 100, failed: 0, error_ratio: 0, p50_ms: p50, p99_ms: p50 },
    errors: {},
    ...more,
  };
}

function matrix(...cells: readonly MatrixCell[]): Matrix {
  return { providers: cells.map(({ provider }) => provider), methods: ["eth_call"], cells };
}

Deno.test("mediansOf() is the middle of the providers, between two the mean", () => {
  assert.equal(mediansOf(matrix(cell("a", 10), cell("b", 90), cell("c", 30)), "p50").get("eth_call"), 30);
  assert.equal(mediansOf(matrix(cell("a", 10), cell("b", 90)), "p50").get("eth_call"), 50);
});

Deno.test("mediansOf() is nothing where fewer than two have samples enough", () => {
  const few = cell("b", 90, { n: 3 });
  assert.equal(mediansOf(matrix(cell("a", 10), few), "p50").get("eth_call"), null);
  assert.equal(mediansOf(matrix(cell("a", 10), cell("b", null)), "p50").get("eth_call"), null);
});

Deno.test("heatOf() goes from half the median to twice it", () => {
  const heats = [10, 35, 42, 50, 60, 90, 110].map((ms) => heatOf(cell("a", ms), "p50", 50));
  assert.deepEqual(heats, [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("heatOf() of errors goes by the share itself, and none is the best", () => {
  const of = (error_ratio: number): number | null => heatOf(cell("a", 10, { error_ratio }), "errors", null);
  assert.deepEqual([0, 0.0005, 0.01, 0.5].map(of), [1, 2, 4, 7]);
});

Deno.test("heatOf() gives no colour to few samples, to no time, to nobody to compare with", () => {
  assert.equal(heatOf(cell("a", 10, { n: 9 }), "p50", 50), null);
  assert.equal(heatOf(cell("a", null), "p50", 50), null);
  assert.equal(heatOf(cell("a", 10), "p50", null), null);
});
