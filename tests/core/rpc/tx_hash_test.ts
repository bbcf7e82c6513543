// transactionHash() against what viem and ethers say of the same transactions, with and without a sidecar.

import assert from "node:assert/strict";
import { Transaction } from "ethers";
import { concatHex, keccak256, toRlp } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { transactionHash } from "../../../core/rpc/tx_hash.ts";

const account = privateKeyToAccount(`0x${"11".repeat(32)}`);
const to = `0x${"22".repeat(20)}` as const;
const accessList = [{ address: to, storageKeys: [`0x${"00".repeat(32)}`] }] as const;
const fees = { maxFeePerGas: 30n, maxPriorityFeePerGas: 2n } as const;
const common = { to, gas: 21000n, nonce: 7, value: 5n, chainId: 1 } as const;

const legacy = await account.signTransaction({ ...common, type: "legacy", gasPrice: 9n });
const { chainId: _, ...noChain } = common;
const beforeEip155 = await account.signTransaction({ ...noChain, type: "legacy", gasPrice: 9n });
const type1 = await account.signTransaction({ ...common, type: "eip2930", gasPrice: 9n, accessList });
const type2 = await account.signTransaction({
  ...common,
  ...fees,
  type: "eip1559",
  data: `0x${"ab".repeat(500)}`,
});
const authorization = await account.signAuthorization({ address: to, chainId: 1, nonce: 8 });
const type4 = await account.signTransaction({
  ...common,
  ...fees,
  type: "eip7702",
  authorizationList: [authorization],
});
const blobVersionedHashes = [`0x01${"33".repeat(31)}`] as const;
const type3 = await account.signTransaction({
  ...common,
  ...fees,
  type: "eip4844",
  maxFeePerBlobGas: 3n,
  blobVersionedHashes,
  sidecars: false,
});

const plain = { legacy, beforeEip155, type1, type2, type3, type4 };
for (const [name, raw] of Object.entries(plain)) {
  Deno.test(`transactionHash() ${name} as viem and ethers have it`, () => {
    assert.equal(transactionHash(raw), keccak256(raw));
    assert.equal(transactionHash(raw), Transaction.from(raw).hash);
    assert.equal(transactionHash("0x" + raw.slice(2).toUpperCase()), keccak256(raw));
  });
}

const blob = `0x${"00".repeat(131_072)}` as const;
const point = `0x${"44".repeat(48)}` as const;
const body = `0x${type3.slice(4)}` as const;

/** The RLP list of items that are RLP already. */
function list(...items: string[]): string {
  const payload = items.map((item) => item.slice(2)).join("");
  const length = (payload.length / 2).toString(16);
  const size = length.length % 2 === 0 ? length : "0" + length;
  if (payload.length / 2 <= 55) return "0x" + (0xc0 + payload.length / 2).toString(16) + payload;
  return "0x" + (0xf7 + size.length / 2).toString(16) + size + payload;
}

Deno.test("transactionHash() of a blob transaction with viem's sidecar is that without it", async () => {
  const wrapped = await account.signTransaction({
    ...common,
    ...fees,
    type: "eip4844",
    maxFeePerBlobGas: 3n,
    blobVersionedHashes,
    sidecars: [{ blob, commitment: point, proof: point }],
  });
  assert.ok(wrapped.length > 262_144);
  assert.equal(transactionHash(wrapped), keccak256(type3));
});

Deno.test("transactionHash() of a blob transaction with cell proofs (EIP-7594)", () => {
  const cells = toRlp(Array.from({ length: 128 }, () => point));
  const wrapped = concatHex([
    "0x03",
    list(body, "0x01", toRlp([blob]), toRlp([point]), cells) as `0x${string}`,
  ]);
  assert.equal(transactionHash(wrapped), keccak256(type3));
});

Deno.test("transactionHash() of a wrapper that is none of the two is unknown", () => {
  const blobs = toRlp([blob]), points = toRlp([point]);
  assert.equal(transactionHash("0x03" + list(body, blobs, points).slice(2)), null);
  assert.equal(transactionHash("0x03" + list(body, "0x01", blobs, points).slice(2)), null);
  assert.equal(transactionHash("0x03" + list(body, blobs, blobs, points, points).slice(2)), null);
  assert.equal(transactionHash("0x03" + list("0xc0", blobs, points, points).slice(2)), null);
});

Deno.test("transactionHash() of other types is unknown", () => {
  for (const type of ["00", "05", "64", "71", "7e", "7f", "80", "bf"]) {
    assert.equal(transactionHash(`0x${type}${type2.slice(4)}`), null, type);
  }
});

Deno.test("transactionHash() of what is malformed is unknown", () => {
  const bad = [
    "",
    "0x",
    "0",
    "0x0",
    "02",
    "0x02",
    "0xc0",
    "0x02c0",
    "0xzz",
    "0x02c1zz",
    type2.slice(2),
    "0xf8",
    "0xff",
  ];
  const cut = [legacy, type2, type3, type4].map((raw) => raw.slice(0, -2));
  const longer = [legacy, type1, type3].map((raw) => raw + "00");
  for (const raw of [...bad, ...cut, ...longer, type2 + "0", type2 + "zz", " " + type2]) {
    assert.equal(transactionHash(raw), null, raw.slice(0, 40));
  }
});

Deno.test("transactionHash() refuses RLP that is not canonical", () => {
  // A padded length, a long form for a short payload, a byte that stands for itself with a prefix.
  for (const raw of ["0xf9003f" + "01".repeat(63), "0xf801" + "01", "0xc28101"]) {
    assert.equal(transactionHash(raw), null, raw.slice(0, 20));
  }
  assert.equal(transactionHash("0xc101"), keccak256("0xc101"));
});
