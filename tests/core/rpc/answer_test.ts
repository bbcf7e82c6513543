import assert from "node:assert/strict";
import { readAnswer, readAnswerHead } from "../../../core/rpc/answer.ts";
import { textToWire } from "../../../core/rpc/wire.ts";

Deno.test("readAnswer() gives the result as the bytes that the node wrote", () => {
  const result = '{ "a" : 1.0, "é":"\\u00e9", "big":12345678901234567890 }';
  const body = textToWire(` {"jsonrpc":"2.0" , "id":7, "result": ${result} } \n`);
  assert.deepEqual(readAnswer(body, 7), { kind: "result", result: textToWire(result) });
});

Deno.test("readAnswer() takes other spellings of the number that was asked, and no text", () => {
  for (const id of ["7", "7.0", "0.7e1"]) {
    assert.equal(readAnswer(`{"id":${id},"result":null}`, 7).kind, "result", id);
  }
  for (const id of ["8", '"7"', "null", "[7]", "true"]) {
    assert.equal(readAnswer(`{"id":${id},"result":null}`, 7).kind, "wrong_id", id);
  }
  assert.deepEqual(readAnswer('{"result":1}', 7), {
    kind: "wrong_id",
    why: "the answer has id none, asked was 7",
  });
});

Deno.test("readAnswer() gives an error as it was written, with its facts", () => {
  const error = '{"code":3,"message":"execution reverted","data":"0x08c379a0"}';
  assert.deepEqual(readAnswer(`{"jsonrpc":"2.0","id":7,"error":${error},"result":null}`, 7), {
    kind: "error",
    error,
    facts: { code: 3, message: "execution reverted", data: "0x08c379a0" },
  });
  const quoted = readAnswer('{"id":7,"error":{"code":"-32005","message":"slow down"}}', 7);
  assert.deepEqual(quoted.kind === "error" && quoted.facts, { code: -32005, message: "slow down" });
});

Deno.test("readAnswer() takes an error without id, but not one for another call", () => {
  assert.equal(readAnswer('{"id":null,"error":{"code":1,"message":"m"}}', 7).kind, "error");
  assert.equal(readAnswer('{"error":{"code":1,"message":"m"}}', 7).kind, "error");
  assert.equal(readAnswer('{"id":8,"error":{"code":1,"message":"m"}}', 7).kind, "wrong_id");
});

Deno.test("readAnswer() makes an error object of a bare text", () => {
  assert.deepEqual(readAnswer('{"id":7,"error":"no \\"key\\""}', 7), {
    kind: "error",
    error: '{"code":-32000,"message":"no \\"key\\""}',
    facts: { code: -32000, message: 'no "key"' },
  });
});

Deno.test("readAnswer() says what is wrong with an answer", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "the answer is empty"],
    [" \n", "the answer is empty"],
    ["<html>", "the answer is no JSON object"],
    ["[]", "the answer is no JSON object"],
    ["{}", "the answer has neither result nor error"],
    ['{"id":7}', "the answer has neither result nor error"],
    ['{"id":7,"error":null}', "the answer has neither result nor error"],
    ['{"id":7,"error":{}}', "the answer's error has neither code nor message"],
    ['{"id":7,"error":1}', "the answer's error is no object"],
    ['{"id":7,"error":[]}', "the answer's error is no object"],
    ['{"id":7,"result":x}', "the answer is no JSON"],
    ['{"id":7;"result":1}', "the answer is no JSON"],
    ['{"id":7,"result":1}x', "there is text after the answer"],
    ['{"id":7,"result":[1', "the answer is truncated"],
    ['{"id":7,"result":1', "the answer is truncated"],
    ['{"id":7,"resu', "the answer is truncated"],
    ["{", "the answer is truncated"],
  ];
  for (const [body, why] of cases) assert.deepEqual(readAnswer(body, 7), { kind: "malformed", why }, body);
});

Deno.test("readAnswer() survives hostile errors", () => {
  for (const code of ['{"toString":1,"valueOf":1}', "[[[]]]", "true", "1e999"]) {
    assert.equal(readAnswer(`{"id":7,"error":{"code":${code},"message":"m"}}`, 7).kind, "error", code);
  }
  const endless = readAnswer('{"id":7,"error":{"code":1e999,"message":"m"}}', 7);
  assert.equal(endless.kind === "error" && endless.facts.code, 0);
  const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  assert.equal(readAnswer(`{"id":7,"result":${deep}}`, 7).kind, "result");
  assert.equal(readAnswer(`{"id":7,"error":{"code":${deep},"message":"m"}}`, 7).kind, "error");
});

const long = `"${"a".repeat(20_000)}`;

Deno.test("readAnswerHead() finds where a long result begins and whether the id came before", () => {
  const before = '{"jsonrpc":"2.0","id":7,"result": ';
  assert.deepEqual(readAnswerHead(before + long, 7), { kind: "result", at: before.length, idSeen: true });
  const bare = '{"error":null,"result":';
  assert.deepEqual(readAnswerHead(bare + "[".repeat(20_000), 7), {
    kind: "result",
    at: bare.length,
    idSeen: false,
  });
});

Deno.test("readAnswerHead() leaves to the whole answer what its head can't tell", () => {
  const cases = [
    `{"id":7,"error":{"data":${long}`,
    `{"id":7,"error":{"code":1},"result":${long}`,
    `{"id":null,"result":${long}`,
    `{"id":7,"result":null,"extra":${long}`,
    `{"extra":${long}`,
    `{"extra":${long}","resu`,
    " ".repeat(20_000),
  ];
  for (const head of cases) assert.deepEqual(readAnswerHead(head, 7), { kind: "whole" }, head.slice(0, 40));
});

Deno.test("readAnswerHead() refuses another call's answer and what is no JSON", () => {
  assert.equal(readAnswerHead(`{"id":8,"result":${long}`, 7).kind, "wrong_id");
  for (
    const head of ["<html>", `[${long}`, `{"id":x,"result":${long}`, `{"id":7,"result":[1,}${long}`, "{1"]
  ) {
    assert.equal(readAnswerHead(head, 7).kind, "malformed", head.slice(0, 40));
  }
});
