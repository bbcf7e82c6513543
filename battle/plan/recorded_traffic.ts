// Recorded traffic as input of a plan: JSON lines as `lasso serve --record FILE` writes them, one call a line. Times are
// the recording's own, from its first call; the plan makes them faster or slower.

import { LassoError } from "../../core/errors.ts";
import type { PlannedCall } from "../model/plan.ts";

/** One line. Members that are not named here are ignored. */
export interface RecordedCall {
  /** Whole µs on any clock that only goes up; lines are in order of it. */
  readonly at_us: number;
  /** Name of the chain; a line without one is for every chain. */
  readonly chain?: string;
  readonly method: string;
  /** Default []. */
  readonly params?: readonly unknown[] | Readonly<Record<string, unknown>>;
}

export interface ReplayWanted {
  /** For error texts. */
  readonly file: string;
  readonly chain: string;
  /** Twice as fast: 2. */
  readonly speed: number;
  /** Calls at or after this are left out. */
  readonly limitUs: number;
}

/** The calls of one chain, from 0 on. LassoError for a line that is none, with its number, or when no call is left. */
export function recordedCalls(text: string, { file, chain, speed, limitUs }: ReplayWanted): PlannedCall[] {
  const calls: PlannedCall[] = [];
  const lines = text.split("\n");
  let startUs: number | null = null;
  let lastUs = -Infinity;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const call = readLine(line, `${file}:${index + 1}`);
    if (call.at_us < lastUs) {
      throw badLine(`at_us goes back from ${lastUs} to ${call.at_us}`, `${file}:${index + 1}`);
    }
    lastUs = call.at_us;
    startUs ??= call.at_us;
    if (call.chain !== undefined && call.chain !== chain) continue;
    const atUs = Math.round((call.at_us - startUs) / speed);
    if (atUs >= limitUs) break;
    calls.push({ atUs, method: call.method, params: JSON.stringify(call.params ?? []) });
  }
  if (calls.length === 0) {
    throw new LassoError("usage", `${file} holds no call for chain "${chain}" within the run`, {
      place: file,
      hint: "record traffic of that chain with `lasso serve --record FILE`, or name another chain or file",
    });
  }
  return calls;
}

function readLine(line: string, place: string): RecordedCall {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw badLine("the line is no JSON", place);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badLine("the line is no JSON object", place);
  }
  const { at_us: atUs, chain, method, params } = value as Readonly<Record<string, unknown>>;
  if (typeof atUs !== "number" || !Number.isSafeInteger(atUs)) {
    throw badLine("at_us is no whole number", place);
  }
  if (typeof method !== "string" || method === "") throw badLine("method is no name", place);
  if (chain !== undefined && typeof chain !== "string") throw badLine("chain is no name", place);
  if (params !== undefined && (typeof params !== "object" || params === null)) {
    throw badLine("params are neither a list nor an object", place);
  }
  return value as RecordedCall;
}

function badLine(summary: string, place: string): LassoError {
  return new LassoError("usage", `recorded traffic can't be read: ${summary}`, {
    place,
    hint: 'a line is {"at_us":0,"chain":"ethereum","method":"eth_chainId","params":[]}',
  });
}
