// Durations, rates and sizes as scenario files write them, checked by the compiler as far as it can. Types only; the
// values are read in units.ts.

/** `"20ms"`, `"1.5s"`, `"2m"`, `"1h"`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h"}`;

/** `"300/s"`, `"60/m"` or `"60/min"`, `"1000/h"`. */
export type Rate = `${number}/${"s" | "m" | "min" | "h"}`;

/** `"512b"`, `"64kb"`, `"20mb"`, `"1gb"`: powers of 1024. */
export type Size = `${number}${"b" | "kb" | "mb" | "gb"}`;

/** So many a second, as a number, or in words. */
export type PerSecond = number | Rate;
