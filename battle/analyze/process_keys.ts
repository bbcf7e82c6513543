// The keys that are measured on the router's process, from the samples that it reports of itself, in the measured time.

import type { ProcessSample } from "../model/record.ts";
import type { SloScope } from "../model/scenario.ts";
import { type Measure, measured, none } from "./measure.ts";
import type { RunFacts } from "./run_facts.ts";
import { covers } from "./spans.ts";

/** The greatest resident size. */
export function maxMemory(facts: RunFacts, scope: SloScope): Measure {
  const samples = samplesOf(facts, scope);
  if ("reason" in samples) return samples;
  return measured(Math.max(...samples.map(({ residentMb }) => residentMb)), samples.length);
}

/**
 * The least memory in use in the last fifth of the samples less that in the first; negative where it shrank. Two samples
 * at least. The least, since a heap fills with garbage until it is collected. Where none tells what is in use, resident
 * sizes stand for it.
 */
export function memoryGrowth(facts: RunFacts, scope: SloScope): Measure {
  const samples = samplesOf(facts, scope);
  if ("reason" in samples) return samples;
  const told = samples.flatMap(({ inUseMb }) => inUseMb ?? []);
  const mb = told.length > 0 ? told : samples.map(({ residentMb }) => residentMb);
  if (mb.length < 2) return none("one sample of the router's memory shows no growth");
  const fifth = Math.max(1, Math.floor(mb.length / 5));
  return measured(Math.min(...mb.slice(-fifth)) - Math.min(...mb.slice(0, fifth)), mb.length);
}

/** In the order of their times. */
function samplesOf(facts: RunFacts, scope: SloScope): readonly ProcessSample[] | Measure {
  if (facts.isForeign) return none("a foreign target's memory can't be told");
  if (scope.method !== null || scope.provider !== null) {
    return none("memory is the whole router's: it has no share for a method or a provider");
  }
  const time = facts.time(scope.during);
  const samples = facts.record.samples.filter(({ process, atUs }) =>
    process === "router" && covers(time, atUs)
  );
  if (samples.length === 0) return none("no sample of the router's memory was taken in this scope");
  return samples.toSorted((a, b) => a.atUs - b.atUs);
}
