// Between the ingress and hono: a parsed request becomes a web Request, the Response becomes header lines and bytes.

import type { Fields } from "../http/fields.ts";
import { toWire } from "../rpc/wire.ts";
import type { IncomingRequest } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";

/** What the ingress knows about a request beside the Request itself. */
export interface RestEnv {
  readonly fields: Fields;
  readonly remoteAddress: string;
}

/** An app of hono's, or what stands for it. */
export interface RestFetch {
  fetch(request: Request, env: RestEnv): Response | Promise<Response>;
}

/** Header fields that the ingress writes itself. */
const ingressFields = new Set(["content-length", "transfer-encoding", "connection"]);

export function answerRest(
  app: RestFetch,
  request: IncomingRequest,
  response: ResponseWriter,
): void {
  const abort = new AbortController();
  response.onClose = { cancel: () => abort.abort() };
  forward(app, request, response, abort.signal).catch(() => {
    // A request that can't even be expressed as a web Request (a method or target that the platform refuses).
    if (response.closed) return;
    const body = '{"error":{"code":"bad_request","message":"The request can\'t be read."}}';
    response.send(400, "content-type: application/json\r\n", body);
  });
}

async function forward(
  app: RestFetch,
  { head, body, remoteAddress, secure }: IncomingRequest,
  response: ResponseWriter,
  signal: AbortSignal,
): Promise<void> {
  // `OPTIONS *` is about the server, not about a path of it.
  const target = head.target === "*" ? "/" : head.target;
  const url = `${secure ? "https" : "http"}://${head.fields.get("host") ?? "localhost"}${target}`;
  const headers = new Headers();
  for (const [name, value] of head.fields) headers.append(name, value);
  const hasBody = body.length > 0 && head.method !== "GET" && head.method !== "HEAD";
  // The ingress leaves the body out of an answer to HEAD; it needs it to say how long it is.
  const init: RequestInit = { method: head.method === "HEAD" ? "GET" : head.method, headers, signal };
  if (hasBody) init.body = new Uint8Array(body);
  const answer = await app.fetch(new Request(url, init), { fields: head.fields, remoteAddress });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (response.closed) return;
  let lines = "";
  for (const [name, value] of answer.headers) {
    if (!ingressFields.has(name)) lines += `${name}: ${value}\r\n`;
  }
  response.send(answer.status, lines, bytes.length > 65_536 ? bytes : toWire(bytes));
}
