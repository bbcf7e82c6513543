// JSON-RPC over HTTP on a simulated provider: whole requests go to the desk, outcomes become responses. Called by the
// provider's server for everything that is no WebSocket handshake.

import { Buffer } from "node:buffer";
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { ServerPage } from "./answer_twist.ts";
import type { FailureKind } from "./provider_settings.ts";
import type { StatsCounter } from "./provider_stats.ts";
import {
  answerAll,
  type AnswerPort,
  internalError,
  type RequestDesk,
  tooManyRequests,
} from "./request_desk.ts";
import { parseRpcBody } from "./simulated_node.ts";

export const MAX_BODY_BYTES = 5 * 1024 * 1024;
const FAILURE_RETRY_AFTER_S = 1;

export function receiveHttp(
  request: IncomingMessage,
  response: ServerResponse,
  desk: RequestDesk,
  stats: StatsCounter,
): void {
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
    stats.httpRequests++;
    stats.inFlight++;
    response.on("close", () => stats.inFlight--);
    desk.receive(new TextDecoder().decode(Buffer.concat(chunks)), new HttpPort(request, response));
  });
}

class HttpPort implements AnswerPort {
  readonly subscriptions = null;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  get gone(): boolean {
    return this.#response.destroyed;
  }

  answer(text: string | null, status: number): void {
    reply(this.#response, status, text ?? "");
  }

  answerHuge(head: string, zeros: number, tail: string): void {
    writeHuge(this.#response, Buffer.from(head), zeros, Buffer.from(tail));
  }

  page(page: ServerPage, text: string): void {
    const { status } = page;
    if (status === 429 && !page.html) {
      return reply(this.#response, status, answerAll(parseRpcBody(text), tooManyRequests), pageHeaders(page));
    }
    reply(this.#response, status, pageText(page), pageHeaders(page));
  }

  limit(text: string, waitMs: number): void {
    reply(this.#response, 429, text, { "retry-after": String(Math.ceil(waitMs / 1000)) });
  }

  fail(kind: Exclude<FailureKind, "hang">, text: string): void {
    const response = this.#response;
    switch (kind) {
      case "http_500":
        return reply(response, 500, "Internal Server Error", { "content-type": "text/plain" });
      case "http_503":
        return reply(response, 503, "<html><body><h1>503 Service Unavailable</h1></body></html>", {
          "content-type": "text/html",
        });
      case "http_429":
        return reply(response, 429, answerAll(parseRpcBody(text), tooManyRequests), {
          "retry-after": String(FAILURE_RETRY_AFTER_S),
        });
      case "rpc_internal":
        return reply(response, 200, answerAll(parseRpcBody(text), internalError));
      case "reset":
        this.#request.socket.destroy();
    }
  }
}

/** What a server in front of a node says to people. */
export function pageText({ status, html }: ServerPage): string {
  const phrase = STATUS_CODES[status] ?? "Unknown";
  return html
    ? `<html><head><title>${status} ${phrase}</title></head><body><h1>${status} ${phrase}</h1></body></html>`
    : phrase;
}

export function pageHeaders({ status, html, retryAfterS }: ServerPage): Readonly<Record<string, string>> {
  const type = html ? "text/html" : status === 429 ? "application/json" : "text/plain";
  return { "content-type": type, ...(retryAfterS === null ? {} : { "retry-after": String(retryAfterS) }) };
}

const zeroBlock = Buffer.alloc(64 * 1024, "0");

/** As fast as the client reads, and no longer than it is there. */
function writeHuge(response: ServerResponse, head: Uint8Array, zeros: number, tail: Uint8Array): void {
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": head.length + zeros + tail.length,
  });
  response.write(head);
  let left = zeros;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      const part = left >= zeroBlock.length ? zeroBlock : zeroBlock.subarray(0, left);
      left -= part.length;
      if (!response.write(part)) return void response.once("drain", more);
    }
    if (!response.destroyed) response.end(tail);
  };
  more();
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
