// Reads a server's frames as their bytes arrive and gives whole messages (RFC 6455 section 5). Strict about framing,
// silent about what a message says. It must never hold more than one message of the allowed size, never throw and
// never keep a chunk, which is valid only while it is fed. One for each connection.

import { Buffer, isUtf8 } from "node:buffer";
import { view } from "../../core/rpc/wire.ts";

export interface FrameReceiver {
  /**
   * A whole message, text or binary, as wire text. Its bytes are not held to be UTF-8: they are passed on as they
   * came, as those of an HTTP answer are.
   */
  onMessage(text: string): void;
  /**
   * A message is too long and is being skipped. First with its beginning and an empty `tail`; where that gave false,
   * once more at its end with its last bytes. Gives whether it is known now whose message it is.
   */
  onOversize(head: string, tail: string): boolean;
  /** `payload` is valid only during the call. */
  onPing(payload: Buffer): void;
  onPong(): void;
  /** The server's last frame; 1005 where it said no code. */
  onClose(code: number): void;
  /** The server broke the protocol; `code` is the close code that says so. Nothing more is read. */
  onFault(code: number, why: string): void;
}

/** No string is longer than about 2^29 chars. */
const longestText = 500_000_000;
/** A buffer for messages that come in pieces is kept up to this size. */
const keptBytes = 262_144;
const edgeBytes = 256;
/** So much of a message that is too long is skipped, for the sake of what else the connection carries. */
const mostSkipped = 1_073_741_824;

export class FrameDecoder {
  readonly #receiver: FrameReceiver;
  readonly #limit: number;
  #stopped = false;
  readonly #head = Buffer.allocUnsafe(14);
  #headLength = 0;
  /** Bytes of the frame's payload still to come; -1 between frames. */
  #left = -1;
  #final = false;
  /** Opcode of the control frame that is being read; 0: it is a data frame. */
  #control = 0;
  readonly #controlPayload = Buffer.allocUnsafe(125);
  #controlLength = 0;
  /** A message has begun and not ended. */
  #open = false;
  /** Bytes of it so far. */
  #size = 0;
  #held: Buffer | null = null;
  #skipping = false;
  #skipHead = "";
  #skipTail = "";
  #skipKnown = false;

  /** `maxBytes`: of one message. */
  constructor(receiver: FrameReceiver, maxBytes: number) {
    this.#receiver = receiver;
    this.#limit = Math.min(maxBytes, longestText);
  }

  /** Bytes of the message that is under way. */
  get pending(): number {
    return this.#size;
  }

  /** Nothing more is read or told. */
  stop(): void {
    this.#stopped = true;
    this.#held = null;
  }

  feed(bytes: Buffer): void {
    const end = bytes.length;
    for (let at = 0; at < end && !this.#stopped;) {
      if (this.#left >= 0) {
        at = this.#control === 0 ? this.#readData(bytes, at, end) : this.#readControl(bytes, at, end);
        continue;
      }
      // The usual case: an unfragmented text message, whole in this chunk.
      if (bytes[at] === 0x81 && this.#headLength === 0 && !this.#open && at + 4 <= end) {
        let from = at + 2;
        let length = bytes[at + 1]!;
        if (length === 126) {
          length = (bytes[from]! << 8) | bytes[from + 1]!;
          from += 2;
          if (length < 126) length = end; // Left to the strict way.
        } else if (length > 126) length = end;
        if (from + length <= end && length <= this.#limit) {
          at = from + length;
          this.#receiver.onMessage(view(bytes).latin1Slice(from, at));
          continue;
        }
      }
      at = this.#readHead(bytes, at, end);
    }
  }

  #readHead(bytes: Buffer, at: number, end: number): number {
    const head = this.#head;
    while (at < end) {
      head[this.#headLength++] = bytes[at++]!;
      if (this.#headLength < 2) continue;
      if (this.#headLength === 2 && !this.#checkHead(head[0]!, head[1]!)) return end;
      const short = head[1]!;
      if (this.#headLength < (short < 126 ? 2 : short === 126 ? 4 : 10)) continue;
      this.#headLength = 0;
      this.#begin(short);
      return at;
    }
    return at;
  }

  /** What the first two bytes must not say. */
  #checkHead(first: number, second: number): boolean {
    const opcode = first & 15;
    if ((first & 0x70) !== 0) return this.#fault("set a reserved bit");
    if ((opcode > 2 && opcode < 8) || opcode > 10) return this.#fault(`sent a frame of opcode ${opcode}`);
    if ((second & 0x80) !== 0) return this.#fault("masked a frame");
    if (opcode >= 8) {
      if ((first & 0x80) === 0) return this.#fault("fragmented a control frame");
      if (second > 125) return this.#fault("sent a control frame of more than 125 bytes");
    } else if (opcode === 0 && !this.#open) return this.#fault("continued a message that was not begun");
    else if (opcode !== 0 && this.#open) return this.#fault("began a message in the middle of another");
    return true;
  }

  /** The head of a frame is complete. */
  #begin(short: number): void {
    const head = this.#head;
    let length = short;
    if (short === 126) {
      length = head.readUInt16BE(2);
      if (length < 126) return void this.#fault("wrote a length in more bytes than it takes");
    } else if (short === 127) {
      const high = head.readUInt32BE(2);
      if (high >= 0x8000_0000) return void this.#fault("sent a length beyond 63 bits");
      length = high * 0x1_0000_0000 + head.readUInt32BE(6);
      if (length < 65_536) return void this.#fault("wrote a length in more bytes than it takes");
    }
    const opcode = head[0]! & 15;
    if (opcode >= 8) {
      this.#control = opcode;
      this.#controlLength = 0;
      if (length === 0) this.#endControl();
      else this.#left = length;
      return;
    }
    this.#open = true;
    this.#final = (head[0]! & 0x80) !== 0;
    if (this.#size + length > this.#limit && !this.#beginSkip(length)) return;
    if (length > 0) this.#left = length;
    else if (this.#final) this.#endMessage();
  }

  #readControl(bytes: Buffer, at: number, end: number): number {
    const to = Math.min(end, at + this.#left);
    bytes.copy(this.#controlPayload, this.#controlLength, at, to);
    this.#controlLength += to - at;
    this.#left -= to - at;
    if (this.#left === 0) this.#endControl();
    return to;
  }

  #endControl(): void {
    const opcode = this.#control;
    this.#control = 0;
    this.#left = -1;
    const payload = this.#controlPayload.subarray(0, this.#controlLength);
    if (opcode === 9) return this.#receiver.onPing(payload);
    if (opcode === 10) return this.#receiver.onPong();
    if (payload.length === 1) return void this.#fault("sent a close code of one byte");
    const code = payload.length === 0 ? 1005 : payload.readUInt16BE(0);
    if (payload.length > 0 && !isCloseCode(code)) return void this.#fault(`closed with code ${code}`);
    if (!isUtf8(payload.subarray(2))) return void this.#fault("gave a reason that is no UTF-8", 1007);
    this.stop();
    this.#receiver.onClose(code);
  }

  #readData(bytes: Buffer, at: number, end: number): number {
    const to = Math.min(end, at + this.#left);
    const whole = to - at === this.#left;
    if (whole && this.#final && this.#size === 0 && !this.#skipping) {
      this.#left = -1;
      this.#open = false;
      this.#receiver.onMessage(view(bytes).latin1Slice(at, to));
      return to;
    }
    if (this.#skipping) this.#skip(bytes, at, to);
    else this.#keep(bytes, at, to);
    this.#left -= to - at;
    if (!whole) return to;
    this.#left = -1;
    if (this.#final) this.#endMessage();
    return to;
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    const size = this.#size + to - from;
    let held = this.#held;
    if (held === null || size > held.length) {
      // Grows with what has come, not with what was announced.
      const grown = Buffer.allocUnsafeSlow(Math.max(65_536, Math.min(2 * size, this.#limit)));
      held?.copy(grown, 0, 0, this.#size);
      this.#held = held = grown;
    }
    bytes.copy(held, this.#size, from, to);
    this.#size = size;
  }

  #endMessage(): void {
    const size = this.#size;
    this.#size = 0;
    this.#open = false;
    if (this.#skipping) return this.#endSkip();
    const held = this.#held;
    const text = held === null || size === 0 ? "" : view(held).latin1Slice(0, size);
    if (held !== null && held.length > keptBytes) this.#held = null;
    this.#receiver.onMessage(text);
  }

  /** A frame of `length` bytes makes the message too long. */
  #beginSkip(length: number): boolean {
    if (this.#size + length > mostSkipped) {
      return this.#fault(`sent a message of more than ${mostSkipped} bytes`, 1009);
    }
    if (this.#skipping) return true;
    this.#skipping = true;
    const held = this.#held;
    if (held !== null) {
      this.#skipHead = view(held).latin1Slice(0, Math.min(this.#size, edgeBytes));
      this.#skipTail = view(held).latin1Slice(Math.max(0, this.#size - edgeBytes), this.#size);
    }
    this.#held = null;
    if (this.#skipHead.length === edgeBytes) this.#askWhose("");
    return true;
  }

  #skip(bytes: Buffer, from: number, to: number): void {
    const missing = edgeBytes - this.#skipHead.length;
    if (missing > 0) {
      this.#skipHead += view(bytes).latin1Slice(from, Math.min(to, from + missing));
      if (this.#skipHead.length === edgeBytes) this.#askWhose("");
    }
    const tail = view(bytes).latin1Slice(Math.max(from, to - edgeBytes), to);
    this.#skipTail = (this.#skipTail + tail).slice(-edgeBytes);
    this.#size += to - from;
  }

  #askWhose(tail: string): void {
    if (!this.#skipKnown) this.#skipKnown = this.#receiver.onOversize(this.#skipHead, tail);
  }

  #endSkip(): void {
    this.#askWhose(this.#skipTail);
    const known = this.#skipKnown;
    this.#skipping = this.#skipKnown = false;
    this.#skipHead = this.#skipTail = "";
    if (!known) this.#fault("sent a message that is too long", 1009);
  }

  /** Always false, for callers that go on only when all is well. */
  #fault(why: string, code = 1002): false {
    this.stop();
    this.#receiver.onFault(code, why);
    return false;
  }
}

/** The codes that may stand in a close frame (section 7.4; 1012 to 1014 from the registry of IANA). */
function isCloseCode(code: number): boolean {
  if (code >= 3_000) return code <= 4_999;
  return code >= 1_000 && code <= 1_014 && code !== 1_004 && code !== 1_005 && code !== 1_006;
}
