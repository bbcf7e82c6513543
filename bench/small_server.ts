// The least server that a router can have as its upstream: HTTP/1.1 requests with content-length and WebSocket
// handshakes over raw sockets. What it costs is next to nothing. Used by the upstreams of this folder.

import type { Buffer } from "node:buffer";
import net from "node:net";
import { handshakeAnswer } from "./ws_frames.ts";

export interface SmallHandler {
  /** One request. It is answered by `writeAnswer`, at once or later. */
  request(path: string, body: string, socket: net.Socket): void;
  /** After a handshake: gives who takes what the client sends. */
  upgraded(path: string, socket: net.Socket): (chunk: Buffer) => void;
}

export function listen(port: number, handler: SmallHandler): net.Server {
  const server = net.createServer((socket) => serve(socket, handler));
  return server.listen({ port, host: "127.0.0.1", backlog: 1_024 });
}

/** `body` is ASCII. */
export function writeAnswer(socket: net.Socket, body: string, status = "200 OK"): void {
  socket.write(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

function serve(socket: net.Socket, handler: SmallHandler): void {
  let waiting = "";
  let take: ((chunk: Buffer) => void) | null = null;
  const read = (chunk: Buffer): void => {
    waiting += chunk.toString("latin1");
    for (;;) {
      const headEnd = waiting.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const head = waiting.slice(0, headEnd);
      const path = head.split(" ", 2)[1] ?? "/";
      const key = /\r\nsec-websocket-key: *(\S+)/i.exec(head)?.[1];
      if (key !== undefined) {
        // A client that waits for the answer has sent nothing behind its request.
        take = handler.upgraded(path, socket);
        return void socket.write(handshakeAnswer(key));
      }
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      if (length === undefined) return void socket.destroy();
      const end = headEnd + 4 + Number(length);
      if (waiting.length < end) return;
      handler.request(path, waiting.slice(headEnd + 4, end), socket);
      waiting = waiting.slice(end);
    }
  };
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => take === null ? read(chunk) : take(chunk));
}
