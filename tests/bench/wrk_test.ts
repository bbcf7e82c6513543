// Reading what wrk's script prints, with everything around it as wrk prints it.

import assert from "node:assert/strict";
import { bytesPerSecond, readWrk, requestsPerSecond } from "../../bench/wrk.ts";

const url = "http://127.0.0.1:1";

function output(errors: Record<string, number> = {}, requests = 100): string {
  const all = { connect: 0, read: 0, write: 0, status: 0, timeout: 0, ...errors };
  const run = { requests, durationUs: 500_000, bytes: 9_000, p50Us: 400, p99Us: 900, errors: all };
  return `Running 1s test @ ${url}
  1 threads and 64 connections
  ${requests} requests in 0.50s, 9KB read
Requests/sec:    200.00
BENCH ${JSON.stringify(run)}
`;
}

Deno.test("readWrk() finds the result among wrk's own lines", () => {
  const run = readWrk(output(), url);
  assert.equal(requestsPerSecond(run), 200);
  assert.equal(bytesPerSecond(run), 18_000);
  assert.equal(run.p99Us, 900);
});

Deno.test("readWrk() takes no run with an error, whatever its kind", () => {
  assert.throws(() => readWrk(output({ status: 3 }), url), {
    message: `wrk on ${url}: 3 non-2xx errors in 100 requests`,
  });
  assert.throws(() => readWrk(output({ read: 1, timeout: 2 }), url), {
    message: `wrk on ${url}: 1 read, 2 timeout errors in 100 requests`,
  });
});

Deno.test("readWrk() takes no run without an answer or a result", () => {
  assert.throws(() => readWrk(output({}, 0), url), { message: `wrk on ${url} had no answer at all` });
  assert.throws(() => readWrk("unable to connect\n", url), {
    message: `wrk on ${url} printed no result:\nunable to connect\n`,
  });
});
