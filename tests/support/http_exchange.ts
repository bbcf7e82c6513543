// One HTTP exchange over a connection of its own, with every header in the test's hand (Host too), and the answer
// taken apart so far that a missing final chunk shows.

import { Buffer } from "node:buffer";
import { RawClient } from "./raw_client.ts";

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Readable text. */
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; repeated ones joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Readable text, without its coding. */
  readonly body: string;
  readonly chunked: boolean;
  /** All that the head announced has come. */
  readonly complete: boolean;
}

export async function exchange(port: number, request: HttpRequest): Promise<HttpAnswer> {
  await using client = await RawClient.connect(port);
  await client.send(requestText({ ...request, headers: { connection: "close", ...request.headers } }));
  return readAnswer(await client.untilEnd(), request.method === "HEAD");
}

/** The request as wire text. */
export function requestText({ method, path, headers = {}, body = "" }: HttpRequest): string {
  const fields = { host: "127.0.0.1", ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const bytes = Buffer.from(body, "utf8");
  const length = body === "" && method !== "POST" ? "" : `content-length: ${bytes.length}\r\n`;
  return `${method} ${path} HTTP/1.1\r\n${lines}${length}\r\n${bytes.toString("latin1")}`;
}

/** Takes one answer apart; what follows it is ignored. */
export function readAnswer(wire: string, toHead = false): HttpAnswer {
  const end = wire.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = wire.slice(0, end).split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(":")).toLowerCase();
    const value = line.slice(name.length + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const rest = end < 0 ? "" : wire.slice(end + 4);
  const chunked = headers["transfer-encoding"] === "chunked";
  const length = Number(headers["content-length"] ?? 0);
  const [body, complete] = toHead
    ? [rest, true]
    : chunked
    ? dechunk(rest)
    : [rest.slice(0, length), rest.length >= length];
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: Buffer.from(body, "latin1").toString("utf8"),
    chunked,
    complete: complete && end >= 0,
  };
}

function dechunk(wire: string): [body: string, complete: boolean] {
  const parts: string[] = [];
  for (let at = 0;;) {
    const lineEnd = wire.indexOf("\r\n", at);
    if (lineEnd < 0) return [parts.join(""), false];
    const size = parseInt(wire.slice(at, lineEnd), 16);
    if (size === 0) return [parts.join(""), true];
    parts.push(wire.slice(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
