// TLS of the ws transport: private CAs, names, client certificates, a server that was down, HTTP/2, and tunnels.

import assert from "node:assert/strict";
import http2 from "node:http2";
import type net from "node:net";
import { createWsTransport } from "../../transports/ws.ts";
import { ConnectProxy } from "../support/connect_proxy.ts";
import { NastyWsServer } from "../support/nasty_ws_server.ts";
import { subscribe } from "../support/subscription_probe.ts";
import { makeCertificates } from "../support/test_certificates.ts";
import { ask, rpcCall, testDeps, testTarget } from "../support/transport_probe.ts";

const pem = await makeCertificates();
const serverTls = { cert: pem.cert, key: pem.key };

function secureUrl(server: { readonly port: number }, path = "ok", host = "localhost"): string {
  return `wss://${host}:${server.port}/${path}`;
}

Deno.test("WsTransport trusts a private CA, by name and by address, for calls, long answers and subscriptions", async () => {
  await using server = await NastyWsServer.start({ tls: serverTls });
  for (const host of ["localhost", "127.0.0.1"]) {
    const target = testTarget(secureUrl(server, "long", host), { tls: { ca: pem.ca } });
    await using transport = createWsTransport(target, testDeps());
    const outcomes = await Promise.all([1, 2, 3].map((id) => ask(transport, rpcCall(id))));
    for (const { failure, bytes } of outcomes) assert.ok(failure === null && bytes > 1_000_000);
    assert.equal(transport.connections, 1);
    await using other = createWsTransport({ ...target, url: secureUrl(server, "ok", host) }, testDeps());
    const heads = subscribe(other, 1);
    await heads.until((heard) => heard.length === 1);
    server.sessions.at(-1)!.event("0x1", 5);
    await heads.until((heard) => heard.length === 2);
    assert.deepEqual(heads.heard, ["confirmed", "event 5"]);
  }
});

Deno.test("WsTransport carries large requests over TLS unchanged", async () => {
  await using server = await NastyWsServer.start({ tls: serverTls });
  const target = testTarget(secureUrl(server, "echo_params"), { tls: { ca: pem.ca } });
  await using transport = createWsTransport(target, testDeps());
  const calls = Array.from({ length: 40 }, async (_, i) => {
    const params = `["${String(i).repeat(i * 3_000 + 1)}"]`;
    const { body } = await ask(transport, rpcCall(i, "eth_call", params));
    assert.equal(body, `{"jsonrpc":"2.0","id":${i},"result":${params}}`);
  });
  await Promise.all(calls);
});

Deno.test("WsTransport refuses a certificate of an unknown CA and one for another name", async () => {
  await using server = await NastyWsServer.start({ tls: serverTls });
  const cases = [
    [{}, "localhost", /not signed by a trusted CA \(see tls.ca\)/],
    [{ ca: pem.ca }, "else.test", /its certificate is for another name/],
  ] as const;
  for (const [tls, host, message] of cases) {
    await using transport = createWsTransport(
      testTarget(secureUrl(server, "KEY", host), { tls }),
      testDeps(),
      () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]),
    );
    const { failure } = await ask(transport, rpcCall(1));
    assert.deepEqual([failure?.code, failure?.sent], ["tls", false]);
    assert.match(failure!.message, message);
    assert.doesNotMatch(failure!.message, /KEY/);
  }
  assert.equal(server.heads.length, 0);
});

Deno.test("WsTransport shows a client certificate, and tells when one is wanted", async () => {
  const mutual = { ...serverTls, ca: pem.ca, requestCert: true, rejectUnauthorized: true };
  await using server = await NastyWsServer.start({ tls: mutual });
  const tls = { ca: pem.ca, cert: pem.clientCert, key: pem.clientKey };
  await using known = createWsTransport(testTarget(secureUrl(server), { tls }), testDeps());
  assert.equal((await ask(known, rpcCall(1))).failure, null);
  await using unknown = createWsTransport(testTarget(secureUrl(server), { tls: { ca: pem.ca } }), testDeps());
  const { failure } = await ask(unknown, rpcCall(1));
  assert.deepEqual([failure?.code, failure?.sent], ["tls", false]);
  assert.match(failure!.message, /wants a client certificate/);
});

Deno.test("WsTransport finds a TLS server that was down", async () => {
  const gone = await NastyWsServer.start({ tls: serverTls });
  const { port } = gone;
  await gone[Symbol.asyncDispose]();
  const target = testTarget(`wss://localhost:${port}/long`, { tls: { ca: pem.ca } });
  await using transport = createWsTransport(target, testDeps({ random: { next: () => 0 } }));
  for (const id of [1, 2]) assert.equal((await ask(transport, rpcCall(id))).failure?.code, "refused");
  await using _back = await NastyWsServer.start({ tls: serverTls, port });
  for (const id of [3, 4]) assert.equal((await ask(transport, rpcCall(id))).failure, null);
});

Deno.test("WsTransport fails with tls where the server speaks only HTTP/2", async () => {
  const server = http2.createSecureServer({ ...serverTls, allowHTTP1: false });
  server.on("sessionError", () => {}).on("unknownProtocol", (socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as net.AddressInfo;
  await using transport = createWsTransport(
    testTarget(`wss://localhost:${port}/`, { tls: { ca: pem.ca } }),
    testDeps(),
  );
  const { failure } = await ask(transport, rpcCall(1));
  assert.deepEqual([failure?.code, failure?.sent], ["tls", false]);
  assert.match(failure!.message, /speaks only HTTP\/2/);
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

Deno.test("WsTransport goes through a CONNECT proxy, with its user and password", async () => {
  await using server = await NastyWsServer.start({ tls: serverTls });
  await using proxy = await ConnectProxy.start(server.port);
  const target = testTarget(secureUrl(server, "long"), {
    tls: { ca: pem.ca },
    proxy: `http://us%40er:pass@${proxy.address}`,
  });
  await using transport = createWsTransport(target, testDeps());
  for (const id of [1, 2, 3]) assert.equal((await ask(transport, rpcCall(id))).failure, null);
  assert.equal(proxy.asked.length, 1);
  assert.match(proxy.asked[0]!, new RegExp(`^CONNECT localhost:${server.port} HTTP/1.1\r\n`));
  assert.match(proxy.asked[0]!, /\r\nproxy-authorization: Basic dXNAZXI6cGFzcw==\r\n/);
});

Deno.test("WsTransport fails with proxy where the proxy gives no tunnel, and hides its password", async () => {
  await using proxy = await ConnectProxy.start(9, "HTTP/1.1 502 Bad Gateway\r\n\r\n<html>no</html>");
  const target = testTarget("wss://node.test/KEY", { proxy: `http://user:hunter22@${proxy.address}` });
  await using transport = createWsTransport(target, testDeps());
  const { failure } = await ask(transport, rpcCall(1));
  assert.deepEqual([failure?.code, failure?.sent], ["proxy", false]);
  assert.match(failure!.message, /answered 502/);
  assert.doesNotMatch(failure!.message, /hunter22|KEY/);
});
