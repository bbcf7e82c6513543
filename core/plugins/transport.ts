// The transport interface. A transport speaks one protocol to one upstream: it never retries and never picks
// another provider. It moves JSON-RPC text and tells what happened to it; what the text means is not its business.
//
// Text is "wire text" (core/rpc/wire.ts): a string with one byte per char. `Buffer.from(text, "latin1")` gives
// the bytes; `buffer.toString("latin1")` makes such a string of bytes.

import type { PluginBase, PluginDeps } from "./deps.ts";

/** Where a transport connects to, and the limits that it keeps. */
export interface UpstreamTarget {
  /** Chain and provider, for events. */
  readonly chain: string;
  readonly provider: string;
  /** Secret: may hold a key, or user and password. */
  readonly url: string;
  /** Extra request headers, sent as they are. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM text: a private CA, a client certificate and its key. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** CONNECT proxy for https and wss, from HTTPS_PROXY and NO_PROXY; null: none. Secret: may hold a password. */
  readonly proxy: string | null;
  readonly connectTimeoutMs: number;
  readonly maxConnections: number;
  /** An answer is delivered whole up to this many bytes, beyond it as a head and a stream. */
  readonly bufferBytes: number;
  /** An answer above this many bytes fails with `too_large`. */
  readonly maxResponseBytes: number;
}

/** One JSON-RPC request on its way to the upstream. */
export interface UpstreamCall {
  /** The id inside `body`: a whole number of Lasso's own. */
  readonly id: number;
  readonly method: string;
  /** The whole JSON-RPC request as wire text. */
  readonly body: string;
  /** Must go over a connection that was not used before: the last one turned out to be closed. */
  readonly fresh: boolean;
  /**
   * Header lines of this call alone, each with its CRLF, where the protocol has headers: the trace that it belongs to.
   * Left out or "": none.
   */
  readonly headers?: string;
}

/** The upstream's answer, whatever its status. */
export interface Reply {
  /** HTTP status; 200 where the protocol has none. */
  readonly status: number;
  /** From Retry-After (seconds or a date), in milliseconds from now. */
  readonly retryAfterMs: number | null;
  /** Wire text: the whole body, or its head if `rest` is there. Content encodings are already undone. */
  readonly body: string;
  /** What follows `body`; nothing flows before `pipe`. */
  readonly rest: BodyStream | null;
}

export interface BodyStream {
  /** Starts the flow. May be called once. */
  pipe(sink: BodySink): void;
  /** Lets the flow go on after `write` gave false. */
  resume(): void;
  /** Gives the rest up; the sink hears nothing more. */
  cancel(): void;
}

export interface BodySink {
  /** Takes a chunk, which must not be kept beyond the call; false asks for a pause until `resume`. */
  write(chunk: Uint8Array): boolean;
  end(): void;
  fail(failure: TransportFailure): void;
}

export type TransportFailureCode =
  | "refused"
  | "reset"
  | "eof"
  | "dns"
  | "tls"
  | "connect_timeout"
  | "proxy"
  /** The answer broke the protocol. */
  | "malformed"
  | "too_large"
  /** A connection that had been used before was closed by the server before any byte of the answer. */
  | "stale"
  /** The transport was disposed. */
  | "closed"
  /** All connections are in use and the queue is full. */
  | "busy";

export interface TransportFailure {
  readonly code: TransportFailureCode;
  /** A sentence without secrets. */
  readonly message: string;
  /** false only when it is certain that the upstream did not get the whole request. */
  readonly sent: boolean;
}

/** Hears exactly one of the two, once, never during `send` itself, and nothing after `cancel`. */
export interface ReplySink {
  onReply(reply: Reply): void;
  onFailure(failure: TransportFailure): void;
}

/** A call under way. */
export interface Exchange {
  /** Gives the call up: frees what it holds at once. Harmless when it has settled. */
  cancel(): void;
}

/** Hears of one subscription at the upstream. Nothing is heard during `subscribe` itself, nor after `cancel`. */
export interface SubscriptionSink {
  /** The upstream has confirmed it. Heard once, before any event: what came before the confirmation was kept. */
  onConfirmed(): void;
  /** The upstream answered with something else than a subscription's id. Nothing follows. */
  onRefused(reply: Reply): void;
  /**
   * `params.result` of a notification, as the upstream wrote it (wire text). `arrivedAt`: when its bytes were read, in
   * ms of `deps.clock.now()`; left out: now. Races between upstreams are timed by it.
   */
  onEvent(result: string, arrivedAt?: number): void;
  /** It is over: not sent, not answered, or its connection is gone. Nothing follows. */
  onLost(failure: TransportFailure): void;
}

/** A subscription under way or open. */
export interface UpstreamSubscription {
  /** Gives it up: the upstream is told where it is open. Harmless when it is over. */
  cancel(): void;
}

export interface Transport {
  send(call: UpstreamCall, sink: ReplySink): Exchange;
  /**
   * Only where the protocol carries notifications. `call` is an eth_subscribe; its connection is shared with calls and
   * with other subscriptions.
   */
  subscribe?(call: UpstreamCall, sink: SubscriptionSink): UpstreamSubscription;
  /** Connections open at this moment. */
  readonly connections: number;
  /**
   * Closes them; what is under way over them fails with `closed`. The next call connects anew. Only where connections
   * are kept that are worth closing by hand: a WebSocket's.
   */
  disconnect?(why: string): void;
  /** Fails what is under way with `closed` and frees everything. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TransportPlugin<Options = unknown> extends PluginBase {
  readonly kind: "transport";
  readonly protocol: "http" | "ws";
  /** Strict: an unknown key or a wrong value throws an error that names its path. */
  parse(raw: unknown): Options;
  /** Called once per provider that uses it. Connects lazily, with the first call. */
  create(options: Options, target: UpstreamTarget, deps: PluginDeps): Transport;
}
