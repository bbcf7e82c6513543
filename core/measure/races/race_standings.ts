// Who stands how in the races of one chain: a series for each event type, provider and transport. Strategies read it
// through their view, rankings and snapshots through the race board.

import type { RaceStats } from "../../plugins/strategy.ts";
import type { RaceRank } from "../history/model.ts";
import { hourMs } from "./race_figures.ts";
import { RaceSeries } from "./race_series.ts";

export interface StandingsHost {
  /** Epoch ms. */
  wallNow(): number;
  /** A number for the cells of a new series. */
  nextSeries(): number;
}

/** One provider's, by transport. */
interface Pair {
  http: RaceSeries | null;
  ws: RaceSeries | null;
}

export class RaceStandings {
  readonly #chain: string;
  readonly #host: StandingsHost;
  readonly #byEvent = new Map<string, Map<string, Pair>>();

  constructor(chain: string, host: StandingsHost) {
    this.#chain = chain;
    this.#host = host;
  }

  get hour(): number {
    return Math.floor(this.#host.wallNow() / hourMs);
  }

  /** Made with its first race. */
  series(event: string, provider: string, transport: "http" | "ws"): RaceSeries {
    let providers = this.#byEvent.get(event);
    if (providers === undefined) this.#byEvent.set(event, providers = new Map());
    let pair = providers.get(provider);
    if (pair === undefined) providers.set(provider, pair = { http: null, ws: null });
    return pair[transport] ??= new RaceSeries(
      this.#chain,
      event,
      provider,
      transport,
      this.#host.nextSeries(),
    );
  }

  /**
   * Live figures of a provider: over that transport, or over its other one where it raced over that only, for what is
   * known of a provider's node holds for both. null: no race in 24 hours.
   */
  of(provider: string, transport: "http" | "ws", event: string): RaceStats | null {
    const pair = this.#byEvent.get(event)?.get(provider);
    if (pair === undefined) return null;
    const own = pair[transport] ?? pair.ws ?? pair.http;
    const totals = own?.figures.totals(this.hour);
    return totals === undefined || totals.races === 0 ? null : totals;
  }

  /** Best first; equal ones by races, then by name. `event` null: of every type. */
  ranking(event: string | null): RaceRank[] {
    const { hour } = this;
    const ranks: RaceRank[] = [];
    for (const [type, providers] of this.#byEvent) {
      if (event !== null && event !== type) continue;
      const own: RaceRank[] = [];
      for (const { http, ws } of providers.values()) {
        for (const series of [http, ws]) {
          const rank = series === null ? null : this.#rank(series, hour);
          if (rank !== null) own.push(rank);
        }
      }
      ranks.push(...own.sort(byScore));
    }
    return ranks;
  }

  /** Forgets providers that are not listed (after a reload). */
  retain(providers: ReadonlySet<string>): void {
    for (const pairs of this.#byEvent.values()) {
      for (const provider of pairs.keys()) if (!providers.has(provider)) pairs.delete(provider);
    }
  }

  #rank({ event, provider, transport, figures }: RaceSeries, hour: number): RaceRank | null {
    const totals = figures.totals(hour);
    return totals.races === 0 ? null : { chain: this.#chain, event, provider, transport, ...totals };
  }
}

function byScore(a: RaceRank, b: RaceRank): number {
  return b.score - a.score || b.races - a.races || (a.provider < b.provider ? -1 : 1);
}
