// Makes one line of the log out of an event and its fields: errors cut, every text masked, never throwing whatever
// the fields hold. Used by LogWriter; the hot path makes its lines itself.

import { messageOf } from "../errors.ts";
import type { Level } from "../log.ts";
import { maskText } from "../redact.ts";

/** Members whose text comes from outside and may be of any length. */
const errorKeys: ReadonlySet<string> = new Set(["error", "message", "reason", "cause"]);

/**
 * `{"ts":"…","level":"…","event":"…", …fields}` without a line end; `ts` in ISO 8601 (UTC). Fields named like those
 * three give way to them. Errors become their message; of them, and of texts under `error`, `message`, `reason` and
 * `cause`, at most `maxErrorChars` characters stay.
 */
export function logLine(
  wallMs: number,
  level: Level,
  event: string,
  fields: Readonly<Record<string, unknown>>,
  maxErrorChars: number,
): string {
  const own = { ts: new Date(wallMs).toISOString(), level, event };
  const clean = (key: string, value: unknown): unknown => {
    if (typeof value === "string") {
      const masked = maskText(value);
      return errorKeys.has(key) ? cut(masked, maxErrorChars) : masked;
    }
    if (value instanceof Error) return cut(maskText(messageOf(value)), maxErrorChars);
    return typeof value === "bigint" ? String(value) : value;
  };
  try {
    return JSON.stringify({ ...own, ...fields, ...own }, clean);
  } catch (thrown) {
    return JSON.stringify({ ...own, unwritable: messageOf(thrown) }, clean);
  }
}

/** At most `max` characters, with a mark where something is missing, and no half of a surrogate pair. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = Math.max(0, max - 1);
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end) + "…";
}
