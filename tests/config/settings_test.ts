// Every key that the schema accepts ends in the settings, and what stands in the specification is the default.

import assert from "node:assert/strict";
import { configJsonSchema, type SchemaNode } from "../../config/json_schema.ts";
import type { ChainSettings, LassoSettings, ProviderSettings } from "../../core/settings.ts";
import { goodChain, loadGood, pem } from "./load_support.ts";

const chain = (settings: LassoSettings): ChainSettings => settings.chains[0] as ChainSettings;
const provider = (settings: LassoSettings): ProviderSettings =>
  chain(settings).providers[0] as ProviderSettings;

/** Path in the config ("*": a chain's or provider's place), YAML value, and what the settings hold then. */
type Row = readonly [path: string, yaml: string, read: (settings: LassoSettings) => unknown, value: unknown];

const routing: readonly Row[] = [
  ["strategy", "cheapest", (s) => chain(s).strategy, "cheapest"],
  ["timeout", "7s", (s) => chain(s).timeoutMs, 7000],
  ["attempt_timeout", "1500ms", (s) => chain(s).attemptTimeoutMs, 1500],
  ["retry.rounds", "0", (s) => chain(s).retry.rounds, 0],
  ["retry.backoff", "0", (s) => chain(s).retry.backoffMs, 0],
  ["retry.max_backoff", "1m", (s) => chain(s).retry.maxBackoffMs, 60_000],
  ["breaker", "false", (s) => chain(s).breaker, false],
  ["breaker.failure_threshold", "9", (s) => chain(s).breaker && chain(s).breaker, {
    failureThreshold: 9,
    errorRatio: 0.5,
    windowMs: 30_000,
    minRequests: 20,
    recoveryTimeoutMs: 30_000,
    successThreshold: 2,
  }],
  ["breaker.error_ratio", "0.25", (s) => breaker(s)?.errorRatio, 0.25],
  ["breaker.window", "1h", (s) => breaker(s)?.windowMs, 3_600_000],
  ["breaker.min_requests", "3", (s) => breaker(s)?.minRequests, 3],
  ["breaker.recovery_timeout", "5s", (s) => breaker(s)?.recoveryTimeoutMs, 5000],
  ["breaker.success_threshold", "4", (s) => breaker(s)?.successThreshold, 4],
  ["health.interval", "0", (s) => chain(s).health.intervalMs, 0],
  ["health.timeout", "1s", (s) => chain(s).health.timeoutMs, 1000],
  ["health.max_lag", "9s", (s) => chain(s).health.maxLagMs, 9000],
  ["health.max_lag_blocks", "2", (s) => chain(s).health.maxLagBlocks, 2],
  ["send.fanout", "1", (s) => chain(s).sendFanout, 1],
  ["subscriptions.max_backfill_blocks", "7", (s) => chain(s).subscriptions.maxBackfillBlocks, 7],
  ["subscriptions.confirm_logs", "always", (s) => chain(s).subscriptions.confirmLogs, "always"],
  ["subscriptions.backfill_timeout", "3s", (s) => chain(s).subscriptions.backfillTimeoutMs, 3000],
  ["subscriptions.subscription_timeout", "4s", (s) => chain(s).subscriptions.subscriptionTimeoutMs, 4000],
  ["subscriptions.enable_gap_filling", "false", (s) => chain(s).subscriptions.gapFilling, false],
  ["subscriptions.stale_after", "6s", (s) => chain(s).subscriptions.staleAfterMs, 6000],
  ["subscriptions.on_gap", "notify", (s) => chain(s).subscriptions.onGap, "notify"],
  ["race.newHeads", "1", (s) => chain(s).race.newHeads, 1],
  ["race.logs", "3", (s) => chain(s).race.logs, 3],
  ["race.newPendingTransactions", "2", (s) => chain(s).race.newPendingTransactions, 2],
  ["methods.eth_call.timeout", "4s", (s) => chain(s).methods[0]?.timeoutMs, 4000],
  ["methods.eth_call.attempt_timeout", "2s", (s) => chain(s).methods[0]?.attemptTimeoutMs, 2000],
  ["methods.eth_call.strategy", "priority", (s) => chain(s).methods[0]?.strategy, "priority"],
];

const ofProvider: readonly Row[] = [
  ["type", "paid", (s) => provider(s).type, "paid"],
  ["priority", "3", (s) => provider(s).priority, 3],
  ["group", "fallback", (s) => provider(s).group, "fallback"],
  ["private", "true", (s) => provider(s).private, true],
  ["headers.X-Team", "core", (s) => provider(s).headers, { "x-team": "core" }],
  ["rate_limit", "300/s", (s) => provider(s).rateLimit, { count: 300, perMs: 1000 }],
  ["rate_limit", "60/m", (s) => provider(s).rateLimit, { count: 60, perMs: 60_000 }],
  ["rate_limit", "60/min", (s) => provider(s).rateLimit, { count: 60, perMs: 60_000 }],
  ["rate_limit", "9/h", (s) => provider(s).rateLimit, { count: 9, perMs: 3_600_000 }],
  ["cost.per_call", "26", (s) => provider(s).cost.perCall, 26],
  ["cost.methods.eth_getLogs", "75", (s) => provider(s).cost.methods, { eth_getLogs: 75 }],
  ["cost.usd_per_million", "0.45", (s) => provider(s).cost.usdPerMillion, 0.45],
  ["cost.monthly_quota", "1000000", (s) => provider(s).cost.monthlyQuota, 1_000_000],
  ["archive", "true", (s) => provider(s).archive, true],
  ["methods.allow", "[eth_*]", (s) => provider(s).methods.allow, ["eth_*"]],
  ["methods.deny", "[debug_*]", (s) => provider(s).methods.deny, ["debug_*"]],
  ["limits.get_logs_range", "2000", (s) => provider(s).limits.getLogsRange, 2000],
  [
    "error_rules",
    "[{ message: nope, code: -1, status: 400, category: quota }]",
    (s) => provider(s).errorRules,
    [
      { message: "nope", code: -1, status: 400, category: "quota" },
    ],
  ],
  ["transport", "fetch", (s) => provider(s).transport, "fetch"],
  ["tls.ca", "./ca.pem", (s) => provider(s).tls, { ca: pem }],
];

const server: readonly Row[] = [
  ["server.host", "'::'", (s) => s.server.host, "::"],
  ["server.port", "0", (s) => s.server.port, 0],
  ["server.region", "eu", (s) => s.server.region, "eu"],
  ["server.max_body", "1.5kb", (s) => s.server.maxBodyBytes, 1536],
  ["server.max_batch", "7", (s) => s.server.maxBatch, 7],
  ["server.max_in_flight", "8", (s) => s.server.maxInFlight, 8],
  ["server.buffer_before_commit", "1000", (s) => s.server.bufferBeforeCommitBytes, 1000],
  ["server.max_response", "1gb", (s) => s.server.maxResponseBytes, 1024 ** 3],
  ["server.header_timeout", "1s", (s) => s.server.headerTimeoutMs, 1000],
  ["server.idle_timeout", "2s", (s) => s.server.idleTimeoutMs, 2000],
  ["server.drain_timeout", "0", (s) => s.server.drainTimeoutMs, 0],
  ["server.cors.origins", "['https://a.example.com']", (s) => s.server.corsOrigins, [
    "https://a.example.com",
  ]],
  ["server.ws.queue", "64kb", (s) => s.server.ws.queueBytes, 65_536],
  ["server.ws.max_frame", "1kb", (s) => s.server.ws.maxFrameBytes, 1024],
  ["server.ws.max_in_flight", "2", (s) => s.server.ws.maxInFlight, 2],
  ["server.ws.max_subscriptions", "3", (s) => s.server.ws.maxSubscriptions, 3],
  ["server.ws.ping", "5s", (s) => s.server.ws.pingMs, 5000],
  ["server.ws.idle_timeout", "1m", (s) => s.server.ws.idleTimeoutMs, 60_000],
  ["server.admin_token", "sesame-sesame-sesame", (s) => s.server.adminToken, "sesame-sesame-sesame"],
  ["server.data_dir", "./data", (s) => s.server.dataDir, "/etc/lasso/data"],
  ["server.data_dir", "null", (s) => s.server.dataDir, null],
  ["server.public_reads", "true", (s) => s.server.publicReads, true],
  ["observability.log_level", "off", (s) => s.observability.logLevel, "off"],
  ["observability.include_params_digest", "false", (s) => s.observability.includeParamsDigest, false],
  ["observability.max_error_message_chars", "10", (s) => s.observability.maxErrorMessageChars, 10],
  ["observability.max_meta_header_bytes", "0", (s) => s.observability.maxMetaHeaderBytes, 0],
  ["observability.sampling.rate", "0.5", (s) => s.observability.samplingRate, 0.5],
];

function breaker(settings: LassoSettings): Exclude<ChainSettings["breaker"], false> | null {
  return chain(settings).breaker || null;
}

/** `a.b.c: value` as nested flow maps, so that it fits anywhere on one line. */
function nested(path: string, yaml: string): string {
  const [first, ...rest] = path.split(".");
  return rest.length === 0 ? `${first}: ${yaml}` : `${first}: { ${nested(rest.join("."), yaml)} }`;
}

function settingsOf(text: string): LassoSettings {
  return loadGood(text, { files: { "/etc/lasso/ca.pem": pem } }).settings;
}

const ownChain = (keys: string, providerKeys = ""): string =>
  `chains:\n  x:\n    chain_id: 5\n    ${keys}\n    providers:\n      - { id: a, url: 'https://a.example.com'${
    providerKeys === "" ? "" : `, ${providerKeys}`
  } }\n`;

for (const [path, yaml, read, value] of server) {
  Deno.test(`loadConfig() ${path}: ${yaml} ends in the settings`, () => {
    assert.notDeepEqual(read(settingsOf(goodChain)), value);
    assert.deepEqual(read(settingsOf(`${nested(path, yaml)}\n${goodChain}`)), value);
  });
}

for (const [path, yaml, read, value] of routing) {
  Deno.test(`loadConfig() ${path}: ${yaml} ends in the settings, from defaults and from the chain`, () => {
    assert.deepEqual(read(settingsOf(`defaults: { ${nested(path, yaml)} }\n${goodChain}`)), value);
    assert.deepEqual(read(settingsOf(ownChain(nested(path, yaml)))), value);
  });
}

for (const [path, yaml, read, value] of ofProvider) {
  Deno.test(`loadConfig() provider ${path}: ${yaml} ends in the settings, from all three places`, () => {
    assert.notDeepEqual(read(settingsOf(goodChain)), value);
    const own = nested(path, yaml);
    assert.deepEqual(read(settingsOf(`defaults: { provider: { ${own} } }\n${goodChain}`)), value);
    assert.deepEqual(read(settingsOf(ownChain(`provider: { ${own} }`))), value);
    assert.deepEqual(read(settingsOf(ownChain("", own))), value);
  });
}

Deno.test("loadConfig() reads PEM files and plugins from beside the config", () => {
  const text = `server: { tls: { cert: ./tls/c.pem, key: /keys/k.pem } }
plugins:
  - ./plugins/sticky.ts
  - { path: ../geo.ts, options: { table: eu } }
chains:
  x:
    chain_id: 5
    aliases: [y]
    block_time: 3s
    trust_bloom: true
    providers:
      - { id: a, url: 'https://a.example.com/key', ws_url: 'wss://a.example.com/ws-key', tls: { cert: c.pem, key: k.pem } }
`;
  const { settings } = loadGood(text, {
    files: {
      "/etc/lasso/tls/c.pem": `${pem}server`,
      "/keys/k.pem": `${pem}key`,
      "/etc/lasso/c.pem": `${pem}client`,
      "/etc/lasso/k.pem": `${pem}client key`,
      "/etc/lasso/plugins/sticky.ts": "",
      "/etc/geo.ts": "",
    },
  });
  assert.deepEqual(settings.server.tls, { cert: `${pem}server`, key: `${pem}key` });
  assert.deepEqual(provider(settings).tls, { cert: `${pem}client`, key: `${pem}client key` });
  assert.deepEqual(settings.plugins, [
    { path: "/etc/lasso/plugins/sticky.ts", options: undefined, place: "/etc/lasso/lasso.yaml:3:5" },
    { path: "/etc/geo.ts", options: { table: "eu" }, place: "/etc/lasso/lasso.yaml:4:5" },
  ]);
  assert.equal(chain(settings).name, "x");
  assert.equal(chain(settings).chainId, 5);
  assert.deepEqual(chain(settings).aliases, ["y"]);
  assert.equal(chain(settings).blockTimeMs, 3000);
  assert.equal(provider(settings).id, "a");
  assert.equal(provider(settings).url, "https://a.example.com/key");
  assert.equal(provider(settings).wsUrl, "wss://a.example.com/ws-key");
  assert.equal(chain(settings).trustBloom, true);
});

/** Keys whose effect another test above, or in alerts_test.ts, shows. */
const shownElsewhere: ReadonlySet<string> = new Set([
  "server.tls.cert",
  "server.tls.key",
  "plugins.path",
  "plugins.options",
  "chain.chain_id",
  "chain.aliases",
  "chain.block_time",
  "chain.trust_bloom",
  "provider.id",
  "provider.url",
  "provider.ws_url",
  "provider.tls.cert",
  "provider.tls.key",
  "provider.error_rules.message",
  "provider.error_rules.code",
  "provider.error_rules.status",
  "provider.error_rules.category",
  ...["type", "url"].map((key) => `alerts.targets.${key}`),
  ...["name", "when", "above", "window", "for", "chain", "provider", "to", "repeat"].map((key) =>
    `alerts.rules.${key}`
  ),
]);

Deno.test("configSchema has no key that no test sets", () => {
  const set = new Set(shownElsewhere);
  for (const [path] of server) set.add(path);
  for (const [path] of routing) {
    set.add(`defaults.${path}`).add(`chain.${path}`);
  }
  for (const [path] of ofProvider) {
    for (const holder of ["defaults.provider", "chain.provider", "provider"]) set.add(`${holder}.${path}`);
  }
  const all = leaves(configJsonSchema(), "");
  assert.ok(all.length > 100, String(all.length));
  const missing = all.filter((path) => !set.has(path) && !isInherited(path));
  assert.deepEqual([...new Set(missing)], []);
});

/** The same keys stand under defaults.provider and chain.provider; those shown for a provider count for all. */
function isInherited(path: string): boolean {
  const own = path.replace(/^(defaults|chain)\.provider\./, "provider.");
  return own !== path && shownElsewhere.has(own);
}

/** Paths of all keys that hold no map of known keys; names of chains and the like are left out. */
function leaves(node: SchemaNode, path: string): string[] {
  const inner = [node, ...node.anyOf ?? []];
  const below = inner.flatMap((branch): string[] => [
    ...Object.entries(branch.properties ?? {}).flatMap(([name, child]) =>
      leaves(child, path === "" ? name : `${path}.${name}`)
    ),
    ...(branch.items === undefined ? [] : listed(branch.items, path)),
    ...(typeof branch.additionalProperties === "object" ? listed(branch.additionalProperties, path) : []),
    ...(branch === node
      ? []
      : (branch.anyOf ?? []).flatMap((nested) =>
        leaves({ anyOf: [nested] }, path).filter((own) => own !== path)
      )),
  ]);
  return below.length > 0 ? below : [path];
}

function listed(node: SchemaNode, path: string): string[] {
  const at = path === "chains"
    ? "chain"
    : path.endsWith(".providers")
    ? "provider"
    : /^(defaults|chain)\.methods$/.test(path)
    ? `${path}.eth_call`
    : path === "provider.headers" || path.endsWith("provider.headers")
    ? `${path}.X-Team`
    : path.endsWith("cost.methods")
    ? `${path}.eth_getLogs`
    : path;
  return leaves(node, at).filter((own) => own !== path);
}

Deno.test("loadConfig() fills in the specification's defaults", () => {
  const { settings } = loadGood(goodChain);
  assert.deepEqual(settings, {
    server: {
      host: "127.0.0.1",
      port: 4000,
      region: "local",
      dataDir: "/etc/lasso/.lasso",
      maxBodyBytes: 2 * 1024 ** 2,
      maxBatch: 100,
      maxInFlight: 4096,
      bufferBeforeCommitBytes: 256 * 1024,
      maxResponseBytes: 256 * 1024 ** 2,
      headerTimeoutMs: 10_000,
      idleTimeoutMs: 75_000,
      drainTimeoutMs: 10_000,
      tls: null,
      corsOrigins: ["*"],
      ws: {
        queueBytes: 4_194_304,
        maxFrameBytes: 2_097_152,
        maxInFlight: 256,
        maxSubscriptions: 1000,
        pingMs: 30_000,
        idleTimeoutMs: 7_200_000,
      },
      adminToken: null,
      publicReads: false,
    },
    chains: [{
      name: "ethereum",
      chainId: 1,
      aliases: ["eth", "mainnet"],
      blockTimeMs: 12_000,
      strategy: "fastest",
      timeoutMs: 30_000,
      attemptTimeoutMs: 10_000,
      retry: { rounds: 2, backoffMs: 100, maxBackoffMs: 2000 },
      breaker: {
        failureThreshold: 5,
        errorRatio: 0.5,
        windowMs: 30_000,
        minRequests: 20,
        recoveryTimeoutMs: 30_000,
        successThreshold: 2,
      },
      health: { intervalMs: 4000, timeoutMs: 3000, maxLagMs: 5000, maxLagBlocks: 5 },
      sendFanout: 3,
      subscriptions: {
        maxBackfillBlocks: null,
        confirmLogs: "on_switch",
        backfillTimeoutMs: 30_000,
        subscriptionTimeoutMs: 10_000,
        gapFilling: true,
        staleAfterMs: 5_000,
        onGap: "close",
      },
      race: { newHeads: 2, logs: 1, newPendingTransactions: 1 },
      trustBloom: true, // The built-in chain's.
      methods: [],
      providers: [{
        id: "a",
        url: "https://a.example.com",
        wsUrl: null,
        type: "public",
        priority: 100,
        group: "main",
        private: false,
        headers: {},
        rateLimit: null,
        cost: { perCall: 1, methods: {}, usdPerMillion: null, monthlyQuota: null },
        archive: null,
        methods: { allow: null, deny: [] },
        limits: { getLogsRange: null },
        errorRules: [],
        transport: "http",
        tls: {},
      }],
    }],
    plugins: [],
    alerts: { targets: [], rules: [] },
    observability: {
      logLevel: "info",
      includeParamsDigest: true,
      maxErrorMessageChars: 256,
      maxMetaHeaderBytes: 4096,
      samplingRate: 1,
    },
  });
});
