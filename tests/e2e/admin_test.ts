// The admin API of a whole router, by plain HTTP over real sockets: what it does to WebSockets, subscriptions, reloads
// and transactions, as clients and providers see it.

import assert from "node:assert/strict";
import { createSimulatedChain, type SimulatedChain } from "../../battle/simulator/chain.ts";
import { type SimulatedProvider, startSimulatedProvider } from "../../battle/simulator/provider.ts";
import { systemClock } from "../../core/clock.ts";
import { seededRandom } from "../../core/random.ts";
import { transactionHash } from "../../core/rpc/tx_hash.ts";
import { post, rpc } from "../support/rpc_post.ts";
import { type LassoOptions, loadText, startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";
import { WsClient } from "../support/ws_client.ts";

const chainId = 1337;
const raw =
  "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";

interface Scene extends AsyncDisposable {
  readonly url: string;
  readonly sims: Readonly<Record<string, SimulatedProvider>>;
  // deno-lint-ignore no-explicit-any
  admin(method: string, path: string, body?: unknown): Promise<{ status: number; data: any; error: any }>;
  /** Of `/status`. */
  channel(id: string, transport: string): Promise<{ connections: number; breaker: string }>;
}

function config(sims: readonly SimulatedProvider[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    defaults: {
      strategy: "priority",
      health: { interval: "200ms", timeout: "2s" },
      retry: { rounds: 1 },
      ...more,
    },
    chains: {
      local: {
        chain_id: chainId,
        block_time: "50ms",
        race: { newHeads: 1, logs: 1 },
        providers: sims.map(({ name, url, wsUrl }, at) => ({
          id: name,
          url,
          ws_url: wsUrl,
          priority: at + 1,
        })),
      },
    },
  });
}

async function scene(
  options: (sims: readonly SimulatedProvider[]) => LassoOptions = () => ({}),
): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const chain: SimulatedChain = stack.use(
    createSimulatedChain({ chainId, seed: 3, blockTimeMs: 50, clock: systemClock }),
  );
  const sims: SimulatedProvider[] = [];
  for (const name of ["one", "two"]) {
    const deps = { clock: systemClock, random: seededRandom(7) };
    sims.push(stack.use(await startSimulatedProvider(chain, { name }, deps)));
  }
  const lasso = stack.use(await startLasso(config(sims), options(sims)));
  const { url } = lasso.server;
  const kept = stack.move();
  const made: Scene = {
    url,
    sims: Object.fromEntries(sims.map((sim) => [sim.name, sim])),
    admin: async (method, path, body = {}) => {
      const response = await fetch(`${url}/api/admin/${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
      });
      const { data, error } = await response.json();
      return { status: response.status, data, error };
    },
    channel: async (id, transport) => {
      const { data } = await (await fetch(`${url}/status`)).json();
      const provider = data.chains[0].providers.find((one: { id: string }) => one.id === id);
      return provider.transports.find((one: { transport: string }) => one.transport === transport);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
  await rpc(`${url}/rpc/local`, "eth_gasPrice");
  for (const { name } of sims) {
    await until(
      `the WebSocket to ${name} is open`,
      async () => (await made.channel(name, "ws")).connections > 0,
    );
  }
  return made;
}

Deno.test("admin disconnect closes a provider's WebSocket and keeps it closed, connect opens it", async () => {
  await using s = await scene();
  const { stats } = s.sims["one"]!;
  assert.equal(stats.sockets.open, 1);
  const reply = await s.admin("POST", "providers/local/one/disconnect");
  assert.deepEqual([reply.status, reply.data], [200, { ok: true, changed: true }]);
  await until("the provider sees it closed", () => s.sims["one"]!.stats.sockets.open === 0);
  const answer = await rpc(`${s.url}/rpc/provider/one/local?transport=ws`, "eth_gasPrice");
  assert.equal(answer.error?.data?.reason, "drained");
  // Other probes go on meanwhile: none of them opens it.
  const calls = s.sims["one"]!.stats.httpRequests;
  await until("HTTP probes went on", () => s.sims["one"]!.stats.httpRequests > calls + 2);
  assert.equal(s.sims["one"]!.stats.sockets.open, 0);
  const connected = await s.admin("POST", "providers/local/one/connect");
  assert.deepEqual(connected.data, { ok: true, changed: true });
  await until("it is open again", () => s.sims["one"]!.stats.sockets.open === 1);
  await until(
    "it serves",
    async () =>
      (await rpc(`${s.url}/rpc/provider/one/local?transport=ws`, "eth_gasPrice")).result !== undefined,
  );
  assert.equal(
    (await s.channel("one", "ws")).breaker,
    "closed",
    "what the operator cut counts for no breaker",
  );
});

Deno.test("admin drain moves a subscription to another provider, and it loses nothing", async () => {
  await using s = await scene();
  await using client = await WsClient.connect(`${s.url.replace("http", "ws")}/rpc/local`);
  await client.ask({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] });
  const open = (id: string): number => s.sims[id]!.stats.subscriptionsByKind.newHeads.open;
  await until("one of them feeds it", () => open("one") + open("two") === 1);
  const [from, to] = open("one") === 1 ? ["one", "two"] : ["two", "one"];
  await s.admin("POST", `providers/local/${from}/drain`);
  await until("it has moved", () => open(from!) === 0 && open(to!) === 1);
  const seen = client.messages.length;
  await client.until(() => client.messages.length > seen + 5);
  const numbers = client.messages.slice(1).map((text) => Number(JSON.parse(text).params.result.number));
  assert.deepEqual(numbers, numbers.map((_, at) => numbers[0]! + at), "every head, once and in order");
});

Deno.test("admin chain drain closes its clients' WebSockets with 1001, and enable takes new ones", async () => {
  await using s = await scene();
  const wsUrl = `${s.url.replace("http", "ws")}/rpc/local`;
  await using client = await WsClient.connect(wsUrl);
  await client.ask({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] });
  await s.admin("POST", "chains/local/drain");
  assert.deepEqual(await client.closed(), { code: 1001, reason: "going away" });
  const { status, text } = await post(
    `${s.url}/rpc/local`,
    '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}',
  );
  assert.deepEqual([status, JSON.parse(text).error.data.reason], [503, "drained"]);
  await s.admin("POST", "chains/local/enable");
  await using again = await WsClient.connect(wsUrl);
  const { result } = await again.ask({ jsonrpc: "2.0", id: 1, method: "eth_chainId" });
  assert.equal(result, "0x539");
});

Deno.test("admin reload takes the file's config over, keeps overrides through it, and says what is wrong with a bad one", async () => {
  let text = "";
  await using s = await scene((sims) => {
    text = config(sims);
    return {
      admin: {
        config: {
          load: () => loadText(text),
          finish: (settings) => ({
            ...settings,
            server: { ...settings.server, port: 0, dataDir: null },
            observability: { ...settings.observability, logLevel: "off" },
          }),
        },
      },
    };
  });
  await s.admin("POST", "providers/local/one/drain");
  await s.admin("PUT", "strategy", { strategy: "round_robin" });
  // Another timeout: each provider is made anew.
  text = text.replace('"rounds":1', '"rounds":2').replace('"race"', '"attempt_timeout":"7s","race"');
  const good = await s.admin("POST", "reload");
  assert.deepEqual([good.status, good.data.ok, good.data.config_version], [200, true, 2]);
  const { lasso_meta } = await rpc(`${s.url}/rpc/local?include_meta=body`, "eth_gasPrice");
  assert.equal(lasso_meta?.strategy, "round_robin");
  assert.equal(lasso_meta?.selected_provider?.id, "two");
  text = text.replace('"local"', '"lo cal"');
  const bad = await s.admin("POST", "reload");
  assert.deepEqual([bad.status, bad.error.code], [422, "bad_config"]);
  assert.match(bad.error.message, /The config in force stays: /);
  assert.equal((await rpc(`${s.url}/rpc/local`, "eth_gasPrice")).error, undefined);
});

Deno.test("admin dead letters hold a transaction that no provider took, and retry sends it to them", async () => {
  await using s = await scene();
  const restore = Object.values(s.sims).map((sim) =>
    sim.begin({ kind: "status", status: 503, retryAfterS: null }, {
      share: 1,
      methods: ["eth_sendRawTransaction"],
      seed: 1,
    })
  );
  const { error } = await rpc(`${s.url}/rpc/local`, "eth_sendRawTransaction", [raw]);
  assert.equal(error?.code, -32000);
  const { data } = await until("the letter is there", async () => {
    const found = await s.admin("GET", "dead-letters?kind=transaction");
    return found.data.length === 1 ? found : false;
  });
  const [{ id, body }] = data;
  assert.equal(JSON.parse(body).hash, transactionHash(raw));
  const failed = await s.admin("POST", `dead-letters/${id}/retry`);
  assert.deepEqual([failed.status, failed.data.ok, failed.data.changed], [200, false, false]);
  for (const end of restore) end();
  const before = Object.values(s.sims).flatMap(({ rawTransactions }) => rawTransactions).length;
  // It is signed for another chain: nodes get it, and refuse it in their own words.
  const refused = await s.admin("POST", `dead-letters/${id}/retry`);
  assert.match(refused.data.error, /chain/i);
  const after = Object.values(s.sims).flatMap(({ rawTransactions }) => rawTransactions);
  assert.ok(after.length > before && after.every((one) => one === raw));
  assert.deepEqual((await s.admin("POST", `dead-letters/${id}/discard`)).data, { ok: true, changed: true });
  assert.equal((await s.admin("GET", "dead-letters")).data.length, 0);
});
