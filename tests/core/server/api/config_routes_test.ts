import assert from "node:assert/strict";
import { configView, snakeCase } from "../../../../core/server/api/config_view.ts";
import { CannedHistory } from "../../../support/canned_history.ts";
import { chainSettings, providerSettings } from "../../../support/fake_chain.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

Deno.test("GET /api/config shows what is in force, without secrets, and its reloads", async () => {
  const provider = providerSettings("a", {
    url: "https://user:pw@rpc.example/v2/SECRET-KEY?k=1",
    headers: { "x-Team": "SECRET-HEADER" },
    tls: { key: "SECRET-PEM" },
    cost: { perCall: 26, methods: { eth_getLogs: 75 }, usdPerMillion: 0.45, monthlyQuota: null },
  });
  const canned = new CannedHistory();
  canned.state = { file: "/data/history.db", problem: "the disk is full", bytes: 5, dropped: 7 };
  await using lasso = await TestLasso.start({
    history: canned.history,
    chains: [chainSettings([provider])],
    server: { adminToken: "SECRET-TOKEN" },
  });
  lasso.swap({
    alerts: {
      targets: [{ name: "ops", type: "slack", url: "https://hooks.example/SECRET-HOOK" }],
      rules: [],
    },
    plugins: [{
      path: "/p/x.ts",
      options: { api_token: "SECRET-OPTION", table: "eu" },
      place: "lasso.yaml:1:1",
    }],
  });
  lasso.server.state.noteReload({ at: 1_800_000_000_000, result: "ok", message: "version 2 is in force" });
  const { status, body } = await lasso.get("/api/config");
  assert.equal(status, 200);
  assert.ok(!/SECRET|pw@/.test(body), body);
  const { data } = JSON.parse(body);
  assert.deepEqual([data.version, data.config_version], ["1.2.3", 2]);
  assert.deepEqual(data.reloads, [{
    at: "2027-01-15T08:00:00.000Z",
    result: "ok",
    message: "version 2 is in force",
  }]);
  assert.deepEqual(data.history, canned.state);
  const { server, chains, alerts, plugins } = data.config;
  assert.equal(server.admin_token, "***");
  assert.equal(chains[0].attempt_timeout_ms, 10_000);
  const [shown] = chains[0].providers;
  assert.deepEqual([shown.url, shown.ws_url], ["https://rpc.example/***", null]);
  assert.deepEqual([shown.headers, shown.tls], [{ "x-Team": "***" }, { key: "***" }]);
  assert.deepEqual(shown.cost.methods, { eth_getLogs: 75 });
  assert.equal(alerts.targets[0].url, "https://hooks.example/***");
  assert.deepEqual(plugins[0].options, { api_token: "***", table: "eu" });
});

Deno.test("configView() leaves no number that JSON has not, and says null for nothing", () => {
  assert.deepEqual(configView({ aB: Infinity, c: undefined, d: [1, "x", null], eF: { gH: true } }), {
    a_b: null,
    c: null,
    d: [1, "x", null],
    e_f: { g_h: true },
  });
  assert.deepEqual(configView({ adminToken: null }), { admin_token: null });
  assert.deepEqual(configView({ wsUrl: "wss://rpc.example/ws/KEY" }), { ws_url: "wss://rpc.example/***" });
  assert.equal(snakeCase("maxBackoffMs"), "max_backoff_ms");
});
