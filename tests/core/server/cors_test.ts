import assert from "node:assert/strict";
import { TestLasso } from "../../support/test_lasso.ts";

const call = '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"}';
const origin = "https://app.example";
const exposed = "x-lasso-request-id, x-lasso-meta, retry-after";

Deno.test("preflightHeaders() lets a browser of any origin post with the headers that it asks for", async () => {
  await using lasso = await TestLasso.start();
  const answer = await lasso.request({
    method: "OPTIONS",
    path: "/rpc/ethereum",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-lasso-strategy",
    },
  });
  assert.deepEqual([answer.status, answer.body], [204, ""]);
  assert.equal(answer.headers["access-control-allow-origin"], "*");
  assert.equal(answer.headers["access-control-allow-methods"], "POST, OPTIONS");
  assert.equal(answer.headers["access-control-allow-headers"], "content-type,x-lasso-strategy");
  assert.equal(answer.headers["access-control-max-age"], "86400");
  assert.equal(answer.headers["allow"], "POST, OPTIONS");
});

Deno.test("corsHeaders() stand on answers and on every kind of refusal, and expose ours", async () => {
  await using lasso = await TestLasso.start({ server: { maxBodyBytes: 100, maxBatch: 1 } });
  const cases: readonly (readonly [string, string, number])[] = [
    ["/rpc/ethereum", call, 200],
    ["/rpc/ethereum", `[${call}]`, 200],
    ["/rpc/ethereum", '{"jsonrpc":"2.0","method":"eth_gasPrice"}', 204],
    ["/rpc/ethereum", "nope", 400],
    ["/rpc/nope", call, 404],
    ["/rpc/ethereum", "[1,2]", 413],
    ["/rpc/ethereum", " ".repeat(101), 413],
  ];
  for (const [path, body, status] of cases) {
    const { headers, status: seen } = await lasso.post(path, body, { origin });
    assert.equal(seen, status);
    assert.equal(headers["access-control-allow-origin"], "*", body);
    assert.equal(headers["access-control-expose-headers"], exposed, body);
  }
  const get = await lasso.get("/rpc/ethereum", { origin });
  assert.deepEqual([get.status, get.headers["access-control-allow-origin"]], [405, "*"]);
  const plain = await lasso.post("/rpc/ethereum", call);
  assert.equal(plain.headers["access-control-allow-origin"], undefined);
});

Deno.test("corsHeaders() name the origin where only some may read, and nothing for the others", async () => {
  await using lasso = await TestLasso.start({ server: { corsOrigins: [origin] } });
  const allowed = await lasso.post("/rpc/ethereum", call, { origin });
  assert.equal(allowed.headers["access-control-allow-origin"], origin);
  assert.equal(allowed.headers["vary"], "origin");
  for (const other of ["https://evil.example", "null", "http://app.example"]) {
    const denied = await lasso.post("/rpc/ethereum", call, { origin: other });
    assert.deepEqual([denied.status, denied.headers["access-control-allow-origin"]], [200, undefined]);
    assert.equal(denied.headers["vary"], "origin");
    const preflight = await lasso.request({
      method: "OPTIONS",
      path: "/rpc/eth",
      headers: { origin: other },
    });
    assert.deepEqual([preflight.status, preflight.headers["access-control-allow-methods"]], [204, undefined]);
  }
});
