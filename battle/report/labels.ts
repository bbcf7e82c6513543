// How the parts of a result are called for people: a fault, an SLO's scope, a moment, an attempt, and the verdict in a
// sentence. One wording for all formats.

import type { Fault } from "../model/fault.ts";
import type { AttemptRecord, FaultRecord } from "../model/record.ts";
import type {
  ChainLoad,
  FaultResult,
  ScenarioResult,
  SloResult,
  Verdict,
  WorkloadResult,
} from "../model/result.ts";
import type { SloScope } from "../model/scenario.ts";
import { formatAt, formatMs, formatNumber, formatPair, formatRoughShare, unitOf } from "./format.ts";

export const verdictWords: Readonly<Record<Verdict, string>> = {
  pass: "PASS",
  fail: "FAIL",
  inconclusive: "INCONCLUSIVE",
};

/** `kill alchemy`, `lag 12 blocks at infura`, `router killed`. */
export function faultLabel({ fault, provider }: FaultRecord): string {
  const what = faultWords(fault);
  if (provider === null) return what;
  return what.includes(" ") ? `${what} at ${provider}` : `${what} ${provider}`;
}

function faultWords(fault: Fault): string {
  switch (fault.kind) {
    case "latency":
      return `latency +${formatMs(fault.ms)}${fault.jitterMs > 0 ? ` ± ${formatMs(fault.jitterMs)}` : ""}`;
    case "bandwidth":
      return `bandwidth ${formatNumber(fault.bytesPerSecond)} B/s`;
    case "slow_body":
      return `slow body ${formatNumber(fault.bytesPerSecond)} B/s`;
    case "cut_body":
      return `body cut after ${formatNumber(fault.afterBytes)} B`;
    case "slow_close":
      return `close delayed ${formatMs(fault.ms)}`;
    case "tls":
    case "dns":
      return `${fault.kind.toUpperCase()} ${fault.how.replaceAll("_", " ")}`;
    case "status":
      return `HTTP ${fault.status}${
        fault.retryAfterS === null ? "" : `, Retry-After ${fault.retryAfterS} s`
      }`;
    case "html_page":
      return `HTML page with HTTP ${fault.status}`;
    case "vendor_error":
      return `vendor error ${fault.name}`;
    case "huge_result":
      return `huge result ${formatNumber(fault.bytes)} B`;
    case "brownout":
      return `brown-out +${formatMs(fault.extraMs)}`;
    case "lag":
      return `lag ${formatNumber(fault.blocks)} blocks`;
    case "reorg":
      return `reorg of ${formatNumber(fault.depth)} blocks`;
    case "forked_head":
      return `forked head, ${formatNumber(fault.depth)} deep`;
    case "pruned":
      return `pruned but for ${formatNumber(fault.keepBlocks)} blocks`;
    case "wrong_chain_id":
      return `wrong chain id ${fault.chainId}`;
    case "skip_events":
    case "duplicate_events":
      return `${fault.kind === "skip_events" ? "skips" : "doubles"} ${
        formatRoughShare(fault.share)
      } of events`;
    case "late_events":
      return `events late by ${formatMs(fault.ms)}`;
    case "memory_pressure":
      return `router with ${formatNumber(fault.heapMb)} MB of heap`;
    case "router_stall":
      return "router stalled";
    case "router_kill":
      return "router killed";
    default:
      return fault.kind.replaceAll("_", " ");
  }
}

/** `20–35 s`, `55 s` for a single act. */
export function faultWhen({ startUs, endUs }: FaultRecord): string {
  const [start, end] = [formatAt(startUs / 1_000), formatAt(endUs / 1_000)];
  if (start === end) return start;
  return start.endsWith(" s") && end.endsWith(" s") ? `${start.slice(0, -2)}–${end}` : `${start}–${end}`;
}

/** `reads`, `reads · eth_call · during kill-alchemy-1`, `the run`. */
export function scopeLabel({ workload, method, provider, during }: SloScope): string {
  const parts = [
    workload,
    method,
    provider === null ? null : `provider ${provider}`,
    during === null
      ? null
      : during === "faults"
      ? "during faults"
      : during === "calm"
      ? "in calm"
      : `during ${during}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "the run" : parts.join(" · ");
}

/** An SLO's value and its bound with the sign that must hold: `["412 ms", "≤ 250 ms"]`. */
export function sloWords({ key, value, bound, direction }: SloResult): readonly [string, string] {
  const [shown, limit] = formatPair(value, bound, unitOf(key));
  return [shown, `${direction === "min" ? "≥" : "≤"} ${limit}`];
}

/** `alchemy connect 3.1 ms → infura ok 35 ms`; the transport is told where it is not HTTP. */
export function attemptsLabel(attempts: readonly AttemptRecord[]): string {
  return attempts
    .map(({ provider, transport, ms, outcome }) =>
      `${provider}${transport === "ws" ? " (ws)" : ""} ${outcome} ${formatMs(ms)}`
    )
    .join(" → ");
}

/** `infura 72 %, ankr 28 %`, the largest first. */
export function sharesLabel(shares: Readonly<Record<string, number>>): string {
  return Object.entries(shares)
    .filter(([, share]) => share > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${formatRoughShare(share)}`)
    .join(", ");
}

/** `31 of 33 SLOs pass, 1 fails, 1 inconclusive; 2 of 2 checks pass; 3 faults`. */
export function tallyLine({ slos, checks, faults }: ScenarioResult): string {
  const parts = [tally("SLO", slos), tally("check", checks)].filter((part) => part !== "");
  if (faults.length > 0) parts.push(faults.length === 1 ? "1 fault" : `${faults.length} faults`);
  return parts.length === 0 ? "nothing was asked of it" : parts.join("; ");
}

function tally(noun: string, judged: readonly { readonly verdict: Verdict }[]): string {
  if (judged.length === 0) return "";
  const count = (verdict: Verdict): number => judged.filter((item) => item.verdict === verdict).length;
  const [pass, fail, open] = [count("pass"), count("fail"), count("inconclusive")];
  return `${pass} of ${judged.length} ${noun}${judged.length === 1 ? "" : "s"} passed` +
    (fail > 0 ? `, ${fail} failed` : "") + (open > 0 ? `, ${open} inconclusive` : "");
}

/** All that speaks against a pass, one sentence each: the result's own reasons, then what failed, then what is open. */
export function objections({ reasons, slos, checks, comparison }: ScenarioResult): string[] {
  const ofSlo = (slo: SloResult): string => {
    const [value, bound] = sloWords(slo);
    return `${slo.key} of ${scopeLabel(slo.scope)}: ` +
      (slo.verdict === "fail" ? `${value}, must be ${bound}` : slo.reason ?? "can't be told");
  };
  const of = (verdict: Verdict): string[] => [
    ...slos.filter((slo) => slo.verdict === verdict).map(ofSlo),
    ...checks.filter((check) => check.verdict === verdict)
      .map(({ name, details }) => `${name}: ${firstOf(details)}`),
    ...(comparison?.verdict === verdict ? [`comparison: ${comparison.text}`] : []),
  ];
  return [...reasons, ...of("fail"), ...of("inconclusive")];
}

function firstOf(details: readonly string[]): string {
  const [first = "can't be told", ...more] = details;
  return more.length === 0 ? first : `${first} (and ${more.length} more)`;
}

/** `8.2 / 31 ms (12)`: p99, maximum, cases. */
export function failoverLabel(failover: NonNullable<FaultResult["failover"]>): string {
  const [p99, max] = [formatMs(failover.p99Ms), formatMs(failover.maxMs)];
  const cut = p99.lastIndexOf(" ");
  const sameUnit = p99.slice(cut) === max.slice(max.lastIndexOf(" "));
  return `${sameUnit ? p99.slice(0, cut) : p99} / ${max} (${formatNumber(failover.n)})`;
}

/** `0 gaps, 2 duplicates, 0 out of order, 0 on a wrong branch`. */
export function streamsLabel(streams: NonNullable<ScenarioResult["streams"]>): string {
  const { gaps, duplicates, outOfOrder, wrongBranch } = streams;
  return `${formatNumber(gaps)} gaps, ${formatNumber(duplicates)} duplicates, ` +
    `${formatNumber(outOfOrder)} out of order, ${formatNumber(wrongBranch)} on a wrong branch`;
}

/** `alchemy 70 % (even: 50 %), infura 30 % (50 %); fairness 0.86; 2.4 units a request`. */
export function loadLabel({ providers, fairness, unitsPerRequest }: ChainLoad): string {
  const all = providers.reduce((sum, { served }) => sum + served, 0);
  if (all === 0) return "no provider answered";
  const shares = providers.map(({ provider, served, fairServed }, at) =>
    `${provider} ${formatRoughShare(served / all)} ` +
    `(${at === 0 ? "even: " : ""}${formatRoughShare(fairServed / all)})`
  );
  return [
    shares.join(", "),
    ...(fairness === null ? [] : [`fairness ${fairness.toFixed(2)}`]),
    ...(unitsPerRequest === null ? [] : [`cost ${Number(unitsPerRequest.toPrecision(3))} units a request`]),
  ].join("; ");
}

/** `19 error, 3 timeout`: all that was not a result; empty: nothing. */
export function outcomesLabel({ outcomes }: WorkloadResult): string {
  return Object.entries(outcomes)
    .filter(([outcome, count]) => outcome !== "result" && count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${formatNumber(count)} ${outcome}`)
    .join(", ");
}
