// One strategy that is asked about the past: a fresh instance behind the guard that serving uses, what it is shown of
// the past, and the books of what its picks would have met. Whatever the plugin does stays within it.

import type { Clock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { monthBegin } from "../measure/quota.ts";
import { createStrategy, GuardedStrategy } from "../plugins/guard.ts";
import type {
  Candidate,
  LatencyStats,
  RaceStats,
  Strategy,
  StrategyCall,
  StrategyPlugin,
  StrategyView,
} from "../plugins/strategy.ts";
import { seededRandom } from "../random.ts";
import { ChargeBook } from "./charge_book.ts";
import type { PastCandidate } from "./past_candidate.ts";
import type { PastRaces } from "./past_races.ts";

/** Methods that have a book of their own; the others share one. */
const maxMethods = 40;
const others = "other";

/** What all contenders see alike. */
export interface Past {
  readonly races: PastRaces;
  readonly byId: ReadonlyMap<string, PastCandidate>;
  /** Units of each provider with a quota: allowed, and used in the month of the begin before it. */
  readonly quotas: ReadonlyMap<string, { readonly used: number; readonly max: number }>;
}

class PastView implements StrategyView {
  now = 0;
  readonly #past: Past;
  readonly #quotas: Map<string, { used: number; max: number }>;
  #month = NaN;

  constructor(past: Past, from: number) {
    this.#past = past;
    this.#quotas = new Map([...past.quotas].map(([provider, quota]) => [provider, { ...quota }]));
    this.moveTo(from);
  }

  moveTo(at: number): void {
    this.now = at;
    const month = monthBegin(at);
    if (month === this.#month) return;
    const first = Number.isNaN(this.#month);
    this.#month = month;
    if (!first) { for (const quota of this.#quotas.values()) quota.used = 0; }
  }

  use(provider: string, units: number): void {
    const quota = this.#quotas.get(provider);
    if (quota !== undefined) quota.used += units;
  }

  latency({ id }: Candidate, method: string): LatencyStats | null {
    return this.#past.byId.get(id)?.methods.get(method)?.read(this.now) ?? null;
  }

  latencyOverall({ id }: Candidate): LatencyStats | null {
    return this.#past.byId.get(id)?.overall.read(this.now) ?? null;
  }

  quota({ provider }: Candidate): { readonly used: number; readonly max: number } | null {
    return this.#quotas.get(provider) ?? null;
  }

  race(candidate: Candidate, event = "newHeads"): RaceStats | null {
    return this.#past.races.stats(candidate, event, this.now);
  }
}

export class Contender implements AsyncDisposable {
  readonly id: string;
  readonly cadence: Strategy["cadence"];
  readonly total: ChargeBook = new ChargeBook();
  readonly methods: Map<string, ChargeBook> = new Map();
  readonly view: PastView;
  /** Calls in flight at a candidate, on average, that its picks of the last point make. */
  load: ReadonlyMap<PastCandidate, number> = new Map();
  readonly #guarded: GuardedStrategy;

  /** `fallback`: serves where the strategy fails, as it would have; null of the default itself. */
  constructor(
    id: string,
    chain: string,
    strategy: Strategy,
    fallback: Strategy | null,
    past: Past,
    from: number,
  ) {
    this.id = id;
    this.cadence = strategy.cadence;
    this.view = new PastView(past, from);
    this.#guarded = new GuardedStrategy({
      ...{ id, chain, strategy, fallback, log: silentLog },
      clock: pastClock(() => this.view.now),
    });
  }

  /** How often it failed, and the default strategy was asked in its place. */
  get faults(): number {
    return this.#guarded.faults;
  }

  order(candidates: Candidate[], call: StrategyCall): void {
    this.#guarded.order(candidates, call, this.view);
  }

  bookOf(method: string): ChargeBook {
    const known = this.methods.get(method);
    if (known !== undefined) return known;
    const name = this.methods.size < maxMethods - 1 ? method : others;
    let book = this.methods.get(name);
    if (book === undefined) this.methods.set(name, book = new ChargeBook());
    return book;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#guarded[Symbol.asyncDispose]();
  }
}

/**
 * A strategy of its own for questions about the past: its clock is at the past, its randomness is seeded, what it logs
 * or emits is nobody's news. Throws a LassoError where the plugin can't make one.
 */
export function pastStrategy(plugin: StrategyPlugin, options: unknown, now: () => number): Strategy {
  return createStrategy(plugin, options, {
    clock: pastClock(now),
    random: seededRandom(seedOf(plugin.id)),
    log: () => {},
    emit: () => {},
  });
}

/** The same answer each time that the same is asked. */
export function seedOf(text: string): number {
  let seed = 17;
  for (const char of text) seed = (seed * 31 + char.charCodeAt(0)) >>> 0;
  return seed;
}

/** Timers never fire: strategies have none. */
function pastClock(now: () => number): Clock {
  return { now, wallNow: now, after: () => ({ cancel: () => {} }) };
}
