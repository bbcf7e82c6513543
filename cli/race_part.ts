// Wires the race book: streams tell it their copies, history and feed hear what it finds, strategies read its standings.

import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { CellSink, History } from "../core/measure/history/model.ts";
import type { Meter } from "../core/measure/meter.ts";
import { RaceBook } from "../core/measure/races/race_book.ts";
import type { EventHub } from "../core/server/event_hub.ts";
import type { LassoSettings } from "../core/settings.ts";

export interface RaceSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly hub: EventHub;
  readonly history: History;
  /** Where figures go by seconds; null: nowhere. */
  readonly cells: CellSink | null;
  readonly meter: Meter;
}

export function makeRaces({ clock, log, hub, history, cells, meter }: RaceSurroundings): RaceBook {
  return new RaceBook({
    clock,
    log,
    history,
    cells,
    numbers: meter.seriesNumbers,
    listening: () => hub.listening,
    publish: (chain, fields) => hub.publish("race", chain, fields),
  });
}

/** Lets the strategies of a chain see its standings. */
export function showRaces(races: RaceBook, meter: Meter, chain: string): void {
  meter.chain(chain).races = ({ provider, transport }, event) =>
    races.standing(chain, provider, transport, event);
}

/** Takes over what was measured before the start, of what is configured now. */
export function restoreRaces(races: RaceBook, history: History, { chains }: LassoSettings): Promise<void> {
  const served = new Set(
    chains.flatMap(({ name, providers }) => providers.map(({ id }) => `${name}\n${id}`)),
  );
  return races.restore(history, (chain, provider) => served.has(`${chain}\n${provider}`));
}
