// One log as streams know it: where it stands, and its text. Read from notifications and from eth_getLogs; never
// throws: what is no log is null.

import { scanValue, skipSpace } from "../rpc/json_scan.ts";
import { readQuantity, readRecord } from "../rpc/json_values.ts";

export interface LogEvent {
  readonly blockNumber: number;
  /** Lower case. */
  readonly blockHash: string;
  readonly logIndex: number;
  /** Wire text. */
  readonly text: string;
}

/** A notification's result: undefined for a removal, which the stream finds out by itself. */
export function readLiveLog(text: string): LogEvent | null | undefined {
  const log = readRecord(text);
  if (log === null) return null;
  return log.removed === true ? undefined : logOf(log, text);
}

/** The answer to eth_getLogs; null when it is no list of logs. Each keeps its own text. */
export function readLogs(text: string): LogEvent[] | null {
  const logs: LogEvent[] = [];
  let i = skipSpace(text, 0);
  if (text.charCodeAt(i) !== 0x5b) return null;
  i = skipSpace(text, i + 1);
  if (text.charCodeAt(i) === 0x5d) return logs;
  for (;;) {
    const end = scanValue(text, i);
    if (end < 0) return null;
    const own = text.slice(i, end);
    const value = readRecord(own);
    const log = value === null ? null : logOf(value, own);
    if (log === null) return null;
    logs.push(log);
    i = skipSpace(text, end);
    const c = text.charCodeAt(i);
    if (c === 0x5d) return logs;
    if (c !== 0x2c) return null;
    i = skipSpace(text, i + 1);
  }
}

/** The log's text as its removal. */
export function removalOf(text: string): string {
  const marked = text.replace(/("removed"\s*:\s*)false/, "$1true");
  if (marked !== text) return marked;
  const end = text.lastIndexOf("}");
  return `${text.slice(0, end)},"removed":true}`;
}

function logOf(log: Record<string, unknown>, text: string): LogEvent | null {
  const blockNumber = readQuantity(log.blockNumber);
  const logIndex = readQuantity(log.logIndex);
  const { blockHash } = log;
  if (blockNumber === undefined || logIndex === undefined || typeof blockHash !== "string") return null;
  return { blockNumber, blockHash: blockHash.toLowerCase(), logIndex, text };
}
