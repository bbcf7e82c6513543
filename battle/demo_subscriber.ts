// A WebSocket client for `lasso demo`: subscribes to the heads and to one token's logs of a chain, through the router,
// as an application would, and connects again a while after its socket is gone. Dispose it to stop.

import { WebSocket } from "ws";
import type { Clock, Timer } from "../core/clock.ts";
import { simTokens } from "./simulator/world.ts";

export interface DemoSubscriberCounts {
  readonly heads: number;
  readonly logs: number;
  /** Sockets that were opened; above 1: it had to connect again. */
  readonly connections: number;
}

const RECONNECT_MS = 1_000;
const [{ address }] = simTokens;
const subscriptions = [["newHeads"], ["logs", { address }]] as const;

export class DemoSubscriber {
  readonly #url: string;
  readonly #clock: Clock;
  #socket: WebSocket | undefined;
  #timer: Timer | undefined;
  #gone: Promise<void> = Promise.resolve();
  #stopped = false;
  #heads = 0;
  #logs = 0;
  #connections = 0;

  /** `url`: a chain's WebSocket endpoint. */
  constructor(url: string, clock: Clock) {
    this.#url = url;
    this.#clock = clock;
    this.#connect();
  }

  get counts(): DemoSubscriberCounts {
    return { heads: this.#heads, logs: this.#logs, connections: this.#connections };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#socket?.terminate();
    await this.#gone;
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, { perMessageDeflate: false });
    this.#socket = socket;
    socket.on("open", () => {
      this.#connections++;
      subscriptions.forEach((params, id) =>
        socket.send(JSON.stringify({ jsonrpc: "2.0", id, method: "eth_subscribe", params }))
      );
    });
    socket.on("message", (data) => this.#count(String(data)));
    // Its close follows.
    socket.on("error", () => {});
    this.#gone = new Promise((resolve) => {
      socket.on("close", () => {
        resolve();
        if (!this.#stopped) this.#timer = this.#clock.after(RECONNECT_MS, () => this.#connect());
      });
    });
  }

  #count(text: string): void {
    const message = JSON.parse(text) as { readonly params?: { readonly result?: unknown } };
    const result = message.params?.result;
    if (typeof result !== "object" || result === null) return;
    if ("parentHash" in result) this.#heads++;
    else this.#logs++;
  }
}
