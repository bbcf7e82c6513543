// Durations, sizes and rates as people write them in the config: "10s", "256kb", "300/s". Pure text to number;
// the zod types around them are in schema_units.ts. Whoever calls has matched the pattern before.

/** `250ms`, `10s`, `1.5m`, `2h`. A bare number has no unit and is refused, but for 0. */
export const durationPattern = /^\d+(\.\d+)?(ms|s|m|h)$/;

/** `512b`, `256kb`, `2mb`, `1gb`: powers of 1024. */
export const sizePattern = /^\d+(\.\d+)?(b|kb|mb|gb)$/;

/** `300/s`, `60/m` or `60/min`, `1000/h`: a whole number of calls in one unit of time. */
export const ratePattern = /^[1-9]\d*\/(s|m|min|h)$/;

/** The longest wait that a timer of the platform can hold (2^31 − 1 ms, almost 25 days). */
export const maxDurationMs = 2_147_483_647;

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};
const unitBytes: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Milliseconds, rounded to whole ones. */
export function durationMs(text: string): number {
  return Math.round(scaled(text, unitMs));
}

/** Bytes, rounded down. */
export function sizeBytes(text: string): number {
  return Math.floor(scaled(text, unitBytes));
}

export function rateOf(text: string): { count: number; perMs: number } {
  const slash = text.indexOf("/");
  return { count: Number(text.slice(0, slash)), perMs: unitMs[text.slice(slash + 1)] ?? 1000 };
}

function scaled(text: string, units: Readonly<Record<string, number>>): number {
  const unit = /[a-z]+$/.exec(text)?.[0] ?? "";
  return Number(text.slice(0, text.length - unit.length)) * (units[unit] ?? 1);
}
