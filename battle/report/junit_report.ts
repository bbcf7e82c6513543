// The report as JUnit XML: a suite is a scenario, a case an SLO, a checker or a fault; fail is a failure, inconclusive an
// error. What CI shows of it must agree with the exit code, also where a scenario is expected to fail.

import type { FaultResult, ScenarioResult, SloResult, Verdict } from "../model/result.ts";
import type { ReportDiff } from "./compare_reports.ts";
import { formatMs, formatNumber, formatShare, formatValue, nothing, unitOf } from "./format.ts";
import { faultLabel, faultWhen, objections, scopeLabel, sharesLabel, sloWords } from "./labels.ts";
import { type Child, element, lines, type Markup, newLine } from "./markup.ts";
import { printableJson } from "./plain_text.ts";
import { safeResult } from "./safe_result.ts";

interface Case {
  readonly kind: "slo" | "check" | "fault" | "comparison" | "scenario";
  readonly name: string;
  readonly seconds: number;
  readonly verdict: Verdict;
  /** One line: why it did not pass. */
  readonly message: string;
  readonly details: readonly string[];
}

export interface JunitOptions {
  readonly secrets?: Iterable<string>;
  /** The comparison with an earlier report; its regressions are told, and are no cases. */
  readonly baseline?: ReportDiff | null;
}

export function junitReport(unsafe: ScenarioResult, { secrets, baseline }: JunitOptions = {}): string {
  const result = safeResult(unsafe, secrets);
  const cases = withVerdict(result, [
    ...result.slos.map(sloCase),
    ...result.checks.map((check): Case => ({
      kind: "check",
      name: check.name,
      seconds: 0,
      verdict: check.verdict,
      message: check.details[0] ?? "can't be told",
      details: check.details,
    })),
    ...result.faults.map((fault, at) => faultCase(fault, nth(result.faults, at), result.slos)),
    ...comparisonCase(result),
  ]);
  const excused = result.verdict === "pass";
  const count = (verdict: Verdict): number => cases.filter((one) => one.verdict === verdict).length;
  const totals = {
    tests: cases.length,
    failures: excused ? 0 : count("fail"),
    errors: excused ? 0 : count("inconclusive"),
    skipped: excused ? cases.length - count("pass") : 0,
    time: seconds(result.durationMs),
  };
  const told = [
    ...objections(result),
    ...(baseline?.regressions ?? []).map((text) => `regression: ${text}`),
    `repeat: ${result.command}`,
  ];
  const suite = element(
    "testsuite",
    { name: result.scenario, ...totals, timestamp: result.startedAt.replace(/(?:\.\d+)?Z$/, "") },
    newLine(4),
    properties(result),
    ...cases.flatMap((one) => [newLine(4), caseElement(one, result)]),
    newLine(4),
    element("system-out", {}, lines(told)),
    newLine(2),
  );
  const root = element("testsuites", { name: "lasso battle", ...totals }, newLine(2), suite, newLine());
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.text}\n`;
}

/** A verdict that none of the cases tells becomes a case: a generator that was late, a failure that was due and did not come. */
function withVerdict(result: ScenarioResult, cases: readonly Case[]): readonly Case[] {
  const told = result.verdict === "pass" || cases.some(({ verdict }) => verdict === result.verdict);
  if (told && cases.length > 0) return cases;
  return [...cases, {
    kind: "scenario",
    name: "verdict",
    seconds: 0,
    verdict: result.verdict,
    message: result.reasons[0] ?? `the scenario's verdict is ${result.verdict}`,
    details: result.reasons,
  }];
}

function sloCase(slo: SloResult): Case {
  const [value, bound] = sloWords(slo);
  // A name is the same in every run, or CI would see a new case each time: nothing measured is part of it.
  const sign = slo.direction === "min" ? "≥" : "≤";
  const told = `${value}, must be ${bound}; ${formatNumber(slo.samples)} samples`;
  return {
    kind: "slo",
    name: `${slo.key} ${sign} ${formatValue(slo.bound, unitOf(slo.key))} of ${scopeLabel(slo.scope)}`,
    seconds: 0,
    verdict: slo.verdict,
    message: slo.verdict === "inconclusive" ? slo.reason ?? "can't be told" : told,
    details: [told],
  };
}

/** ` (2)` for the second stretch of a fault that comes again under its id; empty for the first. */
function nth(faults: readonly FaultResult[], at: number): string {
  const id = faults[at]?.fault.id;
  const before = faults.slice(0, at).filter(({ fault }) => fault.id === id).length;
  return before === 0 ? "" : ` (${before + 1})`;
}

/** A fault is judged by the SLOs that are asked of its time. */
function faultCase(result: FaultResult, nth: string, slos: readonly SloResult[]): Case {
  const { fault, detectionMs, shiftMs, recoveryMs, failover, blast, tookOver } = result;
  const own = slos.filter(({ scope }) => scope.during === fault.id);
  const verdict = own.some((slo) => slo.verdict === "fail")
    ? "fail"
    : own.some((slo) => slo.verdict === "inconclusive")
    ? "inconclusive"
    : "pass";
  return {
    kind: "fault",
    name: `${fault.id}${nth}`,
    seconds: Math.max(0, fault.endUs - fault.startUs) / 1e6,
    verdict,
    message: own.filter((slo) => slo.verdict === verdict)
      .map((slo) => `${slo.key}: ${slo.reason ?? sloWords(slo).join(", must be ")}`).join("; "),
    details: [
      `${faultLabel(fault)}, ${faultWhen(fault)}`,
      `detected after ${formatMs(detectionMs)}, shifted after ${formatMs(shiftMs)}, ` +
      `recovered after ${formatMs(recoveryMs)}, failed ${formatShare(blast)}`,
      failover === null
        ? "no failover"
        : `failover p50 ${formatMs(failover.p50Ms)}, p99 ${formatMs(failover.p99Ms)}, ` +
          `highest ${formatMs(failover.maxMs)}, ${formatNumber(failover.n)} cases`,
      `took over: ${sharesLabel(tookOver) || nothing}`,
    ],
  };
}

function comparisonCase({ comparison }: ScenarioResult): Case[] {
  return comparison === null ? [] : [{
    kind: "comparison",
    name: `${comparison.metric} against the baseline`,
    seconds: 0,
    verdict: comparison.verdict,
    message: comparison.text,
    details: [comparison.text],
  }];
}

function caseElement(one: Case, result: ScenarioResult): Markup {
  const attributes = {
    classname: `${result.scenario.replaceAll(".", " ")}.${one.kind}`,
    name: one.name,
    time: seconds(one.seconds * 1_000),
  };
  const told = lines(one.details);
  const inner = one.verdict === "pass" ? passed(one, told) : [
    result.verdict === "pass"
      // What was expected to fail did: CI must not be red for it.
      ? element("skipped", {
        message: `${result.reasons[0] ?? "as expected"}: ${one.message}`,
      })
      : element(one.verdict === "fail" ? "failure" : "error", { message: one.message, type: one.kind }, told),
  ];
  return element("testcase", attributes, ...inner);
}

function passed(one: Case, told: Markup): Child[] {
  return one.details.length === 0 ? [] : [element("system-out", {}, told)];
}

function properties(result: ScenarioResult): Markup {
  const values = {
    version: result.version,
    seed: `${result.seed}`,
    plan_hash: result.planHash,
    started_at: result.startedAt,
    command: result.command,
    verdict: result.verdict,
    config: printableJson(result.config, 0),
  };
  return element(
    "properties",
    {},
    ...Object.entries(values).flatMap((
      [name, value],
    ) => [newLine(6), element("property", { name, value })]),
    newLine(4),
  );
}

/** Whole milliseconds as seconds. */
function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
