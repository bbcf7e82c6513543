// Races of the upstreams' streams: those of history and those that the feed tells, in one list. Pure.

import type { StateEvent } from "../../core/server/feed_model.ts";

export interface Margin {
  readonly provider: string;
  readonly transport: string;
  /** Behind the winner; null: it did not deliver (yet). */
  readonly ms: number | null;
}

export interface Race {
  /** Epoch ms of the first copy. */
  readonly at: number;
  readonly chain: string;
  readonly event: string;
  readonly key: string;
  readonly block: number | null;
  readonly winner: string;
  /** The winner first. */
  readonly margins: readonly Margin[];
  /** Who has not delivered may still do so. */
  readonly open: boolean;
}

type PastRace = Omit<Race, "at" | "open"> & { readonly at: string };

/** As /api/races gives it. */
export interface RacesAnswer {
  readonly live: readonly PastRace[];
  readonly past: readonly PastRace[];
}

export function racesOf({ live, past }: RacesAnswer): readonly Race[] {
  return [
    ...live.map((race) => ({ ...race, at: Date.parse(race.at), open: true })),
    ...past.map((race) => ({ ...race, at: Date.parse(race.at), open: false })),
  ];
}

/** A `race.result` of the feed; null: it is none. */
export function toldRace(event: StateEvent): Race | null {
  const { type, first_at, key, block, winner, margins, chain } = event;
  if (event.event !== "race.result" || chain === undefined || !Array.isArray(margins)) return null;
  if (typeof type !== "string" || typeof key !== "string" || typeof winner !== "string") return null;
  return {
    at: typeof first_at === "number" ? first_at : event.at,
    ...{ chain, event: type, key, winner, margins },
    block: typeof block === "number" ? block : null,
    open: false,
  };
}

/** Newest first, each once; what is over in the place of the same while it was open. */
export function mergedRaces(lists: readonly (readonly Race[])[], most: number): readonly Race[] {
  const known = new Map<string, Race>();
  for (const race of lists.flat()) {
    const name = `${race.chain} ${race.event} ${race.key}`;
    const before = known.get(name);
    if (before === undefined || (before.open && !race.open)) known.set(name, race);
  }
  return [...known.values()].sort((a, b) => b.at - a.at).slice(0, most);
}

/** Length of a margin's bar, 0..1: by magnitude, a second fills it. */
export function marginLength(ms: number): number {
  return Math.min(1, Math.log10(1 + Math.max(0, ms)) / Math.log10(1001));
}
