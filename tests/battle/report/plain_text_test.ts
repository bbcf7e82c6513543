import assert from "node:assert/strict";
import {
  cutText,
  gluedUnits,
  padText,
  printable,
  printableJson,
  textWidth,
  wrapText,
} from "../../../battle/report/plain_text.ts";

Deno.test("printable() leaves nothing that a terminal or a parser would act on", () => {
  assert.equal(printable("a\x1b[31mred\x07\u0085\u202eb\ud800c\ufffe"), "a�[31mred�b�c�");
  assert.equal(printable("two\r\nlines\tand a tab"), "two lines and a tab");
  assert.equal(printable("日本 é \u{1f525}"), "日本 é \u{1f525}");
});

Deno.test("printableJson() is JSON of the same value, in characters that show", () => {
  const value = { "a\u202e": ["\u0085", "é", "\u0000"], b: { c: [] } };
  const text = printableJson(value);
  assert.deepEqual(JSON.parse(text), value);
  assert.ok(!text.includes("\u202e") && !text.includes("\u0085") && text.includes("é"));
  assert.match(text, /^\{\n {2}"a\\u202e": \[\n {4}"/);
  assert.equal(printableJson(undefined), "null");
});

Deno.test("textWidth(), cutText(), padText() count columns, not code units", () => {
  assert.deepEqual(["abc", "日本", "\u{1f525}", "e\u0301", "–→✓"].map(textWidth), [3, 4, 2, 1, 3]);
  assert.equal(cutText("abcdef", 4), "abc…");
  assert.equal(cutText("日本語", 4), "日…");
  assert.equal(cutText("abc", 3), "abc");
  assert.equal(padText("日", 4) + "|", "日  |");
  assert.equal(padText("1", 3, "right"), "  1");
});

Deno.test("wrapText() breaks at spaces, not within a quantity, and cuts what is too long", () => {
  assert.deepEqual(wrapText("after 12 ms and 3 blocks gone", 9), ["after", "12 ms and", "3 blocks", "gone"]);
  assert.deepEqual(wrapText("0123456789", 4), ["0123", "4567", "89"]);
  assert.deepEqual(wrapText("日本語", 3), ["日", "本", "語"]);
  assert.deepEqual(wrapText("", 5), [""]);
  assert.equal(gluedUnits("72 % of 12 s, 3 items"), "72\u00a0% of 12\u00a0s, 3 items");
});
