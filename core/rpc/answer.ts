// Takes an upstream's answer apart: is it JSON, is it the answer to our call, where is its result or its error.
// Values stay slices of wire text, so that a result reaches the client as the bytes that the node wrote.
// Called once per attempt by routing; never throws.

import { keyAt } from "./framing.ts";
import { cut, scanKey, scanValue, skipSpace } from "./json_scan.ts";
import { wireToText } from "./wire.ts";

export interface RpcErrorFacts {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export type Answer =
  | { readonly kind: "result"; readonly result: string }
  /** `error` is the upstream's error object as it wrote it. */
  | { readonly kind: "error"; readonly error: string; readonly facts: RpcErrorFacts }
  | { readonly kind: "malformed"; readonly why: string }
  | { readonly kind: "wrong_id"; readonly why: string };

function malformed(why: string): Answer {
  return { kind: "malformed", why };
}

/** What a scanner's negative answer says about the text. */
function damage(scanned: number): string {
  return scanned === cut ? "the answer is truncated" : "the answer is no JSON";
}

/** Reads a whole answer to the call that was sent with `id`. */
export function readAnswer(body: string, id: number): Answer {
  let i = skipSpace(body, 0);
  if (body.charCodeAt(i) !== 0x7b) {
    return malformed(i >= body.length ? "the answer is empty" : "the answer is no JSON object");
  }
  let idFrom = -1, idTo = 0, resultFrom = -1, resultTo = 0, errorFrom = -1, errorTo = 0;
  i = skipSpace(body, i + 1);
  if (body.charCodeAt(i) === 0x7d) return malformed("the answer has neither result nor error");
  for (;;) {
    const keyFrom = skipSpace(body, i);
    i = scanKey(body, keyFrom);
    if (i < 0) return malformed(damage(i));
    const from = skipSpace(body, i);
    const to = scanValue(body, from);
    if (to < 0) return malformed(damage(to));
    const key = keyAt(body, keyFrom);
    if (key === "id") (idFrom = from), (idTo = to);
    else if (key === "result") (resultFrom = from), (resultTo = to);
    else if (key === "error") (errorFrom = from), (errorTo = to);
    i = skipSpace(body, to);
    const c = body.charCodeAt(i++);
    if (c === 0x7d) break;
    if (c !== 0x2c) return malformed(i > body.length ? "the answer is truncated" : "the answer is no JSON");
  }
  if (skipSpace(body, i) < body.length) return malformed("there is text after the answer");
  const answerId = idFrom < 0 ? null : body.slice(idFrom, idTo);
  if (errorFrom >= 0 && body.slice(errorFrom, errorTo) !== "null") {
    // An upstream that could not read the request, or that refuses it at the door, knows no id.
    if (answerId !== null && answerId !== "null" && !sameId(answerId, id)) return wrongId(answerId, id);
    return readError(body.slice(errorFrom, errorTo));
  }
  if (resultFrom < 0) return malformed("the answer has neither result nor error");
  if (answerId === null || !sameId(answerId, id)) return wrongId(answerId ?? "none", id);
  return { kind: "result", result: body.slice(resultFrom, resultTo) };
}

function sameId(spelt: string, id: number): boolean {
  return spelt === String(id) || (spelt.charCodeAt(0) !== 0x22 && Number(spelt) === id);
}

function wrongId(spelt: string, id: number): Answer {
  return { kind: "wrong_id", why: `the answer has id ${wireToText(spelt).slice(0, 40)}, asked was ${id}` };
}

function readError(error: string): Answer {
  const parsed = JSON.parse(wireToText(error)) as unknown;
  if (typeof parsed === "string") {
    // Some gateways put a bare text in the place of the error object.
    const facts = { code: -32000, message: parsed };
    return { kind: "error", error: `{"code":-32000,"message":${error}}`, facts };
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return malformed("the answer's error is no object");
  }
  const { code, message, data } = parsed as { code?: unknown; message?: unknown; data?: unknown };
  const facts: RpcErrorFacts = {
    code: codeOf(code),
    message: typeof message === "string" ? message : "",
    ...(data === undefined ? {} : { data }),
  };
  if (facts.message === "" && facts.code === 0) {
    return malformed("the answer's error has neither code nor message");
  }
  return { kind: "error", error, facts };
}

/** Some gateways quote the number. What is no finite number says nothing, and could not be logged as JSON. */
function codeOf(code: unknown): number {
  const number = typeof code === "string" ? Number(code) : code;
  return typeof number === "number" && Number.isFinite(number) ? number : 0;
}

export type AnswerHead =
  /** `at` is where the result begins; `idSeen`: the right id came before it. */
  | { readonly kind: "result"; readonly at: number; readonly idSeen: boolean }
  /** The head holds an error or something odd: only the whole answer can tell. */
  | { readonly kind: "whole" }
  | { readonly kind: "malformed"; readonly why: string }
  | { readonly kind: "wrong_id"; readonly why: string };

/** How much of a long result is looked at before it is passed on. */
const lookAt = 16 * 1024;

/** Reads the head of an answer that is too long to be held whole. */
export function readAnswerHead(head: string, id: number): AnswerHead {
  let i = skipSpace(head, 0);
  if (i >= head.length) return { kind: "whole" };
  if (head.charCodeAt(i) !== 0x7b) return { kind: "malformed", why: "the answer is no JSON object" };
  let idSeen = false;
  i++;
  for (;;) {
    const keyFrom = skipSpace(head, i);
    i = scanKey(head, keyFrom);
    if (i === cut) return { kind: "whole" };
    if (i < 0) return { kind: "malformed", why: "the answer is no JSON" };
    const from = skipSpace(head, i);
    const key = keyAt(head, keyFrom);
    if (key === "result") {
      const seen = scanValue(head.slice(from, from + lookAt), 0);
      if (seen === cut) return { kind: "result", at: from, idSeen };
      // Either damaged, or a short result with something long behind it.
      return seen < 0 ? { kind: "malformed", why: "the answer is no JSON" } : { kind: "whole" };
    }
    const to = scanValue(head, from);
    if (to === cut) return { kind: "whole" };
    if (to < 0) return { kind: "malformed", why: "the answer is no JSON" };
    if (key === "id") {
      const spelt = head.slice(from, to);
      if (!sameId(spelt, id)) return spelt === "null" ? { kind: "whole" } : wrongId(spelt, id) as AnswerHead;
      idSeen = true;
    } else if (key === "error" && head.slice(from, to) !== "null") return { kind: "whole" };
    i = skipSpace(head, to);
    if (head.charCodeAt(i++) !== 0x2c) return { kind: "whole" };
  }
}
