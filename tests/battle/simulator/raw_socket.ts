// A WebSocket client that keeps every message in the order of its arrival, so that a test sees what came before what.

import { WebSocket } from "ws";
import { until } from "../../support/until.ts";
import type { Answer } from "./support.ts";

export interface Notification {
  readonly subscription: string;
  // deno-lint-ignore no-explicit-any
  readonly result: any;
}

export class RawSocket implements AsyncDisposable {
  readonly ws: WebSocket;
  /** All messages, parsed. */
  // deno-lint-ignore no-explicit-any
  readonly messages: any[] = [];
  /** `close`'s code, once it is closed. */
  closed: number | undefined;
  #nextId = 1;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (data) => this.messages.push(JSON.parse(String(data))));
    ws.on("error", () => {});
    ws.on("close", (code) => this.closed = code);
  }

  /** Rejects when the handshake is refused. */
  static open(url: string): Promise<RawSocket> {
    const ws = new WebSocket(url);
    return new Promise((resolve, reject) => {
      const socket = new RawSocket(ws);
      ws.on("open", () => resolve(socket));
      ws.on("error", reject);
    });
  }

  send(method: string, ...params: unknown[]): number {
    const id = this.#nextId++;
    this.ws.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return id;
  }

  async call(method: string, ...params: unknown[]): Promise<Answer> {
    const id = this.send(method, ...params);
    return await until(`an answer to ${method}`, () => this.messages.find((message) => message.id === id));
  }

  async subscribe(...params: unknown[]): Promise<string> {
    const { result, error } = await this.call("eth_subscribe", ...params);
    if (error !== undefined) throw new Error(error.message);
    return result;
  }

  get events(): readonly Notification[] {
    return this.messages.filter(({ method }) => method === "eth_subscription").map(({ params }) => params);
  }

  /** Waits for so many notifications and gives the results of all that have come. */
  // deno-lint-ignore no-explicit-any
  async results(count: number): Promise<readonly any[]> {
    await until(`${count} notifications`, () => this.events.length >= count);
    return this.events.map(({ result }) => result);
  }

  /** All that the provider sent before now has arrived. */
  async settled(): Promise<this> {
    await this.call("net_version");
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ws.terminate();
    await until("the socket to close", () => this.closed !== undefined);
  }
}
