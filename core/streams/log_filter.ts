// The filter of a logs subscription in its canonical form: two filters are the same when their forms are (spec:
// streams.md, Parts). Also asks a block's bloom whether it may hold a log that fits.

import { isRecord } from "../rpc/json_values.ts";
import { bloomBits, mayHold } from "./bloom.ts";

export interface LogFilter {
  /** Canonical JSON: the key of the stream, and the filter as providers get it. `{}` takes all. */
  readonly text: string;
  /** Each entry: bits of which one set must be in the bloom, for a position that is not free. */
  readonly bits: readonly (readonly (readonly number[])[])[];
}

export type ReadFilter = { readonly filter: LogFilter } | { readonly problem: string };

const noLogs = /^0x0*$/;
const addressForm = /^0x[0-9a-fA-F]{40}$/;
const topicForm = /^0x[0-9a-fA-F]{64}$/;
/** As go-ethereum has it. */
const maxTopics = 4;
const maxAlternatives = 1_000;

/** Reads `address` and `topics` of a filter object; what else it has is the caller's business. */
export function readLogFilter(value: unknown): ReadFilter {
  if (value !== undefined && value !== null && !isRecord(value)) {
    return { problem: "the filter must be an object" };
  }
  const given = value ?? {};
  const addresses = alternatives(given.address, addressForm);
  if (addresses === null) return { problem: "address must be a 20-byte hex address or a list of them" };
  const { topics = null } = given;
  if (topics !== null && !Array.isArray(topics)) return { problem: "topics must be a list" };
  if (topics !== null && topics.length > maxTopics) {
    return { problem: `topics has more than ${maxTopics} positions` };
  }
  const positions: string[][] = [];
  for (const topic of topics ?? []) {
    const position = alternatives(topic, topicForm);
    if (position === null) {
      return { problem: "each topic must be null, a 32-byte hex word, or a list of them" };
    }
    positions.push(position);
  }
  while (positions.at(-1)?.length === 0) positions.pop();
  return { filter: canonical(addresses, positions) };
}

/** Can a block with this bloom be ruled out? False where there is no bloom. */
export function excludedBy(bloom: string | null, filter: LogFilter): boolean {
  if (bloom === null) return false;
  if (noLogs.test(bloom)) return true;
  return filter.bits.some((position) => !position.some((bits) => mayHold(bloom, bits)));
}

/** Sorted, lower case, without repeats; empty: any. null: malformed. */
function alternatives(value: unknown, form: RegExp): string[] | null {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > maxAlternatives) return null;
  const found = new Set<string>();
  for (const entry of list) {
    // A null among the alternatives of a position frees it, as go-ethereum has it.
    if (entry === null) return [];
    if (typeof entry !== "string" || !form.test(entry)) return null;
    found.add(entry.toLowerCase());
  }
  return [...found].sort();
}

function canonical(addresses: readonly string[], positions: readonly (readonly string[])[]): LogFilter {
  const members: Record<string, unknown> = {};
  if (addresses.length > 0) members.address = addresses.length === 1 ? addresses[0] : addresses;
  if (positions.length > 0) {
    members.topics = positions.map((position) =>
      position.length === 0 ? null : position.length === 1 ? position[0] : position
    );
  }
  const bits = [addresses, ...positions].filter((position) => position.length > 0).map((position) =>
    position.map(bloomBits)
  );
  return { text: JSON.stringify(members), bits };
}
