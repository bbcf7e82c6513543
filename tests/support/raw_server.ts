// A server over raw TCP or TLS sockets: keeps those that are open, and lets a test wait for what a client did. What is
// said on them is the business of the server that extends it.

import net from "node:net";
import tls from "node:tls";

export abstract class RawServer implements AsyncDisposable {
  protected readonly sockets = new Set<net.Socket>();
  readonly #server: net.Server;
  readonly #watchers = new Set<() => void>();

  /** `tlsOptions` null: plain TCP. */
  protected constructor(tlsOptions: tls.TlsOptions | null) {
    const onSocket = (socket: net.Socket): void => this.#accept(socket);
    this.#server = tlsOptions === null ? net.createServer(onSocket) : tls.createServer(tlsOptions, onSocket);
    this.#server.on("tlsClientError", () => {});
  }

  protected listen(port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => resolve());
    });
  }

  /** A connection was accepted. */
  protected abstract serve(socket: net.Socket): void;

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Connections open at this moment. */
  get open(): number {
    return this.sockets.size;
  }

  /** Resolves once `condition` holds; it is looked at after each event of the server. */
  until(condition: (server: this) => boolean): Promise<void> {
    if (condition(this)) return Promise.resolve();
    return new Promise((resolve) => {
      const watch = (): void => {
        if (!condition(this)) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  protected changed(): void {
    for (const watch of [...this.#watchers]) watch();
  }

  #accept(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("end", () => socket.destroy());
    this.serve(socket);
    socket.on("close", () => {
      this.sockets.delete(socket);
      this.changed();
    });
    this.changed();
  }
}
