// The router's HTTP transport on virtual time: requests go to a virtual provider as values, with its wire's delays,
// limits and failures. Keeps the transport's contract: nothing is heard during `send`, one thing after it, nothing after
// `cancel`.

import type { Timer } from "../../core/clock.ts";
import type {
  Exchange,
  ReplySink,
  Transport,
  TransportFailure,
  UpstreamCall,
} from "../../core/plugins/transport.ts";
import { textToWire, wireToText } from "../../core/rpc/wire.ts";
import type { MemoryCaller } from "../simulator/memory_door.ts";
import { type VirtualProvider, wasReset, type WireUser } from "./virtual_provider.ts";

const closed: TransportFailure = { code: "closed", message: "the transport was disposed", sent: true };
const cut: TransportFailure = {
  code: "eof",
  message: "the connection ended in the midst of an answer",
  sent: true,
};

/** What a name that resolves to somebody else leads to. */
const strangerPage = "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>";

export class HttpLine implements Transport, WireUser {
  readonly provider: VirtualProvider;
  readonly maxResponseBytes: number;
  readonly #busy = new Set<HttpExchange>();
  /** Connections that wait for the next request. */
  #idle = 0;

  constructor(provider: VirtualProvider, maxResponseBytes: number) {
    this.provider = provider;
    this.maxResponseBytes = maxResponseBytes;
    provider.users.add(this);
  }

  get connections(): number {
    return this.#busy.size + this.#idle;
  }

  send(call: UpstreamCall, sink: ReplySink): Exchange {
    const isNew = this.#idle === 0;
    if (!isNew) this.#idle--;
    const exchange = new HttpExchange(this, call, sink, isNew, (keeps) => {
      this.#busy.delete(exchange);
      if (keeps) this.#idle++;
    });
    this.#busy.add(exchange);
    return exchange;
  }

  drop(failure: TransportFailure): void {
    this.#idle = 0;
    for (const exchange of [...this.#busy]) exchange.fail(failure);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.drop(closed);
    this.provider.users.delete(this);
    return Promise.resolve();
  }
}

class HttpExchange implements Exchange, MemoryCaller {
  readonly #line: HttpLine;
  readonly #sink: ReplySink;
  readonly #leave: (keeps: boolean) => void;
  #timer: Timer | null = null;
  #isOver = false;

  constructor(
    line: HttpLine,
    call: UpstreamCall,
    sink: ReplySink,
    isNew: boolean,
    leave: (keeps: boolean) => void,
  ) {
    this.#line = line;
    this.#sink = sink;
    this.#leave = leave;
    this.#after(line.provider.wayMs("server", call.body.length), () => this.#arrive(call, isNew));
  }

  get gone(): boolean {
    return this.#isOver;
  }

  cancel(): void {
    this.#end(false);
  }

  fail(failure: TransportFailure): void {
    if (this.#end(false)) this.#sink.onFailure(failure);
  }

  reset(): void {
    this.fail(wasReset);
  }

  answered(status: number, text: string, retryAfterMs: number | null): void {
    if (this.#isOver) return;
    const { provider, maxResponseBytes } = this.#line;
    const body = textToWire(text);
    const cutAfter = provider.wire.cutAfterBytes;
    const bytes = Math.min(body.length, cutAfter);
    this.#after(provider.wayMs("client", bytes), () => {
      if (body.length > cutAfter) return this.fail(cut);
      if (body.length > maxResponseBytes) {
        return this.fail({ code: "too_large", message: "the answer is too large", sent: true });
      }
      if (this.#end(true)) this.#sink.onReply({ status, retryAfterMs, body, rest: null });
    });
  }

  #arrive(call: UpstreamCall, isNew: boolean): void {
    const { provider } = this.#line;
    const { wire } = provider;
    const obstacle = isNew ? provider.obstacle : null;
    if (obstacle !== null) return this.fail(obstacle);
    if (wire.resetting) return this.fail(wasReset);
    if (isNew && wire.elsewhere) return this.answered(404, strangerPage, null);
    provider.door.post(wireToText(call.body), this);
  }

  /** Later, also where `ms` is 0; and not before a black hole is over. */
  #after(ms: number, act: () => void): void {
    const { provider } = this.#line;
    this.#timer = provider.clock.after(ms, () =>
      provider.flow.pass(() => {
        if (!this.#isOver) act();
      }));
  }

  /** true the first time. */
  #end(keeps: boolean): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#leave(keeps);
    return true;
  }
}
