// What a hostile provider may do to one call: odd results where Lasso goes by the value, keys in errors, full queues.

import assert from "node:assert/strict";
import { answers, fakeRouter, type NodeScript } from "../../support/fake_router.ts";

const hash = `0x${"ab".repeat(32)}`;
const raw = '["0x02f8"]';

/** A height from a client's call; probes are answered well. */
function heightOf(result: unknown): NodeScript {
  let probes = 1;
  return (call) => call.method === "eth_blockNumber" && probes-- <= 0 ? { result } : undefined;
}

for (const odd of ["latest", "0x1000000000000000", 12345, null, { a: 1 }, `0x${"1".repeat(300_000)}`]) {
  Deno.test(`Run takes no height from ${JSON.stringify(odd).slice(0, 30)}`, async () => {
    await using lasso = await fakeRouter({ nodes: { a: heightOf(odd), b: () => undefined } });
    const call = await lasso.call("eth_blockNumber", "[]");
    assert.equal(call.result, '"0x64"');
    assert.deepEqual(call.attempts, ["a:malformed", "b:ok"]);
  });
}

for (const odd of [null, { a: 1 }, "0x", `${hash}00`]) {
  Deno.test(`Run ends no broadcast with the result ${JSON.stringify(odd).slice(0, 30)}`, async () => {
    await using lasso = await fakeRouter({
      nodes: {
        a: answers("eth_sendRawTransaction", { result: odd }),
        b: answers("eth_sendRawTransaction", { result: hash, afterMs: 100 }),
      },
    });
    const call = await lasso.call("eth_sendRawTransaction", raw);
    assert.equal(call.result, `"${hash}"`);
    assert.deepEqual(call.attempts, ["a:malformed", "b:ok"]);
  });
}

Deno.test("Run passes no long answer on where the method gives a short one", async () => {
  const stream = { head: `{"jsonrpc":"2.0","id":ID,"result":"0x${"0".repeat(400)}`, chunks: ['"}'] };
  await using lasso = await fakeRouter({
    nodes: {
      a: (call) => call.method === "eth_sendRawTransaction" ? { stream } : undefined,
      b: answers("eth_sendRawTransaction", { result: hash, afterMs: 100 }),
    },
  });
  const call = await lasso.call("eth_sendRawTransaction", raw);
  assert.equal(call.result, `"${hash}"`);
  assert.equal(lasso.transport("a").streamsCancelled, 1);
});

Deno.test("Run masks the provider's key in an upstream's own error, and nothing else of it", async () => {
  const key = "k3yk3yk3yk3yk3y";
  const error = (shown: string) =>
    `{ "code":-32602,"message":"bad /ethereum/v2/${shown} ü","data":{"url":"https://x.example/${shown}"} }`;
  await using lasso = await fakeRouter({
    nodes: {
      a: (call) =>
        call.method === "eth_call"
          ? { body: `{"jsonrpc":"2.0","id":${call.id},"error":${error(key)}}` }
          : undefined,
    },
    providers: { a: { url: `https://a.example/ethereum/v2/${key}` } },
  });
  const { outcome } = await lasso.call("eth_call", '[{},"0x1"]');
  assert.ok(outcome?.kind === "error");
  assert.equal(outcome.error, error("***").replace("ü", "Ã¼"));
});

Deno.test("Run holds its own full queue against no breaker", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("eth_call", { failure: { code: "busy", message: "busy", sent: false } }),
      b: answers("eth_call", { result: 1 }),
    },
  });
  for (let nth = 0; nth < 20; nth++) {
    assert.deepEqual((await lasso.call("eth_call", '[{},"0x1"]')).attempts, ["a:transport", "b:ok"]);
  }
  assert.equal(lasso.channel("a").breaker.kind, "closed");
});

Deno.test("Run tells a client of no wait that nobody means", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { status: 429, body: "", retryAfterMs: 315_360_000_000 }) },
  });
  const call = await lasso.call("eth_call", '[{},"0x1"]');
  assert.equal(call.error.data?.retry_after_ms, 3_600_000);
});
