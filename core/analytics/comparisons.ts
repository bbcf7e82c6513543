// Comparisons of strategies for whoever asks: one is computed at a time, kept for a minute (or as long as who asks is
// content with), shared by all who ask the same, and given up when the last of them leaves. Bounded, so that asking
// can't hurt serving. Owned by the API.

import type { ChainRoute } from "../routing/chain_route.ts";
import type { LoadedSet } from "../routing/router.ts";
import { compare, type Comparison } from "./comparison.ts";
import type { CounterfactualDeps } from "./counterfactual.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Longest time that can be asked about. */
export const longestMs = 31 * dayMs;
const keepMs = 60_000;
const maxKept = 64;
const maxWaiting = 8;

export interface ComparisonQuery {
  readonly route: ChainRoute;
  readonly plugins: LoadedSet;
  /** Epoch ms; widened to whole cells. */
  readonly from: number;
  readonly to: number;
  /** Least width of a cell in ms. */
  readonly leastMs: number;
  /**
   * Of a time that ends about now an answer may be so old, in ms, and about a time that lies so much earlier: who polls
   * costs no more than one for so long. Default: a minute, of the same cells only.
   */
  readonly keptMs?: number;
}

/** Too many other comparisons are under way. */
export class Busy extends Error {}

interface Job {
  readonly route: ChainRoute;
  readonly answer: Promise<Comparison>;
  readonly abort: AbortController;
  readonly keepMs: number;
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

  #find({ route, plugins, from, to, leastMs, keptMs = keepMs }: ComparisonQuery): Job {
    const { clock } = this.#deps;
    const now = clock.now();
    for (const [key, { doneAt, keepMs: ownMs }] of this.#jobs) {
      if (doneAt !== null && now - doneAt >= ownMs) this.#jobs.delete(key);
    }
    const widthMs = widthFor(from, to, leastMs, clock.wallNow());
    const range = {
      chain: route.chain.name,
      from: Math.floor(from / widthMs) * widthMs,
      to: Math.ceil(to / widthMs) * widthMs,
      widthMs,
    };
    const key = [range.chain, ...endsOf(range, from, to, keptMs, clock.wallNow()), widthMs].join("\n");
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
    const job: Job = { route, answer, abort, keepMs: keptMs, waiting: 0, doneAt: null };
    const forget = (): void => {
      job.doneAt = clock.now();
      if (this.#jobs.get(key) === job) this.#jobs.delete(key);
    };
    this.#last = answer.then(() => void (job.doneAt = clock.now()), forget);
    this.#jobs.set(key, job);
    return job;
  }
}

/** What tells ranges apart. One that is kept for longer and ends about now goes by its length: both ends move on. */
function endsOf(
  range: { readonly from: number; readonly to: number },
  from: number,
  to: number,
  keptMs: number,
  now: number,
): readonly (number | string)[] {
  if (keptMs === keepMs || now - to >= keptMs) return [range.from, range.to];
  const span = to - from;
  return ["until now", Math.round(span / (span >= 12 * keptMs ? keptMs : minuteMs))];
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
