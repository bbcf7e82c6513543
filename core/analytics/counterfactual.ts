// What the traffic of a past time would have met under each strategy: minute by minute and method by method the
// measurement as it stood is rebuilt, the strategy's real `rank` is asked, and the minute's calls are charged to the
// cells of what it picked. Method and limits: docs/analytics.md. Beside serving, in slices; called by comparisons.ts.

import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { History } from "../measure/history/model.ts";
import { monthBegin, unitsOf } from "../measure/quota.ts";
import type { Candidate } from "../plugins/strategy.ts";
import { below, type Random, seededRandom } from "../random.ts";
import { maskText } from "../redact.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { LoadedSet } from "../routing/router.ts";
import { methodInfo } from "../rpc/methods.ts";
import type { ChargeBook } from "./charge_book.ts";
import { Contender, type Past, pastStrategy } from "./contender.ts";
import { InFlight } from "./in_flight.ts";
import { PastCandidate } from "./past_candidate.ts";
import type { PastCell } from "./past_cell.ts";
import { type PastPoint, pastPoints, type PastRange } from "./past_points.ts";
import { PointWork } from "./point_work.ts";
import { PastRaces } from "./past_races.ts";
import { WorkSlices } from "./work_slices.ts";

export interface CounterfactualDeps {
  readonly history: Pick<History, "cells">;
  readonly clock: Clock;
}

export interface Replayed {
  readonly contenders: readonly Contender[];
  /** Calls by method that were charged, and calls of broadcasts and kept filters, which no strategy steers. */
  readonly calls: ReadonlyMap<string, number>;
  readonly leftOut: number;
  /** Width of the widest cell that was read. */
  readonly widthMs: number;
  /** Strategies that could not be made, with why. */
  readonly broken: readonly { readonly id: string; readonly why: string }[];
}

const defaultStrategy = "fastest";
/** Strategies know nothing older. */
const warmUpMs = 5 * 60_000;
/** Methods whose order a strategy decides. */
const steered: ReadonlySet<string> = new Set(["read", "unknown"]);

/** Rejects when history can't be asked, and with the signal's reason once it was aborted. */
export async function replay(
  { chain }: ChainRoute,
  { registry, options }: LoadedSet,
  range: PastRange,
  { history, clock }: CounterfactualDeps,
  signal: AbortSignal,
): Promise<Replayed> {
  const { settings } = chain;
  const maxLag = Math.max(settings.health.maxLagBlocks, settings.health.maxLagMs / settings.blockTimeMs);
  const candidates = chain.channels.map((channel) => new PastCandidate(channel, settings.breaker, maxLag));
  const past: Past = {
    races: await PastRaces.ask(history, chain.name, range.from, range.to),
    byId: new Map(candidates.map((candidate) => [candidate.id, candidate])),
    quotas: await quotasAt(range.from, chain, history),
  };
  signal.throwIfAborted();
  const contenders: Contender[] = [];
  const broken: { id: string; why: string }[] = [];
  for (const id of registry.strategyIds) {
    const plugin = registry.strategy(id)!;
    const fallback = id === defaultStrategy ? undefined : registry.strategy(defaultStrategy);
    const now = (): number => contender?.view.now ?? range.from;
    let contender: Contender | null = null;
    try {
      const strategy = pastStrategy(plugin, options.get(plugin), now);
      const second = fallback === undefined ? null : pastStrategy(fallback, options.get(fallback), now);
      contender = new Contender(id, chain.name, strategy, second, past, range.from);
      contenders.push(contender);
    } catch (thrown) {
      broken.push({ id, why: maskText(messageOf(thrown)) });
    }
  }
  const slices = new WorkSlices(clock, signal);
  const study = new Study(candidates, contenders, chain.name, range, slices);
  try {
    const from = range.from - Math.max(range.widthMs, Math.ceil(warmUpMs / range.widthMs) * range.widthMs);
    for await (const point of pastPoints(history, { ...range, from }, slices)) await study.point(point);
  } finally {
    for (const contender of contenders) await contender[Symbol.asyncDispose]();
  }
  return { contenders, calls: study.calls, leftOut: study.leftOut, widthMs: study.widthMs, broken };
}

async function quotasAt(
  from: number,
  { name, providers }: ChainRoute["chain"],
  history: Pick<History, "cells">,
): Promise<Past["quotas"]> {
  const limited = providers.filter(({ settings }) => settings.cost.monthlyQuota !== null);
  const begin = monthBegin(from);
  if (limited.length === 0) return new Map();
  const { groups } = begin >= from ? { groups: [] } : await history.cells({
    kind: "attempt",
    from: begin,
    to: from,
    stepMs: null,
    by: ["provider"],
    where: { chain: name },
  });
  const used = new Map(groups.map(({ key, units }) => [key.provider, units]));
  return new Map(
    limited.map(({ id, settings }) => [id, { used: used.get(id) ?? 0, max: settings.cost.monthlyQuota! }]),
  );
}

/** The candidates as the points pass, and who is asked about them. */
class Study {
  readonly calls = new Map<string, number>();
  leftOut = 0;
  widthMs: number;
  readonly #candidates: readonly PastCandidate[];
  readonly #contenders: readonly Contender[];
  readonly #chain: string;
  readonly #range: PastRange;
  readonly #slices: WorkSlices;
  readonly #random: Random = seededRandom(1);
  /** Of the point, by candidate. */
  #cells: ReadonlyMap<string, readonly PastCell[]> = new Map();
  readonly #asks: Readonly<Record<"cached" | "per_call", number>>;

  constructor(
    candidates: readonly PastCandidate[],
    contenders: readonly Contender[],
    chain: string,
    range: PastRange,
    slices: WorkSlices,
  ) {
    this.#candidates = candidates;
    this.#contenders = contenders;
    this.#chain = chain;
    this.#range = range;
    this.widthMs = range.widthMs;
    this.#slices = slices;
    // Long times average by themselves.
    const isShort = (range.to - range.from) / range.widthMs <= 120;
    this.#asks = isShort ? { cached: 3, per_call: 32 } : { cached: 1, per_call: 4 };
  }

  async point(point: PastPoint): Promise<void> {
    const counted = point.from >= this.#range.from;
    this.widthMs = Math.max(this.widthMs, point.to - point.from);
    this.#cells = Map.groupBy(point.cells, ({ provider, transport }) => `${provider}:${transport}`);
    const attempts = new Map<string, number>();
    for (const { method, n } of point.cells) attempts.set(method, (attempts.get(method) ?? 0) + n);
    const works: PointWork[] = [];
    for (const [method, tried] of counted ? attempts : []) {
      // Calls that Lasso answered itself reached nobody; attempts may be several of one call.
      const calls = Math.min(tried, point.calls.get(method) ?? 0);
      if (calls === 0) continue;
      if (!steered.has(methodInfo(method).replay)) this.leftOut += calls;
      else {
        this.calls.set(method, (this.calls.get(method) ?? 0) + calls);
        works.push(new PointWork(method, calls, this.#contenders.length, this.#candidates.length));
      }
    }
    // Half of the calls as things stood at the point's begin, half as they stood at its end.
    const blind = this.#candidates.every(({ overall }) => overall.read(point.from) === null);
    if (!blind) await this.#ask(works, point, point.from);
    for (const candidate of this.#candidates) {
      candidate.feed(this.#cells.get(candidate.id) ?? [], point.from, point.to);
      candidate.head = point.heads.get(candidate.provider) ?? candidate.head;
      candidate.lagBlocks = point.lags.get(candidate.provider) ?? candidate.lagBlocks;
      if (this.#slices.due) await this.#slices.pause();
    }
    for (const work of works) work.list = null;
    await this.#ask(works, point, point.to);
    await this.#charge(works, point);
  }

  async #ask(works: readonly PointWork[], point: PastPoint, at: number): Promise<void> {
    if (works.length === 0) return;
    const asMeasured = this.#measuredLoad(point);
    const calls = works.reduce((sum, work) => sum + work.calls, 0);
    const apartMs = (point.to - point.from) / calls;
    for (const [index, contender] of this.#contenders.entries()) {
      contender.view.moveTo(at);
      const load = contender.load.size === 0 ? asMeasured : contender.load;
      const eachCall = contender.cadence === "per_call";
      const flights = new InFlight(
        this.#random,
        eachCall,
        load,
        ({ overall }) => overall.read(at)?.mean ?? 0,
      );
      const asks = this.#asks[contender.cadence];
      for (let ask = 0; ask < asks; ask++) {
        // In ever another order, or a rotation would give each method to one provider.
        for (const work of shuffled(works, this.#random)) {
          if (ask >= work.calls) continue;
          // Each method is asked about equally often; its calls come as often as they did.
          const weight = work.calls / calls * works.length;
          flights.next(apartMs * weight);
          const picked = this.#pick(contender, work, flights);
          work.picked(index, picked);
          const chosen = this.#candidates[picked];
          if (chosen !== undefined && eachCall) {
            flights.begin(chosen, this.#timeOf(chosen, work.method, at), weight);
          }
          if (this.#slices.due) await this.#slices.pause();
        }
      }
    }
  }

  /** Number of the candidate; below 0: there is none. */
  #pick(contender: Contender, work: PointWork, flights: InFlight): number {
    const list = work.list ??= this.#inForce(work.method);
    if (list.length === 0) return -1;
    flights.show(list);
    const order: Candidate[] = [...list];
    if (order.length > 1) contender.order(order, work.call(this.#chain));
    return this.#candidates.indexOf(order[0] as PastCandidate);
  }

  /** Milliseconds of a call there, on average. */
  #timeOf(candidate: PastCandidate, method: string, at: number): number {
    return (candidate.methods.get(method) ?? candidate.overall).read(at)?.mean ?? 0;
  }

  /** Those that would have served before all others: groups as in core/routing/selection.ts. */
  #inForce(method: string): readonly PastCandidate[] {
    const able = this.#candidates.filter((candidate) => !candidate.denies(method));
    for (const setBack of [false, true]) {
      for (const group of ["main", "fallback"]) {
        const list = able.filter((one) => one.setBack === setBack && one.group === group);
        if (list.length > 0) return list;
      }
    }
    return able;
  }

  async #charge(works: readonly PointWork[], { from, to }: PastPoint): Promise<void> {
    for (const [index, contender] of this.#contenders.entries()) {
      const load = new Map<PastCandidate, number>();
      for (const work of works) {
        const books: readonly ChargeBook[] = [contender.total, contender.bookOf(work.method)];
        for (const [candidate, share] of work.shares(index)) {
          const chosen = this.#candidates[candidate]!;
          const calls = share * work.calls;
          const cell = this.#cells.get(chosen.id)?.find(({ method }) => method === work.method) ?? null;
          const units = unitsOf(chosen.cost, work.method);
          const usd = units * (chosen.cost.usdPerMillion ?? 0) / 1e6;
          for (const book of books) book.charge(cell, chosen.provider, calls, units, usd);
          contender.view.use(chosen.provider, calls * units);
          const mean = cell?.mean ?? chosen.overall.read(to)?.mean ?? 0;
          load.set(chosen, (load.get(chosen) ?? 0) + calls * mean / (to - from));
        }
        if (this.#slices.due) await this.#slices.pause();
      }
      if (works.length > 0) contender.load = load;
    }
  }

  /** Little's law: calls in flight = calls per time × time of a call. */
  #measuredLoad({ from, to }: PastPoint): ReadonlyMap<PastCandidate, number> {
    return new Map(this.#candidates.map((candidate) => {
      const cells = this.#cells.get(candidate.id) ?? [];
      return [candidate, cells.reduce((sum, { n, mean }) => sum + n * mean, 0) / (to - from)];
    }));
  }
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const made = [...list];
  for (let last = made.length - 1; last > 0; last--) {
    const other = below(random, last + 1);
    [made[last], made[other]] = [made[other]!, made[last]!];
  }
  return made;
}
