// The head of an HTTP/1.1 answer: status line and fields, read strictly (RFC 9112), and what they say about the body
// and the connection. It must never guess where a body ends: what is ambiguous is a fault. Called by
// ResponseParser, which keeps the last head of a connection because most answers repeat it.

import { type HttpFault, httpFault, isFault } from "./fault.ts";
import { type FieldLimits, type Fields, parseFields } from "./fields.ts";
import { framingOf, keepsAlive } from "./framing.ts";

/** Most bytes of an answer's head, status line included. */
export const maxResponseHeadBytes = 65_536;

const fieldLimits: FieldLimits = { maxFields: 256, maxBytes: maxResponseHeadBytes };

export interface ResponseHead {
  /** 100 to 599. */
  readonly status: number;
  readonly fields: Fields;
  /** How the body ends: there is none, after `length` bytes, with the last chunk, or with the connection. */
  readonly body: "none" | "length" | "chunked" | "close";
  /** Bytes of the body; -1 unless `body` is "length". */
  readonly length: number;
  /** The connection may carry another request once this answer has ended. */
  readonly keepAlive: boolean;
  /** How long the server keeps the idle connection (Keep-Alive: timeout=N); null: it did not say. */
  readonly keepAliveMs: number | null;
  /** The Retry-After field as it came. */
  readonly retryAfter: string | undefined;
  /** Content-Encoding in lower case; undefined where there is none or it is `identity`. */
  readonly encoding: string | undefined;
}

const statusLine = /^HTTP\/1\.([01]) ([1-5][0-9][0-9])(?: [\t\x20-\x7e\x80-\xff]*)?$/;

/** Parses a head without the empty line that ends it. `text` holds one byte per char. */
export function parseResponseHead(text: string): ResponseHead | HttpFault {
  const lineEnd = text.indexOf("\r\n");
  const match = statusLine.exec(lineEnd === -1 ? text : text.slice(0, lineEnd));
  if (match === null) return httpFault(400, "The status line is malformed.");
  const version = match[1] === "1" ? 11 : 10;
  const status = Number(match[2]);
  const fieldsStart = lineEnd === -1 ? text.length : lineEnd + 2;
  const fields = parseFields(text, fieldsStart, text.length, fieldLimits);
  if (isFault(fields)) return fields;
  const framing = framingOf(fields);
  if (isFault(framing)) return framing;
  if (version === 10 && framing.kind === "chunked") {
    return httpFault(400, "An HTTP/1.0 answer can't be chunked.");
  }
  const bodiless = status < 200 || status === 204 || status === 304;
  const body = bodiless ? "none" : framing.kind === "none" ? "close" : framing.kind;
  const encoding = fields.get("content-encoding")?.toLowerCase();
  return {
    status,
    fields,
    body,
    length: body === "length" ? framing.length : -1,
    keepAlive: body !== "close" && keepsAlive(fields, version),
    keepAliveMs: keepAliveTimeoutMs(fields),
    retryAfter: fields.get("retry-after"),
    encoding: encoding === "identity" || encoding === "" ? undefined : encoding,
  };
}

function keepAliveTimeoutMs(fields: Fields): number | null {
  const match = /(?:^|[,\s])timeout\s*=\s*"?([0-9]{1,9})/i.exec(fields.get("keep-alive") ?? "");
  return match === null ? null : Number(match[1]) * 1_000;
}

/** Retry-After (RFC 9110 section 10.2.3) in milliseconds from `wallNow`; null where it is absent or unreadable. */
export function retryAfterMs(value: string | undefined, wallNow: number): number | null {
  if (value === undefined) return null;
  if (/^[0-9]{1,9}(\.[0-9]+)?$/.test(value)) return Math.ceil(Number(value) * 1_000);
  const at = /[a-z]/i.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - wallNow);
}
