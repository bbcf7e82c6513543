// WebSockets of a simulated provider: handshakes, messages to the desk, answers, acknowledgements and notifications.
// Frames are made by `ws`. The provider's server hands it upgrades; it owns the sockets that come of them.

import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { Buffer } from "node:buffer";
import { type WebSocket, WebSocketServer } from "ws";
import type { Random } from "../../core/random.ts";
import type { AnswerOverlay } from "./answer_overlay.ts";
import type { ServerPage } from "./answer_twist.ts";
import type { Announcements } from "./announcements.ts";
import { MAX_BODY_BYTES, pageHeaders, pageText } from "./http_door.ts";
import type { FailureKind, SimulatedProviderSettings } from "./provider_settings.ts";
import type { StatsCounter } from "./provider_stats.ts";
import {
  answerAll,
  type AnswerPort,
  internalError,
  type RequestDesk,
  tooManyRequests,
} from "./request_desk.ts";
import { RpcFault } from "./rpc_fault.ts";
import { parseRpcBody } from "./simulated_node.ts";
import type { StallGate } from "./stall_gate.ts";
import { Subscriptions } from "./subscriptions.ts";

export interface WsDoorDeps {
  readonly settings: () => SimulatedProviderSettings;
  readonly stats: StatsCounter;
  readonly desk: RequestDesk;
  readonly gate: StallGate;
  readonly announcements: Announcements;
  readonly overlay: AnswerOverlay;
  /** For subscription ids. */
  readonly random: Random;
}

export class WsDoor {
  readonly #deps: WsDoorDeps;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_BODY_BYTES,
  });
  readonly #clients = new Set<WsClient>();

  constructor(deps: WsDoorDeps) {
    this.#deps = deps;
  }

  upgrade(request: IncomingMessage, socket: Socket, head: Uint8Array): void {
    this.#deps.gate.pass(() => {
      if (socket.destroyed) return;
      if (!this.#deps.settings().ws) {
        this.#deps.stats.refusedSockets++;
        socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      const page = this.#deps.overlay.drawHandshake();
      if (page !== null) {
        this.#deps.stats.refusedSockets++;
        socket.end(handshakeRefusal(page));
        return;
      }
      this.#server.handleUpgrade(request, socket, Buffer.from(head), (ws) => {
        const client = new WsClient(ws, socket, this.#deps);
        this.#clients.add(client);
        ws.on("close", () => this.#clients.delete(client));
      });
    });
  }

  /** Stops reading, so that pings and closes stay unanswered too. */
  pause(): void {
    for (const { ws } of this.#clients) ws.pause();
  }

  resume(): void {
    for (const { ws } of this.#clients) ws.resume();
  }

  /** Resets every socket: no close frame, no FIN. */
  drop(): void {
    for (const client of this.#clients) client.reset();
  }

  close(code: number, reason: string): void {
    for (const { ws } of this.#clients) ws.close(code, reason);
  }

  /** Destroys every socket without a close frame. */
  destroy(): void {
    for (const { ws } of this.#clients) ws.terminate();
  }
}

class WsClient {
  readonly ws: WebSocket;
  readonly subscriptions: Subscriptions;
  readonly #socket: Socket;
  readonly #deps: WsDoorDeps;

  constructor(ws: WebSocket, socket: Socket, deps: WsDoorDeps) {
    const { settings, stats, random, announcements, desk } = deps;
    this.ws = ws;
    this.#socket = socket;
    this.#deps = deps;
    this.subscriptions = new Subscriptions({ settings, stats, random, send: (text) => this.send(text) });
    stats.countSocket(1);
    announcements.add(this.subscriptions);
    ws.on("message", (data) => {
      stats.wsMessages++;
      desk.receive(String(data), new WsPort(this));
    });
    // What is wrong with its frames ends the socket; its close is heard.
    ws.on("error", () => {});
    ws.on("close", () => {
      stats.countSocket(-1);
      announcements.remove(this.subscriptions);
      this.subscriptions.close();
    });
  }

  get gone(): boolean {
    return this.ws.readyState !== this.ws.OPEN;
  }

  send(text: string): void {
    if (!this.gone) this.ws.send(text);
  }

  /** An answer; where it acknowledges subscriptions, later, and their events after it. */
  acknowledge(text: string | null): void {
    const made = this.subscriptions.takeUnacknowledged();
    const delayMs = made.length === 0 ? 0 : this.#deps.settings().ackDelayMs;
    this.#deps.desk.afterMs(delayMs, () => {
      if (text !== null) this.send(text);
      this.subscriptions.release(made);
    });
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }
}

class WsPort implements AnswerPort {
  readonly #client: WsClient;

  constructor(client: WsClient) {
    this.#client = client;
  }

  get gone(): boolean {
    return this.#client.gone;
  }

  get subscriptions(): Subscriptions {
    return this.#client.subscriptions;
  }

  answer(text: string | null): void {
    this.#client.acknowledge(text);
  }

  answerHuge(head: string, zeros: number, tail: string): void {
    this.#client.send(`${head}${"0".repeat(zeros)}${tail}`);
  }

  /** There is no status on a socket: a page comes as it is, a status as the error that means the same. */
  page(page: ServerPage, text: string): void {
    if (page.html) return this.#client.send(pageText(page));
    const { status } = page;
    const fault = status === 429
      ? tooManyRequests
      : status === 401 || status === 403
      ? denied
      : internalError;
    this.#client.send(answerAll(parseRpcBody(text), fault));
  }

  limit(text: string): void {
    this.#client.send(text);
  }

  fail(kind: Exclude<FailureKind, "hang">, text: string): void {
    if (kind === "reset") return this.#client.reset();
    const fault = kind === "http_429" ? tooManyRequests : internalError;
    this.#client.send(answerAll(parseRpcBody(text), fault));
  }
}

const denied = new RpcFault(-32600, "Must be authenticated!");

function handshakeRefusal(page: ServerPage): string {
  const body = page.status === 204 || page.status === 304 ? "" : pageText(page);
  const headers = { ...pageHeaders(page), connection: "close", "content-length": String(body.length) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${page.status} ${STATUS_CODES[page.status] ?? "Unknown"}\r\n${lines}\r\n${body}`;
}
