// The keys that are measured on the router's process, from the samples that it reports of itself, in the measured time.

import type { SloScope } from "../model/scenario.ts";
import { type Measure, measured, none } from "./measure.ts";
import { ascending, quantile } from "./quantiles.ts";
import type { RunFacts } from "./run_facts.ts";
import { covers } from "./spans.ts";

/** The greatest resident size. */
export function maxMemory(facts: RunFacts, scope: SloScope): Measure {
  const sizes = sizesOf(facts, scope);
  if ("reason" in sizes) return sizes;
  return measured(Math.max(...sizes.mb), sizes.mb.length);
}

/**
 * The median resident size of the last fifth of the samples less that of the first fifth; negative where it shrank. Two
 * samples at least.
 */
export function memoryGrowth(facts: RunFacts, scope: SloScope): Measure {
  const sizes = sizesOf(facts, scope);
  if ("reason" in sizes) return sizes;
  const { mb } = sizes;
  if (mb.length < 2) return none("one sample of the router's memory shows no growth");
  const fifth = Math.max(1, Math.floor(mb.length / 5));
  return measured(median(mb.slice(-fifth)) - median(mb.slice(0, fifth)), mb.length);
}

function sizesOf(facts: RunFacts, scope: SloScope): { readonly mb: readonly number[] } | Measure {
  if (facts.isForeign) return none("a foreign target's memory can't be told");
  if (scope.method !== null || scope.provider !== null) {
    return none("memory is the whole router's: it has no share for a method or a provider");
  }
  const time = facts.time(scope.during);
  const samples = facts.record.samples.filter(({ process, atUs }) =>
    process === "router" && covers(time, atUs)
  );
  if (samples.length === 0) return none("no sample of the router's memory was taken in this scope");
  return { mb: [...samples].sort((a, b) => a.atUs - b.atUs).map(({ residentMb }) => residentMb) };
}

function median(values: readonly number[]): number {
  return quantile(ascending(values), 0.5);
}
