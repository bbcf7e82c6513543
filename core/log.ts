// The log as the rest of core sees it. `core/measure/log_writer.ts` writes it; nothing here waits for I/O.

export type Level = "debug" | "info" | "warn" | "error";

export interface Log {
  enabled(level: Level): boolean;
  /** One JSON line; `fields` must hold no secrets. */
  write(level: Level, event: string, fields: Readonly<Record<string, unknown>>): void;
  /** A line that the caller made itself (the hot path): a whole JSON object as wire text, without a line end. */
  line(level: Level, wire: string): void;
}

export const silentLog: Log = { enabled: () => false, write: () => {}, line: () => {} };
