// RLP, both ways (yellow paper, appendix B). Decoding is strict: what is not the shortest spelling is refused, as
// nodes do. Used for hashes of headers, transactions, receipts and trie nodes, and to read raw transactions.

export type RlpItem = Uint8Array | readonly RlpItem[];

export class RlpError extends Error {
  override readonly name = "RlpError";
}

export function encodeRlp(item: RlpItem): Uint8Array {
  const out = new Uint8Array(encodedLength(item));
  write(item, out, 0);
  return out;
}

/** The one item that `bytes` holds; RlpError for anything else, bytes after it included. */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const [item, end] = read(bytes, 0, bytes.length);
  if (end !== bytes.length) throw new RlpError("rlp: input contains more than one value");
  return item;
}

function isBytes(item: RlpItem): item is Uint8Array {
  return item instanceof Uint8Array;
}

function payloadLength(item: RlpItem): number {
  if (isBytes(item)) return item.length;
  let length = 0;
  for (const child of item) length += encodedLength(child);
  return length;
}

function encodedLength(item: RlpItem): number {
  const length = payloadLength(item);
  return isBytes(item) && length === 1 && item[0]! < 0x80 ? 1 : framedLength(length);
}

/** How long a list, or a string of two bytes or more, gets by its header. */
export function framedLength(length: number): number {
  return length + (length < 56 ? 1 : 1 + lengthBytes(length));
}

function lengthBytes(length: number): number {
  return length < 0x100 ? 1 : length < 0x1_0000 ? 2 : length < 0x100_0000 ? 3 : 4;
}

function write(item: RlpItem, out: Uint8Array, start: number): number {
  const length = payloadLength(item);
  let at = start;
  if (isBytes(item)) {
    if (length !== 1 || item[0]! >= 0x80) at = writeLength(length, 0x80, out, at);
    out.set(item, at);
    return at + length;
  }
  at = writeLength(length, 0xc0, out, at);
  for (const child of item) at = write(child, out, at);
  return at;
}

function writeLength(length: number, offset: number, out: Uint8Array, at: number): number {
  if (length < 56) {
    out[at] = offset + length;
    return at + 1;
  }
  const size = lengthBytes(length);
  out[at] = offset + 55 + size;
  for (let index = 0; index < size; index++) out[at + 1 + index] = length >>> (8 * (size - 1 - index));
  return at + 1 + size;
}

function read(bytes: Uint8Array, at: number, limit: number): [RlpItem, number] {
  const first = bytes[at];
  if (first === undefined || at >= limit) {
    throw new RlpError("rlp: value size exceeds available input length");
  }
  if (first < 0x80) return [bytes.subarray(at, at + 1), at + 1];
  const isList = first >= 0xc0;
  const short = first - (isList ? 0xc0 : 0x80);
  let start = at + 1;
  let length = short;
  if (short > 55) {
    const size = short - 55;
    length = 0;
    for (let index = 0; index < size; index++) length = length * 256 + (bytes[start + index] ?? 0);
    if (bytes[start] === 0 || length < 56) throw new RlpError("rlp: non-canonical size information");
    start += size;
  }
  const end = start + length;
  if (end > limit) throw new RlpError("rlp: value size exceeds available input length");
  if (!isList) {
    if (length === 1 && bytes[start]! < 0x80) throw new RlpError("rlp: non-canonical size information");
    return [bytes.subarray(start, end), end];
  }
  const items: RlpItem[] = [];
  while (start < end) {
    const [item, next] = read(bytes, start, end);
    items.push(item);
    start = next;
  }
  return [items, end];
}
