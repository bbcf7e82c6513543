// Heads and logs for tests of the stream logic: `head("b7", "a6")` is block 7 of branch b on block 6 of branch a.

import type { Head } from "../../../core/streams/head.ts";
import type { LogEvent } from "../../../core/streams/log_event.ts";

/** `a7` → a hash that can be read back. */
function hashOf(name: string): string {
  return `0x${Array.from(name, (char) => char.charCodeAt(0).toString(16)).join("").padEnd(64, "0")}`;
}

export function nameOf(hash: string): string {
  const digits = hash.slice(2).replace(/(00)+$/, "");
  return (digits.match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join("");
}

export function head(name: string, parent?: string, more: Partial<Head> = {}): Head {
  const number = Number(name.slice(1));
  return {
    number,
    hash: hashOf(name),
    parentHash: hashOf(parent ?? `${name[0]}${number - 1}`),
    bloom: null,
    text: JSON.stringify(name),
    live: true,
    ...more,
  };
}

/** `log("a7", 2)`: the log with index 2 of block a7. */
export function log(block: string, logIndex: number): LogEvent {
  const text = `{"blockHash":"${hashOf(block)}","logIndex":"0x${logIndex.toString(16)}","removed":false}`;
  return { blockNumber: Number(block.slice(1)), blockHash: hashOf(block), logIndex, text };
}

/** `a7.2`, or `-a7.2` for a removal. */
export function logName(text: string): string {
  const { blockHash, logIndex, removed } = JSON.parse(text) as Record<string, string | boolean>;
  return `${removed === true ? "-" : ""}${nameOf(String(blockHash))}.${Number(logIndex)}`;
}
