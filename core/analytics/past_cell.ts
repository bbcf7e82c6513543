// Attempts at one channel with one method within a past minute (or a longer cell), read from history's groups.

import type { Histogram } from "../measure/histogram.ts";
import { decodeHistogram } from "../measure/history/histogram_codec.ts";
import type { CellGroup } from "../measure/history/model.ts";
import { outcomeMeanings } from "../measure/outcomes.ts";
import type { AttemptOutcome } from "../measure/recorder.ts";

export interface PastCell {
  readonly provider: string;
  readonly transport: string;
  readonly method: string;
  readonly n: number;
  /** Attempts that were answered, and those that the channel failed; what says nothing about it is in neither. */
  readonly answered: number;
  readonly failed: number;
  /** Share of attempts that the provider is likely to have charged, 0..1. */
  readonly charged: number;
  /** Of those that have a time; null: none has. */
  readonly histogram: Histogram | null;
  /** Mean of the times in ms; 0 without one. */
  readonly mean: number;
}

export function pastCell({ key, n, outcomes, histogram, mean }: CellGroup): PastCell {
  let answered = 0;
  let failed = 0;
  let charged = 0;
  for (const outcome in outcomes) {
    const count = outcomes[outcome]!;
    const meaning = outcomeMeanings[outcome as AttemptOutcome];
    if (meaning === undefined) continue;
    if (meaning.evidence === "answered") answered += count;
    else if (meaning.evidence === "failed") failed += count;
    if (meaning.charged) charged += count;
  }
  const times = histogram === undefined ? null : decodeHistogram(histogram);
  return {
    provider: key.provider ?? "",
    transport: key.transport ?? "",
    method: key.name ?? "",
    n,
    answered,
    failed,
    charged: n === 0 ? 1 : charged / n,
    histogram: times === null || times.count === 0 ? null : times,
    mean: mean ?? 0,
  };
}
