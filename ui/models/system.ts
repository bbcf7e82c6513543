// Answers of the API that the System tab shows, and alert rules in words. Types and pure functions.

import { count, millis, percent, span } from "../format/number.ts";
import type { ConfigValue } from "./config_tree.ts";

/** /api/config */
export interface ConfigAnswer {
  readonly version: string;
  readonly config_version: number;
  readonly started_at: string;
  readonly config: ConfigValue;
  readonly reloads: readonly {
    readonly at: string;
    readonly result: "ok" | "failed";
    readonly message: string;
  }[];
}

export interface Alert {
  readonly key: string;
  readonly rule: string;
  readonly when: string;
  readonly chain: string;
  readonly provider: string | null;
  readonly value: number | null;
  readonly since: string;
  /** null: it is pending. */
  readonly fired_at: string | null;
  readonly text: string;
}

export interface AlertRule {
  readonly name: string;
  readonly when: string;
  readonly above: number | null;
  readonly window_ms: number | null;
  readonly for_ms: number;
  readonly chain: string | null;
  readonly provider: string | null;
  readonly to: readonly string[];
  readonly repeat_ms: number | null;
}

export interface AlertTarget {
  readonly name: string;
  readonly type: string;
  readonly url: string | null;
  readonly sent: number;
  readonly failed: number;
  readonly waiting: number;
}

/** /api/alerts */
export interface AlertsAnswer {
  readonly firing: readonly Alert[];
  readonly pending: readonly Alert[];
  readonly rules: readonly AlertRule[];
  readonly targets: readonly AlertTarget[];
  readonly history: readonly {
    readonly at: string;
    readonly status: "firing" | "resolved";
    readonly key: string;
    readonly rule: string;
    readonly chain: string | null;
    readonly provider: string | null;
    readonly text: string | null;
  }[];
}

/** A row of /api/admin/audit. */
export interface AuditRow {
  readonly at: string;
  readonly action: string;
  readonly by: string;
  readonly from: string;
  readonly ok: boolean;
  readonly status: number;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** A row of /api/admin/dead-letters. */
export interface DeadLetter {
  readonly id: number;
  readonly at: string;
  readonly kind: "alert" | "transaction";
  readonly target: string;
  readonly body: string;
  readonly tries: number;
  readonly last_error: string;
  /** null: only by hand. */
  readonly next_at: string | null;
}

/** `error rate above 5 % over 1 min, for 30 s` */
export function ruleText({ when, above, window_ms, for_ms }: AlertRule): string {
  const parts = [when.replaceAll("_", " ")];
  if (above !== null) parts.push(`above ${boundText(when, above)}`);
  if (window_ms !== null) parts.push(`over ${span(window_ms)}`);
  const text = parts.join(" ");
  return for_ms > 0 ? `${text}, for ${span(for_ms)}` : text;
}

/** A value in the unit of its condition. */
export function boundText(when: string, value: number): string {
  if (when === "error_rate" || when === "quota") return percent(value);
  if (when === "latency_p99") return millis(value);
  if (when === "head_stalled") return `${count(value)} block times`;
  if (when === "lag" || when === "reorg_depth") return `${count(value)} ${value === 1 ? "block" : "blocks"}`;
  return count(value);
}
