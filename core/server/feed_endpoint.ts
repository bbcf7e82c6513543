// `WS /channels/events` and `/channels/chain/{name}`: takes sockets over from the listener for those who may read what
// happens in the router. Owned by LassoServer.

import type { IncomingMessage } from "node:http";
// @ts-types="@types/ws"
import { WebSocketServer } from "ws";
import type { Clock } from "../clock.ts";
import type { Router } from "../routing/router.ts";
import type { EventHub } from "./event_hub.ts";
import { adminKind, type GateProblem, isProblem, openingOf, readProblem, refuseSocket } from "./feed_gate.ts";
import type { FeedSnapshot } from "./feed_model.ts";
import { FeedFigures } from "./feed_snapshot.ts";
import { type FeedHost, FeedSocket } from "./feed_socket.ts";
import { FeedTicker } from "./feed_ticker.ts";
import type { IncomingRequest, SocketOwner } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";
import type { ServerState } from "./state.ts";

/** Readers at once: each costs a copy of every batch. */
const maxSockets = 256;
/** Longest message of a reader. */
const maxPayload = 65_536;

export class FeedEndpoint implements FeedHost {
  readonly #state: ServerState;
  readonly #frames = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
  });
  readonly #sockets = new Set<FeedSocket>();
  readonly #figures: FeedFigures;
  readonly #ticker: FeedTicker;
  #drained: (() => void) | null = null;

  constructor(state: ServerState) {
    this.#state = state;
    this.#figures = new FeedFigures(state);
    this.#ticker = new FeedTicker(state.deps.clock, state.states, this.#figures, this.#sockets);
  }

  get clock(): Clock {
    return this.#state.deps.clock;
  }

  get hub(): EventHub {
    return this.#state.deps.hub;
  }

  upgrade(request: IncomingRequest, response: ResponseWriter, owner: SocketOwner): void {
    const { head } = request;
    const chain = feedChain(head.path);
    const problem = this.#problem(request, chain);
    if (problem !== null) return refuseSocket(response, problem);
    const opening = openingOf(head);
    if (isProblem(opening)) return refuseSocket(response, opening);
    const name = typeof chain === "string" ? this.chainName(chain) : null;
    const admin = adminKind(request, this.#state);
    const { socket, rest } = owner.handOver();
    const message = { method: "GET", url: head.target, headers: opening } as unknown as IncomingMessage;
    try {
      this.#frames.handleUpgrade(message, socket, rest, (ws) => {
        this.#sockets.add(new FeedSocket(ws, name, admin, this));
        this.#ticker.wake();
      });
    } catch (thrown) {
      socket.destroy();
      throw thrown;
    }
  }

  snapshot(chain: string | null, admin: FeedSnapshot["admin"]): FeedSnapshot {
    return this.#figures.snapshot(chain, admin);
  }

  chainName(given: string): string | null {
    return this.#state.router.find(given)?.chain.name ?? null;
  }

  gone(socket: FeedSocket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size > 0) return;
    this.#ticker.rest();
    this.#drained?.();
  }

  /** After a reload: who reads of a chain that is no more is told so. */
  adopt(router: Router): void {
    for (const socket of [...this.#sockets]) {
      if (socket.chain === null || router.route(socket.chain) !== undefined) continue;
      socket.close(1012, `the chain ${socket.chain} is no longer served`);
    }
  }

  /** Closes every socket with 1001. */
  async drain(ms: number): Promise<void> {
    if (this.#sockets.size === 0) return;
    const drained = new Promise<void>((resolve) => this.#drained = resolve);
    for (const socket of [...this.#sockets]) ms > 0 ? socket.close(1001, "going away") : socket.terminate();
    await drained;
  }

  #problem(request: IncomingRequest, chain: string | null | undefined): GateProblem | null {
    const unread = readProblem(request, this.#state, "The feed");
    if (unread !== null) return unread;
    if (chain === undefined) {
      const message = "The feeds are /channels/events and /channels/chain/{name}.";
      return { status: 404, code: "not_found", message };
    }
    if (chain !== null && this.chainName(chain) === null) {
      const message = `The chain ${JSON.stringify(chain.slice(0, 64))} is not served.`;
      return { status: 404, code: "unknown_chain", message };
    }
    if (this.#state.draining) return { status: 503, code: "draining", message: "Lasso is going away." };
    return this.#sockets.size < maxSockets
      ? null
      : { status: 503, code: "overloaded", message: "The feed has as many readers as it may." };
  }
}

export function isFeedPath(path: string): boolean {
  return path === "/channels" || path.startsWith("/channels/");
}

/** null: all chains; undefined: no path of a feed. */
function feedChain(path: string): string | null | undefined {
  if (path === "/channels/events") return null;
  const name = /^\/channels\/chain\/([^/]+)$/.exec(path)?.[1];
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
