import assert from "node:assert/strict";
import { bad, cut, scanKey, scanString, scanValue, skipSpace } from "../../../core/rpc/json_scan.ts";

/** The verdict on a whole text: may it be followed by blanks only? */
function accepts(text: string): boolean {
  const end = scanValue(text, 0);
  return end >= 0 && skipSpace(text, end) === text.length;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const texts = [
  ..."0 -0 1 -1 10 01 -01 1. .5 1.5 1.5e 1e5 1E+5 1e-05 1e+ -  + 1_0 0x1 Infinity NaN -Infinity".split(" "),
  ..."true false null tru nullx truefalse True undefined".split(" "),
  ..."[] {} [,] {,} [1,] [,1] [1,2] [1 [[]] ]] [ { } ] [1}".split(" "),
  '""',
  '"a',
  '"\\u00e9"',
  '"\\u00g0"',
  '"\\u12"',
  '"\\x41"',
  '"\\"',
  '"\t"',
  '"\u007f"',
  '"\u00ff"',
  '"\u0000"',
  "'a'",
  '{"a":1}',
  '{"a":1,}',
  '{"a" 1}',
  "{a:1}",
  '{"a":1,"a":2}',
  "{1:2}",
  '{"a":{"b":[{}]}}',
  " \t\r\n1 \t\r\n",
  "\u00a01",
  "\ufeff1",
  "\f1",
  "1 2",
  "",
  " ",
  '[1,{"a":[true,null,"x"]} , -1.5e-3]',
];

Deno.test("scanValue() accepts exactly what JSON.parse accepts", () => {
  for (const text of texts) assert.equal(accepts(text), parses(text), JSON.stringify(text));
});

Deno.test("scanValue() tells a text that ends too early from one that is wrong", () => {
  const whole = '{"a\\u00e9":[true,false,null,"x\\n",-1.5e-3,{"b":{}}]}';
  for (let length = 0; length < whole.length; length++) {
    assert.equal(scanValue(whole.slice(0, length), 0), cut, `after ${whole.slice(0, length)}`);
  }
  assert.equal(scanValue(whole, 0), whole.length);
  for (const text of ["}", "[1}", '{"a":}', "tru}", "1.x", '"\\q"', "{]"]) {
    assert.equal(scanValue(text, 0), bad, text);
  }
});

Deno.test("scanValue() gives the index behind the value, wherever it begins", () => {
  assert.equal(scanValue("xx [1] yy", 2), 6);
  assert.equal(scanValue("12,", 0), 2);
  assert.equal(scanString('a"b\\"c"d', 1), 7);
  assert.equal(scanKey('  "k" : 1', 0), 7);
});

Deno.test("scanValue() goes a million brackets deep without overflowing the stack", () => {
  const deep = 1_000_000;
  const arrays = "[".repeat(deep) + "]".repeat(deep);
  assert.equal(scanValue(arrays, 0), arrays.length);
  assert.equal(scanValue("[".repeat(deep), 0), cut);
  assert.equal(scanValue("[".repeat(deep) + "}", 0), bad);
  const objects = '{"a":'.repeat(deep) + "1" + "}".repeat(deep);
  assert.equal(scanValue(objects, 0), objects.length);
});
