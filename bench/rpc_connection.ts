// One kept HTTP/1.1 connection of a client with at most one call under way, for figures that look at single calls.

import net from "node:net";
import { ethCall, firstId } from "./check_path.ts";
import { wholeAnswer } from "./open_loop.ts";
import { sharedNow } from "./ticker.ts";

export interface Answer {
  readonly result: unknown;
  /** ms of the epoch, with fractions. */
  readonly sentAt: number;
  readonly gotAt: number;
}

export class RpcConnection {
  readonly #socket: net.Socket;
  readonly #host: string;
  #received = "";
  #settle: ((text: string | Error, gotAt: number) => void) | null = null;

  static open(port: number): Promise<RpcConnection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: "127.0.0.1", port, noDelay: true });
      const connection = new RpcConnection(socket, `127.0.0.1:${port}`);
      socket.on("connect", () => resolve(connection));
      socket.on("error", reject);
    });
  }

  private constructor(socket: net.Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.on("data", (bytes: Uint8Array) => {
      this.#received += String.fromCharCode(...bytes);
      const answer = wholeAnswer(this.#received);
      if (answer === null) return;
      const { fault, body } = answer;
      this.#settle?.(fault === null ? body : new Error(`A wrong answer (${fault}): ${body}`), sharedNow());
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#settle?.(new Error("A connection was closed before its answer"), 0));
  }

  /** Sends an eth_call with this counter. Throws for anything but a result under its id. */
  async ask(path: string, headers: Readonly<Record<string, string>>, counter: number): Promise<Answer> {
    const id = firstId + counter;
    const body = ethCall(id, counter);
    const lines = Object.entries(headers).map(([field, value]) => `${field}: ${value}\r\n`).join("");
    this.#received = "";
    const sentAt = sharedNow();
    this.#socket.write(
      `POST ${path} HTTP/1.1\r\nhost: ${this.#host}\r\n${lines}content-type: application/json\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
    let gotAt = 0;
    const text = await new Promise<string>((resolve, reject) => {
      this.#settle = (answer, at) => {
        this.#settle = null;
        gotAt = at;
        if (typeof answer === "string") resolve(answer);
        else reject(answer);
      };
    });
    const answer = JSON.parse(text) as { readonly id?: unknown; readonly result?: unknown };
    if (answer.id !== id || answer.result === undefined) throw new Error(`No result: ${text.slice(0, 300)}`);
    return { result: answer.result, sentAt, gotAt };
  }

  close(): void {
    this.#socket.destroy();
  }
}
