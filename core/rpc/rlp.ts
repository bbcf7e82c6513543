// Reads the outline of RLP (Ethereum Yellow Paper, appendix B) without copying: where items begin and end. Refuses
// what is not canonical, as nodes do. Used by tx_hash.ts.

export interface RlpItem {
  readonly kind: "string" | "list";
  /** Index of the item's first byte, its prefix included. */
  readonly start: number;
  /** Index of its payload's first byte. */
  readonly from: number;
  /** Index behind its last byte. */
  readonly to: number;
}

/** The item that begins at `at` and lies within `end`; null: malformed. */
export function rlpItem(bytes: Uint8Array, at: number, end: number): RlpItem | null {
  const prefix = at < end ? bytes[at] : undefined;
  if (prefix === undefined) return null;
  if (prefix < 0x80) return { kind: "string", start: at, from: at, to: at + 1 };
  const isList = prefix >= 0xc0;
  const short = prefix - (isList ? 0xc0 : 0x80);
  let from = at + 1;
  let length = short;
  if (short > 55) {
    const long = longLength(bytes, from, short - 55, end);
    if (long === null) return null;
    from += short - 55;
    length = long;
  }
  const to = from + length;
  if (to > end) return null;
  // A single byte below 0x80 stands for itself.
  if (!isList && length === 1 && (bytes[from] ?? 0) < 0x80) return null;
  return { kind: isList ? "list" : "string", start: at, from, to };
}

/** A length of its own `size` bytes; null when cut, padded, or short enough for the prefix. */
function longLength(bytes: Uint8Array, at: number, size: number, end: number): number | null {
  if (size > 6 || at + size > end || bytes[at] === 0) return null;
  let length = 0;
  for (let i = at; i < at + size; i++) length = length * 256 + (bytes[i] ?? 0);
  return length > 55 ? length : null;
}

/** The items directly inside a list; null: malformed. */
export function rlpItems(bytes: Uint8Array, list: RlpItem): RlpItem[] | null {
  const items: RlpItem[] = [];
  for (let at = list.from; at < list.to;) {
    const item = rlpItem(bytes, at, list.to);
    if (item === null) return null;
    items.push(item);
    at = item.to;
  }
  return items;
}
