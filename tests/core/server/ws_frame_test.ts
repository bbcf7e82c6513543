import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { pingFrame, pongFrame, textFrame } from "../../../core/server/ws_frame.ts";
import { textToWire } from "../../../core/rpc/wire.ts";
// @ts-types="@types/ws"
import { WebSocketServer } from "ws";
import net from "node:net";

/** What npm:ws makes of the same text. */
async function bytesOfWs(texts: readonly string[]): Promise<Buffer> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await new Promise((resolve) => server.once("listening", resolve));
  server.on("connection", (ws) => {
    for (const text of texts) ws.send(text);
    ws.close();
  });
  const { port } = server.address() as net.AddressInfo;
  const socket = net.connect(port, "127.0.0.1");
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  socket.write(
    `GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
      `sec-websocket-key: ${key}\r\n\r\n`,
  );
  const parts: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => {
    parts.push(chunk);
    // The close frame: no code, no reason.
    if (chunk.subarray(-2).equals(Buffer.from([0x88, 0]))) socket.destroy();
  });
  await new Promise((resolve) => socket.once("close", resolve));
  await new Promise((resolve) => server.close(resolve));
  const all = Buffer.concat(parts);
  return all.subarray(all.indexOf("\r\n\r\n") + 4, -2);
}

Deno.test("textFrame() makes the bytes that npm:ws makes, at every width of the length", async () => {
  const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 100_000].map((length) => "x".repeat(length));
  texts.push("é🜁 ".repeat(50));
  const ours = texts.map((text) => textFrame(textToWire(text)));
  assert.ok(Buffer.concat(ours).equals(await bytesOfWs(texts)));
});

Deno.test("textFrame() repairs a text that is no UTF-8, or its client would have to close", () => {
  for (const length of [1, 123, 124, 125]) {
    const frame = textFrame("\xff" + "a".repeat(length));
    const payload = "\ufffd" + "a".repeat(length);
    assert.equal(frame.subarray(frame.length - Buffer.byteLength(payload)).toString("utf8"), payload);
    assert.equal(frame[1], Math.min(126, Buffer.byteLength(payload)));
  }
});

Deno.test("pongFrame() carries the payload of the ping", () => {
  assert.deepEqual([...pingFrame], [0x89, 0]);
  assert.deepEqual([...pongFrame(new Uint8Array([1, 2, 3]))], [0x8a, 3, 1, 2, 3]);
});
