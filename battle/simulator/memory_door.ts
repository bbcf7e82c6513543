// The way into a simulated provider without a port or a socket: requests, answers and notifications are handed over as
// texts. For virtual time, where nothing real may be waited for. What http_door.ts and ws_door.ts say on the wire, this
// says in values.

import type { Random } from "../../core/random.ts";
import type { ServerPage } from "./answer_twist.ts";
import type { AnswerOverlay } from "./answer_overlay.ts";
import type { Announcements } from "./announcements.ts";
import { pageText } from "./http_door.ts";
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
import { Subscriptions } from "./subscriptions.ts";

export interface MemoryDoorDeps {
  readonly settings: () => SimulatedProviderSettings;
  readonly stats: StatsCounter;
  readonly desk: RequestDesk;
  readonly announcements: Announcements;
  readonly overlay: AnswerOverlay;
  /** For subscription ids. */
  readonly random: Random;
}

/** Hears of one request. */
export interface MemoryCaller {
  /** Nobody waits any more. */
  readonly gone: boolean;
  /** `retryAfterMs`: of a Retry-After header. */
  answered(status: number, body: string, retryAfterMs: number | null): void;
  /** The connection is torn down. */
  reset(): void;
}

/** Hears of one connection that carries notifications. */
export interface MemoryListener {
  hear(text: string): void;
  reset(): void;
}

export interface MemorySocket {
  say(text: string): void;
  close(): void;
}

export class MemoryDoor {
  readonly #deps: MemoryDoorDeps;
  readonly #sockets = new Set<Socket>();

  constructor(deps: MemoryDoorDeps) {
    this.#deps = deps;
  }

  /** One HTTP request. */
  post(text: string, caller: MemoryCaller): void {
    this.#deps.stats.httpRequests++;
    this.#deps.desk.receive(text, new CallerPort(caller));
  }

  /** A WebSocket; null: the handshake is refused. */
  connect(listener: MemoryListener): MemorySocket | null {
    const { settings, stats, overlay } = this.#deps;
    if (!settings().ws || overlay.drawHandshake() !== null) {
      stats.refusedSockets++;
      return null;
    }
    const socket = new Socket(listener, this.#deps, () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    return socket;
  }

  /** Every connection is gone. */
  drop(): void {
    for (const socket of [...this.#sockets]) socket.reset();
  }
}

class CallerPort implements AnswerPort {
  readonly subscriptions = null;
  readonly #caller: MemoryCaller;

  constructor(caller: MemoryCaller) {
    this.#caller = caller;
  }

  get gone(): boolean {
    return this.#caller.gone;
  }

  answer(text: string | null, status: number): void {
    this.#caller.answered(status, text ?? "", null);
  }

  answerHuge(head: string, zeros: number, tail: string): void {
    this.#caller.answered(200, `${head}${"0".repeat(zeros)}${tail}`, null);
  }

  page(page: ServerPage, text: string): void {
    const { status, html, retryAfterS } = page;
    const retryAfterMs = retryAfterS === null ? null : retryAfterS * 1000;
    const body = status === 429 && !html ? answerAll(parseRpcBody(text), tooManyRequests) : pageText(page);
    this.#caller.answered(status, body, retryAfterMs);
  }

  limit(text: string, waitMs: number): void {
    this.#caller.answered(429, text, Math.ceil(waitMs / 1000) * 1000);
  }

  fail(kind: Exclude<FailureKind, "hang">, text: string): void {
    switch (kind) {
      case "http_500":
        return this.#caller.answered(500, "Internal Server Error", null);
      case "http_503":
        return this.#caller.answered(503, pageText({ status: 503, html: true, retryAfterS: null }), null);
      case "http_429":
        return this.#caller.answered(429, answerAll(parseRpcBody(text), tooManyRequests), 1000);
      case "rpc_internal":
        return this.#caller.answered(200, answerAll(parseRpcBody(text), internalError), null);
      case "reset":
        this.#caller.reset();
    }
  }
}

class Socket implements MemorySocket, AnswerPort {
  readonly subscriptions: Subscriptions;
  readonly #listener: MemoryListener;
  readonly #deps: MemoryDoorDeps;
  readonly #leave: () => void;
  #gone = false;

  constructor(listener: MemoryListener, deps: MemoryDoorDeps, leave: () => void) {
    const { settings, stats, random, announcements } = deps;
    this.#listener = listener;
    this.#deps = deps;
    this.#leave = leave;
    this.subscriptions = new Subscriptions({ settings, stats, random, send: (text) => this.#send(text) });
    stats.countSocket(1);
    announcements.add(this.subscriptions);
  }

  get gone(): boolean {
    return this.#gone;
  }

  say(text: string): void {
    if (this.#gone) return;
    this.#deps.stats.wsMessages++;
    this.#deps.desk.receive(text, this);
  }

  close(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#deps.stats.countSocket(-1);
    this.#deps.announcements.remove(this.subscriptions);
    this.subscriptions.close();
    this.#leave();
  }

  reset(): void {
    if (this.#gone) return;
    this.close();
    this.#listener.reset();
  }

  answer(text: string | null): void {
    const { desk, settings } = this.#deps;
    const made = this.subscriptions.takeUnacknowledged();
    desk.afterMs(made.length === 0 ? 0 : settings().ackDelayMs, () => {
      if (text !== null) this.#send(text);
      this.subscriptions.release(made);
    });
  }

  answerHuge(head: string, zeros: number, tail: string): void {
    this.#send(`${head}${"0".repeat(zeros)}${tail}`);
  }

  page(page: ServerPage, text: string): void {
    const { status } = page;
    if (page.html) return this.#send(pageText(page));
    const fault = status === 429
      ? tooManyRequests
      : status === 401 || status === 403
      ? denied
      : internalError;
    this.#send(answerAll(parseRpcBody(text), fault));
  }

  limit(text: string): void {
    this.#send(text);
  }

  fail(kind: Exclude<FailureKind, "hang">, text: string): void {
    if (kind === "reset") return this.reset();
    this.#send(answerAll(parseRpcBody(text), kind === "http_429" ? tooManyRequests : internalError));
  }

  #send(text: string): void {
    if (!this.#gone) this.#listener.hear(text);
  }
}

const denied = new RpcFault(-32600, "Must be authenticated!");
