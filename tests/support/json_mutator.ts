// Bodies for fuzzing: JSON-RPC texts in odd but legal spellings, and bytes damaged in the ways that clients, proxies
// and upstreams damage them. Seeded, so that a failure can be run again.

import { Buffer } from "node:buffer";
import { below, type Random } from "../../core/random.ts";

const strings = [
  '""',
  '"a\\u0062"',
  '"\\ud83d\\ude00"',
  '"\\ud800"',
  '"é – 🜁"',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
  '"2.0"',
  '"id"',
  '"\\u0000"',
  '"0xabc"',
  '"]}"',
];
const numbers = ["0", "-0", "1", "1.50", "1e3", "-1E-2", "12345678901234567890123", "1e400", "0.1e+1"];
const words = ["true", "false", "null"];
const blanks = ["", "", "", "", " ", "\n", "\t", "\r\n", "  "];
const nasty = [
  "\0",
  "\ufeff",
  "\u00a0",
  "\ufffd",
  '"',
  "\\",
  "\\u12",
  "\\x",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  "-",
  "1e",
  "01",
  ".5",
  "NaN",
  "//",
  "'",
  "nul",
  "\n",
  '"id":null,',
  '"jsonrpc":"2.0",',
  "9".repeat(40),
].map((text) => Buffer.from(text, "utf8"));
const brokenUtf8 = ["80", "c3", "ff", "c0af", "eda080", "f0908d", "efbbbf", "f4908080"]
  .map((digits) => Buffer.from(digits, "hex"));

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[below(random, from.length)] as T;
}

export function blank(random: Random): string {
  return pick(random, blanks);
}

/** Any JSON value as text. */
export function jsonText(random: Random, depth: number): string {
  const kind = below(random, depth > 0 ? 6 : 3);
  if (kind === 0) return pick(random, strings);
  if (kind === 1) return pick(random, numbers);
  if (kind === 2) return pick(random, words);
  return kind < 5 ? arrayText(random, depth - 1) : objectText(random, depth - 1);
}

export function arrayText(random: Random, depth: number): string {
  const items = Array.from({ length: below(random, 4) }, () => jsonText(random, depth) + blank(random));
  return `[${blank(random)}${items.join("," + blank(random))}]`;
}

function objectText(random: Random, depth: number): string {
  const items = Array.from(
    { length: below(random, 3) },
    () => `${pick(random, strings)}${blank(random)}:${blank(random)}${jsonText(random, depth)}`,
  );
  return `{${blank(random)}${items.join("," + blank(random))}}`;
}

/** `{…}` of the given members, shuffled, with blanks between. */
export function membersText(random: Random, members: readonly string[]): string {
  const left = [...members];
  let text = "";
  while (left.length > 0) {
    const [member = ""] = left.splice(below(random, left.length), 1);
    text += (text === "" ? "" : "," + blank(random)) + member + blank(random);
  }
  return `{${blank(random)}${text}}`;
}

/** One damage to `bytes`; `other` is a second body to splice from. */
export function mutate(random: Random, bytes: Buffer, other: Buffer): Buffer {
  const at = below(random, bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + below(random, 12));
  const join = (...parts: Uint8Array[]): Buffer => Buffer.concat(parts);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (below(random, 10)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << below(random, 8));
      return copy;
    }
    case 1:
      return join(before, bytes.subarray(end));
    case 2:
      return join(before, Buffer.of(below(random, 256)), after);
    case 3:
      return join(before, pick(random, nasty), after);
    case 4:
      return before;
    case 5:
      return join(bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end));
    case 6:
      return join(before, other.subarray(below(random, other.length + 1)));
    case 7: {
      const deep = 1 + below(random, 200);
      return join(before, Buffer.alloc(deep, "["), Buffer.alloc(deep - below(random, 2), "]"), after);
    }
    case 8:
      return join(before, pick(random, brokenUtf8), after);
    default: {
      const name = pick(random, ["id", "params", "method", "jsonrpc", "result", "error"]);
      const odd = `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
      return Buffer.from(bytes.toString("latin1").replace(`"${name}"`, `"${odd}"`), "latin1");
    }
  }
}
