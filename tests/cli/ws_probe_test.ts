import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import type { AddressInfo } from "node:net";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { wsProbe } from "../../cli/ws_probe.ts";
import { systemClock } from "../../core/clock.ts";
import { systemRandom } from "../../core/random.ts";
import { chainSettings, providerSettings } from "../support/fake_chain.ts";
import { until } from "../support/until.ts";

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

type Script = (asked: Asked, socket: WebSocket) => unknown;

/** A node that answers over WebSocket by a script: a result, or `{ error }`; undefined: nothing. */
class Node implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly #server: WebSocketServer;

  constructor(server: WebSocketServer, script: Script) {
    this.#server = server;
    server.on("connection", (socket) => {
      socket.on("message", (data: RawData) => {
        const call = JSON.parse((data as Buffer).toString()) as Asked;
        this.asked.push(call);
        const answer = script(call, socket);
        if (answer === undefined) return;
        const content = isError(answer) ? answer : { result: answer };
        socket.send(JSON.stringify({ jsonrpc: "2.0", id: call.id, ...content }));
      });
    });
  }

  static async start(script: Script): Promise<Node> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    const node = new Node(server, script);
    await new Promise((resolve) => server.once("listening", resolve));
    return node;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws/secret-key`;
  }

  get methods(): string[] {
    return this.asked.map(({ method }) => method);
  }

  get sockets(): number {
    return this.#server.clients.size;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

function isError(answer: unknown): answer is { readonly error: unknown } {
  return typeof answer === "object" && answer !== null && "error" in answer;
}

const healthy: Script = ({ method }) =>
  method === "eth_chainId" ? "0x1" : method === "eth_subscribe" ? "0xcafe" : true;

function ask(url: string, timeoutMs = 5_000): Promise<string | null> {
  const probe = wsProbe({ clock: systemClock, random: systemRandom, timeoutMs, proxyFor: () => null });
  const settings = chainSettings([providerSettings("a", { wsUrl: url })]);
  return probe(settings, settings.providers[0]!);
}

Deno.test("wsProbe() connects, asks for the chain, subscribes to newHeads, unsubscribes and leaves", async () => {
  await using node = await Node.start(healthy);
  assert.equal(await ask(node.url), null);
  await until("the socket is closed", () => node.sockets === 0);
  assert.deepEqual(node.methods, ["eth_chainId", "eth_subscribe", "eth_unsubscribe", "eth_chainId"]);
  assert.deepEqual(node.asked.map(({ params }) => params), [[], ["newHeads"], ["0xcafe"], []]);
});

Deno.test("wsProbe() says what is wrong, without the key", async () => {
  const cases: readonly (readonly [Script, RegExp])[] = [
    [() => "0x5", /^wrong chain: 5 instead of 1$/],
    [() => ({}), /^eth_chainId was answered by no chain id$/],
    [() => ({ error: { code: -32000, message: "nope" } }), /^eth_chainId: nope$/],
    [
      (asked, socket) =>
        asked.method === "eth_subscribe"
          ? { error: { code: -32601, message: "notifications not supported" } }
          : healthy(asked, socket),
      /^eth_subscribe: notifications not supported$/,
    ],
    [
      (asked, socket) => asked.method === "eth_subscribe" ? socket.terminate() : healthy(asked, socket),
      /^ws:\/\/127\.0\.0\.1:\d+(\/\*\*\*)? .+/,
    ],
  ];
  for (const [script, message] of cases) {
    await using node = await Node.start(script);
    const problem = await ask(node.url);
    assert.match(problem ?? "", message);
    assert.ok(!problem?.includes("secret-key"));
    await until("the socket is closed", () => node.sockets === 0);
  }
});

Deno.test("wsProbe() gives up on a node that does not answer", async () => {
  await using node = await Node.start(() => undefined);
  assert.equal(await ask(node.url, 50), "eth_chainId: no answer within 50 ms");
});

Deno.test("wsProbe() says that nothing listens", async () => {
  const gone = await Node.start(healthy);
  const { url } = gone;
  await gone[Symbol.asyncDispose]();
  assert.match(await ask(url) ?? "", /refused/);
});
