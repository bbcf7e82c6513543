import assert from "node:assert/strict";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";
import type { AddressInfo } from "node:net";
import { wsSockets, WsTarget } from "../../../battle/workload/ws_target.ts";
import { until } from "../../support/until.ts";
import { HeardSink } from "./support.ts";

class Server implements AsyncDisposable {
  readonly sockets: WebSocket[] = [];
  readonly messages: string[] = [];
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer, onMessage: (socket: WebSocket, text: string) => void) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.sockets.push(socket);
      socket.on("message", (data) => {
        this.messages.push(String(data));
        onMessage(socket, String(data));
      });
    });
  }

  static async start(onMessage: (socket: WebSocket, text: string) => void): Promise<Server> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await new Promise<void>((resolve) => server.once("listening", () => resolve()));
    return new Server(server, onMessage);
  }

  get url(): URL {
    return new URL(`ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/rpc/a`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function call(nth: number): string {
  return `{"jsonrpc":"2.0","id":${nth + 1},"method":"m","params":[]}`;
}

Deno.test("WsTarget tells answers apart by their ids, whatever their order and spelling", async () => {
  const held: string[] = [];
  await using server = await Server.start((socket, text) => {
    held.push(text);
    if (held.length < 3) return;
    socket.send('{"result":3,"id":3}');
    socket.send('{"jsonrpc":"2.0","method":"eth_subscription","params":{}}');
    socket.send('{"jsonrpc":"2.0","id":1,"result":"\\u00fc ü"}');
    socket.send('[{"jsonrpc":"2.0","id":2,"result":2}]');
  });
  const sink = new HeardSink();
  await using target = new WsTarget({ connect: wsSockets(server.url), meta: true, batch: 1 }, sink);
  for (const nth of [0, 1, 2]) assert.equal(target.send(nth, call(nth)), true);
  await sink.until(3);
  assert.deepEqual(sink.heard, [
    '2 200 {"result":3,"id":3}',
    '0 200 {"jsonrpc":"2.0","id":1,"result":"\\u00fc \xc3\xbc"}',
    '1 200 [{"jsonrpc":"2.0","id":2,"result":2}]',
  ]);
  assert.deepEqual([server.sockets.length, target.strays, target.metaMember], [1, 1, ',"lasso_meta":true']);
});

Deno.test("WsTarget finds a batch by the id of its first item", async () => {
  await using server = await Server.start((socket) => socket.send('[{"jsonrpc":"2.0","id":5,"result":1},7]'));
  const sink = new HeardSink();
  await using target = new WsTarget({ connect: wsSockets(server.url), meta: false, batch: 2 }, sink);
  target.send(2, "[]");
  await sink.until(1);
  assert.deepEqual(sink.heard, ['2 200 [{"jsonrpc":"2.0","id":5,"result":1},7]']);
});

Deno.test("WsTarget: a socket that is closed breaks what it carried, and the next request opens another", async () => {
  let close = true;
  await using server = await Server.start((socket, text) => {
    if (close) socket.close(1012, "start afresh");
    else socket.send(text.replace('"method":"m","params":[]', '"result":1'));
    close = false;
  });
  const sink = new HeardSink();
  await using target = new WsTarget({ connect: wsSockets(server.url), meta: false, batch: 1 }, sink);
  target.send(0, call(0));
  await sink.until(1);
  target.send(1, call(1));
  await sink.until(2);
  assert.deepEqual(sink.heard, [
    "0 broken: the WebSocket was closed with 1012 (start afresh)",
    '1 200 {"jsonrpc":"2.0","id":2,"result":1}',
  ]);
  assert.equal(server.sockets.length, 2);
});

Deno.test("WsTarget tells a refused handshake, and hears no late answer of a request that was given up", async () => {
  const server = await Server.start((socket, text) =>
    socket.send(text.replace('"method":"m"', '"result":1'))
  );
  const { url } = server;
  const sink = new HeardSink();
  {
    await using target = new WsTarget({ connect: wsSockets(url), meta: false, batch: 1 }, sink);
    await target.open();
    assert.equal(server.sockets.length, 4);
    target.send(0, call(0));
    target.cancel(0);
    target.send(1, call(1));
    await sink.until(1);
    assert.match(sink.heard[0]!, /^1 200 /);
  }
  await server[Symbol.asyncDispose]();
  await using target = new WsTarget({ connect: wsSockets(url), meta: false, batch: 1 }, sink);
  await target.open();
  target.send(2, call(2));
  await sink.until(2);
  assert.equal(sink.heard[1], "2 broken: the WebSocket failed (ECONNREFUSED)");
});

Deno.test("WsTarget shares the load: a socket has at most 128 calls under way", async () => {
  await using server = await Server.start(() => {});
  await using target = new WsTarget(
    { connect: wsSockets(server.url), meta: false, batch: 1 },
    new HeardSink(),
  );
  for (let nth = 0; nth < 300; nth++) target.send(nth, call(nth));
  await until("all calls arrive", () => server.messages.length === 300);
  assert.equal(server.sockets.length, 3);
});
