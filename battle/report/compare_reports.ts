// Two reports of the same scenario side by side, as data: SLO by SLO, check by check, which faults are new or gone, and
// what got worse. `battle diff` and `--baseline` show it. Two single runs: a change is named, not proven.

import type { ScenarioResult, SloResult, Verdict } from "../model/result.ts";
import type { SloKey } from "../model/scenario.ts";
import { formatChange, formatPair, unitOf } from "./format.ts";
import { scopeLabel } from "./labels.ts";

export interface SloChange {
  readonly key: SloKey;
  readonly scope: string;
  /** null: the SLO is not in that report, or nothing was measured. */
  readonly before: number | null;
  readonly after: number | null;
  readonly boundBefore: number | null;
  readonly boundAfter: number | null;
  /** after / before − 1; null where one is missing, or before is 0 and after is not. */
  readonly change: number | null;
  /** null: the SLO is not in that report. */
  readonly verdictBefore: Verdict | null;
  readonly verdictAfter: Verdict | null;
  /** Measured in both, and so much to the worse that it is not within the tolerance. */
  readonly worse: boolean;
  readonly better: boolean;
}

export interface CheckChange {
  readonly name: string;
  readonly verdictBefore: Verdict | null;
  readonly verdictAfter: Verdict | null;
}

export interface ReportSide {
  readonly scenario: string;
  readonly version: string;
  readonly startedAt: string;
  readonly seed: number;
  readonly planHash: string;
  readonly verdict: Verdict;
}

export interface ReportDiff {
  readonly before: ReportSide;
  readonly after: ReportSide;
  /** What makes the two hard to compare: another scenario, seed or plan. */
  readonly caveats: readonly string[];
  readonly slos: readonly SloChange[];
  readonly checks: readonly CheckChange[];
  /** Ids of faults that are only in the later, or only in the earlier report. */
  readonly newFaults: readonly string[];
  readonly goneFaults: readonly string[];
  /** One sentence for each thing that got worse; empty: none did. */
  readonly regressions: readonly string[];
}

export interface CompareOptions {
  /** Share by which an SLO's value may be worse before it is named; default 0.1. */
  readonly tolerance?: number;
}

export function compareReports(
  before: ScenarioResult,
  after: ScenarioResult,
  { tolerance = 0.1 }: CompareOptions = {},
): ReportDiff {
  const slos = pairs(before.slos, after.slos, sloId).map(([a, b]) => sloChange(a, b, tolerance));
  const checks = pairs(before.checks, after.checks, ({ name }) => name).map(([a, b]) => ({
    name: (a ?? b)?.name ?? "",
    verdictBefore: a?.verdict ?? null,
    verdictAfter: b?.verdict ?? null,
  }));
  const faults = pairs(faultIds(before), faultIds(after), (id) => id);
  return {
    before: side(before),
    after: side(after),
    caveats: caveats(before, after),
    slos,
    checks,
    newFaults: faults.flatMap(([a, b]) => a === null && b !== null ? [b] : []),
    goneFaults: faults.flatMap(([a, b]) => b === null && a !== null ? [a] : []),
    regressions: regressions(before, after, slos, checks),
  };
}

function side({ scenario, version, startedAt, seed, planHash, verdict }: ScenarioResult): ReportSide {
  return { scenario, version, startedAt, seed, planHash, verdict };
}

/** A fault that flaps has many stretches and one id. */
function faultIds({ faults }: ScenarioResult): string[] {
  return [...new Set(faults.map(({ fault }) => fault.id))];
}

function sloId({ key, scope }: SloResult): string {
  return JSON.stringify([key, scope.workload, scope.method, scope.provider, scope.during]);
}

/** Both lists joined by id, in the order of the later one, then what only the earlier has. */
function pairs<T>(
  before: readonly T[],
  after: readonly T[],
  idOf: (item: T) => string,
): (readonly [T | null, T | null])[] {
  const old = new Map(before.map((item) => [idOf(item), item]));
  const current = new Set(after.map(idOf));
  return [
    ...after.map((item) => [old.get(idOf(item)) ?? null, item] as const),
    ...before.filter((item) => !current.has(idOf(item))).map((item) => [item, null] as const),
  ];
}

function sloChange(a: SloResult | null, b: SloResult | null, tolerance: number): SloChange {
  const either = b ?? a;
  if (either === null) throw new RangeError("an SLO of neither report");
  const [before, after] = [a?.value ?? null, b?.value ?? null];
  const both = before !== null && after !== null;
  const change = !both ? null : before === after ? 0 : before === 0 ? null : after / before - 1;
  // What comes from nothing is worse or better by more than any share.
  const towards = !both ? 0 : change ?? Math.sign(after);
  const loss = either.direction === "min" ? -towards : towards;
  return {
    key: either.key,
    scope: scopeLabel(either.scope),
    before,
    after,
    boundBefore: a?.bound ?? null,
    boundAfter: b?.bound ?? null,
    change,
    verdictBefore: a?.verdict ?? null,
    verdictAfter: b?.verdict ?? null,
    worse: loss > tolerance,
    better: loss < -tolerance,
  };
}

function caveats(a: ScenarioResult, b: ScenarioResult): string[] {
  const found: string[] = [];
  if (a.scenario !== b.scenario) found.push(`they are of different scenarios: ${a.scenario}, ${b.scenario}`);
  if (a.seed !== b.seed) found.push(`they have different seeds: ${a.seed}, ${b.seed}`);
  if (a.planHash !== b.planHash && a.seed === b.seed) found.push("their plans are not the same");
  return found;
}

const rank: Readonly<Record<Verdict, number>> = { pass: 0, inconclusive: 1, fail: 2 };

function regressions(
  before: ScenarioResult,
  after: ScenarioResult,
  slos: readonly SloChange[],
  checks: readonly CheckChange[],
): string[] {
  const named: string[] = [];
  for (const slo of slos) {
    const fell = worsened(slo.verdictBefore, slo.verdictAfter);
    if (!fell && !slo.worse) continue;
    const what = `${slo.key} of ${slo.scope}`;
    const turn = fell ? `${slo.verdictBefore} → ${slo.verdictAfter}` : "";
    named.push(
      `${what}: ${[turn, slo.before === null ? "" : movement(slo)].filter((part) => part !== "").join(", ")}`,
    );
  }
  for (const { name, verdictBefore, verdictAfter } of checks) {
    if (worsened(verdictBefore, verdictAfter)) named.push(`${name}: ${verdictBefore} → ${verdictAfter}`);
  }
  if (named.length === 0 && worsened(before.verdict, after.verdict)) {
    named.push(`verdict: ${before.verdict} → ${after.verdict}`);
  }
  return named;
}

function worsened(before: Verdict | null, after: Verdict | null): boolean {
  return before !== null && after !== null && rank[after] > rank[before];
}

/** `210 ms → 412 ms (+96.2 %)`. */
function movement({ key, before, after, change }: SloChange): string {
  const [was, is] = formatPair(before, after, unitOf(key));
  if (after === null) return `${was} → not measured`;
  return `${was} → ${is}${change === null ? "" : ` (${formatChange(change)})`}`;
}
