import assert from "node:assert/strict";
import { shortTime, time, utc } from "../../../ui/format/time.ts";

const at = Date.UTC(2026, 0, 31, 12, 0, 0, 123);

Deno.test("utc() is UTC to the millisecond, whatever the machine's zone", () => {
  assert.equal(utc(at), "2026-01-31 12:00:00.123 UTC");
});

Deno.test("time() is local, with seconds", () => {
  const local = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  assert.equal(time(at), [local.getHours(), local.getMinutes(), local.getSeconds()].map(two).join(":"));
});

Deno.test("shortTime() names the day only of another day", () => {
  assert.match(shortTime(at, at + 1), /^\d\d:\d\d$/);
  assert.match(shortTime(at, at + 3 * 86_400_000), /31.* \d\d:\d\d$/);
});
