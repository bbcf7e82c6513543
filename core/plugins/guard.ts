// The fault boundary around one strategy of one chain. Routing calls only this: whatever the plugin does – throws,
// loses or doubles a candidate, answers with a promise – the list stays whole, the default strategy serves, and the
// fault is reported at most once a minute with its count. It can't stop a `rank` that never returns.

import type { Clock } from "../clock.ts";
import { LassoError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { PluginDeps } from "./deps.ts";
import { strategyFault, thrownText } from "./shape.ts";
import type { Candidate, Strategy, StrategyCall, StrategyPlugin, StrategyView } from "./strategy.ts";

export interface GuardOptions {
  /** The plugin's id. */
  readonly id: string;
  readonly chain: string;
  readonly strategy: Strategy;
  /** Serves when `strategy` doesn't; null (for the default strategy itself): the order stays as it was given. */
  readonly fallback: Strategy | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears each fault that is reported; `count` faults happened since the last report. */
  readonly onFault?: (error: LassoError, count: number) => void;
}

const reportEveryMs = 60_000;
const maxPhraseChars = 200;

export class GuardedStrategy {
  readonly id: string;
  readonly cadence: Strategy["cadence"];
  readonly #options: GuardOptions;
  /** What the plugin sorts, so that nothing it does later reaches the caller's list. */
  #work: Candidate[] = [];
  /** A slot number for each candidate met; channels live long, so it is filled once. */
  readonly #slots = new Map<Candidate, number>();
  /** By slot: `#round` while the candidate is awaited in this round, 0 once it was seen. */
  readonly #awaited: number[] = [];
  #round = 0;
  #faults = 0;
  #unreported = 0;
  #reportedAt = -Infinity;
  #disposed = false;

  constructor(options: GuardOptions) {
    this.id = options.id;
    this.cadence = options.strategy.cadence;
    this.#options = options;
  }

  /** Faults since the start. */
  get faults(): number {
    return this.#faults;
  }

  /** Sorts `candidates` in place, best first. true: the strategy's own order; false: the fallback's. */
  order(candidates: Candidate[], call: StrategyCall, view: StrategyView): boolean {
    const fault = this.#ranked(this.#options.strategy, candidates, call, view);
    if (fault === null) return true;
    this.#report(fault);
    const { fallback } = this.#options;
    if (fallback === null) return false;
    const second = this.#ranked(fallback, candidates, call, view);
    if (second !== null) this.#report(`the default strategy: ${second}`);
    return false;
  }

  /** One short phrase about a candidate's place; never empty, never throws. */
  explain(candidate: Candidate, call: StrategyCall, view: StrategyView): string {
    const { strategy } = this.#options;
    if (strategy.explain === undefined) return `ordered by ${this.id}`;
    try {
      const phrase: unknown = strategy.explain(candidate, call, view);
      if (typeof phrase === "string" && phrase !== "") return phrase.slice(0, maxPhraseChars);
      quiet(phrase);
      this.#report("explain did not give a phrase");
    } catch (thrown) {
      this.#report(`explain threw: ${thrownText(thrown)}`);
    }
    return `ordered by ${this.id}`;
  }

  /** Disposes the strategy, once; what it throws is reported. The fallback belongs to its own guard. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#slots.clear();
    try {
      await this.#options.strategy[Symbol.asyncDispose]?.();
    } catch (thrown) {
      this.#report(`dispose threw: ${thrownText(thrown)}`);
    }
  }

  /** null when `candidates` was sorted; else what went wrong, and `candidates` is as it was. */
  #ranked(
    strategy: Strategy,
    candidates: Candidate[],
    call: StrategyCall,
    view: StrategyView,
  ): string | null {
    const work = this.#work;
    const count = candidates.length;
    work.length = count;
    for (let index = 0; index < count; index++) work[index] = candidates[index]!;
    let fault: string | null = null;
    try {
      const answer: unknown = strategy.rank(work, call, view);
      if (answer instanceof Promise) {
        quiet(answer);
        fault = "rank returned a promise; it must be synchronous";
      } else if (!this.#sameElements(candidates, work)) {
        fault = "rank did not leave exactly the same candidates";
      }
    } catch (thrown) {
      fault = `rank threw: ${thrownText(thrown)}`;
    }
    if (fault !== null) {
      this.#work = []; // The plugin may hold on to the old one.
      return fault;
    }
    for (let index = 0; index < count; index++) candidates[index] = work[index]!;
    return null;
  }

  /** Is `after` a permutation of `before`? Two passes over numbered slots, nothing allocated. */
  #sameElements(before: readonly Candidate[], after: readonly Candidate[]): boolean {
    if (after.length !== before.length) return false;
    if (this.#slots.size > 64 + 4 * before.length) this.#slots.clear(); // Channels of old configurations.
    const round = ++this.#round;
    for (let index = 0; index < before.length; index++) {
      const candidate = before[index]!;
      let slot = this.#slots.get(candidate);
      if (slot === undefined) this.#slots.set(candidate, slot = this.#slots.size);
      this.#awaited[slot] = round;
    }
    for (let index = 0; index < after.length; index++) {
      const slot = this.#slots.get(after[index]!);
      if (slot === undefined || this.#awaited[slot] !== round) return false;
      this.#awaited[slot] = 0;
    }
    return true;
  }

  #report(what: string): void {
    this.#faults++;
    this.#unreported++;
    const { id, chain, clock, log, onFault } = this.#options;
    const now = clock.now();
    if (now - this.#reportedAt < reportEveryMs) return;
    this.#reportedAt = now;
    const count = this.#unreported;
    this.#unreported = 0;
    const error = new LassoError("plugin", `strategy "${id}": ${what}`, {
      place: `chain ${chain}`,
      hint: "correct the plugin; meanwhile the default strategy serves",
      details: { strategy: id, chain, count },
      docs: "plugins.md#what-is-guarded",
    });
    log.write("error", "plugin.fault", { plugin: id, kind: "strategy", chain, error: error.summary, count });
    onFault?.(error, count);
  }
}

/**
 * Creates a plugin's strategy. Throws a LassoError (code `plugin`) when `create` throws or gives something that is
 * no strategy; what it gave is disposed then.
 */
export function createStrategy(plugin: StrategyPlugin, options: unknown, deps: PluginDeps): Strategy {
  let created: unknown;
  let fault: string | null;
  try {
    created = plugin.create(options, deps);
    fault = strategyFault(created);
  } catch (thrown) {
    fault = `create threw: ${thrownText(thrown)}`;
  }
  if (fault === null) return created as Strategy;
  disposeQuietly(created);
  throw new LassoError("plugin", `strategy "${plugin.id}": ${fault}`, {
    hint: "create must give { cadence, rank } at once",
    docs: "plugins.md#the-strategy",
  });
}

function disposeQuietly(created: unknown): void {
  quiet(created);
  try {
    quiet((created as Partial<AsyncDisposable> | null | undefined)?.[Symbol.asyncDispose]?.());
  } catch { /* The fault that is thrown says more. */ }
}

/** Nobody waits for a promise that should not be there; its rejection must not end the process. */
function quiet(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {});
}
