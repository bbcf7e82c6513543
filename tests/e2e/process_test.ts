// `lasso serve` as operators run it: a process with a config file, signals, exit codes, and sentences on stderr.

import assert from "node:assert/strict";
import { sameSignalMs } from "../../cli/until_stopped.ts";
import { anvilChainId, secondAddress, startAnvil } from "../support/anvil.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { lassoFromSource } from "../support/lasso_process.ts";
import { post, rpc } from "../support/rpc_post.ts";
import { until } from "../support/until.ts";

interface Folder extends AsyncDisposable {
  readonly path: string;
  readonly file: string;
  /** As editors do it: a new file beside it, renamed over. */
  write(text: string): void;
}

function configFolder(text: string): Folder {
  const folder = Deno.makeTempDirSync({ prefix: "lasso-e2e-" });
  const file = `${folder}/lasso.yaml`;
  Deno.writeTextFileSync(file, text);
  return {
    path: folder,
    file,
    write: (next) => {
      Deno.writeTextFileSync(`${file}.new`, next);
      Deno.renameSync(`${file}.new`, file);
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function config(providers: Readonly<Record<string, string>>): string {
  const list = Object.entries(providers).map(([id, url]) => `      - { id: ${id}, url: "${url}" }\n`).join(
    "",
  );
  return `server:
  port: 0
  drain_timeout: 20s
chains:
  local:
    chain_id: ${anvilChainId}
    providers:
${list}`;
}

const balanceCall =
  `{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["${secondAddress}","latest"]}`;

interface Status {
  readonly data: {
    readonly config_version: number;
    readonly chains: readonly { readonly providers: readonly { readonly id: string }[] }[];
  };
}

async function providersOf(base: string): Promise<string[]> {
  const { data } = await (await fetch(`${base}/status`)).json() as Status;
  return data.chains.flatMap(({ providers }) => providers.map(({ id }) => id));
}

Deno.test("lasso serve answers, reloads on a file change and SIGHUP, keeps running on a bad file, and logs JSON lines", async () => {
  await using anvil = await startAnvil();
  await using folder = configFolder(config({ first: anvil.url }));
  await using lasso = lassoFromSource(["serve", "--config", folder.file]);
  const base = await lasso.listening();
  const url = `${base}/rpc/local`;
  assert.equal((await post(url, balanceCall)).text, (await post(anvil.url, balanceCall)).text);
  assert.deepEqual(await providersOf(base), ["first"]);

  folder.write(config({ first: anvil.url, second: anvil.url }));
  await until("the change of the file is in force", async () => (await providersOf(base)).length === 2);
  assert.match(lasso.err, /reloaded: config version 2 is in force/);

  folder.write(config({ first: anvil.url }).replace("chain_id", "chain_ix"));
  await until(
    "the bad file is refused",
    () => /the reload failed; the config in force stays/.test(lasso.err),
  );
  assert.match(lasso.err, /lasso\.yaml:6:5/);
  assert.deepEqual(await providersOf(base), ["first", "second"]);
  assert.match(String((await rpc(url, "eth_getBalance", [secondAddress, "latest"])).result), /^0x/);

  const told = lasso.err.length;
  lasso.signal("SIGHUP");
  await until("SIGHUP is heard", () => lasso.err.slice(told).includes("the reload failed"));
  folder.write(config({ third: anvil.url }));
  await until("the mended file is in force", async () => (await providersOf(base)).join() === "third");

  lasso.signal("SIGTERM");
  assert.equal(await lasso.exitCode(), 0);
  const lines = lasso.out.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  const completed = lines.filter(({ event }) => event === "rpc.request.completed");
  assert.equal(completed.length, 2);
  assert.equal(completed[0]?.jsonrpc_method, "eth_getBalance");
  assert.equal(
    lines.filter(({ event, result }) => event === "config.reload" && result === "failed").length,
    2,
  );
});

Deno.test("lasso serve drains on SIGTERM: a call under way ends, new ones are refused, exit code 0", async () => {
  await using anvil = await startAnvil();
  await using slow = await FaultProxy.start(anvil.url);
  await using folder = configFolder(config({ slow: slow.url }));
  await using lasso = lassoFromSource(["serve", "--config", folder.file]);
  const base = await lasso.listening();
  const expected = (await post(`${base}/rpc/local`, balanceCall)).text;

  slow.forget();
  slow.set({ slowMs: 1_500 });
  const underWay = post(`${base}/rpc/local`, balanceCall);
  await until("the call is at the provider", () => slow.requests > 0);
  lasso.signal("SIGTERM");
  await until("it drains", () => /draining/.test(lasso.err));
  await until("nobody listens", async () => {
    const probe = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(base).port) })
      .catch(() => null);
    probe?.close();
    return probe === null;
  });
  assert.equal(lasso.ended, false);
  const answer = await underWay;
  assert.deepEqual([answer.status, answer.text], [200, expected]);
  assert.equal(await lasso.exitCode(), 0);
});

Deno.test("lasso serve ends at once on a second SIGTERM, with exit code 1", async () => {
  await using anvil = await startAnvil();
  await using stalled = await FaultProxy.start(anvil.url);
  await using folder = configFolder(config({ stalled: stalled.url }));
  await using lasso = lassoFromSource(["serve", "--config", folder.file]);
  const base = await lasso.listening();
  await post(`${base}/rpc/local`, balanceCall);

  stalled.forget();
  stalled.set("stall");
  const underWay = post(`${base}/rpc/local`, balanceCall).then(() => "answered", () => "cut");
  await until("the call is at the provider", () => stalled.requests > 0);
  lasso.signal("SIGTERM");
  await until("it drains", () => /draining/.test(lasso.err));
  const drainsSince = performance.now();
  await until("a second one is no echo of the first", () => performance.now() - drainsSince > sameSignalMs);
  const started = performance.now();
  lasso.signal("SIGTERM");
  assert.equal(await lasso.exitCode(), 1);
  assert.ok(performance.now() - started < 3_000);
  assert.equal(await underWay, "cut");
  assert.match(lasso.err, /stopped at once/);
});

Deno.test("lasso serve with a bad config exits 2 and says every file:line:column", async () => {
  const text = config({ a: "http://127.0.0.1:1" }).replace("drain_timeout", "drain_timeot").replace(
    `chain_id: ${anvilChainId}`,
    "chain_id: minus",
  );
  await using folder = configFolder(text);
  await using lasso = lassoFromSource(["serve", "--config", folder.file]);
  assert.equal(await lasso.exitCode(), 2);
  assert.match(lasso.err, /lasso\.yaml:3:3/);
  assert.match(lasso.err, /drain_timeout/);
  assert.match(lasso.err, /lasso\.yaml:6:15/);
  assert.equal(lasso.out, "");
});

Deno.test("lasso serve with a port in use exits 1 with a sentence, and no stack", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using folder = configFolder(config({ a: "http://127.0.0.1:1" }));
  const args = ["serve", "--config", folder.file, "--port", String(taken.addr.port)];
  await using lasso = lassoFromSource(args);
  assert.equal(await lasso.exitCode(), 1);
  assert.match(lasso.err, new RegExp(`Cannot listen on 127\\.0\\.0\\.1 port ${taken.addr.port}`));
  assert.match(lasso.err, /in use/i);
  assert.doesNotMatch(lasso.err, /^\s+at /m);
});

Deno.test("lasso serve without a config file takes LASSO_UPSTREAMS, the chain by its eth_chainId", async () => {
  await using anvil = await startAnvil(["--chain-id", "1"]);
  await using folder = configFolder("");
  Deno.removeSync(folder.file);
  const env = { LASSO_UPSTREAMS: anvil.url };
  await using lasso = lassoFromSource(["serve", "--port", "0"], env, folder.path);
  const base = await lasso.listening();
  assert.equal((await rpc(`${base}/rpc/1`, "eth_blockNumber")).result, "0x0");
  assert.equal((await rpc(`${base}/rpc/ethereum`, "eth_chainId")).result, "0x1");
  lasso.signal("SIGINT");
  assert.equal(await lasso.exitCode(), 0);
});
