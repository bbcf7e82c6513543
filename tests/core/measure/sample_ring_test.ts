import assert from "node:assert/strict";
import { maxSamples, SampleRing, type SampleSink } from "../../../core/measure/sample_ring.ts";
import { seededRandom } from "../../../core/random.ts";

type Told = [series: number, ms: number, outcome: number, at: number];

function listen(): SampleSink & { told: Told[] } {
  const told: Told[] = [];
  return { told, sample: (...sample) => void told.push(sample) };
}

Deno.test("drain() hands each sample on once, in order, as it was told", () => {
  const ring = new SampleRing(1_000.7);
  const sink = listen();
  ring.push(0, 1.5, 0, 1_000.9);
  ring.push(70_000, 2.25, 0xff, 1_250.2);
  assert.equal(ring.waiting, 2);
  ring.drain(Infinity, sink);
  ring.push(3, 0.125, 7, 1_300);
  ring.drain(Infinity, sink);
  ring.drain(Infinity, sink);
  assert.deepEqual(sink.told, [[0, 1.5, 0, 1_000], [70_000, 2.25, 255, 1_250], [3, 0.125, 7, 1_300]]);
  assert.equal(ring.waiting, 0);
});

Deno.test("drain() stops at the first sample that is not before the time", () => {
  const ring = new SampleRing(0);
  const sink = listen();
  for (const at of [100, 999.9, 1_000, 1_001]) ring.push(0, at, 0, at);
  ring.drain(1_000, sink);
  assert.deepEqual(sink.told.map(([, , , at]) => at), [100, 999]);
  ring.drain(1_001, sink);
  assert.deepEqual(sink.told.map(([, , , at]) => at), [100, 999, 1_000]);
  assert.equal(ring.waiting, 1);
});

Deno.test("push() gives a sample that is told late the newest time", () => {
  const ring = new SampleRing(500);
  const sink = listen();
  ring.push(0, 1, 0, 700);
  ring.push(1, 1, 0, 650);
  ring.push(2, 1, 0, 20);
  ring.drain(Infinity, sink);
  assert.deepEqual(sink.told.map(([, , , at]) => at), [700, 700, 700]);
});

Deno.test("push() overwrites the oldest when the ring is full, and only then", () => {
  const ring = new SampleRing(0);
  const sink = listen();
  for (let i = 0; i < maxSamples; i++) ring.push(i, 1, 0, i);
  ring.recent(0, sink);
  assert.deepEqual([sink.told.length, sink.told[0]![0], ring.size], [maxSamples, 0, maxSamples]);
  for (let i = 0; i < 5_000; i++) ring.push(maxSamples + i, 1, 0, maxSamples + i);
  sink.told.length = 0;
  ring.recent(0, sink);
  assert.deepEqual(
    sink.told.map(([series]) => series),
    Array.from({ length: maxSamples }, (_, i) => i + 5_000),
  );
});

Deno.test("bytes: none before the first sample, 13 for each of a page, at most those of 86,400", () => {
  const ring = new SampleRing(0);
  assert.equal(ring.bytes, 0);
  ring.push(0, 1, 0, 0);
  assert.equal(ring.bytes, maxSamples / 20 * 13);
  for (let i = 0; i < 3 * maxSamples; i++) ring.push(0, 1, 0, i);
  assert.equal(ring.bytes, maxSamples * 13);
});

Deno.test("drain() and push() in any rhythm lose nothing while no more than the ring holds waits", () => {
  const random = seededRandom(11);
  const ring = new SampleRing(0);
  let next = 0;
  let expected = 0;
  const sink: SampleSink = {
    sample: (series, ms, outcome, at) => {
      assert.deepEqual([series, outcome, at], [expected, expected % 200, expected * 3]);
      assert.equal(ms, Math.fround(expected / 7));
      expected++;
    },
  };
  while (next < 400_000) {
    const many = Math.floor(random.next() ** 3 * (maxSamples - ring.waiting));
    for (let i = 0; i < many; i++, next++) ring.push(next, next / 7, next % 200, next * 3);
    const until = random.next() < 0.5 ? Infinity : Math.floor(random.next() * next * 3);
    ring.drain(until, sink);
  }
  ring.drain(Infinity, sink);
  assert.equal(expected, next);
});

Deno.test("recent() gives what the last milliseconds brought, drained or not", () => {
  const ring = new SampleRing(0);
  const sink = listen();
  for (let i = 0; i < 1_000; i++) ring.push(i, 1, 0, i * 10);
  ring.drain(Infinity, listen());
  ring.push(1_000, 1, 0, 10_000);
  ring.recent(9_900, sink);
  assert.deepEqual(sink.told.map(([series]) => series), [
    990,
    991,
    992,
    993,
    994,
    995,
    996,
    997,
    998,
    999,
    1_000,
  ]);
});

Deno.test("restart() begins anew and keeps the memory", () => {
  const ring = new SampleRing(0);
  const sink = listen();
  for (let i = 0; i < 10_000; i++) ring.push(i, 1, 0, i);
  const { bytes } = ring;
  ring.restart(2 ** 33);
  assert.deepEqual([ring.size, ring.waiting, ring.bytes, ring.age(2 ** 33 + 5)], [0, 0, bytes, 5]);
  ring.push(7, 1, 0, 2 ** 33 + 4);
  ring.recent(0, sink);
  assert.deepEqual(sink.told, [[7, 1, 0, 2 ** 33 + 4]]);
});
