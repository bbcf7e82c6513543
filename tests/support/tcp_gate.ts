// A gate in front of one upstream that forwards bytes of any protocol till it is shut; shutting it cuts what is open.

import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export class TcpGate implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isOpen = true;

  private constructor(server: Server, port: number) {
    this.#server = server;
    server.on("connection", (client: Socket) => {
      if (!this.#isOpen) return void client.destroy();
      const upstream = connect(port, "127.0.0.1");
      for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  }

  /** `port`: of the upstream, on this machine. */
  static async start(port: number): Promise<TcpGate> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TcpGate(server, port);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Open connections end, new ones are closed at once. */
  shut(): void {
    this.#isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  open(): void {
    this.#isOpen = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.shut();
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }
}
