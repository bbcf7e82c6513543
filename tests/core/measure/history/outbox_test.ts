import assert from "node:assert/strict";
import { Outbox } from "../../../../core/measure/history/outbox.ts";
import { cellOf, second, seriesKey, t0, TestKeeper } from "./support.ts";

const roundSeconds = 3_600;

Deno.test("Outbox tells a series once, and forgets one that no second of an hour told, wherever it is known", () => {
  using on = new TestKeeper();
  const kept = seriesKey();
  const gone = seriesKey({ provider: "gone" });
  let at = t0;
  const tell = (...series: readonly [number, typeof kept][]): void => {
    on.outbox.second(at, series.map(([number, key]) => cellOf(number, key, [1])));
    at += second;
  };
  tell([1, kept], [2, gone]);
  const first = on.post(at);
  assert.deepEqual([first.series, first.forgotten], [[[1, kept], [2, gone]], []]);
  for (let k = 1; k <= roundSeconds; k++) {
    tell([1, kept]);
    assert.deepEqual(on.post(at).series, []);
  }
  assert.equal(on.outbox.series.length, 2);
  const forgotten: number[] = [];
  for (let k = 0; k < roundSeconds; k++) {
    tell([1, kept]);
    const batch = on.post(at);
    assert.deepEqual(batch.series, []);
    forgotten.push(...batch.forgotten);
  }
  assert.deepEqual(on.outbox.series, [[1, kept]]);
  assert.deepEqual(forgotten, [2]);
  tell([2, gone]);
  assert.deepEqual(on.post(at).series, [[2, gone]]);
  const { groups } = on.cells({ from: t0, to: at, by: ["provider"] });
  assert.deepEqual(
    groups.map(({ key, n }) => [key.provider, n]).sort(),
    [["alchemy", 2 * roundSeconds + 1], ["gone", 2]],
  );
});

Deno.test("Outbox stays as small as what is told of late, however many series come and go", () => {
  const outbox = new Outbox();
  for (let k = 0; k < 5 * roundSeconds; k++) {
    outbox.second(t0 + k * second, [cellOf(k, seriesKey({ provider: `p${k}` }), [1])]);
    const batch = outbox.next(t0 + k * second);
    if (batch !== null) outbox.written(batch.id);
  }
  assert.ok(outbox.series.length <= 2 * roundSeconds, `${outbox.series.length} series`);
});
