// A CONNECT proxy for tests: leads every tunnel to one port, whatever its name, and keeps what it was asked; or it
// answers with a refusal.

import net from "node:net";

export class ConnectProxy implements AsyncDisposable {
  readonly asked: string[] = [];
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;
  readonly #port: number;

  private constructor(port: number, refusal: string | null) {
    this.#port = port;
    this.#server = net.createServer((socket) => this.#onSocket(socket, refusal));
  }

  static async start(port: number, refusal: string | null = null): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(port, refusal);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", () => resolve()));
    return proxy;
  }

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  #onSocket(socket: net.Socket, refusal: string | null): void {
    this.#keep(socket);
    socket.once("data", (bytes) => {
      this.asked.push(bytes.toString("latin1"));
      if (refusal !== null) return void socket.end(refusal);
      const upstream = this.#keep(net.connect(this.#port, "127.0.0.1"));
      upstream.once("connect", () => {
        socket.write("HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n");
        socket.pipe(upstream);
        upstream.pipe(socket);
      });
    });
  }

  #keep(socket: net.Socket): net.Socket {
    this.#sockets.add(socket);
    return socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
