// Every class of config error, pinned: text, line, column, what was found, what is allowed.

import assert from "node:assert/strict";
import { goodChain, report } from "./load_support.ts";

interface Row {
  readonly title: string;
  readonly yaml: string;
  readonly says: string;
  readonly env?: Readonly<Record<string, string>>;
}

const provider = (line: string): string =>
  `chains:\n  ethereum:\n    providers:\n      - id: a\n        url: https://a.example.com\n        ${line}\n`;

const rows: readonly Row[] = [
  {
    title: "an empty file",
    yaml: "# nothing\n",
    says: "lasso.yaml:1:1  the file is empty; it needs chains with providers",
  },
  {
    title: "no chains",
    yaml: "server: { port: 1 }\n",
    says: "lasso.yaml:1:1  chains: needs a map of at least one chain",
  },
  {
    title: "an empty map of chains",
    yaml: "chains: {}\n",
    says: "lasso.yaml:1:9  chains: needs a map of at least one chain\n  found: a map",
  },
  {
    title: "a key without end",
    yaml: `${"k".repeat(2_000)}: 1\n${goodChain}`,
    says: "lasso.yaml:1:1  YAML: a key is longer than 1024 characters; is a quote or a line break missing?",
  },
  {
    title: "a host with a blank",
    yaml: `server: { host: "a b" }\n${goodChain}`,
    says: 'lasso.yaml:1:17  server.host: must be a name or an address, without blanks\n  found: "a b"',
  },
  {
    title: "a misspelt key",
    yaml: provider("typ: paid"),
    says: 'lasso.yaml:6:9  chains.ethereum.providers[0].typ: unknown key "typ", did you mean "type"?\n' +
      "  allowed: id, url, ws_url, type, priority, group, private, headers, rate_limit, cost, archive, methods, limits, error_rules, transport, tls",
  },
  {
    title: "a key that resembles none",
    yaml: `zebra: 1\n${goodChain}`,
    says:
      'lasso.yaml:1:1  zebra: unknown key "zebra"\n  allowed: server, defaults, plugins, chains, alerts, observability',
  },
  {
    title: "a key of a section that takes two forms",
    yaml: `defaults:\n  breaker: { failure_treshold: 3 }\n${goodChain}`,
    says:
      'lasso.yaml:2:14  defaults.breaker.failure_treshold: unknown key "failure_treshold", did you mean "failure_threshold"?\n' +
      "  allowed: failure_threshold, error_ratio, window, min_requests, recovery_timeout, success_threshold",
  },
  {
    title: "a wrong kind",
    yaml: `server:\n  port: many\n${goodChain}`,
    says: 'lasso.yaml:2:9  server.port: must be a number\n  found: "many"',
  },
  {
    title: "a fraction for a whole number",
    yaml: `server:\n  max_batch: 1.5\n${goodChain}`,
    says: "lasso.yaml:2:14  server.max_batch: must be a whole number\n  found: 1.5",
  },
  {
    title: "a number for text",
    yaml: `server:\n  host: 127\n${goodChain}`,
    says: "lasso.yaml:2:9  server.host: must be text: quote it\n  found: 127",
  },
  {
    title: "a word for a boolean",
    yaml: provider("private: yes"),
    says: 'lasso.yaml:6:18  chains.ethereum.providers[0].private: must be true or false\n  found: "yes"',
  },
  {
    title: "too large",
    yaml: `server:\n  port: 70000\n${goodChain}`,
    says: "lasso.yaml:2:9  server.port: must be at most 65535\n  found: 70000",
  },
  {
    title: "too small",
    yaml: `defaults: { retry: { rounds: -1 } }\n${goodChain}`,
    says: "lasso.yaml:1:30  defaults.retry.rounds: must be at least 0\n  found: -1",
  },
  {
    title: "a share above one",
    yaml: `observability: { sampling: { rate: 1.5 } }\n${goodChain}`,
    says: "lasso.yaml:1:36  observability.sampling.rate: must be at most 1\n  found: 1.5",
  },
  {
    title: "a duration without a unit",
    yaml: `defaults:\n  timeout: 30\n${goodChain}`,
    says:
      'lasso.yaml:2:12  defaults.timeout: must be a duration such as "250ms", "10s", "2m" or "1h"\n  found: 30',
  },
  {
    title: "a duration of nothing where time is needed",
    yaml: `defaults:\n  timeout: 0s\n${goodChain}`,
    says: 'lasso.yaml:2:12  defaults.timeout: must be longer than 0\n  found: "0s"',
  },
  {
    title: "a duration with an unknown unit, where 0 is allowed",
    yaml: `defaults: { health: { interval: 4 sec } }\n${goodChain}`,
    says:
      'lasso.yaml:1:33  defaults.health.interval: must be a duration such as "250ms", "10s", "2m" or "1h", or 0\n' +
      '  found: "4 sec"',
  },
  {
    title: "a duration that no timer can hold",
    yaml: `defaults:\n  timeout: 600h\n${goodChain}`,
    says: 'lasso.yaml:2:12  defaults.timeout: must be at most 24 days (576h)\n  found: "600h"',
  },
  {
    title: "a size",
    yaml: `server:\n  max_body: 2 MB\n${goodChain}`,
    says:
      'lasso.yaml:2:13  server.max_body: must be a size such as "256kb" or "2mb", or a number of bytes, above 0\n' +
      '  found: "2 MB"',
  },
  {
    title: "a rate",
    yaml: provider("rate_limit: 300"),
    says: "lasso.yaml:6:21  chains.ethereum.providers[0].rate_limit: " +
      'must be a rate such as "300/s", "600/m" or "5000/h"\n  found: 300',
  },
  {
    title: "a word that is not in the list",
    yaml: provider("type: pubic"),
    says: "lasso.yaml:6:15  chains.ethereum.providers[0].type: is not one of the words allowed here, " +
      'did you mean "public"?\n  found: "pubic"\n  allowed: public, paid',
  },
  {
    title: "breaker: true",
    yaml: `defaults: { breaker: true }\n${goodChain}`,
    says: "lasso.yaml:1:22  defaults.breaker: must be false or a map\n  found: true",
  },
  {
    title: "an unknown strategy",
    yaml: `defaults:\n  strategy: fastets\n${goodChain}`,
    says: 'lasso.yaml:2:13  defaults.strategy: there is no strategy of this id, did you mean "fastest"?\n' +
      '  found: "fastets"\n  allowed: fastest, cheapest, priority, round_robin',
  },
  {
    title: "an unknown transport",
    yaml: provider("transport: carrier_pigeon"),
    says: "lasso.yaml:6:20  chains.ethereum.providers[0].transport: there is no transport of this id\n" +
      '  found: "carrier_pigeon"\n  allowed: http, fetch, ws',
  },
  {
    title: "a header that frames the message",
    yaml: provider("headers: { Content-Length: '1' }"),
    says: "lasso.yaml:6:20  chains.ethereum.providers[0].headers.Content-Length: " +
      'the key "Content-Length" is set by the transport itself and can\'t be given',
  },
  {
    title: "a header with a line break; its value is not shown",
    yaml: provider('headers: { x-a: "b\\r\\nc: d" }'),
    says: "lasso.yaml:6:25  chains.ethereum.providers[0].headers.x-a: " +
      "must be printable ASCII without a line break or a space at its ends\n  found: ***",
  },
  {
    title: "an error rule that matches nothing",
    yaml: provider("error_rules: [{ category: quota }]"),
    says: "lasso.yaml:6:23  chains.ethereum.providers[0].error_rules[0]: " +
      "needs at least one of message, code and status\n  found: a map",
  },
  {
    title: "a method pattern",
    yaml: provider('methods: { deny: ["*_call"] }'),
    says: "lasso.yaml:6:27  chains.ethereum.providers[0].methods.deny[0]: must be a method name such as " +
      '"eth_call", or a beginning of one with a star such as "debug_*"\n  found: "*_call"',
  },
  {
    title: "a client certificate without its key",
    yaml: provider("tls: { cert: a.pem }"),
    says:
      "lasso.yaml:6:14  chains.ethereum.providers[0].tls: cert and key must be given together\n  found: a map\n" +
      "lasso.yaml:6:22  chains.ethereum.providers[0].tls.cert: names a file, but there is no such file\n" +
      '  found: "a.pem"\n  allowed: a path relative to this file',
  },
  {
    title: "a plugin file that is not there",
    yaml: `plugins:\n  - ./gone.ts\n${goodChain}`,
    says: "lasso.yaml:2:5  plugins[0]: names a file, but there is no such file\n" +
      '  found: "./gone.ts"\n  allowed: a path relative to this file',
  },
  {
    title: "a plugin without a path",
    yaml: `plugins:\n  - { pth: ./a.ts }\n${goodChain}`,
    says: "lasso.yaml:2:5  plugins[0].path: is missing\n" +
      'lasso.yaml:2:7  plugins[0].pth: unknown key "pth", did you mean "path"?\n  allowed: path, options',
  },
  {
    title: "a chain without providers",
    yaml: "chains:\n  ethereum:\n    strategy: fastest\n",
    says: "lasso.yaml:2:3  chains.ethereum.providers: needs a list of at least one provider",
  },
  {
    title: "an empty list of providers",
    yaml: "chains:\n  ethereum:\n    providers: []\n",
    says:
      "lasso.yaml:3:16  chains.ethereum.providers: needs a list of at least one provider\n  found: an empty list",
  },
  {
    title: "a provider without id and url",
    yaml: "chains:\n  ethereum:\n    providers:\n      - type: paid\n",
    says: "lasso.yaml:4:9  chains.ethereum.providers[0].id: is missing\n" +
      "lasso.yaml:4:9  chains.ethereum.providers[0].url: is missing",
  },
  {
    title: "an id that does not fit a URL",
    yaml: "chains:\n  ethereum:\n    providers:\n      - { id: a/b, url: 'https://a.example.com' }\n",
    says:
      "lasso.yaml:4:15  chains.ethereum.providers[0].id: must be 1 to 64 letters, digits, dots, dashes or " +
      'underscores, and begin with a letter or digit\n  found: "a/b"',
  },
  {
    title: "a URL that is none",
    yaml: "chains:\n  ethereum:\n    providers:\n      - { id: a, url: 'node/secret-key' }\n",
    says:
      "lasso.yaml:4:23  chains.ethereum.providers[0].url: must be a whole URL such as https://host/path\n  found: ***",
  },
  {
    title: "a URL of another scheme, masked",
    yaml: "chains:\n  ethereum:\n    providers:\n      - { id: a, url: 'ftp://a.example.com/secret-key' }\n",
    says: "lasso.yaml:4:23  chains.ethereum.providers[0].url: must begin with http:// or https://\n" +
      "  found: ftp://a.example.com/***",
  },
  {
    title: "a WebSocket URL where the HTTP one belongs, and names the key that is meant",
    yaml: "chains:\n  ethereum:\n    providers:\n      - { id: a, url: 'wss://a.example.com/secret-key' }\n",
    says:
      "lasso.yaml:4:23  chains.ethereum.providers[0].url: must begin with http:// or https://; a WebSocket " +
      "endpoint goes into ws_url, beside url\n  found: wss://a.example.com/***",
  },
  {
    title: "an HTTP URL where the WebSocket one belongs",
    yaml: provider("ws_url: https://a.example.com/secret-key"),
    says: "lasso.yaml:6:17  chains.ethereum.providers[0].ws_url: must begin with ws:// or wss://\n" +
      "  found: https://a.example.com/***",
  },
  {
    title: "a WebSocket URL that is none",
    yaml: provider("ws_url: secret-key"),
    says:
      "lasso.yaml:6:17  chains.ethereum.providers[0].ws_url: must be a whole URL such as wss://host/path\n" +
      "  found: ***",
  },
  {
    title: "a WebSocket URL for all providers",
    yaml: `defaults: { provider: { ws_url: 'wss://a.example.com' } }\n${goodChain}`,
    says: 'lasso.yaml:1:25  defaults.provider.ws_url: unknown key "ws_url"\n' +
      "  allowed: type, priority, group, private, headers, rate_limit, cost, archive, methods, limits, error_rules, " +
      "transport, tls",
  },
  {
    title: "the transport ws without a WebSocket URL",
    yaml: provider("transport: ws"),
    says:
      "lasso.yaml:4:9  chains.ethereum.providers[0].ws_url: is missing: the transport ws has nothing to connect " +
      "to (it never serves url)",
  },
  {
    title: "a number of blocks to fill that is neither a number nor auto",
    yaml: `defaults:\n  subscriptions: { max_backfill_blocks: all }\n${goodChain}`,
    says:
      'lasso.yaml:2:41  defaults.subscriptions.max_backfill_blocks: must be "auto" or a whole number of blocks, ' +
      'at least 1\n  found: "all"',
  },
  {
    title: "a word for what a gap means",
    yaml: `defaults: { subscriptions: { on_gap: notfy } }\n${goodChain}`,
    says: "lasso.yaml:1:38  defaults.subscriptions.on_gap: is not one of the words allowed here, " +
      'did you mean "notify"?\n  found: "notfy"\n  allowed: close, notify, continue',
  },
  {
    title: "a race of nobody",
    yaml: `defaults: { race: { newHeads: 0 } }\n${goodChain}`,
    says: "lasso.yaml:1:31  defaults.race.newHeads: must be at least 1\n  found: 0",
  },
  {
    title: "a misspelt limit of sockets",
    yaml: `server: { ws: { pings: 5s } }\n${goodChain}`,
    says: 'lasso.yaml:1:17  server.ws.pings: unknown key "pings", did you mean "ping"?\n' +
      "  allowed: queue, max_frame, max_in_flight, max_subscriptions, ping, idle_timeout",
  },
  {
    title: "a provider id given twice",
    yaml: `${goodChain}      - { id: a, url: 'https://b.example.com' }\n`,
    says:
      'lasso.yaml:5:15  chains.ethereum.providers[1].id: this id is taken by another provider of this chain\n  found: "a"',
  },
  {
    title: "a chain named by a number",
    yaml: "chains:\n  1:\n    chain_id: 1\n    providers: [{ id: a, url: 'https://a.example.com' }]\n",
    says:
      'lasso.yaml:2:3  chains.1: the key "1" must be 1 to 64 letters, digits, dots, dashes or underscores, ' +
      "and begin with a letter or digit, and not be a number alone (that would be a chain id)",
  },
  {
    title: "a chain named like a strategy",
    yaml: goodChain.replace("  ethereum:\n", "  fastest:\n    chain_id: 5\n"),
    says: "lasso.yaml:2:3  chains.fastest: this name is taken: it is a strategy",
  },
  {
    title: "a chain named provider",
    yaml: goodChain.replace("  ethereum:\n", "  provider:\n    chain_id: 5\n"),
    says: "lasso.yaml:2:3  chains.provider: this name is taken: it is a word of the URL /rpc/provider/…",
  },
  {
    title: "an alias named like another chain",
    yaml:
      `${goodChain}  base:\n    aliases: [b, ethereum]\n    providers: [{ id: a, url: 'https://b.example.com' }]\n`,
    says: 'lasso.yaml:6:18  chains.base.aliases[1]: this name is taken: it is a chain\n  found: "ethereum"',
  },
  {
    title: "an alias given to two chains",
    yaml:
      "chains:\n  ethereum:\n    aliases: [x]\n    providers: [{ id: a, url: 'https://a.example.com' }]\n" +
      "  base:\n    aliases: [x]\n    providers: [{ id: a, url: 'https://b.example.com' }]\n",
    says:
      'lasso.yaml:6:15  chains.base.aliases[0]: this name is taken: it is an alias of the chain ethereum\n  found: "x"',
  },
  {
    title: "a chain id that nobody knows",
    yaml: goodChain.replace("ethereum", "etherium"),
    says:
      "lasso.yaml:2:3  chains.etherium.chain_id: is missing (only a chain named like a built-in one may leave it " +
      'out), did you mean "ethereum"?',
  },
  {
    title: "a chain id given twice",
    yaml: `${goodChain}  copy:\n    chain_id: 1\n    providers: [{ id: a, url: 'https://b.example.com' }]\n`,
    says: "lasso.yaml:6:15  chains.copy.chain_id: this chain id is taken by the chain ethereum\n  found: 1",
  },
  {
    title: "an unset variable",
    yaml: "chains:\n  ethereum:\n    providers:\n      - { id: a, url: 'https://a.example.com/${KEY}' }\n",
    says:
      "lasso.yaml:4:23  chains.ethereum.providers[0].url: environment variable KEY is not set and has no default",
  },
  {
    title: "a broken reference",
    yaml: "server:\n  region: ${1X}\n" + goodChain,
    says:
      "lasso.yaml:2:11  server.region: broken reference to a variable: write ${NAME} or ${NAME:-default}, " +
      "or $${ for a literal ${",
  },
  {
    title: "a value from a variable is never shown",
    yaml: `server:\n  port: \${PORT}\n${goodChain}`,
    env: { PORT: "hunter2" },
    says: "lasso.yaml:2:9  server.port: must be a number\n  found: *** (from ${PORT})",
  },
  {
    title: "a token is never shown",
    yaml: `server:\n  admin_token: my secret token\n${goodChain}`,
    says:
      "lasso.yaml:2:16  server.admin_token: must be printable ASCII without spaces: it travels in a header\n  found: ***",
  },
  {
    title: "an empty token",
    yaml: `server:\n  admin_token: ""\n${goodChain}`,
    says:
      "lasso.yaml:2:16  server.admin_token: must not be empty: leave it out, and only this machine may read and " +
      "change\n  found: ***",
  },
  {
    title: "a section that others have",
    yaml: `${goodChain}tracing: { endpoint: "http://localhost:4318" }\n`,
    says:
      'lasso.yaml:5:1  tracing: unknown key "tracing"; traces are set up by OTEL_EXPORTER_OTLP_ENDPOINT in the ' +
      "environment\n  allowed: server, defaults, plugins, chains, alerts, observability",
  },
  {
    title: "a key given twice",
    yaml: `${goodChain}chains: {}\n`,
    says: "lasso.yaml:5:1  YAML: this key is given twice",
  },
  {
    title: "an unclosed bracket",
    yaml: "server: { port: 1\nchains: {}\n",
    says: "lasso.yaml:2:1  YAML: the indentation does not fit what stands above",
  },
  {
    title: "a tab",
    yaml: "server:\n\tport: 1\n",
    says: "lasso.yaml:2:1  YAML: a tab can't indent; use spaces",
  },
  {
    title: "two documents",
    yaml: `${goodChain}---\na: 1\n`,
    says: "lasso.yaml:5:1  YAML: one file holds one document; remove the line ---",
  },
  {
    title: "an unquoted variable inside braces",
    yaml: "server: { port: ${PORT} }\n",
    says: "lasso.yaml:1:18  YAML: this can't stand here; inside { } and [ ] a ${NAME} must be quoted",
  },
  {
    title: "an unquoted variable inside braces once, though the parser loses its place there",
    yaml: `server: { port: ${"${PORT}"}, region: x }\n${goodChain}`,
    says: "lasso.yaml:1:18  YAML: this can't stand here; inside { } and [ ] a ${NAME} must be quoted",
  },
  {
    title: "an alias without its anchor; it may be a password",
    yaml: `server:\n  admin_token: *hunter2\n${goodChain}`,
    says:
      "lasso.yaml:2:16  server.admin_token: YAML: an unquoted text can't begin with * unless it names an anchor " +
      "set before; quote it",
  },
  {
    title: "a tag",
    yaml: `server:\n  region: !env R\n${goodChain}`,
    says:
      "lasso.yaml:2:11  YAML: this tag is not known; tags (!name) are not used here, quote a text that begins with !",
  },
];

for (const row of rows) {
  Deno.test(`loadConfig() refuses ${row.title}`, () => {
    assert.equal(report(row.yaml, { env: row.env ?? {} }), row.says);
  });
}

Deno.test("loadConfig() tells all problems at once, in the order of the file", () => {
  const yaml = `server:
  prot: 1
  max_body: huge
defaults:
  strategy: slowest
chains:
  ethereum:
    chain_id: one
    providers:
      - id: a
        url: https://a.example.com/\${MISSING}
      - id: a
        url: ftp://b.example.com
        tls: { cert: ./cert.pem, key: ./key.pem }
  base:
    aliases: [ethereum]
    providers: []
`;
  const lines = report(yaml).split("\n").filter((line) => !line.startsWith("  "));
  assert.deepEqual(lines, [
    'lasso.yaml:2:3  server.prot: unknown key "prot", did you mean "port"?',
    'lasso.yaml:3:13  server.max_body: must be a size such as "256kb" or "2mb", or a number of bytes, above 0',
    "lasso.yaml:5:13  defaults.strategy: there is no strategy of this id",
    "lasso.yaml:8:15  chains.ethereum.chain_id: must be a number",
    "lasso.yaml:11:14  chains.ethereum.providers[0].url: environment variable MISSING is not set and has no default",
    "lasso.yaml:12:13  chains.ethereum.providers[1].id: this id is taken by another provider of this chain",
    "lasso.yaml:13:14  chains.ethereum.providers[1].url: must begin with http:// or https://",
    "lasso.yaml:14:22  chains.ethereum.providers[1].tls.cert: names a file, but there is no such file",
    "lasso.yaml:14:39  chains.ethereum.providers[1].tls.key: names a file, but there is no such file",
    "lasso.yaml:16:15  chains.base.aliases[0]: this name is taken: it is a chain",
    "lasso.yaml:17:16  chains.base.providers: needs a list of at least one provider",
  ]);
});

Deno.test("loadConfig() ends a bomb of aliases in a problem", () => {
  const layers = Array.from({ length: 12 }, (_, layer) => {
    const inside = layer === 0
      ? "[x, x, x, x, x, x, x, x, x, x]"
      : `[${Array(10).fill(`*l${layer - 1}`).join(", ")}]`;
    return `l${layer}: &l${layer} ${inside}`;
  });
  const problems = report(layers.join("\n")).split("\n").filter((line) =>
    line.includes("too large or too deep")
  );
  assert.equal(problems.length, 1);
});

Deno.test("loadConfig() ends an alias to itself in a problem", () => {
  assert.match(report("server: &s { cors: *s }\n"), /too large or too deep once its aliases are followed/);
});

Deno.test("loadConfig() refuses lists in lists without end, wherever the parser gives up", () => {
  const said = report(`chains: ${"[".repeat(20_000)}`, { env: {} });
  assert.match(said, /^lasso\.yaml:1:\d+ {2}YAML: the file is nested too deep$/);
});
