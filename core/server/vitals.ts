// What the process says of itself, handed in from outside: core/server reads neither memory nor processor by itself.

export interface Vitals {
  /** Bytes by kind: `rss`, `heap_used`, `heap_total` … */
  memory(): Readonly<Record<string, number>>;
  /** Ms of processor time that all its threads have used; null: not known. */
  cpuMs(): number | null;
  /** How late the event loop ran at worst in the last 15 s. */
  loopLagMs(): number;
  /** Log lines that were lost since the start. */
  logDropped(): number;
}

export const noVitals: Vitals = {
  memory: () => ({}),
  cpuMs: () => null,
  loopLagMs: () => 0,
  logDropped: () => 0,
};
