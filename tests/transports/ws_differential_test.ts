// The ws transport against an independent server, npm:ws: what it sends is read there, what is sent there is read here,
// in fragments, with pings between them, large, small and beyond ASCII.

import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { below, seededRandom } from "../../core/random.ts";
import { textToWire } from "../../core/rpc/wire.ts";
import { createWsTransport } from "../../transports/ws.ts";
import { subscribe } from "../support/subscription_probe.ts";
import { ask, rpcCall, testDeps, testTarget } from "../support/transport_probe.ts";

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

async function serving(
  onRequest: (socket: WebSocket, request: Request) => void,
  run: (url: string, server: WebSocketServer) => Promise<void>,
): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", maxPayload: 100_000_000 });
  await new Promise((resolve) => server.once("listening", resolve));
  server.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => {
      assert.equal(isBinary, false);
      onRequest(socket, JSON.parse(String(data)) as Request);
    });
  });
  try {
    await run(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, server);
  } finally {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Sends `text` in fragments of random sizes, with pings between some of them. */
function sendInPieces(socket: WebSocket, text: string, next: (bound: number) => number): void {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  while (true) {
    const size = next(5) === 0 ? next(3) : next(Math.ceil(bytes.length / 3) + 2);
    const end = Math.min(bytes.length, at + size);
    socket.send(bytes.subarray(at, end), { fin: end === bytes.length, binary: false });
    if (end === bytes.length) return;
    at = end;
    if (next(3) === 0) socket.ping(`p${at}`);
  }
}

const alphabet = ["a", "0", " ", "\n", '"', "\\", "\u0000", "é", "ß", "世", "界", "🌍", "\u2028", "\ufffd"];

Deno.test("WsTransport exchanges with npm:ws what both can read: 600 seeded messages", async () => {
  const random = seededRandom(20_261_121);
  const next = (bound: number): number => below(random, bound);
  const text = (): string => {
    const length = [3, 60, 125, 130, 4_000, 70_000, 300_000][next(60) === 0 ? 6 : next(6)]! + next(5);
    if (next(2) === 0) return "a".repeat(length);
    return Array.from({ length: Math.min(length, 9_000) }, () => alphabet[next(alphabet.length)]!).join("");
  };
  let pongs = 0;
  let wanted = 0;
  await serving((socket, { id, params }) => {
    if (socket.listenerCount("pong") === 0) socket.on("pong", () => pongs++);
    const answer = JSON.stringify({ jsonrpc: "2.0", id, result: params });
    if (next(2) === 0) return socket.send(answer);
    const ping = socket.ping.bind(socket);
    socket.ping = (...args: Parameters<typeof ping>) => {
      wanted++;
      ping(...args);
    };
    sendInPieces(socket, answer, next);
    socket.ping = ping;
  }, async (url) => {
    await using transport = createWsTransport(testTarget(url), testDeps());
    let id = 0;
    for (let round = 0; round < 60; round++) {
      await Promise.all(Array.from({ length: 10 }, async () => {
        const params = textToWire(JSON.stringify([text()]));
        const mine = ++id;
        const { body, failure } = await ask(transport, rpcCall(mine, "eth_call", params));
        assert.equal(failure, null, failure?.message);
        assert.equal(body, `{"jsonrpc":"2.0","id":${mine},"result":${params}}`);
      }));
    }
    assert.ok(wanted > 100 && pongs > 0, `${pongs} of ${wanted} pongs`);
  });
});

Deno.test("WsTransport reads an answer of 40 MB from npm:ws, and sends a request of 20 MB", async () => {
  await serving((socket, { id, params }) => {
    const size = String(params[0]).length;
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: `${size}:${"b".repeat(40_000_000)}` }));
  }, async (url) => {
    await using transport = createWsTransport(testTarget(url), testDeps());
    const reply = await new Promise<string>((resolve, reject) =>
      transport.send(rpcCall(1, "eth_call", `["${"a".repeat(20_000_000)}"]`), {
        onReply: ({ body, rest }) => rest === null ? resolve(body) : reject(new Error("It came in pieces.")),
        onFailure: reject,
      })
    );
    assert.ok(reply.startsWith('{"jsonrpc":"2.0","id":1,"result":"20000000:bbb'));
    assert.equal(reply.length, 40_000_000 + '{"jsonrpc":"2.0","id":1,"result":"20000000:"}'.length);
  });
});

Deno.test("WsTransport and npm:ws close in order, whoever begins", async () => {
  const codes: number[] = [];
  await serving((socket, { id, method }) => {
    if (id === 1) socket.on("close", (code) => codes.push(code));
    if (method === "end") socket.close(1012, "restart");
    else socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: "0xs" }));
  }, async (url, server) => {
    const transport = createWsTransport(testTarget(url), testDeps());
    const heads = subscribe(transport, 1);
    await heads.until((heard) => heard.length === 1);
    const [socket] = server.clients;
    const closed = new Promise((resolve) => socket!.once("close", resolve));
    const { failure } = await ask(transport, rpcCall(2, "end"));
    assert.equal(failure?.code, "stale");
    assert.match(failure.message, /closed the connection \(1012\)\.$/);
    assert.deepEqual(heads.heard, ["confirmed", "lost eof true"]);
    await closed;
    assert.deepEqual(codes, [1012]);

    const again = subscribe(transport, 1);
    await again.until((heard) => heard.length === 1);
    const other = [...server.clients].find((each) => each !== socket)!;
    const ended = new Promise((resolve) => other.once("close", resolve));
    await transport[Symbol.asyncDispose]();
    await ended;
    assert.deepEqual(codes, [1012, 1000]);
  });
});
