import { deepStrictEqual } from "node:assert/strict";
import { lineColours } from "../../../ui/models/line_colours.ts";

const known = ["a", "b", "c", "d", "e", "f", "g"];

Deno.test("lineColours() gives a name the same colour wherever it stands", () => {
  deepStrictEqual(lineColours(["a", "b", "c"], known), [0, 1, 2]);
  deepStrictEqual(lineColours(["c", "a"], known), [2, 0]);
});

Deno.test("lineColours() gives the next free one where two names would have the same, or one is not known", () => {
  deepStrictEqual(lineColours(["a", "g"], known), [0, 1]);
  deepStrictEqual(lineColours(["other", "a"], known), [1, 0]);
});

Deno.test("lineColours() of metrics goes by their order", () => {
  deepStrictEqual(lineColours(["p50", "p95"], []), [0, 1]);
});
