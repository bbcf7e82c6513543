// Streams as /api/streams tells them, and what is said of them in words. Pure.

export interface StreamRow {
  readonly chain: string;
  /** newHeads, logs, newPendingTransactions … */
  readonly type: string;
  /** JSON text of the params. */
  readonly key: string;
  readonly clients: number;
  readonly upstreams: readonly StreamUpstream[];
  /** Newest block that was told; null: it is about no block, or none was told. */
  readonly position: number | null;
  readonly filled: number;
  readonly gaps: number;
  readonly failovers: number;
  /** Blocks or logs held back till those before them are there. */
  readonly buffered: number;
  readonly slowest_client_bytes: number;
}

export interface StreamUpstream {
  readonly provider: string;
  readonly transport: string;
  readonly state: "opening" | "open" | "over";
  /** ISO 8601. */
  readonly since: string;
  readonly heard_at: string;
}

/** Its name in the address: keys are unique within a chain. */
export function streamId({ chain, key }: Pick<StreamRow, "chain" | "key">): string {
  return `${chain} ${key}`;
}

/** What a key asks for beside its type, in short: `address 0x1e82…d35e, 2 topics`; "" for nothing. */
export function keyText(key: string): string {
  let params: unknown;
  try {
    params = JSON.parse(key);
  } catch {
    return key;
  }
  if (!Array.isArray(params)) return key;
  return params.slice(1).map(partText).filter((part) => part !== "").join(", ");
}

function partText(part: unknown): string {
  if (typeof part === "boolean") return part ? "full transactions" : "hashes only";
  if (typeof part !== "object" || part === null) return String(part);
  return Object.entries(part).map(([name, value]) => {
    if (typeof value === "string") return `${name} ${shortHex(value)}`;
    if (!Array.isArray(value)) return `${name} ${JSON.stringify(value)}`;
    if (name === "topics") return value.length === 1 ? "1 topic" : `${value.length} topics`;
    return value.length === 1 ? `${name} ${shortHex(String(value[0]))}` : `${value.length} × ${name}`;
  }).join(", ");
}

/** `0x1e8221b2f0…d35e` */
function shortHex(value: string): string {
  return value.length <= 14 ? value : `${value.slice(0, 8)}…${value.slice(-4)}`;
}

/** `fed`: told by somebody. `waiting`: an upstream is being opened. `cut`: nobody feeds it. */
export function feeding({ upstreams }: Pick<StreamRow, "upstreams">): "fed" | "waiting" | "cut" {
  if (upstreams.some(({ state }) => state === "open")) return "fed";
  return upstreams.some(({ state }) => state === "opening") ? "waiting" : "cut";
}

/** What is wrong comes first: cut off, then gaps, then the most clients. */
export function byTrouble(streams: readonly StreamRow[]): StreamRow[] {
  const rank = (row: StreamRow): number =>
    ({ cut: 0, waiting: 1, fed: 3 })[feeding(row)] - (row.gaps > 0 ? 0.5 : 0);
  return [...streams].sort((a, b) =>
    rank(a) - rank(b) || b.clients - a.clients || streamId(a).localeCompare(streamId(b))
  );
}
