import assert from "node:assert/strict";
import { seededRandom } from "../../../core/random.ts";
import {
  complement,
  covers,
  intersection,
  lengthUs,
  type Span,
  touches,
  union,
} from "../../../battle/analyze/spans.ts";

const span = (fromUs: number, toUs: number): Span => ({ fromUs, toUs });

Deno.test("union() sorts and joins, and leaves empty spans out", () => {
  assert.deepEqual(union([span(5, 7), span(1, 3), span(3, 4), span(6, 9), span(20, 20)]), [
    span(1, 4),
    span(5, 9),
  ]);
});

Deno.test("spans agree with sets of moments", () => {
  const random = seededRandom(5);
  const some = (): Span[] =>
    Array.from({ length: Math.floor(random.next() * 6) }, () => {
      const from = Math.floor(random.next() * 40);
      return span(from, from + Math.floor(random.next() * 8));
    });
  const moments = (spans: readonly Span[]): Set<number> => {
    const all = new Set<number>();
    for (const { fromUs, toUs } of spans) for (let at = fromUs; at < toUs; at++) all.add(at);
    return all;
  };
  for (let round = 0; round < 500; round++) {
    const [a, b] = [some(), some()];
    const [ua, ub] = [union(a), union(b)];
    const [ma, mb] = [moments(a), moments(b)];
    assert.deepEqual(moments(ua), new Set([...ma].sort((x, y) => x - y)));
    assert.equal(lengthUs(ua), ma.size);
    assert.deepEqual(moments(intersection(ua, ub)), new Set([...moments(ua)].filter((at) => mb.has(at))));
    const free = moments(complement(ua, span(0, 40)));
    for (let at = 0; at < 40; at++) {
      assert.equal(free.has(at), !ma.has(at));
      assert.equal(covers(ua, at), ma.has(at));
      const to = at + Math.floor(random.next() * 5);
      let any = false;
      for (let moment = at; moment <= to; moment++) any ||= ma.has(moment);
      assert.equal(touches(ua, at, to), any);
    }
  }
});
