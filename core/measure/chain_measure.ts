// What is measured about one chain's channels, and the view of it that strategies get. Keyed by candidate id, so a
// reload that keeps a provider keeps its measurements. Written by Meter only; reading costs two map lookups.

import type { Clock } from "../clock.ts";
import type { Candidate, CandidateCost, LatencyStats, RaceStats, StrategyView } from "../plugins/strategy.ts";
import { LatencySeries } from "./latency.ts";
import { outcomeMeanings } from "./outcomes.ts";
import { MonthWatch, unitsOf } from "./quota.ts";
import type { AttemptOutcome } from "./recorder.ts";
import { emptySlot, type SeriesSlot } from "./series_book.ts";

/** Methods kept apart per channel; any further one counts as `other`. */
export const maxMethods = 200;

/** What is kept about one method on one channel. */
export interface MethodMeasure {
  /** Its label: the method's, or `other`. */
  readonly label: string;
  readonly latency: LatencySeries;
  /** Attempts by outcome, since the start. */
  readonly outcomes: Map<AttemptOutcome, Tally>;
  /** Units of one call, valid while `cost` is the candidate's. */
  cost: CandidateCost;
  units: number;
  /** Where its samples go; ChainCollector's. */
  readonly slot: SeriesSlot;
  /** Whether the newest attempt's time entered the latency. */
  timed: boolean;
}

export interface Tally {
  n: number;
}

/** What is kept about one channel. */
export interface ChannelMeasure {
  readonly provider: string;
  readonly transport: string;
  readonly overall: LatencySeries;
  readonly methods: Map<string, MethodMeasure>;
  readonly quota: Quota;
}

/** Shared by a provider's channels. `max` is null where the provider has no quota. */
interface Quota {
  used: number;
  max: number | null;
}

export class ChainMeasure implements StrategyView {
  readonly #channels = new Map<string, ChannelMeasure>();
  readonly #quotas = new Map<string, Quota>();
  readonly #month: MonthWatch;
  #now: number;

  constructor(clock: Clock) {
    this.#month = new MonthWatch(clock);
    this.#now = clock.now();
  }

  get now(): number {
    return this.#now;
  }

  /** Every channel that was measured, by candidate id. For scrapes. */
  get channels(): ReadonlyMap<string, ChannelMeasure> {
    return this.#channels;
  }

  /**
   * Sets the time (monotonic ms) that the view's figures are read at. Each attempt does, and Meter twice a second, so
   * a reader need not: asking the clock on each read would cost more than the read.
   */
  refresh(now: number): void {
    this.#now = now;
    if (this.#month.turned(now)) this.#newMonth();
  }

  /** The object is live: the next read of the same series brings it up to date. */
  latency(candidate: Candidate, method: string): LatencyStats | null {
    const channel = this.#channels.get(candidate.id);
    if (channel === undefined) return null;
    const measure = channel.methods.get(method) ?? overflowOf(channel);
    return measure === undefined ? null : measure.latency.read(this.#now);
  }

  latencyOverall(candidate: Candidate): LatencyStats | null {
    const channel = this.#channels.get(candidate.id);
    return channel === undefined ? null : channel.overall.read(this.#now);
  }

  /** Units used in this calendar month (UTC) and allowed; live. null without a quota. */
  quota(candidate: Candidate): { readonly used: number; readonly max: number } | null {
    const quota = this.#quotas.get(candidate.provider);
    return quota === undefined || quota.max === null ? null : quota as { used: number; max: number };
  }

  /** Where races are kept; who keeps them sets it. */
  races: ((candidate: Candidate, event: string) => RaceStats | null) | null = null;

  /** The object is live. */
  race(candidate: Candidate, event = "newHeads"): RaceStats | null {
    return this.races === null ? null : this.races(candidate, event);
  }

  /** Sets a provider's monthly quota in units; null: none. What was used so far stays counted. */
  setQuota(provider: string, max: number | null): void {
    this.#quotaOf(provider).max = max;
  }

  /** Counts units that an earlier process used in this month. A provider that is not known is ignored. */
  restoreQuota(provider: string, units: number): void {
    const quota = this.#quotas.get(provider);
    if (quota !== undefined) quota.used += units;
  }

  /** Providers with a quota: units used in this month and allowed. For scrapes. */
  *quotas(): Iterable<{ readonly provider: string; readonly used: number; readonly max: number }> {
    for (const [provider, { used, max }] of this.#quotas) if (max !== null) yield { provider, used, max };
  }

  /** Forgets the channels and providers that are not listed (after a reload). */
  retain(ids: ReadonlySet<string>, providers: ReadonlySet<string>): void {
    for (const id of this.#channels.keys()) if (!ids.has(id)) this.#channels.delete(id);
    for (const provider of this.#quotas.keys()) if (!providers.has(provider)) this.#quotas.delete(provider);
  }

  /** One attempt has settled; see `Recorder.attempt`. */
  record(
    candidate: Candidate,
    method: string,
    ms: number,
    outcome: AttemptOutcome,
    atLeast: boolean,
    now: number,
  ): MethodMeasure {
    this.refresh(now);
    let channel = this.#channels.get(candidate.id);
    if (channel === undefined) channel = this.#addChannel(candidate);
    let measure = channel.methods.get(method);
    if (measure === undefined) measure = addMethod(channel, method, candidate.cost);
    const tally = measure.outcomes.get(outcome);
    if (tally === undefined) measure.outcomes.set(outcome, { n: 1 });
    else tally.n++;
    const meaning = outcomeMeanings[outcome];
    if (meaning.evidence === "answered") {
      measure.timed = true;
      measure.latency.answered(ms, now);
      channel.overall.answered(ms, now);
    } else if (meaning.evidence === "failed") {
      measure.timed = measure.latency.failed(ms, now, atLeast);
      channel.overall.failed(ms, now, atLeast);
    } else if (atLeast) {
      measure.timed = measure.latency.givenUp(ms, now);
      channel.overall.givenUp(ms, now);
    } else measure.timed = false;
    if (meaning.charged) {
      if (measure.cost !== candidate.cost) {
        measure.cost = candidate.cost;
        measure.units = unitsOf(candidate.cost, method);
      }
      channel.quota.used += measure.units;
    }
    return measure;
  }

  #newMonth(): void {
    for (const quota of this.#quotas.values()) quota.used = 0;
  }

  #quotaOf(provider: string): Quota {
    let quota = this.#quotas.get(provider);
    if (quota === undefined) this.#quotas.set(provider, quota = { used: 0, max: null });
    return quota;
  }

  #addChannel(candidate: Candidate): ChannelMeasure {
    const channel: ChannelMeasure = {
      provider: candidate.provider,
      transport: candidate.transport,
      overall: new LatencySeries(),
      methods: new Map(),
      quota: this.#quotaOf(candidate.provider),
    };
    this.#channels.set(candidate.id, channel);
    return channel;
  }
}

const overflow = "other";

/** Where a method that found no room is measured; undefined while there is room. */
function overflowOf(channel: ChannelMeasure): MethodMeasure | undefined {
  return channel.methods.size >= maxMethods ? channel.methods.get(overflow) : undefined;
}

function addMethod(channel: ChannelMeasure, wanted: string, cost: CandidateCost): MethodMeasure {
  const method = channel.methods.size < maxMethods - 1 ? wanted : overflow;
  const known = channel.methods.get(method);
  if (known !== undefined) return known;
  const measure: MethodMeasure = {
    label: method,
    latency: new LatencySeries(),
    outcomes: new Map(),
    cost,
    units: unitsOf(cost, method),
    slot: emptySlot(),
    timed: false,
  };
  channel.methods.set(method, measure);
  return measure;
}
