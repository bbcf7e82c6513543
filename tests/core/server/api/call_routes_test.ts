import assert from "node:assert/strict";
import type { KeptCall } from "../../../../core/measure/history/model.ts";
import { CannedHistory } from "../../../support/canned_history.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

const call: KeptCall = {
  ...{ id: "00ff", at: 1_800_000_000_000, chain: "ethereum", method: "eth_call", transport: "http" },
  ...{ strategy: "fastest", provider: "a", provider_transport: "http", outcome: "ok", duration_ms: 5 },
  ...{ overhead_ms: 0.5, upstream_ms: 4.5, retries: 0, reason: "first" },
  candidates: [{ id: "a:http", why: "priority 1" }],
  attempts: [{ provider: "a", transport: "http", started_ms: 0.5, ms: 4.5, outcome: "ok" }],
  error: null,
};

Deno.test("GET /api/requests asks history with its filters and gives pages", async () => {
  const canned = new CannedHistory();
  canned.kept.push(call);
  canned.next = "1.0.1";
  await using lasso = await TestLasso.start({ history: canned.history });
  const path = "/api/requests?chain=1&method=eth_call&provider=a&outcome=failover&cursor=2.0.5&limit=500";
  const { status, body } = await lasso.get(path);
  assert.equal(status, 200, body);
  const { data, next } = JSON.parse(body);
  const { candidates: _, ...row } = call;
  assert.deepEqual([data, next], [[{ ...row, at: "2027-01-15T08:00:00.000Z" }], "1.0.1"]);
  const { from, to, ...query } = canned.asked.calls[0]!;
  assert.equal(Math.round(((to ?? 0) - (from ?? 0)) / 1_000), 86_400);
  assert.deepEqual(query, {
    chain: "ethereum",
    method: "eth_call",
    provider: "a",
    outcome: "failover",
    cursor: "2.0.5",
    limit: 500,
  });
});

Deno.test("GET /api/requests refuses what it can't look for", async () => {
  await using lasso = await TestLasso.start();
  const cases: readonly (readonly [string, number])[] = [
    ["limit=501", 400],
    ["limit=0", 400],
    ["cursor=abc", 400],
    ["outcome=No!", 400],
    ["method=eth%20call", 400],
    ["chain=nope", 404],
    ["provider=nope", 404],
    ["nope=1", 400],
    ["from=-1h&to=-2h", 400],
    ["limit=5&limit=6", 400],
  ];
  for (const [query, status] of cases) {
    assert.equal((await lasso.get(`/api/requests?${query}`)).status, status, query);
  }
});

Deno.test("GET /api/requests/{id} shows a call with why each candidate stood where it did", async () => {
  const canned = new CannedHistory();
  canned.kept.push(call);
  await using lasso = await TestLasso.start({ history: canned.history });
  const { data } = JSON.parse((await lasso.get("/api/requests/00ff")).body);
  assert.deepEqual(data, { ...call, at: "2027-01-15T08:00:00.000Z" });
  const unknown = await lasso.get("/api/requests/00fe");
  assert.deepEqual([unknown.status, JSON.parse(unknown.body).error.code], [404, "unknown_request"]);
  assert.equal((await lasso.get("/api/requests/a%2fb")).status, 400);
});

Deno.test("GET /api/events gives what happened since a time, by topic", async () => {
  const canned = new CannedHistory();
  const event = {
    ...{ at: 1_800_000_000_000, topic: "mark", chain: null, provider: null, event: "mark" },
    fields: { label: "deploy" },
  };
  canned.events.push(event);
  await using lasso = await TestLasso.start({ history: canned.history });
  const { data } = JSON.parse(
    (await lasso.get("/api/events?since=-1h&topics=mark,breaker&chain=eth&limit=5")).body,
  );
  assert.deepEqual(data, [{ ...event, at: "2027-01-15T08:00:00.000Z" }]);
  const { topics, chain, limit, from, to } = canned.asked.events[0]!;
  assert.deepEqual([topics, chain, limit], [["mark", "breaker"], "ethereum", 5]);
  assert.equal(Math.round(((to ?? 0) - (from ?? 0)) / 1_000), 3_600);
  await lasso.get("/api/events");
  assert.ok(!canned.asked.events[1]?.topics?.includes("audit"), "the audit log is for admins");
  for (const query of ["topics=audit", "topics=nope", "since=x"]) {
    assert.equal((await lasso.get(`/api/events?${query}`)).status, 400, query);
  }
});
