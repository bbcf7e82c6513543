// One client of /v1/ws: hears blocks unasked, and what else it subscribed to. What it says wrong is answered, and the
// socket stays. All that goes out passes its bounded outbox; one that does not keep up is closed with 1013. Made by
// V1Endpoint, fed by its chain.

import type { Socket } from "node:net";
// @ts-types="@types/ws"
import type { RawData, WebSocket } from "ws";
import type { Timer } from "../clock.ts";
import { textToWire } from "../rpc/wire.ts";
import type { OnGap } from "../settings.ts";
import type { ClientReport } from "./client_report.ts";
import type { ClientSocket } from "./client_news.ts";
import type { ServerState } from "./state.ts";
import type { V1Chain } from "./v1_chain.ts";
import { type EventName, readMessage, type Subscribe } from "./v1_message.ts";
import { type Include, newsFrame, type NewsReader } from "./v1_news.ts";
import { V1Topic } from "./v1_topic.ts";
import { textFrame } from "./ws_frame.ts";
import { type OutboxOwner, WsOutbox } from "./ws_outbox.ts";

export interface V1Host {
  readonly state: ServerState;
  gone(socket: V1Socket): void;
}

const closingMs = 2_000;
const webSocketOpen = 1;
const noEvents: ReadonlySet<EventName> = new Set();

export class V1Socket implements NewsReader, OutboxOwner {
  position: number;
  readonly client: ClientSocket;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #secure: boolean;
  readonly #chain: V1Chain;
  readonly #host: V1Host;
  /** What it asked for with `?gaps=`; null: the chain's setting. */
  readonly #gaps: OnGap | null;
  readonly #outbox: WsOutbox;
  readonly #logs: V1Topic;
  readonly #pending: V1Topic;
  readonly #openedAt: number;
  #include: Include = "hashes";
  #events = noEvents;
  #filter: string | null = null;
  /** Messages that have not been confirmed yet. */
  #unconfirmed = false;
  #messages = 0;
  #longestBytes = 0;
  #state: "open" | "closing" | "gone" = "open";
  #closeWith: readonly [code: number, reason: string] | null = null;
  #closing: Timer | null = null;
  /** How things stood at the last ping. */
  #pinged = false;
  #readBytes = 0;
  #takenBytes = 0;
  #waited = false;

  constructor(
    ws: WebSocket,
    socket: Socket,
    secure: boolean,
    gaps: OnGap | null,
    chain: V1Chain,
    host: V1Host,
  ) {
    const { news, deps } = host.state;
    this.#ws = ws;
    this.#socket = socket;
    this.#secure = secure;
    this.#gaps = gaps;
    this.#chain = chain;
    this.#host = host;
    this.#openedAt = deps.clock.now();
    const address = socket.remoteAddress ?? "";
    this.client = { client: news.nextClient(), kind: "v1", chain: chain.name, address };
    this.#outbox = new WsOutbox(socket, this);
    this.#logs = this.#topic("log");
    this.#pending = this.#topic("pending_transaction");
    this.position = chain.news.serial;
    ws.on("message", this.#onMessage);
    ws.on("error", () => {});
    socket.on("close", this.#onClose);
    chain.join(this, this.#include);
    news.connected(this.client);
  }

  get chain(): string {
    return this.#chain.name;
  }

  get writable(): boolean {
    return this.#ws.readyState === webSocketOpen;
  }

  /** The longest message that it gets must fit, and another one behind it. */
  get queueBytes(): number {
    const { queueBytes } = this.#host.state.router.settings.server.ws;
    return Math.max(queueBytes, 2 * this.#longestBytes);
  }

  /** As it stands, to be shown. */
  get report(): ClientReport {
    return {
      transport: "ws",
      address: this.client.address,
      secure: this.#secure,
      chain: this.chain,
      openedAt: this.#openedAt,
      calls: this.#messages,
      inFlight: 0,
      subscriptions: this.#subscriptions,
      queuedBytes: this.#outbox.waiting,
    };
  }

  tellBlock(frame: Uint8Array): void {
    this.#send(frame);
  }

  tellReorg(frame: Uint8Array): void {
    if (this.#events.has("reorg")) this.#send(frame);
  }

  tellGap(frame: Uint8Array, from: number, to: number): void {
    const wish = this.#gaps ?? this.#chain.onGap;
    if (wish === "close") this.close(1012, `gap: blocks ${from} to ${to} were lost; connect again`);
    else if (wish === "notify") this.#send(frame);
  }

  tellProvider(frame: Uint8Array): void {
    if (this.#events.has("provider")) this.#send(frame);
  }

  tellError(message: string): void {
    const text = textToWire(JSON.stringify({ type: "error", message }));
    this.#send(textFrame(text));
  }

  /** Ends it behind what waits. */
  close(code: number, reason: string): void {
    if (this.#state !== "open" || this.#closeWith !== null) return;
    this.#closeWith = [code, reason];
    this.#giveUp();
    this.#closing = this.#host.state.deps.clock.after(closingMs, () => this.terminate());
    this.#outbox.last();
  }

  emptied(): void {
    if (this.#state !== "open" || this.#closeWith === null) return;
    const [code, reason] = this.#closeWith;
    this.#state = "closing";
    this.#outbox.close();
    this.#ws.close(code, reason.slice(0, 120));
    const { log } = this.#host.state.deps;
    const level = code === 1001 ? "debug" : "warn";
    if (log.enabled(level)) log.write(level, "ws.closed", { chain: this.chain, code, reason });
  }

  overflowed(): void {
    this.#outbox.close();
    if (this.#closeWith === null) this.close(1013, "too slow");
    else if (this.#state === "open") this.#closeWith = [1013, "too slow"];
    this.emptied();
  }

  terminate(): void {
    if (this.#socket.writableLength > 0 && !this.#secure) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** Nothing came since the last ping, or nothing of what waits was taken: the client is gone. */
  ping(): void {
    if (this.#state !== "open") return;
    const { bytesRead } = this.#socket;
    const { taken, waiting } = this.#outbox;
    if (this.#pinged && bytesRead === this.#readBytes) return this.terminate();
    if (this.#waited && waiting > 0 && taken === this.#takenBytes) return this.terminate();
    this.#readBytes = bytesRead;
    this.#takenBytes = taken;
    this.#waited = waiting > 0;
    this.#pinged = this.#outbox.ping();
  }

  get #subscriptions(): number {
    return 1 + this.#events.size;
  }

  #send(frame: Uint8Array): void {
    if (this.#state !== "open" || this.#closeWith !== null) return;
    if (frame.length > this.#longestBytes) this.#longestBytes = frame.length;
    this.#outbox.send(frame);
  }

  readonly #onMessage = (data: RawData): void => {
    if (this.#state !== "open" || this.#closeWith !== null) return;
    this.#messages++;
    const message = readMessage(String(data));
    if (typeof message === "string") return this.tellError(message);
    try {
      this.#subscribe(message);
    } catch (thrown) {
      this.#host.state.deps.log.write("error", "server.internal", { error: thrown });
      this.close(1011, "internal error");
    }
  };

  #subscribe({ include, events, filter }: Subscribe): void {
    // Confirmed together with what is still under way, if anything is; not before all of it was begun.
    this.#unconfirmed = false;
    if (include !== undefined && include !== this.#include) {
      this.#chain.news.leave(this, this.#include);
      this.#include = include;
      this.#chain.news.join(this, include);
    }
    if (events !== undefined) {
      this.#events = new Set([...events].filter((name) => name !== "block"));
      this.#filter = filter ?? null;
      this.#logs.want(filter === undefined ? null : filter === "{}" ? '["logs",{}]' : `["logs",${filter}]`);
      this.#pending.want(events.has("pending_transaction") ? '["newPendingTransactions"]' : null);
      this.#host.state.news.subscriptions(this.client, this.#subscriptions);
    }
    this.#unconfirmed = true;
    this.#confirm();
  }

  /** Says what is in place, once nothing is under way any more. */
  #confirm(): void {
    if (!this.#unconfirmed || !this.#logs.isSettled || !this.#pending.isSettled) return;
    this.#unconfirmed = false;
    const events = ["block", ...this.#events];
    const filter = this.#filter === null ? "null" : this.#filter;
    const { name } = this.#chain;
    const said = JSON.stringify({ type: "subscribed", chain: name, include: this.#include, events });
    this.#send(textFrame(textToWire(`${said.slice(0, -1)},"filter":${filter}}`)));
  }

  #topic(event: "log" | "pending_transaction"): V1Topic {
    return new V1Topic({
      listen: (params, listener, answered) => this.#chain.listen(params, listener, answered),
      heard: (result) => this.#send(this.#chain.frameOf(event, result)),
      missed: ({ from, to }) => {
        const data = JSON.stringify({ events: event, from_block: from, to_block: to });
        this.tellGap(newsFrame(this.chain, "gap", data), from, to);
      },
      settled: (problem) => {
        if (problem !== null) {
          this.tellError(`${event} is not to be had: ${problem}`);
          this.#revert(event);
        }
        this.#confirm();
      },
    });
  }

  /** What could not be had is not subscribed to; what was there before stays. */
  #revert(event: "log" | "pending_transaction"): void {
    const topic = event === "log" ? this.#logs : this.#pending;
    const { params } = topic;
    if (event === "log") this.#filter = params === null ? null : params.slice('["logs",'.length, -1);
    if (params !== null || !this.#events.has(event)) return;
    this.#events = new Set([...this.#events].filter((name) => name !== event));
  }

  #giveUp(): void {
    this.#chain.leave(this, this.#include);
    this.#logs[Symbol.dispose]();
    this.#pending[Symbol.dispose]();
  }

  readonly #onClose = (): void => {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#closing?.cancel();
    this.#outbox.close();
    if (this.#closeWith === null) this.#giveUp();
    const { news, deps } = this.#host.state;
    news.disconnected(this.client, deps.clock.now() - this.#openedAt, this.#closeWith?.[0] ?? null);
    this.#host.gone(this);
  };
}
