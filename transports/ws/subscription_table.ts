// The subscriptions of one connection by the ids that the upstream gave them: confirmed ones, those on their way, and
// those that were given back and may still send. Routes each event to its sink. Owned by a connection.

import type { TransportFailure } from "../../core/plugins/transport.ts";
import { EarlyEvents } from "./early_events.ts";
import type { SubscriptionHolder, WsSubscription } from "./subscription.ts";

export interface TableOwner {
  /** Sends a request whose answer matters little. */
  send(text: string): void;
  /** `why` is the end of a sentence. */
  breach(why: string): void;
  /** So many events were dropped because too many came before a confirmation. */
  dropped(events: number): void;
  /** A failure of the upstream's making; `why` is the end of a sentence. */
  failure(why: string): TransportFailure;
}

/** The beginning of a notification, in the usual order of its members. */
const eventStart = /^\{"jsonrpc":"2\.0","method":"\w+","params":\{"subscription":("[^"\\]*"|[0-9]+),/;

export class SubscriptionTable implements SubscriptionHolder {
  readonly #owner: TableOwner;
  readonly #confirmed = new Map<string, WsSubscription>();
  readonly #early = new EarlyEvents();
  /** Subscribes that were sent and not answered. */
  #unanswered = 0;
  /** Subscriptions that were given back and whose eth_unsubscribe was not answered, by the id of that request. */
  readonly #leaving = new Map<string, string>();
  readonly #leavingIds = new Set<string>();
  #lastLeaving = 0;
  /** Early events that had to go and that nobody was told of yet. */
  #dropped = 0;

  constructor(owner: TableOwner) {
    this.#owner = owner;
  }

  /** Confirmed ones. */
  get count(): number {
    return this.#confirmed.size;
  }

  /** An eth_subscribe was written. */
  asked(subscription: WsSubscription): void {
    subscription.home = this;
    this.#unanswered++;
  }

  /** An eth_subscribe won't be answered, or was refused. */
  unanswered(): void {
    this.#unanswered--;
    if (this.#unanswered === 0) this.#clearEarly();
  }

  confirm(subscription: WsSubscription, id: string): void {
    if (this.#confirmed.has(id)) {
      subscription.failed(this.#owner.failure("gave two subscriptions the same id"));
      return this.#owner.breach("gave two subscriptions the same id");
    }
    this.#leavingIds.delete(id);
    this.#confirmed.set(id, subscription);
    subscription.confirmed();
    for (const { result, arrivedAt } of this.#early.take(id)) subscription.event(result, arrivedAt);
    this.unanswered();
  }

  settle(subscription: WsSubscription, id: string | null): void {
    this.unanswered();
    if (id !== null) this.#giveBack(subscription, id);
  }

  unsubscribe(subscription: WsSubscription): void {
    const id = subscription.id!;
    if (this.#confirmed.get(id) === subscription) this.#giveBack(subscription, id);
  }

  /** An event came; `result` null: an error in its place. `arrivedAt`: when it was read, monotonic ms. */
  event(id: string, result: string | null, arrivedAt: number): void {
    const subscription = this.#confirmed.get(id);
    if (subscription !== undefined) {
      if (result !== null) return subscription.event(result, arrivedAt);
      this.#giveBack(subscription, id);
      return subscription.failed(this.#owner.failure("sent an error in the place of a subscription's event"));
    }
    // Nobody can be meant by it unless an id is still to come.
    if (result === null || this.#unanswered === 0 || this.#leavingIds.has(id)) return;
    this.#dropped += this.#early.keep(id, result, arrivedAt);
  }

  /** A message that begins with `head` is too long. If it is an event, its subscription has a hole from here on. */
  oversize(head: string, reason: TransportFailure): boolean {
    const id = eventStart.exec(head)?.[1];
    if (id === undefined) return false;
    const subscription = this.#confirmed.get(id);
    if (subscription === undefined) return true;
    this.#giveBack(subscription, id);
    subscription.failed(reason);
    return true;
  }

  /** The eth_unsubscribe of this id was answered. */
  left(requestId: string): void {
    const id = this.#leaving.get(requestId);
    if (id === undefined) return;
    this.#leaving.delete(requestId);
    this.#leavingIds.delete(id);
  }

  /** The connection is gone. */
  end(reason: TransportFailure): void {
    const confirmed = [...this.#confirmed.values()];
    this.#confirmed.clear();
    this.#clearEarly();
    this.#leaving.clear();
    this.#leavingIds.clear();
    for (const subscription of confirmed) subscription.failed(reason);
  }

  #clearEarly(): void {
    this.#early.clear();
    if (this.#dropped > 0) this.#owner.dropped(this.#dropped);
    this.#dropped = 0;
  }

  #giveBack(subscription: WsSubscription, id: string): void {
    this.#confirmed.delete(id);
    const requestId = `"u${++this.#lastLeaving}"`;
    this.#leaving.set(requestId, id);
    this.#leavingIds.add(id);
    const method = subscription.call.method.replace(/subscribe$/, "unsubscribe");
    this.#owner.send(`{"jsonrpc":"2.0","id":${requestId},"method":"${method}","params":[${id}]}`);
  }
}
