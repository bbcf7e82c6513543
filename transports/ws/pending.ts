// What is under way over a WebSocket connection: a call, or a subscription on its way to be one. Waits in the pool's
// queue, then among the calls in flight of a connection. Settles once; after `cancel` its sink hears nothing.

import type {
  Exchange,
  Reply,
  ReplySink,
  TransportFailure,
  UpstreamCall,
} from "../../core/plugins/transport.ts";

/** Whoever holds it at the moment: the queue, or a connection. */
export interface PendingHolder {
  /** It was given up. */
  leave(pending: Pending): void;
}

export interface Pending {
  readonly call: UpstreamCall;
  /** Links of the queue; in flight only `next` is used. */
  previous: Pending | null;
  next: Pending | null;
  queued: boolean;
  /** The number of its frame on its connection; 0: it was not written. */
  frame: number;
  holder: PendingHolder | null;
  /** The whole message of the upstream that answers it. */
  answered(text: string): void;
  /** The upstream answered the handshake with an HTTP status. */
  refused(reply: Reply): void;
  failed(failure: TransportFailure): void;
}

export class WsCall implements Pending, Exchange {
  readonly call: UpstreamCall;
  previous: Pending | null = null;
  next: Pending | null = null;
  queued = false;
  frame = 0;
  holder: PendingHolder | null = null;
  #sink: ReplySink | null;

  constructor(call: UpstreamCall, sink: ReplySink) {
    this.call = call;
    this.#sink = sink;
  }

  answered(text: string): void {
    this.#take()?.onReply({ status: 200, retryAfterMs: null, body: text, rest: null });
  }

  refused(reply: Reply): void {
    this.#take()?.onReply(reply);
  }

  failed(failure: TransportFailure): void {
    this.#take()?.onFailure(failure);
  }

  cancel(): void {
    this.#sink = null;
    const holder = this.holder;
    this.holder = null;
    holder?.leave(this);
  }

  #take(): ReplySink | null {
    const sink = this.#sink;
    this.#sink = null;
    this.holder = null;
    return sink;
  }
}
