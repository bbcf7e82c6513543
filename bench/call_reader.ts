// The hot part of the WebSocket upstream: reads the calls of one connection as a router writes them, answers eth_call
// without decoding more than its id, and hands all else to `other`. All answers of a chunk come back as one piece.

import { Buffer } from "node:buffer";
import { smallResult } from "./haproxy.ts";
import { opText, serverFrame, unmask } from "./ws_frames.ts";

/** How routers that splice begin a call: the id follows, then the method. */
const start = '{"jsonrpc":"2.0","id":';
const method = ',"method":"eth_call"';
const answerHead = Buffer.from(start);
const answerTail = Buffer.from(`,"result":"${smallResult}"}`);
/** An answer is shorter than this, head of its frame included. */
const roomBytes = 160;
/** Digits of the largest safe integer. */
const maxIdDigits = 16;

const startBytes = Buffer.from(start);
const methodBytes = Buffer.from(method);

export class CallReader {
  readonly #other: (opcode: number, text: string) => Buffer | null;
  #rest: Buffer | null = null;
  #out: Buffer = Buffer.alloc(0);
  #at = 0;
  #pieces: Buffer[] = [];

  /** `other`: a whole message that is no plain eth_call, and what is to be written for it. */
  constructor(other: (opcode: number, text: string) => Buffer | null) {
    this.#other = other;
  }

  /** Takes what the connection read (and changes it); gives what is to be written, null: nothing. */
  feed(chunk: Buffer): Buffer | null {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.length;
    let at = 0;
    while (at + 6 <= end) {
      let length = bytes[at + 1]! & 0x7f;
      let from = at + 6;
      if (length === 126) {
        if (at + 8 > end) break;
        length = bytes.readUInt16BE(at + 2);
        from = at + 8;
      } else if (length === 127) {
        if (at + 14 > end) break;
        length = bytes.readUInt32BE(at + 6);
        from = at + 14;
      }
      if (from + length > end) break;
      if ((bytes[at]! & 0x0f) !== opText || !this.#isCall(bytes, from, length)) {
        unmask(bytes, from, from + length, from - 4);
        const answer = this.#other(bytes[at]! & 0x0f, bytes.toString("latin1", from, from + length));
        if (answer !== null) this.#put(answer);
      }
      at = from + length;
    }
    this.#rest = at === end ? null : Buffer.from(bytes.subarray(at));
    return this.#take();
  }

  /** Answers an eth_call in the usual spelling; false: it is something else. */
  #isCall(bytes: Buffer, from: number, length: number): boolean {
    const keyAt = from - 4;
    const char = (i: number): number => bytes[from + i]! ^ bytes[keyAt + (i & 3)]!;
    const least = startBytes.length + maxIdDigits + methodBytes.length;
    if (length < least) return false;
    for (let i = 0; i < startBytes.length; i++) if (char(i) !== startBytes[i]) return false;
    let i = startBytes.length;
    const idFrom = i;
    while (i - idFrom <= maxIdDigits && isDigit(char(i))) i++;
    const digits = i - idFrom;
    if (digits === 0 || digits > maxIdDigits) return false;
    for (let k = 0; k < methodBytes.length; k++) if (char(i + k) !== methodBytes[k]) return false;
    if (this.#out.length - this.#at < roomBytes) this.#renew(bytes.length);
    const out = this.#out;
    let at = this.#at;
    out[at++] = 0x80 | opText;
    out[at++] = answerHead.length + digits + answerTail.length;
    out.set(answerHead, at);
    at += answerHead.length;
    for (let k = 0; k < digits; k++) out[at++] = char(idFrom + k);
    out.set(answerTail, at);
    this.#at = at + answerTail.length;
    return true;
  }

  #put(answer: Buffer): void {
    this.#finishPiece();
    this.#pieces.push(answer);
  }

  #renew(bytes: number): void {
    this.#finishPiece();
    this.#out = Buffer.allocUnsafe(Math.max(bytes, roomBytes));
    this.#at = 0;
  }

  #finishPiece(): void {
    if (this.#at > 0) this.#pieces.push(this.#out.subarray(0, this.#at));
    this.#out = this.#out.subarray(this.#at);
    this.#at = 0;
  }

  #take(): Buffer | null {
    this.#finishPiece();
    this.#out = Buffer.alloc(0); // It is the socket's now.
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces.length === 0 ? null : pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}

/** The frame of a JSON-RPC answer; `result` is JSON text. */
export function answerFrame(id: unknown, result: string): Buffer {
  return serverFrame(answerText(id, result));
}

export function answerText(id: unknown, result: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id ?? null)},"result":${result}}`;
}
