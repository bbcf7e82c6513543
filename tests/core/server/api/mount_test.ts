import assert from "node:assert/strict";
import { z } from "zod";
import { Fields } from "../../../../core/http/fields.ts";
import { ApiError } from "../../../../core/server/api/api_error.ts";
import { apiApp } from "../../../../core/server/api/app.ts";
import type { RestApp } from "../../../../core/server/api/mount.ts";
import { limit, queryTypes, whole } from "../../../../core/server/api/query_types.ts";
import { type Route, route } from "../../../../core/server/api/route.ts";
import { CannedHistory } from "../../../support/canned_history.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

const common = { tag: "test", summary: "A test", data: z.unknown() } as const;

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly peer?: string;
}

interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly json: {
    readonly data?: unknown;
    readonly window?: unknown;
    readonly n?: number;
    readonly next?: string | null;
    readonly error?: {
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
      readonly details?: unknown;
    };
  };
}

/** An app of these routes, asked without sockets. */
class Stage implements AsyncDisposable {
  readonly canned = new CannedHistory();
  readonly lasso: TestLasso;
  readonly #app: RestApp;

  constructor(lasso: TestLasso, routes: (lasso: TestLasso) => readonly Route[]) {
    this.lasso = lasso;
    this.#app = apiApp(routes(lasso), { state: lasso.server.state, history: this.canned.history });
  }

  async ask(
    path: string,
    { method = "GET", body, headers = {}, peer = "127.0.0.1" }: Asked = {},
  ): Promise<Got> {
    const all: Record<string, string> = { host: "localhost:4000", ...headers };
    const init: RequestInit = { method, headers: all };
    if (body !== undefined) init.body = body;
    const fields = new Fields(Object.keys(all), Object.values(all));
    const answer = await this.#app.fetch(new Request(`http://localhost:4000${path}`, init), {
      fields,
      remoteAddress: peer,
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: text === "" ? {} : JSON.parse(text) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.lasso[Symbol.asyncDispose]();
  }
}

async function stage(
  routes: (lasso: TestLasso) => readonly Route[],
  adminToken: string | null = null,
): Promise<Stage> {
  return new Stage(await TestLasso.start({ server: { adminToken } }), routes);
}

const json = { "content-type": "application/json" };

Deno.test("mount() hands a handler what its schemas made, and wraps what it gives", async () => {
  await using one = await stage((lasso) => {
    const { chain } = queryTypes(lasso.server.state);
    return [route({
      ...common,
      method: "get",
      path: "/api/things/{id}",
      access: "read",
      params: z.strictObject({ id: whole(0, 99, "A number.") }),
      query: z.strictObject({ chain: chain.optional(), limit: limit(5, 10) }),
      handle: ({ params, query, caller }) => ({
        data: { ...params, chain: query.chain?.chain.name, limit: query.limit, caller },
        window: { from: "a", to: "b", step_ms: 5 },
        n: 3,
        next: null,
      }),
    })];
  });
  const { status, headers, json: got } = await one.ask("/api/things/7?chain=eth");
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.deepEqual(got, {
    data: { id: 7, chain: "ethereum", limit: 5, caller: { from: "127.0.0.0/24", by: "loopback" } },
    window: { from: "a", to: "b", step_ms: 5 },
    n: 3,
    next: null,
  });
});

Deno.test("mount() says all that is wrong with a request at once, with path and what is allowed", async () => {
  await using one = await stage((lasso) => [route({
    ...common,
    method: "post",
    path: "/api/things/{id}",
    access: "read",
    params: z.strictObject({ id: whole(0, 99, "A number.") }),
    query: z.strictObject({
      chain: queryTypes(lasso.server.state).chain,
      by: z.enum(["a", "b"]),
      limit: limit(5, 10),
    }),
    body: z.strictObject({ name: z.string().max(3), list: z.array(z.number()) }),
    handle: () => ({ data: null }),
  })]);
  const { status, json: got } = await one.ask("/api/things/x?chain=nope&by=c&limit=11&extra=1", {
    method: "POST",
    headers: json,
    body: '{"name":"long","list":[1,"x"],"more":1}',
  });
  assert.equal(status, 400);
  assert.equal(got.error?.code, "bad_query");
  assert.deepEqual(got.error?.details, [
    {
      in: "path",
      path: "id",
      problem: 'must be a whole number from 0 to 99; this was "x"',
      allowed: "0 to 99",
    },
    {
      in: "query",
      path: "chain",
      problem: 'The chain "nope" is not configured.',
      allowed: "Known: ethereum.",
    },
    { in: "query", path: "by", problem: 'must be one of a, b; this was "c"', allowed: "a, b" },
    {
      in: "query",
      path: "limit",
      problem: 'must be a whole number from 1 to 10; this was "11"',
      allowed: "1 to 10",
    },
    { in: "query", path: "extra", problem: "is no parameter of this path", allowed: "chain, by, limit" },
    {
      in: "body",
      path: "name",
      problem: "must be at most 3 characters long",
      allowed: "at most 3 characters long",
    },
    { in: "body", path: "list.1", problem: 'must be a number; this was "x"', allowed: "a number" },
    { in: "body", path: "more", problem: "is no member that is known", allowed: "name, list" },
  ]);
  assert.match(got.error?.message ?? "", /^id must be .*\. The chain "nope" is not .*\. by must be one of/);
});

Deno.test("mount() answers 404 when what was asked for is all that is wrong, 400 bad_body for a body alone", async () => {
  await using one = await stage((lasso) => [
    route({
      ...common,
      method: "get",
      path: "/api/a/{chain}",
      access: "read",
      params: z.strictObject({ chain: queryTypes(lasso.server.state).chain }),
      handle: () => ({ data: 1 }),
    }),
    route({
      ...common,
      method: "put",
      path: "/api/b",
      access: "read",
      body: z.object({ on: z.boolean() }),
      handle: ({ body }) => ({ data: body }),
    }),
  ]);
  const missing = await one.ask("/api/a/nope");
  assert.deepEqual([missing.status, missing.json.error], [404, {
    code: "unknown_chain",
    message: 'The chain "nope" is not configured.',
    hint: "Known: ethereum.",
  }]);
  const bad = await one.ask("/api/b", { method: "PUT", headers: json, body: '{"on":1}' });
  assert.deepEqual([bad.status, bad.json.error?.code], [400, "bad_body"]);
  assert.equal(bad.json.error?.message, "on must be true or false; this was 1.");
  // A schema that is not strict is made strict.
  const more = await one.ask("/api/b", { method: "PUT", headers: json, body: '{"on":true,"off":false}' });
  assert.deepEqual([more.status, more.json.error?.message], [400, '"off" is no member that is known.']);
  assert.equal(
    (await one.ask("/api/b?x=1", { method: "PUT", headers: json, body: '{"on":true}' })).status,
    400,
  );
  assert.deepEqual((await one.ask("/api/b", { method: "PUT", headers: json, body: '{"on":true}' })).json, {
    data: { on: true },
  });
});

Deno.test("mount() takes JSON bodies only, of bounded length; none counts as an empty object", async () => {
  await using one = await stage(() => [route({
    ...common,
    method: "post",
    path: "/api/a",
    access: "read",
    body: z.strictObject({ a: z.number().optional() }),
    handle: ({ body }) => ({ data: body }),
  })]);
  const post = async (
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<unknown> => {
    const got = await one.ask("/api/a", { method: "POST", headers, ...(body === undefined ? {} : { body }) });
    return [got.status, got.json.error?.code ?? got.json.data];
  };
  assert.deepEqual(await post(undefined, json), [200, {}]);
  assert.deepEqual(await post(" ", { "content-type": "application/json; charset=utf-8" }), [200, {}]);
  assert.deepEqual(await post('{"a":1}', { "content-type": "application/merge-patch+json" }), [200, {
    a: 1,
  }]);
  assert.deepEqual(await post("{}", { "content-type": "text/plain" }), [415, "not_json"]);
  assert.deepEqual(await post("{}", { "content-type": "application/x-www-form-urlencoded" }), [
    415,
    "not_json",
  ]);
  assert.deepEqual(await post(undefined, {}), [415, "not_json"]);
  assert.deepEqual(await post("{", json), [400, "bad_body"]);
  assert.deepEqual(await post("[]", json), [400, "bad_body"]);
  assert.deepEqual(await post("null", json), [400, "bad_body"]);
  assert.deepEqual(await post(`"${"x".repeat(300_000)}"`, json), [413, "too_large"]);
});

Deno.test("mount() tells what an ApiError says, and nothing of any other fault", async () => {
  await using one = await stage(() => [
    route({
      ...common,
      method: "get",
      path: "/api/a",
      access: "open",
      handle: () => {
        throw new ApiError(409, "busy", "It is busy.", "Wait.", { for: 5 });
      },
    }),
    route({
      ...common,
      method: "get",
      path: "/api/b",
      access: "open",
      handle: () => Promise.reject(new Error("s3cret")),
    }),
  ]);
  const told = await one.ask("/api/a");
  assert.deepEqual([told.status, told.json.error], [409, {
    code: "busy",
    message: "It is busy.",
    hint: "Wait.",
    details: { for: 5 },
  }]);
  const hidden = await one.ask("/api/b");
  assert.deepEqual([hidden.status, hidden.json.error], [500, {
    code: "internal",
    message: "Lasso failed to answer this request.",
    hint: "The log has the reason.",
  }]);
  assert.deepEqual(one.lasso.logged.map(({ event, fields }) => [event, String(fields.error)]), [
    ["server.internal", "Error: s3cret"],
  ]);
});

Deno.test("mount() knows the methods of a path: 405 with Allow, OPTIONS, HEAD", async () => {
  const handle = (): { data: unknown } => ({ data: 1 });
  await using one = await stage(() => [
    route({ ...common, method: "post", path: "/api/a", access: "read", handle }),
    route({ ...common, method: "get", path: "/api/a", access: "read", handle }),
    route({ ...common, method: "put", path: "/api/b", access: "read", handle }),
  ]);
  const wrong = await one.ask("/api/a", { method: "DELETE" });
  assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "POST, GET, HEAD, OPTIONS"]);
  assert.equal(wrong.json.error?.message, "/api/a takes POST, GET; this was DELETE.");
  assert.equal((await one.ask("/api/b")).headers.get("allow"), "PUT, OPTIONS");
  const options = await one.ask("/api/b", { method: "OPTIONS", peer: "10.0.0.1" });
  assert.deepEqual([options.status, options.headers.get("allow")], [204, "PUT, OPTIONS"]);
  assert.equal((await one.ask("/api/a", { method: "HEAD" })).status, 200);
});

Deno.test("mount() refuses two routes of the same method and path", async () => {
  const handle = (): { data: unknown } => ({ data: 1 });
  const twice = route({ ...common, method: "get", path: "/api/a", access: "read", handle });
  await assert.rejects(stageOf([twice, twice]), /GET \/api\/a is declared twice/);
});

async function stageOf(routes: readonly Route[]): Promise<void> {
  await using lasso = await TestLasso.start();
  apiApp(routes, { state: lasso.server.state, history: new CannedHistory().history });
}

function adminRoute(seen: unknown[]): Route {
  return route({
    ...common,
    method: "post",
    path: "/api/admin/things/{id}",
    access: "admin",
    params: z.strictObject({ id: z.string() }),
    query: z.strictObject({ why: z.string().optional() }),
    body: z.looseObject({}),
    handle: ({ caller }) => {
      seen.push(caller);
      return { data: { ok: true } };
    },
  });
}

Deno.test("mount() lets the holder of the token make admin calls, loopback alone where there is none", async () => {
  const seen: unknown[] = [];
  const post = { method: "POST", headers: json, body: "{}" };
  await using free = await stage(() => [adminRoute(seen)]);
  assert.equal((await free.ask("/api/admin/things/a", post)).status, 200);
  const remote = await free.ask("/api/admin/things/a", { ...post, peer: "10.0.0.1" });
  assert.deepEqual([remote.status, remote.json.error?.code], [403, "loopback_only"]);
  const proxied = { ...json, "x-forwarded-for": "1.2.3.4" };
  assert.equal((await free.ask("/api/admin/things/a", { ...post, headers: proxied })).status, 403);
  assert.equal((await free.ask("/api/admin/nope")).status, 404);
  assert.equal((await free.ask("/api/admin/nope", { peer: "10.0.0.1" })).status, 403);

  await using locked = await stage(() => [adminRoute(seen)], "s3cret");
  const local = await locked.ask("/api/admin/things/a", post);
  assert.deepEqual([local.status, local.headers.get("www-authenticate")], [401, "Bearer"]);
  const bearer = (token: string): Readonly<Record<string, string>> => ({
    ...json,
    authorization: `Bearer ${token}`,
  });
  assert.equal((await locked.ask("/api/admin/things/a", { ...post, headers: bearer("s3cre") })).status, 403);
  assert.equal(
    (await locked.ask("/api/admin/things/a", { ...post, headers: bearer("s3cret"), peer: "10.1.2.3" }))
      .status,
    200,
  );
  assert.deepEqual(seen, [{ from: "127.0.0.0/24", by: "loopback" }, { from: "10.1.2.0/24", by: "token" }]);
});

Deno.test("mount() takes no admin call from a page of another origin, whatever it holds", async () => {
  await using one = await stage(() => [adminRoute([])], "s3cret");
  const ask = async (headers: Readonly<Record<string, string>>): Promise<number> => {
    const all = { ...json, authorization: "Bearer s3cret", ...headers };
    return (await one.ask("/api/admin/things/a", { method: "POST", body: "{}", headers: all })).status;
  };
  assert.equal(await ask({ origin: "http://localhost:4000", "sec-fetch-site": "same-origin" }), 200);
  for (
    const headers of [
      { origin: "http://localhost:3000" },
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "http://localhost:4000", "sec-fetch-site": "cross-site" },
    ]
  ) {
    assert.equal(await ask(headers), 403, JSON.stringify(headers));
  }
  // A form can be sent by any page without being asked first; its types are none of JSON's.
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    assert.equal(await ask({ "content-type": type }), 415, type);
  }
});

Deno.test("mount() audits each admin call: who, what, how it ended, without secrets", async () => {
  await using one = await stage(() => [adminRoute([])]);
  await one.ask("/api/admin/things/a?why=because", {
    method: "POST",
    headers: json,
    body: JSON.stringify({
      label: "x".repeat(1_000),
      url: "https://rpc.example/v2/KEY12345",
      admin_token: "s3cret",
      nested: { password: "p", list: [1, "http://a/b?c=d"] },
    }),
  });
  await one.ask("/api/admin/things/a?no=1", { method: "POST", headers: json });
  await one.ask("/api/admin/things/a", { method: "POST", headers: json, peer: "2001:db8:1:2::3" });
  await one.ask("/api/admin/things/a");
  const [good, bad, refused, method] = one.canned.told;
  assert.deepEqual([good?.topic, good?.event, good?.chain], ["audit", "POST /api/admin/things/a", null]);
  assert.deepEqual(good?.fields, {
    by: "loopback",
    from: "127.0.0.0/24",
    ok: true,
    status: 200,
    query: { why: "because" },
    body: {
      label: "x".repeat(256),
      url: "https://rpc.example/***",
      admin_token: "***",
      nested: { password: "***", list: [1, "http://a/***"] },
    },
  });
  assert.deepEqual([bad?.fields.ok, bad?.fields.status], [false, 400]);
  assert.deepEqual([refused?.fields.status, refused?.fields.from, refused?.fields.by], [
    403,
    "2001:db8:1::/48",
    "open",
  ]);
  assert.deepEqual([method?.event, method?.fields.status], ["GET /api/admin/things/a", 405]);
});

Deno.test("mount() audits at most 60 refused calls a minute, so that nobody can fill the log", async () => {
  await using one = await stage(() => [adminRoute([])]);
  for (let k = 0; k < 70; k++) {
    await one.ask("/api/admin/things/a", { method: "POST", headers: json, peer: "10.0.0.1" });
  }
  const minutes = new Set(one.canned.told.map(({ at }) => Math.floor(at / 60_000)));
  assert.ok(one.canned.told.length <= 60 * minutes.size && one.canned.told.length >= 60);
  assert.equal((await one.ask("/api/admin/things/a", { method: "POST", headers: json })).status, 200);
  assert.equal(one.canned.told.at(-1)?.fields.status, 200);
});
