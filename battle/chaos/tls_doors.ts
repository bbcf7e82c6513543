// TLS in front of a provider that speaks none: one server for each certificate, each of which takes TLS off and passes
// the bytes on. The proxy chooses per connection which of them its bytes go to, so that wire faults hit what is on the
// wire: encrypted bytes.

import { connect, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import type { TlsFault } from "./wire_state.ts";

const HOST = "127.0.0.1";

/** PEM texts. */
export interface ServedCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export class TlsDoors implements AsyncDisposable {
  readonly #servers: ReadonlyMap<"good" | TlsFault, Server>;
  readonly #sockets: Set<Socket>;

  private constructor(servers: ReadonlyMap<"good" | TlsFault, Server>, sockets: Set<Socket>) {
    this.#servers = servers;
    this.#sockets = sockets;
  }

  static async open(
    certificates: Readonly<Record<"good" | TlsFault, ServedCertificate>>,
    target: Address,
  ): Promise<TlsDoors> {
    const servers = new Map<"good" | TlsFault, Server>();
    const sockets = new Set<Socket>();
    for (const [name, { cert, key }] of Object.entries(certificates)) {
      const server = createServer({ cert, key, ALPNProtocols: ["http/1.1"] }, (client) => {
        const provider = connect({ ...target, noDelay: true });
        for (const [socket, other] of [[client, provider], [provider, client]] as const) {
          sockets.add(socket);
          socket.on("error", () => socket.destroy());
          socket.on("close", () => {
            sockets.delete(socket);
            other.destroy();
          });
          socket.pipe(other);
        }
      });
      // The other side refused the certificate: that is what it is there for.
      server.on("tlsClientError", () => {});
      await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
      servers.set(name as "good" | TlsFault, server);
    }
    return new TlsDoors(servers, sockets);
  }

  address(fault: TlsFault | null): Address {
    const { port } = this.#servers.get(fault ?? "good")!.address() as AddressInfo;
    return { host: HOST, port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = [...this.#servers.values()].map((server) =>
      new Promise<void>((resolve) => void server.close(() => resolve()))
    );
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }
}
