// What is measured of one provider's races of one event type: the figures of 24 hours, and the cell of the running
// second for history. Written by the race book when a race is over.

import { Histogram } from "../histogram.ts";
import type { Cell, SeriesKey } from "../history/model.ts";
import { RaceFigures } from "./race_figures.ts";

export class RaceSeries {
  readonly event: string;
  readonly provider: string;
  readonly transport: "http" | "ws";
  readonly figures = new RaceFigures();
  readonly cell: Cell;

  /** `series`: the number that its cells carry. */
  constructor(
    chain: string,
    event: string,
    provider: string,
    transport: "http" | "ws",
    series: number,
  ) {
    this.event = event;
    this.provider = provider;
    this.transport = transport;
    const key: SeriesKey = { kind: "race", chain, provider, transport, name: event, strategy: "" };
    this.cell = {
      series,
      key,
      n: 0,
      failed: 0,
      failovers: 0,
      units: 0,
      usd: 0,
      sum: 0,
      max: 0,
      last: 0,
      outcomes: new Map(),
      histogram: new Histogram(),
    };
  }

  won(hour: number): void {
    this.figures.won(hour);
    this.#count("win");
  }

  lost(hour: number, marginMs: number): void {
    this.figures.lost(hour, marginMs);
    this.#count("loss");
    const { cell } = this;
    cell.sum += marginMs;
    cell.max = Math.max(cell.max, marginMs);
    cell.last = marginMs;
    cell.histogram!.record(marginMs);
  }

  missed(hour: number): void {
    this.figures.missed(hour);
    this.#count("missed");
    this.cell.failed++;
  }

  /** The second is told: the cell begins anew. */
  clearCell(): void {
    const { cell } = this;
    cell.n =
      cell.failed =
      cell.sum =
      cell.max =
      cell.last =
        0;
    cell.outcomes.clear();
    cell.histogram!.clear();
  }

  #count(outcome: "win" | "loss" | "missed"): void {
    const { cell } = this;
    cell.n++;
    cell.outcomes.set(outcome, (cell.outcomes.get(outcome) ?? 0) + 1);
  }
}
