// Values that go up and down, as cells: asked of their owners once a second by Collector, kept till the second is
// handed on. Names are Lasso's own, chains and providers those of the configuration.

import type { Log } from "../log.ts";
import type { Cell, SeriesKey } from "./history/model.ts";
import type { SeriesNumbers } from "./series_book.ts";
import { ToldOnce } from "./told_once.ts";

/** Takes a value. `chain` is "" of what concerns the process, `provider` "" of what concerns a whole chain. */
export type GaugeSink = (chain: string, provider: string, name: string, value: number) => void;

/** Tells the values that it owns, at each call; what is not known is left out. What it throws is logged, once. */
export type GaugeSource = (set: GaugeSink) => void;

const noOutcomes: Map<string, number> = new Map();

class GaugeCell implements Cell {
  readonly series: number;
  readonly key: SeriesKey;
  n = 0;
  readonly failed = 0;
  readonly failovers = 0;
  readonly units = 0;
  readonly usd = 0;
  sum = 0;
  max = 0;
  last = 0;
  readonly outcomes = noOutcomes;
  readonly histogram = null;

  constructor(series: number, key: SeriesKey) {
    this.series = series;
    this.key = key;
  }

  set(value: number): void {
    this.max = this.n === 0 ? value : Math.max(this.max, value);
    this.sum += value;
    this.last = value;
    this.n++;
  }

  clear(): void {
    this.n =
      this.sum =
      this.max =
      this.last =
        0;
  }
}

export class GaugeBook {
  readonly #numbers: SeriesNumbers;
  /** By chain, provider and name. */
  readonly #cells = new Map<string, Map<string, Map<string, GaugeCell>>>();
  readonly #sources: { readonly source: GaugeSource; readonly boundary: ToldOnce }[] = [];
  readonly #log: Log;
  readonly #active: GaugeCell[] = [];
  readonly #set: GaugeSink = (chain, provider, name, value) => this.#take(chain, provider, name, value);

  constructor(numbers: SeriesNumbers, log: Log) {
    this.#numbers = numbers;
    this.#log = log;
  }

  add(source: GaugeSource): void {
    this.#sources.push({ source, boundary: new ToldOnce("gauges", this.#log) });
  }

  /** Asks all sources. The cells are valid until `release`. */
  read(into: Cell[]): void {
    for (const { source, boundary } of this.#sources) boundary.call(() => source(this.#set));
    for (const cell of this.#active) into.push(cell);
  }

  release(): void {
    for (const cell of this.#active) cell.clear();
    this.#active.length = 0;
  }

  forget(chain: string): void {
    this.#cells.delete(chain);
  }

  /** Forgets the chain's providers that are not listed. */
  retain(chain: string, providers: ReadonlySet<string>): void {
    const known = this.#cells.get(chain);
    if (known === undefined) return;
    for (const provider of known.keys()) {
      if (provider !== "" && !providers.has(provider)) known.delete(provider);
    }
  }

  #take(chain: string, provider: string, name: string, value: number): void {
    if (!Number.isFinite(value)) return;
    let providers = this.#cells.get(chain);
    if (providers === undefined) this.#cells.set(chain, providers = new Map());
    let names = providers.get(provider);
    if (names === undefined) providers.set(provider, names = new Map());
    let cell = names.get(name);
    if (cell === undefined) {
      const key: SeriesKey = { kind: "gauge", chain, provider, transport: "", name, strategy: "" };
      names.set(name, cell = new GaugeCell(this.#numbers.take(), key));
    }
    if (cell.n === 0) this.#active.push(cell);
    cell.set(value);
  }
}
