// Public before paid, then the lowest configured cost of the method, ties by expected latency. A provider that has
// used up its monthly quota goes last. Costs nothing to ask; sends no call to a paid provider while a public one can.

import type {
  Candidate,
  CandidateCost,
  Strategy,
  StrategyCall,
  StrategyPlugin,
  StrategyView,
} from "../core/plugins/strategy.ts";
import { expectedMs } from "./expected_latency.ts";
import { KeySort } from "./key_sort.ts";
import { type NoOptions, noOptions } from "./no_options.ts";

/** Units without a price can't be compared with dollars: they come after every price that is known. */
const unpricedFrom = 1e9;

class Cheapest implements Strategy {
  readonly cadence = "cached";
  readonly #keys = new KeySort();

  rank(candidates: Candidate[], call: StrategyCall, view: StrategyView): void {
    this.#keys.reset(candidates.length);
    const { first: tier, second: cost, third: expected } = this.#keys;
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index]!;
      tier[index] = (quotaUsedUp(candidate, view) ? 2 : 0) + (candidate.type === "paid" ? 1 : 0);
      cost[index] = costOf(candidate.cost, call.method);
      expected[index] = expectedMs(candidate, call.method, view);
    }
    this.#keys.sort(candidates);
  }

  explain(candidate: Candidate, call: StrategyCall, view: StrategyView): string {
    if (quotaUsedUp(candidate, view)) return `${candidate.type}, monthly quota used up`;
    const cost = costOf(candidate.cost, call.method);
    if (cost === 0) return `${candidate.type}, free`;
    if (cost >= unpricedFrom) return `${candidate.type}, ${cost - unpricedFrom} units without a price`;
    return `${candidate.type}, ${(cost * 1e6).toFixed(2)} USD per million calls`;
  }
}

function quotaUsedUp(candidate: Candidate, view: StrategyView): boolean {
  const quota = view.quota(candidate);
  return quota !== null && quota.used >= quota.max;
}

/** US dollars of one call; `unpricedFrom` + units where units but no price are configured. */
function costOf(cost: CandidateCost, method: string): number {
  const units = unitsOf(cost, method);
  if (units === 0) return 0;
  return cost.usdPerMillion === null ? unpricedFrom + units : units * cost.usdPerMillion / 1e6;
}

/** The method's own entry, else the longest pattern `prefix*` that matches, else `perCall`. */
function unitsOf(cost: CandidateCost, method: string): number {
  const exact = cost.methods[method];
  if (exact !== undefined) return exact;
  let units = cost.perCall;
  let longest = -1;
  for (const pattern in cost.methods) {
    const length = pattern.length - 1;
    if (length > longest && pattern.endsWith("*") && method.startsWith(pattern.slice(0, length))) {
      longest = length;
      units = cost.methods[pattern]!;
    }
  }
  return units;
}

export default {
  kind: "strategy",
  id: "cheapest",
  summary: "Public before paid, then the lowest configured cost of the method; ties by latency.",
  parse: noOptions,
  create(): Strategy {
    return new Cheapest();
  },
} satisfies StrategyPlugin<NoOptions>;
