// What `/api/history` can draw: each metric, of which cells it is made and how a point's value follows from them.

import type { CellGroup, SeriesKind } from "../../measure/history/model.ts";

export interface Metric {
  readonly kind: SeriesKind;
  readonly unit: "per_second" | "count" | "ratio" | "ms" | "units" | "usd" | "blocks" | "bytes" | "cpus";
  /** Of a gauge: its name in history. */
  readonly gauge?: string;
  /** What a gauge may be narrowed down by. */
  readonly of?: "process" | "chain" | "provider";
  readonly about: string;
  /** null: there was nothing to measure. `seconds`: how much time the point covers. */
  value(group: CellGroup, seconds: number): number | null;
}

type Values = Readonly<Record<string, Pick<Metric, "unit" | "about" | "value">>>;

const shareOf = (part: number, { n }: CellGroup): number | null => n === 0 ? null : part / n;

/** Of calls, and with the prefix `upstream_` of attempts. */
const figures: Values = {
  rps: { unit: "per_second", about: "a second", value: ({ n }, seconds) => n / seconds },
  n: { unit: "count", about: "count", value: ({ n }) => n },
  failed: {
    unit: "count",
    about: "that brought neither a result nor the caller's own error",
    value: ({ failed }) => failed,
  },
  success: {
    unit: "ratio",
    about: "share that did not fail",
    value: (group) => shareOf(group.n - group.failed, group),
  },
  error_ratio: { unit: "ratio", about: "share that failed", value: (group) => shareOf(group.failed, group) },
  p50_ms: { unit: "ms", about: "median time", value: ({ p50 }) => p50 },
  p90_ms: { unit: "ms", about: "90th percentile", value: ({ p90 }) => p90 },
  p95_ms: { unit: "ms", about: "95th percentile", value: ({ p95 }) => p95 },
  p99_ms: { unit: "ms", about: "99th percentile", value: ({ p99 }) => p99 },
  mean_ms: { unit: "ms", about: "mean time", value: ({ mean }) => mean },
  max_ms: { unit: "ms", about: "longest time", value: ({ max }) => max },
};

const gauges: Readonly<
  Record<string, Pick<Metric, "unit" | "about" | "of"> & { readonly show: "last" | "max" | "mean" }>
> = {
  head: { unit: "blocks", about: "head of the chain, or of a provider", of: "provider", show: "last" },
  lag_blocks: { unit: "blocks", about: "how far a provider is behind, at most", of: "provider", show: "max" },
  streams: { unit: "count", about: "streams with listeners", of: "chain", show: "last" },
  stream_clients: { unit: "count", about: "subscriptions and filters of clients", of: "chain", show: "last" },
  in_flight: { unit: "count", about: "client calls under way", of: "process", show: "max" },
  connections: { unit: "count", about: "clients' connections and WebSockets", of: "process", show: "last" },
  memory_rss: { unit: "bytes", about: "memory of the process", of: "process", show: "max" },
  heap_used: { unit: "bytes", about: "JavaScript heap in use", of: "process", show: "max" },
  loop_lag_ms: { unit: "ms", about: "how late the event loop was, at most", of: "process", show: "max" },
  cpu: { unit: "cpus", about: "CPUs in use, on average", of: "process", show: "mean" },
};

function made(): Record<string, Metric> {
  const all: Record<string, Metric> = {};
  for (const [name, { about, ...rest }] of Object.entries(figures)) {
    all[name] = { ...rest, kind: "call", about: `calls of clients: ${about}` };
    all[`upstream_${name}`] = { ...rest, kind: "attempt", about: `attempts at providers: ${about}` };
  }
  all.failovers = {
    kind: "call",
    unit: "count",
    about: "calls of clients that were answered after a failover",
    value: ({ failovers }) => failovers,
  };
  all.units = {
    kind: "attempt",
    unit: "units",
    about: "units of the providers' accounting",
    value: ({ units }) => units,
  };
  all.usd = { kind: "attempt", unit: "usd", about: "US dollars that attempts cost", value: ({ usd }) => usd };
  all.races = {
    kind: "race",
    unit: "count",
    about: "races that upstreams took part in",
    value: ({ n }) => n,
  };
  all.race_margin_ms = {
    kind: "race",
    unit: "ms",
    about: "median margin of those that lost",
    value: ({ p50 }) => p50,
  };
  for (const [name, { show, ...rest }] of Object.entries(gauges)) {
    all[name] = { ...rest, kind: "gauge", gauge: name, value: (group) => group.n === 0 ? null : group[show] };
  }
  return all;
}

export const metrics: Readonly<Record<string, Metric>> = made();
export const metricNames: readonly string[] = Object.keys(metrics);
