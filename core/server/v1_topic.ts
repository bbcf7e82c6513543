// One kind of events of one socket of /v1/ws that comes from a stream of its own: logs of a filter, or pending
// transactions. One change is under way at a time, so that a client that changes its mind all the time opens no streams
// all the time; the old stream is left when the new one is confirmed. Made by V1Socket.

import type { Outcome } from "../routing/outcome.ts";
import { readRecord } from "../rpc/json_values.ts";
import { wireToText } from "../rpc/wire.ts";
import type { StreamListener } from "../streams/subscriber.ts";

export interface TopicHost extends StreamListener {
  /** As SubscriptionService has it, on the socket's chain. */
  listen(params: string, listener: StreamListener, answered: (refused: Outcome | null) => void): () => void;
  /** What was wanted is in place (null), or why it is not. */
  settled(problem: string | null): void;
}

interface Held {
  readonly params: string;
  leave: () => void;
}

export class V1Topic implements Disposable {
  readonly #host: TopicHost;
  /** Params of eth_subscribe; null: nothing. */
  #wanted: string | null = null;
  #held: Held | null = null;
  #trying: Held | null = null;
  #disposed = false;

  constructor(host: TopicHost) {
    this.#host = host;
  }

  /** What is in place; null: nothing. */
  get params(): string | null {
    return this.#held?.params ?? null;
  }

  get isSettled(): boolean {
    return this.#trying === null;
  }

  want(params: string | null): void {
    this.#wanted = params;
    this.#go();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#held?.leave();
    this.#trying?.leave();
    this.#held = this.#trying = null;
  }

  #go(): void {
    if (this.#disposed || this.#trying !== null) return;
    const wanted = this.#wanted;
    if (wanted === this.params) return;
    if (wanted === null) {
      this.#held?.leave();
      this.#held = null;
      return;
    }
    const trying: Held = { params: wanted, leave: () => {} };
    this.#trying = trying;
    // It may answer before it returns.
    let early = true;
    let refused: Outcome | null | undefined;
    trying.leave = this.#host.listen(wanted, this.#host, (outcome) => {
      if (early) refused = outcome;
      else this.#answered(trying, outcome);
    });
    early = false;
    if (refused !== undefined) this.#answered(trying, refused);
  }

  #answered(trying: Held, refused: Outcome | null): void {
    if (this.#disposed || this.#trying !== trying) return;
    this.#trying = null;
    if (refused === null) {
      this.#held?.leave();
      this.#held = trying;
    } else if (this.#wanted === trying.params) this.#wanted = this.params;
    this.#go();
    this.#host.settled(refused === null ? null : whyNot(refused));
  }
}

/** An outcome that is no result, as a sentence. */
export function whyNot(outcome: Outcome): string {
  if (outcome.kind === "refusal") return outcome.refusal.message;
  if (outcome.kind !== "error") return "it can't be had";
  const message = readRecord(wireToText(outcome.error))?.message;
  return typeof message === "string" ? message.slice(0, 200) : "a provider refused";
}
