// The frames that Lasso sends to clients (RFC 6455 section 5.2): not masked, not compressed. It makes bytes and writes
// nothing. Used by the outbox and by the answers of one socket; frames of clients are read by npm:ws.

import { Buffer, isUtf8 } from "node:buffer";
import { wireToText } from "../rpc/wire.ts";

export const fin = 0x80;
export const opText = 0x1;
/** Goes on with a message that began in an earlier frame. */
export const opContinuation = 0x0;
const opPing = 0x9;
const opPong = 0xa;

const encoder = new TextEncoder();

/** Bytes of a frame's head for a payload of that length. */
export function headBytes(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

/** `first`: opcode and `fin`. Gives the place behind the head. */
export function writeHead(target: Buffer, first: number, length: number): number {
  target[0] = first;
  if (length < 126) {
    target[1] = length;
    return 2;
  }
  if (length < 65_536) {
    target[1] = 126;
    target.writeUInt16BE(length, 2);
    return 4;
  }
  target[1] = 127;
  target.writeUIntBE(0, 2, 2);
  target.writeUIntBE(length, 4, 6);
  return 10;
}

/** Writes wire text; true if it was all ASCII. The platform's UTF-8 encoder is far faster than its latin1 one. */
export function writeWire(text: string, target: Buffer, at: number): boolean {
  const end = at + text.length;
  if (encoder.encodeInto(text, target.subarray(at, end)).read === text.length) return true;
  target.write(text, at, "latin1");
  return false;
}

/**
 * A whole text message. A text that is no UTF-8, which an upstream may send, is repaired: clients must fail the whole
 * connection over it (RFC 6455 section 8.1).
 */
export function textFrame(text: string): Buffer {
  const frame = Buffer.allocUnsafe(headBytes(text.length) + text.length);
  const at = writeHead(frame, fin | opText, text.length);
  if (writeWire(text, frame, at) || isUtf8(frame.subarray(at))) return frame;
  const repaired = Buffer.from(wireToText(text), "utf8");
  const head = Buffer.allocUnsafe(headBytes(repaired.length));
  writeHead(head, fin | opText, repaired.length);
  return Buffer.concat([head, repaired]);
}

export const pingFrame: Buffer = Buffer.from([fin | opPing, 0]);

/** `payload`: at most 125 bytes, those of the ping. */
export function pongFrame(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(2 + payload.length);
  writeHead(frame, fin | opPong, payload.length);
  frame.set(payload, 2);
  return frame;
}
