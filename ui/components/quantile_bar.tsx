// p50, p95 and p99 of one row on a scale that all rows share, so that they can be compared at a glance. The figures
// themselves stand beside it.

import type { JSX } from "preact";
import { millis } from "../format/number.ts";

const width = 160;

export function QuantileBar({ p50, p95, p99, max }: {
  /** Milliseconds. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Where the scale ends. */
  readonly max: number;
}): JSX.Element | null {
  if (p50 === null || p95 === null || max <= 0) return null;
  const x = (value: number): number => 2 + Math.min(1, value / max) * (width - 6);
  const label = `p50 ${millis(p50)}, p95 ${millis(p95)}, p99 ${millis(p99)}`;
  return (
    <svg class="quantiles" viewBox={`0 0 ${width} 12`} role="img" aria-label={label}>
      <title>{label}</title>
      <path class="scale" d={`M0 6H${width}`} />
      {p99 !== null && <path class="tail" d={`M${x(p95)} 6H${x(p99)}`} />}
      <path class="body" d={`M${x(p50)} 6H${Math.max(x(p95), x(p50) + 1)}`} />
      <circle cx={x(p50)} cy="6" r="4" />
    </svg>
  );
}
