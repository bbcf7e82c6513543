import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { BodySink } from "../../../core/plugins/transport.ts";
import { AnswerStream } from "../../../core/routing/answer_stream.ts";
import { collect } from "../../../core/routing/collect.ts";
import type { Outcome } from "../../../core/routing/outcome.ts";

interface Fake {
  readonly stream: AnswerStream;
  readonly settled: (string | null)[];
  deliver(text: string): void;
  end(): void;
}

function fakeStream(head: string): Fake {
  let sink: BodySink | null = null;
  const settled: (string | null)[] = [];
  const rest = { pipe: (to: BodySink) => void (sink = to), resume: () => {}, cancel: () => {} };
  const stream = new AnswerStream(head, rest, 1, true, (failure) => void settled.push(failure));
  return {
    stream,
    settled,
    deliver: (text) => void sink!.write(Buffer.from(text)),
    end: () => sink!.end(),
  };
}

Deno.test("collect() holds a streamed answer whole while there is room", () => {
  const got: Outcome[] = [];
  const fake = fakeStream('["');
  collect({ kind: "stream", stream: fake.stream }, { bytes: 1_004 }, (outcome) => got.push(outcome));
  fake.deliver("x".repeat(1_000));
  fake.deliver('"]}');
  fake.end();
  assert.deepEqual(got, [{ kind: "result", result: `["${"x".repeat(1_000)}"]` }]);
  assert.deepEqual(fake.settled, [null]);
});

Deno.test("collect() gives a stream up that has no room, once", () => {
  const got: Outcome[] = [];
  const fake = fakeStream('["');
  collect({ kind: "stream", stream: fake.stream }, { bytes: 2_000 }, (outcome) => got.push(outcome));
  for (let nth = 0; nth < 5; nth++) fake.deliver("x".repeat(1_000));
  fake.end();
  assert.equal(got.length, 1);
  const [only] = got;
  assert.ok(only?.kind === "refusal");
  assert.equal(only.refusal.reason, "range");
  assert.deepEqual(fake.settled, ["cancelled"]);
});

Deno.test("collect() shares its room among the answers that become one", () => {
  const room = { bytes: 10 };
  const kinds: string[] = [];
  for (let nth = 0; nth < 3; nth++) {
    collect({ kind: "result", result: "[1,2]" }, room, (outcome) => kinds.push(outcome.kind));
  }
  assert.deepEqual(kinds, ["result", "result", "refusal"]);
});
