// What the header fields say about the message around them: where its body ends and whether the connection lives on
// (RFC 9112 sections 6 and 9.3). It must never choose between two lengths: that is how requests get smuggled.
// Called by the request and the response parser.

import { type HttpFault, httpFault } from "./fault.ts";
import type { Fields } from "./fields.ts";

/** How the end of a body is found. `length` is -1 unless the kind is "length". */
export interface Framing {
  /** "none": the fields say nothing; a request has no body then, a response lasts until the close. */
  readonly kind: "none" | "length" | "chunked";
  readonly length: number;
}

const none: Framing = { kind: "none", length: -1 };
const chunked: Framing = { kind: "chunked", length: -1 };
const empty: Framing = { kind: "length", length: 0 };

const digits = /^[0-9]{1,16}$/;

/**
 * Reads Content-Length (digits, at most 2^53 − 1, one line only: two are refused even when equal) and
 * Transfer-Encoding (one line, exactly `chunked`). Faults: 501 for another coding, 400 for the rest.
 */
export function framingOf(fields: Fields): Framing | HttpFault {
  const coding = fields.get("transfer-encoding");
  const length = fields.get("content-length");
  if (coding !== undefined) {
    if (length !== undefined) {
      return httpFault(400, "Content-Length and Transfer-Encoding exclude each other.");
    }
    return coding.toLowerCase() === "chunked" ? chunked : codingFault(coding);
  }
  if (length === undefined) return none;
  if (length === "0") return empty;
  const value = digits.test(length) ? Number(length) : Infinity;
  if (value <= Number.MAX_SAFE_INTEGER) return { kind: "length", length: value };
  return httpFault(
    400,
    fields.count("content-length") > 1
      ? "There are several Content-Lengths."
      : "The Content-Length is no length.",
  );
}

function codingFault(coding: string): HttpFault {
  const names = coding.toLowerCase().split(",").map((name) => name.trim());
  const first = names.indexOf("chunked");
  if (first === -1) return httpFault(501, "The Transfer-Encoding is not supported.");
  if (first !== names.length - 1) return httpFault(400, "In the Transfer-Encoding chunked is not the last.");
  return httpFault(501, "The Transfer-Encoding is not supported.");
}

/** Whether the sender wants to keep the connection: 1.1 unless it says `close`, 1.0 only if it says `keep-alive`. */
export function keepsAlive(fields: Fields, version: 10 | 11): boolean {
  const connection = fields.get("connection");
  if (connection === undefined) return version === 11;
  if (listHas(connection, "close")) return false;
  return version === 11 || listHas(connection, "keep-alive");
}

/** Whether a comma-separated field value has `lowerItem` as one of its items, in any case. */
export function listHas(value: string, lowerItem: string): boolean {
  if (value.length < lowerItem.length) return false;
  const lower = value.toLowerCase();
  if (lower === lowerItem) return true;
  return lower.includes(",") && lower.split(",").some((item) => item.trim() === lowerItem);
}
