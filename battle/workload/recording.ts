// Recorded traffic, as `lasso serve --record` writes it (core/server/traffic_recorder.ts): JSON lines, one call each,
// in the order in which the calls ended. The reader gives them in the order in which they came. Params stay the text
// that the client sent: numbers keep their spelling.

import { LassoError } from "../../core/errors.ts";
import { memberAt, skipValue } from "../../core/rpc/json_skip.ts";

export interface RecordedCall {
  /** Whole µs from the beginning of the recording. */
  readonly atUs: number;
  /** null: the line has none, and goes for every chain. */
  readonly chain: string | null;
  readonly method: string;
  /** JSON text; null: only a hash of them was recorded, so that the call can't be repeated. */
  readonly params: string | null;
  readonly transport: "http" | "ws" | null;
}

/**
 * The calls in the order of their times; lines with the same time keep theirs. `file`: for error texts.
 * @throws LassoError `usage` for a line that is no recorded call, with its number.
 */
export function readRecording(lines: Iterable<string>, file: string): RecordedCall[] {
  const calls: RecordedCall[] = [];
  let number = 0;
  for (const line of lines) {
    number++;
    const text = line.trim();
    if (text !== "") calls.push(readLine(text, `${file}:${number}`));
  }
  return calls.sort((a, b) => a.atUs - b.atUs);
}

function readLine(text: string, place: string): RecordedCall {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badLine("the line is no JSON", place);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badLine("the line is no JSON object", place);
  }
  const { at_us: atUs, chain, method, params, params_hash: hash, transport } = value as Readonly<
    Record<string, unknown>
  >;
  if (typeof atUs !== "number" || !Number.isSafeInteger(atUs)) {
    throw badLine("at_us is no whole number", place);
  }
  if (typeof method !== "string" || method === "") throw badLine("method is no name", place);
  if (chain !== undefined && typeof chain !== "string") throw badLine("chain is no name", place);
  if (params !== undefined && (typeof params !== "object" || params === null)) {
    throw badLine("params are neither a list nor an object", place);
  }
  return {
    atUs,
    chain: chain ?? null,
    method,
    params: params === undefined ? (hash === undefined ? "[]" : null) : textOf(text),
    transport: transport === "http" || transport === "ws" ? transport : null,
  };
}

function textOf(line: string): string {
  const at = memberAt(line, 0, "params");
  return line.slice(at, skipValue(line, at));
}

function badLine(summary: string, place: string): LassoError {
  return new LassoError("usage", `recorded traffic can't be read: ${summary}`, {
    place,
    hint: 'a line is {"at_us":0,"chain":"ethereum","method":"eth_chainId","params":[]}',
  });
}
