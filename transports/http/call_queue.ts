// Calls that wait for a connection, first in, first out. Linked through the calls themselves, so that one that is
// given up leaves at once and leaves nothing behind. Used by the pools of the http and the ws transport.

import type { UpstreamCall } from "../../core/plugins/transport.ts";

/** What can wait; the links belong to the queue. */
export interface Queueable<Call> {
  readonly call: UpstreamCall;
  previous: Call | null;
  next: Call | null;
  queued: boolean;
}

export class CallQueue<Call extends Queueable<Call>> {
  #first: Call | null = null;
  #last: Call | null = null;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(exchange: Call): void {
    exchange.queued = true;
    exchange.previous = this.#last;
    if (this.#last === null) this.#first = exchange;
    else this.#last.next = exchange;
    this.#last = exchange;
    this.#length++;
  }

  /** The oldest; null when nothing waits. */
  shift(): Call | null {
    const first = this.#first;
    if (first !== null) this.remove(first);
    return first;
  }

  /** The oldest that may go over a connection that was used before. */
  shiftReusing(): Call | null {
    let exchange = this.#first;
    while (exchange !== null && exchange.call.fresh) exchange = exchange.next;
    if (exchange !== null) this.remove(exchange);
    return exchange;
  }

  /** Harmless when it is not in the queue. */
  remove(exchange: Call): void {
    if (!exchange.queued) return;
    exchange.queued = false;
    if (exchange.previous === null) this.#first = exchange.next;
    else exchange.previous.next = exchange.next;
    if (exchange.next === null) this.#last = exchange.previous;
    else exchange.next.previous = exchange.previous;
    exchange.previous = null;
    exchange.next = null;
    this.#length--;
  }
}
