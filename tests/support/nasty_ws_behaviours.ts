// What a nasty WebSocket server can do, by name. Each is one way in which nodes, balancers and proxies have been seen
// to answer, or could. Used through NastyWsServer.

import { Buffer } from "node:buffer";
import type { WsBehaviour, WsRequest, WsSession } from "./nasty_ws_server.ts";
import { closePayload, frame } from "./ws_frames.ts";

export const longResult = "0x" + "ab".repeat(500_000);
export const mixedText = 'Grüße, 世界 🌍 \u0000 \\ "';

function answer(request: WsRequest, result: unknown = "0x1"): string {
  return JSON.stringify({ jsonrpc: "2.0", id: request.id, result });
}

/** Refuses the handshake with an HTTP answer. */
function refuse(text: string): WsBehaviour {
  return { handshake: ({ socket }) => void socket.end(text, "latin1") };
}

function http(status: string, body: string, more = ""): string {
  return `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n${more}\r\n${body}`;
}

/** A 101 that lacks something; `{}` stands for the right accept. */
function odd101(fields: string): WsBehaviour {
  return {
    handshake: (session, accept) =>
      session.raw(`HTTP/1.1 101 Switching Protocols\r\n${fields.replace("{}", accept)}\r\n`),
  };
}

/** Answers the first request with these bytes. */
function bytes(make: (request: WsRequest) => Uint8Array): WsBehaviour {
  return { request: (session, request) => session.raw(make(request)) };
}

/** Answers with a message of this text. */
function says(make: (request: WsRequest) => string): WsBehaviour {
  return { request: (session, request) => session.text(make(request)) };
}

function pieces(text: string, size: number): Buffer {
  const all = Buffer.from(text, "utf8");
  const frames: Buffer[] = [];
  for (let at = 0; at < all.length; at += size) {
    const last = at + size >= all.length;
    frames.push(frame(at === 0 ? 1 : 0, all.subarray(at, at + size), { final: last }));
    if (!last) frames.push(frame(9, `between ${at}`));
  }
  return Buffer.concat(frames);
}

async function bytewise(session: WsSession, all: Uint8Array): Promise<void> {
  for (const byte of all) {
    await new Promise((resolve) => session.socket.write(Uint8Array.of(byte), resolve));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

export const wsBehaviours: Readonly<Record<string, WsBehaviour>> = {
  ok: {},
  hang: { request: () => {} },
  echo_params: {
    request: (session, request) => {
      const params = /"params":(.*)\}$/s.exec(request.text)![1]!;
      session.frame(1, Buffer.from(`{"jsonrpc":"2.0","id":${request.id},"result":${params}}`, "latin1"));
    },
  },
  long: says((request) => answer(request, longResult)),
  mixed: says((request) => answer(request, mixedText)),
  result_first: says((request) => `{"jsonrpc":"2.0","result":{"a":[1],"id":77},"id":${request.id}}`),
  spaced: says((request) => ` {\n "result" : "0x1" ,\t"id" : ${request.id}.0 , "jsonrpc":"2.0" } \n`),
  escaped: says((request) => `{"jsonrpc":"2.0","\\u0069d":${request.id},"result":"0x1"}`),
  quoted_id: says((request) => `{"jsonrpc":"2.0","id":"${request.id}","result":"0x1"}`),
  binary: { request: (session, request) => session.frame(2, answer(request)) },
  in_pieces: bytes((request) => pieces(answer(request, mixedText), 3)),
  byte_by_byte: { request: (session, request) => bytewise(session, frame(1, answer(request, mixedText))) },
  early_frame: {
    // The first frame comes in one write with the 101.
    handshake: (session, accept) =>
      session.raw(Buffer.concat([
        Buffer.from(
          `HTTP/1.1 101 x\r\nupgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
        ),
        frame(9, "early"),
      ])),
  },
  interim: {
    handshake: (session, accept) =>
      session.raw(
        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n" +
          `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      ),
  },
  unknown_ids: {
    request: (session, request) => {
      session.text('{"jsonrpc":"2.0","id":999999,"result":"0xbad"}');
      session.text('{"jsonrpc":"2.0","id":"of nobody","result":"0xbad"}');
      session.text('{"jsonrpc":"2.0","method":"server_hello","params":["0xbad"]}');
      session.result(request);
    },
  },
  twice: {
    request: (session, request) => {
      session.result(request);
      session.result(request, "0xbad");
    },
  },
  pings: {
    request: (session, request) => {
      session.frame(9, "who is there");
      session.frame(10, "unasked");
      session.frame(9, Buffer.from([0xff, 0x00, 0x80]));
      session.result(request);
    },
  },
  null_error: says(() => '{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"slow down"}}'),
  no_id_error: says(() => '{"error":{"code":-32005,"message":"slow down"}}'),

  masked: bytes((request) => frame(1, answer(request), { masked: true })),
  reserved_bit: bytes((request) => frame(1, answer(request), { reserved: 4 })),
  opcode_3: bytes((request) => frame(3, answer(request))),
  opcode_11: bytes(() => frame(11, "")),
  long_ping: bytes(() => frame(9, "a".repeat(126))),
  fragmented_ping: bytes(() => frame(9, "a", { final: false })),
  continuation: bytes((request) => frame(0, answer(request))),
  interleaved: bytes((request) =>
    Buffer.concat([frame(1, "{", { final: false }), frame(1, answer(request))])
  ),
  long_length: bytes((request) => frame(1, answer(request), { lengthBytes: 8 })),
  longish_length: bytes((request) => frame(1, answer(request), { lengthBytes: 2 })),
  negative_length: bytes(() => Buffer.from([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 1])),
  absurd_length: bytes(() => frame(1, "", { claimed: 2 ** 50 })),
  one_byte_close: bytes(() => frame(8, "a")),
  bad_close_code: bytes(() => frame(8, closePayload(1005))),
  bad_close_reason: bytes(() => frame(8, Uint8Array.of(3, 0xe8, 0xff))),
  http_again: { request: (session) => session.raw(http("200 OK", "{}")) },
  no_json: says(() => "<html>502 Bad Gateway</html>"),
  cut_json: says((request) => `{"result":"0x1","id":${request.id}`),
  empty_message: says(() => ""),
  batch: says((request) => `[${answer(request)}]`),
  only_text: says(() => '"hello"'),
  no_id: says(() => '{"jsonrpc":"2.0","result":"0x1"}'),
  empty_object: says(() => "{}"),

  close_1001: { request: (session) => session.close(1001, "going away") },
  close_bare: { request: (session) => session.frame(8, "") },
  end: { request: (session) => void session.socket.end() },
  reset: { request: (session) => void session.socket.resetAndDestroy() },
  close_on_second: {
    request: (session, request) => {
      if (session.requests.length > 1) session.socket.destroy();
      else session.result(request);
    },
  },
  mid_message: {
    request: (session, request) => {
      session.raw(frame(1, answer(request, longResult)).subarray(0, 10_000));
      session.socket.end();
    },
  },

  http_401: refuse(http("401 Unauthorized", '{"error":"bad key"}')),
  http_429: refuse(http("429 Too Many Requests", "slow down", "retry-after: 7\r\n")),
  http_503_chunked: refuse(
    "HTTP/1.1 503 Service Unavailable\r\ntransfer-encoding: chunked\r\n\r\n3\r\nout\r\n4\r\n now\r\n0\r\n\r\n",
  ),
  http_502_open_end: refuse("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>502</html>"),
  http_200: refuse(http("200 OK", "ok")),
  garbage: refuse("SSH-2.0-OpenSSH_9.2p1\r\n"),
  bare_lf: refuse("HTTP/1.1 101 x\nupgrade: websocket\n\n"),
  endless_head: {
    handshake: ({ socket }) => {
      socket.write("HTTP/1.1 101 x\r\n");
      socket.write(`x: ${"a".repeat(1_000)}\r\n`.repeat(100));
    },
  },
  endless_interim: { handshake: ({ socket }) => void socket.write("HTTP/1.1 102 x\r\n\r\n".repeat(20)) },
  hang_up: { handshake: ({ socket }) => void socket.end() },
  silent: { handshake: () => {} },
  no_upgrade: odd101("Connection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n"),
  other_upgrade: odd101("Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n"),
  no_connection: odd101("Upgrade: websocket\r\nSec-WebSocket-Accept: {}\r\n"),
  no_accept: odd101("Upgrade: websocket\r\nConnection: Upgrade\r\n"),
  wrong_accept: odd101("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x{}\r\n"),
  extension: odd101(
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",
  ),
  protocol: odd101(
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\nSec-WebSocket-Protocol: soap\r\n",
  ),
};
