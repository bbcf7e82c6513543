// Requests over HTTP/1.1 on kept connections: as many as are needed at the same time, as many clients would have, up to
// a bound; beyond it requests wait for one, which their records and a note show.

import type { CallTarget, TargetSink } from "./call_target.ts";
import { type ConnectionOwner, HttpConnection } from "./http_connection.ts";

export interface HttpTargetOptions {
  /** The chain's endpoint. */
  readonly url: URL;
  /** Ask for metadata in the body. */
  readonly meta: boolean;
  /** Made by `open`. */
  readonly connectAhead: number;
  /** Default 4,096: with a timeout of 1 s enough for a stall at 4,000/s. */
  readonly maxConnections?: number;
}

interface Waiting {
  readonly nth: number;
  readonly request: string;
}

export class HttpTarget implements CallTarget, ConnectionOwner {
  readonly metaMember = "";
  readonly #options: HttpTargetOptions;
  readonly #sink: TargetSink;
  readonly #maxConnections: number;
  readonly #head: string;
  readonly #connections = new Set<HttpConnection>();
  /** The last one used is taken first, so that the others may idle away. */
  readonly #idle: HttpConnection[] = [];
  readonly #busy = new Map<number, HttpConnection>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #closing = new Set<Promise<void>>();
  #disposed = false;

  constructor(options: HttpTargetOptions, sink: TargetSink) {
    this.#options = options;
    this.#sink = sink;
    this.#maxConnections = options.maxConnections ?? 4_096;
    const { url, meta } = options;
    const query = new URLSearchParams(url.search);
    if (meta) query.set("include_meta", "body");
    const path = url.pathname + (query.size > 0 ? `?${query}` : "");
    const user = url.username === "" ? "" : decodeURIComponent(`${url.username}:${url.password}`);
    const auth = user === "" ? "" : `authorization: Basic ${btoa(user)}\r\n`;
    this.#head = `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\n${auth}` +
      "content-type: application/json\r\ncontent-length: ";
  }

  open(): Promise<void> {
    for (let made = 0; made < this.#options.connectAhead; made++) this.#idle.push(this.#connect());
    return Promise.resolve();
  }

  send(nth: number, body: string): boolean {
    const request = this.#head + body.length + "\r\n\r\n" + body;
    let connection = this.#idle.pop();
    if (connection === undefined) {
      if (this.#connections.size >= this.#maxConnections) {
        this.#waiting.set(nth, { nth, request });
        return false;
      }
      connection = this.#connect();
    }
    this.#busy.set(nth, connection);
    connection.send(nth, request);
    return true;
  }

  /** HTTP/1.1 has no way to take a request back but to leave. */
  cancel(nth: number): void {
    if (this.#waiting.delete(nth)) return;
    const connection = this.#busy.get(nth);
    if (connection === undefined) return;
    this.#busy.delete(nth);
    this.#connections.delete(connection);
    connection.destroy();
    this.#next();
  }

  answered(connection: HttpConnection, nth: number, status: number, body: string): void {
    this.#busy.delete(nth);
    if (this.#connections.has(connection)) this.#release(connection);
    this.#sink.answered(nth, status, body);
  }

  gone(connection: HttpConnection, nth: number, reason: string): void {
    this.#connections.delete(connection);
    const idleAt = nth < 0 ? this.#idle.indexOf(connection) : -1;
    if (idleAt >= 0) this.#idle.splice(idleAt, 1);
    if (nth >= 0) {
      this.#busy.delete(nth);
      this.#sink.broken(nth, reason);
    }
    if (!this.#disposed) this.#next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#waiting.clear();
    for (const connection of this.#connections) connection.destroy();
    this.#connections.clear();
    await Promise.all(this.#closing);
  }

  #connect(): HttpConnection {
    const connection = new HttpConnection(this.#options.url, this);
    this.#connections.add(connection);
    this.#closing.add(connection.closed);
    void connection.closed.then(() => this.#closing.delete(connection.closed));
    return connection;
  }

  #release(connection: HttpConnection): void {
    if (!this.#sendWaiting(connection)) this.#idle.push(connection);
  }

  /** There is room for a new connection. */
  #next(): void {
    if (this.#waiting.size > 0) this.#sendWaiting(this.#connect());
  }

  #sendWaiting(connection: HttpConnection): boolean {
    for (const { nth, request } of this.#waiting.values()) {
      this.#waiting.delete(nth);
      this.#busy.set(nth, connection);
      this.#sink.sent(nth);
      connection.send(nth, request);
      return true;
    }
    return false;
  }
}
