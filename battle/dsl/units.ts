// Reads durations, rates and sizes of scenario files. The spelling is that of the router's config.

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };
const unitBytes: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Milliseconds to the microsecond; null where it is no duration. */
export function durationMs(value: unknown): number | null {
  const parts = typeof value === "string" ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value) : null;
  return parts === null ? null : Math.round(Number(parts[1]) * unitMs[parts[2]!]! * 1000) / 1000;
}

/** Whole bytes; null where it is no size. */
export function sizeBytes(value: unknown): number | null {
  const parts = typeof value === "string" ? /^(\d+(?:\.\d+)?)(b|kb|mb|gb)$/.exec(value) : null;
  return parts === null ? null : Math.floor(Number(parts[1]) * unitBytes[parts[2]!]!);
}

/** null where it is no rate. */
export function rateOf(value: unknown): { readonly count: number; readonly perMs: number } | null {
  const parts = typeof value === "string" ? /^(\d+(?:\.\d+)?)\/(s|m|min|h)$/.exec(value) : null;
  return parts === null ? null : { count: Number(parts[1]), perMs: unitMs[parts[2]!]! };
}

/** A number, or a rate in words; null where it is neither. */
export function perSecondOf(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : null;
  const rate = rateOf(value);
  return rate === null ? null : (rate.count * 1000) / rate.perMs;
}
