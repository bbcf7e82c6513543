// Compares our side to the baseline by paired rounds, run as A B B A so that what drifts on the machine hits both. The
// change is the median of the pairs' ratios, its interval a bootstrap of the pairs.

import type { ComparisonResult, Verdict } from "../model/result.ts";
import { type Comparison, minima, type SloKey } from "../model/scenario.ts";
import { bootstrapInterval, median, widened } from "./bootstrap.ts";

export const noDifference = "no difference can be seen at this sample size";

/** Sides of the rounds in the order in which they are run: A B B A, again and again. `pairs` of each side. */
export function roundOrder(pairs: number): readonly ("ours" | "baseline")[] {
  return Array.from(
    { length: pairs },
    (_, pair) => pair % 2 === 0 ? ["ours", "baseline"] as const : ["baseline", "ours"] as const,
  ).flat();
}

/**
 * `ours[i]` and `baseline[i]` are the metric's values in one pair of rounds; null where it could not be measured. Passes
 * where the whole interval is within `maxRegression`, fails where it is beyond, otherwise it is inconclusive. A metric
 * that is a minimum (success_rate …) regresses by falling.
 */
export function compareRounds(
  { metric, maxRegression }: Pick<Comparison, "metric" | "maxRegression">,
  ours: readonly (number | null)[],
  baseline: readonly (number | null)[],
  seed: number,
): ComparisonResult {
  const pairs = ours.flatMap((value, round) => {
    const other = baseline[round] ?? null;
    return value === null || other === null ? [] : [[value, other] as const];
  });
  const of = (side: 0 | 1): number | null =>
    pairs.length === 0 ? null : median(pairs.map((pair) => pair[side]));
  const result = { metric, ours: of(0), baseline: of(1) };
  const unknown = (text: string, change: number | null = null): ComparisonResult => ({
    ...result,
    change,
    interval: null,
    verdict: "inconclusive",
    text,
  });
  if (pairs.length === 0) return unknown(`${metric} was measured in no pair of rounds`);
  if (pairs.every(([a, b]) => a === 0 && b === 0)) {
    return { ...result, change: 0, interval: [0, 0], verdict: "pass", text: `${metric} was 0 on both sides` };
  }
  if (pairs.some(([, b]) => b === 0)) {
    return unknown(`${metric} was 0 in a round of the baseline: a change has no share of it`);
  }
  const changes = pairs.map(([a, b]) => a / b - 1);
  const change = median(changes);
  if (pairs.length < 2) return unknown(`one pair of rounds tells nothing: ${noDifference}`, change);
  const interval = widened(bootstrapInterval(changes, median, seed), change, pairs.length);
  const verdict = verdictOf(metric, interval, maxRegression);
  return { ...result, change, interval, verdict, text: textOf(metric, change, interval, pairs.length) };
}

function verdictOf(metric: SloKey, [low, high]: readonly [number, number], most: number): Verdict {
  const [least, worst] = minima.has(metric) ? [-high, -low] : [low, high];
  // Rounding must not turn a change of exactly the allowed share into a failure.
  const slack = 1e-12;
  if (worst <= most + slack) return "pass";
  return least > most + slack ? "fail" : "inconclusive";
}

function textOf(
  metric: SloKey,
  change: number,
  [low, high]: readonly [number, number],
  pairs: number,
): string {
  const range = `${percent(low)} to ${percent(high)} by ${pairs} pairs of rounds`;
  if (low <= 0 && high >= 0) return `${metric}: ${noDifference} (${range})`;
  const isBetter = minima.has(metric) ? change > 0 : change < 0;
  return `${metric} is ${percent(change)} (${range}): ${isBetter ? "better" : "worse"} than the baseline`;
}

function percent(share: number): string {
  const value = (100 * share).toFixed(1);
  return `${share > 0 ? "+" : ""}${value === "-0.0" ? "0.0" : value} %`;
}
