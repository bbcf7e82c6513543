// The digest of a call's params for logs and metadata, which never show the params themselves. Called for each
// request that is logged, so it takes the shortest way to the native hash.

import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { fromWire } from "./wire.ts";

/**
 * `sha256:<64 hex digits>` of the bytes that `paramsWire` (wire text) stands for, as the client spelt them.
 * The native hash encodes a string as UTF-8, which for plain ASCII is the same bytes: then none need be copied out
 * first, which takes two thirds of the time.
 */
export function paramsDigest(paramsWire: string): string {
  const plain = Buffer.byteLength(paramsWire) === paramsWire.length;
  return "sha256:" + hash("sha256", plain ? paramsWire : fromWire(paramsWire), "hex");
}
