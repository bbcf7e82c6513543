// The subscribers of one workload: connected a few at a time, so that the handshakes are no herd, and kept to the end.

import type { Clock } from "../../core/clock.ts";
import type { SubscriberRecord } from "../model/record.ts";
import type { Workload } from "../model/scenario.ts";
import { Subscriber } from "./subscriber.ts";
import { SubscriptionReader } from "./subscription_reader.ts";

export type SubscribersWorkload = Extract<Workload, { readonly kind: "subscribers" }>;

/** Handshakes under way at the same time. */
const connectAtOnce = 64;

export class SubscriberSet {
  readonly #subscribers: readonly Subscriber[];
  readonly #notes = new Map<string, number>();

  /** `url`: the chain's endpoint. */
  constructor({ name, sockets, subscription, gaps }: SubscribersWorkload, url: URL, clock: Clock) {
    const target = new URL(url);
    if (gaps !== null) target.searchParams.set("gaps", gaps);
    const reader = new SubscriptionReader();
    const note = (text: string): void => void this.#notes.set(text, (this.#notes.get(text) ?? 0) + 1);
    this.#subscribers = Array.from(
      { length: sockets },
      (_, index) => new Subscriber({ workload: name, index, url: target, subscription, clock, reader, note }),
    );
  }

  get size(): number {
    return this.#subscribers.length;
  }

  get subscribed(): number {
    return this.#subscribers.filter(({ subscribed }) => subscribed).length;
  }

  /** With how often each was said. */
  get notes(): string[] {
    return [...this.#notes].map(([text, times]) => times === 1 ? text : `${text} (${times} times)`);
  }

  /** Resolves when each has its subscription, or has failed once. */
  async open(): Promise<void> {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < this.#subscribers.length) {
        const subscriber = this.#subscribers[next++]!;
        subscriber.start();
        await subscriber.ready;
      }
    };
    await Promise.all(Array.from({ length: connectAtOnce }, lane));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#subscribers.map((subscriber) => subscriber.stop()));
  }

  records(zeroMs: number): SubscriberRecord[] {
    return this.#subscribers.flatMap((subscriber) => subscriber.records(zeroMs));
  }
}
