// A client's WebSocket on virtual time, as WsTarget wants it: straight into the virtual router, its calls told apart from
// those over HTTP and counted per socket, as a real session does. It is refused where the router is down or does not know
// the path, and ends with all that it carries when the router is killed. Calls only: subscribers have VirtualSubscriber.

import type { RequestHead } from "../../core/http/request_head.ts";
import { textToWire } from "../../core/rpc/wire.ts";
import type { ClientSocket, Connect, SocketSink } from "../workload/ws_target.ts";
import { VirtualResponse } from "./virtual_response.ts";
import type { SocketLine, VirtualClient, VirtualRouter } from "./virtual_router.ts";
import { headOf } from "./virtual_target.ts";

/** RFC 6455 section 7.4.1: the connection was lost. */
const LOST = 1006;

/** Sockets to the endpoint with this path. */
export function virtualSockets(router: VirtualRouter, path: string): Connect {
  const head = headOf("GET", path);
  return (sink) => new VirtualSocket(router, head, sink);
}

class VirtualSocket implements ClientSocket, VirtualClient {
  readonly #router: VirtualRouter;
  readonly #sink: SocketSink;
  readonly #open = new Set<VirtualResponse>();
  #line: SocketLine | null = null;
  #isOver = false;

  constructor(router: VirtualRouter, head: RequestHead, sink: SocketSink) {
    this.#router = router;
    this.#sink = sink;
    router.clients.add(this);
    // Not while it is being made.
    queueMicrotask(() => this.#pass(() => this.#connect(head)));
  }

  send(text: string): void {
    queueMicrotask(() =>
      this.#pass(() => {
        const response: VirtualResponse = new VirtualResponse(this.#router, {
          answered: (_status, body) => {
            this.#open.delete(response);
            this.#sink.message(body);
          },
          broken: (reason) => this.#close("ECONNRESET", reason),
        });
        this.#open.add(response);
        this.#line?.take(textToWire(text), response);
      })
    );
  }

  terminate(): void {
    this.#close(null, "");
  }

  routerGone(): void {
    this.#close("ECONNRESET", "");
  }

  #connect(head: RequestHead): void {
    if (!this.#router.isUp) return this.#close("ECONNREFUSED", "");
    const line = this.#router.socket(head);
    if (typeof line === "number") return this.#close(`HTTP ${line}`, "");
    this.#line = line;
    this.#sink.opened();
  }

  /** Later, where the router is stalled; not at all once it is over. */
  #pass(act: () => void): void {
    this.#router.gate.pass(() => {
      if (!this.#isOver) act();
    });
  }

  #close(failure: string | null, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#router.clients.delete(this);
    for (const response of this.#open) response.leave();
    this.#open.clear();
    if (failure !== null) this.#sink.failed(failure);
    this.#sink.closed(LOST, reason);
  }
}
