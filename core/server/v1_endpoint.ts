// `WS /v1/ws/{chain}`: takes sockets over from the listener for those who may read, keeps one V1Chain for each chain that
// has some, hands on what the hub tells of reorgs and providers, and ends them all. Owned by LassoServer.

import type { IncomingMessage } from "node:http";
// @ts-types="@types/ws"
import { WebSocketServer } from "ws";
import type { Timer } from "../clock.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { Router } from "../routing/router.ts";
import type { OnGap } from "../settings.ts";
import type { ClientReport } from "./client_report.ts";
import type { FeedEvent, FeedListener } from "./event_hub.ts";
import { type GateProblem, isProblem, openingOf, readProblem, refuseSocket } from "./feed_gate.ts";
import type { IncomingRequest, SocketOwner } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";
import type { ServerState } from "./state.ts";
import { stateEvent } from "./state_watch.ts";
import { V1Chain } from "./v1_chain.ts";
import { type V1Host, V1Socket } from "./v1_socket.ts";

const maxSockets = 10_000;
/** Longest message of a client: a filter with a thousand addresses fits. */
const maxPayload = 262_144;
const gapWords: readonly OnGap[] = ["close", "notify", "continue"];
const socketPath = /^\/v1\/ws\/([^/]+)$/;

/** What a handshake asks for. */
interface Wish {
  readonly route: ChainRoute;
  readonly gaps: OnGap | null;
}

export function isV1SocketPath(path: string): boolean {
  return path === "/v1/ws" || path.startsWith("/v1/ws/");
}

export class V1Endpoint implements V1Host, FeedListener {
  readonly notOfCalls = true;
  readonly state: ServerState;
  readonly #frames = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
  });
  readonly #sockets = new Set<V1Socket>();
  readonly #chains = new Map<string, V1Chain>();
  #timer: Timer | null = null;
  #drained: (() => void) | null = null;

  constructor(state: ServerState) {
    this.state = state;
  }

  /** Sockets open at this moment. */
  get connections(): number {
    return this.#sockets.size;
  }

  *clients(): Iterable<ClientReport> {
    for (const socket of this.#sockets) yield socket.report;
  }

  upgrade(request: IncomingRequest, response: ResponseWriter, owner: SocketOwner): void {
    const { head } = request;
    const wish = this.#wish(request);
    if ("code" in wish) return refuseSocket(response, wish);
    const opening = openingOf(head);
    if (isProblem(opening)) return refuseSocket(response, opening);
    const { socket, rest } = owner.handOver();
    const message = { method: "GET", url: head.target, headers: opening } as unknown as IncomingMessage;
    try {
      this.#frames.handleUpgrade(message, socket, rest, (ws) => {
        const chain = this.#chainOf(wish.route.chain.name);
        this.#sockets.add(new V1Socket(ws, socket, request.secure, wish.gaps, chain, this));
        this.#wake();
      });
    } catch (thrown) {
      socket.destroy();
      throw thrown;
    }
  }

  heard({ topic, chain, fields }: FeedEvent): void {
    const on = chain === null ? undefined : this.#chains.get(chain);
    if (on === undefined) return;
    if (topic === "stream" && fields.event === "stream.reorg") on.news.reorg(fields);
    else if (topic === "provider" && fields.event === stateEvent) on.tellProvider(fields);
  }

  /** After a reload: sockets of chains that are no more are told so. */
  adopt(router: Router): void {
    for (const socket of [...this.#sockets]) {
      if (router.route(socket.chain) !== undefined) continue;
      socket.close(1012, `the chain ${socket.chain} is no longer served`);
    }
  }

  /** The operator took a chain out of service. */
  dismiss(chain: string): void {
    for (const socket of [...this.#sockets]) if (socket.chain === chain) socket.close(1001, "going away");
  }

  gone(socket: V1Socket): void {
    this.#sockets.delete(socket);
    const chain = this.#chains.get(socket.chain);
    if (chain?.sockets.size === 0) {
      this.#chains.delete(socket.chain);
      chain[Symbol.dispose]();
      if (this.#chains.size === 0) this.state.deps.hub.leave(this);
    }
    if (this.#sockets.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#drained?.();
  }

  /** Closes every socket with 1001. */
  async drain(ms: number): Promise<void> {
    if (this.#sockets.size === 0) return;
    const drained = new Promise<void>((resolve) => this.#drained = resolve);
    for (const socket of [...this.#sockets]) ms > 0 ? socket.close(1001, "going away") : socket.terminate();
    await drained;
  }

  /** What it asks for, or why it is refused: not even what exists is told to who may not read. */
  #wish(request: IncomingRequest): Wish | GateProblem {
    const { router, draining, deps } = this.state;
    const unread = readProblem(request, this.state, "/v1/ws");
    if (unread !== null) return unread;
    const { path, query } = request.head;
    const name = nameIn(path);
    if (name === null) {
      return { status: 404, code: "not_found", message: "The socket of a chain is /v1/ws/{chain}." };
    }
    const route = router.find(name);
    if (route === undefined) {
      const message = `The chain ${JSON.stringify(name.slice(0, 64))} is not configured.`;
      return { status: 404, code: "unknown_chain", message };
    }
    const given = new URLSearchParams(query).get("gaps") || null;
    const gaps = gapWords.find((word) => word === given) ?? null;
    if (given !== null && gaps === null) {
      return { status: 400, code: "bad_query", message: 'gaps must be "close", "notify" or "continue".' };
    }
    if (draining) return { status: 503, code: "draining", message: "Lasso is going away." };
    if (route.drained) {
      const message = `The operator took the chain ${route.chain.name} out of service.`;
      return { status: 503, code: "drained", message };
    }
    if (deps.streams === null) {
      return { status: 503, code: "no_streams", message: "Subscriptions are not served here." };
    }
    return this.#sockets.size < maxSockets
      ? { route, gaps }
      : { status: 503, code: "overloaded", message: "There are as many sockets as there may be." };
  }

  #chainOf(name: string): V1Chain {
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    const { hub, streams } = this.state.deps;
    if (streams === null) throw new Error("there are no streams");
    if (this.#chains.size === 0) hub.listen(this);
    const chain = new V1Chain(name, this.state, streams);
    this.#chains.set(name, chain);
    return chain;
  }

  #wake(): void {
    if (this.#timer !== null || this.#sockets.size === 0) return;
    const { pingMs } = this.state.router.settings.server.ws;
    this.#timer = this.state.deps.clock.after(pingMs, () => {
      this.#timer = null;
      for (const socket of [...this.#sockets]) socket.ping();
      this.#wake();
    });
  }
}

/** null: the path names no chain. */
function nameIn(path: string): string | null {
  const name = socketPath.exec(path)?.[1];
  try {
    return name === undefined ? null : decodeURIComponent(name);
  } catch {
    return null;
  }
}
