// TLS of the http transport: private CAs, client certificates, names, flow control, servers that speak only HTTP/2,
// and tunnels through a proxy.

import assert from "node:assert/strict";
import http2 from "node:http2";
import net from "node:net";
import { createHttpTransport } from "../../transports/http.ts";
import fetchTransport from "../../transports/fetch.ts";
import { ConnectProxy } from "../support/connect_proxy.ts";
import { smallBody } from "../support/nasty_behaviours.ts";
import { NastyServer } from "../support/nasty_server.ts";
import { makeCertificates } from "../support/test_certificates.ts";
import { ask, probe, testCall, testDeps, testTarget } from "../support/transport_probe.ts";

const pem = await makeCertificates();
const other = await makeCertificates();
const serverTls = { cert: pem.cert, key: pem.key };

function secureUrl(server: NastyServer, path = "ok", host = "localhost"): string {
  return `https://${host}:${server.port}/${path}`;
}

Deno.test("HttpTransport trusts a private CA, by name and by address, and reuses the connection", async () => {
  await using server = await NastyServer.start({ tls: serverTls });
  for (const host of ["localhost", "127.0.0.1"]) {
    const target = testTarget(secureUrl(server, "ok", host), { tls: { ca: pem.ca } });
    await using transport = createHttpTransport(target, testDeps());
    for (let i = 0; i < 5; i++) assert.equal((await ask(transport)).body, smallBody);
    assert.equal(transport.connections, 1);
  }
  assert.equal(server.accepted, 2);
});

Deno.test("HttpTransport keeps its TLS connections under load", async () => {
  await using server = await NastyServer.start({ tls: serverTls });
  const target = testTarget(secureUrl(server), { tls: { ca: pem.ca } });
  await using transport = createHttpTransport(target, testDeps());
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 100 }, () => ask(transport)));
  }
  assert.equal(server.requests.length, 2_000);
  assert.equal(server.accepted, target.maxConnections);
});

Deno.test("HttpTransport refuses a certificate of an unknown CA and one for another name", async () => {
  await using server = await NastyServer.start({ tls: serverTls });
  const cases = [
    [{}, "localhost", /not signed by a trusted CA \(see tls.ca\)/],
    [{ ca: other.ca }, "localhost", /not signed by a trusted CA/],
    [{ ca: pem.ca }, "else.test", /its certificate is for another name/],
  ] as const;
  for (const [tls, host, message] of cases) {
    await using transport = createHttpTransport(
      testTarget(secureUrl(server, "KEY", host), { tls }),
      testDeps(),
      () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]),
    );
    const { failure } = await ask(transport);
    assert.equal(failure?.code, "tls");
    assert.equal(failure?.sent, false);
    assert.match(failure!.message, message);
    assert.doesNotMatch(failure!.message, /KEY/);
  }
  assert.equal(server.requests.length, 0);
});

Deno.test("HttpTransport shows a client certificate, and tells when one is wanted", async () => {
  const mutual = { ...serverTls, ca: pem.ca, requestCert: true, rejectUnauthorized: true };
  await using server = await NastyServer.start({ tls: mutual });
  const tls = { ca: pem.ca, cert: pem.clientCert, key: pem.clientKey };
  await using known = createHttpTransport(testTarget(secureUrl(server), { tls }), testDeps());
  assert.equal((await ask(known)).body, smallBody);
  await using unknown = createHttpTransport(
    testTarget(secureUrl(server), { tls: { ca: pem.ca } }),
    testDeps(),
  );
  const { failure } = await ask(unknown);
  assert.equal(failure?.code, "tls");
  assert.match(failure!.message, /wants a client certificate/);
});

Deno.test("FetchTransport shows a client certificate and trusts a private CA", async () => {
  const mutual = { ...serverTls, ca: pem.ca, requestCert: true, rejectUnauthorized: true };
  await using server = await NastyServer.start({ tls: mutual });
  const tls = { ca: pem.ca, cert: pem.clientCert, key: pem.clientKey };
  await using known = fetchTransport.create({}, testTarget(secureUrl(server), { tls }), testDeps());
  assert.equal((await ask(known)).body, smallBody);
  await using stranger = fetchTransport.create({}, testTarget(secureUrl(server)), testDeps());
  assert.equal((await ask(stranger)).failure?.code, "tls");
});

Deno.test("HttpTransport fails with tls when the server closes in the handshake", async () => {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as net.AddressInfo;
  await using transport = createHttpTransport(testTarget(`https://127.0.0.1:${port}/`), testDeps());
  const { failure } = await ask(transport);
  assert.ok(failure?.code === "tls" || failure?.code === "reset", failure?.code);
  assert.equal(failure.sent, false);
  await new Promise((resolve) => server.close(resolve));
});

Deno.test("HttpTransport finds a TLS server that was down, and streams from it", async () => {
  const gone = await NastyServer.start({ tls: serverTls });
  const { port } = gone;
  await gone[Symbol.asyncDispose]();
  const target = testTarget(`https://localhost:${port}/big_chunked`, { tls: { ca: pem.ca } });
  await using transport = createHttpTransport(target, testDeps());
  for (let i = 0; i < 2; i++) assert.equal((await ask(transport)).failure?.code, "refused");
  await using _back = await NastyServer.start({ tls: serverTls, port });
  for (let i = 0; i < 2; i++) assert.equal((await ask(transport)).bytes, 20_000_000);
  assert.equal(transport.connections, 1);
});

Deno.test("HttpTransport stops reading from TLS while the sink is full, and loses nothing", async () => {
  // Deno's own listener writes at the reader's pace; the server of node:tls buffers without bound here.
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...serverTls });
  const total = 40_000_000;
  let written = 0;
  const serve = (async (): Promise<void> => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(4_096));
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${total}\r\n\r\n`;
    await writeAll(connection, new TextEncoder().encode(head));
    const piece = new Uint8Array(50_000).fill(97);
    for (; written < total; written += piece.length) await writeAll(connection, piece);
    connection.close();
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const target = testTarget(`https://localhost:${port}/`, { tls: { ca: pem.ca } });
  await using transport = createHttpTransport(target, testDeps());
  const bytes = await new Promise<number>((resolve, reject) =>
    transport.send(testCall(), {
      onFailure: reject,
      onReply: ({ body, rest }) => {
        let got = body.length;
        let furthest = 0;
        rest!.pipe({
          write: (chunk) => {
            got += chunk.length;
            furthest = Math.max(furthest, written - got);
            setTimeout(() => rest!.resume(), 1);
            return false;
          },
          // What lies between both ends: the kernel's buffers and a read or two.
          end: () => furthest < 20_000_000 ? resolve(got) : reject(new Error(`${furthest} bytes lay about`)),
          fail: reject,
        });
      },
    })
  );
  assert.equal(bytes, total);
  await serve;
  listener.close();
});

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

Deno.test("HttpTransport hands a server that speaks only HTTP/2 over to fetch, once", async () => {
  let requests = 0;
  const server = http2.createSecureServer({ ...serverTls, allowHTTP1: false }, (_request, response) => {
    requests++;
    response.setHeader("content-type", "application/json");
    response.end(smallBody);
  });
  server.on("sessionError", () => {}).on("unknownProtocol", (socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as net.AddressInfo;
  const deps = testDeps();
  const target = testTarget(`https://localhost:${port}/`, { tls: { ca: pem.ca } });
  await using transport = createHttpTransport(target, deps);
  const outcomes = await Promise.all([1, 2, 3].map(() => ask(transport)));
  for (const { body, failure } of outcomes) assert.equal(body, smallBody, failure?.message);
  assert.equal((await ask(transport)).body, smallBody);
  assert.equal(requests, 4);
  assert.deepEqual(deps.events, ["http2_only"]);
  await transport[Symbol.asyncDispose]();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

Deno.test("HttpTransport goes through a CONNECT proxy, with its user and password", async () => {
  await using server = await NastyServer.start({ tls: serverTls });
  await using proxy = await ConnectProxy.start(server.port);
  const target = testTarget(secureUrl(server), {
    tls: { ca: pem.ca },
    proxy: `http://us%40er:pass@${proxy.address}`,
  });
  await using transport = createHttpTransport(target, testDeps());
  for (let i = 0; i < 3; i++) assert.equal((await ask(transport)).body, smallBody);
  const stream = await ask(
    createdFor(target, server, "big_chunked"),
    testCall(),
  );
  assert.equal(stream.bytes, 20_000_000);
  assert.equal(proxy.asked.length, 2);
  await using other = fetchTransport.create({}, target, testDeps());
  assert.equal((await ask(other)).body, smallBody);
  assert.equal(proxy.asked.length, 3);
  assert.match(proxy.asked[2]!, /\r\nproxy-authorization: Basic dXNAZXI6cGFzcw==\r\n/i);
  assert.match(proxy.asked[0]!, new RegExp(`^CONNECT localhost:${server.port} HTTP/1.1\r\n`));
  assert.match(proxy.asked[0]!, /\r\nproxy-authorization: Basic dXNAZXI6cGFzcw==\r\n/);
  await disposeCreated();
  const hanging = probe(createdFor(target, server, "hang"));
  await server.until(({ requests }) => requests.at(-1)?.head.startsWith("POST /hang") ?? false);
  hanging.exchange.cancel();
  await disposeCreated();
});

let created: ReturnType<typeof createHttpTransport>[] = [];

function createdFor(
  target: ReturnType<typeof testTarget>,
  server: NastyServer,
  path: string,
): ReturnType<typeof createHttpTransport> {
  const transport = createHttpTransport({ ...target, url: secureUrl(server, path) }, testDeps());
  created.push(transport);
  return transport;
}

async function disposeCreated(): Promise<void> {
  for (const transport of created) await transport[Symbol.asyncDispose]();
  created = [];
}

Deno.test("HttpTransport fails with proxy when the proxy gives no tunnel, and hides its password", async () => {
  const refusals = [
    [
      "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
      /wants user and password \(407\)/,
    ],
    ["HTTP/1.1 502 Bad Gateway\r\n\r\n<html>no</html>", /answered 502/],
    ["<html>captive portal</html>\r\n\r\n", /not HTTP\/1.1/],
    ["", /closed the connection/],
  ] as const;
  for (const [refusal, message] of refusals) {
    await using proxy = await ConnectProxy.start(9, refusal);
    const target = testTarget("https://node.test/KEY", {
      proxy: `http://user:hunter22@${proxy.address}`,
    });
    await using transport = createHttpTransport(target, testDeps());
    const { failure } = await ask(transport);
    assert.equal(failure?.code, "proxy");
    assert.equal(failure?.sent, false);
    assert.match(failure!.message, message);
    assert.doesNotMatch(failure!.message, /hunter22|KEY/);
  }
  const target = testTarget("https://node.test/KEY", { proxy: "http://127.0.0.1:9" });
  await using transport = createHttpTransport(target, testDeps());
  assert.match((await ask(transport)).failure!.message, /can't be reached/);
});
