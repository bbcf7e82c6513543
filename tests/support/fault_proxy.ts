// An HTTP proxy in front of one upstream that can be broken in many ways at any moment, and mended again. It forwards
// bytes as they are; it must never break a call in another way than it was told to.

import { Buffer } from "node:buffer";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";

export type Fault =
  | "good"
  /** Open connections are destroyed, new ones too. */
  | "cut"
  /** Requests are read and never answered. Those that wait are cut when the fault ends. */
  | "stall"
  /** 429 with Retry-After: 1. */
  | "http429"
  /** 500 with a page for people. */
  | "http500"
  /** 200 with the upstream's body, its JSON broken. */
  | "mangle"
  /** 200 with an id that nobody asked for. */
  | "wrongId"
  /** Half of the body, then the connection is destroyed. */
  | "cutBody"
  /** Half of the body, then silence. Cut when the fault ends. */
  | "hangBody"
  /** 200 MB of a result, in chunks, of unknown length. */
  | "hugeResult"
  /** 200 MB of a result, its length declared. */
  | "hugeDeclared"
  /** 200 MB of an error message, in chunks. */
  | "hugeError"
  /** 200 MB of no JSON at all, in chunks. */
  | "hugeNoise"
  /** Good, after so many milliseconds. */
  | { readonly slowMs: number };

export const hugeBytes = 200_000_000;
const block = Buffer.alloc(64 * 1024, "0");

export class FaultProxy implements AsyncDisposable {
  readonly url: string;
  /** Requests that came in since `forget`. */
  requests = 0;
  readonly #server: http.Server;
  readonly #upstream: string;
  readonly #client: Deno.HttpClient;
  readonly #sockets: Set<Socket>;
  readonly #held = new Set<http.ServerResponse>();
  #fault: Fault = "good";

  private constructor(server: http.Server, sockets: Set<Socket>, upstream: string) {
    this.#server = server;
    this.#upstream = upstream;
    this.#client = Deno.createHttpClient({});
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#sockets = sockets;
    server.on("connection", (socket: Socket) => {
      if (this.#fault === "cut") socket.destroy();
    });
    server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
      this.#serve(request, response).catch(() => response.socket?.destroy());
    });
  }

  static async start(upstream: string): Promise<FaultProxy> {
    const sockets = new Set<Socket>();
    const server = http.createServer({ keepAliveTimeout: 60_000 });
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FaultProxy(server, sockets, upstream);
  }

  get fault(): Fault {
    return this.#fault;
  }

  set(fault: Fault): void {
    this.#fault = fault;
    if (fault === "cut") this.#cutAll();
    for (const response of this.#held) response.socket?.destroy();
    this.#held.clear();
  }

  /** Counts from here on. */
  forget(): void {
    this.requests = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#cutAll();
    await closed;
    this.#client.close();
  }

  #cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    this.requests++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const fault = this.#fault;
    switch (fault) {
      case "cut":
        response.socket?.destroy();
        return;
      case "stall":
        this.#held.add(response);
        return;
      case "http429":
        return send(response, 429, "text/plain", "slow down", { "retry-after": "1" });
      case "http500":
        return send(response, 500, "text/html", "<html><body><h1>Internal Server Error</h1></body></html>");
      case "hugeResult":
        return await huge(response, `{"jsonrpc":"2.0","id":${idOf(body)},"result":"0x`, '"}', false);
      case "hugeDeclared":
        return await huge(response, `{"jsonrpc":"2.0","id":${idOf(body)},"result":"0x`, '"}', true);
      case "hugeError": {
        const head = `{"jsonrpc":"2.0","id":${idOf(body)},"error":{"code":-32603,"message":"`;
        return await huge(response, head, '"}}', false);
      }
      case "hugeNoise":
        return await huge(response, "<html>", "</html>", false);
    }
    if (typeof fault === "object") await new Promise((resolve) => setTimeout(resolve, fault.slowMs));
    const answer = await fetch(this.#upstream, {
      method: "POST",
      headers: { "content-type": request.headers["content-type"] ?? "application/json" },
      body,
      client: this.#client,
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (fault === "mangle") return send(response, 200, "application/json", mangled(bytes));
    if (fault === "wrongId") return send(response, 200, "application/json", withOtherId(bytes));
    if (fault !== "cutBody" && fault !== "hangBody") {
      return send(response, answer.status, answer.headers.get("content-type") ?? "application/json", bytes);
    }
    response.writeHead(200, { "content-type": "application/json", "content-length": bytes.length });
    const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
    if (fault === "cutBody") response.write(half, () => response.socket?.destroy());
    else {
      response.write(half);
      this.#held.add(response);
    }
  }
}

function send(
  response: http.ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { "content-type": type, "content-length": length, ...headers });
  response.end(body);
}

/** The id as its sender wrote it. */
function idOf(body: Buffer): string {
  return JSON.stringify((JSON.parse(body.toString()) as { id: unknown }).id);
}

/** A quote in its middle and a brace at its end are gone. */
function mangled(bytes: Buffer): Buffer {
  const text = bytes.toString("latin1");
  const at = text.indexOf('"', text.length >> 1);
  return Buffer.from((at < 0 ? text : text.slice(0, at) + text.slice(at + 1)).slice(0, -1), "latin1");
}

function withOtherId(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replace(/"id":[^,}]+/, '"id":987654321'), "latin1");
}

async function huge(
  response: http.ServerResponse,
  head: string,
  tail: string,
  declared: boolean,
): Promise<void> {
  const length = declared ? { "content-length": hugeBytes } : {};
  response.writeHead(200, { "content-type": "application/json", ...length });
  response.write(head);
  let left = hugeBytes - head.length - tail.length;
  while (left > 0 && !response.destroyed && response.socket?.destroyed === false) {
    const part = left >= block.length ? block : block.subarray(0, left);
    left -= part.length;
    if (!response.write(part)) await drained(response);
  }
  response.end(tail);
}

function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      response.socket?.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
    response.socket?.on("close", done);
  });
}
