import assert from "node:assert/strict";
import { startLasso } from "../support/start_lasso.ts";
import { inTempDir } from "../support/temp_dir.ts";
import { until } from "../support/until.ts";

/** Answers the chain id and eth_gasPrice; `failing`: the latter by a 500. */
class Upstream implements AsyncDisposable {
  readonly #server;

  constructor(failing = false) {
    const answer = async (request: Request): Promise<Response> => {
      const { id, method } = await request.json() as { id: unknown; method: string };
      if (failing && method === "eth_gasPrice") return new Response("down", { status: 500 });
      return Response.json({ jsonrpc: "2.0", id, result: "0x1" });
    };
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

async function call(base: string): Promise<void> {
  const answer = await fetch(`${base}/rpc/ethereum`, {
    method: "POST",
    body: '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"}',
    headers: { "content-type": "application/json" },
  });
  assert.equal((await answer.json()).result, "0x1");
}

Deno.test("startRouter() measures calls and attempts under the strategy that served, and tells a failover", async () => {
  await using bad = new Upstream(true);
  await using good = new Upstream();
  await using lasso = await startLasso(`
defaults: { strategy: priority, breaker: false, health: { interval: 0 } }
chains:
  ethereum:
    providers:
      - { id: bad, url: "${bad.url}", priority: 1 }
      - { id: good, url: "${good.url}", priority: 2 }
`);
  const { meter, server } = lasso;
  const samples = (): unknown[] =>
    meter.samples("ethereum", 60_000).map(({ key, outcome, failedOver }) => [
      [key.kind, key.provider, key.name, key.strategy, outcome].join(" "),
      failedOver,
    ]);
  // Before both have said which chain they serve, the first that did takes the call.
  await until("the bad one is tried first", async () => {
    await call(server.url);
    return JSON.stringify(samples()).includes("attempt bad");
  });
  assert.deepEqual(samples().slice(-3), [
    ["attempt bad eth_gasPrice priority server", false],
    ["attempt good eth_gasPrice priority ok", false],
    ["call  eth_gasPrice priority ok", true],
  ]);
  await until("the second is over", () => {
    const live = server.state.deps.live.chain("ethereum");
    return live !== null && live.channels.length === 2 && live.minute.n > 0;
  });
  const { channels, minute, errors } = server.state.deps.live.chain("ethereum")!;
  assert.equal(minute.success, 1);
  assert.deepEqual(errors, {});
  const failing = channels.find(({ provider }) => provider === "bad")!;
  assert.deepEqual([failing.minute.success, failing.errors["server"]], [0, failing.minute.n]);
});

Deno.test("startRouter() takes the units of this month's quota over from the process before", async () => {
  await using upstream = new Upstream();
  await inTempDir(async (folder) => {
    const yaml = `
server: { data_dir: "${folder}" }
defaults: { health: { interval: 0 } }
chains:
  ethereum:
    providers:
      - { id: a, url: "${upstream.url}", cost: { per_call: 20, monthly_quota: 1000 } }
`;
    const used = /lasso_quota_used_ratio\{chain="ethereum",provider="a"\} (\S+)/;
    {
      await using first = await startLasso(yaml);
      for (let i = 0; i < 5; i++) await call(first.server.url);
      assert.equal(used.exec(first.meter.metrics())![1], "0.1");
    }
    // What is of the second in which a process starts is its own.
    const ended = Math.floor(Date.now() / 1000);
    await until("a new second", () => Math.floor(Date.now() / 1000) > ended);
    await using second = await startLasso(yaml);
    await call(second.server.url);
    await until(
      "history has answered",
      () => used.exec(second.meter.metrics())![1] === "0.12",
    );
  });
});
