// An alert as a sentence that a person understands, for Slack, the log and the dashboard. Pure.

import type { AlertCondition, AlertRule } from "../settings.ts";

export interface AlertSubject {
  readonly rule: AlertRule;
  readonly chain: string;
  readonly provider: string | null;
}

export interface AlertStanding {
  readonly value: number | null;
  /** The value above which it holds. */
  readonly limit: number;
  /** For how long it has held, or held. */
  readonly heldMs: number;
  /** More about the cause, without secrets. */
  readonly why: string | null;
}

export function firingText(subject: AlertSubject, standing: AlertStanding): string {
  const { rule } = subject;
  const cause = standing.why === null ? "" : ` (${standing.why.replace(/\.$/, "")})`;
  const held = standing.heldMs < 1_000 ? "" : `, for ${spanText(standing.heldMs)}`;
  return `FIRING ${rule.name}: ${placeOf(subject)} ${stateText(rule, standing)}${cause}${held}.`;
}

export function resolvedText(subject: AlertSubject, standing: AlertStanding): string {
  const { rule } = subject;
  const why = standing.why ?? over[rule.when];
  return `RESOLVED ${rule.name}: ${placeOf(subject)}: ${why}; it lasted ${spanText(standing.heldMs)}.`;
}

function placeOf({ chain, provider }: AlertSubject): string {
  return provider === null ? `chain ${chain}` : `provider ${provider} of ${chain}`;
}

function stateText(rule: AlertRule, { value, limit }: AlertStanding): string {
  const shown = value === null ? "an unknown value" : valueText(rule.when, value);
  const within = rule.windowMs === null ? "" : ` within ${spanText(rule.windowMs)}`;
  const most = `(limit ${valueText(rule.when, limit)})`;
  switch (rule.when) {
    case "provider_down":
      return "is down";
    case "chain_down":
      return "is down: none of its providers can serve";
    case "error_rate":
      return `failed ${shown} of calls${within} ${most}`;
    case "latency_p99":
      return `has a p99 latency of ${shown}${within} ${most}`;
    case "lag":
      return `is ${shown} behind the head ${most}`;
    case "head_stalled":
      return `has had no new block for ${shown} ${most}`;
    case "quota":
      return `has used ${shown} of this month's quota ${most}`;
    case "breaker_open":
      return `has ${value === 1 ? "an open circuit breaker" : `${value ?? "some"} open circuit breakers`}`;
    case "stream_gap":
      return `lost events in ${shown}${within} ${most}`;
    case "reorg_depth":
      return `had a reorg of ${shown}${within} ${most}`;
  }
}

const over: Readonly<Record<AlertCondition, string>> = {
  provider_down: "serves again",
  chain_down: "can be served again",
  error_rate: "calls succeed again",
  latency_p99: "is fast enough again",
  lag: "has caught up",
  head_stalled: "has new blocks again",
  quota: "has quota left again",
  breaker_open: "its circuit breakers are closed again",
  stream_gap: "no further gap",
  reorg_depth: "no further deep reorg",
};

function valueText(when: AlertCondition, value: number): string {
  switch (when) {
    case "error_rate":
    case "quota":
      return `${rounded(value * 100)} %`;
    case "latency_p99":
      return spanText(value);
    case "lag":
    case "reorg_depth":
      return `${rounded(value)} ${value === 1 ? "block" : "blocks"}`;
    case "head_stalled":
      return `${rounded(value)} block times`;
    case "stream_gap":
      return `${rounded(value)} ${value === 1 ? "gap" : "gaps"}`;
    default:
      return String(rounded(value));
  }
}

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
}

/** 95000 is `1 min 35 s`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${rounded(ms / 1_000)} s`;
  const s = Math.round(ms / 1_000);
  const parts: [number, string][] = [
    [Math.floor(s / 86_400), "d"],
    [Math.floor(s / 3_600) % 24, "h"],
    [Math.floor(s / 60) % 60, "min"],
    [s % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) =>
    `${count} ${unit}`
  ).join(" ");
}
