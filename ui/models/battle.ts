// Battle reports as the Battle tab shows them: the parts that are read, and what its timeline draws. Pure.

import { count, millis, percent, rate } from "../format/number.ts";

/** A row of /api/battles. */
export interface BattleRow {
  readonly id: string;
  readonly scenario: string | null;
  readonly verdict: string | null;
  readonly at: string;
  readonly bytes: number;
  readonly problem: string | null;
  /** Whether the same is there as a page. */
  readonly html: boolean;
}

export interface SloScope {
  readonly workload: string | null;
  readonly method: string | null;
  readonly provider: string | null;
  readonly during: string | null;
}

export interface Slo {
  readonly key: string;
  readonly scope: SloScope;
  readonly bound: number;
  readonly direction: "min" | "max";
  readonly value: number | null;
  readonly samples: number;
  readonly verdict: string;
  readonly reason: string | null;
}

export interface BattleFault {
  readonly fault: {
    readonly id: string;
    readonly fault: { readonly kind: string };
    readonly provider: string | null;
    readonly start_us: number;
    readonly end_us: number;
  };
  readonly detection_ms: number | null;
  readonly shift_ms: number | null;
  readonly recovery_ms: number | null;
  readonly failover: { readonly n: number; readonly p50_ms: number; readonly p99_ms: number } | null;
  /** Share of its requests that failed. */
  readonly blast: number;
}

export interface Point {
  readonly at_ms: number;
  readonly requests: number;
  readonly failures: number;
  readonly failovers: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly picks: Readonly<Record<string, number>>;
}

/** What is read of a report (battle/report/report_schema.ts has all of it). */
export interface Report {
  readonly scenario: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly seed: number;
  readonly started_at: string;
  readonly version: string;
  readonly duration_ms: number;
  readonly command: string;
  readonly slos: readonly Slo[];
  readonly checks: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly details: readonly string[];
  }[];
  readonly faults: readonly BattleFault[];
  readonly timeline: readonly Point[];
  readonly breakers: readonly { readonly at_ms: number; readonly channel: string; readonly state: string }[];
  readonly unexplained: readonly string[];
}

export interface Span {
  /** Milliseconds from the end of the warm-up. */
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

export interface SpanLane {
  readonly label: string;
  readonly spans: readonly Span[];
}

/** The axis' end in ms; a point covers its second. */
export function endOf({ duration_ms, timeline, faults }: Report): number {
  const points = timeline.length === 0 ? 0 : timeline.at(-1)!.at_ms + pointMs(timeline);
  return Math.max(1, duration_ms, points, ...faults.map(({ fault }) => fault.end_us / 1_000));
}

/** The width of a point. */
export function pointMs(timeline: readonly Point[]): number {
  const [first, second] = timeline;
  return first === undefined || second === undefined ? 1_000 : Math.max(1, second.at_ms - first.at_ms);
}

/** A lane for each kind of fault at a provider; one that strikes again and again is one lane. */
export function faultLanes({ faults }: Report): SpanLane[] {
  const lanes = new Map<string, Span[]>();
  for (const { fault: { fault, provider, start_us, end_us } } of faults) {
    const label = `${fault.kind.replaceAll("_", " ")}${provider === null ? "" : ` ${provider}`}`;
    const span = { from: start_us / 1_000, to: end_us / 1_000, what: label };
    lanes.set(label, [...lanes.get(label) ?? [], span]);
  }
  return [...lanes].map(([label, spans]) => ({ label, spans }));
}

/** The time in which any fault held, as spans that do not overlap. */
export function faultBands(report: Report): Span[] {
  const spans = faultLanes(report).flatMap((lane) => lane.spans).sort((a, b) => a.from - b.from);
  const bands: Span[] = [];
  for (const { from, to } of spans) {
    const last = bands.at(-1);
    if (last === undefined || from > last.to) bands.push({ from, to, what: "fault" });
    else bands[bands.length - 1] = { ...last, to: Math.max(last.to, to) };
  }
  return bands;
}

/** A lane for each channel whose breaker was not closed all the time. */
export function breakerLanes({ breakers }: Report, end: number): SpanLane[] {
  const lanes = new Map<string, Span[]>();
  const since = new Map<string, { at: number; state: string }>();
  const finish = (channel: string, to: number): void => {
    const begun = since.get(channel);
    if (begun === undefined || begun.state === "closed") return;
    const span = { from: begun.at, to, what: begun.state.replace("_", " ") };
    lanes.set(channel, [...lanes.get(channel) ?? [], span]);
  };
  for (const { at_ms, channel, state } of [...breakers].sort((a, b) => a.at_ms - b.at_ms)) {
    finish(channel, at_ms);
    since.set(channel, { at: at_ms, state });
  }
  for (const channel of since.keys()) finish(channel, end);
  return [...lanes].map(([label, spans]) => ({ label, spans }));
}

/** A line through the middle of each point, in a box of `end` by 100; `top` is the value at its upper edge. */
export function linePath(
  timeline: readonly Point[],
  value: (point: Point) => number | null,
  top: number,
): string {
  const half = pointMs(timeline) / 2;
  let path = "";
  let pen = "M";
  for (const point of timeline) {
    const y = value(point);
    if (y === null) {
      pen = "M";
      continue;
    }
    path += `${pen}${point.at_ms + half} ${(100 - y / (top || 1) * 100).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

/** Providers by their picks in all, the most first. */
export function pickedProviders({ timeline }: Report): string[] {
  const sums = new Map<string, number>();
  for (const { picks } of timeline) {
    for (const [name, n] of Object.entries(picks)) sums.set(name, (sums.get(name) ?? 0) + n);
  }
  return [...sums].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([name]) => name);
}

/** A value of an SLO in the unit that its key names. */
export function sloFigure(key: string, value: number | null): string {
  if (key.endsWith("_ms")) return millis(value);
  if (key.endsWith("_mb")) return value === null ? "–" : `${count(value)} MB`;
  if (key.endsWith("_rps")) return rate(value);
  if (/_rate$|availability|_ratio$/.test(key)) return percent(value);
  return count(value);
}

/** `p99 latency`, `failover`: the unit stands with the figure. */
export function sloName(key: string): string {
  return key.replace(/_(ms|mb|rps)$/, "").replaceAll("_", " ");
}

export function scopeText({ workload, method, provider, during }: SloScope): string {
  const when = during === null ? null : during === "calm" ? "outside faults" : `during ${during}`;
  const parts = [workload, method, provider, when].filter((part) => part !== null);
  return parts.length === 0 ? "the whole run" : parts.join(", ");
}
