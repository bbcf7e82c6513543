// Cells and histograms as bytes: what goes in comes out, small, and bytes that were not written so are refused.

import assert from "node:assert/strict";
import { Histogram } from "../../../../core/measure/histogram.ts";
import { ByteReader, ByteWriter, DamagedBytes } from "../../../../core/measure/history/bytes.ts";
import {
  addCells,
  type CellPlace,
  mergeBlobs,
  packCells,
} from "../../../../core/measure/history/cell_blob.ts";
import { addCell, encodeCell, encodeSum } from "../../../../core/measure/history/cell_codec.ts";
import { CellSum, CellSums } from "../../../../core/measure/history/cell_sum.ts";
import { decodeHistogram, encodeHistogram } from "../../../../core/measure/history/histogram_codec.ts";
import type { Cell } from "../../../../core/measure/history/model.ts";
import { outcomeNames } from "../../../../core/measure/history/outcome_numbers.ts";
import { categories } from "../../../../core/rpc/category.ts";
import { seededRandom } from "../../../../core/random.ts";
import { cellOf, gaugeCell, seriesKey } from "./support.ts";

const key = seriesKey();

function bytesOf(cell: Cell): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  encodeCell(writer, cell);
  return writer.take();
}

function sumOf(...cells: readonly Uint8Array[]): CellSum {
  const sum = new CellSum();
  for (const bytes of cells) {
    const reader = new ByteReader().open(bytes);
    addCell(reader, sum);
    assert.equal(reader.at, bytes.length);
  }
  return sum;
}

function outcomesOf(sum: CellSum): Record<string, number> {
  const found: Record<string, number> = Object.fromEntries(sum.others);
  sum.outcomes.forEach((count, number) => {
    if (count > 0) found[outcomeNames[number]!] = count;
  });
  return found;
}

const close = (actual: number, expected: number, share = 1 / 65_536): void =>
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * share, `${actual} is not ${expected}`);

Deno.test("encodeCell() keeps counts exactly, times within 1/65,536, dollars within seven digits", () => {
  const cell = cellOf(1, key, [12.5, 80, 31.25], {
    n: 7,
    failed: 3,
    failovers: 2,
    units: 182,
    usd: 0.0000819,
    outcomes: new Map([["ok", 3], ["error", 1], ["rate_limited", 2], ["a plugin's own", 1]]),
  });
  const sum = sumOf(bytesOf(cell));
  assert.deepEqual([sum.n, sum.failed, sum.failovers, sum.units], [7, 3, 2, 182]);
  close(sum.usd, 0.0000819, 1e-7);
  close(sum.sum, 123.75);
  close(sum.max, 80);
  close(sum.last, 31.25);
  assert.equal(sum.samples, 3);
  assert.deepEqual(outcomesOf(sum), { ok: 3, error: 1, rate_limited: 2, "a plugin's own": 1 });
});

Deno.test("encodeCell() is small: 7 bytes for one good sample, below 60 for twenty charged ones", () => {
  const random = seededRandom(1);
  const times = Array.from({ length: 20 }, () => 20 + 60 * random.next());
  assert.ok(bytesOf(cellOf(1, key, [42.4242])).length <= 7);
  assert.ok(bytesOf(cellOf(1, key, times, { units: 520, usd: 0.000234 })).length < 60);
});

Deno.test("encodeCell() keeps what has no times, and gauges in their own unit, exactly", () => {
  const failed = cellOf(1, key, [], { n: 2, failed: 2, outcomes: new Map([["transport", 2]]) });
  const none = sumOf(bytesOf(failed));
  assert.deepEqual([none.n, none.failed, none.samples, none.max], [2, 2, 0, NaN]);
  for (const values of [[23_456_789], [0.25], [-3, 5, 1e15 + 0.5], [0, 0]]) {
    const sum = sumOf(bytesOf(gaugeCell(1, seriesKey({ kind: "gauge" }), values)));
    assert.deepEqual(
      [sum.n, sum.samples, sum.sum, sum.max, sum.last],
      [values.length, values.length, values.reduce((a, b) => a + b), Math.max(...values), values.at(-1)],
    );
  }
});

Deno.test("encodeSum() of added cells is what their sum is", () => {
  const first = bytesOf(cellOf(1, key, [10, 20], { units: 1.5 }));
  const second = bytesOf(cellOf(1, key, [30], { failed: 1, outcomes: new Map([["x", 1]]) }));
  const sum = sumOf(first, second);
  const writer = new ByteWriter();
  encodeSum(writer, sum);
  const again = sumOf(writer.take());
  assert.deepEqual([again.n, again.failed, again.units, again.last], [3, 1, 1.5, 30]);
  assert.deepEqual(outcomesOf(again), { ok: 2, x: 1 });
  assert.deepEqual(again.histogram?.counts, sum.histogram?.counts);
});

Deno.test("packCells() and mergeBlobs() keep each series to itself, whatever their order", () => {
  const pack = (cells: readonly Cell[]): Uint8Array<ArrayBuffer> => {
    const writer = new ByteWriter();
    const places: CellPlace[] = cells.map((cell) => {
      const start = writer.length;
      encodeCell(writer, cell);
      return { series: cell.series, start, end: writer.length };
    });
    return packCells(places, writer.bytes);
  };
  const merged = mergeBlobs([
    pack([cellOf(70_000, key, [1, 2]), cellOf(3, key, [5])]),
    pack([cellOf(3, key, [7, 9]), cellOf(4, key, [1])]),
  ], new CellSums());
  const counts = new Map<number, number>();
  const sums = new Map<number, CellSum>();
  addCells(merged, (series) => {
    counts.set(series, (counts.get(series) ?? 0) + 1);
    if (series === 4) return null;
    const sum = new CellSum();
    sums.set(series, sum);
    return sum;
  });
  assert.deepEqual([...counts], [[3, 1], [4, 1], [70_000, 1]]);
  assert.deepEqual([...sums].map(([series, { n, last }]) => [series, n, last]), [[3, 3, 9], [70_000, 2, 2]]);
});

Deno.test("decodeHistogram() gives what encodeHistogram() took, for few and for many samples", () => {
  const random = seededRandom(2);
  for (const size of [0, 1, 2, 50, 20_000]) {
    const histogram = new Histogram();
    let max = 0;
    for (let k = 0; k < size; k++) {
      const ms = Math.exp(14 * random.next() - 4);
      max = Math.max(max, ms);
      histogram.record(ms);
    }
    const found = decodeHistogram(encodeHistogram(histogram, max));
    assert.equal(found.count, size);
    if (size === 0) continue;
    for (const q of [0.01, 0.5, 0.9, 0.99, 1]) close(found.quantile(q), histogram.quantile(q), 0.01);
  }
});

Deno.test("addCells() refuses bytes that were not written so, and ends", () => {
  const writer = new ByteWriter();
  encodeCell(writer, cellOf(1, key, [1, 2, 3, 50, 900], { units: 3, outcomes: new Map([["x", 5]]) }));
  const blob = packCells([{ series: 1, start: 0, end: writer.length }], writer.bytes);
  const random = seededRandom(3);
  let refused = 0;
  for (let round = 0; round < 5_000; round++) {
    const bytes = blob.slice(0, round % 7 === 0 ? Math.floor(random.next() * blob.length) : blob.length);
    for (let k = 0; k < 3; k++) {
      bytes[Math.floor(random.next() * bytes.length)] = Math.floor(random.next() * 256);
    }
    try {
      addCells(bytes, () => new CellSum());
    } catch (thrown) {
      assert.ok(thrown instanceof DamagedBytes, String(thrown));
      refused++;
    }
  }
  assert.ok(refused > 1_000, `${refused} refused`);
});

Deno.test("outcomeNames keep their numbers, and every category has one", () => {
  assert.deepEqual([0, 1, 2, 8, 17, 33, 35].map((number) => outcomeNames[number]), [
    ...["", "ok", "error", "rate_limited", "transport", "win", "missed"],
  ]);
  assert.deepEqual(categories.filter((category) => !outcomeNames.includes(category)), []);
});
