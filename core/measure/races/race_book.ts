// Event racing: which provider brings a stream's events first, and by how much the others are late. Streams tell every
// copy; when a race is over it is counted (figures of 24 hours, cells for history) and told (rows, feed). Lives as long
// as the process; keyed by chain and provider, so a reload that keeps a provider keeps its standing.

import type { Clock } from "../../clock.ts";
import { messageOf } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { RaceStats } from "../../plugins/strategy.ts";
import { maskText } from "../../redact.ts";
import { guardCall } from "../../supervise.ts";
import type { CellSink, History, OpenRace, RaceBoard, RaceRank } from "../history/model.ts";
import type { Racer, RaceRecorder, RaceTrack } from "../recorder.ts";
import { ChainRaces } from "./chain_races.ts";
import type { Race } from "./race.ts";
import { RaceCells } from "./race_cells.ts";
import { hourMs, hoursKept } from "./race_figures.ts";
import { RaceNews, type RaceNewsHost, resultOf } from "./race_news.ts";
import type { RaceSeries } from "./race_series.ts";
import { RaceStandings } from "./race_standings.ts";

export interface RaceBookOptions extends RaceNewsHost {
  readonly clock: Clock;
  readonly log: Log;
  /** Where figures go by seconds; null: nowhere. */
  readonly cells: CellSink | null;
  /** Numbers of series, counted through the process. */
  readonly numbers: { take(): number };
}

interface ChainBook {
  readonly races: ChainRaces;
  readonly standings: RaceStandings;
}

export class RaceBook implements RaceRecorder, RaceBoard, Disposable {
  readonly #options: RaceBookOptions;
  readonly #chains = new Map<string, ChainBook>();
  readonly #cells: RaceCells;
  readonly #news: RaceNews;

  constructor(options: RaceBookOptions) {
    this.#options = options;
    this.#cells = new RaceCells(options.clock, options.cells);
    this.#news = new RaceNews(options);
  }

  track(chain: string, event: string, blockTimeMs: () => number): RaceTrack {
    return this.#of(chain).races.stream(event, blockTimeMs);
  }

  /** What a chain's view asks: the live standing of a provider; see `StrategyView.race`. */
  standing(chain: string, provider: string, transport: "http" | "ws", event: string): RaceStats | null {
    return this.#chains.get(chain)?.standings.of(provider, transport, event) ?? null;
  }

  open(chain: string | null, limit: number): readonly OpenRace[] {
    const { clock } = this.#options;
    const offsetMs = clock.wallNow() - clock.now();
    const found: OpenRace[] = [];
    for (const [name, { races }] of this.#chains) {
      if (chain !== null && chain !== name) continue;
      for (const race of races.open(limit)) {
        found.push({ ...resultOf(name, race, offsetMs), closesAt: Math.round(race.closesAt + offsetMs) });
      }
    }
    return found.sort((a, b) => b.at - a.at).slice(0, limit);
  }

  ranking(chain: string, event: string | null): readonly RaceRank[] {
    return this.#chains.get(chain)?.standings.ranking(event) ?? [];
  }

  get cutShort(): number {
    let sum = 0;
    for (const { races } of this.#chains.values()) sum += races.cutShort;
    return sum;
  }

  /** Forgets a chain that is served no longer. */
  forget(chain: string): void {
    this.#cells.flush();
    this.#chains.get(chain)?.races[Symbol.dispose]();
    this.#chains.delete(chain);
    this.#news.forget(chain);
  }

  /** Forgets the standings of a chain's providers that are not listed (after a reload). */
  retain(chain: string, providers: ReadonlySet<string>): void {
    this.#cells.flush();
    this.#chains.get(chain)?.standings.retain(providers);
  }

  /**
   * Takes over what earlier processes measured in the last 24 hours, of providers for which `isServed` holds. Resolves
   * always: what can't be had is logged.
   */
  async restore(
    history: Pick<History, "cells">,
    isServed: (chain: string, provider: string) => boolean,
  ): Promise<void> {
    const now = this.#options.clock.wallNow();
    const from = (Math.floor(now / hourMs) - hoursKept + 1) * hourMs;
    // With the second that is running: the process before may have raced in it, this one has told nothing yet.
    const to = (Math.floor(now / 1000) + 1) * 1000;
    try {
      const by = ["chain", "provider", "transport", "name"] as const;
      const { groups } = await history.cells({ kind: "race", from, to, stepMs: hourMs, by });
      for (const { at, key, outcomes, mean } of groups) {
        const { chain = "", provider = "", transport, name = "" } = key;
        if (!isServed(chain, provider)) continue;
        const { win = 0, loss = 0, missed = 0 } = outcomes;
        const series = this.#of(chain).standings.series(name, provider, transport === "http" ? "http" : "ws");
        series.figures.restore(Math.floor(at / hourMs), win, loss, missed, (mean ?? 0) * loss);
      }
    } catch (thrown) {
      this.#options.log.write("warn", "races.not_restored", { error: maskText(messageOf(thrown)) });
    }
  }

  /** Open races end without a verdict; what was counted is handed on. */
  [Symbol.dispose](): void {
    for (const { races } of this.#chains.values()) races[Symbol.dispose]();
    this.#chains.clear();
    this.#cells.flush();
  }

  #of(chain: string): ChainBook {
    let book = this.#chains.get(chain);
    if (book !== undefined) return book;
    const { clock, log, numbers } = this.#options;
    const standings = new RaceStandings(chain, {
      wallNow: () => clock.wallNow(),
      nextSeries: () => numbers.take(),
    });
    const races = new ChainRaces({
      clock,
      over: (race) => void guardCall(`races of ${chain}`, log, () => this.#over(chain, race)),
      seriesOf: (event: string, { provider, transport }: Racer): RaceSeries =>
        standings.series(event, provider, transport),
    });
    book = { races, standings };
    this.#chains.set(chain, book);
    return book;
  }

  #over(chain: string, race: Race): void {
    const { stream, racers, behindMs, winner } = race;
    let judged = 0;
    for (let index = 0; index < racers.length; index++) if (race.judges(index)) judged++;
    if (judged < 2) return; // Nobody was left to race against.
    const wallNow = this.#options.clock.wallNow();
    const hour = Math.floor(wallNow / hourMs);
    this.#cells.begin(wallNow);
    for (let index = 0; index < racers.length; index++) {
      if (!race.judges(index)) continue;
      const series = stream.seriesOf(racers[index]!);
      if (index === winner) series.won(hour);
      else if (behindMs[index]! >= 0) series.lost(hour, behindMs[index]!);
      else series.missed(hour);
      this.#cells.touch(series);
    }
    this.#news.over(chain, race);
  }
}
