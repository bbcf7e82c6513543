// The digest of a call's params for logs and metadata, which never show the params themselves. Called for each
// request that is logged.

import { hash } from "node:crypto";
import { sha256Hex, shortText } from "./sha256.ts";
import { fromWire } from "./wire.ts";

/** `sha256:<64 hex digits>` of the bytes that `paramsWire` (wire text) stands for, as the client spelt them. */
export function paramsDigest(paramsWire: string): string {
  const isShort = paramsWire.length <= shortText;
  return "sha256:" + (isShort ? sha256Hex(paramsWire) : hash("sha256", fromWire(paramsWire), "hex"));
}
