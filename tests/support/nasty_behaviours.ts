// What a nasty server can do with a request, by name. Each is one way in which upstreams, balancers and proxies have
// been seen to answer, or could. Used through NastyServer.

import { Buffer } from "node:buffer";
import type net from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import type { NastyRequest } from "./nasty_server.ts";

export type Behaviour = (socket: net.Socket, request: NastyRequest) => void | Promise<void>;

/** The body of every harmless answer. */
export const smallBody = '{"jsonrpc":"2.0","id":1,"result":"0x1"}';
export const htmlBody = "<html><body>502 Bad Gateway</body></html>";
/** Every byte there is. */
export const allBytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i));
export const bigBytes = 200_000_000;

const type = "content-type: application/json\r\n";

export function answer(body: string, extra = "", status = "200 OK"): string {
  return `HTTP/1.1 ${status}\r\n${type}${extra}content-length: ${body.length}\r\n\r\n${body}`;
}

function send(text: string): Behaviour {
  return (socket) => {
    socket.write(text, "latin1");
  };
}

function sendAndClose(text: string): Behaviour {
  return (socket) => {
    socket.end(text, "latin1");
  };
}

function sendAndReset(text: string): Behaviour {
  return async (socket) => {
    if (text !== "") await flushed(socket, text);
    // The client must have read the bytes before the reset, or its kernel drops them.
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.resetAndDestroy();
  };
}

function flushed(socket: net.Socket, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => error ? reject(error) : resolve();
    if (typeof text === "string") socket.write(text, "latin1", done);
    else socket.write(text, done);
  });
}

/** Writes each byte by itself; `turns` lets the event loop turn between them, so that each arrives alone. */
function bytewise(text: string): Behaviour {
  return async (socket) => {
    for (const byte of text) {
      await flushed(socket, byte);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
}

function encoded(coding: string, body: Uint8Array): Behaviour {
  return (socket) => {
    socket.write(
      `HTTP/1.1 200 OK\r\n${type}content-encoding: ${coding}\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
  };
}

/** `total` bytes of "a", generated as they are taken; `frame` puts each piece on the wire. */
async function generate(
  socket: net.Socket,
  total: number,
  frame: (piece: Buffer) => Uint8Array,
): Promise<void> {
  const piece = Buffer.alloc(65_536, 97);
  for (let left = total; left > 0 && !socket.destroyed; left -= piece.length) {
    await flushed(socket, frame(left < piece.length ? piece.subarray(0, left) : piece));
  }
}

function chunk(piece: Buffer): Uint8Array {
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]);
}

const chunkedHead = `HTTP/1.1 200 OK\r\n${type}transfer-encoding: chunked\r\n\r\n`;

/** Cuts `body` into chunks of 1, 2, 3 … bytes, with extensions, leading zeros and trailers. */
function oddChunks(body: string): string {
  let text = chunkedHead;
  for (let at = 0, size = 1; at < body.length; at += size++) {
    const part = body.slice(at, at + size);
    text += `00${part.length.toString(16).toUpperCase()};name=value;quoted="a\\"b;c"\r\n${part}\r\n`;
  }
  return `${text}0;last\r\nx-trailer: 1\r\nx-other: 2\r\n\r\n`;
}

/** Answers before the body of the request has come (chosen by the server, which has only the head then). */
export const early: Behaviour = send(answer(smallBody));

export const behaviours: Readonly<Record<string, Behaviour>> = {
  ok: send(answer(smallBody)),
  echo: (socket, request) => {
    socket.write(answer(request.body), "latin1");
  },
  all_bytes: send(answer(allBytes.toString("latin1"))),
  one_byte_writes: bytewise(answer(smallBody)),
  chunked_bytewise: bytewise(oddChunks("0123456789")),
  chunked_odd: send(oddChunks(smallBody)),
  gzip: encoded("gzip", gzipSync(smallBody)),
  deflate: encoded("deflate", deflateSync(smallBody)),
  gzip_damaged: encoded("gzip", gzipSync(smallBody).subarray(0, 20)),
  gzip_bomb: encoded("gzip", gzipSync(Buffer.alloc(8_000_000, 97))),
  gzip_large: encoded("gzip", gzipSync(Buffer.alloc(3_000_000, 97))),
  unknown_coding: encoded("exotic", Buffer.from(smallBody)),
  close_delimited: sendAndClose(`HTTP/1.1 200 OK\r\n${type}\r\n${smallBody}`),
  connection_close: sendAndClose(answer(smallBody, "connection: close\r\n")),
  http10: sendAndClose(`HTTP/1.0 200 OK\r\n${type}\r\n${smallBody}`),
  http10_length: send(`HTTP/1.0 200 OK\r\ncontent-length: ${smallBody.length}\r\n\r\n${smallBody}`),
  http10_keep_alive: send(
    `HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: ${smallBody.length}\r\n\r\n${smallBody}`,
  ),
  keep_alive_short: send(answer(smallBody, "keep-alive: timeout=3, max=100\r\n")),
  keep_alive_none: send(answer(smallBody, "keep-alive: timeout=1\r\n")),
  interim: send(
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${answer(smallBody)}`,
  ),
  interim_endless: send("HTTP/1.1 102 Processing\r\n\r\n".repeat(500)),
  no_content: send("HTTP/1.1 204 No Content\r\n\r\n"),
  html_502: send(answer(htmlBody, "", "502 Bad Gateway")),
  redirect: send(answer("moved", "location: http://127.0.0.1:9/elsewhere\r\n", "302 Found")),
  retry_after: send(answer("slow down", "retry-after: 7\r\n", "429 Too Many Requests")),
  // The declared length is too short: the rest is not part of the answer.
  length_short: send(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n${smallBody}`),
  length_long: sendAndClose(`HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n${smallBody}`),
  length_bad: send(`HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n${smallBody}`),
  two_lengths: send(`HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 39\r\n\r\n${smallBody}`),
  length_and_chunked: send(
    `HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n27\r\n${smallBody}\r\n0\r\n\r\n`,
  ),
  chunk_garbage: send(`${chunkedHead}zz\r\nabc\r\n0\r\n\r\n`),
  chunked_cut: sendAndClose(`${chunkedHead}27\r\n${smallBody}\r\n`),
  bare_lf: send(`HTTP/1.1 200 OK\ncontent-length: ${smallBody.length}\n\n${smallBody}`),
  garbage: send("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
  switching: send("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
  empty_close: sendAndClose(""),
  reset_before_head: sendAndReset(""),
  reset_mid_head: sendAndReset("HTTP/1.1 200 OK\r\ncontent-le"),
  reset_mid_body: sendAndReset(`HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"jsonrpc"`),
  hang: () => {},
  hang_mid_body: send(`HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"jsonrpc"`),
  huge_head: send(answer(smallBody, `x-padding: ${"a".repeat(70_000)}\r\n`)),
  endless_head: async (socket) => {
    await flushed(socket, "HTTP/1.1 200 OK\r\n");
    while (!socket.destroyed) await flushed(socket, `x-padding: ${"a".repeat(1_000)}\r\n`);
  },
  big: async (socket) => {
    await flushed(socket, `HTTP/1.1 200 OK\r\n${type}content-length: ${bigBytes}\r\n\r\n`);
    await generate(socket, bigBytes, (piece) => piece);
  },
  big_chunked: async (socket) => {
    await flushed(socket, chunkedHead);
    await generate(socket, 20_000_000, chunk);
    await flushed(socket, "0\r\n\r\n");
  },
  big_cut: async (socket) => {
    await flushed(socket, `HTTP/1.1 200 OK\r\n${type}content-length: 2000000\r\n\r\n`);
    await generate(socket, 1_000_000, (piece) => piece);
    socket.end();
  },
  /** 4096 bytes: exactly what the tests' targets buffer. */
  exact_buffer: send(answer("a".repeat(4_096))),
  over_buffer: send(answer("a".repeat(4_097))),
  extra_bytes: send(`${answer(smallBody)}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison`),
  extra_bytes_later: async (socket) => {
    await flushed(socket, answer(smallBody));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await flushed(socket, answer("poison"));
  },
  /** Says nothing of closing, and closes: the race that every keep-alive client runs. */
  close_after_each: sendAndClose(answer(smallBody)),
  /** Answers once on a connection and closes it at the second request. */
  close_on_second: (socket, request) => {
    if (request.turn > 1) socket.destroy();
    else socket.write(answer(smallBody));
  },
};
