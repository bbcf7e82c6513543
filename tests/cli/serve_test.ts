// `lasso serve` as a process in circumstances that only a process has: a terminal that has gone, a config that changes
// while it starts or runs.

import assert from "node:assert/strict";
import { LassoProcess } from "../support/lasso_process.ts";
import { withConfigFile } from "../support/temp_dir.ts";
import { until } from "../support/until.ts";

const root = new URL("../../", import.meta.url).pathname;
const fromSource = [
  "run",
  "--no-check",
  "--config",
  `${root}deno.json`,
  "--no-prompt",
  "-A",
  `${root}main.ts`,
];

/** A provider that leaves every call but the chain id unanswered. */
class Stalled implements AsyncDisposable {
  calls = 0;
  readonly #leave = new AbortController();
  readonly #server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { id, method } = await request.json() as { id: unknown; method: string };
    if (method === "eth_chainId") return Response.json({ jsonrpc: "2.0", id, result: "0x1" });
    this.calls++;
    await new Promise<void>((resolve) => this.#leave.signal.addEventListener("abort", () => resolve()));
    return Response.json({ jsonrpc: "2.0", id, result: "late" });
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  answer(): void {
    this.#leave.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.answer();
    await this.#server.shutdown();
  }
}

function config(url: string, server: string, more = ""): string {
  return `server: { port: 0, ${server} }
defaults: { health: { interval: 0 } }
${more}
chains: { ethereum: { providers: [ { id: a, url: "${url}" } ] } }
`;
}

const call = (base: string): Promise<string> =>
  fetch(`${base}/rpc/ethereum`, {
    method: "POST",
    body: '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"}',
    headers: { "content-type": "application/json" },
  }).then((response) => response.text(), () => "cut");

Deno.test("lasso serve drains as long as the config in force says, not the one that it began with", async () => {
  await using stalled = new Stalled();
  await withConfigFile(config(stalled.url, "drain_timeout: 0s"), async (file) => {
    await using lasso = new LassoProcess([...fromSource, "serve", "--config", file], root);
    const base = await lasso.listening();
    await Deno.writeTextFile(file, config(stalled.url, "drain_timeout: 60s"));
    await until("the change is in force", () => /config version 2/.test(lasso.err));
    const underWay = call(base);
    await until("the call is at the provider", () => stalled.calls > 0);
    lasso.signal("SIGTERM");
    await until("it drains", () => /draining/.test(lasso.err));
    stalled.answer();
    assert.equal(await underWay, '{"jsonrpc":"2.0","id":1,"result":"late"}');
    assert.equal(await lasso.exitCode(), 0);
  });
});

Deno.test("lasso serve goes on, reloads and drains when nobody reads its stderr any more", async () => {
  await using stalled = new Stalled();
  await withConfigFile(config(stalled.url, "drain_timeout: 1s"), async (file) => {
    await using lasso = new Deno.Command(Deno.execPath(), {
      args: [...fromSource, "serve", "--config", file],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const reader = lasso.stderr.getReader();
    let said = "";
    while (!/listens on \S+\n[^\n]*\n/.test(said)) {
      const { value, done } = await reader.read();
      assert.ok(!done, said);
      said += new TextDecoder().decode(value);
    }
    const base = /listens on (\S+)/.exec(said)?.[1] ?? "";
    await reader.cancel();
    await Deno.writeTextFile(file, config(stalled.url, "drain_timeout: 2s"));
    await until("the change is in force", async () => {
      const status = await (await fetch(`${base}/status`)).json() as { data: { config_version: number } };
      return status.data.config_version === 2;
    });
    lasso.kill("SIGTERM");
    assert.equal((await lasso.status).code, 0);
  });
});

Deno.test("lasso serve takes over a change of its file that falls into its start", async () => {
  await using stalled = new Stalled();
  const plugin = `export default {
  kind: "strategy", id: "own", summary: "Keeps the order.",
  parse(raw) { return { raw }; },
  create() { return { cadence: "cached", rank() {} }; },
};
`;
  const next = config(stalled.url, "max_batch: 7");
  await withConfigFile(config(stalled.url, "max_batch: 6", "plugins: [./own.ts]"), async (file) => {
    // A plugin is loaded after the file was read and before anything listens.
    const change = `Deno.writeTextFileSync(${JSON.stringify(file)}, ${JSON.stringify(next)});\n`;
    await Deno.writeTextFile(file.replace("lasso.yaml", "own.ts"), change + plugin);
    await using lasso = new LassoProcess([...fromSource, "serve", "--config", file], root);
    await lasso.listening();
    await until("the change is in force", () => /config version 2/.test(lasso.err));
    assert.equal(await lasso.stop("SIGTERM"), 0);
  });
});
