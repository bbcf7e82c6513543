// Makes spans of client calls and their attempts: ids and times while they run, a plain value when they end, which goes
// to the sink. Attributes hold no params, no URLs and no addresses of clients. Made only where a collector is
// configured (cli/start_tracing.ts).

import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { Sampler } from "./sampler.ts";
import { traceLines } from "./trace_parent.ts";
import type { AttemptOutcome, AttemptTrace, CallTrace, EndedCall, ParentSpan, Tracer } from "./tracer.ts";

/** A span that is over. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** null: it is the trace's first. */
  readonly parentId: string | null;
  /** Its parent is somebody else's. */
  readonly parentIsRemote: boolean;
  readonly state: string;
  readonly kind: "server" | "client";
  readonly name: string;
  /** Epoch ms, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  /** What went wrong; null: nothing that is the fault of who the span tells of. */
  readonly error: string | null;
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** Takes a span; never throws, never waits. */
export type SpanSink = (span: Span) => void;

export interface UpstreamAddress {
  readonly host: string;
  readonly port: number;
}

export interface SpanTracerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly sampler: Sampler;
  readonly sink: SpanSink;
  /** Whether the channel did not serve the call. */
  attemptFailed(outcome: AttemptOutcome): boolean;
  /** Whether neither a result nor the client's own fault ended the call. */
  callFailed(outcome: string): boolean;
  /** Where a provider is reached; null: not known (any more). Asked at the end of an attempt. */
  addressOf(chain: string, provider: string, transport: "http" | "ws"): UpstreamAddress | null;
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export class SpanTracer implements Tracer {
  readonly options: SpanTracerOptions;

  constructor(options: SpanTracerOptions) {
    this.options = options;
  }

  begin(parent: ParentSpan | null): CallTrace | null {
    const traceId = parent?.traceId ?? this.id(16);
    const sampled = this.options.sampler(parent, traceId);
    // What has a parent is passed on even where it isn't recorded; of all else nobody knows anything.
    return sampled || parent !== null ? new CallSpan(this, parent, traceId, sampled) : null;
  }

  /** So many random bytes in hex, not all 0. */
  id(bytes: number): string {
    const { random } = this.options;
    let id = "";
    for (let k = 0; k < bytes; k++) id += hexOfByte[Math.floor(random.next() * 256)];
    return /[1-9a-f]/.test(id) ? id : `${id.slice(1)}1`;
  }

  /** What the wall says when the monotonic clock says 0. */
  get offsetMs(): number {
    const { clock } = this.options;
    return clock.wallNow() - clock.now();
  }
}

class CallSpan implements CallTrace {
  readonly tracer: SpanTracer;
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly #parent: ParentSpan | null;
  /** The same for all spans of the call, so that none seems to begin before its parent. */
  readonly #offsetMs: number;

  constructor(tracer: SpanTracer, parent: ParentSpan | null, traceId: string, sampled: boolean) {
    this.tracer = tracer;
    this.#offsetMs = tracer.offsetMs;
    this.#parent = parent;
    this.traceId = traceId;
    this.sampled = sampled;
    this.spanId = tracer.id(8);
  }

  get state(): string {
    return this.#parent?.state ?? "";
  }

  attempt(
    chain: string,
    provider: string,
    transport: "http" | "ws",
    method: string,
    at: number,
  ): AttemptTrace {
    return new AttemptSpan(this, chain, provider, transport, method, at);
  }

  end(span: Omit<Span, "startMs" | "endMs">, startedAt: number, endedAt: number): void {
    const startMs = this.#offsetMs + startedAt;
    this.tracer.options.sink({ ...span, startMs, endMs: this.#offsetMs + Math.max(startedAt, endedAt) });
  }

  ended(call: EndedCall): void {
    if (!this.sampled) return;
    const failed = this.tracer.options.callFailed(call.outcome);
    this.end(
      {
        traceId: this.traceId,
        spanId: this.spanId,
        parentId: this.#parent?.spanId ?? null,
        parentIsRemote: this.#parent !== null,
        state: this.state,
        kind: "server",
        name: call.method,
        error: failed ? call.outcome : null,
        attributes: {
          ...common(call.chain, call.method),
          "network.protocol.name": call.ingress === "ws" ? "websocket" : "http",
          ...(call.errorCode === null ? {} : { "rpc.jsonrpc.error_code": call.errorCode }),
          "lasso.request_id": call.requestId,
          "lasso.strategy": call.strategy,
          "lasso.outcome": call.outcome,
          "lasso.attempts": call.attempts,
          ...(call.provider === null ? {} : { "lasso.provider": call.provider }),
          ...(failed ? { "error.type": call.outcome } : {}),
        },
      },
      call.startedAt,
      call.endedAt,
    );
  }
}

class AttemptSpan implements AttemptTrace {
  readonly headers: string;
  readonly #call: CallSpan;
  readonly #spanId: string;
  readonly #chain: string;
  readonly #provider: string;
  readonly #transport: "http" | "ws";
  readonly #method: string;
  readonly #startedAt: number;

  constructor(
    call: CallSpan,
    chain: string,
    provider: string,
    transport: "http" | "ws",
    method: string,
    at: number,
  ) {
    this.#call = call;
    this.#spanId = call.tracer.id(8);
    this.#chain = chain;
    this.#provider = provider;
    this.#transport = transport;
    this.#method = method;
    this.#startedAt = at;
    this.headers = traceLines(call.traceId, this.#spanId, call.sampled, call.state);
  }

  ended(outcome: AttemptOutcome, at: number): void {
    if (!this.#call.sampled) return;
    const { traceId, spanId: parentId, state, tracer: { options } } = this.#call;
    const address = options.addressOf(this.#chain, this.#provider, this.#transport);
    const failed = options.attemptFailed(outcome);
    this.#call.end(
      {
        ...{ traceId, spanId: this.#spanId, parentId, parentIsRemote: false, state, kind: "client" },
        name: `${this.#method} ${this.#provider}`,
        error: failed ? outcome : null,
        attributes: {
          ...common(this.#chain, this.#method),
          "network.protocol.name": this.#transport === "ws" ? "websocket" : "http",
          ...(address === null ? {} : { "server.address": address.host, "server.port": address.port }),
          "lasso.provider": this.#provider,
          "lasso.transport": this.#transport,
          "lasso.outcome": outcome,
          ...(failed ? { "error.type": outcome } : {}),
        },
      },
      this.#startedAt,
      at,
    );
  }
}

/** By the semantic conventions for JSON-RPC: https://opentelemetry.io/docs/specs/semconv/rpc/json-rpc/ */
function common(chain: string, method: string): Record<string, string> {
  return {
    "rpc.system": "jsonrpc",
    "rpc.jsonrpc.version": "2.0",
    "rpc.method": method,
    "lasso.chain": chain,
  };
}
