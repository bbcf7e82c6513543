// A client of bytes for server tests: sends what it is told, keeps what comes back, knows how the connection ended.
// It waits for events, never for time.

import { Buffer } from "node:buffer";
import net from "node:net";

export class RawClient implements AsyncDisposable {
  readonly socket: net.Socket;
  /** All that came in, one byte a char. */
  received = "";
  /** Bytes that came in. */
  receivedBytes = 0;
  /** "open", "fin" once the server has ended, "reset" once it has reset. */
  ending: "open" | "fin" | "reset" = "open";
  /** The socket is closed on this side too. */
  readonly closed: Promise<void>;
  readonly #waiting = new Set<() => void>();

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.received += chunk.toString("latin1");
      this.receivedBytes += chunk.length;
      this.#wake();
    });
    socket.on("end", () => {
      if (this.ending === "open") this.ending = "fin";
      this.#wake();
    });
    socket.on("error", () => {
      this.ending = "reset";
      this.#wake();
    });
    this.closed = new Promise((resolve) => socket.on("close", () => resolve(this.#wake())));
  }

  /** `allowHalfOpen`: a FIN of the server is not answered by one of ours. */
  static async connect(port: number, options: { readonly allowHalfOpen?: boolean } = {}): Promise<RawClient> {
    const socket = net.connect({ port, host: "127.0.0.1", ...options });
    const client = new RawClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return client;
  }

  /** Resolves when the system has taken the bytes. */
  send(bytes: string | Uint8Array): Promise<void> {
    const data = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
    return new Promise((resolve) => this.socket.write(data, () => resolve()));
  }

  /** Waits until `met` holds; fails when the connection has ended without. */
  async until(met: (received: string) => boolean): Promise<string> {
    while (!met(this.received)) {
      if (this.ending !== "open") {
        throw new Error(`The connection ended (${this.ending}) after: ${this.received}`);
      }
      await this.#event();
    }
    return this.received;
  }

  /** Waits until the server has ended, and gives all that came. */
  async untilEnd(): Promise<string> {
    while (this.ending === "open") await this.#event();
    return this.received;
  }

  /** Gives what has come in so far and forgets it. */
  take(): string {
    const received = this.received;
    this.received = "";
    return received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  #event(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
