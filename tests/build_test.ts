// The bundle as a user gets it: run from an empty folder without config, npm or network access to modules; and the
// embedding run of `deno compile`. The real executable needs Deno's download site, so it is made elsewhere.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { startSimulatedProvider } from "../battle/simulator/provider.ts";
import { createSimulatedChain } from "../battle/simulator/chain.ts";
import { systemClock } from "../core/clock.ts";
import { seededRandom } from "../core/random.ts";
import { version } from "../core/version.ts";
import { type LassoProcess, rpc, startLasso } from "./support/lasso_process.ts";
import { until } from "./support/until.ts";

const root = new URL("../", import.meta.url).pathname;
const bundleFlags = [
  "run",
  "--no-prompt",
  "--allow-net",
  "--allow-env",
  "--allow-read",
  "--allow-write",
  "--no-remote",
  "--no-npm",
  "--no-config",
];

async function deno(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code: output.code, out: text.decode(output.stdout), err: text.decode(output.stderr) };
}

/** How many seconds a history's file holds in which clients called. */
function callSeconds(file: string): number {
  const db = new DatabaseSync(file);
  try {
    const row = db.prepare(
      "SELECT count(*) AS n FROM cells JOIN shelves ON id = shelf WHERE level = 1000 AND kind = 'call'",
    ).get() as { n: number };
    return row.n;
  } finally {
    db.close();
  }
}

Deno.test("bundle: runs from an empty folder, and embeds into an executable", async (t) => {
  const folder = await Deno.makeTempDir();
  const bundle = join(folder, "lasso.js");
  const empty = join(folder, "empty");
  Deno.mkdirSync(empty);
  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    deno([...bundleFlags, bundle, ...args], empty);
  const start = (...args: string[]): Promise<LassoProcess> =>
    startLasso([...bundleFlags, bundle, ...args], empty);
  try {
    await t.step("deno bundle makes one file", async () => {
      const { code, err } = await deno(["bundle", "--platform", "deno", "--output", bundle, "main.ts"], root);
      assert.equal(code, 0, err);
    });

    await t.step("version, --help, schema and an unknown command", async () => {
      assert.deepEqual(await run("version"), { code: 0, out: `lasso ${version}\n`, err: "" });
      assert.match((await run("--help")).out, /lasso serve {5}run the router/);
      assert.equal(JSON.parse((await run("schema")).out).type, "object");
      const unknown = await run("sreve");
      assert.deepEqual([unknown.code, unknown.out], [2, ""]);
      assert.match(unknown.err, /there is no command "sreve"/);
    });

    await t.step("demo answers and stops on SIGINT", async () => {
      await using lasso = await start("demo", "--port", "0");
      const answer = await rpc(`${lasso.url}/rpc/base`, "eth_chainId");
      assert.equal(answer.result, "0x2105");
      const head = await rpc(`${lasso.url}/rpc/ethereum`, "eth_blockNumber");
      assert.match(String(head.result), /^0x[0-9a-f]+$/);
      assert.equal(await lasso.stop("SIGINT"), 0);
    });

    await t.step("history is written by its worker, which is the same file", async () => {
      const dataDir = join(folder, "data");
      await using lasso = await start("demo", "--port", "0", "--data-dir", dataDir, "--logs");
      const file = join(dataDir, "history.db");
      await until("a second of calls is written", () => Deno.statSync(file).isFile && callSeconds(file) > 0);
      assert.equal(await lasso.stop("SIGINT"), 0);
      assert.doesNotMatch(lasso.out, /"history\./);
      assert.doesNotMatch(lasso.err, /worker/);
    });

    await t.step("serve loads a strategy from disk; check knows it too", async () => {
      const random = seededRandom(1);
      using chain = createSimulatedChain({ chainId: 1, seed: 1, blockTimeMs: 0, clock: systemClock });
      await using provider = await startSimulatedProvider(chain, { name: "sim" }, {
        clock: systemClock,
        random,
      });
      assert.equal((await run("plugin", "new", "strategy", "own_order", "--dir", empty)).code, 0);
      const config = join(empty, "lasso.yaml");
      Deno.writeTextFileSync(
        config,
        `plugins: [./own_order.ts]\ndefaults: { strategy: own_order }\nchains:\n  ethereum:\n    chain_id: 1\n    providers: [{ id: sim, url: "${provider.url}" }]\n`,
      );
      const checked = await run("check");
      assert.equal(checked.code, 0, checked.err);
      assert.match(checked.out, /own_order/);
      await using lasso = await start("serve", "--port", "0");
      const answer = await rpc(`${lasso.url}/rpc/ethereum?include_meta=body`, "eth_getBlockByNumber", [
        "0x1",
        false,
      ]);
      assert.equal((answer.result as { number: string }).number, "0x1");
      assert.equal(answer.lasso_meta?.strategy, "own_order");
      const explained = await run("explain", "ethereum", "eth_call", "--url", lasso.url);
      assert.match(explained.out, /strategy: own_order/);
      assert.equal(await lasso.stop("SIGTERM"), 0);
    });

    await t.step("deno compile embeds it", async () => {
      const app = join(folder, "app");
      const { code, err } = await deno(
        ["compile", "--no-config", "--no-remote", "--no-npm", "--allow-net", "--output", app, bundle],
        empty,
        { DENORT_BIN: Deno.execPath() },
      );
      assert.equal(code, 0, err);
      assert.ok(Deno.statSync(app).size > Deno.statSync(bundle).size + 10_000_000);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
