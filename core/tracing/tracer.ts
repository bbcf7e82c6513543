// The one interface through which hot code tells of traces. `core/tracing/span_tracer.ts` implements it; where no
// collector is configured there is no tracer, and a call pays one test for null. Nothing here throws or waits.

import type { Category } from "../rpc/category.ts";

export type AttemptOutcome = "ok" | Category;

/** The span of the client's that a request belongs to, as its headers name it (W3C Trace Context). */
export interface ParentSpan {
  /** 32 lower-case hex digits, not all 0. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all 0. */
  readonly spanId: string;
  /** The caller records its own span. */
  readonly sampled: boolean;
  /** The list members of `tracestate`; "" where there are none. */
  readonly state: string;
}

export interface Tracer {
  /** One client call has come. `parent` null: its sender named none. null: nothing is recorded or passed on. */
  begin(parent: ParentSpan | null): CallTrace | null;
}

/** What is known of a client call at its end. */
export interface EndedCall {
  readonly chain: string;
  /** Its label: a known method, or `other`. */
  readonly method: string;
  readonly strategy: string;
  readonly ingress: "http" | "ws";
  readonly requestId: string;
  /** `ok`, `error` (the caller's own) or a reason. */
  readonly outcome: string;
  /** Code of the JSON-RPC error that the client got; null: none. */
  readonly errorCode: number | null;
  /** The provider that answered; null: none. */
  readonly provider: string | null;
  readonly attempts: number;
  /** Monotonic ms. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One client call. */
export interface CallTrace {
  /** `at`: monotonic ms. */
  attempt(
    chain: string,
    provider: string,
    transport: "http" | "ws",
    method: string,
    at: number,
  ): AttemptTrace;
  ended(call: EndedCall): void;
}

/** One attempt of it. */
export interface AttemptTrace {
  /** Header lines for the upstream, each with its CRLF: `traceparent`, and `tracestate` where the client sent one. */
  readonly headers: string;
  /** `outcome`: `ok` or a category; `at`: monotonic ms. */
  ended(outcome: AttemptOutcome, at: number): void;
}
