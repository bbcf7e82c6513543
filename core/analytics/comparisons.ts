// Comparisons of strategies for whoever asks: one is computed at a time, kept for a minute, shared by all who ask the
// same, and given up when the last of them leaves. Bounded, so that asking can't hurt serving. Owned by the API.

import type { ChainRoute } from "../routing/chain_route.ts";
import type { LoadedSet } from "../routing/router.ts";
import { compare, type Comparison } from "./comparison.ts";
import type { CounterfactualDeps } from "./counterfactual.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Longest time that can be asked about. */
export const longestMs = 31 * dayMs;
const keepMs = 60_000;
const maxKept = 16;
const maxWaiting = 8;

export interface ComparisonQuery {
  readonly route: ChainRoute;
  readonly plugins: LoadedSet;
  /** Epoch ms; widened to whole cells. */
  readonly from: number;
  readonly to: number;
  /** Least width of a cell in ms. */
  readonly leastMs: number;
}

/** Too many other comparisons are under way. */
export class Busy extends Error {}

interface Job {
  readonly route: ChainRoute;
  readonly answer: Promise<Comparison>;
  readonly abort: AbortController;
  waiting: number;
  /** Monotonic ms; null: under way. */
  doneAt: number | null;
}

export class Comparisons {
  readonly #deps: CounterfactualDeps;
  readonly #jobs = new Map<string, Job>();
  /** Ends when the job before has ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: CounterfactualDeps) {
    this.#deps = deps;
  }

  /** Rejects with Busy, as history does, and with the signal's reason once it was aborted. */
  async ask(query: ComparisonQuery, signal: AbortSignal): Promise<Comparison> {
    signal.throwIfAborted();
    const job = this.#find(query);
    job.waiting++;
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([job.answer, left.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
      if (--job.waiting === 0 && job.doneAt === null) job.abort.abort(new Error("nobody waits for it"));
    }
  }

  #find({ route, plugins, from, to, leastMs }: ComparisonQuery): Job {
    const { clock } = this.#deps;
    const now = clock.now();
    for (const [key, { doneAt }] of this.#jobs) {
      if (doneAt !== null && now - doneAt >= keepMs) this.#jobs.delete(key);
    }
    const widthMs = widthFor(from, to, leastMs, clock.wallNow());
    const range = {
      chain: route.chain.name,
      from: Math.floor(from / widthMs) * widthMs,
      to: Math.ceil(to / widthMs) * widthMs,
      widthMs,
    };
    const key = `${range.chain}\n${range.from}\n${range.to}\n${widthMs}`;
    const known = this.#jobs.get(key);
    if (known !== undefined && known.route === route && !known.abort.signal.aborted) return known;
    const underWay = [...this.#jobs.values()].filter(({ doneAt }) => doneAt === null).length;
    if (underWay >= maxWaiting) throw new Busy("too many comparisons are under way");
    for (const [name, { doneAt }] of this.#jobs) {
      if (this.#jobs.size < maxKept) break;
      if (doneAt !== null) this.#jobs.delete(name);
    }
    const abort = new AbortController();
    const answer = this.#last.then(() => {
      abort.signal.throwIfAborted();
      return compare(route, plugins, range, this.#deps, abort.signal);
    });
    const job: Job = { route, answer, abort, waiting: 0, doneAt: null };
    const forget = (): void => {
      job.doneAt = clock.now();
      if (this.#jobs.get(key) === job) this.#jobs.delete(key);
    };
    this.#last = answer.then(() => void (job.doneAt = clock.now()), forget);
    this.#jobs.set(key, job);
    return job;
  }
}

/** A minute; wider where the time is long, or so long ago that minutes are not kept. */
export function widthFor(from: number, to: number, leastMs: number, now: number): number {
  const widths = [minuteMs, 5 * minuteMs, 60 * minuteMs, dayMs];
  const fits = (width: number): boolean => {
    if (width < leastMs) return false;
    if (width === minuteMs) return to - from <= 25 * 60 * minuteMs && now - from <= 6.9 * dayMs;
    if (width === 5 * minuteMs) return now - from <= 7.9 * dayMs;
    return true;
  };
  return widths.find(fits) ?? dayMs;
}
