// The widths in which figures are kept, each made from the one before it, and how long each is kept. Five minutes lie
// between a minute and an hour so that a day in 300 points needs no reading of 1,440 minutes.

/** Milliseconds, finest first. */
export const levels = [1_000, 60_000, 300_000, 3_600_000] as const;

export type Level = typeof levels[number];

/** How much is kept. Times in ms. */
export interface Limits {
  /** How long the figures of each level are kept. */
  readonly keepMs: Readonly<Record<Level, number>>;
  /** Rows; when there are more, the oldest tenth goes. */
  readonly rows: Readonly<Record<"events" | "calls" | "races" | "dead_letters", number>>;
  /**
   * Bytes for each chain of all, and of rows among it; beyond it the oldest tenth of the minutes and five minutes, or of
   * the rows, goes before its time. null: no bound.
   */
  readonly bytesPerChain: { readonly all: number; readonly rows: number } | null;
}

const hour = 3_600_000;
const day = 24 * hour;

export const fileLimits: Limits = {
  keepMs: { 1_000: hour, 60_000: 7 * day, 300_000: 8 * day, 3_600_000: 366 * day },
  rows: { events: 200_000, calls: 200_000, races: 50_000, dead_letters: 10_000 },
  bytesPerChain: null,
};

/** With no file: a chain gets along with 10 MB, of which what the main thread measures takes up to 5. */
export const memoryLimits: Limits = {
  keepMs: { 1_000: 5 * 60_000, 60_000: day + hour, 300_000: day + hour, 3_600_000: 366 * day },
  rows: { events: 20_000, calls: 10_000, races: 5_000, dead_letters: 1_000 },
  bytesPerChain: { all: 4_000_000, rows: 1_300_000 },
};
