import assert from "node:assert/strict";
import { fromRlp, hexToBytes, toRlp } from "viem";
import { toHex } from "../../../battle/simulator/hex.ts";
import { decodeRlp, encodeRlp, type RlpItem } from "../../../battle/simulator/rlp.ts";

const bytes = (length: number, value = 0x83): Uint8Array => new Uint8Array(length).fill(value);

const items: readonly RlpItem[] = [
  bytes(0),
  bytes(1, 0),
  bytes(1, 0x7f),
  bytes(1, 0x80),
  bytes(55),
  bytes(56),
  bytes(256),
  bytes(70_000),
  [],
  [bytes(1, 1), [bytes(3), []], bytes(60)],
  Array.from({ length: 40 }, () => [bytes(2), bytes(20)]),
];

// deno-lint-ignore no-explicit-any
const asHex = (item: RlpItem): any => item instanceof Uint8Array ? toHex(item) : item.map(asHex);

Deno.test("encodeRlp() writes what viem writes, decodeRlp() reads it back", () => {
  for (const item of items) {
    const encoded = encodeRlp(item);
    assert.equal(toHex(encoded), toRlp(asHex(item)));
    assert.deepEqual(asHex(decodeRlp(encoded)), fromRlp(toHex(encoded) as `0x${string}`));
  }
});

for (
  const [hex, text] of [
    ["0x", "rlp: value size exceeds available input length"],
    ["0x83aabb", "rlp: value size exceeds available input length"],
    ["0xc3820102ff", "rlp: input contains more than one value"],
    ["0xc28201ff", "rlp: value size exceeds available input length"],
    ["0x8105", "rlp: non-canonical size information"],
    ["0xb801aa", "rlp: non-canonical size information"],
    ["0xb90001aa", "rlp: non-canonical size information"],
  ] as const
) {
  Deno.test(`decodeRlp() refuses ${hex}`, () => {
    assert.throws(() => decodeRlp(hexToBytes(hex)), { name: "RlpError", message: text });
  });
}
