// An example plugin: stay with one provider as long as it serves well, so that an application reads from one node's
// view of the chain, and move only when its breaker opens or it falls behind. Not back, either: a move costs more
// than it gains. To use it, name this file under `plugins` in lasso.yaml and set `strategy: sticky`:
//
//   plugins:
//     - { path: ./examples/strategies/sticky.ts, options: { max_lag_blocks: 3 } }
//
// All imports are types, so nothing of Lasso is needed at run time.

import type {
  Candidate,
  Strategy,
  StrategyCall,
  StrategyPlugin,
  StrategyView,
} from "../../core/plugins/strategy.ts";
import type { PluginDeps } from "../../core/plugins/deps.ts";

interface StickyOptions {
  /** Blocks that the provider may be behind before it is left. Default 2. */
  readonly maxLagBlocks: number;
}

class Sticky implements Strategy {
  readonly cadence = "cached";
  readonly #maxLagBlocks: number;
  readonly #log: PluginDeps["log"];
  /** The provider that is stayed with; null before the first call. */
  #home: string | null = null;

  constructor(options: StickyOptions, log: PluginDeps["log"]) {
    this.#maxLagBlocks = options.maxLagBlocks;
    this.#log = log;
  }

  rank(candidates: Candidate[], _call: StrategyCall, view: StrategyView): void {
    candidates.sort((a, b) => latencyOf(a, view) - latencyOf(b, view) || a.priority - b.priority);
    let home = candidates.find((candidate) => candidate.provider === this.#home);
    // A home that is not among the candidates can't do this one call: no reason to leave it for all the others.
    const needed = home !== undefined ? !this.#serves(home) : this.#home === null;
    if (needed) {
      const next = candidates.find((candidate) => this.#serves(candidate));
      if (next !== undefined && next.provider !== this.#home) {
        this.#log("info", "moved", { from: this.#home, to: next.provider });
        this.#home = next.provider;
        home = next;
      }
    }
    if (home === undefined) return;
    candidates.splice(candidates.indexOf(home), 1);
    candidates.unshift(home);
  }

  explain(candidate: Candidate): string {
    if (candidate.provider === this.#home) return "stayed with";
    return this.#serves(candidate) ? "in reserve" : "broken or behind";
  }

  #serves(candidate: Candidate): boolean {
    return candidate.breaker === "closed" && (candidate.lagBlocks ?? 0) <= this.#maxLagBlocks;
  }
}

/** Median over all methods; what was never measured comes last. Number.MAX_VALUE, as ∞ − ∞ is no number. */
function latencyOf(candidate: Candidate, view: StrategyView): number {
  return view.latencyOverall(candidate)?.p50 ?? Number.MAX_VALUE;
}

export default {
  kind: "strategy",
  id: "sticky",
  summary: "Stays with one provider until its breaker opens or it falls behind.",
  parse(raw): StickyOptions {
    if (raw === undefined || raw === null) return { maxLagBlocks: 2 };
    if (typeof raw !== "object") throw new Error("options: expected a mapping");
    const { max_lag_blocks: maxLagBlocks = 2, ...unknown } = raw as Record<string, unknown>;
    const [key] = Object.keys(unknown);
    if (key !== undefined) throw new Error(`options.${key}: unknown key; known is max_lag_blocks`);
    if (typeof maxLagBlocks !== "number" || !Number.isInteger(maxLagBlocks) || maxLagBlocks < 0) {
      throw new Error("options.max_lag_blocks: expected a whole number, 0 or more");
    }
    return { maxLagBlocks };
  },
  create(options, deps): Strategy {
    return new Sticky(options, deps.log);
  },
} satisfies StrategyPlugin<StickyOptions>;
