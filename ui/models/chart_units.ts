// How a chart's values are written and between what they lie, by their unit. Pure.

import { bytes, count, dollars, millis, none, percent, rate } from "../format/number.ts";

export type Unit = "ms" | "share" | "rps" | "count" | "bytes" | "usd" | "units" | "blocks" | "cpus";

/** Sums are drawn per minute: points are not all of one width. */
export type ShownUnit = Unit | "count/min" | "usd/min" | "units/min";

export function shownUnit(unit: Unit, summed: boolean): ShownUnit {
  return summed && (unit === "count" || unit === "usd" || unit === "units") ? `${unit}/min` : unit;
}

const formats: Readonly<Record<ShownUnit, (value: number | null) => string>> = {
  ms: millis,
  share: percent,
  rps: rate,
  count,
  bytes,
  usd: dollars,
  units: count,
  blocks: count,
  cpus: count,
  "count/min": (value) => value === null ? none : `${count(value)}/min`,
  "units/min": (value) => value === null ? none : `${count(value)}/min`,
  "usd/min": (value) => value === null ? none : `${dollars(value)}/min`,
};

export function written(unit: ShownUnit, value: number | null): string {
  return formats[unit](value);
}

/** Beside an axis; that it is per minute is said in the legend. */
export function ticked(unit: ShownUnit, value: number): string {
  return written(unit, value).replace("/min", "");
}

/** Shares near 1 are looked at from here up, so that a tenth of a per cent is seen. */
const floors = [0.99, 0.95, 0.9, 0.75, 0.5] as const;

/** Least and greatest value of the axis, for values from `min` to `max` (null: there are none). */
export function axisRange(unit: ShownUnit, min: number | null, max: number | null): [number, number] {
  if (unit === "share") return shareRange(min, max);
  const least = unit === "blocks" && min !== null && min > 10_000 ? min : Math.min(0, min ?? 0);
  const most = max ?? 0;
  if (most <= least) return [least, least + (unit === "usd/min" ? 0.001 : 1)];
  return [least, most + (most - least) * 0.08];
}

function shareRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  if (max > 0.5) return [floors.find((floor) => min >= floor) ?? 0, 1];
  return [0, max === 0 ? 0.01 : Math.min(1, max * 1.08)];
}

/** Steps of an axis of bytes: by powers of two, as their units are. Others: those of the decimal system. */
export const byteSteps: number[] = Array.from({ length: 45 }, (_, power) => 2 ** power);
