// What the measurement's tests share: candidates, a meter on virtual time, and draws of plausible latencies.

import type { VirtualClock } from "../../../core/virtual_clock.ts";
import type { Candidate } from "../../../core/plugins/strategy.ts";
import type { Random } from "../../../core/random.ts";
import { Histogram } from "../../../core/measure/histogram.ts";
import type { Cell, CellSink } from "../../../core/measure/history/model.ts";
import { Meter } from "../../../core/measure/meter.ts";

export function candidate(provider: string, over: Partial<Candidate> = {}): Candidate {
  return {
    id: `${provider}:${over.transport ?? "http"}`,
    provider,
    transport: "http",
    type: "public",
    priority: 1,
    position: 0,
    group: "main",
    cost: { perCall: 1, methods: {}, usdPerMillion: null },
    inFlight: 0,
    breaker: "closed",
    head: null,
    lagBlocks: null,
    ...over,
  };
}

export function meterOn(clock: VirtualClock, cells?: CellSink): Meter {
  return new Meter({
    clock,
    ...(cells === undefined ? {} : { cells }),
    build: { version: "1.2.3", deno: "2.9.6", v8: "15", typescript: "6" },
    memory: () => ({ rss: 4096, heap_used: 10, heap_total: 20, external: 5 }),
  });
}

/** Lognormal around `median` ms, by the Box-Muller transform. */
export function lognormal(random: Random, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return median * Math.exp(sigma * normal);
}

/** Keeps copies of the cells that it is told. */
export class CellLog implements CellSink {
  readonly seconds: { readonly at: number; readonly cells: readonly Cell[] }[] = [];

  second(at: number, cells: Iterable<Cell>): void {
    this.seconds.push({ at, cells: Array.from(cells, copyOf) });
  }

  /** All cells but gauges, or those of that kind. */
  cells(kind?: Cell["key"]["kind"]): Cell[] {
    return this.seconds.flatMap(({ cells }) => cells).filter((cell) =>
      kind === undefined ? cell.key.kind !== "gauge" : cell.key.kind === kind
    );
  }

  sum(of: (cell: Cell) => number, kind?: Cell["key"]["kind"]): number {
    return this.cells(kind).reduce((sum, cell) => sum + of(cell), 0);
  }
}

function copyOf(cell: Cell): Cell {
  const histogram = cell.histogram === null ? null : new Histogram();
  if (cell.histogram !== null) histogram?.merge(cell.histogram);
  const { series, key, n, failed, failovers, units, usd, sum, max, last } = cell;
  const outcomes = new Map(cell.outcomes);
  return { series, key, n, failed, failovers, units, usd, sum, max, last, outcomes, histogram };
}
