// What a simulated provider was asked, what it announced, and how it failed on purpose. Counted by the provider, read by tests and by
// whoever compares a router's story with what really arrived.

import { type SubscriptionKind, subscriptionKinds } from "./announcement_settings.ts";
import { type FailureKind, failureKinds } from "./provider_settings.ts";

export interface ProviderStats {
  /** HTTP requests that arrived whole. */
  readonly httpRequests: number;
  /** JSON-RPC calls that were run, batch items counted singly. */
  readonly calls: number;
  readonly callsByMethod: Readonly<Record<string, number>>;
  /** WebSocket messages that arrived. */
  readonly wsMessages: number;
  /** WebSockets. */
  readonly sockets: OpenCount;
  /** WebSocket handshakes that were refused. */
  readonly refusedSockets: number;
  readonly subscriptions: OpenCount;
  readonly subscriptionsByKind: Readonly<Record<SubscriptionKind, OpenCount>>;
  /** Notifications to all subscriptions together, doubled ones counted doubly. */
  readonly events: Readonly<Record<SubscriptionKind, number>>;
  /** Simulated failures of HTTP requests and WebSocket messages. */
  readonly failures: Readonly<Record<FailureKind, number>>;
  /** HTTP requests and WebSocket messages refused by the rate limit. */
  readonly rateLimited: number;
  /** HTTP requests and WebSocket messages whose answer a fault spoilt or replaced. */
  readonly spoiltAnswers: number;
  /** HTTP requests being answered. */
  readonly inFlight: number;
}

export interface OpenCount {
  /** Ever. */
  readonly opened: number;
  readonly closed: number;
  /** At this moment. */
  readonly open: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Clients choose method names: beyond so many different ones they are counted together, as `other`. */
const MAX_METHODS = 256;
/** Longer runs keep the first ones. */
const MAX_RAW_TRANSACTIONS = 100_000;

export class StatsCounter {
  httpRequests = 0;
  rateLimited = 0;
  spoiltAnswers = 0;
  inFlight = 0;
  wsMessages = 0;
  refusedSockets = 0;
  readonly #sockets = new OpenCounter();
  readonly #subscriptions = perKind(() => new OpenCounter());
  readonly #events = perKind(() => 0);
  #calls = 0;
  readonly #byMethod = new Map<string, number>();
  readonly #failures = new Map<FailureKind, number>();
  readonly #rawTransactions: string[] = [];

  countCall(method: string): void {
    this.#calls++;
    const known = this.#byMethod.get(method);
    const name = known === undefined && this.#byMethod.size >= MAX_METHODS ? "other" : method;
    this.#byMethod.set(name, (this.#byMethod.get(name) ?? 0) + 1);
  }

  countFailure(kind: FailureKind): void {
    this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + 1);
  }

  noteRawTransaction(raw: string): void {
    if (this.#rawTransactions.length < MAX_RAW_TRANSACTIONS) this.#rawTransactions.push(raw);
  }

  /** As they came, in the order of their arrival, repetitions too. */
  get rawTransactions(): readonly string[] {
    return this.#rawTransactions;
  }

  /** 1: opened; -1: closed. */
  countSocket(change: 1 | -1): void {
    this.#sockets.count(change);
  }

  countSubscription(kind: SubscriptionKind, change: 1 | -1): void {
    this.#subscriptions[kind].count(change);
  }

  countEvent(kind: SubscriptionKind): void {
    this.#events[kind]++;
  }

  snapshot(): ProviderStats {
    const failures = {} as Mutable<ProviderStats["failures"]>;
    for (const kind of failureKinds) failures[kind] = this.#failures.get(kind) ?? 0;
    const byKind = perKind((kind) => this.#subscriptions[kind].snapshot());
    const total = (key: keyof OpenCount): number =>
      subscriptionKinds.reduce((sum, kind) => sum + byKind[kind][key], 0);
    return {
      wsMessages: this.wsMessages,
      sockets: this.#sockets.snapshot(),
      refusedSockets: this.refusedSockets,
      subscriptions: { opened: total("opened"), closed: total("closed"), open: total("open") },
      subscriptionsByKind: byKind,
      events: { ...this.#events },
      httpRequests: this.httpRequests,
      calls: this.#calls,
      callsByMethod: Object.fromEntries(this.#byMethod),
      failures,
      rateLimited: this.rateLimited,
      spoiltAnswers: this.spoiltAnswers,
      inFlight: this.inFlight,
    };
  }
}

class OpenCounter {
  #opened = 0;
  #closed = 0;

  count(change: 1 | -1): void {
    if (change === 1) this.#opened++;
    else this.#closed++;
  }

  snapshot(): OpenCount {
    return { opened: this.#opened, closed: this.#closed, open: this.#opened - this.#closed };
  }
}

function perKind<T>(make: (kind: SubscriptionKind) => T): Record<SubscriptionKind, T> {
  const all = {} as Record<SubscriptionKind, T>;
  for (const kind of subscriptionKinds) all[kind] = make(kind);
  return all;
}
