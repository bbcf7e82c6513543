// Requests over WebSockets that many requests share, told apart by their ids. As many sockets as keep each below what a
// router lets one client have under way; one that is lost breaks what it carried, and the next request opens another.
// What a socket is made of is handed in: npm:ws here, the virtual router on virtual time.

// @ts-types="@types/ws"
import { WebSocket } from "ws";
import type { Buffer } from "node:buffer";
import { toWire, wireToText } from "../../core/rpc/wire.ts";
import type { CallTarget, TargetSink } from "./call_target.ts";

/** What a socket tells of itself; never while it is being made. */
export interface SocketSink {
  opened(): void;
  /** One message, as wire text. */
  message(body: string): void;
  /** `closed` follows. `code`: what the platform says, without addresses. */
  failed(code: string): void;
  /** The last that is heard of it. */
  closed(code: number, reason: string): void;
}

export interface ClientSocket {
  /** One message. Not before it has opened. */
  send(text: string): void;
  /** Ends it at once; `closed` follows. */
  terminate(): void;
}

export type Connect = (sink: SocketSink) => ClientSocket;

export interface WsTargetOptions {
  readonly connect: Connect;
  /** Ask for metadata in each call. */
  readonly meta: boolean;
  /** Calls in a request: ids of request n are n × batch + 1 and so on. */
  readonly batch: number;
}

/** Sockets that `open` makes. */
const connectAhead = 4;
/** Calls that a socket has under way before another one is opened: half of what Lasso allows by default. */
const callsPerSocket = 128;
const maxSockets = 256;
const maxPayload = 268_435_456;
const handshakeTimeout = 10_000;

interface Link {
  socket: ClientSocket | null;
  /** The handshake is over, one way or the other. */
  readonly settled: Promise<void>;
  readonly open: Set<number>;
  /** Bodies that wait for the handshake. */
  waiting: { readonly nth: number; readonly body: string }[] | null;
  failure: string | null;
}

export class WsTarget implements CallTarget {
  readonly metaMember: string;
  readonly #options: WsTargetOptions;
  readonly #sink: TargetSink;
  readonly #links = new Set<Link>();
  readonly #linkOf = new Map<number, Link>();
  readonly #closing = new Set<Promise<void>>();
  /** Answers that belong to no request: their ids are unknown, or their requests had timed out. */
  strays = 0;

  constructor(options: WsTargetOptions, sink: TargetSink) {
    this.#options = options;
    this.#sink = sink;
    this.metaMember = options.meta ? ',"lasso_meta":true' : "";
  }

  async open(): Promise<void> {
    const links = Array.from({ length: connectAhead }, () => this.#connect());
    await Promise.all(links.map(({ settled }) => settled));
  }

  send(nth: number, body: string): boolean {
    const link = this.#leastLoaded();
    link.open.add(nth);
    this.#linkOf.set(nth, link);
    if (link.waiting === null) link.socket!.send(wireToText(body));
    else link.waiting.push({ nth, body });
    // The handshake is a part of the service.
    return true;
  }

  cancel(nth: number): void {
    const link = this.#linkOf.get(nth);
    if (link === undefined) return;
    this.#linkOf.delete(nth);
    link.open.delete(nth);
    if (link.waiting !== null) link.waiting = link.waiting.filter((one) => one.nth !== nth);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#linkOf.clear();
    for (const link of this.#links) {
      link.open.clear();
      link.socket?.terminate();
    }
    this.#links.clear();
    await Promise.all(this.#closing);
  }

  #leastLoaded(): Link {
    let best: Link | null = null;
    for (const link of this.#links) if (best === null || link.open.size < best.open.size) best = link;
    const isFull = best === null || (best.open.size + 1) * this.#options.batch > callsPerSocket;
    return best === null || (isFull && this.#links.size < maxSockets) ? this.#connect() : best;
  }

  #connect(): Link {
    const settled = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const link: Link = {
      socket: null,
      settled: settled.promise,
      open: new Set(),
      waiting: [],
      failure: null,
    };
    this.#links.add(link);
    this.#closing.add(gone.promise);
    link.socket = this.#options.connect({
      opened: () => {
        this.#opened(link);
        settled.resolve();
      },
      message: (body) => this.#take(body),
      failed: (code) => link.failure ??= `the WebSocket failed (${code})`,
      closed: (code, reason) => {
        this.#lost(link, code, reason);
        settled.resolve();
        gone.resolve();
        this.#closing.delete(gone.promise);
      },
    });
    return link;
  }

  #opened(link: Link): void {
    const waiting = link.waiting ?? [];
    link.waiting = null;
    for (const { body } of waiting) link.socket!.send(wireToText(body));
  }

  #take(body: string): void {
    const id = idOf(body);
    const nth = id === null ? -1 : Math.floor((id - 1) / this.#options.batch);
    const link = this.#linkOf.get(nth);
    if (link === undefined) {
      this.strays++;
      return;
    }
    this.#linkOf.delete(nth);
    link.open.delete(nth);
    this.#sink.answered(nth, 200, body);
  }

  #lost(link: Link, code: number, reason: string): void {
    this.#links.delete(link);
    const why = link.failure ?? `the WebSocket was closed with ${code}${reason === "" ? "" : ` (${reason})`}`;
    for (const nth of [...link.open]) {
      if (!this.#linkOf.delete(nth)) continue;
      this.#sink.broken(nth, why);
    }
  }
}

/** Sockets of npm:ws to the chain's endpoint. */
export function wsSockets(url: URL): Connect {
  return (sink) => {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      maxPayload,
      handshakeTimeout,
    });
    socket.on("open", () => sink.opened());
    socket.on("message", (data) => sink.message(toWire(data as Buffer)));
    socket.on("error", (error) => sink.failed(codeOf(error)));
    socket.once("close", (code, reason) => sink.closed(code, String(reason)));
    return socket;
  };
}

const usualHead = '{"jsonrpc":"2.0","id":';

/** The id of an answer, or of the first one of a batch; null where there is none. */
function idOf(body: string): number | null {
  const at = body.charCodeAt(0) === 0x5b ? 1 : 0;
  if (body.startsWith(usualHead, at)) {
    const id = Number.parseInt(body.slice(at + usualHead.length, at + usualHead.length + 16), 10);
    return Number.isNaN(id) ? null : id;
  }
  try {
    const value = JSON.parse(wireToText(body)) as { id?: unknown } | readonly { id?: unknown }[];
    const { id } = (Array.isArray(value) ? value[0] : value) as { id?: unknown };
    return typeof id === "number" ? id : null;
  } catch {
    return null;
  }
}

/** What the platform says of a socket's failure, without addresses. */
export function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  const status = /^Unexpected server response: (\d{3})$/.exec(error.message)?.[1];
  return code ?? (status === undefined ? error.name : `HTTP ${status}`);
}
