// Frames of a client, written straight into blocks of bytes (RFC 6455 section 5.2). All that is sent in one turn of the
// event loop leaves in one write. A block is used again only after its bytes have left. Used by a connection.

import { Buffer, isUtf8 } from "node:buffer";
import { add as addToBatch, type BatchedWriter } from "../../core/http/write_batch.ts";
import type { Random } from "../../core/random.ts";
import { fromWire } from "../../core/rpc/wire.ts";
import type { WireSocket } from "../http/wire_socket.ts";
import { mask } from "./mask.ts";

const textFrame = 1;
export const closeFrame = 8;
export const pingFrame = 9;
export const pongFrame = 10;

const blockBytes = 65_536;
const mostSpares = 16;

class Block {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  used = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow((size + 3) & ~3);
    this.words = new Int32Array(this.bytes.buffer);
  }
}

/** Blocks whose bytes have left, for all connections: an idle one holds none. */
const spares: Block[] = [];
const encoder = new TextEncoder();

export class FrameWriter implements BatchedWriter {
  readonly #wire: WireSocket;
  readonly #random: Random;
  #block: Block | null = null;
  /** Handed to the socket and not gone yet, oldest first. */
  readonly #leaving: Block[] = [];
  #leavingBytes = 0;
  #inBatch = false;
  #moved = false;
  #frames = 0;
  #flushed = 0;
  readonly #onLeft = (error?: Error | null): void => {
    const block = this.#leaving.shift();
    if (block === undefined) return;
    this.#leavingBytes -= block.used;
    this.#moved = true;
    // After an error somebody may still be reading the bytes.
    if (error || block.bytes.length !== blockBytes || spares.length >= mostSpares) return;
    block.used = 0;
    spares.push(block);
  };

  constructor(wire: WireSocket, random: Random) {
    this.#wire = wire;
    this.#random = random;
  }

  /** Frames so far: the number of the newest one. */
  get frames(): number {
    return this.#frames;
  }

  /** The newest frame that was handed to the socket; later ones never left. */
  get flushed(): number {
    return this.#flushed;
  }

  /** Bytes that did not leave yet. */
  get unsent(): number {
    return this.#leavingBytes + (this.#block?.used ?? 0);
  }

  /** Whether bytes have left since it was last asked. */
  takeMoved(): boolean {
    const moved = this.#moved;
    this.#moved = false;
    return moved;
  }

  /**
   * A text message of wire text. Bytes that are no UTF-8 are replaced by U+FFFD, as a JSON reader would do: the server
   * had to close the connection for them (section 8.1), and it carries the calls of others.
   */
  send(text: string): void {
    const length = text.length;
    const at = this.#reserve(length);
    const { bytes } = this.#block!;
    // Takes two bytes for a char beyond ASCII, so that the text does not fit.
    if (encoder.encodeInto(text, bytes.subarray(at, at + length)).read === length) {
      return this.#commit(textFrame, at, length);
    }
    const raw = fromWire(text);
    this.#put(textFrame, isUtf8(raw) ? raw : Buffer.from(raw.toString("utf8"), "utf8"));
  }

  /** A control frame; `payload` has at most 125 bytes. */
  control(opcode: number, payload: Uint8Array): void {
    this.#put(opcode, payload);
  }

  /** Writes what was gathered. */
  flush(): void {
    this.#inBatch = false;
    this.#hand();
  }

  /** Forgets what was gathered and not handed to the socket yet. */
  discard(): void {
    this.#block = null;
  }

  #put(opcode: number, payload: Uint8Array): void {
    const at = this.#reserve(payload.length);
    this.#block!.bytes.set(payload, at);
    this.#commit(opcode, at, payload.length);
  }

  /** Makes room for a frame; gives the place of its payload. */
  #reserve(length: number): number {
    const head = length < 126 ? 6 : length < 65_536 ? 8 : 14;
    const size = head + length;
    if (this.#block !== null && this.#block.used + size > this.#block.bytes.length) this.#hand();
    this.#block ??= size > blockBytes ? new Block(size) : spares.pop() ?? new Block(blockBytes);
    return this.#block.used + head;
  }

  #commit(opcode: number, at: number, length: number): void {
    const block = this.#block!;
    const { bytes } = block;
    let i = block.used;
    bytes[i++] = 0x80 | opcode;
    if (length < 126) bytes[i++] = 0x80 | length;
    else if (length < 65_536) {
      bytes[i++] = 0xfe;
      bytes[i++] = length >>> 8;
      bytes[i++] = length;
    } else {
      bytes[i++] = 0xff;
      bytes.writeUInt32BE(Math.floor(length / 0x1_0000_0000), i);
      bytes.writeUInt32BE(length >>> 0, i + 4);
      i += 8;
    }
    const key = Math.floor(this.#random.next() * 0x1_0000_0000) | 0;
    bytes[i++] = key;
    bytes[i++] = key >>> 8;
    bytes[i++] = key >>> 16;
    bytes[i++] = key >>> 24;
    mask(bytes, block.words, at, at + length, key);
    block.used = at + length;
    this.#frames++;
    if (this.#inBatch) return;
    this.#inBatch = true;
    addToBatch(this);
  }

  #hand(): void {
    const block = this.#block;
    this.#block = null;
    if (block === null || this.#wire.socket.destroyed) return;
    this.#flushed = this.#frames;
    this.#leaving.push(block);
    this.#leavingBytes += block.used;
    this.#wire.socket.write(block.bytes.subarray(0, block.used), this.#onLeft);
  }
}
