// Canonical filters, and what a bloom says about them.

import assert from "node:assert/strict";
import { bloomBits, mayHold } from "../../../core/streams/bloom.ts";
import { excludedBy, type LogFilter, readLogFilter } from "../../../core/streams/log_filter.ts";

const a = `0x${"aA".repeat(20)}`, b = `0x${"bb".repeat(20)}`;
const t1 = `0x${"11".repeat(32)}`, t2 = `0x${"C2".repeat(32)}`;

function filterOf(value: unknown): LogFilter {
  const read = readLogFilter(value);
  assert.ok("filter" in read, JSON.stringify(read));
  return read.filter;
}

const same: readonly (readonly [string, unknown, unknown])[] = [
  ["a scalar and a list of one", { address: a }, { address: [a] }],
  ["upper and lower case", { address: a, topics: [t2] }, {
    address: a.toLowerCase(),
    topics: [t2.toLowerCase()],
  }],
  ["another order of addresses, and repeats", { address: [a, b] }, { address: [b, a, b] }],
  ["another order of alternatives", { topics: [[t1, t2]] }, { topics: [[t2, t1]] }],
  ["trailing nulls", { topics: [t1] }, { topics: [t1, null, null] }],
  ["trailing empty lists", { topics: [t1] }, { topics: [t1, [], null] }],
  ["null and [] in the middle", { topics: [null, t1] }, { topics: [[], t1] }],
  ["absent, null and []", {}, { address: null, topics: [] }],
  ["no filter and an empty one", undefined, {}],
  ["what is no part of it", { address: a }, { address: a, fromBlock: "latest" }],
];

for (const [what, one, other] of same) {
  Deno.test(`readLogFilter() gives one form for ${what}`, () => {
    assert.equal(filterOf(one).text, filterOf(other).text);
  });
}

Deno.test("readLogFilter() tells different filters apart", () => {
  const forms = [{}, { address: a }, { address: b }, { topics: [t1] }, { topics: [null, t1] }, {
    topics: [[t1, t2]],
  }];
  assert.equal(new Set(forms.map((form) => filterOf(form).text)).size, forms.length);
});

Deno.test("readLogFilter() says what is wrong", () => {
  const problem = (value: unknown): string => {
    const read = readLogFilter(value);
    return "problem" in read ? read.problem : "none";
  };
  assert.equal(problem([]), "the filter must be an object");
  assert.equal(problem({ address: "0x12" }), "address must be a 20-byte hex address or a list of them");
  assert.equal(problem({ topics: t1 }), "topics must be a list");
  assert.equal(
    problem({ topics: ["0x1"] }),
    "each topic must be null, a 32-byte hex word, or a list of them",
  );
  assert.equal(problem({ topics: [t1, t1, t1, t1, t1] }), "topics has more than 4 positions");
});

Deno.test("bloomBits() sets the bits that the Yellow Paper gives for its example", () => {
  // Section 4.3.1, note on M3:2048: this address sets bits 1323, 431 and 1319.
  const bits = bloomBits("0x0f572e5295c57f15886f9b263e2f6d2d6c7b5ec6");
  assert.deepEqual([...bits].sort((x, y) => x - y), [1323, 431, 1319].sort((x, y) => x - y));
});

Deno.test("excludedBy() rules a block out only when a position can't be met", () => {
  const bloom = bloomOf([a, t1]);
  assert.equal(excludedBy(bloom, filterOf({ address: a })), false);
  assert.equal(excludedBy(bloom, filterOf({ address: [b, a] })), false);
  assert.equal(excludedBy(bloom, filterOf({ address: b })), true);
  assert.equal(excludedBy(bloom, filterOf({ address: a, topics: [t2] })), true);
  assert.equal(excludedBy(bloom, filterOf({ address: a, topics: [[t2, t1]] })), false);
  assert.equal(excludedBy(bloom, filterOf({})), false);
  assert.equal(excludedBy(null, filterOf({ address: b })), false);
  assert.equal(excludedBy(bloomOf([]), filterOf({})), true);
});

function bloomOf(words: readonly string[]): string {
  const digits = new Array<number>(512).fill(0);
  for (const word of words) for (const bit of bloomBits(word)) digits[511 - (bit >> 2)]! |= 1 << (bit & 3);
  const bloom = `0x${digits.map((digit) => digit.toString(16)).join("")}`;
  for (const word of words) assert.ok(mayHold(bloom, bloomBits(word)));
  return bloom;
}
