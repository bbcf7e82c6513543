import assert from "node:assert/strict";
import { folded, isTroubled, restText, severity, worstOf } from "../../../ui/models/severity.ts";
import { worldAfter } from "../fixtures/recorded_feed.ts";

Deno.test("severity() has an open breaker as the worst, up as the best", () => {
  assert.ok(severity("open") < severity("limited") && severity("limited") < severity("up"));
  assert.equal(worstOf(["up", "lagging", "off"]), "off");
  assert.equal(worstOf([]), null);
});

Deno.test("isTroubled() is true of what is not up, far behind, or set by an operator", () => {
  const provider = { ...worldAfter().snapshot.chains[0]!.providers[0]!, state: "up", lag_blocks: 0 } as const;
  assert.equal(isTroubled({ ...provider, override: null }), false);
  assert.equal(isTroubled({ ...provider, override: null, lag_blocks: 3 }), true);
  assert.equal(isTroubled({ ...provider, override: "drained" }), true);
  assert.equal(isTroubled({ ...provider, override: null, state: "probing" }), true);
});

Deno.test("folded() shows all that fit, and else those in trouble first, in their order", () => {
  const isOdd = (n: number): boolean => n % 2 === 1;
  assert.deepEqual(folded([1, 2, 3], isOdd, 3), { shown: [1, 2, 3], rest: [], troubled: 0 });
  assert.deepEqual(folded([2, 4, 6, 7, 8], isOdd, 4), {
    shown: [2, 4, 7],
    rest: [6, 8],
    troubled: 0,
  });
});

Deno.test("folded() gives those in trouble more room, but not without end", () => {
  const all = (): boolean => true;
  assert.deepEqual(folded([1, 3, 5, 7], all, 2).shown, [1, 3, 5, 7]);
  const many = folded(Array.from({ length: 50 }, (_, i) => i), all, 4);
  assert.equal(many.shown.length, 7);
  assert.equal(many.troubled, 43);
});

Deno.test("restText() says whether what is folded is well", () => {
  assert.equal(restText({ shown: [], rest: [1, 2], troubled: 0 }), "2 more, all well");
  assert.equal(restText({ shown: [], rest: [1, 2], troubled: 1 }), "2 more, 1 of them in trouble");
});
