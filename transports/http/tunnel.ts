// Opens a tunnel through an HTTP proxy (CONNECT, RFC 9110 section 9.3.6). Any answer but a bare 2xx is a failure that
// says which status came. Must never show the proxy's user or password. Called by the dialer.

import { Buffer } from "node:buffer";
import type net from "node:net";
import { isFault } from "../../core/http/fault.ts";
import { headEnd } from "../../core/http/head_end.ts";
import { parseResponseHead } from "../../core/http/response_head.ts";
import { view } from "../../core/rpc/wire.ts";
import { basicAuth } from "./request_head.ts";

/** What the proxy did wrong, as the end of a sentence. */
export class TunnelError extends Error {
  override readonly name = "TunnelError";
}

const maxHeadBytes = 16_384;

/** `authority` is `host:port` of the upstream. Resolves when `socket` is connected to it. */
export function openTunnel(
  socket: net.Socket,
  authority: string,
  proxy: URL,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const settle = (error: unknown): void => {
      signal.removeEventListener("abort", onAbort);
      socket.off("data", onData).off("error", onError).off("end", onEnd).off("close", onEnd);
      if (error === null) return resolve();
      // A late error of a socket that was given up belongs to nobody.
      socket.on("error", () => {}).destroy();
      reject(error);
    };
    const onAbort = (): void => settle(signal.reason);
    const onError = (): void => settle(new TunnelError("broke the connection"));
    const onEnd = (): void => settle(new TunnelError("closed the connection"));
    const onData = (bytes: Buffer): void => {
      head = Buffer.concat([head, bytes]);
      const end = headEnd(head, 0);
      if (end === -1 && head.length <= maxHeadBytes) return;
      settle(end === -1 ? new TunnelError("sent no end of its answer") : judge(head, end));
    };
    if (signal.aborted) return settle(signal.reason);
    signal.addEventListener("abort", onAbort);
    socket.on("data", onData).on("error", onError).on("end", onEnd).on("close", onEnd);
    const auth = basicAuth(proxy);
    const line = auth === null ? "" : `proxy-authorization: ${auth}\r\n`;
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${line}\r\n`, "latin1");
  });
}

function judge(head: Buffer, end: number): TunnelError | null {
  const parsed = parseResponseHead(view(head).latin1Slice(0, end));
  if (isFault(parsed)) return new TunnelError("sent an answer that is not HTTP/1.1");
  if (parsed.status === 407) return new TunnelError("wants user and password (407)");
  if (parsed.status < 200 || parsed.status > 299) return new TunnelError(`answered ${parsed.status}`);
  return head.length > end + 4 ? new TunnelError("sent more than its answer") : null;
}
