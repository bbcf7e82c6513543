// The audit log: who did what by the admin API, also what was refused, without secrets and bounded in size. Written by
// mount.ts for each admin call, so that no route can forget it. A page that polls must not fill it: what a caller reads
// again within a minute is counted, and the count is written.

import type { Clock } from "../../clock.ts";
import type { HistorySink } from "../../measure/history/model.ts";
import { maskText } from "../../redact.ts";
import { isRecord } from "../../rpc/json_values.ts";
import type { Caller } from "./route.ts";

export interface AdminCall {
  /** `POST`. */
  readonly method: string;
  /** As it was called, with the names that stand in it. */
  readonly path: string;
  readonly caller: Caller;
  readonly status: number;
  /** What came with it, as it was sent. */
  readonly query: unknown;
  readonly body: unknown;
}

/** Refused callers could fill the log; of theirs so many a minute are kept. */
const maxRefusedPerMinute = 60;
/** Reads of one path by one caller make a row in so long. */
const readsMs = 60_000;
/** Callers and paths whose reads are counted at once; of the one that waits longest the count is written before. */
const maxReaders = 64;
const maxText = 256;
const maxMembers = 32;
const maxDepth = 4;
const secretName = /token|secret|passw|authorization|api_?key|credential/i;

/** What was read since the last row about it. */
interface Reads {
  /** Epoch ms of that row. */
  readonly writtenAt: number;
  n: number;
  lastAt: number;
  last: AdminCall;
}

export class Audit {
  readonly #sink: HistorySink;
  readonly #clock: Clock;
  #minute = -1;
  #refused = 0;
  /** By caller and path, the longest wait first. */
  readonly #reads = new Map<string, Reads>();

  constructor(sink: HistorySink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  write(call: AdminCall): void {
    const at = this.#clock.wallNow();
    const { status, method } = call;
    if ((status === 401 || status === 403) && this.#tooMany(at)) return;
    const isRead = status < 400 && (method === "GET" || method === "HEAD");
    if (!isRead || !this.#wasCounted(call, at)) this.#row(call, at, 1);
    this.#settle(at);
  }

  /** false: the caller has not read this within the last minute, and it is to be written. */
  #wasCounted(call: AdminCall, at: number): boolean {
    const { caller, method, path } = call;
    const key = `${caller.by} ${caller.from} ${method} ${path}`;
    const known = this.#reads.get(key);
    if (known === undefined) {
      this.#reads.set(key, { writtenAt: at, n: 0, lastAt: at, last: call });
      return false;
    }
    known.n++;
    known.lastAt = at;
    known.last = call;
    return true;
  }

  /** Writes the counts whose minute is over. */
  #settle(at: number): void {
    for (const [key, { writtenAt, n, lastAt, last }] of this.#reads) {
      // A clock that was set back ends the minute too.
      if (Math.abs(at - writtenAt) < readsMs && this.#reads.size <= maxReaders) return;
      this.#reads.delete(key);
      if (n === 0) continue;
      this.#row(last, lastAt, n);
      // Who polls goes on being counted.
      if (lastAt === at) this.#reads.set(key, { writtenAt: at, n: 0, lastAt: at, last });
    }
  }

  #row({ method, path, caller, status, query, body }: AdminCall, at: number, reads: number): void {
    this.#sink.event({
      at,
      topic: "audit",
      chain: null,
      provider: null,
      event: `${method} ${maskText(path).slice(0, maxText)}`,
      fields: {
        by: caller.by,
        from: caller.from,
        ok: status < 400,
        status,
        ...(reads > 1 ? { reads } : {}),
        ...(isEmpty(query) ? {} : { query: withoutSecrets(query) }),
        ...(isEmpty(body) ? {} : { body: withoutSecrets(body) }),
      },
    });
  }

  #tooMany(at: number): boolean {
    const minute = Math.floor(at / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#refused = 0;
    }
    return ++this.#refused > maxRefusedPerMinute;
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (isRecord(value) && Object.keys(value).length === 0);
}

/** A copy to be shown: secrets and URLs masked, long texts and lists cut. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return maskText(value.slice(0, maxText));
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDepth) return "…";
  if (Array.isArray(value)) return value.slice(0, maxMembers).map((item) => withoutSecrets(item, depth + 1));
  const members = Object.entries(value).slice(0, maxMembers).map(([name, member]) => [
    name.slice(0, maxText),
    secretName.test(name) ? "***" : withoutSecrets(member, depth + 1),
  ]);
  return Object.fromEntries(members);
}
