// One simulated provider: a real HTTP server on a loopback port in front of a simulated node, with the latency, the
// failures and the limits that its settings say. Kill it and its port refuses connections; revive it and the same
// port answers again. Made by the demo, by battle and by tests; it never listens beyond loopback.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Buffer } from "node:buffer";
import type { AddressInfo, Socket } from "node:net";
import type { Clock, Timer } from "../../core/clock.ts";
import { below, type Random } from "../../core/random.ts";
import type { SimulatedChain } from "./chain.ts";
import { sampleLatencyMs } from "./latency.ts";
import {
  checkedSettings,
  defaultProviderSettings,
  type FailureKind,
  type SimulatedProviderSettings,
} from "./provider_settings.ts";
import { type ProviderStats, StatsCounter } from "./provider_stats.ts";
import { RpcFault } from "./rpc_fault.ts";
import {
  errorAnswer,
  parseErrorAnswer,
  parseRpcBody,
  type RpcBody,
  SimulatedNode,
} from "./simulated_node.ts";
import { TokenBucket } from "./token_bucket.ts";

const HOST = "127.0.0.1";
const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** Longer than routers keep idle connections: a provider that closes first makes races that nobody asked for. */
const KEEP_ALIVE_MS = 120_000;
const FAILURE_RETRY_AFTER_S = 1;

export interface SimulatedProviderDeps {
  readonly clock: Clock;
  /** For latency and failures. */
  readonly random: Random;
}

/** Starts a provider of `chain` on a free loopback port; missing settings have their defaults. */
export async function startSimulatedProvider(
  chain: SimulatedChain,
  settings: Partial<SimulatedProviderSettings> & { readonly name: string },
  deps: SimulatedProviderDeps,
): Promise<SimulatedProvider> {
  const provider = new SimulatedProvider(chain, { ...defaultProviderSettings, ...settings }, deps);
  await provider.revive();
  return provider;
}

export class SimulatedProvider {
  readonly #deps: SimulatedProviderDeps;
  readonly #node: SimulatedNode;
  readonly #stats = new StatsCounter();
  readonly #sockets = new Set<Socket>();
  readonly #delays = new Set<Timer>();
  #settings: SimulatedProviderSettings;
  #bucket: TokenBucket | null;
  #server: Server | null = null;
  /** 0 until the first start; kept from then on. */
  #port = 0;

  constructor(chain: SimulatedChain, settings: SimulatedProviderSettings, deps: SimulatedProviderDeps) {
    this.#deps = deps;
    this.#settings = checkedSettings(settings);
    this.#bucket = this.#newBucket();
    this.#node = new SimulatedNode(chain, () => this.#settings, (method) => this.#stats.countCall(method));
  }

  get name(): string {
    return this.#settings.name;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  get settings(): SimulatedProviderSettings {
    return this.#settings;
  }

  get stats(): ProviderStats {
    return this.#stats.snapshot();
  }

  get alive(): boolean {
    return this.#server !== null;
  }

  /** Changes settings for the requests that come from now on; RangeError for a value that makes no sense. */
  set(changes: Partial<Omit<SimulatedProviderSettings, "name">>): void {
    this.#settings = checkedSettings({ ...this.#settings, ...changes });
    if (changes.rateLimit !== undefined) this.#bucket = this.#newBucket();
  }

  /** Closes the port and tears down every socket at once; what was being answered never will be. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    for (const delay of this.#delays) delay.cancel();
    this.#delays.clear();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the same port as before. */
  async revive(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      this.#receive(request, response);
    });
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => socket.destroy());
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, HOST, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #newBucket(): TokenBucket | null {
    const { rateLimit } = this.#settings;
    return rateLimit === null ? null : new TokenBucket(rateLimit, this.#deps.clock);
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== "POST") return reply(response, 405, "method not allowed", { allow: "POST" });
    const chunks: Uint8Array[] = [];
    let length = 0;
    request.on("data", (chunk: Uint8Array) => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on("error", () => request.destroy());
    request.on("end", () => {
      if (length > MAX_BODY_BYTES) return reply(response, 413, "content length too large");
      this.#handle(new TextDecoder().decode(Buffer.concat(chunks)), request, response);
    });
  }

  #handle(text: string, request: IncomingMessage, response: ServerResponse): void {
    const { random } = this.#deps;
    const { failureRate, failureKinds, latency } = this.#settings;
    this.#stats.httpRequests++;
    this.#stats.inFlight++;
    response.on("close", () => this.#stats.inFlight--);
    const failure = failureRate > 0 && random.next() < failureRate
      ? failureKinds[below(random, failureKinds.length)]
      : undefined;
    if (failure !== undefined) this.#stats.countFailure(failure);
    if (failure === "hang") return;
    this.#afterMs(sampleLatencyMs(latency, random), () => {
      if (response.destroyed) return;
      if (failure === undefined) this.#serve(text, response);
      else fail(failure, text, request, response);
    });
  }

  #afterMs(ms: number, run: () => void): void {
    if (ms <= 0) return run();
    const delay = this.#deps.clock.after(ms, () => {
      this.#delays.delete(delay);
      run();
    });
    this.#delays.add(delay);
  }

  #serve(text: string, response: ServerResponse): void {
    const body = parseRpcBody(text);
    if (body === null) return reply(response, 200, parseErrorAnswer);
    const waitMs = this.#bucket?.take(body.items.length) ?? 0;
    if (waitMs > 0) {
      this.#stats.rateLimited++;
      const headers = { "retry-after": String(Math.ceil(waitMs / 1000)) };
      return reply(response, 429, answerAll(body, new RpcFault(-32005, "too many requests")), headers);
    }
    reply(response, 200, this.#node.answer(body) ?? "");
  }
}

function fail(kind: FailureKind, text: string, request: IncomingMessage, response: ServerResponse): void {
  switch (kind) {
    case "http_500":
      return reply(response, 500, "Internal Server Error", { "content-type": "text/plain" });
    case "http_503":
      return reply(response, 503, "<html><body><h1>503 Service Unavailable</h1></body></html>", {
        "content-type": "text/html",
      });
    case "http_429":
      return reply(response, 429, answerAll(parseRpcBody(text), new RpcFault(-32005, "too many requests")), {
        "retry-after": String(FAILURE_RETRY_AFTER_S),
      });
    case "rpc_internal":
      return reply(response, 200, answerAll(parseRpcBody(text), new RpcFault(-32603, "Internal error")));
    case "reset":
      request.socket.destroy();
      return;
    case "hang":
      return;
  }
}

/** One error for every request of the body. */
function answerAll(body: RpcBody | null, fault: RpcFault): string {
  if (body === null) return parseErrorAnswer;
  const answers = body.items.map((item) => {
    const id = (item as { readonly id?: unknown } | null)?.id;
    return errorAnswer(id === undefined ? "null" : JSON.stringify(id), fault);
  });
  return body.batch ? `[${answers.join(",")}]` : answers[0]!;
}

function reply(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.length,
    ...headers,
  });
  response.end(bytes);
}
