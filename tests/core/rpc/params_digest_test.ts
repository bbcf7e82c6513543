import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { seededRandom } from "../../../core/random.ts";
import { textToWire } from "../../../core/rpc/wire.ts";
import { paramsDigest } from "../../../core/rpc/params_digest.ts";

const oracle = (bytes: Uint8Array): string => "sha256:" + createHash("sha256").update(bytes).digest("hex");

Deno.test("paramsDigest() is the SHA-256 of the empty text, as FIPS 180-4's examples have it", () => {
  assert.equal(
    paramsDigest(""),
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  assert.equal(
    paramsDigest("abc"),
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("paramsDigest() agrees with node:crypto on seeded bytes of every length up to 600", () => {
  const random = seededRandom(1);
  for (const limit of [128, 256]) {
    for (let length = 0; length <= 600; length++) {
      const bytes = Buffer.from(Array.from({ length }, () => Math.floor(random.next() * limit)));
      assert.equal(paramsDigest(bytes.toString("latin1")), oracle(bytes));
    }
  }
});

Deno.test("paramsDigest() hashes the client's bytes where params hold more than ASCII", () => {
  const params = '["Zürich – 🜁"]';
  assert.equal(paramsDigest(textToWire(params)), oracle(Buffer.from(params, "utf8")));
});

Deno.test("paramsDigest() agrees with node:crypto on a megabyte", () => {
  const bytes = Buffer.alloc(1 << 20, "0123456789abcdef");
  assert.equal(paramsDigest(bytes.toString("latin1")), oracle(bytes));
});
