import assert from "node:assert/strict";
import type { History } from "../../../../core/measure/history/model.ts";
import type { HttpAnswer } from "../../../support/http_exchange.ts";
import { node, TestLasso } from "../../../support/test_lasso.ts";
import { MemoryHistory } from "../../alerts/support.ts";

const secret = "a-secret-of-the-operator";
const call = '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice","params":[]}';
const json = { "content-type": "application/json" };

interface Reply {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly data: any;
  // deno-lint-ignore no-explicit-any
  readonly error: any;
}

async function admin(
  lasso: TestLasso,
  method: string,
  path: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const text = method === "GET" ? "" : JSON.stringify(body);
  const answer = await lasso.request({
    method,
    path: `/api/admin/${path}`,
    body: text,
    headers: { host: `127.0.0.1:${lasso.server.port}`, ...json, ...headers },
  });
  return read(answer);
}

function read({ status, body }: HttpAnswer): Reply {
  const { data, error } = JSON.parse(body);
  return { status, data, error };
}

/** Who answered a call. */
async function served(lasso: TestLasso, path = "/rpc/ethereum"): Promise<string> {
  const { result, error } = JSON.parse((await lasso.post(path, call)).body);
  return result ?? error.data.reason;
}

/** A call to every admin route that changes something. */
const every: readonly (readonly [method: string, path: string])[] = [
  ["POST", "reload"],
  ["PUT", "strategy"],
  ["POST", "marks"],
  ["GET", "audit"],
  ...["drain", "enable", "probe", "call", "connect", "disconnect"].map((action) =>
    ["POST", `providers/ethereum/a/${action}`] as const
  ),
  ["POST", "chains/ethereum/drain"],
  ["POST", "chains/ethereum/enable"],
  ["POST", "breakers/ethereum/a/http"],
  ["GET", "dead-letters"],
  ["POST", "dead-letters/1/retry"],
  ["POST", "dead-letters/1/discard"],
  ["POST", "traffic"],
  ["DELETE", "traffic"],
  ["POST", "faults"],
  ["DELETE", "faults"],
  ["POST", "events"],
  ["GET", "simulators"],
];

Deno.test("admin routes all refuse who has no token, a wrong one, or comes from a page of another origin", async () => {
  await using lasso = await TestLasso.start({ server: { adminToken: secret } });
  const origin = { authorization: `Bearer ${secret}`, origin: "https://evil.example" };
  for (const [method, path] of every) {
    const refused = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const { status, error } = await admin(lasso, method, path, {}, headers);
      return [status, error.code];
    };
    assert.deepEqual(await refused({}), [401, "unauthorised"], path);
    assert.deepEqual(await refused({ authorization: "Bearer nonsense" }), [403, "forbidden"], path);
    assert.deepEqual(await refused(origin), [403, "foreign_origin"], path);
    const site = { authorization: `Bearer ${secret}`, "sec-fetch-site": "cross-site" };
    assert.deepEqual(await refused(site), [403, "foreign_origin"], path);
  }
  assert.equal(await served(lasso), "a", "nothing was changed");
});

Deno.test("admin routes without a token are for loopback alone", async () => {
  await using lasso = await TestLasso.start();
  for (const [method, path] of every) {
    for (const headers of [{ host: "rebound.example" }, { "x-forwarded-for": "203.0.113.7" }] as const) {
      const { status, error } = await admin(lasso, method, path, {}, headers);
      assert.deepEqual([status, error.code], [403, "loopback_only"], path);
    }
  }
});

Deno.test("admin routes take JSON alone, bounded, and nothing that they do not know", async () => {
  await using lasso = await TestLasso.start();
  const host = `127.0.0.1:${lasso.server.port}`;
  for (const [method, path] of every.filter(([one]) => one !== "GET")) {
    const bare = await lasso.request({ method, path: `/api/admin/${path}`, headers: { host } });
    assert.deepEqual([bare.status, read(bare).error.code], [415, "not_json"], path);
    const form = { host, "content-type": "text/plain" };
    const plain = await lasso.request({ method, path: `/api/admin/${path}`, headers: form, body: "{}" });
    assert.equal(plain.status, 415, path);
    const { status } = await admin(lasso, method, path, { surprise: true });
    assert.equal(status, 400, path);
  }
  const { status } = await admin(lasso, "POST", "marks", { label: "x".repeat(300_000) });
  assert.equal(status, 413);
});

Deno.test("admin routes say what does not exist", async () => {
  await using lasso = await TestLasso.start();
  const missing = async (path: string, body: unknown = {}): Promise<unknown> => {
    const { status, error } = await admin(lasso, "POST", path, body);
    return [status, error.code];
  };
  const open = { action: "open" };
  assert.deepEqual(await missing("providers/mars/a/drain"), [404, "unknown_chain"]);
  assert.deepEqual(await missing("providers/ethereum/x/drain"), [404, "unknown_provider"]);
  assert.deepEqual(await missing("chains/mars/drain"), [404, "unknown_chain"]);
  assert.deepEqual(await missing("breakers/ethereum/x/http", open), [404, "unknown_provider"]);
  assert.deepEqual(await missing("breakers/ethereum/a/ws", open), [409, "no_channel"]);
  assert.deepEqual(await missing("breakers/ethereum/a/smoke", open), [400, "bad_query"]);
  assert.deepEqual(await missing("breakers/ethereum/a/http", { action: "melt" }), [400, "bad_body"]);
  assert.deepEqual(await missing("breakers/ethereum/a/http", { ...open, for: "soon" }), [400, "bad_body"]);
  const reset = { action: "reset", for: "5s" };
  assert.deepEqual(await missing("breakers/ethereum/a/http", reset), [400, "bad_body"]);
  assert.deepEqual(await missing("providers/ethereum/a/connect"), [409, "no_channel"]);
  assert.deepEqual(await missing("providers/ethereum/a/call", { transport: "ws" }), [409, "no_channel"]);
  assert.deepEqual(await missing("providers/ethereum/a/call", { method: "eth_sign" }), [
    400,
    "refused_method",
  ]);
  assert.deepEqual(await missing("providers/ethereum/a/fly"), [404, "not_found"]);
  assert.deepEqual(await missing("dead-letters/7/retry"), [404, "unknown_letter"]);
  assert.deepEqual(await missing("dead-letters/7/discard"), [404, "unknown_letter"]);
  assert.deepEqual(await missing("reload"), [409, "no_config_file"]);
  const fault = { kind: "kill", chain: "ethereum", provider: "a" };
  const event = { type: "healthy", chain: "ethereum", provider: "a" };
  assert.deepEqual(await missing("traffic", { rate: 5 }), [409, "not_demo"]);
  assert.deepEqual(await missing("faults", fault), [409, "not_demo"]);
  assert.deepEqual(await missing("events", event), [409, "not_demo"]);
  for (const path of ["traffic", "faults"]) {
    assert.equal((await admin(lasso, "DELETE", path)).error.code, "not_demo");
  }
  assert.equal((await admin(lasso, "GET", "simulators")).error.code, "not_demo");
});

Deno.test("admin drain and enable move a provider's traffic, and are shown as an override", async () => {
  await using lasso = await TestLasso.start();
  const change = async (action: string): Promise<unknown> =>
    (await admin(lasso, "POST", `providers/eth/a/${action}`)).data;
  const override = async (): Promise<unknown> => {
    const [provider] = JSON.parse((await lasso.get("/api/providers", { host: "localhost" })).body).data;
    const [chain] = JSON.parse((await lasso.get("/status", { host: "localhost" })).body).data.chains;
    return [provider.override, chain.providers[0].override];
  };
  assert.equal(await served(lasso), "a");
  assert.deepEqual(await change("drain"), { ok: true, changed: true });
  assert.deepEqual(await change("drain"), { ok: true, changed: false });
  assert.equal(await served(lasso), "b");
  assert.deepEqual(await override(), ["drained", "drained"]);
  assert.deepEqual(await change("enable"), { ok: true, changed: true });
  assert.deepEqual(await change("enable"), { ok: true, changed: false });
  assert.equal(await served(lasso), "a");
  assert.deepEqual(await override(), [null, null]);
});

Deno.test("admin breakers held open get no calls, till they are reset", async () => {
  await using lasso = await TestLasso.start();
  const act = async (action: string): Promise<unknown> =>
    (await admin(lasso, "POST", "breakers/ethereum/a/http", { action })).data;
  assert.deepEqual(await act("open"), { ok: true, changed: true });
  const before = lasso.upstream("a").calls.length;
  assert.equal(await served(lasso), "b");
  assert.equal(await served(lasso, "/rpc/provider/a/ethereum"), "drained");
  assert.equal(lasso.upstream("a").calls.length, before);
  const view = lasso.server.state.overrides.provider("ethereum", "a");
  assert.equal(view?.breakers?.http?.forced, "open");
  assert.deepEqual(await act("reset"), { ok: true, changed: true });
  assert.deepEqual(await act("reset"), { ok: true, changed: false });
  assert.equal(await served(lasso), "a");
});

Deno.test("admin strategy is what metadata names, for one chain or all, till it is cleared", async () => {
  await using lasso = await TestLasso.start();
  const put = (body: unknown): Promise<Reply> => admin(lasso, "PUT", "strategy", body);
  const used = async (headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const answer = await lasso.post("/rpc/ethereum?include_meta=body", call, headers);
    return JSON.parse(answer.body).lasso_meta.strategy;
  };
  const before = await used();
  const other = before === "priority" ? "fastest" : "priority";
  assert.deepEqual((await put({ chain: "1", strategy: other })).data, { ok: true, changed: true });
  assert.equal(await used(), other);
  assert.equal(await used({ "x-lasso-strategy": before as string }), before, "who asks for one gets it");
  assert.deepEqual((await put({ strategy: null })).data, { ok: true, changed: true });
  assert.equal(await used(), before);
  assert.deepEqual((await put({ strategy: null })).data, { ok: true, changed: false });
  const { status, error } = await put({ strategy: "magic" });
  assert.deepEqual([status, error.code, error.hint], [
    400,
    "unknown_strategy",
    "Known: fastest, priority.",
  ]);
  assert.equal((await put({ chain: "mars", strategy: null })).status, 404);
});

Deno.test("admin chain drain answers clients by 503 and a reason, single, batch and handshake", async () => {
  await using lasso = await TestLasso.start();
  assert.deepEqual((await admin(lasso, "POST", "chains/ethereum/drain")).data, { ok: true, changed: true });
  for (const body of [call, `[${call},${call}]`]) {
    const answer = await lasso.post("/rpc/ethereum", body);
    const { error } = JSON.parse(answer.body);
    assert.deepEqual([answer.status, error.code, error.data.reason], [503, -32000, "drained"]);
    assert.equal(error.message, "The chain ethereum was taken out of service by the operator.");
  }
  const upgrade = await lasso.get("/rpc/ethereum", {
    connection: "upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  });
  assert.equal(upgrade.status, 503);
  assert.deepEqual((await admin(lasso, "POST", "chains/eth/enable")).data, { ok: true, changed: true });
  assert.equal(await served(lasso), "a");
});

Deno.test("admin overrides survive a reload", async () => {
  await using lasso = await TestLasso.start();
  await admin(lasso, "POST", "providers/ethereum/a/drain");
  await admin(lasso, "PUT", "strategy", { strategy: "priority" });
  const [chain] = lasso.server.state.router.settings.chains;
  const providers = chain!.providers.map((one) => ({ ...one, url: `${one.url}/changed` }));
  lasso.swap({ chains: [{ ...chain!, providers }] });
  assert.equal(await served(lasso), "b");
  assert.equal(lasso.server.state.router.routes[0]!.strategyOverride, "priority");
});

Deno.test("admin call goes to that provider alone and shows the answer and every attempt, without secrets", async () => {
  await using lasso = await TestLasso.start({
    scripts: {
      b: node("b", ({ method, params }) =>
        method === "eth_call"
          ? {
            error: {
              code: 3,
              message: "execution reverted at https://b.example/v2/very-secret-key",
              data: "0x",
            },
          }
          : { result: [method, params] }).answer,
    },
  });
  await admin(lasso, "POST", "providers/ethereum/b/drain");
  const test = async (body: unknown) => (await admin(lasso, "POST", "providers/ethereum/b/call", body)).data;
  const { ms, attempts, ...rest } = await test({ method: "eth_foo", params: [{ a: 1 }] });
  assert.ok(ms >= 0 && attempts.length === 1 && attempts[0].provider === "b");
  assert.deepEqual(rest, {
    ...{ ok: true, changed: false, test: true, provider: "b", transport: "http", method: "eth_foo" },
    ...{ result: ["eth_foo", [{ a: 1 }]], result_chars: 21, error: null },
  });
  const failed = await test({ method: "eth_call", params: [{}] });
  assert.deepEqual([failed.ok, failed.error.code, failed.error.reason], [false, 3, "revert"]);
  assert.ok(!JSON.stringify(failed).includes("very-secret-key"));
  assert.equal(lasso.upstream("a").calls.filter(({ method }) => method === "eth_foo").length, 0);
  assert.equal(lasso.completed.length, 0, "it is no client's call");
});

Deno.test("admin call tells the length alone of an answer that is too long to be shown", async () => {
  const long = "x".repeat(100_000);
  await using lasso = await TestLasso.start({ scripts: { a: node("a", () => ({ result: long })).answer } });
  const { data } = await admin(lasso, "POST", "providers/ethereum/a/call", { method: "eth_getCode" });
  assert.deepEqual([data.ok, "result" in data, data.result_chars], [true, false, 100_002]);
});

Deno.test("admin probe says what a provider answers, and what is wrong with it", async () => {
  const wrong = node("b");
  wrong.chainId = 5;
  await using lasso = await TestLasso.start({ scripts: { b: wrong.answer } });
  const probe = async (id: string) => (await admin(lasso, "POST", `providers/ethereum/${id}/probe`)).data;
  const good = await probe("a");
  assert.deepEqual([good.ok, good.probes[0].chain_id, good.probes[0].head, good.probes[0].error], [
    true,
    1,
    100,
    null,
  ]);
  const bad = await probe("b");
  assert.deepEqual([bad.ok, bad.probes[0].error], [false, "answers chain id 5, expected 1"]);
});

Deno.test("admin marks are rows of their own in history, and on the feed", async () => {
  const memory = new MemoryHistory();
  await using lasso = await TestLasso.start({ history: memory.history });
  assert.deepEqual((await admin(lasso, "POST", "marks", { label: " deploy 7 " })).data, {
    ok: true,
    changed: true,
  });
  const marks = memory.rows.filter(({ topic }) => topic === "mark");
  assert.deepEqual(marks.map(({ event, fields }) => [event, fields]), [["mark", { label: "deploy 7" }]]);
  for (const label of ["", "   ", "x".repeat(121), 5]) {
    assert.equal((await admin(lasso, "POST", "marks", { label })).status, 400);
  }
});

Deno.test("admin changes are events of their topics", async () => {
  const memory = new MemoryHistory();
  await using lasso = await TestLasso.start({ history: memory.history });
  await admin(lasso, "POST", "breakers/ethereum/a/http", { action: "open", for: "30s" });
  await admin(lasso, "PUT", "strategy", { strategy: "priority" });
  await admin(lasso, "POST", "chains/ethereum/drain");
  const own = /^(?:breaker\.override|config\.)/;
  const told = memory.rows.filter(({ event }) => own.test(event)).map(({ topic, event }) => [topic, event]);
  assert.deepEqual(told, [
    ["breaker", "breaker.override"],
    ["config", "config.strategy"],
    ["config", "config.chain_drained"],
  ]);
});

Deno.test("admin audit shows every call with its outcome, refused ones too, and no secret", async () => {
  const memory = new MemoryHistory();
  const asked: unknown[] = [];
  const history: History = {
    ...memory.history,
    events: (query) => {
      asked.push(query.topics);
      const rows = memory.rows.filter(({ topic }) => query.topics?.includes(topic)).reverse();
      return Promise.resolve({ rows: rows.slice(0, query.limit), next: null });
    },
  };
  await using lasso = await TestLasso.start({ server: { adminToken: secret }, history });
  const token = { authorization: `Bearer ${secret}` };
  await admin(lasso, "POST", "providers/ethereum/a/drain");
  await admin(lasso, "POST", "providers/ethereum/a/drain", {}, token);
  await admin(lasso, "POST", "providers/ethereum/a/call", {
    method: "eth_foo",
    params: [{ api_key: "hidden-key", url: "https://x.example/v2/hidden-path" }],
  }, token);
  const { data } = await admin(lasso, "GET", "audit?limit=3", {}, token);
  const [called, drained, refused] = data;
  assert.deepEqual(asked, [["audit"]]);
  assert.deepEqual([called.action, called.by, called.status], [
    "POST /api/admin/providers/ethereum/a/call",
    "token",
    200,
  ]);
  assert.deepEqual([drained.ok, refused.ok, refused.status], [true, false, 401]);
  const text = JSON.stringify(memory.rows);
  for (const hidden of [secret, "hidden-key", "hidden-path"]) assert.ok(!text.includes(hidden), hidden);
});

Deno.test("admin dead letters are listed, tried again by their kind, and discarded", async () => {
  const memory = new MemoryHistory();
  const { history } = memory;
  const letter = {
    at: 1_800_000_000_000,
    target: "ops",
    body: "{}",
    tries: 1,
    lastError: "503",
    nextAt: null,
  };
  const alert = await history.addDeadLetter({ ...letter, kind: "alert" });
  const sent = await history.addDeadLetter({ ...letter, kind: "transaction" });
  const retried: number[] = [];
  await using lasso = await TestLasso.start({
    history,
    api: {
      alerts: {
        ...{ firing: [], pending: [], targets: [] },
        retryDeadLetter: async (id) => {
          retried.push(id);
          if (retried.length === 1) return { kind: "failed", error: "HTTP 500" };
          await history.removeDeadLetter(id);
          return { kind: "sent" };
        },
      },
    },
  });
  const listed = (await admin(lasso, "GET", "dead-letters")).data;
  assert.deepEqual(listed[1], {
    ...{ id: alert, at: "2027-01-15T08:00:00.000Z", kind: "alert", target: "ops", body: "{}", tries: 1 },
    ...{ last_error: "503", next_at: null },
  });
  const retry = (id: number): Promise<Reply> => admin(lasso, "POST", `dead-letters/${id}/retry`);
  assert.deepEqual((await retry(alert)).data, { ok: false, changed: false, error: "HTTP 500" });
  assert.deepEqual((await retry(alert)).data, { ok: true, changed: true, error: null });
  assert.deepEqual(retried, [alert, alert]);
  assert.equal((await retry(alert)).status, 404);
  assert.equal((await retry(sent)).status, 409);
  const discard = await admin(lasso, "POST", `dead-letters/${sent}/discard`);
  assert.equal((await admin(lasso, "GET", "dead-letters?kind=history")).status, 400);
  assert.deepEqual(discard.data, { ok: true, changed: true });
  assert.equal(memory.letters.size, 0);
});
