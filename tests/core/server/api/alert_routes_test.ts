import assert from "node:assert/strict";
import type { AlertService, AlertView } from "../../../../core/alerts/model.ts";
import { MemoryHistory, ops, rule } from "../../alerts/support.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

const firing: AlertView = {
  key: "r/ethereum/a",
  rule: "r",
  when: "provider_down",
  chain: "ethereum",
  provider: "a",
  value: 1,
  since: 1_800_000_000_000,
  firedAt: 1_800_000_030_000,
  text: "FIRING r: provider a of ethereum is down, for 30 s.",
};

const service: AlertService = {
  firing: [firing],
  pending: [{ ...firing, key: "later/ethereum/a", rule: "later", firedAt: null }],
  targets: [
    { name: "ops", type: "webhook", url: "https://hooks.example.com/***", sent: 3, failed: 1, waiting: 0 },
  ],
  retryDeadLetter: () => Promise.resolve({ kind: "unknown" }),
};

Deno.test("GET /api/alerts shows what fires, the rules and what fired before, without secrets", async () => {
  const memory = new MemoryHistory();
  const { key, chain, provider, text } = firing;
  memory.rows.push({
    at: firing.since,
    topic: "alert",
    chain,
    provider,
    event: "alert.firing",
    fields: { key, rule: "r", value: 1, since: "2027-01-15T08:00:00.000Z", text, to: ["ops"] },
  });
  await using lasso = await TestLasso.start({ api: { alerts: service }, history: memory.history });
  lasso.swap({ alerts: { targets: [ops], rules: [rule({ forMs: 30_000, repeatMs: 60_000 })] } });
  const { status, body } = await lasso.get("/api/alerts?limit=5");
  assert.equal(status, 200, body);
  const { data, next, window } = JSON.parse(body);
  assert.deepEqual(Object.keys(window), ["from", "to"]);
  assert.equal(next, null);
  assert.deepEqual(data, {
    firing: [{
      key: "r/ethereum/a",
      rule: "r",
      when: "provider_down",
      chain: "ethereum",
      provider: "a",
      value: 1,
      since: "2027-01-15T08:00:00.000Z",
      fired_at: "2027-01-15T08:00:30.000Z",
      text,
    }],
    pending: [{
      ...{ key: "later/ethereum/a", rule: "later", when: "provider_down", chain: "ethereum", provider: "a" },
      ...{ value: 1, since: "2027-01-15T08:00:00.000Z", fired_at: null, text },
    }],
    rules: [{
      ...{ name: "r", when: "provider_down", above: null, window_ms: null, for_ms: 30_000 },
      ...{ chain: null, provider: null, to: ["ops"], repeat_ms: 60_000 },
    }],
    targets: service.targets,
    history: [{
      ...{ at: "2027-01-15T08:00:00.000Z", status: "firing", key: "r/ethereum/a", rule: "r" },
      ...{ chain: "ethereum", provider: "a", value: 1, since: "2027-01-15T08:00:00.000Z", text },
    }],
  });
  assert.doesNotMatch(body, /secret-path/);
});

Deno.test("GET /api/alerts is empty where nothing is watched, and refuses a query that it does not know", async () => {
  await using lasso = await TestLasso.start();
  const empty = JSON.parse((await lasso.get("/api/alerts")).body).data;
  assert.deepEqual(empty, { firing: [], pending: [], rules: [], targets: [], history: [] });
  assert.equal((await lasso.get("/api/alerts?limit=0")).status, 400);
  assert.equal((await lasso.get("/api/alerts?nonsense=1")).status, 400);
});
