import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { TrafficRecorder } from "../../../core/server/traffic_recorder.ts";
import { TestLasso } from "../../support/test_lasso.ts";

function record(lasso: TestLasso, beganAt: number, transactions: boolean): string[] {
  const lines: string[] = [];
  const recorder = new TrafficRecorder({ line: (_level, line) => lines.push(line) }, beganAt, transactions);
  for (const { run } of lasso.completed) recorder.completed(run);
  assert.equal(recorder.heard, lines.length);
  return lines;
}

const hashOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

Deno.test("TrafficRecorder writes what was asked, without ids and addresses, and hashes what may be secret", async () => {
  await using lasso = await TestLasso.start();
  const bodies = [
    '{"jsonrpc":"2.0","id":"my-id","method":"eth_getBalance","params":[\n"0xaa",\t1e3 ]}',
    '{"jsonrpc":"2.0","id":2,"method":"eth_gasPrice"}',
    '{"jsonrpc":"2.0","id":3,"method":"eth_sendRawTransaction","params":["0x02secret"]}',
    '{"jsonrpc":"2.0","id":4,"method":"vendor_\\u0062undle","params":{"key":"secret"}}',
    '{"jsonrpc":"2.0","id":5,"method":"personal_unlockAccount","params":["0xaa","secret"]}',
  ];
  for (const body of bodies) await lasso.post("/rpc/eth?include_meta=body", body, { "x-team": "secret" });
  const lines = record(lasso, -1e9, false);
  assert.ok(!/secret|my-id|127\.0\.0\.1|x-team/.test(lines.join("\n")));
  assert.deepEqual(lines.map((line) => line.replace(/^\{"at_us":\d{13,},/, "{")), [
    '{"chain":"ethereum","method":"eth_getBalance","params":[ "0xaa",\t1e3 ],"transport":"http"}',
    '{"chain":"ethereum","method":"eth_gasPrice","params":[],"transport":"http"}',
    `{"chain":"ethereum","method":"eth_sendRawTransaction","params_hash":"${
      hashOf('["0x02secret"]')
    }","transport":"http"}`,
    `{"chain":"ethereum","method":"vendor_\\u0062undle","params_hash":"${
      hashOf('{"key":"secret"}')
    }","transport":"http"}`,
    `{"chain":"ethereum","method":"personal_unlockAccount","params_hash":"${
      hashOf('["0xaa","secret"]')
    }","transport":"http"}`,
  ]);
  for (const line of lines) JSON.parse(line);
  const open = record(lasso, -1e9, true);
  assert.match(open[2]!, /"params":\["0x02secret"\]/);
});

Deno.test("TrafficRecorder counts time from its beginning, and never below it", async () => {
  await using lasso = await TestLasso.start();
  await lasso.post("/rpc/eth", '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"}');
  const { receivedAt } = lasso.completed[0]!.run.request;
  const at = (beganAt: number): number =>
    (JSON.parse(record(lasso, beganAt, false)[0]!) as { at_us: number }).at_us;
  assert.equal(at(receivedAt - 12.3456), 12_346);
  assert.equal(at(receivedAt + 5), 0);
});
