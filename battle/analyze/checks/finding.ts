// What a checker gives back, and the rule that all share: false with up to ten examples, unknown with the reason, else
// true; true with a word on it where nothing was planned that it could judge.

import type { CheckResult } from "../../model/result.ts";
import type { CheckName } from "../../model/scenario.ts";
import type { Call } from "../run_facts.ts";

const mostExamples = 10;

/** Examples of what is wrong, and how many there were in all. */
export class Examples {
  readonly #kept: string[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    this.#count++;
    if (this.#kept.length < mostExamples) this.#kept.push(text);
  }

  /** Ten at most; where there were more, the last says so. */
  get list(): readonly string[] {
    if (this.#count <= mostExamples) return this.#kept;
    const kept = this.#kept.slice(0, mostExamples - 1);
    return [...kept, `and ${this.#count - kept.length} more`];
  }
}

/** Fails with examples; without any it is unknown for the reason that is given, and true without one. */
export function resultOf(name: CheckName, wrong: Examples, unknownBecause: string | null): CheckResult {
  if (wrong.count > 0) return { name, verdict: "fail", details: wrong.list };
  return unknownBecause === null
    ? { name, verdict: "pass", details: [] }
    : { name, verdict: "inconclusive", details: [unknownBecause] };
}

/** True, as nothing that the checker judges was planned, nor happened. `what`: "no write was planned". */
export function nothingPlanned(name: CheckName, what: string): CheckResult {
  return { name, verdict: "pass", details: [what] };
}

/** For people: which request, and when it was sent. */
export function nameOf({ record }: Call): string {
  const id = record.requestId === null ? "" : ` (${record.requestId})`;
  return `${record.workload} ${record.index} ${record.method} at ${(record.sentUs / 1e6).toFixed(3)} s${id}`;
}
