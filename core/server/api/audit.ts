// The audit log: who did what by the admin API, also what was refused, without secrets and bounded in size. Written by
// mount.ts for each admin call, so that no route can forget it.

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
const maxText = 256;
const maxMembers = 32;
const maxDepth = 4;
const secretName = /token|secret|passw|authorization|api_?key|credential/i;

export class Audit {
  readonly #sink: HistorySink;
  readonly #clock: Clock;
  #minute = -1;
  #refused = 0;

  constructor(sink: HistorySink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  write(call: AdminCall): void {
    const at = this.#clock.wallNow();
    const { status, caller, method, path } = call;
    if ((status === 401 || status === 403) && this.#tooMany(at)) return;
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
        ...(isEmpty(call.query) ? {} : { query: withoutSecrets(call.query) }),
        ...(isEmpty(call.body) ? {} : { body: withoutSecrets(call.body) }),
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
