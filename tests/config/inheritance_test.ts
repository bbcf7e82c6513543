import assert from "node:assert/strict";
import type { ChainSettings } from "../../core/settings.ts";
import { loadGood } from "./load_support.ts";

function chainsOf(text: string): readonly ChainSettings[] {
  return loadGood(text).settings.chains;
}

const providers = "providers: [{ id: a, url: 'https://a.example.com' }]";

Deno.test("loadConfig() merges built-in defaults, defaults, chain and provider key by key", () => {
  const [chain] = chainsOf(`defaults:
  retry: { rounds: 5 }
  methods: { eth_call: { timeout: 8s }, "debug_*": { strategy: priority } }
  provider: { headers: { X-Team: core, x-a: "1" }, cost: { per_call: 2, methods: { eth_call: 3 } }, methods: { deny: ["debug_*"] } }
chains:
  x:
    chain_id: 5
    retry: { backoff: 1s }
    methods: { eth_call: { strategy: cheapest } }
    provider: { cost: { usd_per_million: 1 } }
    providers:
      - id: a
        url: https://a.example.com
        headers: { x-team: mine }
        cost: { methods: { eth_getLogs: 9 } }
        methods: { deny: [] }
`);
  assert.deepEqual(chain?.retry, { rounds: 5, backoffMs: 1000, maxBackoffMs: 2000 });
  assert.deepEqual(chain?.methods, [
    { pattern: "eth_call", timeoutMs: 8000, attemptTimeoutMs: null, strategy: "cheapest" },
    { pattern: "debug_*", timeoutMs: null, attemptTimeoutMs: null, strategy: "priority" },
  ]);
  const provider = chain?.providers[0];
  assert.deepEqual(provider?.headers, { "x-team": "mine", "x-a": "1" });
  assert.deepEqual(provider?.cost, {
    perCall: 2,
    methods: { eth_call: 3, eth_getLogs: 9 },
    usdPerMillion: 1,
    monthlyQuota: null,
  });
  assert.deepEqual(provider?.methods.deny, []);
});

Deno.test("loadConfig() takes a value back with null, and reads an empty section as nothing said", () => {
  const [chain] = chainsOf(`server:
defaults:
  provider: { rate_limit: 5/s, archive: true, limits: { get_logs_range: 5 }, headers: { x-a: b } }
observability:
plugins:
chains:
  x:
    chain_id: 5
    health:
    breaker:
    providers:
      - { id: a, url: 'https://a.example.com', rate_limit: null, archive: null, limits: { get_logs_range: null }, headers: null }
`);
  const provider = chain?.providers[0];
  assert.equal(provider?.rateLimit, null);
  assert.equal(provider?.archive, null);
  assert.equal(provider?.limits.getLogsRange, null);
  assert.deepEqual(provider?.headers, { "x-a": "b" });
  assert.equal(chain?.health.intervalMs, 4000);
  assert.notEqual(chain?.breaker, false);
});

Deno.test("loadConfig() turns the breaker off with false and on again with a map", () => {
  const chains = chainsOf(`defaults: { breaker: false }
chains:
  x: { chain_id: 5, ${providers} }
  y: { chain_id: 6, breaker: { failure_threshold: 2 }, ${providers} }
`);
  assert.equal(chains[0]?.breaker, false);
  assert.ok(chains[1]?.breaker);
  assert.equal(chains[1].breaker.failureThreshold, 2);
  assert.equal(chains[1].breaker.minRequests, 20);
});

Deno.test("loadConfig() raises a method's attempt_timeout to half its timeout unless it is given", () => {
  const [chain] = chainsOf(`chains:
  x:
    chain_id: 5
    attempt_timeout: 10s
    methods:
      "debug_*": { timeout: 120s }
      eth_getLogs: { timeout: 60s, attempt_timeout: 5s }
      eth_call: { timeout: 15s }
      "debug_trace*":
    ${providers}
`);
  assert.deepEqual(chain?.methods, [
    { pattern: "eth_getLogs", timeoutMs: 60_000, attemptTimeoutMs: 5000, strategy: null },
    { pattern: "eth_call", timeoutMs: 15_000, attemptTimeoutMs: null, strategy: null },
    { pattern: "debug_trace*", timeoutMs: null, attemptTimeoutMs: null, strategy: null },
    { pattern: "debug_*", timeoutMs: 120_000, attemptTimeoutMs: 60_000, strategy: null },
  ]);
});

Deno.test("loadConfig() lets a chain named like a built-in one leave out what is known", () => {
  const [chain] = chainsOf(`chains:\n  base: { ${providers} }\n`);
  assert.equal(chain?.chainId, 8453);
  assert.equal(chain?.blockTimeMs, 2000);
  assert.deepEqual(chain?.aliases, ["base-mainnet"]);
  assert.deepEqual(chain?.providers.map((provider) => provider.id), ["a"]);
});

Deno.test("loadConfig() keeps what a chain named like a built-in one says itself", () => {
  const [own] = chainsOf(`chains:\n  base: { aliases: [], block_time: 1s, ${providers} }\n`);
  assert.deepEqual(own?.aliases, []);
  assert.equal(own?.blockTimeMs, 1000);
  const [fork] = chainsOf(`chains:\n  ethereum: { chain_id: 31337, ${providers} }\n`);
  assert.equal(fork?.chainId, 31337);
  assert.deepEqual(fork?.aliases, []);
});

Deno.test("loadConfig() drops an inherited alias that the file gives to something else", () => {
  const chains = chainsOf(`chains:\n  ethereum: { ${providers} }\n  eth: { chain_id: 5, ${providers} }\n`);
  assert.deepEqual(chains[0]?.aliases, ["mainnet"]);
});

Deno.test("loadConfig() merges subscriptions and race key by key, and takes auto back", () => {
  const [one, other] = chainsOf(`defaults:
  subscriptions: { max_backfill_blocks: 9, stale_after: 8s }
  race: { newHeads: 3 }
chains:
  x: { chain_id: 5, subscriptions: { max_backfill_blocks: auto, on_gap: continue }, race: { logs: 2 }, ${providers} }
  y: { chain_id: 6, subscriptions:, race:, ${providers} }
`);
  assert.equal(one?.subscriptions.maxBackfillBlocks, null);
  assert.equal(one?.subscriptions.staleAfterMs, 8000);
  assert.equal(one?.subscriptions.onGap, "continue");
  assert.deepEqual(one?.race, { newHeads: 3, logs: 2, newPendingTransactions: 1 });
  assert.equal(other?.subscriptions.maxBackfillBlocks, 9);
  assert.deepEqual(other?.race, { newHeads: 3, logs: 1, newPendingTransactions: 1 });
});

Deno.test("loadConfig() trusts the blooms of a chain as the built-in one of its name does, unless it says so itself", () => {
  const trusts = (chain: string): boolean | undefined => chainsOf(`chains:\n  ${chain}`)[0]?.trustBloom;
  assert.equal(trusts(`base: { ${providers} }\n`), true);
  assert.equal(trusts(`base: { trust_bloom: false, ${providers} }\n`), false);
  assert.equal(trusts(`polygon: { ${providers} }\n`), false);
  assert.equal(trusts(`base: { chain_id: 31337, ${providers} }\n`), false); // A local fork.
  assert.equal(trusts(`own: { chain_id: 31337, trust_bloom: true, ${providers} }\n`), true);
});

Deno.test("loadConfig() follows anchors", () => {
  const [chain] = chainsOf(`chains:
  x:
    chain_id: 5
    providers:
      - { id: a, url: 'https://a.example.com', headers: &h { x-a: b } }
      - { id: b, url: 'https://b.example.com', headers: *h }
`);
  assert.deepEqual(chain?.providers[1]?.headers, { "x-a": "b" });
});

Deno.test("loadConfig() warns of what is hardly meant", () => {
  const { warnings } = loadGood(`server: { admin_token: short }
chains:
  x:
    chain_id: 5
    timeout: 5s
    providers:
      - { id: a, url: 'https://a.example.com/key', private: true }
      - { id: b, url: 'https://a.example.com/key', private: true }
      - { id: c, url: 'https://c.example.com', ws_url: 'wss://c.example.com', private: true }
      - { id: d, url: 'https://d.example.com', ws_url: 'wss://c.example.com', private: true }
`);
  assert.deepEqual(warnings.map(({ line, message }) => `${line} ${message}`), [
    "1 the admin token is short; take 16 characters or more",
    "3 attempt_timeout is longer than timeout: the first attempt may use up the whole budget",
    "7 every provider is private: eth_sendRawTransaction has nowhere to go unless it is pinned",
    "8 the same URL as the provider a: they will fail together",
    "10 the same URL as the provider c: they will fail together",
  ]);
});
