import assert from "node:assert/strict";
import type { ChainSpec, ProviderSpec } from "../../../battle/model/scenario.ts";
import { merged, routerConfig, shownConfig } from "../../../battle/run/router_config.ts";
import { simSpec } from "../support/sim_spec.ts";

const secret = "planted-secret-0123456789abcdef0123";
const sim = simSpec("a", { config: { priority: 3, headers: { "x-own": "1" } } });
const far: ProviderSpec = { kind: "url", id: "b", url: "https://far.example/KEY", wsUrl: null, config: {} };
const chain: ChainSpec = { name: "ethereum", chainId: 1, blockTimeMs: 500, providers: [sim, far] };
const addresses = [
  {
    chain: "ethereum",
    provider: "a",
    url: "http://127.0.0.2:1",
    wsUrl: "ws://127.0.0.2:1",
    caFile: "/ca.pem",
  },
  { chain: "ethereum", provider: "b", url: "https://far.example/KEY", wsUrl: null, caFile: null },
];

Deno.test("routerConfig() names the providers' addresses, with secrets where people keep theirs", () => {
  const config = routerConfig({
    chains: [chain],
    addresses,
    changes: [{ defaults: { breaker: false } }, { defaults: { strategy: "priority" } }],
    secret,
  });
  assert.deepEqual(config, {
    chains: {
      ethereum: {
        chain_id: 1,
        block_time: "500ms",
        providers: [
          {
            id: "a",
            url: `http://127.0.0.2:1/v2/${secret}-path`,
            ws_url: `ws://127.0.0.2:1/v2/${secret}-path`,
            tls: { ca: "/ca.pem" },
            headers: { "x-api-key": `${secret}-header`, "x-own": "1" },
            priority: 3,
          },
          { id: "b", url: "https://far.example/KEY" },
        ],
      },
    },
    defaults: { breaker: false, strategy: "priority" },
  });
});

Deno.test("shownConfig() holds no secret of ours or of theirs", () => {
  const config = routerConfig({
    chains: [chain],
    addresses,
    changes: [{ server: { admin_token: "t0ken" } }],
    secret,
  });
  const text = JSON.stringify(shownConfig(config));
  for (const word of ["planted", "KEY", "t0ken", "x-own"]) assert.ok(!text.includes(word), word);
  assert.ok(text.includes("far.example"));
});

Deno.test("merged() goes into objects, and replaces everything else", () => {
  assert.deepEqual(merged({ a: { b: 1, c: [1] }, d: 1 }, { a: { c: [2] }, d: { e: 1 } }), {
    a: { b: 1, c: [2] },
    d: { e: 1 },
  });
});
