// The section `alerts`: every key ends in the settings, and every mistake is told where it stands.

import assert from "node:assert/strict";
import { configJsonSchema } from "../../config/json_schema.ts";
import { alertConditions } from "../../config/schema_alerts.ts";
import type { AlertRule, LassoSettings } from "../../core/settings.ts";
import { goodChain, loadGood, problemsOf, report } from "./load_support.ts";

const settingsFrom = (text: string): LassoSettings => loadGood(text).settings;

const targets =
  "targets: { ops: { type: webhook, url: 'https://hooks.example.com/x' }, other: { type: log } }";

/** The first rule; `keys` are added to a rule of error_rate. */
function alertRule(keys: string): AlertRule {
  const rule = `{ name: r, when: error_rate, for: 1m, to: [ops], ${keys} }`;
  const { alerts } = settingsFrom(`alerts: { ${targets}, rules: [${rule}] }\n${goodChain}`);
  return alerts.rules[0] as AlertRule;
}

/** Keys of a rule, and what the rule has then; a key that is given twice stands for the last. */
const ofRule: readonly [key: string, yaml: string, read: (rule: AlertRule) => unknown, value: unknown][] = [
  ["above", "0.2", (r) => r.above, 0.2],
  ["window", "1m", (r) => r.windowMs, 60_000],
  ["chain", "ethereum", (r) => r.chain, "ethereum"],
  ["chain", "mainnet", (r) => r.chain, "ethereum"],
  ["chain", "1", (r) => r.chain, "ethereum"],
  ["provider", "a", (r) => r.provider, "a"],
  ["provider", "'*'", (r) => r.provider, "*"],
  ["repeat", "1h", (r) => r.repeatMs, 3_600_000],
];

for (const [key, yaml, read, value] of ofRule) {
  Deno.test(`loadConfig() alerts.rules.${key}: ${yaml} ends in the settings`, () => {
    assert.notDeepEqual(read(alertRule("")), value);
    assert.deepEqual(read(alertRule(`${key}: ${yaml}`)), value);
  });
}

Deno.test("loadConfig() takes targets and rules over, with what each condition has by default", () => {
  const conditions = ["provider_down", "chain_down", "error_rate", "latency_p99", "lag"];
  const further = ["head_stalled", "quota", "breaker_open", "stream_gap", "reorg_depth"];
  const rules = [...conditions, ...further].map((when) =>
    `{ name: ${when}, when: ${when}, for: 0, to: [other, ops] }`
  );
  const { alerts } = settingsFrom(`alerts: { ${targets}, rules: [${rules.join(", ")}] }\n${goodChain}`);
  assert.deepEqual(alerts.targets, [
    { name: "ops", type: "webhook", url: "https://hooks.example.com/x" },
    { name: "other", type: "log" },
  ]);
  assert.deepEqual(alerts.rules.map(({ when, above, windowMs }) => [when, above, windowMs]), [
    ["provider_down", null, null],
    ["chain_down", null, null],
    ["error_rate", 0.05, 300_000],
    ["latency_p99", 2_000, 300_000],
    ["lag", null, null],
    ["head_stalled", 10, null],
    ["quota", 0.9, null],
    ["breaker_open", null, null],
    ["stream_gap", 0, 300_000],
    ["reorg_depth", 3, 600_000],
  ]);
  assert.deepEqual(alerts.rules[0], {
    name: "provider_down",
    when: "provider_down",
    above: null,
    windowMs: null,
    forMs: 0,
    chain: null,
    provider: null,
    to: ["other", "ops"],
    repeatMs: null,
  });
});

Deno.test("alertsSchema names the same conditions as the specification", () => {
  const { properties } = configJsonSchema();
  const rules = properties?.alerts?.anyOf?.[0]?.properties?.rules?.anyOf?.[0];
  const when = rules?.items?.properties?.when?.anyOf?.[0];
  assert.deepEqual(when?.enum, [...alertConditions]);
});

/** A rule's line, and what is said of it; the rule stands on line 6, from column 7 on. */
const wrongRules: readonly [title: string, rule: string, says: string][] = [
  [
    "an unknown target",
    "{ name: r, when: lag, for: 0, to: [obs] }",
    'alerts.rules[0].to[0]: there is no such target, did you mean "ops"?\n  found: "obs"\n  allowed: ops, log',
  ],
  [
    "no target",
    "{ name: r, when: lag, for: 0, to: [] }",
    "alerts.rules[0].to: needs at least one target\n  found: an empty list",
  ],
  [
    "an unknown condition",
    "{ name: r, when: error_rat, for: 0, to: [ops] }",
    'alerts.rules[0].when: is not one of the words allowed here, did you mean "error_rate"?\n  found: "error_rat"\n' +
    `  allowed: ${alertConditions.join(", ")}`,
  ],
  [
    "an unknown key",
    "{ name: r, when: lag, for: 0, to: [ops], abov: 3 }",
    'alerts.rules[0].abov: unknown key "abov", did you mean "above"?\n' +
    "  allowed: name, when, above, window, for, chain, provider, to, repeat",
  ],
  [
    "no `for`",
    "{ name: r, when: lag, to: [ops] }",
    'alerts.rules[0].for: is missing; it must be a duration such as "250ms", "10s", "2m" or "1h", or 0',
  ],
  [
    "an unknown chain",
    "{ name: r, when: lag, for: 0, to: [ops], chain: etherium }",
    'alerts.rules[0].chain: there is no such chain, did you mean "ethereum"?\n  found: "etherium"\n  allowed: ethereum',
  ],
  [
    "an unknown provider",
    "{ name: r, when: lag, for: 0, to: [ops], provider: b }",
    'alerts.rules[0].provider: no chain has such a provider, did you mean "a"?\n  found: "b"\n  allowed: a',
  ],
  [
    "a provider for a chain's condition",
    "{ name: r, when: chain_down, for: 0, to: [ops], provider: a }",
    "alerts.rules[0].provider: has no effect with chain_down: it is about a whole chain",
  ],
  [
    "a limit for what has none",
    "{ name: r, when: provider_down, for: 0, to: [ops], above: 1 }",
    "alerts.rules[0].above: has no effect with provider_down: it holds or does not",
  ],
  [
    "a window for what has none",
    "{ name: r, when: lag, for: 0, to: [ops], window: 1m }",
    "alerts.rules[0].window: has no effect with lag: it looks at what is now",
  ],
  [
    "a window that is not measured",
    "{ name: r, when: error_rate, for: 0, to: [ops], window: 2m }",
    'alerts.rules[0].window: of error_rate must be 1m or 5m\n  found: "2m"',
  ],
  [
    "a window that is too long",
    "{ name: r, when: stream_gap, for: 0, to: [ops], window: 2h }",
    'alerts.rules[0].window: must be at most 1h\n  found: "2h"',
  ],
  [
    "a share in per cent",
    "{ name: r, when: error_rate, for: 0, to: [ops], above: 5 }",
    "alerts.rules[0].above: of error_rate is a share and must be at most 1 (5 % is 0.05)\n  found: 5",
  ],
  [
    "a part of a block",
    "{ name: r, when: lag, for: 0, to: [ops], above: 2.5 }",
    "alerts.rules[0].above: of lag must be a whole number\n  found: 2.5",
  ],
  [
    "a duration for a number",
    "{ name: r, when: lag, for: 0, to: [ops], above: 2s }",
    'alerts.rules[0].above: of lag must be a number; only that of latency_p99 is a duration\n  found: "2s"',
  ],
  [
    "a limit below 0",
    "{ name: r, when: lag, for: 0, to: [ops], above: -1 }",
    'alerts.rules[0].above: must be a number of 0 or more (for latency_p99 a duration such as "2s")\n  found: -1',
  ],
];

const twoTargets = `alerts:
  targets:
    ops: { type: webhook, url: "https://hooks.example.com/x" }
    log: { type: log }
`;

for (const [title, rule, says] of wrongRules) {
  Deno.test(`loadConfig() refuses ${title} in a rule`, () => {
    const text = report(`${twoTargets}  rules:\n    - ${rule}\n${goodChain}`);
    assert.match(text, /^lasso\.yaml:6:\d+\s+/);
    assert.equal(text.replace(/^lasso\.yaml:6:\d+\s+/, ""), says);
  });
}

Deno.test("loadConfig() refuses two rules of one name, at the second", () => {
  const rule = "    - { name: r, when: lag, for: 0, to: [ops] }\n";
  assert.equal(
    report(`${twoTargets}  rules:\n${rule}${rule}${goodChain}`),
    'lasso.yaml:7:15  alerts.rules[1].name: this name is taken by another rule\n  found: "r"',
  );
});

Deno.test("loadConfig() refuses a target without a url, a log with one, and what is no URL, without showing it", () => {
  const refused = (target: string): string => report(`alerts: { targets: { t: ${target} } }\n${goodChain}`);
  assert.match(refused("{ type: slack }"), /alerts\.targets\.t\.url: is missing$/);
  assert.match(refused("{ type: log, url: 'https://x.example.com/key' }"), /a log target takes no url/);
  const wrong = refused("{ type: webhook, url: 'ftp://x.example.com/secret-key' }");
  assert.match(wrong, /must be a whole URL that begins with http/);
  assert.doesNotMatch(wrong, /secret-key/);
});

Deno.test("loadConfig() names a chain's own providers where the rule names the chain", () => {
  const two =
    `${goodChain}  x:\n    chain_id: 5\n    providers: [{ id: only-x, url: 'https://x.example.com' }]\n`;
  const rule = "{ name: r, when: lag, for: 0, to: [ops], chain: 1, provider: only-x }";
  const [problem] = problemsOf(`${twoTargets}  rules:\n    - ${rule}\n${two}`);
  assert.equal(problem?.message, "the chain has no such provider");
  assert.equal(problem?.allowed, "a");
});

Deno.test("loadConfig() warns of a target that no rule tells anything", () => {
  const { warnings } = loadGood(
    `${twoTargets}  rules: [{ name: r, when: lag, for: 0, to: [ops] }]\n${goodChain}`,
  );
  assert.deepEqual(warnings.map(({ path, message }) => [path, message]), [
    ["alerts.targets.log", "no rule tells this target anything"],
  ]);
});
