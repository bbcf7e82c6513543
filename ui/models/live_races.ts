// The races that the Racing tab shows: asked of history now and then, and taken from the feed the moment that they are
// told. The list stands still while the live lists are paused.

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { type Asked, useAsked } from "./asked.ts";
import { mergedRaces, type Race, type RacesAnswer, racesOf, toldRace } from "./races.ts";
import { events, paused } from "./store.ts";

const most = 25;
const everyMs = 20_000;

export interface LiveRaces {
  readonly asked: Asked<RacesAnswer>;
  readonly races: readonly Race[];
}

/** `path`: of /api/races, narrowed down to this chain (null: all) and event. */
export function useRaces(path: string, chain: string | null, event: string): LiveRaces {
  const asked = useAsked<RacesAnswer>(path, everyMs);
  const list = useMemo(() => signal<readonly Race[]>([]), []);
  useEffect(() => {
    list.value = [];
    return effect(() => {
      const told = events.value.flatMap((one) => one.topic === "race" ? toldRace(one) ?? [] : [])
        .filter((race) => race.event === event && (chain === null || race.chain === chain));
      const past = asked.value.data === null ? [] : racesOf(asked.value.data);
      if (paused.value && list.peek().length > 0) return;
      list.value = mergedRaces([told, past, list.peek().filter(({ open }) => !open)], most);
    });
  }, [path]);
  return { asked: asked.value, races: (list as ReadonlySignal<readonly Race[]>).value };
}
