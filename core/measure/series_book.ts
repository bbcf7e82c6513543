// The series of one chain and their numbers. A series is what a sample is about (kind, provider, transport, method,
// strategy); finding one must not build text, so callers keep a slot with the series that they used last. Bounded:
// beyond `maxSeries` a method counts as `other`.

import type { CandidateCost } from "../plugins/strategy.ts";
import type { CollectedCell } from "./collected_cell.ts";
import type { SeriesKey } from "./history/model.ts";
import type { OutcomeCodes, SampleKind } from "./outcome_codes.ts";
import type { RollingFigures } from "./rolling_figures.ts";

/** Series kept apart per chain. */
export const maxSeries = 4_000;

/** Of what samples are taken; races and gauges make their cells themselves. */
export type SampleKey = SeriesKey & { readonly kind: SampleKind };

export const overflowName = "other";

export interface Series {
  /** Of the process; cells carry it. */
  readonly number: number;
  /** Of the chain; samples carry it. Never used again. */
  readonly local: number;
  readonly key: SampleKey;
  /** The strategy that it is found by: its key's. */
  readonly strategy: string;
  /** By outcome code: 1 where such a sample has failed. */
  readonly failed: Uint8Array;
  /** Where its live figures are kept. */
  readonly figures: RollingFigures;
  /** What one charged attempt costs, valid while `cost` is the candidate's; null: of no attempt. */
  cost: CandidateCost | null;
  units: number;
  usd: number;
  /** The cell of the open second; null before its first sample in it. */
  cell: CollectedCell | null;
}

/** The series that a caller used last, and others by strategy. */
export interface SeriesSlot {
  series: Series | null;
  others: Map<string, Series> | null;
}

export function emptySlot(): SeriesSlot {
  return { series: null, others: null };
}

/** The slot's series of that strategy, which it gives first from then on; null: it has none. */
export function fromSlot(slot: SeriesSlot, strategy: string): Series | null {
  if (slot.series !== null && slot.series.strategy === strategy) return slot.series;
  const other = slot.others?.get(strategy);
  return other === undefined ? null : slot.series = other;
}

/** Numbers of series, counted through the process. */
export class SeriesNumbers {
  #next = 0;

  take(): number {
    return this.#next++;
  }
}

export class SeriesBook {
  readonly #numbers: SeriesNumbers;
  readonly #codes: OutcomeCodes;
  readonly #figuresOf: (key: SampleKey) => RollingFigures;
  readonly #byText = new Map<string, Series>();
  /** By local number; null: no longer kept. */
  readonly #series: (Series | null)[] = [];

  constructor(
    numbers: SeriesNumbers,
    codes: OutcomeCodes,
    figuresOf: (key: SampleKey) => RollingFigures,
  ) {
    this.#numbers = numbers;
    this.#codes = codes;
    this.#figuresOf = figuresOf;
  }

  get size(): number {
    return this.#byText.size;
  }

  /** By a sample's number; null when its provider is gone. */
  at(local: number): Series | null {
    return this.#series[local] ?? null;
  }

  /** The series of that key, made with its first use; with another name when there is no room. */
  of(key: SampleKey): Series {
    const known = this.#byText.get(textOf(key));
    if (known !== undefined) return known;
    if (this.#byText.size < maxSeries || key.name === overflowName) return this.#add(key);
    return this.of({ ...key, name: overflowName });
  }

  /** Puts the series of that key into the slot, beside those of other strategies. */
  addTo(slot: SeriesSlot, key: SampleKey): Series {
    const last = slot.series;
    const series = slot.series = this.of(key);
    if (last !== null) {
      slot.others ??= new Map([[last.strategy, last]]);
      slot.others.set(key.strategy, series);
    }
    return series;
  }

  /** Forgets the series of which `keeps` says no. */
  retain(keeps: (key: SampleKey) => boolean): void {
    for (const [text, series] of this.#byText) {
      if (keeps(series.key)) continue;
      this.#byText.delete(text);
      this.#series[series.local] = null;
    }
  }

  #add(key: SampleKey): Series {
    const series: Series = {
      number: this.#numbers.take(),
      local: this.#series.length,
      key,
      strategy: key.strategy,
      failed: this.#codes.failed(key.kind),
      figures: this.#figuresOf(key),
      cost: null,
      units: 0,
      usd: 0,
      cell: null,
    };
    this.#series.push(series);
    this.#byText.set(textOf(key), series);
    return series;
  }
}

function textOf({ kind, provider, transport, name, strategy }: SampleKey): string {
  return `${kind}\n${provider}\n${transport}\n${name}\n${strategy}`;
}
