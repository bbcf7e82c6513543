// What a client of /v1/ws may say: from a message's text to what is wanted. A bad one is a sentence that says what is
// wrong; nothing is changed by it then.

import { isRecord } from "../rpc/json_values.ts";
import { readLogFilter } from "../streams/log_filter.ts";
import { type Include, includes } from "./v1_news.ts";

export const eventNames = ["block", "log", "pending_transaction", "reorg", "provider"] as const;
export type EventName = typeof eventNames[number];

/** Absent members leave things as they are. */
export interface Subscribe {
  readonly include?: Include;
  /** In the place of those of before. `block` is told always. */
  readonly events?: ReadonlySet<EventName>;
  /** Canonical JSON text of the filter of logs; there with `events` that have `log`. */
  readonly filter?: string;
}

const members: ReadonlySet<string> = new Set(["type", "include", "events", "filter"]);

export function readMessage(text: string): Subscribe | string {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return "the message is no JSON";
  }
  if (!isRecord(message) || message.type !== "subscribe") return 'the type must be "subscribe"';
  const odd = Object.keys(message).find((name) => !members.has(name));
  if (odd !== undefined) return `there is no ${shown(odd)}; known: include, events, filter`;
  const { include, events, filter } = message;
  if (include === undefined && events === undefined && filter === undefined) {
    return "include or events must be given";
  }
  const wanted: { include?: Include; events?: ReadonlySet<EventName>; filter?: string } = {};
  if (include !== undefined) {
    const found = includes.find((name) => name === include);
    if (found === undefined) return `include must be ${includes.join(", ")}`;
    wanted.include = found;
  }
  if (events !== undefined) {
    const found = readEvents(events);
    if (typeof found === "string") return found;
    wanted.events = found;
  }
  const wantsLogs = wanted.events?.has("log") === true;
  if (filter !== undefined && !wantsLogs) return 'a filter goes with events that have "log"';
  if (wantsLogs) {
    const read = readLogs(filter);
    if ("problem" in read) return `filter: ${read.problem}`;
    wanted.filter = read.text;
  }
  return wanted;
}

function readEvents(events: unknown): ReadonlySet<EventName> | string {
  if (!Array.isArray(events) || events.length > 16) return "events must be a list of names";
  const found = new Set<EventName>();
  for (const given of events) {
    const name = eventNames.find((known) => known === given);
    if (name === undefined) return `there is no event ${shown(given)}; known: ${eventNames.join(", ")}`;
    found.add(name);
  }
  return found;
}

function readLogs(filter: unknown): { readonly text: string } | { readonly problem: string } {
  if (isRecord(filter)) {
    const odd = Object.keys(filter).find((name) => name !== "address" && name !== "topics");
    if (odd !== undefined) return { problem: `there is no ${shown(odd)}; known: address, topics` };
  }
  const read = readLogFilter(filter);
  return "problem" in read ? read : { text: read.filter.text };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length <= 64 ? text : `${text.slice(0, 63)}…`;
}
