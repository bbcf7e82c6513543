import assert from "node:assert/strict";
import { connect, type TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { makeProxyCertificates } from "../../../battle/chaos/certificates.ts";
import type { TlsFault } from "../../../battle/chaos/wire_state.ts";
import { post, startStage } from "./support.ts";

const { ca, served } = makeProxyCertificates(["localhost", "127.0.0.1", "127.0.0.2"], Date.now());

/** The code of a handshake's failure; `open` where the certificate is good. */
function handshake(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ host, port, ca, servername: "localhost" });
    socket.once("secureConnect", () => {
      resolve("open");
      socket.destroy();
    });
    socket.once("error", (error: Error & { readonly code?: string }) => {
      resolve(`${error.code} ${error.message}`);
      socket.destroy();
    });
  });
}

Deno.test("TcpProxy takes TLS off in front of a provider, HTTP and WebSocket", async () => {
  await using stage = await startStage({}, { certificates: served });
  const { host, port } = stage.proxy;
  using client = Deno.createHttpClient({ caCerts: [ca] });
  assert.match(await post(`https://${host}:${port}`, undefined, client), /"result":"0x1"/);
  const ws = new WebSocket(`wss://${host}:${port}`, { ca });
  const answer = await new Promise<string>((resolve, reject) => {
    ws.on("error", reject);
    ws.on("open", () => ws.send('{"jsonrpc":"2.0","id":7,"method":"eth_chainId"}'));
    ws.on("message", (data) => resolve(String(data)));
  });
  assert.equal(answer, '{"jsonrpc":"2.0","id":7,"result":"0x1"}');
  const closed = new Promise((resolve) => ws.on("close", resolve));
  ws.terminate();
  await closed;
});

for (const how of ["wrong_name", "expired", "unknown_ca"] as const satisfies readonly TlsFault[]) {
  Deno.test(`TcpProxy tls ${how}: open connections end, new ones meet a bad certificate, until it is over`, async () => {
    await using stage = await startStage({}, { certificates: served });
    const { proxy } = stage;
    assert.equal(await handshake(proxy.host, proxy.port), "open");
    const open = connect({ host: proxy.host, port: proxy.port, ca, servername: "localhost" });
    await new Promise((resolve) => open.once("secureConnect", resolve));
    const gone = new Promise((resolve) => open.once("close", resolve));
    open.on("error", () => {});
    const end = await proxy.begin({ kind: "tls", how });
    await gone;
    const refused = await handshake(proxy.host, proxy.port);
    assert.notEqual(refused, "open");
    assert.match(refused, /certificate|cert|CERT/i);
    const ws = new WebSocket(`wss://${proxy.host}:${proxy.port}`, { ca });
    await new Promise<void>((resolve, reject) => {
      ws.on("open", () => reject(new Error("the certificate was taken")));
      ws.on("error", () => {});
      ws.on("close", () => resolve());
    });
    await end();
    assert.equal(await handshake(proxy.host, proxy.port), "open");
  });
}
