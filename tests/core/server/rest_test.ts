import assert from "node:assert/strict";
import { Fields } from "../../../core/http/fields.ts";
import { lazyRest } from "../../../core/server/rest.ts";
import { chainSettings } from "../../support/fake_chain.ts";
import { node, TestLasso } from "../../support/test_lasso.ts";

const call = '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"}';

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

async function failure(
  lasso: TestLasso,
  path: string,
  status: number,
  code: string,
): Promise<Failure["error"]> {
  const answer = await lasso.get(path);
  const { error } = JSON.parse(answer.body) as Failure;
  assert.deepEqual([answer.status, error.code], [status, code], path);
  assert.match(answer.headers["content-type"] ?? "", /^application\/json/);
  return error;
}

Deno.test("restApp() says what it is and that it lives", async () => {
  await using lasso = await TestLasso.start();
  const root = JSON.parse((await lasso.get("/")).body);
  assert.deepEqual([root.data.name, root.data.version], ["lasso", "1.2.3"]);
  assert.ok(root.data.paths.includes("/status"));
  const health = await lasso.get("/health");
  assert.deepEqual([health.status, health.body], [200, '{"data":{"status":"alive"}}']);
});

Deno.test("/ready is 200 while a chain is not known to be bad, 503 otherwise and while draining", async () => {
  const wrong = node("a");
  wrong.chainId = 5;
  const chains = [chainSettings(["a"])];
  await using lasso = await TestLasso.start({ chains, scripts: { a: wrong.answer } });
  const ready = async (): Promise<unknown> => {
    const { status, body } = await lasso.get("/ready");
    return [status, JSON.parse(body).data];
  };
  assert.deepEqual(await ready(), [200, { status: "ready", chains: { ethereum: "unknown" } }]);
  assert.equal((await lasso.post("/rpc/ethereum", call)).status, 503);
  assert.deepEqual(await ready(), [503, { status: "no chain can be served", chains: { ethereum: "bad" } }]);
  lasso.server.state.draining = true;
  assert.deepEqual(await ready(), [503, { status: "draining" }]);
});

Deno.test("/ready does not count a chain that was drained by hand", async () => {
  await using lasso = await TestLasso.start();
  const { overrides, router } = lasso.server.state;
  overrides.drainChain(router.find("ethereum")!, true);
  const drained = await lasso.get("/ready");
  assert.equal(drained.status, 503);
  assert.deepEqual(JSON.parse(drained.body).data, {
    status: "no chain can be served",
    chains: { ethereum: "drained" },
  });
  overrides.drainChain(router.find("ethereum")!, false);
  assert.equal((await lasso.get("/ready")).status, 200);
});

Deno.test("lazyRest() begins one question at a time; probes of a load balancer wait for none", async () => {
  await using lasso = await TestLasso.start();
  const rest = lazyRest(lasso.server.state);
  const ended: string[] = [];
  const ask = async (path: string): Promise<void> => {
    const env = { fields: new Fields([], []), remoteAddress: "127.0.0.1" };
    await rest.fetch(new Request(`http://localhost${path}`), env);
    ended.push(path);
  };
  await ask("/health");
  const numbers = Array.from({ length: 9 }, (_, k) => `/${k}`);
  await Promise.all(["/", ...numbers.map((path) => `/status${path}`), "/ready"].map(ask));
  assert.deepEqual(ended.slice(0, 3).sort(), ["/", "/health", "/ready"]);
  assert.deepEqual(ended.slice(3), numbers.map((path) => `/status${path}`));
});

Deno.test("/metrics is Prometheus text", async () => {
  await using lasso = await TestLasso.start();
  const answer = await lasso.get("/metrics");
  assert.equal(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(answer.body, "# TYPE lasso_up gauge\nlasso_up 1\n");
});

Deno.test("/api/explain shows the candidates as they stand, and sends nothing", async () => {
  await using lasso = await TestLasso.start();
  await lasso.post("/rpc/ethereum", call);
  const sent = lasso.upstream("a").count("eth_getCode");
  const params = encodeURIComponent(' ["0x1", "latest"] ');
  for (const chain of ["ethereum", "eth", "1"]) {
    const answer = await lasso.get(`/api/explain?chain=${chain}&method=eth_getCode&params=${params}`);
    assert.equal(answer.status, 200);
    const { data } = JSON.parse(answer.body);
    assert.deepEqual([data.chain, data.method, data.strategy], ["ethereum", "eth_getCode", "priority"]);
    assert.deepEqual(data.block, { kind: "tag", tag: "latest" });
    assert.deepEqual(data.candidates.map(({ id, place }: { id: string; place: number }) => [id, place]), [
      ["a:http", 1],
      ["b:http", 2],
    ]);
  }
  const chosen = await lasso.get("/api/explain?chain=eth&method=eth_getCode&strategy=fastest&params=");
  assert.equal(JSON.parse(chosen.body).data.strategy, "fastest");
  assert.equal(lasso.upstream("a").count("eth_getCode"), sent);
});

Deno.test("/api/explain says what is wrong with a query", async () => {
  await using lasso = await TestLasso.start();
  for (
    const query of ["", "?chain=eth", "?method=eth_call", "?chain=&method=eth_call", "?chain=eth&method="]
  ) {
    await failure(lasso, `/api/explain${query}`, 400, "bad_query");
  }
  const unknown = await failure(lasso, "/api/explain?chain=nope&method=eth_call", 404, "unknown_chain");
  assert.equal(unknown.message, 'The chain "nope" is not configured.');
  assert.equal(unknown.hint, "Known: ethereum.");
  await failure(lasso, "/api/explain?chain=eth&method=eth_call&strategy=slowest", 400, "bad_query");
  const bare = await failure(lasso, "/api/explain?method=eth_call", 400, "bad_query");
  assert.deepEqual([bare.message, bare.hint], ["chain is needed.", "A chain: name, alias or decimal id."]);
  for (const params of ["1", "x", "[", '"a"', "null", '[1],"x":2', "[] []", " "]) {
    const path = `/api/explain?chain=eth&method=eth_call&params=${encodeURIComponent(params)}`;
    assert.equal(
      (await failure(lasso, path, 400, "bad_query")).message,
      "params must be a JSON array or object.",
    );
  }
});

Deno.test("restApp() answers unknown paths with 404 as JSON, and other methods with 405", async () => {
  await using lasso = await TestLasso.start();
  for (const path of ["/nope", "/rpcx", "/api/nope", "/status/x", "/%ff", "//"]) {
    await failure(lasso, path, 404, "not_found");
  }
  for (const path of ["/channels/events", "/channels/chain/eth", "/v1/ws/ethereum"]) {
    const { headers, ...answer } = await lasso.get(path);
    assert.deepEqual([answer.status, headers.upgrade], [426, "websocket"], path);
    assert.equal(JSON.parse(answer.body).error.code, "websocket_only");
    assert.equal((await lasso.get(path, { host: "evil.example" })).status, 401, path);
  }
  for (const path of ["/", "/health", "/status", "/metrics", "/api/explain"]) {
    const answer = await lasso.post(path, "{}");
    assert.deepEqual([answer.status, answer.headers.allow], [405, "GET, HEAD, OPTIONS"], path);
    assert.equal(JSON.parse(answer.body).error.code, "method_not_allowed");
  }
});

Deno.test("restApp() answers HEAD as GET without the body, and OPTIONS", async () => {
  await using lasso = await TestLasso.start();
  for (const path of ["/health", "/metrics", "/nope"]) {
    const get = await lasso.get(path);
    const head = await lasso.request({ method: "HEAD", path });
    assert.deepEqual([head.status, head.body], [get.status, ""]);
    assert.deepEqual(head.headers, get.headers, path);
  }
  for (const path of ["/health", "/status", "*"]) {
    const options = await lasso.request({ method: "OPTIONS", path });
    assert.deepEqual([options.status, options.headers.allow], [204, "GET, HEAD, OPTIONS"], path);
  }
});

Deno.test("restApp() shows nothing of itself to who may not read, but its health", async () => {
  await using lasso = await TestLasso.start({ server: { adminToken: "s3cret" } });
  const rebound = { host: "evil.example" };
  for (
    const path of [
      "/status",
      "/metrics",
      "/api/explain?chain=eth&method=eth_call",
      "/api/nope",
      "/x/../status",
    ]
  ) {
    const denied = await lasso.get(path, rebound);
    assert.deepEqual([denied.status, denied.headers["www-authenticate"]], [401, "Bearer"], path);
    assert.equal(JSON.parse(denied.body).error.code, "unauthorised");
    const wrong = await lasso.get(path, { ...rebound, authorization: "Bearer nope" });
    assert.deepEqual([wrong.status, JSON.parse(wrong.body).error.code], [403, "forbidden"]);
    const right = await lasso.get(path, { ...rebound, authorization: "Bearer s3cret" });
    assert.equal(right.status, path === "/api/nope" ? 404 : 200);
    assert.equal((await lasso.get(path, { "x-forwarded-for": "1.2.3.4" })).status, 401);
    assert.equal((await lasso.get(path, { origin: "https://evil.example" })).status, 401);
  }
  for (const path of ["/health", "/ready", "/"]) {
    assert.equal((await lasso.get(path, rebound)).status, 200, path);
  }
});

Deno.test("restApp() answers what can't be a web request with 400", async () => {
  await using lasso = await TestLasso.start();
  const answer = await lasso.request({ method: "TRACE", path: "/health" });
  assert.deepEqual([answer.status, JSON.parse(answer.body).error.code], [400, "bad_request"]);
});
