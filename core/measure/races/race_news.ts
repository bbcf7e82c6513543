// Races that are over, told one by one: as rows of history and as events of the feed, both bounded, so that a flood of
// logs costs neither disk nor readers much. Figures count every race whatever is told here.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { HistorySink, RaceResult } from "../history/model.ts";
import type { Race } from "./race.ts";

export interface RaceNewsHost {
  readonly clock: Clock;
  readonly history: Pick<HistorySink, "race">;
  /** Somebody hears the feed. */
  listening(): boolean;
  /** An event of topic `race`; `fields` hold no secrets. */
  publish(chain: string, fields: Readonly<Record<string, unknown>>): void;
}

/** Rows a second, per chain and event type. */
export const maxRows = 100;
/** Events of the feed a second, half of them for heads, which a flood of others must not crowd out. */
export const maxEvents = 20;

export class RaceNews {
  readonly #host: RaceNewsHost;
  readonly #rows = new Map<string, Cap>();
  readonly #heads = new Cap(maxEvents / 2);
  readonly #others = new Cap(maxEvents / 2);

  constructor(host: RaceNewsHost) {
    this.#host = host;
  }

  over(chain: string, race: Race): void {
    const { clock, history } = this.#host;
    const now = clock.now();
    const { event } = race.stream;
    const kept = this.#rowsOf(chain, event).take(now);
    const told = this.#host.listening() && (event === "newHeads" ? this.#heads : this.#others).take(now);
    if (!kept && !told) return;
    const result = resultOf(chain, race, clock.wallNow() - now);
    if (kept) history.race(result);
    if (told) this.#publish(result);
  }

  forget(chain: string): void {
    for (const name of this.#rows.keys()) if (name.startsWith(`${chain}\n`)) this.#rows.delete(name);
  }

  #publish({ at, chain, event, key, block, winner, margins }: RaceResult): void {
    this.#host.publish(chain, {
      event: "race.result",
      type: event,
      first_at: at,
      key,
      block,
      winner,
      margins: margins.map(({ provider, transport, ms }) => ({ provider, transport, ms })),
    });
  }

  #rowsOf(chain: string, event: string): Cap {
    const name = `${chain}\n${event}`;
    let cap = this.#rows.get(name);
    if (cap === undefined) this.#rows.set(name, cap = new Cap(maxRows));
    return cap;
  }
}

/** `wallOffsetMs`: epoch ms less monotonic ms. */
export function resultOf(chain: string, race: Race, wallOffsetMs: number): RaceResult {
  const { racers, behindMs, winner } = race;
  const places = racers.map((_, index) => index).filter((index) => race.judges(index));
  // The winner first, also where another one was as fast to the microsecond; last who has not brought it.
  const rank = (index: number): number =>
    index === winner ? -1 : behindMs[index]! < 0 ? Number.MAX_VALUE : behindMs[index]!;
  return {
    at: Math.round(race.openedAt + wallOffsetMs),
    chain,
    event: race.stream.event,
    key: shownKey(race.key),
    block: race.block,
    winner: racers[winner]!.provider,
    margins: places.sort((a, b) => rank(a) - rank(b)).map((index) => {
      const { provider, transport } = racers[index]!;
      return { provider, transport, ms: behindMs[index]! < 0 ? null : roundUs(behindMs[index]!) };
    }),
  };
}

const hashForm = /^0x[0-9a-fA-F]{64}(?::\d+)?$/;

/** A block's or transaction's hash as it is; of any other event the SHA-256 of its content (wire text). */
function shownKey(key: string): string {
  return hashForm.test(key) ? key : createHash("sha256").update(Buffer.from(key, "latin1")).digest("hex");
}

function roundUs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** Lets so many through in a second. */
class Cap {
  readonly #max: number;
  #second = -1;
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  take(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
    }
    return ++this.#taken <= this.#max;
  }
}
