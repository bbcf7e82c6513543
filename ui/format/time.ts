// Times as people read them: local, with UTC for the tooltip. Ages are told by number.ts.

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
const minute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

/** 14:03:27 */
export function time(at: number): string {
  return clock.format(at);
}

/** 14:03, and before it the day where `at` is none of today's. */
export function shortTime(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return sameDay ? minute.format(at) : `${day.format(at)} ${minute.format(at)}`;
}

/** 2026-01-31 12:00:00.123 UTC */
export function utc(at: number): string {
  return new Date(at).toISOString().replace("T", " ").replace("Z", " UTC");
}
