// Takes the chunked coding off a body, piece by piece (RFC 9112 section 7.1). Strict: CRLF only, hex sizes without
// blank or sign, extensions well-formed and bounded, trailers parsed, bounded and dropped. It copies nothing: the
// caller is told where in its own buffer the data stands. Used by the request and the response parser.

import { type HttpFault, httpFault, isFault } from "./fault.ts";
import { type FieldLimits, parseFields, tokenChars } from "./fields.ts";

type State =
  | "size"
  | "extension_name"
  | "extension_value"
  | "quoted"
  | "escaped"
  | "quoted_end"
  | "size_lf"
  | "data"
  | "data_cr"
  | "data_lf"
  | "trailer"
  | "done";

/** Bytes of extensions in a whole body; llhttp, node's parser, allows as many. */
const maxExtensionBytes = 16_384;
const maxSizeDigits = 16;
const trailerLimits: FieldLimits = { maxFields: 100, maxBytes: 8_192 };

const CR = 13;
const LF = 10;

export class ChunkedDecoder {
  #state: State = "size";
  #fault: HttpFault | null = null;
  /** While in "size": the digits seen; the size so far. While in "data": what is still to come of the chunk. */
  #digits = 0;
  #left = 0;
  #extensionBytes = 0;
  /** Characters of the extension's name or value so far. */
  #partBytes = 0;
  #trailers = "";
  #trailerBytes = 0;
  /** The trailer line so far: its bytes without CRLF, and whether its last one was CR. */
  #lineBytes = 0;
  #afterCr = false;

  /** The last chunk and the trailers have been read. */
  get done(): boolean {
    return this.#state === "done";
  }

  /** Not null once the body turned out to be broken; nothing is read any more then. */
  get fault(): HttpFault | null {
    return this.#fault;
  }

  /** Bytes that the chunk under way has announced and not delivered yet. */
  get announced(): number {
    return this.#state === "data" ? this.#left : 0;
  }

  /** Makes it ready for the next message. */
  reset(): void {
    this.#state = "size";
    this.#fault = null;
    this.#digits = 0;
    this.#left = 0;
    this.#extensionBytes = 0;
    this.#partBytes = 0;
    this.#trailers = "";
    this.#trailerBytes = 0;
    this.#lineBytes = 0;
    this.#afterCr = false;
  }

  /**
   * Reads `buffer` from `offset`. `onData` is called with each stretch [from, to) of data in it. Returns the offset
   * behind what was read: less than the buffer's length when the message ended in it or a fault was found.
   */
  feed(buffer: Uint8Array, offset: number, onData: (from: number, to: number) => void): number {
    let at = offset;
    while (at < buffer.length && this.#fault === null && this.#state !== "done") {
      if (this.#state === "data") {
        const to = Math.min(buffer.length, at + this.#left);
        this.#left -= to - at;
        if (this.#left === 0) this.#state = "data_cr";
        onData(at, to);
        at = to;
      } else {
        const fault = this.#state === "trailer" ? this.#trailer(buffer[at]!) : this.#framing(buffer[at]!);
        if (fault === null) at++;
        else this.#fault = fault;
      }
    }
    return at;
  }

  #framing(byte: number): HttpFault | null {
    switch (this.#state) {
      case "size":
        return this.#size(byte);
      case "size_lf":
        if (byte !== LF) return httpFault(400, "A chunk's size line does not end with CRLF.");
        this.#state = this.#left === 0 ? "trailer" : "data";
        this.#digits = 0;
        return null;
      case "data_cr":
        if (byte !== CR) return httpFault(400, "A chunk is longer than its size.");
        this.#state = "data_lf";
        return null;
      case "data_lf":
        if (byte !== LF) return httpFault(400, "A chunk does not end with CRLF.");
        this.#state = "size";
        return null;
      default:
        if (++this.#extensionBytes > maxExtensionBytes) {
          return httpFault(413, "The chunk extensions are too large.");
        }
        return this.#extension(byte);
    }
  }

  #size(byte: number): HttpFault | null {
    const digit = hexValue(byte);
    if (digit >= 0) {
      const size = this.#left * 16 + digit;
      if (++this.#digits > maxSizeDigits || size > Number.MAX_SAFE_INTEGER) {
        return httpFault(400, "A chunk's size is too large.");
      }
      this.#left = size;
      return null;
    }
    return this.#digits === 0
      ? httpFault(400, "A chunk's size is no hexadecimal number.")
      : this.#afterPart(byte);
  }

  #extension(byte: number): HttpFault | null {
    switch (this.#state) {
      case "extension_name":
      case "extension_value":
        if (tokenChars[byte] === 1) {
          this.#partBytes++;
          return null;
        }
        if (byte === 34 && this.#state === "extension_value" && this.#partBytes === 0) {
          this.#state = "quoted";
          return null;
        }
        if (this.#partBytes === 0) return httpFault(400, "A chunk extension is malformed.");
        if (byte === 61 && this.#state === "extension_name") {
          this.#state = "extension_value";
          this.#partBytes = 0;
          return null;
        }
        return this.#afterPart(byte);
      case "quoted":
        if (byte === 34) this.#state = "quoted_end";
        else if (byte === 92) this.#state = "escaped";
        else if (!isText(byte)) return httpFault(400, "A chunk extension holds a control character.");
        return null;
      case "escaped":
        this.#state = "quoted";
        return isText(byte) ? null : httpFault(400, "A chunk extension holds a control character.");
      default:
        return this.#afterPart(byte);
    }
  }

  /** Behind the size, or a whole extension: the next extension or the end of the line. */
  #afterPart(byte: number): HttpFault | null {
    this.#partBytes = 0;
    if (byte === CR) this.#state = "size_lf";
    else if (byte === 59) this.#state = "extension_name";
    else return httpFault(400, "A chunk's size line holds a forbidden character.");
    return null;
  }

  #trailer(byte: number): HttpFault | null {
    if (++this.#trailerBytes > trailerLimits.maxBytes) return httpFault(431, "The trailers are too large.");
    if (this.#afterCr) {
      if (byte !== LF) return httpFault(400, "A trailer holds a lone CR.");
      this.#afterCr = false;
      return this.#trailerLine();
    }
    if (byte === CR) this.#afterCr = true;
    else if (byte === LF) return httpFault(400, "A trailer holds a lone LF.");
    else {
      this.#lineBytes++;
      this.#trailers += String.fromCharCode(byte);
    }
    return null;
  }

  #trailerLine(): HttpFault | null {
    if (this.#lineBytes > 0) {
      this.#lineBytes = 0;
      this.#trailers += "\r\n";
      return null;
    }
    const fields = parseFields(this.#trailers, 0, Math.max(0, this.#trailers.length - 2), trailerLimits);
    if (isFault(fields)) return fields;
    if (fields.count("content-length") + fields.count("transfer-encoding") > 0) {
      return httpFault(400, "A trailer tells another length of the body.");
    }
    this.#state = "done";
    this.#trailers = "";
    return null;
  }
}

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** What a quoted string may hold besides its quote and backslash. */
function isText(byte: number): boolean {
  return byte === 9 || (byte >= 32 && byte !== 127);
}
