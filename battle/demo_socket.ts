// Calls of the demo's traffic over one WebSocket of the router's: connects with the first call, and again with the next
// one after it was lost. What is under way when it ends has failed. Dispose it to stop.

import { WebSocket } from "ws";

interface Waiting {
  readonly answered: (answer: unknown) => void;
  readonly failed: (error: Error) => void;
}

export class DemoSocket {
  readonly #url: string;
  readonly #waiting = new Map<number, Waiting>();
  #socket: WebSocket | null = null;
  #opened: Promise<void> = Promise.resolve();
  #gone: Promise<void> = Promise.resolve();
  #nextId = 1;
  #stopped = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** The answer's JSON-RPC object; rejects when the socket is lost before it comes. */
  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    const socket = this.#socket ??= this.#connect();
    await this.#opened;
    const id = this.#nextId++;
    return await new Promise<unknown>((answered, failed) => {
      if (socket.readyState !== WebSocket.OPEN) return failed(new Error("the socket is lost"));
      this.#waiting.set(id, { answered, failed });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#socket?.terminate();
    await this.#gone;
  }

  #connect(): WebSocket {
    if (this.#stopped) throw new Error("the traffic was stopped");
    const socket = new WebSocket(this.#url, { perMessageDeflate: false });
    const opened = Promise.withResolvers<void>();
    this.#opened = opened.promise;
    opened.promise.catch(() => {});
    socket.on("open", () => opened.resolve());
    socket.on("message", (data) => this.#heard(String(data)));
    // Its close follows.
    socket.on("error", () => {});
    this.#gone = new Promise((resolve) => {
      socket.on("close", () => {
        if (this.#socket === socket) this.#socket = null;
        opened.reject(new Error("the socket was not opened"));
        this.#failAll();
        resolve();
      });
    });
    return socket;
  }

  #heard(text: string): void {
    const answer = JSON.parse(text) as { readonly id?: unknown };
    if (typeof answer.id !== "number") return;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    waiting?.answered(answer);
  }

  #failAll(): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { failed } of lost) failed(new Error("the socket is lost"));
  }
}
