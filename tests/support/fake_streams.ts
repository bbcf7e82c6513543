// Streams under the test's hand: every socket's subscriptions, acknowledged when the test wants it, and events that go
// to all of them as one shared message, as real streams do it.

import type { Outcome } from "../../core/routing/outcome.ts";
import { wireToText } from "../../core/rpc/wire.ts";
import type {
  ClientSubscriptions,
  SharedMessage,
  StreamListener,
  SubscriberSocket,
  SubscriptionService,
} from "../../core/streams/subscriber.ts";

export class FakeClient implements ClientSubscriptions {
  readonly chain: string;
  readonly socket: SubscriberSocket;
  /** Ids that were acknowledged. */
  readonly ids = new Set<string>();
  readonly params: (string | undefined)[] = [];
  disposed = false;
  readonly #streams: FakeStreams;

  constructor(streams: FakeStreams, chain: string, socket: SubscriberSocket) {
    this.#streams = streams;
    this.chain = chain;
    this.socket = socket;
  }

  get count(): number {
    return this.ids.size;
  }

  subscribe(params: string | undefined, answered: (outcome: Outcome) => void): void {
    this.params.push(params);
    const acknowledge = (): void => {
      const id = this.#streams.nextId();
      this.ids.add(id);
      answered({ kind: "result", result: `"${id}"` });
    };
    if (this.#streams.held === null) acknowledge();
    else this.#streams.held.push(acknowledge);
  }

  unsubscribe(params: string | undefined): Outcome {
    const [id] = JSON.parse(wireToText(params ?? "[]")) as [string?];
    return { kind: "result", result: String(this.ids.delete(id ?? "")) };
  }

  dispose(): void {
    this.disposed = true;
  }
}

export class FakeStreams implements SubscriptionService {
  bind(): void {}

  [Symbol.dispose](): void {}

  readonly clients: FakeClient[] = [];
  /** Those who listen within Lasso. */
  readonly listeners: {
    readonly chain: string;
    readonly params: string;
    readonly listener: StreamListener;
  }[] = [];
  /** Not null: what `listen` is refused with. */
  refusal: Outcome | null = null;
  /** Not null: acknowledgements wait here until the test calls them. */
  held: (() => void)[] | null = null;
  #ids = 0;

  client(chain: string, socket: SubscriberSocket): ClientSubscriptions {
    const client = new FakeClient(this, chain, socket);
    this.clients.push(client);
    return client;
  }

  listen(
    chain: string,
    params: string,
    listener: StreamListener,
    answered: (refused: Outcome | null) => void,
  ): () => void {
    const entry = { chain, params, listener };
    let gone = false;
    const { refusal } = this;
    const acknowledge = (): void => {
      if (gone) return;
      if (refusal === null) this.listeners.push(entry);
      answered(refusal);
    };
    if (this.held === null) acknowledge();
    else this.held.push(acknowledge);
    return () => {
      gone = true;
      const place = this.listeners.indexOf(entry);
      if (place >= 0) this.listeners.splice(place, 1);
    };
  }

  /** To those who listen to a stream of these params. */
  tell(params: string, result: string): void {
    for (const one of [...this.listeners]) if (one.params === params) one.listener.heard(result);
  }

  nextId(): string {
    return `0x${(++this.#ids).toString(16)}`;
  }

  /** One message to every socket that listens; gives it. `result`: wire text. */
  emit(result: string): SharedMessage {
    const message = notification(result);
    for (const { socket, count, disposed } of this.clients) {
      if (count > 0 && !disposed) socket.deliver(message);
    }
    return message;
  }
}

function notification(result: string): SharedMessage {
  const text =
    `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x1","result":${result}}}`;
  return { text, frame: null };
}
