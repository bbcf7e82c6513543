// The whole server: the listener's handler that sends /rpc to the pipeline, handshakes to the WebSockets and everything
// else to hono, and the life of all: start, swap the router at a reload, drain, end.

import type { HttpFault } from "../http/fault.ts";
import type { RequestHead } from "../http/request_head.ts";
import type { Router } from "../routing/router.ts";
import type { Reason } from "../rpc/category.ts";
import { corsHeaders } from "./cors.ts";
import { EventHistory } from "./event_history.ts";
import type { FeedListener } from "./event_hub.ts";
import { Dashboard } from "./dashboard.ts";
import { FeedEndpoint, isFeedPath } from "./feed_endpoint.ts";
import type { IncomingRequest, ServerHandler, SocketOwner } from "./handler.ts";
import { listen, type Listener } from "./listener.ts";
import type { ResponseWriter } from "./response_writer.ts";
import { lazyRest } from "./rest.ts";
import { answerRest } from "./rest_bridge.ts";
import { RpcCalls } from "./rpc_calls.ts";
import { RpcEndpoint } from "./rpc_endpoint.ts";
import { isRpcPath } from "./rpc_target.ts";
import { type ServerDeps, ServerState } from "./state.ts";
import { isV1SocketPath, V1Endpoint } from "./v1_endpoint.ts";
import { WsEndpoint } from "./ws_endpoint.ts";

/** Longest request head in bytes, as nginx and node have it. */
const maxHeadBytes = 16 * 1024;

const json = "content-type: application/json\r\n";

export class LassoServer implements AsyncDisposable {
  readonly state: ServerState;
  readonly #listener: Listener;
  readonly #sockets: WsEndpoint;
  readonly #feeds: FeedEndpoint;
  readonly #v1: V1Endpoint;
  readonly #listeners: readonly FeedListener[];
  #stopped: Promise<void> | null = null;

  private constructor(
    state: ServerState,
    listener: Listener,
    sockets: WsEndpoint,
    feeds: FeedEndpoint,
    v1: V1Endpoint,
  ) {
    this.state = state;
    this.#feeds = feeds;
    this.#v1 = v1;
    this.#listener = listener;
    this.#sockets = sockets;
    this.#listeners = [new EventHistory(state.deps.history), state.heads, state.states, state.recent];
    for (const listener of this.#listeners) state.deps.hub.listen(listener);
    state.connections = () => listener.connections;
    state.websockets = () => sockets.connections + v1.connections;
    state.dismiss = (chain) => {
      sockets.dismiss(chain);
      v1.dismiss(chain);
    };
    state.clients = () => [...listener.clients(), ...sockets.clients(), ...v1.clients()];
  }

  /** Listens; throws a LassoError (`io`) when the address can't be had. */
  static async start(router: Router, deps: ServerDeps): Promise<LassoServer> {
    const state = new ServerState(router, deps);
    deps.streams?.bind(router);
    const calls = new RpcCalls(state);
    const sockets = new WsEndpoint(state, calls);
    const feeds = new FeedEndpoint(state);
    const v1 = new V1Endpoint(state);
    const { server } = router.settings;
    const listener = await listen({
      host: server.host,
      port: server.port,
      tls: server.tls,
      headerTimeoutMs: server.headerTimeoutMs,
      idleTimeoutMs: server.idleTimeoutMs,
      maxHeadBytes,
      maxBodyBytes: server.maxBodyBytes,
      clock: deps.clock,
    }, handlerOf(state, calls, sockets, feeds, v1));
    return new LassoServer(state, listener, sockets, feeds, v1);
  }

  get port(): number {
    return this.#listener.port;
  }

  /** `http://host:port`, as a client on this machine would write it. */
  get url(): string {
    const { host, tls } = this.state.router.settings.server;
    const name = host === "0.0.0.0"
      ? "127.0.0.1"
      : host === "::"
      ? "[::1]"
      : host.includes(":")
      ? `[${host}]`
      : host;
    return `${tls === null ? "http" : "https"}://${name}:${this.port}`;
  }

  /** Swaps the router; the old one is retired behind the requests that it has under way. */
  swap(next: Router): void {
    const previous = this.state.router;
    this.state.overrides.apply(next);
    this.state.router = next;
    this.state.configVersion++;
    this.state.states.bind(next);
    this.state.deps.streams?.bind(next);
    this.#listener.adjust(next.settings.server);
    this.#sockets.adopt(next);
    this.#v1.adopt(next);
    this.#feeds.adopt(next);
    previous.retire(next, next.settings.server.drainTimeoutMs).catch((thrown: unknown) => {
      this.state.deps.log.write("error", "router.retire_failed", { error: thrown });
    });
  }

  /** Lets calls under way end for up to `ms`, then ends everything. Harmless when repeated. */
  stop(ms: number): Promise<void> {
    return this.#stopped ??= this.#stop(ms);
  }

  async #stop(ms: number): Promise<void> {
    this.state.draining = true;
    await Promise.all([
      this.#sockets.drain(ms),
      this.#v1.drain(ms),
      this.#feeds.drain(ms),
      this.#listener.drain(ms),
    ]);
    this.state.overrides[Symbol.dispose]();
    this.state.sampler[Symbol.dispose]();
    this.state.news[Symbol.dispose]();
    this.state.deps.streams?.[Symbol.dispose]();
    for (const listener of this.#listeners) this.state.deps.hub.leave(listener);
    await this.state.router.retire(undefined, 0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop(0);
  }
}

function handlerOf(
  state: ServerState,
  calls: RpcCalls,
  sockets: WsEndpoint,
  feeds: FeedEndpoint,
  v1: V1Endpoint,
): ServerHandler {
  const rpc = new RpcEndpoint(state, calls);
  const rest = lazyRest(state);
  const dashboard = state.deps.dashboard === null ? null : new Dashboard(state, state.deps.dashboard);
  return {
    handle(request: IncomingRequest, response: ResponseWriter): void {
      if (isRpcPath(request.head.path)) rpc.handle(request, response);
      else if (dashboard?.serves(request)) dashboard.handle(request, response);
      else answerRest(rest, request, response);
    },
    refuse(fault: HttpFault, head: RequestHead | null): { headers: string; body: string } {
      const reason: Reason = fault.status === 413
        ? "too_large"
        : fault.status === 500
        ? "internal"
        : "invalid_request";
      const cors = head === null ? "" : corsHeaders(head, state.router.settings.server.corsOrigins);
      return { headers: json + cors, body: calls.refusalFor(reason, fault.message, fault.status) };
    },
    upgrades: (head) => sockets.upgrades(head),
    upgrade(request: IncomingRequest, response: ResponseWriter, owner: SocketOwner): void {
      if (isFeedPath(request.head.path)) feeds.upgrade(request, response, owner);
      else if (isV1SocketPath(request.head.path)) v1.upgrade(request, response, owner);
      else sockets.upgrade(request, response, owner);
    },
    thrown(thrown: unknown): void {
      state.deps.log.write("error", "server.internal", { error: thrown });
    },
  };
}
