// Bytes written and read front to back: whole numbers in as few bytes as they need (LEB128), floats cut to what is
// worth keeping. What reads past the end, or a number that is none, throws: the bytes are damaged.

const scratch = new DataView(new ArrayBuffer(8));
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** The stored bytes can't be what was written. */
export class DamagedBytes extends Error {
  override readonly name = "DamagedBytes";
}

export class ByteWriter {
  /** Valid up to `length`. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  length = 0;

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    let size = this.bytes.length * 2;
    while (size < this.length + count) size *= 2;
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes);
    this.bytes = bytes;
  }

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.reserve(8);
    const { bytes } = this;
    let rest = value;
    while (rest > 0x7fff_ffff) {
      bytes[this.length++] = rest % 128 | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      bytes[this.length++] = rest & 0x7f | 0x80;
      rest >>>= 7;
    }
    bytes[this.length++] = rest;
  }

  /** The upper 24 bits of a 32-bit float: within 1/65,536 of the value. */
  float24(value: number): void {
    this.reserve(3);
    scratch.setFloat32(0, value);
    // Rounded to the nearest, so that sums of many are not too low.
    const bits = scratch.getUint32(0) + 0x80;
    this.bytes[this.length++] = bits >>> 24;
    this.bytes[this.length++] = bits >>> 16;
    this.bytes[this.length++] = bits >>> 8;
  }

  float32(value: number): void {
    this.reserve(4);
    scratch.setFloat32(0, value);
    for (let k = 0; k < 4; k++) this.bytes[this.length++] = scratch.getUint8(k);
  }

  /** Any number, whole ones in few bytes. */
  number(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value < 2 ** 51) return this.varint(value * 2);
    this.byte(1);
    this.reserve(8);
    scratch.setFloat64(0, value);
    for (let k = 0; k < 8; k++) this.bytes[this.length++] = scratch.getUint8(k);
  }

  text(value: string): void {
    const bytes = utf8.encode(value);
    this.varint(bytes.length);
    this.append(bytes, 0, bytes.length);
  }

  append(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    this.bytes.set(from.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** A copy of what was written. */
  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

export class ByteReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;

  open(bytes: Uint8Array): this {
    this.bytes = bytes;
    this.at = 0;
    return this;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new DamagedBytes("ends too early");
    return this.bytes[this.at++]!;
  }

  varint(): number {
    const { bytes } = this;
    const { length } = bytes;
    if (this.at >= length) throw new DamagedBytes("ends too early");
    const first = bytes[this.at++]!;
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 128;
    for (;;) {
      if (this.at >= length) throw new DamagedBytes("ends too early");
      const next = bytes[this.at++]!;
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
      scale *= 128;
      if (scale > 2 ** 53) throw new DamagedBytes("a number is too long");
    }
  }

  float24(): number {
    const { bytes, at } = this;
    if (at + 3 > bytes.length) throw new DamagedBytes("ends too early");
    scratch.setUint32(0, (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8) >>> 0);
    this.at = at + 3;
    return scratch.getFloat32(0);
  }

  float32(): number {
    if (this.at + 4 > this.bytes.length) throw new DamagedBytes("ends too early");
    for (let k = 0; k < 4; k++) scratch.setUint8(k, this.bytes[this.at++]!);
    return scratch.getFloat32(0);
  }

  number(): number {
    const value = this.varint();
    if (value % 2 === 0) return value / 2;
    if (this.at + 8 > this.bytes.length) throw new DamagedBytes("ends too early");
    for (let k = 0; k < 8; k++) scratch.setUint8(k, this.bytes[this.at++]!);
    return scratch.getFloat64(0);
  }

  text(): string {
    const length = this.varint();
    if (this.at + length > this.bytes.length) throw new DamagedBytes("ends too early");
    this.at += length;
    return fromUtf8.decode(this.bytes.subarray(this.at - length, this.at));
  }
}
