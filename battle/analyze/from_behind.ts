// Answers from behind that no router could have known to be, counted and told: they are not wrong, and not silent.

import { detectionMs } from "./lag_excuses.ts";
import type { RunFacts } from "./run_facts.ts";

/** A sentence for each fault that led to some, with their number. */
export function fromBehind(facts: RunFacts): readonly string[] {
  const counts = new Map<string, number>();
  for (const call of facts.calls) {
    const judgement = facts.judgementOf(call);
    if (judgement?.verdict !== "behind") continue;
    counts.set(judgement.why, (counts.get(judgement.why) ?? 0) + 1);
  }
  const withinS = (facts.options.detectionMs ?? detectionMs(facts.scenario)) / 1_000;
  return [...counts].map(([id, count]) =>
    `${count} ${
      count === 1 ? "answer" : "answers"
    } from behind within the detection time of ${withinS} s after ${id}`
  );
}
