// What counts as a right answer, in all the places that ask.

import assert from "node:assert/strict";
import { answerFault, ethCall, firstId } from "../../bench/check_path.ts";
import { smallResult } from "../../bench/haproxy.ts";
import { badOutcomes } from "../../bench/lasso.ts";
import { wholeAnswer } from "../../bench/open_loop.ts";

Deno.test("ethCall() is JSON-RPC, of one length, never twice the same", () => {
  const one = ethCall(firstId, 1);
  const other = ethCall(firstId + 999_999_999, 4_000_000_000);
  assert.equal(one.length, other.length);
  const { method, params } = JSON.parse(one) as { method: string; params: [{ data: string }, string] };
  assert.equal(method, "eth_call");
  assert.equal(params[1], "latest");
  assert.notEqual(ethCall(firstId, 1), ethCall(firstId, 2));
});

Deno.test("answerFault() wants the id and the result of the call", () => {
  const text = (id: unknown, result: unknown): string => JSON.stringify({ jsonrpc: "2.0", id, result });
  assert.equal(answerFault(text(7, smallResult), 7, smallResult), null);
  assert.equal(answerFault(text(8, smallResult), 7, smallResult), "id 8, not 7");
  assert.equal(answerFault(text(7, "0x"), 7, smallResult), "another result");
  assert.equal(answerFault('{"id":7,"error":{}}', 7, smallResult), "another result");
  assert.equal(answerFault("<html>", 7, smallResult), "no JSON");
});

Deno.test("wholeAnswer() waits for the whole body", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
  assert.equal(wholeAnswer("HTTP/1.1 200 OK\r\n"), null);
  assert.equal(wholeAnswer(`${head}abc`), null);
  assert.deepEqual(wholeAnswer(`${head}abcd`), { fault: null, body: "abcd" });
});

Deno.test("wholeAnswer() tells another status and a body without length", () => {
  assert.equal(wholeAnswer("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n")?.fault, "status 503");
  assert.equal(
    wholeAnswer("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?.fault,
    "no content-length",
  );
});

Deno.test("badOutcomes() finds every outcome but results and calls that the client gave up", () => {
  const line = (outcome: string, n: number): string =>
    `lasso_requests_total{chain="ethereum",method="eth_call",outcome="${outcome}"} ${n}`;
  const scrape = [
    "# TYPE lasso_requests_total counter",
    line("ok", 9),
    line("cancelled", 2),
    line("timeout", 1),
  ];
  assert.deepEqual(badOutcomes(scrape.join("\n")), [line("timeout", 1)]);
  assert.deepEqual(badOutcomes([line("ok", 9), line("timeout", 0)].join("\n")), []);
  assert.throws(() => badOutcomes("# nothing\n"), /shows no lasso_requests_total/);
});
