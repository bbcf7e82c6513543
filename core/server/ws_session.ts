// One client's WebSocket: its messages go to RpcCalls, eth_subscribe to the streams, answers and events into its
// outbox. No timer, promise or closure per message: the endpoint sweeps over its sessions. It must never let what
// happens here reach another socket. Made by core/server/ws_endpoint.ts.

import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
// @ts-types="@types/ws"
import type { RawData, WebSocket } from "ws";
import type { CallOptions } from "../routing/chain_route.ts";
import type { Outcome } from "../routing/outcome.ts";
import type { Router } from "../routing/router.ts";
import type { Run } from "../routing/run.ts";
import { readFrame, type RpcCall } from "../rpc/framing.ts";
import { refuse } from "../rpc/refusal.ts";
import { toWire } from "../rpc/wire.ts";
import type { OnGap, WsSettings } from "../settings.ts";
import type { ClientSubscriptions, SharedMessage, SubscriberSocket } from "../streams/subscriber.ts";
import type { ClientSocket } from "./client_news.ts";
import type { ClientReport } from "./client_report.ts";
import { type CallOrigin, idOfFrame, overloaded, type RpcCalls } from "./rpc_calls.ts";
import { type RpcTarget, targetIn } from "./rpc_target.ts";
import type { ServerState } from "./state.ts";
import { textFrame } from "./ws_frame.ts";
import type { Handshake } from "./ws_handshake.ts";
import { type OutboxOwner, WsOutbox } from "./ws_outbox.ts";
import { type ResponseOwner, WsResponse } from "./ws_response.ts";

/** What a session needs of its endpoint. */
export interface SessionHost {
  readonly state: ServerState;
  readonly calls: RpcCalls;
  /** The time of the next sweep: a clock that costs nothing to read and makes no timeout come early. */
  readonly stamp: number;
  gone(session: WsSession): void;
}

/** From a close frame to the end of a socket that does not leave by itself. */
const closingMs = 2_000;

/** Longest reason of a close frame in bytes (RFC 6455 section 5.5). */
const maxReasonBytes = 123;

const webSocketOpen = 1;
const goingAway = [1001, "going away"] as const;

const subscriptionMethods: ReadonlySet<string> = new Set(["eth_subscribe", "eth_unsubscribe"]);

export class WsSession implements CallOrigin<WsResponse>, SubscriberSocket, OutboxOwner, ResponseOwner {
  readonly ingress = "ws";
  readonly gaps: OnGap | null;
  readonly outbox: WsOutbox;
  readonly client: ClientSocket;
  inFlight = 0;
  #messages = 0;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #host: SessionHost;
  readonly #secure: boolean;
  #target: RpcTarget;
  #subscriptions: ClientSubscriptions | null = null;
  /** Answers that are not complete, linked through themselves. */
  #responses: WsResponse | null = null;
  /** `finishing`: nothing new is taken; answers go out, then it is closed. `closing`: till `#endAt`. */
  #state: "open" | "finishing" | "closing" | "gone" = "open";
  #closeWith: readonly [code: number, reason: string] = goingAway;
  #endAt = Infinity;
  /** Of the close frame that was sent. */
  #closedWith: number | null = null;
  #lastMessageAt: number;
  readonly #openedAt: number;
  #pingedAt: number;
  /** How things stood when it was last looked at for a ping. */
  #pinged = false;
  #readBytes = 0;
  #takenBytes = 0;
  #waited = false;

  /** `secure`: the socket is a TLS one. */
  constructor(ws: WebSocket, socket: Socket, secure: boolean, handshake: Handshake, host: SessionHost) {
    this.#ws = ws;
    this.#socket = socket;
    this.#secure = secure;
    this.#target = handshake.target;
    this.gaps = handshake.gaps;
    this.#host = host;
    this.outbox = new WsOutbox(socket, this);
    this.#lastMessageAt = this.#pingedAt = this.#openedAt = host.stamp;
    const { news } = host.state;
    const address = socket.remoteAddress ?? "";
    this.client = { client: news.nextClient(), kind: "rpc", chain: this.chain, address };
    news.connected(this.client);
    ws.on("message", this.#onMessage);
    ws.on("ping", this.#onPing);
    ws.on("error", this.#onError);
    socket.on("close", this.#onClose);
  }

  /** Name of its chain. */
  get chain(): string {
    return this.#target.route.chain.name;
  }

  get writable(): boolean {
    return this.#ws.readyState === webSocketOpen;
  }

  /** As it stands, to be shown. */
  get report(): ClientReport {
    return {
      transport: "ws",
      address: this.#socket.remoteAddress ?? "",
      secure: this.#secure,
      chain: this.#target.route.chain.name,
      openedAt: this.#openedAt,
      calls: this.#messages,
      inFlight: this.inFlight,
      subscriptions: this.#subscriptions?.count ?? 0,
      queuedBytes: this.outbox.waiting,
    };
  }

  get queuedBytes(): number {
    return this.outbox.waiting;
  }

  get queueBytes(): number {
    return this.#settings.queueBytes;
  }

  get maxInFlight(): number {
    return this.#settings.maxInFlight;
  }

  get #settings(): WsSettings {
    return this.#host.state.router.settings.server.ws;
  }

  // ---- calls ----------------------------------------------------------------------------------------------------

  readonly #onMessage = (data: RawData): void => {
    if (this.#state === "closing" || this.#state === "gone") return;
    const { state, calls, stamp } = this.#host;
    this.#lastMessageAt = stamp;
    this.#messages++;
    try {
      const receivedAt = state.deps.clock.now();
      const frame = readFrame(toWire(data as Buffer), state.router.settings.server.maxBatch);
      const response = this.#newResponse();
      if (this.#state === "open") calls.serve(this, this.#target, frame, response, receivedAt);
      else {
        const refusal = overloaded("This connection is about to be closed.");
        calls.refuse(response, receivedAt, refusal, this.#target, idOfFrame(frame));
      }
    } catch (thrown) {
      this.#failed(thrown);
    }
  };

  start(
    target: RpcTarget,
    call: RpcCall,
    options: CallOptions,
    response: WsResponse,
    done: (run: Run) => void,
  ): Run {
    const { route } = target;
    if (!subscriptionMethods.has(call.method)) return route.call(call, options, done);
    return route.callOwn(call, options, (answered) => this.#subscribe(call, response, answered), done);
  }

  #subscribe(call: RpcCall, response: WsResponse, answered: (outcome: Outcome) => void): void {
    const { streams } = this.#host.state.deps;
    if (streams === null) {
      const refusal = refuse("refused_method", "Subscriptions are not served here.");
      return answered({ kind: "refusal", refusal });
    }
    const subscriptions = this.#subscriptions ??= streams.client(this.#target.route.chain.name, this);
    const { news } = this.#host.state;
    if (call.method === "eth_unsubscribe") {
      const outcome = subscriptions.unsubscribe(call.params);
      if (outcome.kind === "result" && outcome.result === "true") {
        news.subscriptions(this.client, subscriptions.count);
      }
      return answered(outcome);
    }
    // Read with each call: a reload may have changed it.
    const { maxSubscriptions } = this.#settings;
    if (subscriptions.count >= maxSubscriptions) {
      const message =
        `This socket has ${subscriptions.count} subscriptions; it may have ${maxSubscriptions}.`;
      return answered({ kind: "refusal", refusal: overloaded(message) });
    }
    subscriptions.subscribe(call.params, (outcome) => {
      // In a batch the answer may have to wait for other calls; the first event has to wait with it.
      if (outcome.kind === "result") {
        response.holdEvents();
        news.subscriptions(this.client, subscriptions.count);
      }
      answered(outcome);
    });
  }

  #newResponse(): WsResponse {
    const response = new WsResponse(this);
    response.next = this.#responses;
    if (response.next !== null) response.next.previous = response;
    return this.#responses = response;
  }

  completed(response: WsResponse): void {
    const { previous, next } = response;
    if (previous === null) this.#responses = next;
    else previous.next = next;
    if (next !== null) next.previous = previous;
    response.previous = response.next = null;
    if (this.#state === "finishing" && this.#responses === null) this.outbox.last();
  }

  // ---- events ---------------------------------------------------------------------------------------------------

  deliver(message: SharedMessage): void {
    if (this.#state === "open" || this.#state === "finishing") {
      this.outbox.sendEvent(message.frame ??= textFrame(message.text));
    }
  }

  // ---- the socket's life ----------------------------------------------------------------------------------------

  /** A reload: the same target by its names, or an end with the reason. */
  adopt(router: Router): void {
    const target = targetIn(router, this.#target);
    if ("kind" in target) this.#target = target;
    else this.close(1012, target.message);
    // npm:ws takes this limit with the handshake and offers no other way to change it.
    const { _receiver: receiver } = this.#ws as unknown as { _receiver?: { _maxPayload?: number } };
    if (receiver !== undefined) receiver._maxPayload = router.settings.server.ws.maxFrameBytes;
  }

  /** Ends it behind what waits; calls under way are given up. */
  close(code: number, reason: string): void {
    if (this.#state === "closing" || this.#state === "gone") return;
    this.#endAt = this.#host.state.deps.clock.now() + closingMs;
    this.#closeWith = [code, reason];
    this.#state = "finishing";
    this.#giveUp();
    this.outbox.last();
  }

  /** Lets calls under way end, then closes it. The endpoint sees to it that it leaves in time. */
  drain(): void {
    if (this.#state !== "open") return;
    this.#state = "finishing";
    this.#closeWith = goingAway;
    if (this.#responses === null) this.outbox.last();
  }

  emptied(): void {
    this.#sendClose();
  }

  overflowed(): void {
    if (this.#state === "closing" || this.#state === "gone") return;
    this.outbox.close();
    this.#endAt = Math.min(this.#endAt, this.#host.state.deps.clock.now() + closingMs);
    this.#closeWith = [1013, "too slow"];
    this.#sendClose();
    this.#giveUp();
  }

  cut(): void {
    this.#abandon(1011, "a long answer was cut");
  }

  /** Ends it at once, with all that waits for the client. */
  terminate(): void {
    // A reset also frees what the system holds for a client that takes nothing.
    if (this.#socket.writableLength > 0 && !this.#secure) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** Looks for what has run out of time. Called every half second or so. */
  sweep(now: number): void {
    if (now >= this.#endAt) return this.terminate();
    if (this.#state !== "open") return;
    // The client began to close, or broke the protocol and was told so.
    if (!this.writable) return this.#leaving();
    const { pingMs, idleTimeoutMs } = this.#settings;
    if (now - this.#pingedAt >= pingMs) this.#ping(now);
    if (
      now - this.#lastMessageAt >= idleTimeoutMs && this.#responses === null &&
      (this.#subscriptions?.count ?? 0) === 0
    ) {
      this.close(1000, "idle");
    }
  }

  /** Nothing came since the last ping, or nothing of what waits was taken: the client is gone, or as good as that. */
  #ping(now: number): void {
    const { bytesRead } = this.#socket;
    const { taken, waiting } = this.outbox;
    const waits = waiting > 0;
    if (this.#pinged && bytesRead === this.#readBytes) return this.terminate();
    if (this.#waited && waits && taken === this.#takenBytes) return this.terminate();
    this.#readBytes = bytesRead;
    this.#takenBytes = taken;
    this.#waited = waits;
    this.#pingedAt = now;
    this.#pinged = this.outbox.ping();
  }

  #sendClose(): void {
    if (this.#state === "closing" || this.#state === "gone") return;
    const [code, reason] = this.#closeWith;
    this.#state = "closing";
    this.#closedWith = code;
    this.outbox.close();
    this.#ws.close(code, clipped(reason));
    const { log } = this.#host.state.deps;
    const level = code === 1000 || code === 1001 ? "debug" : "warn";
    if (log.enabled(level)) {
      log.write(level, "ws.closed", { chain: this.#target.route.chain.name, code, reason });
    }
  }

  /** Closes without what waits. */
  #abandon(code: number, reason: string): void {
    this.outbox.close();
    this.close(code, reason);
    this.#sendClose();
  }

  /** The other side is about to end it. */
  #leaving(): void {
    if (this.#state === "closing" || this.#state === "gone") return;
    this.#state = "closing";
    this.#endAt = Math.min(this.#endAt, this.#host.state.deps.clock.now() + closingMs);
    this.outbox.close();
    this.#giveUp();
  }

  /** Cancels what the client asked for. */
  #giveUp(): void {
    while (this.#responses !== null) this.#responses.left();
    const subscriptions = this.#subscriptions;
    this.#subscriptions = null;
    if (subscriptions !== null) this.guard(() => subscriptions.dispose());
  }

  readonly #onPing = (payload: Buffer): void => {
    if (this.#state === "open" || this.#state === "finishing") this.outbox.pong(payload);
  };

  /** A broken frame: npm:ws has answered it with its close code. */
  readonly #onError = (): void => this.#leaving();

  readonly #onClose = (): void => {
    if (this.#state === "gone") return;
    this.#leaving();
    this.#state = "gone";
    const { news, deps } = this.#host.state;
    news.disconnected(this.client, deps.clock.now() - this.#openedAt, this.#closedWith);
    this.#host.gone(this);
  };

  guard(call: () => void): void {
    try {
      call();
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  #failed(thrown: unknown): void {
    this.#host.state.deps.log.write("error", "server.internal", { error: thrown });
    this.#abandon(1011, "internal error");
  }
}

/** A reason as it fits into a close frame. */
function clipped(reason: string): string {
  let text = reason;
  while (new TextEncoder().encode(text).length > maxReasonBytes) text = text.slice(0, -1);
  return text;
}
