// The router's WebSocket transport on virtual time: one connection to a virtual provider, shared by calls and
// subscriptions, made with the first of them. Messages keep their order on it, whatever the wire does to each.

import type { Timer } from "../../core/clock.ts";
import type {
  Exchange,
  Reply,
  ReplySink,
  SubscriptionSink,
  Transport,
  TransportFailure,
  UpstreamCall,
  UpstreamSubscription,
} from "../../core/plugins/transport.ts";
import { textToWire, wireToText } from "../../core/rpc/wire.ts";
import type { MemoryListener, MemorySocket } from "../simulator/memory_door.ts";
import { type VirtualProvider, wasReset, type WireUser } from "./virtual_provider.ts";

const closed: TransportFailure = { code: "closed", message: "the transport was disposed", sent: true };
const noHandshake: TransportFailure = {
  code: "malformed",
  message: "the WebSocket handshake was refused",
  sent: false,
};

/** The connection stands; only the call that it answers has failed. */
const tooLarge: TransportFailure = { code: "too_large", message: "the answer is too large", sent: true };

/** Somebody who waits for the answer to an id. */
interface Waiting {
  answered(reply: Reply): void;
  lost(failure: TransportFailure): void;
}

export class WsLine implements Transport, WireUser, MemoryListener {
  readonly #provider: VirtualProvider;
  readonly #maxResponseBytes: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #subscriptions = new Map<string, WsSubscription>();
  readonly #timers = new Set<Timer>();
  #socket: MemorySocket | null = null;
  #isConnecting = false;
  /** What was said before the connection stood. */
  #unsent: string[] = [];
  /** When the last message of a direction arrives, ms. */
  readonly #lastMs = { server: 0, client: 0 };
  /** Counts connections: what was on its way over an old one is lost. */
  #life = 0;
  #isDisposed = false;

  constructor(provider: VirtualProvider, maxResponseBytes: number) {
    this.#provider = provider;
    this.#maxResponseBytes = maxResponseBytes;
    provider.users.add(this);
  }

  get connections(): number {
    return this.#socket === null ? 0 : 1;
  }

  send(call: UpstreamCall, sink: ReplySink): Exchange {
    const waiting: Waiting = {
      answered: (reply) => sink.onReply(reply),
      lost: (failure) => sink.onFailure(failure),
    };
    this.#ask(call, waiting);
    return { cancel: () => this.#forget(call.id, waiting) };
  }

  subscribe(call: UpstreamCall, sink: SubscriptionSink): UpstreamSubscription {
    const subscription = new WsSubscription(sink, {
      confirmed: (id) => this.#subscriptions.set(id, subscription),
      left: (id) => {
        if (id === null) return this.#forget(call.id, subscription);
        if (this.#subscriptions.delete(id)) this.#say(unsubscribeText(call.id, id));
      },
    });
    this.#ask(call, subscription);
    return subscription;
  }

  hear(text: string): void {
    this.#pass("client", text.length, () => this.#take(text));
  }

  reset(): void {
    this.drop(wasReset);
  }

  drop(failure: TransportFailure): void {
    this.#life++;
    this.#isConnecting = false;
    this.#unsent = [];
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    const lost = [...this.#waiting.values(), ...this.#subscriptions.values()];
    this.#waiting.clear();
    this.#subscriptions.clear();
    for (const one of lost) one.lost(failure);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.drop(closed);
    this.#provider.users.delete(this);
    return Promise.resolve();
  }

  #ask(call: UpstreamCall, waiting: Waiting): void {
    this.#waiting.set(call.id, waiting);
    if (this.#isDisposed) queueMicrotask(() => this.drop(closed));
    else this.#say(wireToText(call.body));
  }

  #say(text: string): void {
    if (this.#socket === null) {
      this.#unsent.push(text);
      return this.#connect();
    }
    this.#pass("server", text.length, () => {
      if (this.#provider.wire.resetting) return this.drop(wasReset);
      this.#socket?.say(text);
    });
  }

  #connect(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    this.#pass("server", 0, () => {
      this.#isConnecting = false;
      const { obstacle, wire, door } = this.#provider;
      if (obstacle !== null) return this.drop(obstacle);
      if (wire.resetting) return this.drop(wasReset);
      this.#socket = wire.elsewhere ? null : door.connect(this);
      if (this.#socket === null) return this.drop(noHandshake);
      const unsent = this.#unsent;
      this.#unsent = [];
      for (const text of unsent) this.#say(text);
    });
  }

  /** Acts when the bytes are there, after all that went before them, and not during a black hole. */
  #pass(direction: "server" | "client", bytes: number, act: () => void): void {
    const { clock, flow } = this.#provider;
    const now = clock.now();
    const dueMs = Math.max(this.#lastMs[direction], now + this.#provider.wayMs(direction, bytes));
    this.#lastMs[direction] = dueMs;
    const life = this.#life;
    const timer = clock.after(dueMs - now, () => {
      this.#timers.delete(timer);
      flow.pass(() => {
        if (life === this.#life) act();
      });
    });
    this.#timers.add(timer);
  }

  #take(text: string): void {
    if (this.#provider.wire.resetting) return this.drop(wasReset);
    const message = parsed(text);
    if (message?.method === "eth_subscription") {
      const { subscription, result } = message.params ?? {};
      // As the upstream wrote it: the text between `"result":` and the two closing brackets.
      if (result !== undefined) this.#subscriptions.get(String(subscription))?.event(resultText(text));
      return;
    }
    const id = typeof message?.id === "number" ? message.id : this.#onlyOne();
    const waiting = id === null ? undefined : this.#waiting.get(id);
    if (id === null || waiting === undefined) return;
    this.#waiting.delete(id);
    if (text.length > this.#maxResponseBytes) return waiting.lost(tooLarge);
    waiting.answered({ status: 200, retryAfterMs: null, body: textToWire(text), rest: null });
  }

  /** An answer without an id can be told whose it is only where there is but one that it can be of. */
  #onlyOne(): number | null {
    return this.#waiting.size === 1 ? [...this.#waiting.keys()][0]! : null;
  }

  #forget(id: number, waiting: Waiting): void {
    if (this.#waiting.get(id) === waiting) this.#waiting.delete(id);
  }
}

class WsSubscription implements UpstreamSubscription, Waiting {
  readonly #sink: SubscriptionSink;
  readonly #owner: { confirmed(id: string): void; left(id: string | null): void };
  #id: string | null = null;
  #isOver = false;

  constructor(sink: SubscriptionSink, owner: { confirmed(id: string): void; left(id: string | null): void }) {
    this.#sink = sink;
    this.#owner = owner;
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.left(this.#id);
  }

  answered(reply: Reply): void {
    const id = parsed(wireToText(reply.body))?.result;
    if (typeof id !== "string") {
      this.#isOver = true;
      return this.#sink.onRefused(reply);
    }
    this.#id = id;
    this.#owner.confirmed(id);
    this.#sink.onConfirmed();
  }

  event(result: string): void {
    if (!this.#isOver) this.#sink.onEvent(textToWire(result));
  }

  lost(failure: TransportFailure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.onLost(failure);
  }
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly result?: unknown;
  readonly params?: { readonly subscription?: unknown; readonly result?: unknown };
}

function parsed(text: string): Message | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const resultName = '"result":';

function resultText(text: string): string {
  return text.slice(text.indexOf(resultName) + resultName.length, -2);
}

function unsubscribeText(id: number, subscription: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"eth_unsubscribe","params":["${subscription}"]}`;
}
