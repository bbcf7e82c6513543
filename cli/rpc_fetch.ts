// One JSON-RPC call to one provider by plain `fetch`, for commands that look at providers from outside the router.
// Never retries; what went wrong comes back as a value, without secrets.

import { Buffer } from "node:buffer";
import { messageOf } from "../core/errors.ts";
import { maskText } from "../core/redact.ts";
import type { ProviderSettings } from "../core/settings.ts";

export type RpcAnswer =
  | { readonly kind: "result"; readonly result: unknown }
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  /** No JSON-RPC answer at all: network, TLS, HTTP status, not JSON. */
  | { readonly kind: "fault"; readonly message: string };

export type RpcCall = (
  provider: RpcTarget,
  method: string,
  params: readonly unknown[],
) => Promise<RpcAnswer>;

export type RpcTarget = Pick<ProviderSettings, "url" | "headers" | "tls">;

const maxAnswerBytes = 32 * 1024 * 1024;
const maxMessageChars = 256;

export function rpcByFetch(timeoutMs: number): RpcCall {
  return async (provider, method, params) => {
    using client = clientFor(provider.tls);
    try {
      const response = await fetch(bareUrl(provider.url), {
        method: "POST",
        headers: { ...basicAuth(provider.url), ...provider.headers, "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        signal: AbortSignal.timeout(timeoutMs),
        ...(client === undefined ? {} : { client }),
      });
      const body = await textOf(response);
      if (body === null) return { kind: "fault", message: `HTTP ${response.status}, longer than 32 MB` };
      return answerOf(response.status, body);
    } catch (error) {
      const timedOut = error instanceof DOMException && error.name === "TimeoutError";
      return {
        kind: "fault",
        message: timedOut ? `no answer within ${timeoutMs} ms` : maskText(messageOf(error), [provider.url]),
      };
    }
  };
}

/** The chain id that an endpoint tells; rejects when it tells none. */
export async function chainIdOf(call: RpcCall, provider: RpcTarget): Promise<number> {
  const answer = await call(provider, "eth_chainId", []);
  if (answer.kind !== "result") throw new Error(answer.message);
  const chainId = quantity(answer.result);
  if (chainId === null) throw new Error("eth_chainId was answered by something that is no chain id");
  return chainId;
}

/** A hex quantity as a number; null when it is none, or beyond 2^53. */
export function quantity(value: unknown): number | null {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]+$/.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

/** What a body says, whatever brought it. */
export function answerOf(status: number, body: string): RpcAnswer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { kind: "fault", message: `HTTP ${status}, and no JSON` };
  }
  if (typeof parsed !== "object" || parsed === null) {
    return { kind: "fault", message: `HTTP ${status}, no JSON-RPC` };
  }
  const { error, result } = parsed as { readonly error?: unknown; readonly result?: unknown };
  if (typeof error === "object" && error !== null) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    return {
      kind: "error",
      code: typeof code === "number" ? code : 0,
      message: typeof message === "string" ? oneLine(maskText(message)) : "error without a message",
    };
  }
  return result === undefined
    ? { kind: "fault", message: `HTTP ${status}, no JSON-RPC` }
    : { kind: "result", result };
}

/** null: too long. */
async function textOf(response: Response): Promise<string | null> {
  let bytes = 0;
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** A provider's own words as they may stand in a table: no line breaks, nothing that steers a terminal, not long. */
function oneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return plain.length > maxMessageChars ? `${plain.slice(0, maxMessageChars - 1)}…` : plain;
}

/** `fetch` takes no user and password in a URL. */
function bareUrl(url: string): string {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare.href;
}

function basicAuth(url: string): Record<string, string> {
  const { username, password } = new URL(url);
  if (username === "" && password === "") return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

function clientFor(tls: ProviderSettings["tls"]): Deno.HttpClient | undefined {
  if (tls.ca === undefined && tls.cert === undefined) return undefined;
  return Deno.createHttpClient({
    ...(tls.ca === undefined ? {} : { caCerts: [tls.ca] }),
    ...(tls.cert === undefined || tls.key === undefined ? {} : { cert: tls.cert, key: tls.key }),
  });
}
