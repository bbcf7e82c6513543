// The types by which alerts meet the rest: what is sent, what the API shows, and what it may ask for.

import type { AlertCondition } from "../settings.ts";

/** What a webhook gets; documented in docs/alerts.md. */
export interface AlertPayload {
  readonly version: 1;
  readonly status: "firing" | "resolved";
  readonly rule: string;
  readonly chain: string;
  /** null: it is about the chain. */
  readonly provider: string | null;
  /** In the condition's unit, as of now; null: not known any more. */
  readonly value: number | null;
  /** ISO 8601: since when it held. */
  readonly since: string;
  /** The same for an alert's messages from first to last, and for each time that it comes again. */
  readonly key: string;
}

/** A message to one or more targets. */
export interface AlertNotice {
  readonly payload: AlertPayload;
  /** The same as a sentence. */
  readonly text: string;
}

/** An alert as it stands. */
export interface AlertView {
  readonly key: string;
  readonly rule: string;
  readonly when: AlertCondition;
  readonly chain: string;
  readonly provider: string | null;
  readonly value: number | null;
  /** Epoch ms: since when it has held; of a firing one: when it fired. */
  readonly since: number;
  readonly firedAt: number | null;
  readonly text: string;
}

export interface TargetView {
  readonly name: string;
  readonly type: "webhook" | "slack" | "log";
  /** Masked; null: a log. */
  readonly url: string | null;
  /** Messages that were delivered, that were given up, and that wait. */
  readonly sent: number;
  readonly failed: number;
  readonly waiting: number;
}

export type DeadLetterRetry =
  | { readonly kind: "sent" }
  /** Still kept; `error` is free of secrets. */
  | { readonly kind: "failed"; readonly error: string }
  /** There is no such letter (any more), or it is no alert's. */
  | { readonly kind: "unknown" };

/** What the API has of alerts. */
export interface AlertService {
  readonly firing: readonly AlertView[];
  readonly pending: readonly AlertView[];
  readonly targets: readonly TargetView[];
  /** Sends a dead letter of kind `alert` now, once, in the order of its key. */
  retryDeadLetter(id: number): Promise<DeadLetterRetry>;
}
