// `WS /channels/events` and `/channels/chain/{name}`: takes sockets over from the listener for those who may read what
// happens in the router. Owned by LassoServer.

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
// @ts-types="@types/ws"
import { WebSocketServer } from "ws";
import type { Clock } from "../clock.ts";
import { Fields } from "../http/fields.ts";
import { readAccess } from "./access.ts";
import type { EventHub } from "./event_hub.ts";
import { type FeedHost, FeedSocket } from "./feed_socket.ts";
import type { IncomingRequest, SocketOwner } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";
import type { ServerState } from "./state.ts";
import { chainStatus, statusOf } from "./status.ts";
import { readOpening } from "./ws_handshake.ts";

const json = "content-type: application/json\r\n";

/** Readers at once: each costs a copy of every batch. */
const maxSockets = 256;
/** Longest message of a reader. */
const maxPayload = 65_536;
const tokenPrefix = "lasso.token.";

export class FeedEndpoint implements FeedHost {
  readonly #state: ServerState;
  readonly #frames = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
  });
  readonly #sockets = new Set<FeedSocket>();
  #drained: (() => void) | null = null;

  constructor(state: ServerState) {
    this.#state = state;
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
    if (problem !== null) return response.send(problem.status, json, errorBody(problem));
    const opening = readOpening(head);
    if (opening.kind === "refused") {
      const { status, message } = opening.refusal;
      const body = errorBody({ status, code: "bad_handshake", message });
      return response.send(status, json + opening.headers, body);
    }
    const name = typeof chain === "string" ? this.#state.router.find(chain)?.chain.name ?? null : null;
    const { socket, rest } = owner.handOver();
    const message = {
      method: "GET",
      url: head.target,
      headers: opening.headers,
    } as unknown as IncomingMessage;
    try {
      this.#frames.handleUpgrade(message, socket, rest, (ws) => {
        this.#sockets.add(new FeedSocket(ws, name, this));
      });
    } catch (thrown) {
      socket.destroy();
      throw thrown;
    }
  }

  snapshot(chain: string | null): unknown {
    const route = chain === null ? undefined : this.#state.router.route(chain);
    return route === undefined ? statusOf(this.#state) : chainStatus(route, this.clock.now());
  }

  isChain(name: string): boolean {
    return this.#state.router.route(name) !== undefined;
  }

  gone(socket: FeedSocket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#drained?.();
  }

  /** Closes every socket with 1001. */
  async drain(ms: number): Promise<void> {
    if (this.#sockets.size === 0) return;
    const drained = new Promise<void>((resolve) => this.#drained = resolve);
    for (const socket of [...this.#sockets]) ms > 0 ? socket.close(1001, "going away") : socket.terminate();
    await drained;
  }

  #problem({ head, remoteAddress }: IncomingRequest, chain: string | null | undefined): Problem | null {
    const { router, draining } = this.#state;
    const access = readAccess(withToken(head.fields), remoteAddress, router.settings.server);
    if (access !== "granted") {
      const message =
        "The feed needs the admin token, as a bearer token or as the subprotocol lasso.token.<base64url>.";
      return access === "no_token"
        ? { status: 401, code: "no_token", message }
        : { status: 403, code: "wrong_token", message };
    }
    if (chain === undefined) {
      const message = "The feeds are /channels/events and /channels/chain/{name}.";
      return { status: 404, code: "not_found", message };
    }
    if (chain !== null && router.find(chain) === undefined) {
      const message = `The chain ${JSON.stringify(chain.slice(0, 64))} is not served.`;
      return { status: 404, code: "unknown_chain", message };
    }
    if (draining) return { status: 503, code: "draining", message: "Lasso is going away." };
    return this.#sockets.size < maxSockets
      ? null
      : { status: 503, code: "overloaded", message: "The feed has as many readers as it may." };
  }
}

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

function errorBody({ code, message }: Problem): string {
  return JSON.stringify({ error: { code, message } });
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

/** A browser can't set a header: its token comes as the subprotocol `lasso.token.<base64url>`. */
function withToken(fields: Fields): Fields {
  const offered = fields.get("sec-websocket-protocol") ?? "";
  const name = offered.split(",").map((part) => part.trim()).find((part) => part.startsWith(tokenPrefix));
  if (name === undefined || fields.get("authorization") !== undefined) return fields;
  const token = Buffer.from(name.slice(tokenPrefix.length), "base64url").toString("latin1");
  const all = [...fields, ["authorization", `Bearer ${token}`] as const];
  return new Fields(all.map(([key]) => key), all.map(([, value]) => value));
}
