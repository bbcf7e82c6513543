import assert from "node:assert/strict";
import { CallChunk, chunkRows } from "../../../battle/workload/call_chunk.ts";
import { CallTable } from "../../../battle/workload/call_table.ts";
import { AnswerNotes } from "../../../battle/workload/answer_notes.ts";
import { TextColumn } from "../../../battle/workload/text_column.ts";
import { createHash } from "node:crypto";

const calls = [{ atUs: 0, method: "eth_call", params: '["ü"]' }, {
  atUs: 5,
  method: "eth_getLogs",
  params: "[]",
}];
const sha = (text: string): string => createHash("sha256").update(text).digest("hex");

const meta = ',"lasso_meta":{"version":1,"request_id":"abc","candidate_providers":["x:http"],' +
  '"selected_provider":{"id":"x","protocol":"http"},"selection_reason":"\\"overhead_ms\\":9","overhead_ms":0.25,' +
  '"attempts":[{"provider":"y","transport":"ws","ms":1.5,"outcome":"timeout"},' +
  '{"provider":"x","transport":"http","ms":2,"outcome":"ok"}]}';

Deno.test("TextColumn gives back what was set, any byte of it, and null for the rest", () => {
  const column = new TextColumn(4);
  column.set(2, "\x00\xff\x80");
  column.set(0, "");
  column.set(3, "a".repeat(10_000));
  assert.deepEqual([0, 1, 2].map((row) => column.get(row)), ["", null, "\x00\xff\x80"]);
  assert.equal(column.get(3)?.length, 10_000);
});

Deno.test("AnswerNotes reads the metadata that stands behind a result, whatever the result is", () => {
  const table = new CallTable("w", calls, "all");
  const notes = new AnswerNotes(table, { methods: "all", maxTextChars: 40 });
  const results = ['{"a":[1,"\\",\\"lasso_meta\\":{"]}', `"${"f".repeat(50)}"`, "null"];
  results.forEach((result, row) => {
    table.start(row, row, row);
    const body = `{"jsonrpc":"2.0","id":${row + 1},"result":${result}${meta}}`;
    table.end(row, row + 1, notes.single(row, row + 1, 200, body));
  });
  const records = table.records();
  assert.deepEqual(records.map(({ result, resultHash }) => [result, resultHash]), [
    [results[0], sha(results[0]!)],
    [null, sha(results[1]!)],
    ["null", sha("null")],
  ]);
  for (const { provider, requestId, overheadMs, attempts } of records) {
    assert.deepEqual([provider, requestId, overheadMs], ["x", "abc", 0.25]);
    assert.deepEqual(attempts, [
      { provider: "y", transport: "ws", ms: 1.5, outcome: "timeout" },
      { provider: "x", transport: "http", ms: 2, outcome: "ok" },
    ]);
  }
});

Deno.test("AnswerNotes keeps results only of the methods that are wanted", () => {
  const table = new CallTable("w", calls, "all");
  const notes = new AnswerNotes(table, { methods: ["eth_getLogs"], maxTextChars: 40 });
  for (const row of [0, 1]) {
    table.start(row, 0, 0);
    table.end(row, 1, notes.single(row, row + 1, 200, `{"jsonrpc":"2.0","id":${row + 1},"result":"é"}`));
  }
  const utf8 = "é";
  assert.deepEqual(table.records().map(({ method, resultHash }) => [method, resultHash]), [
    ["eth_call", null],
    ["eth_getLogs", createHash("sha256").update(`"${utf8}"`, "latin1").digest("hex")],
  ]);
});

Deno.test("AnswerNotes judges a long answer by its frame", () => {
  const table = new CallTable("w", calls, "all");
  const notes = new AnswerNotes(table, { methods: "all", maxTextChars: 40 });
  const long = `"${"x".repeat(2_000_000)}"`;
  const bodies = [
    `{"jsonrpc":"2.0","id":1,"result":${long}${meta}}`,
    `{"jsonrpc":"2.0","id":2,"result":${long}`,
    `{"jsonrpc":"2.0","id":9,"result":${long}}`,
  ];
  bodies.forEach((body, row) => {
    table.start(row, 0, 0);
    table.end(row, 1, notes.single(row, row + 1, 200, body));
  });
  assert.deepEqual(table.records().map(({ outcome, reason, resultHash }) => [outcome, reason, resultHash]), [
    ["result", null, sha(long)],
    ["broken", "the answer is truncated", null],
    ["broken", "the answer has id 9, asked was 3", null],
  ]);
});

Deno.test("CallChunk encode() and decode() keep every column", () => {
  const table = new CallTable("w", calls, "all");
  const notes = new AnswerNotes(table, { methods: "all", maxTextChars: 40 });
  const rows = chunkRows + 3;
  for (let row = 0; row < rows; row++) {
    table.start(row, row, row + 0.5);
    const body = row % 100 === 7
      ? `{"jsonrpc":"2.0","id":${row + 1},"error":{"code":-32000,"message":"Grüße ${row}"}}`
      : `{"jsonrpc":"2.0","id":${row + 1},"result":${row}${meta}}`;
    table.end(row, row + 1, notes.single(row, row + 1, 200, body));
  }
  const copy = new CallTable("w", calls, "all");
  for (const [place, chunk] of table.chunks) copy.takeChunk(place, CallChunk.decode(chunk.encode()));
  copy.takeNames(table.names);
  assert.equal(copy.records().length, rows);
  assert.deepEqual(copy.records(), table.records());
});
