import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import { below, type Random, seededRandom } from "../../../core/random.ts";
import { readAnswer } from "../../../core/rpc/answer.ts";
import { type Item, readFrame } from "../../../core/rpc/framing.ts";
import { toWire, wireToText } from "../../../core/rpc/wire.ts";
import { arrayText, blank, jsonText, membersText, mutate, pick } from "../../support/json_mutator.ts";

const seed = 20_240_117;
const rounds = 100_000;
const maxBatch = 3;

/** What JSON.parse makes of the bytes; undefined when it refuses them. */
function parsed(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

function parseWire(wire: string): unknown {
  return JSON.parse(wireToText(wire));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON-RPC 2.0 sections 4 and 5 over parsed values, written from the text of the standard. */
function expectedItem(value: unknown): Record<string, unknown> {
  if (!isObject(value)) return { kind: "bad", id: null };
  const hasId = Object.hasOwn(value, "id");
  const { id } = value;
  const legalId = !hasId || id === null || typeof id === "string" || typeof id === "number";
  if (!legalId) return { kind: "bad", id: null };
  const shownId = hasId ? id : null;
  const { jsonrpc, method, params } = value;
  const meta = Object.hasOwn(value, "lasso_meta") && value.lasso_meta === true;
  const hasParams = Object.hasOwn(value, "params") && params !== null;
  const legalParams = !hasParams || typeof params === "object";
  if (jsonrpc !== "2.0" || typeof method !== "string" || !legalParams) return { kind: "bad", id: shownId };
  return {
    kind: "call",
    notification: !hasId,
    id: shownId,
    method,
    params: hasParams ? params : undefined,
    meta,
  };
}

function expectedFrame(bytes: Uint8Array): unknown {
  const body = parsed(bytes);
  if (body === undefined) return { kind: "no_json" };
  if (!Array.isArray(body.value)) return { kind: "single", item: expectedItem(body.value) };
  if (body.value.length === 0) return { kind: "empty_batch" };
  if (body.value.length > maxBatch) return { kind: "too_many", count: body.value.length };
  return { kind: "batch", items: body.value.map(expectedItem) };
}

function seenItem(item: Item): Record<string, unknown> {
  if (item.kind === "bad") return { kind: "bad", id: parseWire(item.id) };
  assert.equal(parseWire(item.methodToken), item.method);
  return {
    kind: "call",
    notification: item.id === null,
    id: item.id === null ? null : parseWire(item.id),
    method: item.method,
    params: item.params === undefined ? undefined : parseWire(item.params),
    meta: item.meta,
  };
}

function seenFrame(bytes: Uint8Array): unknown {
  const frame = readFrame(toWire(bytes), maxBatch);
  if (frame.kind === "single") return { kind: "single", item: seenItem(frame.item) };
  return frame.kind === "batch" ? { kind: "batch", items: frame.items.map(seenItem) } : frame;
}

function requestText(random: Random): string {
  const members = ['"jsonrpc":"2.0"', `"method"${blank(random)}:"eth_call"`];
  if (below(random, 5) > 0) members.push(`"id":${blank(random)}${jsonText(random, 0)}`);
  if (below(random, 3) > 0) members.push(`"params":${arrayText(random, 2)}`);
  if (below(random, 8) === 0) members.push(`"params":${jsonText(random, 1)}`);
  if (below(random, 8) === 0) members.push(`"method":${jsonText(random, 1)}`);
  if (below(random, 8) === 0) members.push(`"extra":${jsonText(random, 2)}`);
  if (below(random, 16) === 0) members.push(`"id":${jsonText(random, 1)}`);
  if (below(random, 8) === 0) {
    members.push(`"lasso_meta":${pick(random, ["true", "true", "false", "null", '"true"', "[true]"])}`);
  }
  if (below(random, 16) === 0) members.shift();
  return membersText(random, members);
}

function bodyBytes(random: Random): Buffer {
  if (below(random, 3) > 0) return Buffer.from(blank(random) + requestText(random) + blank(random));
  const items = Array.from(
    { length: below(random, maxBatch + 2) },
    () => requestText(random) + blank(random),
  );
  return Buffer.from(`${blank(random)}[${blank(random)}${items.join("," + blank(random))}]`);
}

/** Runs `check` over mutated bodies; a failure names the seed, the round and the bytes. */
function fuzz(make: (random: Random) => Buffer, check: (bytes: Buffer) => void): void {
  const random = seededRandom(seed);
  let other = make(random);
  for (let round = 0; round < rounds; round++) {
    let bytes = make(random);
    for (let left = below(random, 4); left > 0; left--) bytes = mutate(random, bytes, other);
    try {
      check(bytes);
    } catch (thrown) {
      const text = JSON.stringify(toWire(bytes));
      throw new Error(`seed ${seed}, round ${round}, body ${text}`, { cause: thrown });
    }
    other = bytes;
  }
}

/** assert.deepEqual makes its message even when nothing differs from what is wanted: too slow for so many. */
function same(seen: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(seen, expected)) assert.deepEqual(seen, expected);
}

Deno.test("readFrame() agrees with JSON.parse and the rules of JSON-RPC on 100,000 mutated bodies", () => {
  const kinds = new Map<string, number>();
  fuzz(bodyBytes, (bytes) => {
    const expected = expectedFrame(bytes) as { kind: string; item?: { kind: string } };
    const kind = expected.item === undefined ? expected.kind : `single ${expected.item.kind}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    same(seenFrame(bytes), expected);
  });
  for (const kind of ["no_json", "single call", "single bad", "batch", "empty_batch", "too_many"]) {
    assert.ok((kinds.get(kind) ?? 0) > 1000, `${kind} was met only ${kinds.get(kind) ?? 0} times`);
  }
});

const answerId = 42;

function expectedAnswer(bytes: Uint8Array): unknown {
  const body = parsed(bytes);
  if (body === undefined || !isObject(body.value)) return { kind: "malformed" };
  const answer = body.value;
  const hasId = Object.hasOwn(answer, "id") && answer.id !== null;
  if (Object.hasOwn(answer, "error") && answer.error !== null) {
    if (hasId && answer.id !== answerId) return { kind: "wrong_id" };
    return expectedError(answer.error);
  }
  if (!Object.hasOwn(answer, "result")) return { kind: "malformed" };
  if (answer.id !== answerId) return { kind: "wrong_id" };
  return { kind: "result", result: answer.result };
}

function expectedError(error: unknown): unknown {
  if (typeof error === "string") {
    const shown = { code: -32000, message: error };
    return { kind: "error", error: shown, facts: shown };
  }
  if (!isObject(error)) return { kind: "malformed" };
  const { code, message, data } = error;
  const facts = {
    code: typeof code === "number" || typeof code === "string" ? finite(Number(code)) : 0,
    message: typeof message === "string" ? message : "",
    ...(Object.hasOwn(error, "data") ? { data } : {}),
  };
  if (facts.code === 0 && facts.message === "") return { kind: "malformed" };
  return { kind: "error", error, facts };
}

function finite(number: number): number {
  return Number.isFinite(number) ? number : 0;
}

function seenAnswer(bytes: Uint8Array): unknown {
  const answer = readAnswer(toWire(bytes), answerId);
  if (answer.kind === "result") return { kind: "result", result: parseWire(answer.result) };
  if (answer.kind === "error") return { kind: "error", error: parseWire(answer.error), facts: answer.facts };
  assert.notEqual(answer.why, "");
  return { kind: answer.kind };
}

function answerBytes(random: Random): Buffer {
  const id = pick(random, ["42", "42", "42", "42", "42.0", "4.2e1", "41", "null", '"42"', "[42]"]);
  const members = ['"jsonrpc":"2.0"'];
  if (below(random, 12) > 0) members.push(`"id":${blank(random)}${id}`);
  if (below(random, 3) > 0) members.push(`"result"${blank(random)}:${jsonText(random, 3)}`);
  if (below(random, 3) === 0) members.push(`"error":${errorText(random)}`);
  return Buffer.from(blank(random) + membersText(random, members) + blank(random));
}

function errorText(random: Random): string {
  if (below(random, 4) === 0) return jsonText(random, 1);
  const code = pick(random, [
    "-32000",
    "3",
    "1e999",
    '"-32005"',
    '"x"',
    '{"toString":1}',
    "[[1]]",
    "null",
    "0",
  ]);
  const members = [`"code":${code}`, `"message":${jsonText(random, 0)}`];
  if (below(random, 2) === 0) members.push(`"data":${jsonText(random, 2)}`);
  return membersText(random, members);
}

Deno.test("readAnswer() agrees with JSON.parse on 100,000 mutated answers and never throws", () => {
  const kinds = new Map<string, number>();
  fuzz(answerBytes, (bytes) => {
    const expected = expectedAnswer(bytes) as { kind: string };
    kinds.set(expected.kind, (kinds.get(expected.kind) ?? 0) + 1);
    same(seenAnswer(bytes), expected);
  });
  for (const kind of ["malformed", "result", "error", "wrong_id"]) {
    assert.ok((kinds.get(kind) ?? 0) > 1000, `${kind} was met only ${kinds.get(kind) ?? 0} times`);
  }
});
