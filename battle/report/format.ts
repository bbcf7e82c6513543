// Numbers for people: with their unit, three significant digits, and never rounded so that they seem to reach a bound
// that they miss.

import type { SloKey } from "../model/scenario.ts";

export type Unit = "ms" | "ratio" | "per_second" | "mb" | "count";

/** What stands where nothing was measured. */
export const nothing = "–";

export function unitOf(key: SloKey): Unit {
  if (key === "success_rate" || key === "availability" || key === "error_rate" || key === "hedge_ratio") {
    return "ratio";
  }
  if (key === "throughput_rps") return "per_second";
  if (key.endsWith("_ms")) return "ms";
  return key.endsWith("_mb") ? "mb" : "count";
}

export function formatValue(value: number | null, unit: Unit, digits = 3): string {
  if (value === null) return nothing;
  if (unit === "ms") return formatMs(value, digits);
  if (unit === "ratio") return formatShare(value, digits);
  if (unit === "per_second") return `${formatNumber(value, digits)}/s`;
  return unit === "mb" ? `${formatNumber(value, digits)} MB` : formatNumber(value, digits);
}

/** Two values, such as one and its bound, with as many digits as it takes to tell them apart. */
export function formatPair(
  value: number | null,
  bound: number | null,
  unit: Unit,
): readonly [string, string] {
  for (let digits = 3; digits < 12; digits++) {
    const pair = [formatValue(value, unit, digits), formatValue(bound, unit, digits)] as const;
    if (pair[0] !== pair[1] || value === bound) return pair;
  }
  const exact = (number: number | null): string => `${number ?? nothing}${unit === "ms" ? " ms" : ""}`;
  return [exact(value), exact(bound)];
}

/** `0.42 ms`, `35.1 ms`, `1.24 s`, `95 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatMs(ms: number | null, digits = 3): string {
  if (ms === null) return nothing;
  if (Math.abs(ms) < 999.5) return `${significant(ms, digits)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 120) return `${significant(seconds, digits)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return joined(minutes, "min", Math.round(seconds) - minutes * 60, "s");
  const hours = Math.floor(Math.round(seconds / 60) / 60);
  return joined(hours, "h", Math.round(seconds / 60) - hours * 60, "min");
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** A share 0..1 as `99.97 %`: 100 % and 0 % only where it is exactly so. */
export function formatShare(share: number | null, digits = 3): string {
  if (share === null) return nothing;
  const percent = share * 100;
  for (let decimals = Math.max(2, digits - 1); decimals < 10; decimals++) {
    const text = percent.toFixed(decimals);
    const full = Number(text) === 100 && share !== 1;
    const none = Number(text) === 0 && share !== 0;
    if (!full && !none) return `${trimZeros(text)} %`;
  }
  return `${percent} %`;
}

/** A share as a whole percent, for lists in which small differences do not matter: `72 %`, `<1 %`. */
export function formatRoughShare(share: number): string {
  if (share > 0 && share < 0.005) return "<1 %";
  if (share < 1 && share >= 0.995) return ">99 %";
  return `${Math.round(share * 100)} %`;
}

/** `36,012`, `400`, `1.04`. */
export function formatNumber(value: number | null, digits = 3): string {
  if (value === null) return nothing;
  return Number.isInteger(value) ? grouped(`${value}`) : significant(value, digits);
}

/** `+12.5 %`, `−3 %`; below 0.05 % `±0 %`. */
export function formatChange(change: number | null): string {
  if (change === null) return nothing;
  if (Math.abs(change) < 0.000_5) return "±0 %";
  return `${change > 0 ? "+" : "−"}${significant(Math.abs(change) * 100, 3)} %`;
}

/** A moment of the run: `20.04 s`, from 20 minutes on `1:02:03`. */
export function formatAt(ms: number): string {
  if (Math.abs(ms) < 1_200_000) return `${trimZeros((ms / 1_000).toFixed(2))} s`;
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number): string => `${value}`.padStart(2, "0");
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function significant(value: number, digits: number): string {
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  const text = value.toFixed(Math.min(12, Math.max(0, digits - 1 - size)));
  return grouped(trimZeros(text));
}

function trimZeros(text: string): string {
  const trimmed = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return trimmed === "-0" ? "0" : trimmed;
}

function grouped(text: string): string {
  const [whole = "", ...fraction] = text.split(".");
  return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, ","), ...fraction].join(".");
}
