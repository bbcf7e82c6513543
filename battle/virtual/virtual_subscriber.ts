// A subscriber on virtual time: one socket at a time into the streams of the virtual router, and the record of what it
// got and when. It comes again when its socket is closed, as a client library would. The twin of workload/subscriber.ts.

import type { Clock, Timer } from "../../core/clock.ts";
import { textToWire, wireToText } from "../../core/rpc/wire.ts";
import type { ClientSubscriptions, SharedMessage, SubscriberSocket } from "../../core/streams/subscriber.ts";
import type { SubscriberRecord } from "../model/record.ts";
import type { RecordEntry } from "../simulator/ledger_record.ts";
import type { SubscribersWorkload } from "../workload/subscriber_set.ts";
import { SubscriptionReader } from "../workload/subscription_reader.ts";
import type { VirtualClient, VirtualRouter } from "./virtual_router.ts";

const PAUSE_MS = 100;
/** RFC 6455 section 7.4.1: the connection was lost. */
const LOST = 1006;

/** One socket's time. */
interface Life {
  ackMs: number | null;
  readonly entries: RecordEntry[];
  readonly atMs: number[];
  readonly closes: { readonly atMs: number; readonly code: number; readonly reason: string }[];
}

export class VirtualSubscriber implements SubscriberSocket, VirtualClient, Disposable {
  readonly gaps: SubscribersWorkload["gaps"];
  readonly #workload: SubscribersWorkload;
  readonly #index: number;
  readonly #router: VirtualRouter;
  readonly #clock: Clock;
  readonly #reader = new SubscriptionReader();
  readonly #lives: Life[] = [];
  #subscriptions: ClientSubscriptions | null = null;
  #timer: Timer | null = null;

  constructor(workload: SubscribersWorkload, index: number, router: VirtualRouter, clock: Clock) {
    this.gaps = workload.gaps;
    this.#workload = workload;
    this.#index = index;
    this.#router = router;
    this.#clock = clock;
  }

  start(): void {
    if (!this.#router.isUp) return this.#again();
    this.#router.clients.add(this);
    const life: Life = { ackMs: null, entries: [], atMs: [], closes: [] };
    this.#lives.push(life);
    const subscriptions = this.#subscriptions = this.#router.subscriber(this.#workload.chain, this);
    const { subscription } = this.#workload;
    const params = subscription === "logs" ? '["logs",{}]' : `["${subscription}"]`;
    subscriptions.subscribe(textToWire(params), (outcome) => {
      if (outcome.kind === "result") life.ackMs = this.#clock.now();
      else this.close(LOST, "eth_subscribe was refused");
    });
  }

  deliver({ text }: SharedMessage): void {
    const life = this.#lives.at(-1);
    if (life === undefined) return;
    this.#router.gate.pass(() => {
      const message = this.#reader.read(wireToText(text));
      if (message.kind === "event" && message.entry !== null) this.#add(life, message.entry);
    });
  }

  close(code: number, reason: string): void {
    if (this.#subscriptions === null) return;
    this.#leave();
    const life = this.#lives.at(-1)!;
    life.closes.push({ atMs: this.#clock.now(), code, reason });
    if (life.ackMs !== null) this.#add(life, { kind: "end", code });
    this.#again();
  }

  routerGone(): void {
    this.close(LOST, "the connection was reset");
  }

  /** Ends for good. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
    if (this.#subscriptions === null) return;
    this.#leave();
    const life = this.#lives.at(-1)!;
    if (life.ackMs !== null) this.#add(life, { kind: "end", code: null });
  }

  /** The block at the acknowledgement follows from its time and the truth of the chain: the analyzer sees to it. */
  records(zeroMs: number): SubscriberRecord[] {
    const us = (ms: number): number => Math.round((ms - zeroMs) * 1000);
    return this.#lives.map(({ ackMs, entries, atMs, closes }) => ({
      workload: this.#workload.name,
      index: this.#index,
      ackUs: ackMs === null ? null : us(ackMs),
      record: ackMs === null ? null : { ack: { number: -1, hash: "" }, entries },
      atUs: atMs.map(us),
      closes: closes.map(({ atMs: at, code, reason }) => ({ atUs: us(at), code, reason })),
    }));
  }

  #add(life: Life, entry: RecordEntry): void {
    if (life.entries.at(-1)?.kind === "end") return;
    life.entries.push(entry);
    life.atMs.push(this.#clock.now());
  }

  #leave(): void {
    this.#router.clients.delete(this);
    this.#subscriptions?.dispose();
    this.#subscriptions = null;
  }

  #again(): void {
    this.#timer = this.#clock.after(PAUSE_MS, () => this.start());
  }
}
