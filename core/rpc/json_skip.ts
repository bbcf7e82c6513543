// Steps over JSON values without building or checking them. Assumes text that was scanned before (json_scan.ts); on
// anything else it gives some index up to the text's length, never loops and never throws. Strings are crossed by
// indexOf, so that megabytes of call data cost next to nothing. Used by block_reference.ts.

import { skipSpace } from "./json_scan.ts";

const quote = 0x22, backslash = 0x5c, comma = 0x2c;
const openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d;

/** `pos` stands on the opening quote; gives the index behind the closing one. */
export function skipString(text: string, pos: number): number {
  let end = text.indexOf('"', pos + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (text.charCodeAt(from - 1) === backslash) from--;
  return (at - from) % 2 === 1;
}

/** `pos` stands on the first char of a value; gives the index behind its last one. */
export function skipValue(text: string, pos: number): number {
  const first = text.charCodeAt(pos);
  if (first === quote) return skipString(text, pos);
  if (first !== openBrace && first !== openBracket) return skipScalar(text, pos);
  let depth = 0;
  for (let i = pos; i < text.length;) {
    const c = text.charCodeAt(i);
    if (c === quote) {
      i = skipString(text, i);
      continue;
    }
    i++;
    if (c === openBrace || c === openBracket) depth++;
    else if ((c === closeBrace || c === closeBracket) && --depth === 0) return i;
  }
  return text.length;
}

function skipScalar(text: string, pos: number): number {
  let i = pos;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === comma || c === closeBrace || c === closeBracket || c <= 0x20) break;
    i++;
  }
  return i;
}

/** Where the element `index` of the array that begins `text` stands; -1: it is shorter, or no array. */
export function elementAt(text: string, index: number): number {
  let i = skipSpace(text, 0);
  if (text.charCodeAt(i) !== openBracket) return -1;
  i = skipSpace(text, i + 1);
  for (let n = 0; i < text.length && text.charCodeAt(i) !== closeBracket; n++) {
    if (n === index) return i;
    i = skipSpace(text, skipValue(text, i));
    if (text.charCodeAt(i) !== comma) return -1;
    i = skipSpace(text, i + 1);
  }
  return -1;
}

/** Where the value of `key` stands in the object that begins at `pos`; -1: it has none. The last of equals counts. */
export function memberAt(text: string, pos: number, key: string): number {
  let found = -1;
  let i = skipSpace(text, pos + 1);
  while (text.charCodeAt(i) === quote) {
    const end = skipString(text, i);
    const matches = end - i === key.length + 2 && text.startsWith(key, i + 1);
    i = skipSpace(text, end);
    i = skipSpace(text, i + 1);
    if (matches) found = i;
    i = skipSpace(text, skipValue(text, i));
    if (text.charCodeAt(i) !== comma) break;
    i = skipSpace(text, i + 1);
  }
  return found;
}
