// Figures as people read them: three significant digits with a unit, never rounded up to a whole that is not reached
// (99.96 % is not 100 %), and – where nothing is known. Every figure on the page goes through here.

/** Stands where there is no figure; the reason belongs beside it. */
export const none = "–";

/** Three significant digits, thousands by k, M, G: 0, 0.42, 7.05, 312, 4.21k. */
export function count(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return none;
  const size = Math.abs(value);
  if (size >= 999.5e6) return `${three(value / 1e9)}G`;
  if (size >= 999.5e3) return `${three(value / 1e6)}M`;
  if (size >= 9999.5) return `${three(value / 1e3)}k`;
  return size >= 100 || Number.isInteger(value) ? String(Math.round(value)) : three(value);
}

/** With separators, for what is compared digit by digit: block heights. */
export function exact(value: number | null): string {
  return value === null ? none : value.toLocaleString("en-US");
}

/** A share 0..1 in per cent. Rounded away from 0 and from 100, which stand for exactly that. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return none;
  if (share <= 0) return "0 %";
  if (share >= 1) return "100 %";
  const value = share * 100;
  if (value > 99) return `${cut(value, value > 99.9 ? 3 : 2)} %`;
  return value < 0.01 ? "< 0.01 %" : `${three(value)} %`;
}

/** Milliseconds: 0.42 ms, 12.3 ms, 4.21 s, 2 min. */
export function millis(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return none;
  if (ms < 0.0005) return "0 ms";
  if (ms < 1000) return `${three(ms)} ms`;
  return ms < 120_000 ? `${three(ms / 1000)} s` : span(ms);
}

/** Per second. */
export function rate(perSecond: number | null): string {
  return perSecond === null ? none : `${count(perSecond)}/s`;
}

export function bytes(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return none;
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  let rest = value;
  while (Math.abs(rest) >= 999.5 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(rest) : three(rest)} ${units[unit]}`;
}

/** US dollars: $0, $0.00562, $4.21, $12.3k. A thousand calls cost cents. */
export function dollars(usd: number | null): string {
  if (usd === null || !Number.isFinite(usd)) return none;
  const size = Math.abs(usd);
  const sign = usd < 0 ? "-" : "";
  if (size === 0) return "$0";
  if (size < 0.00001) return sign === "" ? "< $0.00001" : "> -$0.00001";
  if (size >= 1000) return `${sign}$${count(size)}`;
  if (size >= 1) return `${sign}$${size.toFixed(2)}`;
  const digits = 2 - Math.floor(Math.log10(size));
  return `${sign}$${size.toFixed(Math.min(digits, 7)).replace(/0+$/, "").replace(/\.$/, "")}`;
}

/** A length of time in at most two units: 8 s, 3 min 20 s, 2 h 5 min, 4 d 2 h. */
export function span(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return none;
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return two(minutes, "min", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? two(hours, "h", minutes % 60, "min")
    : two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function three(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded) || 1)));
  const text = rounded.toFixed(Math.min(digits, 3));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Cut, not rounded, to so many decimals. */
function cut(value: number, decimals: number): string {
  const scale = 10 ** decimals;
  return String(Math.floor(value * scale + 1e-9) / scale);
}
