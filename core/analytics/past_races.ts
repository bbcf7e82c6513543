// How providers did in races within the 24 hours before a past moment, from history's hours.

import type { CellGroup, History } from "../measure/history/model.ts";
import { raceScore } from "../measure/races/race_score.ts";
import type { Candidate, RaceStats } from "../plugins/strategy.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Races {
  /** End of the last point that is in the sums. */
  readonly until: number;
  readonly stats: RaceStats | null;
}

export class PastRaces {
  /** By `event`, provider and transport. */
  readonly #groups: ReadonlyMap<string, readonly CellGroup[]>;
  readonly #stepMs: number;
  readonly #known = new Map<string, Races>();

  constructor(groups: readonly CellGroup[], stepMs: number) {
    this.#groups = Map.groupBy(groups, ({ key }) => nameOf(key.name, key.provider, key.transport));
    this.#stepMs = stepMs;
  }

  /** Of all that a strategy may ask about [from, to). */
  static async ask(
    history: Pick<History, "cells">,
    chain: string,
    from: number,
    to: number,
  ): Promise<PastRaces> {
    const { groups, stepMs } = await history.cells({
      kind: "race",
      from: from - dayMs,
      to,
      stepMs: hourMs,
      by: ["name", "provider", "transport"],
      where: { chain },
    });
    return new PastRaces(groups, stepMs);
  }

  /** Over the candidate's transport, or over the other one where its provider raced over that only. */
  stats({ provider, transport }: Candidate, event: string, at: number): RaceStats | null {
    return this.#stats(nameOf(event, provider, transport), at) ??
      this.#stats(nameOf(event, provider, transport === "http" ? "ws" : "http"), at);
  }

  #stats(name: string, at: number): RaceStats | null {
    const groups = this.#groups.get(name);
    if (groups === undefined) return null;
    // Points that were over, so that nobody knows of races to come.
    const until = Math.floor(at / this.#stepMs) * this.#stepMs;
    const known = this.#known.get(name);
    if (known?.until === until) return known.stats;
    const stats = sum(groups.filter(({ at: begun }) => begun < until && begun >= until - dayMs));
    this.#known.set(name, { until, stats });
    return stats;
  }
}

function sum(groups: readonly CellGroup[]): RaceStats | null {
  let races = 0;
  let wins = 0;
  let losses = 0;
  let margins = 0;
  for (const { n, outcomes, mean } of groups) {
    races += n;
    wins += outcomes.win ?? 0;
    losses += outcomes.loss ?? 0;
    margins += (outcomes.loss ?? 0) * (mean ?? 0);
  }
  if (races === 0) return null;
  const avgMarginMs = losses === 0 ? null : margins / losses;
  return { score: raceScore(races, wins, avgMarginMs), races, winRate: wins / races, avgMarginMs };
}

function nameOf(
  event: string | undefined,
  provider: string | undefined,
  transport: string | undefined,
): string {
  return `${event}\n${provider}\n${transport}`;
}
