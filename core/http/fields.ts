// The header section of an HTTP/1.1 message, both directions: parsed strictly (RFC 9112 section 5), kept in order,
// looked up by lower-case name. It must never guess: what two readers could read differently is a fault.
// core/http/framing.ts says what the fields mean for the body; request and response parsers call both.

import { type HttpFault, httpFault } from "./fault.ts";

export interface FieldLimits {
  /** Most field lines of one section. */
  readonly maxFields: number;
  /** Most bytes of one section, line ends included. */
  readonly maxBytes: number;
}

/** Field lines in the order of their arrival, names in lower case, values without the blanks around them. */
export class Fields implements Iterable<readonly [string, string]> {
  readonly #names: readonly string[];
  readonly #values: readonly string[];

  /** `names` in lower case; both lists of the same length. */
  constructor(names: readonly string[], values: readonly string[]) {
    this.#names = names;
    this.#values = values;
  }

  get size(): number {
    return this.#names.length;
  }

  /** The value, those of repeated fields joined by ", "; undefined where there is none. */
  get(lowerName: string): string | undefined {
    const names = this.#names;
    let found: string | undefined;
    for (let i = 0; i < names.length; i++) {
      if (names[i] !== lowerName) continue;
      found = found === undefined ? this.#values[i] : `${found}, ${this.#values[i]}`;
    }
    return found;
  }

  /** Each value by itself. */
  all(lowerName: string): readonly string[] {
    return this.#values.filter((_, i) => this.#names[i] === lowerName);
  }

  /** Of how many lines the field consists. */
  count(lowerName: string): number {
    let lines = 0;
    for (const name of this.#names) if (name === lowerName) lines++;
    return lines;
  }

  *[Symbol.iterator](): IterableIterator<readonly [string, string]> {
    for (let i = 0; i < this.#names.length; i++) yield [this.#names[i]!, this.#values[i]!];
  }
}

const noFields: Fields = new Fields([], []);

const CR = 13;
const LF = 10;
const SP = 32;
const TAB = 9;
const COLON = 58;

/** 1 for the characters of a token (RFC 9110 section 5.6.2), by char code up to 255. */
export const tokenChars: Uint8Array = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  tokenChars[char.charCodeAt(0)] = 1;
}

/**
 * Parses `name: value` lines that are separated by CRLF, without the CRLF of the last line: what stands between the
 * start line and the empty line. `text` holds one byte per char. Faults: 431 for a section over the limits, 400 for
 * the rest (no colon, a blank before it, a folded line, a lone CR or LF, a control character).
 */
export function parseFields(
  text: string,
  start: number,
  end: number,
  limits: FieldLimits,
): Fields | HttpFault {
  if (end - start > limits.maxBytes) return httpFault(431, "The header section is too large.");
  const names: string[] = [];
  const values: string[] = [];
  let at = start;
  while (at < end) {
    if (names.length === limits.maxFields) return httpFault(431, "There are too many header fields.");
    const nameStart = at;
    while (at < end && tokenChars[text.charCodeAt(at)] === 1) at++;
    if (at === end || at === nameStart || text.charCodeAt(at) !== COLON) {
      return nameFault(text, nameStart, at, end);
    }
    const name = text.slice(nameStart, at).toLowerCase();
    at++;
    while (at < end && isBlank(text.charCodeAt(at))) at++;
    const valueStart = at;
    let valueEnd = at;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === SP || code === TAB) continue;
      if (code < SP || code === 127) break;
      valueEnd = at + 1;
    }
    if (valueEnd < at && framingNames.has(name) && text.slice(valueEnd, at).includes("\t")) {
      return httpFault(400, "A tab stands behind the length of the body.");
    }
    names.push(name);
    values.push(text.slice(valueStart, valueEnd));
    if (at === end) break;
    if (text.charCodeAt(at) !== CR) return httpFault(400, "A header field holds a control character.");
    if (at + 1 >= end || text.charCodeAt(at + 1) !== LF) {
      return httpFault(400, "A header field holds a lone CR.");
    }
    at += 2;
    if (at === end) return httpFault(400, "The header section ends with an empty line too many.");
  }
  return names.length === 0 ? noFields : new Fields(names, values);
}

/** Fields that decide where a message ends. A tab behind them is legal, but llhttp refuses it: so readers differ. */
const framingNames: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"]);

function isBlank(code: number): boolean {
  return code === SP || code === TAB;
}

function nameFault(text: string, nameStart: number, at: number, end: number): HttpFault {
  if (at < end && isBlank(text.charCodeAt(at))) {
    return httpFault(
      400,
      at === nameStart ? "A header line is folded." : "A blank stands before a header's colon.",
    );
  }
  return httpFault(
    400,
    at === end ? "A header line has no colon." : "A header name holds a forbidden character.",
  );
}
