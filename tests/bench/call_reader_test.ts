// The WebSocket upstream's hot part: every call gets its own answer, however the bytes come.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { answerFrame, CallReader } from "../../bench/call_reader.ts";
import { ethCall } from "../../bench/check_path.ts";
import { smallResult } from "../../bench/haproxy.ts";
import { clientFrame, FrameReader, opPing, opText } from "../../bench/ws_frames.ts";

interface Given {
  readonly answers: { id: number; result: string }[];
  readonly others: [number, string][];
}

function feed(bytes: Buffer, cut: number): Given {
  const given: Given = { answers: [], others: [] };
  const written = new FrameReader((_opcode, payload) => {
    given.answers.push(JSON.parse(payload.toString("latin1")));
  });
  const reader = new CallReader((opcode, text) => {
    given.others.push([opcode, text]);
    return opcode === opText ? answerFrame("other", '"0x1"') : null;
  });
  for (let at = 0; at < bytes.length; at += cut) {
    const out = reader.feed(Buffer.from(bytes.subarray(at, at + cut)));
    if (out !== null) written.feed(out);
  }
  return given;
}

Deno.test("CallReader answers each eth_call under its id, wherever the bytes are cut", () => {
  const ids = [1, 42, 999_999, 4_000_000_000, Number.MAX_SAFE_INTEGER];
  const bytes = Buffer.concat(ids.map((id, nth) => clientFrame(ethCall(id, nth), opText, 0x01020304 + nth)));
  for (const cut of [1, 11, 200, bytes.length]) {
    const { answers, others } = feed(bytes, cut);
    assert.deepEqual(answers, ids.map((id) => ({ jsonrpc: "2.0", id, result: smallResult })), `cut ${cut}`);
    assert.deepEqual(others, []);
  }
});

Deno.test("CallReader hands on what is no plain eth_call, decoded, and keeps the order of answers", () => {
  const chainId = '{"jsonrpc":"2.0","id":7,"method":"eth_chainId","params":[]}';
  const named = ethCall(8, 1).replace('"id":8', '"id":"eight"');
  const calls = [ethCall(1, 1), chainId, named, ethCall(2, 2)].map((text) => clientFrame(text));
  const bytes = Buffer.concat([...calls, clientFrame("hi", opPing)]);
  const { answers, others } = feed(bytes, bytes.length);
  assert.deepEqual(answers.map(({ id }) => id), [1, "other", "other", 2]);
  assert.deepEqual(others, [[opText, chainId], [opText, named], [opPing, "hi"]]);
});

Deno.test("CallReader answers a whole burst in one piece", () => {
  const bytes = Buffer.concat(Array.from({ length: 500 }, (_, id) => clientFrame(ethCall(id, id))));
  const reader = new CallReader(() => null);
  const out = reader.feed(Buffer.from(bytes));
  let count = 0;
  new FrameReader(() => count++).feed(out!);
  assert.equal(count, 500);
  assert.equal(reader.feed(Buffer.alloc(0)), null);
});
