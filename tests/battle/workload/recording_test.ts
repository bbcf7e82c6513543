import assert from "node:assert/strict";
import { LassoError } from "../../../core/errors.ts";
import { readRecording } from "../../../battle/workload/recording.ts";

Deno.test("readRecording() gives calls in the order of their times, params as they were spelt", () => {
  const lines = [
    '{"at_us":900,"chain":"base","method":"eth_call","params":[{"a": 1e3}, 12345678901234567890],"transport":"ws"}',
    "",
    '{"at_us":20,"chain":"ethereum","method":"eth_sendRawTransaction","params_hash":"sha256:00","transport":"http"}',
    '{"at_us":20,"method":"eth_chainId"}',
  ];
  assert.deepEqual(readRecording(lines, "t.jsonl"), [
    { atUs: 20, chain: "ethereum", method: "eth_sendRawTransaction", params: null, transport: "http" },
    { atUs: 20, chain: null, method: "eth_chainId", params: "[]", transport: null },
    {
      atUs: 900,
      chain: "base",
      method: "eth_call",
      params: '[{"a": 1e3}, 12345678901234567890]',
      transport: "ws",
    },
  ]);
});

Deno.test("readRecording() names the line that it can't read", () => {
  const cases = [
    ["{", "the line is no JSON"],
    ["[]", "the line is no JSON object"],
    ['{"method":"m"}', "at_us is no whole number"],
    ['{"at_us":1.5,"method":"m"}', "at_us is no whole number"],
    ['{"at_us":1}', "method is no name"],
    ['{"at_us":1,"method":"m","chain":1}', "chain is no name"],
    ['{"at_us":1,"method":"m","params":"x"}', "params are neither a list nor an object"],
  ] as const;
  for (const [line, what] of cases) {
    assert.throws(() => readRecording(["", line], "t.jsonl"), (thrown) => {
      assert.ok(thrown instanceof LassoError);
      assert.equal(
        thrown.message,
        `recorded traffic can't be read: ${what}\n  at t.jsonl:2\n` +
          '  fix: a line is {"at_us":0,"chain":"ethereum","method":"eth_chainId","params":[]}',
      );
      return true;
    });
  }
});
