// What the process itself uses: asked by scrapes, and kept as history once a second.

import process from "node:process";
import type { GaugeSource } from "./gauge_book.ts";
import type { LoopLag } from "./loop_lag.ts";

/** Memory of this process in bytes, by the kinds of `lasso_memory_bytes`. */
export function processMemory(): Readonly<Record<string, number>> {
  const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
  return { rss, heap_used: heapUsed, heap_total: heapTotal, external };
}

/** Ms of processor time that all threads of this process have used. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface ProcessSource {
  readonly clock: { now(): number };
  readonly memory: () => Readonly<Record<string, number>>;
  readonly cpuMs?: () => number;
}

/**
 * Gauges `memory_rss` and `heap_used` (bytes), `loop_lag_ms` (the worst of the last second) and `cpu` (processors in
 * use since the gauge before, 1 = one of them all of the time).
 */
export function processGauges({ clock, memory, cpuMs }: ProcessSource, lag: LoopLag): GaugeSource {
  let seenAt = clock.now();
  let seenMs = cpuMs?.() ?? 0;
  return (set) => {
    const { rss, heap_used } = memory();
    if (rss !== undefined) set("", "", "memory_rss", rss);
    if (heap_used !== undefined) set("", "", "heap_used", heap_used);
    set("", "", "loop_lag_ms", lag.newestMs);
    if (cpuMs === undefined) return;
    const now = clock.now();
    const usedMs = cpuMs();
    if (now > seenAt) set("", "", "cpu", (usedMs - seenMs) / (now - seenAt));
    seenAt = now;
    seenMs = usedMs;
  };
}
