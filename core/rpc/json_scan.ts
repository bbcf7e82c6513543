// A validating JSON scanner (RFC 8259) over wire text: finds where values end without building them, accepting
// exactly what JSON.parse accepts. Nothing is copied and nothing recurses, so depth and size cost only time.
// Used by the framing of requests and of upstream answers.

/** The text is no JSON. */
export const bad = -1;
/** The text ended inside the value. */
export const cut = -2;

const quote = 0x22, backslash = 0x5c, comma = 0x2c, colon = 0x3a;
const openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d;

/** The first index at or after `at` that is no white space. */
export function skipSpace(text: string, at: number): number {
  for (;;) {
    const c = text.charCodeAt(at);
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return at;
    at++;
  }
}

/** `at` stands on the opening quote; gives the index behind the closing one, or `bad` or `cut`. */
export function scanString(text: string, at: number): number {
  for (let i = at + 1;; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) return i + 1;
    if (c === backslash) {
      i = scanEscape(text, i + 1);
      if (i < 0) return i;
    } else if (c < 0x20) return bad;
    else if (c !== c) return cut;
  }
}

/** `at` stands behind the backslash; gives the index of the escape's last char. */
function scanEscape(text: string, at: number): number {
  const c = text.charCodeAt(at);
  if (c === 0x75) {
    for (let k = 1; k <= 4; k++) {
      const h = text.charCodeAt(at + k);
      const isHex = (h >= 0x30 && h <= 0x39) || (h >= 0x41 && h <= 0x46) || (h >= 0x61 && h <= 0x66);
      if (!isHex) return h !== h ? cut : bad;
    }
    return at + 4;
  }
  // " / \ b f n r t
  const simple = c === quote || c === 0x2f || c === backslash || c === 0x62 || c === 0x66 || c === 0x6e ||
    c === 0x72 || c === 0x74;
  return simple ? at : c !== c ? cut : bad;
}

function digits(text: string, at: number): number {
  let i = at;
  for (let c = text.charCodeAt(i); c >= 0x30 && c <= 0x39; c = text.charCodeAt(++i));
  return i;
}

function scanNumber(text: string, at: number): number {
  let i = text.charCodeAt(at) === 0x2d ? at + 1 : at;
  if (text.charCodeAt(i) === 0x30) i++;
  else {
    const end = digits(text, i);
    if (end === i) return i >= text.length ? cut : bad;
    i = end;
  }
  if (text.charCodeAt(i) === 0x2e) {
    const end = digits(text, i + 1);
    if (end === i + 1) return end >= text.length ? cut : bad;
    i = end;
  }
  const e = text.charCodeAt(i);
  if (e === 0x65 || e === 0x45) {
    const sign = text.charCodeAt(i + 1);
    const from = sign === 0x2b || sign === 0x2d ? i + 2 : i + 1;
    const end = digits(text, from);
    if (end === from) return end >= text.length ? cut : bad;
    i = end;
  }
  return i;
}

function scanWord(text: string, at: number, word: string): number {
  if (text.startsWith(word, at)) return at + word.length;
  return at + word.length > text.length && word.startsWith(text.slice(at)) ? cut : bad;
}

function scanScalar(text: string, at: number, c: number): number {
  if (c === quote) return scanString(text, at);
  if (c === 0x74) return scanWord(text, at, "true");
  if (c === 0x66) return scanWord(text, at, "false");
  if (c === 0x6e) return scanWord(text, at, "null");
  if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return scanNumber(text, at);
  return c !== c ? cut : bad;
}

/** `at` stands where a member's key must begin; gives the index behind its colon. */
export function scanKey(text: string, at: number): number {
  at = skipSpace(text, at);
  if (text.charCodeAt(at) !== quote) return at >= text.length ? cut : bad;
  at = scanString(text, at);
  if (at < 0) return at;
  at = skipSpace(text, at);
  if (text.charCodeAt(at) !== colon) return at >= text.length ? cut : bad;
  return at + 1;
}

// The containers that are open around the place being scanned: 1 an object, 0 an array. Shared by all calls:
// a scan never yields in between.
let open = new Uint8Array(256);

function push(depth: number, kind: 0 | 1): void {
  if (depth === open.length) {
    const wider = new Uint8Array(open.length * 4);
    wider.set(open);
    open = wider;
  }
  open[depth] = kind;
}

/** Scans one value, with white space before it; gives the index behind it, or `bad` or `cut`. */
export function scanValue(text: string, at: number): number {
  let depth = 0;
  let i = at;
  for (;;) {
    i = skipSpace(text, i);
    const c = text.charCodeAt(i);
    if (c === openBrace) {
      const next = skipSpace(text, i + 1);
      if (text.charCodeAt(next) !== closeBrace) {
        i = scanKey(text, next);
        if (i < 0) return i;
        push(depth++, 1);
        continue;
      }
      i = next + 1;
    } else if (c === openBracket) {
      const next = skipSpace(text, i + 1);
      if (text.charCodeAt(next) !== closeBracket) {
        i = next;
        push(depth++, 0);
        continue;
      }
      i = next + 1;
    } else {
      i = scanScalar(text, i, c);
      if (i < 0) return i;
    }
    // A value is complete: close what ends here, or go on to the next value.
    for (;;) {
      if (depth === 0) return i;
      i = skipSpace(text, i);
      const after = text.charCodeAt(i);
      const inObject = open[depth - 1] === 1;
      if (after === comma) {
        i++;
        if (inObject) {
          i = scanKey(text, i);
          if (i < 0) return i;
        }
        break;
      }
      if (after !== (inObject ? closeBrace : closeBracket)) return i >= text.length ? cut : bad;
      depth--;
      i++;
    }
  }
}
