// Clients' WebSockets: takes sockets over from the listener, and keeps the life of all of them: one sweep for pings,
// idle and stuck ones, reloads, drain and end. Frames are read by npm:ws. It must leave no descriptor behind. Owned by
// LassoServer.

import type { IncomingMessage } from "node:http";
// @ts-types="@types/ws"
import { type ServerOptions, WebSocketServer } from "ws";
import type { Timer } from "../clock.ts";
import type { RequestHead } from "../http/request_head.ts";
import type { Router } from "../routing/router.ts";
import type { ClientReport } from "./client_report.ts";
import type { IncomingRequest, SocketOwner } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";
import { drainedChain, overloaded, type RpcCalls } from "./rpc_calls.ts";
import type { ServerState } from "./state.ts";
import { type Handshake, readHandshake, wantsWebSocket } from "./ws_handshake.ts";
import { type SessionHost, WsSession } from "./ws_session.ts";

const longestSweepMs = 500;

/** Pieces of one message: each keeps what was read with it. */
const limits = { maxFragments: 1_024, maxBufferedChunks: 65_536 };

export class WsEndpoint implements SessionHost {
  readonly state: ServerState;
  readonly calls: RpcCalls;
  stamp = 0;
  readonly #frames: WebSocketServer;
  readonly #sessions = new Set<WsSession>();
  #timer: Timer | null = null;
  #drained: (() => void) | null = null;

  constructor(state: ServerState, calls: RpcCalls) {
    this.state = state;
    this.calls = calls;
    const options: ServerOptions = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // The outbox answers pings, so that a flood of them costs one answer a turn.
      autoPong: false,
      ...limits,
    };
    this.#frames = new WebSocketServer(options);
  }

  /** Sockets open at this moment. */
  get connections(): number {
    return this.#sessions.size;
  }

  *clients(): Iterable<ClientReport> {
    for (const session of this.#sessions) yield session.report;
  }

  upgrades(head: RequestHead): boolean {
    return wantsWebSocket(head);
  }

  upgrade(request: IncomingRequest, response: ResponseWriter, owner: SocketOwner): void {
    const { router, draining, deps } = this.state;
    const receivedAt = deps.clock.now();
    if (draining) {
      const refused = { kind: "refused", refusal: overloaded("Lasso is going away."), headers: "" } as const;
      return this.calls.refuse(response, receivedAt, refused.refusal, refused, "null");
    }
    const handshake = readHandshake(request.head, router, request.secure);
    if (handshake.kind === "handshake") {
      const { route, cors } = handshake.target;
      if (!route.drained) return this.#accept(request, handshake, owner);
      const refused = { kind: "refused", refusal: drainedChain(route.chain.name), headers: cors } as const;
      return this.calls.refuse(response, receivedAt, refused.refusal, refused, "null");
    }
    this.calls.refuse(response, receivedAt, handshake.refusal, handshake, "null");
  }

  #accept({ head, secure }: IncomingRequest, handshake: Handshake, owner: SocketOwner): void {
    const { socket, rest } = owner.handOver();
    const { headers } = handshake;
    const message = { method: "GET", url: head.target, headers } as unknown as IncomingMessage;
    this.#frames.options.maxPayload = this.#maxFrameBytes;
    try {
      this.#frames.handleUpgrade(message, socket, rest, (ws) => {
        this.#wake();
        this.#sessions.add(new WsSession(ws, socket, secure, handshake, this));
      });
    } catch (thrown) {
      socket.destroy();
      throw thrown;
    }
  }

  /** After a reload: what the new router says holds for open sockets too. */
  adopt(router: Router): void {
    for (const session of [...this.#sessions]) session.adopt(router);
  }

  /** Closes the sockets of one chain with 1001, each after its calls. */
  dismiss(chain: string): void {
    for (const session of [...this.#sessions]) if (session.chain === chain) session.drain();
  }

  /** Lets calls under way end, closes every socket with 1001, and destroys what is left after `ms`. */
  async drain(ms: number): Promise<void> {
    if (this.#sessions.size > 0) {
      const drained = new Promise<void>((resolve) => this.#drained = resolve);
      if (ms > 0) { for (const session of [...this.#sessions]) session.drain(); }
      else this.#terminateAll();
      const timer = ms > 0 ? this.state.deps.clock.after(ms, () => this.#terminateAll()) : null;
      await drained;
      timer?.cancel();
    }
    this.#timer?.cancel();
    this.#timer = null;
  }

  #terminateAll(): void {
    for (const session of [...this.#sessions]) session.terminate();
  }

  gone(session: WsSession): void {
    this.#sessions.delete(session);
    if (this.#sessions.size === 0) this.#drained?.();
  }

  get #maxFrameBytes(): number {
    return this.state.router.settings.server.ws.maxFrameBytes;
  }

  get #sweepMs(): number {
    const { pingMs, idleTimeoutMs } = this.state.router.settings.server.ws;
    return Math.max(5, Math.min(longestSweepMs, pingMs / 4, idleTimeoutMs / 4));
  }

  /** The sweep runs only while there is something to look at. */
  #wake(): void {
    if (this.#timer !== null) return;
    const { clock } = this.state.deps;
    this.stamp = clock.now() + this.#sweepMs;
    this.#timer = clock.after(this.#sweepMs, this.#sweep);
  }

  readonly #sweep = (): void => {
    this.#timer = null;
    const now = this.state.deps.clock.now();
    for (const session of this.#sessions) session.sweep(now);
    if (this.#sessions.size > 0) this.#wake();
  };
}
