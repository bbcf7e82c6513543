// A history for tests of what asks it: it keeps what it was told, and answers with what the test put into it.

import { noHistory } from "../../core/measure/history/no_history.ts";
import type {
  CallQuery,
  CellAnswer,
  CellGroup,
  CellQuery,
  EventQuery,
  History,
  HistoryEvent,
  HistoryState,
  KeptCall,
  RaceQuery,
  RaceResult,
} from "../../core/measure/history/model.ts";

export class CannedHistory {
  /** What it was told. */
  readonly told: HistoryEvent[] = [];
  readonly kept: KeptCall[] = [];
  /** What it answers. */
  readonly events: HistoryEvent[] = [];
  readonly races: RaceResult[] = [];
  readonly groups: CellGroup[] = [];
  next: string | null = null;
  /** Why it can't be asked; null: it can. */
  broken: string | null = null;
  state: HistoryState = { file: null, problem: null, bytes: 0, dropped: 0 };
  /** What it was asked. */
  readonly asked: {
    readonly cells: CellQuery[];
    readonly events: EventQuery[];
    readonly calls: CallQuery[];
    readonly races: RaceQuery[];
  } = {
    cells: [],
    events: [],
    calls: [],
    races: [],
  };

  readonly history: History = {
    ...noHistory,
    event: (event) => void this.told.push(event),
    call: (call) => void this.kept.push(call),
    state: () => this.state,
    cells: (query) => {
      this.asked.cells.push(query);
      const { from, to, stepMs } = query;
      return this.#answer((): CellAnswer => ({ stepMs: stepMs ?? to - from, groups: this.groups }));
    },
    events: (query) => {
      this.asked.events.push(query);
      return this.#answer(() => ({ rows: this.events, next: this.next }));
    },
    calls: (query) => {
      this.asked.calls.push(query);
      return this.#answer(() => ({ rows: this.kept, next: this.next }));
    },
    findCall: (id) => this.#answer(() => this.kept.find((call) => call.id === id) ?? null),
    races: (query) => {
      this.asked.races.push(query);
      return this.#answer(() => ({ rows: this.races, next: this.next }));
    },
  };

  #answer<T>(make: () => T): Promise<T> {
    return this.broken === null ? Promise.resolve(make()) : Promise.reject(new Error(this.broken));
  }
}

/** A group with nothing in it but what is given. */
export function cellGroup(given: Partial<CellGroup>): CellGroup {
  return {
    at: 0,
    key: {},
    n: 0,
    failed: 0,
    outcomes: {},
    units: 0,
    usd: 0,
    failovers: 0,
    ...{ p50: null, p90: null, p95: null, p99: null, mean: null, max: null, last: null },
    ...given,
  };
}
