import assert from "node:assert/strict";
import { ChargeBook } from "../../../core/analytics/charge_book.ts";
import type { PastCell } from "../../../core/analytics/past_cell.ts";
import { Histogram } from "../../../core/measure/histogram.ts";

function cell(ms: number, answered: number, failed = 0): PastCell {
  const histogram = new Histogram();
  for (let k = 0; k < answered; k++) histogram.record(ms);
  const n = answered + failed;
  return {
    ...{ provider: "a", transport: "http", method: "eth_call", n, answered, failed, charged: 0.5 },
    ...{ histogram: answered === 0 ? null : histogram, mean: ms },
  };
}

const near = (given: number | null, wanted: number): void =>
  assert.ok(Math.abs(given! / wanted - 1) <= 0.01, `${given}, not ${wanted}`);

Deno.test("ChargeBook weighs cells by calls, not by their samples", () => {
  const book = new ChargeBook();
  book.charge(cell(10, 1_000), "a", 30, 2, 0.1);
  book.charge(cell(100, 20), "b", 70, 0, 0);
  near(book.quantile(0.29), 10);
  near(book.quantile(0.31), 100);
  near(book.quantile(0.99), 100);
  assert.equal(book.calls, 100);
  assert.equal(book.knownShare, 1);
  assert.equal(book.units, 30);
  near(book.usd, 1.5);
  assert.deepEqual([...book.providers], [["a", 30], ["b", 70]]);
});

Deno.test("ChargeBook does not know what cells of fewer than 20 samples say, but what calls cost there", () => {
  const book = new ChargeBook();
  assert.deepEqual([book.knownShare, book.success, book.quantile(0.5)], [null, null, null]);
  book.charge(cell(10, 19), "a", 10, 2, 0.1);
  book.charge(null, "a", 10, 2, 0.1);
  assert.deepEqual([book.knownShare, book.success, book.quantile(0.5)], [0, null, null]);
  assert.equal(book.units, 30);
  book.charge(cell(10, 20), "a", 20, 2, 0.1);
  assert.equal(book.knownShare, 0.5);
  near(book.quantile(0.5), 10);
});

Deno.test("ChargeBook counts failures as answers that did not come, without a time", () => {
  const book = new ChargeBook();
  book.charge(cell(10, 30, 10), "a", 100, 0, 0);
  assert.equal(book.success, 0.75);
  book.charge(cell(0, 0, 40), "b", 100, 0, 0);
  assert.equal(book.success, 0.375);
  near(book.quantile(0.99), 10);
  assert.equal(book.knownShare, 1);
});
