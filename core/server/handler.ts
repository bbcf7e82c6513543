// What the ingress asks of the router above it, and what it hands over. The ingress knows HTTP and no JSON-RPC; the
// handler knows no sockets. Implemented by the router, called by core/server/connection.ts.

import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { HttpFault } from "../http/fault.ts";
import type { RequestHead } from "../http/request_head.ts";
import type { ResponseWriter } from "./response_writer.ts";

export interface IncomingRequest {
  readonly head: RequestHead;
  /** The whole body, without its coding; empty if there is none. */
  readonly body: Buffer;
  readonly remoteAddress: string;
  /** It came over TLS. */
  readonly secure: boolean;
}

export interface ServerHandler {
  /** Answers through `response`, at once or later. What it throws is caught and answered with 500. */
  handle(request: IncomingRequest, response: ResponseWriter): void;
  /**
   * Header lines (each ending in CRLF) and body for a request that was refused below the router: bad framing, too
   * large, a timeout; also 500 for what `handle` threw. `head` if it was parsed.
   */
  refuse(fault: HttpFault, head: RequestHead | null): { readonly headers: string; readonly body: string };
  /** Hears what `handle`, `refuse` or a callback of the response threw. */
  thrown?(thrown: unknown): void;
  /** Is this a request for another protocol that `upgrade` is to hear of? All others are handled like any request. */
  upgrades?(head: RequestHead): boolean;
  /** Takes the socket from its owner, at once, or refuses through `response`, which ends the connection. */
  upgrade?(request: IncomingRequest, response: ResponseWriter, owner: SocketOwner): void;
}

/** A connection that may give its socket away. */
export interface SocketOwner {
  /** Call it at most once, and not after an answer. From then on the connection does nothing with the socket. */
  handOver(): HandedOver;
}

export interface HandedOver {
  readonly socket: Socket;
  /** What came in behind the request. */
  readonly rest: Buffer;
}
