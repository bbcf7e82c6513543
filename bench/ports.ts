// Ports of the loopback range: free ones, and the wait until somebody listens on one.

import net from "node:net";
import type { Started } from "./stage.ts";

/** Distinct loopback ports that are free at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () =>
      new Promise<net.Server>((resolve, reject) => {
        const server = net.createServer();
        server.on("error", reject);
        server.listen(0, "127.0.0.1", () => resolve(server));
      })),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  return ports;
}

/** Resolves once something listens on the port; throws when its process says why not, or after ten seconds. */
export async function untilListening(port: number, started: Started): Promise<void> {
  const until = performance.now() + 10_000;
  while (!await accepts(port)) {
    if (performance.now() > until) throw new Error(`${started.name} does not listen: ${started.stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
