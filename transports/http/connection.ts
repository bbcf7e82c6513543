// One open connection to an upstream: carries one call at a time, feeds what arrives to the parser and tells the pool
// when it is free, or gone. While idle it must stay silent: a byte from the server then closes it.

import type { Buffer } from "node:buffer";
import { ResponseParser } from "../../core/http/response_parser.ts";
import { brokenFailure, malformed } from "./failures.ts";
import type { HttpExchange } from "./http_exchange.ts";
import type { WireListener, WireSocket } from "./wire_socket.ts";

/**
 * An answer that leaves more of its request unsent than this was given without reading it, and the server may never
 * read the rest. Less says nothing: TLS sockets report what has left only some turns later.
 */
const abandonedBytes = 65_536;

export interface ConnectionOwner {
  /** The masked upstream, for messages. */
  readonly upstream: string;
  /** Request head up to the value of Content-Length. */
  readonly prefix: string;
  /** The call has ended in order; `keepAliveMs` is the server's word on idling, null if it gave none. */
  onFree(connection: Connection, keepAliveMs: number | null): void;
  /** The socket is closed, by whichever side. */
  onClosed(connection: Connection): void;
}

export class Connection implements WireListener {
  readonly address: string;
  /** A call was sent over it before the one under way. */
  used = false;
  /** The pool's own: it carries a call, or is about to. */
  busy = false;
  /** Its address is gone from DNS: close it after the answer. */
  retired = false;
  /** While idle: the monotonic time at which it is closed. */
  expiresAt = Infinity;
  readonly #wire: WireSocket;
  readonly #owner: ConnectionOwner;
  readonly #parser = new ResponseParser();
  #exchange: HttpExchange | null = null;
  #feeding = false;

  constructor(wire: WireSocket, address: string, owner: ConnectionOwner) {
    this.#wire = wire;
    this.address = address;
    this.#owner = owner;
  }

  /** The call that it carries. */
  get exchange(): HttpExchange | null {
    return this.#exchange;
  }

  /** Begins to listen; may find at once that the socket is gone. */
  open(): void {
    this.#wire.listen(this);
  }

  start(exchange: HttpExchange): void {
    const { body, headers = "" } = exchange.call;
    this.#exchange = exchange;
    this.#parser.begin(exchange);
    exchange.connection = this;
    this.#wire.write(`${this.#owner.prefix}${body.length}\r\n${headers}\r\n${body}`);
  }

  onBytes(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === null) return this.#close();
    const parser = this.#parser;
    this.#feeding = true;
    const end = parser.feed(bytes);
    this.#feeding = false;
    if (this.#exchange !== exchange) return this.#owner.onClosed(this); // Given up while it was fed.
    if (parser.done) this.#finish(exchange, end < bytes.length);
    else if (parser.fault !== null) {
      const fault = parser.fault;
      this.#close();
      exchange.fail(malformed(this.#owner.upstream, fault));
    }
  }

  onGone(error: unknown): void {
    const exchange = this.#exchange;
    const reused = this.used;
    this.#close();
    if (exchange === null) return;
    if (error === null && this.#parser.finish()) exchange.finish();
    else exchange.fail(brokenFailure(this.#owner.upstream, error, reused, this.#parser.started));
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  /** Closes it at once, whatever it is doing; the call on it, if any, hears nothing from here. */
  destroy(): void {
    if (!this.#feeding) return this.#close();
    // The parser is still at work on this connection: let go of the call now, tell the pool when it is through.
    this.#exchange = null;
    this.#wire.destroy();
  }

  #finish(exchange: HttpExchange, extraBytes: boolean): void {
    const head = this.#parser.head!;
    this.#exchange = null;
    exchange.connection = null;
    this.used = true;
    this.#wire.resume();
    if (extraBytes || this.retired || !head.keepAlive || this.#wire.unsent > abandonedBytes) this.#close();
    else this.#owner.onFree(this, head.keepAliveMs);
    exchange.finish();
  }

  #close(): void {
    this.#exchange = null;
    this.#wire.destroy();
    this.#owner.onClosed(this);
  }
}
