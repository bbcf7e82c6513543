// WebSocket frames (RFC 6455 section 5.2) for the benchmark's own upstream and clients: no library, because what they
// spend is taken from the machine that is measured. It knows no socket and reads no fragments: nobody here sends any.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

export const opText = 1;
export const opClose = 8;
export const opPing = 9;
export const opPong = 10;

/** Appended to the key (RFC 6455 section 1.3). */
const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** The sample nonce of that section: these clients are no browsers, so any will do. */
const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==";

export function acceptOf(key: string): string {
  return createHash("sha1").update(key + magic).digest("base64");
}

/** The server's answer to a handshake with this key. */
export function handshakeAnswer(key: string): string {
  return "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n" +
    `sec-websocket-accept: ${acceptOf(key)}\r\n\r\n`;
}

export function handshakeRequest(host: string, path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n` +
    `sec-websocket-version: 13\r\nsec-websocket-key: ${sampleKey}\r\n\r\n`;
}

/** Is this head the right answer to `handshakeRequest`? */
export function isAccepted(head: string): boolean {
  return head.startsWith("HTTP/1.1 101 ") &&
    head.toLowerCase().includes(`sec-websocket-accept: ${acceptOf(sampleKey).toLowerCase()}`);
}

/** A frame as servers send it. `text` is ASCII. */
export function serverFrame(text: string, opcode = opText): Buffer {
  const frame = Buffer.allocUnsafe(headBytes(text.length) + text.length);
  frame.write(text, writeHead(frame, opcode, text.length, 0), "latin1");
  return frame;
}

/** A frame as clients send it. `text` is ASCII. */
export function clientFrame(text: string, opcode = opText, key = 0x5a17c3e9): Buffer {
  const head = headBytes(text.length);
  const frame = Buffer.allocUnsafe(head + 4 + text.length);
  writeHead(frame, opcode, text.length, 0x80);
  frame.writeUInt32BE(key, head);
  frame.write(text, head + 4, "latin1");
  unmask(frame, head + 4, frame.length, head);
  return frame;
}

/** Masks or unmasks the bytes from `from` to `to`; the key stands at `keyAt`. */
export function unmask(bytes: Uint8Array, from: number, to: number, keyAt: number): void {
  for (let i = from, k = 0; i < to; i++, k++) bytes[i] = bytes[i]! ^ bytes[keyAt + (k & 3)]!;
}

function headBytes(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

/** Gives the place behind it. */
function writeHead(frame: Buffer, opcode: number, length: number, maskBit: number): number {
  frame[0] = 0x80 | opcode;
  if (length < 126) {
    frame[1] = maskBit | length;
    return 2;
  }
  if (length < 65_536) {
    frame[1] = maskBit | 126;
    frame.writeUInt16BE(length, 2);
    return 4;
  }
  frame[1] = maskBit | 127;
  frame.writeUIntBE(0, 2, 4);
  frame.writeUInt32BE(length, 6);
  return 10;
}

/** Gives the frames of one direction of one connection, whole and unmasked. */
export class FrameReader {
  readonly #onFrame: (opcode: number, payload: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  /** `payload` must not be kept beyond the call. */
  constructor(onFrame: (opcode: number, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  feed(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length) {
      const masked = (bytes[at + 1]! & 0x80) !== 0;
      let length = bytes[at + 1]! & 0x7f;
      let from = at + 2;
      if (length === 126) {
        if (at + 4 > bytes.length) break;
        length = bytes.readUInt16BE(from);
        from += 2;
      } else if (length === 127) {
        if (at + 10 > bytes.length) break;
        length = bytes.readUInt32BE(from) * 0x1_0000_0000 + bytes.readUInt32BE(from + 4);
        from += 8;
      }
      const keyAt = from;
      if (masked) from += 4;
      const to = from + length;
      if (to > bytes.length) break;
      if (masked) unmask(bytes, from, to, keyAt);
      this.#onFrame(bytes[at]! & 0x0f, bytes.subarray(from, to));
      at = to;
    }
    this.#rest = at === 0 ? bytes : Buffer.from(bytes.subarray(at));
  }
}

/**
 * Counts the frames of a server without looking into them: what thousands of clients can afford. Never keeps bytes but
 * those of a frame's own head.
 */
export class FrameCounter {
  /** Text frames that have ended. */
  texts = 0;
  /** Pings that have ended. */
  pings = 0;
  /** A close frame has ended. */
  closed = false;
  /** Payload bytes of the text frame that ended last. */
  lastBytes = 0;
  #opcode = 0;
  #length = 0;
  /** Bytes of the payload that are to come. */
  #left = 0;
  /** A head that did not come in one piece. */
  #head: number[] | null = null;

  feed(chunk: Uint8Array): void {
    let at = 0;
    const end = chunk.length;
    while (at < end) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, end - at);
        this.#left -= taken;
        at += taken;
        if (this.#left === 0) this.#ended();
        continue;
      }
      const needs = end - at < 2 ? 10 : 2 + extraBytes(chunk[at + 1]! & 0x7f);
      if (this.#head !== null || needs > end - at) {
        this.#byByte(chunk[at++]!);
        continue;
      }
      this.#begin(chunk, at);
      at += needs;
    }
  }

  #byByte(byte: number): void {
    const head = this.#head ??= [];
    head.push(byte);
    if (head.length < 2 || head.length < 2 + extraBytes(head[1]! & 0x7f)) return;
    this.#head = null;
    this.#begin(head, 0);
  }

  /** A whole head stands at `at`. */
  #begin(bytes: ArrayLike<number>, at: number): void {
    this.#opcode = bytes[at]! & 0x0f;
    const short = bytes[at + 1]! & 0x7f;
    let length = short < 126 ? short : 0;
    for (let k = 0; k < extraBytes(short); k++) length = length * 256 + bytes[at + 2 + k]!;
    this.#length = this.#left = length;
    if (length === 0) this.#ended();
  }

  #ended(): void {
    if (this.#opcode === opText) {
      this.texts++;
      this.lastBytes = this.#length;
    } else if (this.#opcode === opPing) this.pings++;
    else if (this.#opcode === opClose) this.closed = true;
  }
}

/** Bytes of a head's length behind its first two; servers don't mask. */
function extraBytes(short: number): number {
  return short < 126 ? 0 : short === 126 ? 2 : 8;
}
