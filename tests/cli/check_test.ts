import assert from "node:assert/strict";
import { check, type CheckDeps, checkHelp } from "../../cli/check.ts";
import type { RpcAnswer, RpcCall } from "../../cli/rpc_fetch.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { bufferIo } from "../support/buffer_io.ts";
import { withConfigFile } from "../support/temp_dir.ts";
import { makeCertificates } from "../support/test_certificates.ts";

const known = { strategies: ["fastest", "priority", "cheapest"], transports: ["http", "fetch", "ws"] };

const good = `server: { port: 4100 }
chains:
  ethereum:
    methods: { "debug_*": { strategy: priority } }
    providers:
      - id: full
        url: https://full.example.com/v2/secret
        ws_url: wss://full.example.com/ws/secret
        type: paid
        headers: { x-key: secret-too }
      - { id: pruned, url: 'https://pruned.example.com/secret', group: fallback }
`;

/** Two providers: one that can everything, one that knows little. */
const call: RpcCall = (provider, method, params) => {
  const pruned = provider.url.includes("pruned");
  const result = (value: unknown): Promise<RpcAnswer> => Promise.resolve({ kind: "result", result: value });
  const error = (message: string): Promise<RpcAnswer> =>
    Promise.resolve({ kind: "error", code: -32000, message });
  switch (method) {
    case "eth_chainId":
      return result("0x1");
    case "eth_blockNumber":
      return result("0x1312d00");
    case "eth_getBlockByNumber":
      return result({});
    case "eth_call":
      return pruned && params[1] !== "latest" ? error("missing trie node") : result("0x");
    case "eth_getLogs": {
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
      const width = Number(toBlock) - Number(fromBlock) + 1;
      return width > (pruned ? 2000 : 1e9) ? error("range too large") : result([]);
    }
    default:
      return error("method not found");
  }
};

const deps: CheckDeps = {
  ...known,
  call,
  askWs: () => Promise.resolve(null),
  clock: new VirtualClock(),
};

Deno.test("check() prints what would run, without secrets", async () => {
  await withConfigFile(good, async (file) => {
    const io = bufferIo();
    assert.equal(await check(["--config", file], io, deps), 0);
    assert.equal(
      io.stdout,
      `config: ${file}
listens on: http://127.0.0.1:4100 (region local)

CHAIN     ID  STRATEGY                    PROVIDER  TYPE    GROUP     TRANSPORT  URL                             WEBSOCKET
ethereum  1   fastest, debug_*: priority  full      paid    main      http       https://full.example.com/***    wss://full.example.com/***
                                          pruned    public  fallback  http       https://pruned.example.com/***  -
`,
    );
    assert.equal(io.stderr, "");
  });
});

Deno.test("check() prints the rules of alerts and who is told, without secrets", async () => {
  const alerts = `alerts:
  targets: { ops: { type: webhook, url: "https://hooks.example.com/secret" }, log: { type: log } }
  rules: [{ name: gone, when: provider_down, for: 30s, to: [ops, log] }]
`;
  await withConfigFile(good + alerts, async (file) => {
    const io = bufferIo();
    assert.equal(await check(["--config", file], io, deps), 0);
    assert.match(
      io.stdout,
      /^alert: gone \(provider_down\) to ops \(webhook https:\/\/hooks\.example\.com\/\*\*\*\), log \(log\)$/m,
    );
    const json = bufferIo();
    assert.equal(await check(["--config", file, "--json"], json, deps), 0);
    assert.deepEqual(JSON.parse(json.stdout).alerts, {
      targets: [
        { name: "ops", type: "webhook", url: "https://hooks.example.com/***" },
        { name: "log", type: "log", url: null },
      ],
      rules: [{ name: "gone", when: "provider_down", to: ["ops", "log"] }],
    });
    assert.doesNotMatch(io.stdout + json.stdout, /secret/);
  });
});

Deno.test("check() shows what the environment overrides", async () => {
  await withConfigFile(good, async (file) => {
    const io = bufferIo({ LASSO_HOST: "::1", LASSO_PORT: "9" });
    assert.equal(await check(["--config", file], io, deps), 0);
    assert.match(io.stdout, /^listens on: http:\/\/\[::1\]:9 \(region local\)$/m);
  });
});

Deno.test("check() gives 2 and all problems for a bad config", async () => {
  await withConfigFile("server: { prot: 1 }\nchains: {}\n", async (file) => {
    const io = bufferIo();
    assert.equal(await check(["--config", file], io, deps), 2);
    assert.equal(io.stdout, "");
    assert.match(io.stderr, /lasso\.yaml:1:11 {2}server\.prot: unknown key "prot", did you mean "port"\?\n/);
    assert.match(io.stderr, /\n\n2 problems\.\n$/);
  });
});

Deno.test("check() gives 2 and the problems as JSON with --json", async () => {
  await withConfigFile("server: { prot: 1 }\nchains: {}\n", async (file) => {
    const io = bufferIo();
    assert.equal(await check(["--config", file, "--json"], io, deps), 2);
    const report = JSON.parse(io.stdout);
    assert.equal(report.ok, false);
    assert.deepEqual(report.problems[0], {
      file,
      line: 1,
      column: 11,
      path: "server.prot",
      message: 'unknown key "prot"',
      allowed: report.problems[0].allowed,
      nearest: "port",
    });
  });
});

Deno.test("check() gives 2 and the usage for an unknown flag", async () => {
  const io = bufferIo();
  assert.equal(await check(["--prob"], io, deps), 2);
  assert.match(io.stderr, /^Unknown option '--prob'/);
  assert.ok(io.stderr.endsWith(checkHelp));
});

Deno.test("check() prints its help", async () => {
  const io = bufferIo();
  assert.equal(await check(["--help"], io, deps), 0);
  assert.equal(io.stdout, checkHelp);
});

Deno.test("check() asks the loaded plugins for their ids", async () => {
  const text = `plugins: [./p.ts]\ndefaults: { strategy: sticky }\n${good}`;
  await withConfigFile(text, async (file) => {
    await Deno.writeTextFile(new URL("p.ts", `file://${file}`), "");
    const paths: string[] = [];
    const withIds = (...ids: string[]): CheckDeps => ({
      ...deps,
      loadPlugins: (plugins) => {
        paths.push(...plugins.map((plugin) => plugin.path));
        return Promise.resolve({ strategies: [...known.strategies, ...ids], transports: known.transports });
      },
    });
    assert.equal(await check(["--config", file], bufferIo(), withIds("sticky")), 0);
    assert.deepEqual(paths, [file.replace("lasso.yaml", "p.ts")]);
    const io = bufferIo();
    assert.equal(await check(["--config", file], io, withIds("stiky")), 2);
    assert.match(io.stderr, /defaults\.strategy: there is no strategy of this id, did you mean "stiky"\?/);
  });
});

Deno.test("check() --probe prints a row per provider and gives 0 when all are as they should be", async () => {
  await withConfigFile(good, async (file) => {
    const io = bufferIo();
    assert.equal(await check(["--config", file, "--probe"], io, deps), 0);
    assert.equal(
      io.stdout.slice(io.stdout.indexOf("CHAIN     PROVIDER")),
      `CHAIN     PROVIDER  PROBE  CHAIN ID  HEAD      MS  METHODS  GETLOGS  ARCHIVE  WEBSOCKET  PROBLEM
ethereum  full      ok     1         20000000  0   all      100000   yes      ok
ethereum  pruned    ok     1         20000000  0   all      2000     no       -
`,
    );
    const progress = io.stderr.split("\n");
    assert.match(progress[0] ?? "", /^probed 1 of 2: ethereum\/(full|pruned)$/);
    assert.match(progress[1] ?? "", /^probed 2 of 2: ethereum\/(full|pruned)$/);
  });
});

Deno.test("check() --probe gives 1 when a provider is on another chain or does not answer", async () => {
  const bad: CheckDeps = {
    ...deps,
    call: (provider, method, params) =>
      provider.url.includes("pruned")
        ? Promise.resolve({ kind: "fault", message: "connection refused" })
        : method === "eth_chainId"
        ? Promise.resolve({ kind: "result", result: "0x2" })
        : call(provider, method, params),
  };
  await withConfigFile(good, async (file) => {
    const io = bufferIo();
    assert.equal(await check(["--config", file, "--probe"], io, bad), 1);
    assert.match(io.stdout, /full +FAILED +2 .*wrong chain: 2 instead of 1\n/);
    assert.match(io.stdout, /pruned +FAILED +- .*connection refused\n/);
    const json = bufferIo();
    assert.equal(await check(["--config", file, "--probe", "--json"], json, bad), 1);
    const report = JSON.parse(json.stdout);
    assert.equal(report.ok, false);
    assert.deepEqual(report.probes.map((probe: { problem: string }) => probe.problem), [
      "wrong chain: 2 instead of 1",
      "connection refused",
    ]);
    assert.ok(!json.stdout.includes("secret"));
  });
});

Deno.test("check() --probe counts a basic method that fails, and moves one line on a terminal", async () => {
  const noCall: CheckDeps = {
    ...deps,
    call: (provider, method, params) =>
      method === "eth_call" || method === "eth_getLogs"
        ? Promise.resolve({ kind: "error", code: -32601, message: "method not found" })
        : call(provider, method, params),
  };
  await withConfigFile(good, async (file) => {
    const io = bufferIo({}, { isTty: true });
    assert.equal(await check(["--config", file, "--probe"], io, noCall), 1);
    assert.match(
      io.stdout,
      /full +FAILED .*not eth_call, eth_getLogs +- +no +ok +eth_call: method not found\n/,
    );
    assert.ok(io.stderr.endsWith("\r\x1b[K") && !io.stderr.includes("\n"));
  });
});

Deno.test("check() --probe gives 1 when a WebSocket does not serve, and says so beside what else is wrong", async () => {
  const bad: CheckDeps = { ...deps, askWs: () => Promise.resolve("wrong chain: 5 instead of 1") };
  await withConfigFile(good, async (file) => {
    const io = bufferIo();
    assert.equal(await check(["--config", file, "--probe"], io, bad), 1);
    assert.match(io.stdout, /full +FAILED +1 .* FAILED +WebSocket: wrong chain: 5 instead of 1\n/);
    assert.match(io.stdout, /pruned +ok .* -\n/);
    const json = bufferIo();
    assert.equal(await check(["--config", file, "--probe", "--json"], json, bad), 1);
    const report = JSON.parse(json.stdout);
    assert.deepEqual(report.probes.map(({ websocket }: { websocket: unknown }) => websocket), [false, null]);
    assert.deepEqual(report.chains[0].providers.map(({ ws_url }: { ws_url: unknown }) => ws_url), [
      "wss://full.example.com/***",
      null,
    ]);
  });
});

Deno.test("check() gives 2 for a proxy that is no URL", async () => {
  await withConfigFile(good, async (file) => {
    const io = bufferIo({ HTTPS_PROXY: "socks5://proxy:1" });
    assert.equal(await check(["--config", file], io, deps), 2);
    assert.match(io.stderr, /HTTPS_PROXY is no http or https URL/);
  });
});

Deno.test("check() shows what runs without a config file: upstreams from the environment, else the built-in chains", async () => {
  const upstreams = bufferIo({
    LASSO_UPSTREAMS: "https://full.example.com/key, https://pruned.example.com, wss://full.example.com/ws",
  });
  assert.equal(await check([], upstreams, deps), 0);
  assert.match(upstreams.stdout, /^config: LASSO_UPSTREAMS\n/);
  assert.match(
    upstreams.stdout,
    /^ethereum +1 +fastest +full\.example\.com .*https:\/\/full\.example\.com\/\*\*\* +wss:\/\/full\.example\.com\/\*\*\*$/m,
  );
  const none = bufferIo();
  assert.equal(await check([], none, deps), 0);
  assert.match(none.stdout, /^config: built-in chains\n/);
  assert.match(none.stdout, /^base-sepolia +84532 /m);
});

Deno.test("check() gives 2 when no upstream answers", async () => {
  const io = bufferIo({ LASSO_UPSTREAMS: "https://gone.example.com/key" });
  const gone: CheckDeps = { ...deps, call: () => Promise.resolve({ kind: "fault", message: "refused" }) };
  assert.equal(await check([], io, gone), 2);
  assert.match(io.stderr, /^none of the upstreams told which chain it serves\n/);
  assert.ok(!io.stderr.includes("/key"));
});

Deno.test("check() gives 2 for a TLS certificate and key that the server could not use", async () => {
  const { cert, key, clientKey } = await makeCertificates();
  const checked = async (files: Readonly<Record<string, string>>): Promise<[number, string]> => {
    const io = bufferIo();
    let code = -1;
    const text = good.replace("port: 4100", "port: 4100, tls: { cert: ./c.pem, key: ./k.pem }");
    await withConfigFile(text, async (file) => {
      for (const [name, pem] of Object.entries(files)) {
        await Deno.writeTextFile(new URL(name, `file://${file}`), pem);
      }
      code = await check(["--config", file], io, deps);
    });
    return [code, io.stderr];
  };
  const hint =
    "  fix: server.tls needs a PEM certificate chain, the server's own first, and its private key\n";
  const refused = (why: string): [number, string] => [
    2,
    `The TLS certificate or key can't be used: ${why}\n${hint}`,
  ];
  assert.deepEqual(await checked({ "c.pem": cert, "k.pem": key }), [0, ""]);
  assert.deepEqual(
    await checked({ "c.pem": cert, "k.pem": clientKey }),
    refused("the key does not belong to the certificate (the first one of its file)"),
  );
  assert.deepEqual(
    await checked({ "c.pem": key, "k.pem": cert }),
    refused("server.tls.cert holds no certificate"),
  );
  assert.deepEqual(
    await checked({ "c.pem": cert, "k.pem": "-----BEGIN PRIVATE KEY-----\nno\n" }),
    refused("server.tls.key holds no private key, or one with a passphrase"),
  );
});
