// The benchmark's own WebSocket frames: what is written can be read, wherever the bytes are cut.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  acceptOf,
  clientFrame,
  FrameCounter,
  FrameReader,
  handshakeAnswer,
  handshakeRequest,
  isAccepted,
  opClose,
  opPing,
  opText,
  serverFrame,
} from "../../bench/ws_frames.ts";

/** Lengths on both sides of each form of the length field. */
const lengths = [0, 1, 125, 126, 127, 65_535, 65_536];

function read(bytes: Buffer, cut: number): [number, number, string][] {
  const frames: [number, number, string][] = [];
  const reader = new FrameReader((opcode, payload) => {
    frames.push([opcode, payload.length, payload.toString("latin1").slice(0, 20)]);
  });
  for (let at = 0; at < bytes.length; at += cut) reader.feed(Buffer.from(bytes.subarray(at, at + cut)));
  return frames;
}

Deno.test("acceptOf() gives the sample of RFC 6455 section 1.3", () => {
  assert.equal(acceptOf("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

Deno.test("isAccepted() wants the answer to this very handshake", () => {
  const key = /sec-websocket-key: (\S+)/.exec(handshakeRequest("localhost", "/"))?.[1] ?? "";
  assert.ok(isAccepted(handshakeAnswer(key)));
  assert.ok(!isAccepted(handshakeAnswer("another")));
  assert.ok(!isAccepted(handshakeAnswer(key).replace("101", "400")));
});

Deno.test("FrameReader gives masked and bare frames of any length, whole, wherever they are cut", () => {
  for (const make of [serverFrame, clientFrame]) {
    const bytes = Buffer.concat(lengths.map((length) => make("x".repeat(length))));
    const expected = lengths.map((length) => [opText, length, "x".repeat(Math.min(length, 20))]);
    for (const cut of [7, 1_000, bytes.length]) assert.deepEqual(read(bytes, cut), expected, `cut ${cut}`);
  }
});

Deno.test("FrameCounter counts texts, pings and the close, wherever they are cut", () => {
  const bytes = Buffer.concat([
    ...lengths.map((length) => serverFrame("x".repeat(length))),
    serverFrame("", opPing),
    serverFrame("abc", opPing),
    serverFrame("y".repeat(300)),
    serverFrame("\x03\xe8", opClose),
  ]);
  for (const cut of [1, 2, 3, 7, 1_000, bytes.length]) {
    const counter = new FrameCounter();
    for (let at = 0; at < bytes.length; at += cut) counter.feed(bytes.subarray(at, at + cut));
    const { texts, pings, closed, lastBytes } = counter;
    assert.deepEqual([texts, pings, closed, lastBytes], [lengths.length + 1, 2, true, 300], `cut ${cut}`);
  }
});

Deno.test("FrameCounter counts a frame when its last byte is there", () => {
  const frame = serverFrame("x".repeat(200));
  const counter = new FrameCounter();
  counter.feed(frame.subarray(0, frame.length - 1));
  assert.equal(counter.texts, 0);
  counter.feed(frame.subarray(frame.length - 1));
  assert.equal(counter.texts, 1);
});
