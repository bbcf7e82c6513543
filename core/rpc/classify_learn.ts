// Numbers inside an upstream's error text: the range that it would serve, its lowest block, when to come back.
// Texts are in lower case. Regular expressions are bounded, because the text is a stranger's. Called by classify.ts.

import type { Learnt } from "./category.ts";

const count = String.raw`(\d[\d,_]{0,15}(?:\.\d{1,6})?) ?(k|m)?`;

/** Ways of saying how many blocks one getLogs may span. */
const spans: readonly RegExp[] = [
  new RegExp(String.raw`\blimited to (?:an? )?(?:0 ?- ?)?${count}(?:[ -]blocks?)? range\b`),
  new RegExp(String.raw`\blimit(?:ed)? (?:to|of|is) (?:an? )?${count}[ -]?blocks?\b`),
  new RegExp(String.raw`\bup to (?:an? )?${count}[ -]?blocks?\b`),
  new RegExp(String.raw`\branges? over ${count}[ -]?blocks?\b`),
  new RegExp(String.raw`\bmax(?:imum)?(?: allowed)? block range(?: is| of|:)? ?:? ?${count}\b`),
  new RegExp(String.raw`\bblock range should not exceed ${count}\b`),
  new RegExp(String.raw`\(max(?:imum)?:? (?:is )?${count}\b`),
  new RegExp(String.raw`\(\d{1,16} > ${count}\)`),
];

const block = "(0x[0-9a-f]{1,16}|\\d{1,18})";
const hintInBrackets = new RegExp(
  String.raw`\bblock range(?: should work)?:? ?\[ ?${block} ?, ?${block} ?\]`,
);
const hintInWords = new RegExp(String.raw`\bretry with the range ${block} ?- ?${block}\b`);

/** The limit and the range that the text proposes; both may be null. */
export function learnRange(text: string): Learnt {
  const hint = hintInBrackets.exec(text) ?? hintInWords.exec(text);
  return { kind: "get_logs_range", blocks: learnSpan(text), hint: hint === null ? null : pair(hint) };
}

function learnSpan(text: string): number | null {
  for (const pattern of spans) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const scale = match[2] === "k" ? 1e3 : match[2] === "m" ? 1e6 : 1;
    const blocks = Math.floor(Number((match[1] ?? "").replace(/[,_]/g, "")) * scale);
    if (blocks >= 1 && blocks <= 1e9) return blocks;
  }
  return null;
}

function pair(match: RegExpExecArray): readonly [bigint, bigint] | null {
  const from = BigInt(match[1] ?? 0);
  const to = BigInt(match[2] ?? 0);
  return from <= to ? [from, to] : null;
}

const lowest = new RegExp(
  String
    .raw`\b(?:earliest|oldest|first) available(?: block)?(?: is|:)? #?${block}\b|\blowest (?:available )?(?:height|block)(?: is|:)? #?${block}\b`,
);

/** The lowest block that the node says it has; `block` is null where it gives no number. */
export function learnLowest(text: string): Learnt {
  const match = lowest.exec(text);
  const found = match?.[1] ?? match?.[2];
  return { kind: "lowest_block", block: found === undefined ? null : BigInt(found) };
}

const later =
  /\b(?:retry|try again) (?:in|after) (\d{1,7}(?:\.\d{1,6})?) ?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?)\b/;
/** Nothing that an upstream says keeps it away for longer, ms: it may have meant another clock, or no good. */
const longestMs = 3_600_000;

/** When the error says to come back, in ms: in words, or as a member of its data (Infura's, Lasso's own). */
export function learnRetryAfterMs(text: string, data: unknown): number | null {
  const fromData = retryAfterInData(data);
  if (fromData !== null) return Math.min(fromData, longestMs);
  const match = later.exec(text);
  if (match === null) return null;
  const unit = match[2] ?? "s";
  const scale = unit.startsWith("ms") || unit.startsWith("milli") ? 1 : unit.startsWith("m") ? 60_000 : 1000;
  return Math.min(Number(match[1]) * scale, longestMs);
}

function retryAfterInData(data: unknown): number | null {
  if (typeof data !== "object" || data === null) return null;
  const { retry_after_ms: ms, rate } = data as { retry_after_ms?: unknown; rate?: unknown };
  if (isWait(ms)) return ms;
  const seconds = typeof rate === "object" && rate !== null
    ? (rate as { backoff_seconds?: unknown }).backoff_seconds
    : null;
  return isWait(seconds) ? seconds * 1000 : null;
}

/** A Retry-After as far as it is believed, ms; null where there is none, or none that a clock can count. */
export function believedWaitMs(retryAfterMs: number | null): number | null {
  return isWait(retryAfterMs) ? Math.min(retryAfterMs, longestMs) : null;
}

/** A time to wait must be a number that a clock can count. */
function isWait(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
