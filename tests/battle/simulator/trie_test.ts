import assert from "node:assert/strict";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { emptyTrieRoot, listRoot } from "../../../battle/simulator/trie.ts";

// Roots that @ethereumjs/mpt 10.1.3 gave for the same lists: item i is the first 1 + 7i mod 32 bytes of
// keccak256(i as two bytes, low one first), so that short nodes, which stand in their parents, occur as well.
const roots: Readonly<Record<number, string>> = {
  1: "0x224205a02cf663c75941d12146d16a59477805108ca33ef9f99550ea1f06352d",
  2: "0x31f497f15c145461ed3ec528eeba64585e867b79de706fa7ecdacecda88316cf",
  3: "0x13623389129931e3612dfb58bf905c1cfe10e0d33f388180af5dade7c8f36e49",
  16: "0x65f131457b73277b35b34700d004fbf2e6b6e2fe996a6dbe34c934359b8b1dbd",
  17: "0x7ab2689a86123f514af83b8074c63744072f431511845271454f3ef4b74d7510",
  127: "0xa57d995e52458c7fd5e2d3140dd5e3433652a2e3d0236ca9bdc2f80867b0c500",
  128: "0x5e851aa28638ba0fe8706f9ca02551178e94db889a84ce5f510e222f88a07b32",
  129: "0x92617de16653b7a62bab0eae59dc02325d0bf833410fd1a66de7706c24f52091",
  130: "0x3a8bc12d610c52f5cbffaeb4b3f6dba531887e8b56cff0a5b0f2e4dd09dcdb82",
  200: "0xf7bc38a3d052919bc5495fe243821cc8f91b5f4d190155fd414953c9d9db51df",
  300: "0x53073ff485ad014f9d1814aede1a6d050a89e5146f787acb0f70355e2bfcf620",
};

for (const [count, root] of Object.entries(roots)) {
  Deno.test(`listRoot() of ${count} items is the root that another implementation computes`, () => {
    const items = Array.from(
      { length: Number(count) },
      (_, index) => keccak_256(Uint8Array.of(index & 255, index >> 8)).slice(0, 1 + (index * 7) % 32),
    );
    assert.equal(listRoot(items), root);
  });
}

Deno.test("listRoot() of nothing is the empty trie's root", () => {
  assert.equal(listRoot([]), emptyTrieRoot);
  assert.equal(emptyTrieRoot, "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
});
