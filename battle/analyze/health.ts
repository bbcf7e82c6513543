// When a chain had no healthy provider, by the fault timeline: each of its providers had a fault in force on it. What
// the router believed does not count. Pure.

import type { RunFacts } from "./run_facts.ts";
import { spanOf } from "./run_facts.ts";
import { intersection, type Span, union } from "./spans.ts";

/** By chain: the time without a healthy provider. Of chains whose providers nobody knows there is none. */
export function healthOf({ scenario, record }: RunFacts): ReadonlyMap<string, readonly Span[]> {
  return new Map(scenario.chains.map(({ name, providers }) => {
    const [first, ...rest] = providers.map(({ id }) =>
      union(
        record.faults.filter((fault) =>
          fault.provider === id && (fault.chain === null || fault.chain === name)
        ).map(spanOf),
      )
    );
    return [name, rest.reduce((dark, sick) => intersection(dark, sick), first ?? [])];
  }));
}
