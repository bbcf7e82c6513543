// One eth_subscribe at the upstream: asked for like a call, then open on its connection until it is cancelled or the
// connection is gone. It is never made again here. What is cancelled is told to the upstream as soon as its id is
// known.

import type {
  Reply,
  SubscriptionSink,
  TransportFailure,
  UpstreamCall,
  UpstreamSubscription,
} from "../../core/plugins/transport.ts";
import { readMessage, subscriptionId } from "./message.ts";
import type { Pending, PendingHolder } from "./pending.ts";

/** What a connection does for its subscriptions. */
export interface SubscriptionHolder {
  /** The upstream confirmed it under this id (as it spelt it); what came early follows. */
  confirm(subscription: WsSubscription, id: string): void;
  /** The upstream refused it, or confirmed what nobody wants any more: `id` is to be given back then. */
  settle(subscription: WsSubscription, id: string | null): void;
  /** It was given up after its confirmation. */
  unsubscribe(subscription: WsSubscription): void;
}

export class WsSubscription implements Pending, UpstreamSubscription {
  readonly call: UpstreamCall;
  previous: Pending | null = null;
  next: Pending | null = null;
  queued = false;
  frame = 0;
  holder: PendingHolder | null = null;
  /** Its connection, from the moment when it was written there. */
  home: SubscriptionHolder | null = null;
  /** The upstream's id as it spelt it; null before the confirmation. */
  id: string | null = null;
  #sink: SubscriptionSink | null;

  constructor(call: UpstreamCall, sink: SubscriptionSink) {
    this.call = call;
    this.#sink = sink;
  }

  get cancelled(): boolean {
    return this.#sink === null;
  }

  answered(text: string): void {
    const id = subscriptionId(readMessage(text));
    const home = this.home!;
    this.holder = null;
    if (this.#sink === null) return home.settle(this, id);
    if (id !== null) {
      this.id = id;
      return home.confirm(this, id);
    }
    home.settle(this, null);
    this.#take()?.onRefused({ status: 200, retryAfterMs: null, body: text, rest: null });
  }

  refused(reply: Reply): void {
    this.#take()?.onRefused(reply);
  }

  failed(failure: TransportFailure): void {
    this.#take()?.onLost(failure);
  }

  confirmed(): void {
    this.#sink?.onConfirmed();
  }

  event(result: string, arrivedAt: number): void {
    this.#sink?.onEvent(result, arrivedAt);
  }

  cancel(): void {
    if (this.#sink === null) return;
    const holder = this.holder;
    const { home } = this;
    this.#take();
    if (this.id !== null) home?.unsubscribe(this);
    // While its answer is awaited the connection keeps it, to give the id back.
    else if (home === null) holder?.leave(this);
  }

  #take(): SubscriptionSink | null {
    const sink = this.#sink;
    this.#sink = null;
    this.holder = null;
    return sink;
  }
}
