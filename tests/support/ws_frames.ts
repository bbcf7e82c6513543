// WebSocket frames for tests, made and read by the letter of RFC 6455 section 5.2 and against it: each bit can be set
// wrongly. Shares no code with the transport.

import { Buffer } from "node:buffer";

export interface FrameOptions {
  readonly final?: boolean;
  /** 0 to 7: the three reserved bits. */
  readonly reserved?: number;
  /** Masked, as only clients may. */
  readonly masked?: boolean;
  /** Bytes that the length takes behind the second byte: 0, 2 or 8; the fewest that do by default. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** The length that the head says; that of the payload by default. */
  readonly claimed?: number;
}

export function frame(opcode: number, payload: string | Uint8Array, options: FrameOptions = {}): Buffer {
  const bytes = typeof payload === "string" ? Buffer.from(payload, "utf8") : Buffer.from(payload);
  const length = options.claimed ?? bytes.length;
  const lengthBytes = options.lengthBytes ?? (length < 126 ? 0 : length < 65_536 ? 2 : 8);
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = (options.final === false ? 0 : 0x80) | ((options.reserved ?? 0) << 4) | opcode;
  head[1] = lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127;
  if (lengthBytes === 2) head.writeUInt16BE(length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length), 2);
  if (options.masked !== true) return Buffer.concat([head, bytes]);
  head[1]! |= 0x80;
  const key = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([head, key, bytes.map((byte, i) => byte ^ key[i % 4]!)]);
}

export function closePayload(code: number, reason = ""): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason, "utf8")]);
}

export interface ReadFrame {
  readonly opcode: number;
  readonly final: boolean;
  readonly reserved: number;
  readonly key: number;
  readonly payload: Buffer;
}

/** Reads the frames of a client; throws for one that is not masked. */
export class ClientFrames {
  #bytes = Buffer.alloc(0);

  push(bytes: Uint8Array): ReadFrame[] {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const frames: ReadFrame[] = [];
    for (let next = this.#shift(); next !== null; next = this.#shift()) frames.push(next);
    return frames;
  }

  #shift(): ReadFrame | null {
    const bytes = this.#bytes;
    if (bytes.length < 2) return null;
    if ((bytes[1]! & 0x80) === 0) throw new Error("A frame of the client is not masked.");
    const short = bytes[1]! & 0x7f;
    const at = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < at + 4) return null;
    const length = short < 126
      ? short
      : short === 126
      ? bytes.readUInt16BE(2)
      : Number(bytes.readBigUInt64BE(2));
    if ((short === 126 && length < 126) || (short === 127 && length < 65_536)) {
      throw new Error("A length of the client is longer than it must be.");
    }
    if (bytes.length < at + 4 + length) return null;
    const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
    for (let i = 0; i < length; i++) payload[i]! ^= bytes[at + (i & 3)]!;
    this.#bytes = bytes.subarray(at + 4 + length);
    const first = bytes[0]!;
    return {
      opcode: first & 15,
      final: first >= 0x80,
      reserved: (first >> 4) & 7,
      key: bytes.readUInt32LE(at),
      payload,
    };
  }
}
