// The live figures as they are read: put together from a chain's rolling figures, at most once for each second, since
// they change no sooner. Used by the API, the feed and the dashboard through `LiveFigures`.

import type { ChainCollector } from "./chain_collector.ts";
import type { LiveChain, LiveChannel, LiveFigures, LiveSeries } from "./history/model.ts";
import type { RollingFigures } from "./rolling_figures.ts";

/** What the board reads: the chains, and the time that their figures are of. */
export interface LiveSource {
  readonly chains: ReadonlyMap<string, ChainCollector>;
  /** The open second; all before it are in. */
  readonly second: number;
  /** Its begin in epoch ms. */
  readonly secondAt: number;
}

export class LiveBoard implements LiveFigures {
  readonly #source: LiveSource;
  readonly #made = new Map<
    string,
    { readonly second: number; readonly of: ChainCollector; live: LiveChain }
  >();

  constructor(source: LiveSource) {
    this.#source = source;
  }

  chain(name: string): LiveChain | null {
    const { chains, second, secondAt } = this.#source;
    const of = chains.get(name);
    if (of === undefined) {
      this.#made.delete(name);
      return null;
    }
    const known = this.#made.get(name);
    if (known !== undefined && known.second === second && known.of === of) return known.live;
    const live = liveOf(of, second, secondAt);
    this.#made.set(name, { second, of, live });
    return live;
  }
}

function liveOf({ calls, channels }: ChainCollector, now: number, at: number): LiveChain {
  let attempts = 0;
  for (const { figures } of channels.values()) attempts += figures.count(now, 60);
  return {
    ...seriesOf(calls, now),
    at,
    successHour: calls.successHour(now),
    channels: Array.from(channels.values(), ({ provider, transport, figures }): LiveChannel => {
      const series = seriesOf(figures, now);
      return { ...series, provider, transport, share: attempts > 0 ? series.minute.n / attempts : null };
    }),
  };
}

function seriesOf(figures: RollingFigures, now: number): LiveSeries {
  return {
    rps10: figures.rate(now, 10),
    minute: figures.window(now, 60),
    fiveMinutes: figures.window(now, 300),
    errors: figures.errors(now),
  };
}
