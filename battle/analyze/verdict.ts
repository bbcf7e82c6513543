// The verdict of a whole, from those of its parts, and what the command makes of several: exit code and last line.

import type { Verdict } from "../model/result.ts";

/** fail before inconclusive before pass. */
export function worstVerdict(verdicts: Iterable<Verdict>): Verdict {
  const all = new Set(verdicts);
  return all.has("fail") ? "fail" : all.has("inconclusive") ? "inconclusive" : "pass";
}

/** A scenario that is known to fail: FAIL is what was expected, PASS is news. `reason` null: it is to pass. */
export function turned(
  verdict: Verdict,
  reason: string | null,
): { readonly verdict: Verdict; readonly reasons: readonly string[] } {
  if (reason === null) return { verdict, reasons: [] };
  if (verdict === "fail") return { verdict: "pass", reasons: [`it failed, as is known: ${reason}`] };
  if (verdict === "pass") {
    return {
      verdict: "fail",
      reasons: [`it is known to fail (${reason}), and passed: strike expectedToFail`],
    };
  }
  return { verdict, reasons: [`it is known to fail (${reason}), which could not be told`] };
}

/** 0 pass, 1 an SLO or checker failed, 2 bad scenario, 3 inconclusive, 4 the harness failed, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

const order: readonly ExitCode[] = [130, 4, 2, 1, 3, 0];
const codeOf: Readonly<Record<Verdict, ExitCode>> = { pass: 0, fail: 1, inconclusive: 3 };

/** What a scenario came to: its verdict, or what kept it from one. */
export type ScenarioEnd = Verdict | "bad_scenario" | "harness_failed" | "interrupted";

export function exitCodeOf(ends: Iterable<ScenarioEnd>): ExitCode {
  const codes = new Set([...ends].map((end): ExitCode => {
    if (end === "interrupted") return 130;
    if (end === "harness_failed") return 4;
    return end === "bad_scenario" ? 2 : codeOf[end];
  }));
  return order.find((code) => codes.has(code)) ?? 0;
}

/** For machines. What came to no verdict is inconclusive here; the exit code tells why. */
export function lastLine(ends: Iterable<ScenarioEnd>): string {
  let [passed, failed, open] = [0, 0, 0];
  for (const end of ends) {
    if (end === "pass") passed++;
    else if (end === "fail") failed++;
    else open++;
  }
  return `PASS ${passed} FAIL ${failed} INCONCLUSIVE ${open}`;
}
