import assert from "node:assert/strict";
import { systemClock } from "../../../core/clock.ts";
import { seededRandom } from "../../../core/random.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { startSimulatedProvider } from "../../../battle/simulator/provider.ts";
import { startProvider, stillChain } from "./support.ts";

const chain = stillChain();
const blockNumber = '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}';

function post(url: string, body = blockNumber, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    ...(signal === undefined ? {} : { signal }),
  });
}

Deno.test("SimulatedProvider counts what it was asked", async () => {
  await using provider = await startProvider(chain);
  assert.equal(await (await post(provider.url)).text(), '{"jsonrpc":"2.0","id":1,"result":"0x60"}');
  await (await post(provider.url, `[${blockNumber},{"jsonrpc":"2.0","id":2,"method":"eth_chainId"}]`)).text();
  assert.equal(provider.stats.httpRequests, 2);
  assert.equal(provider.stats.calls, 3);
  assert.deepEqual(provider.stats.callsByMethod, { eth_blockNumber: 2, eth_chainId: 1 });
});

Deno.test("SimulatedProvider refuses GET, and text that is no JSON", async () => {
  await using provider = await startProvider(chain);
  const got = await fetch(provider.url);
  await got.text();
  assert.equal(got.status, 405);
  const answer = await (await post(provider.url, "{")).json();
  assert.deepEqual(answer, { jsonrpc: "2.0", id: null, error: { code: -32700, message: "parse error" } });
});

Deno.test("SimulatedProvider.kill() refuses connections and tears down requests, revive() has the same port", async () => {
  await using provider = await startProvider(chain, { failureRate: 1, failureKinds: ["hang"] });
  const { port } = provider;
  const pending = assert.rejects(post(provider.url));
  while (provider.stats.inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await provider.kill();
  await pending;
  assert.equal(provider.alive, false);
  await assert.rejects(post(provider.url));
  provider.set({ failureRate: 0 });
  await provider.revive();
  assert.equal(provider.port, port);
  assert.equal((await (await post(provider.url)).json()).result, "0x60");
});

for (
  const [kind, status, text] of [
    ["http_500", 500, "Internal Server Error"],
    ["http_503", 503, "<html><body><h1>503 Service Unavailable</h1></body></html>"],
    ["http_429", 429, '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"too many requests"}}'],
    ["rpc_internal", 200, '{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error"}}'],
  ] as const
) {
  Deno.test(`SimulatedProvider fails with ${kind}`, async () => {
    await using provider = await startProvider(chain, { failureRate: 1, failureKinds: [kind] });
    const response = await post(provider.url);
    assert.equal(response.status, status);
    assert.equal(await response.text(), text);
    assert.equal(response.headers.get("retry-after"), kind === "http_429" ? "1" : null);
    assert.equal(provider.stats.failures[kind], 1);
    assert.equal(provider.stats.calls, 0);
  });
}

Deno.test("SimulatedProvider fails with reset", async () => {
  await using provider = await startProvider(chain, { failureRate: 1, failureKinds: ["reset"] });
  await assert.rejects(post(provider.url));
  assert.ok(provider.stats.failures.reset >= 1);
});

Deno.test("SimulatedProvider fails the given share of requests, the same ones for the same seed", async () => {
  const outcomes = async (): Promise<string> => {
    await using provider = await startProvider(chain, { failureRate: 0.3, failureKinds: ["http_500"] });
    let seen = "";
    for (let count = 0; count < 100; count++) {
      const response = await post(provider.url);
      await response.text();
      seen += response.ok ? "." : "x";
    }
    return seen;
  };
  const first = await outcomes();
  const failed = first.replaceAll(".", "").length;
  assert.ok(failed > 15 && failed < 45, `${failed} of 100 failed`);
  assert.equal(await outcomes(), first);
});

Deno.test("SimulatedProvider answers 429 beyond its rate limit, and says when to come again", async () => {
  const clock = new VirtualClock();
  await using provider = await startSimulatedProvider(
    chain,
    { name: "sim", rateLimit: { count: 2, perMs: 2_000 } },
    { clock, random: seededRandom(1) },
  );
  const statuses: number[] = [];
  for (let count = 0; count < 3; count++) {
    const response = await post(provider.url);
    await response.text();
    statuses.push(response.status);
    if (response.status === 429) assert.equal(response.headers.get("retry-after"), "1");
  }
  assert.deepEqual(statuses, [200, 200, 429]);
  await clock.advance(1_000);
  const later = await post(provider.url);
  await later.text();
  assert.equal(later.status, 200);
  assert.equal(provider.stats.rateLimited, 1);
});

Deno.test("SimulatedProvider waits as long as its latency says", async () => {
  await using provider = await startSimulatedProvider(
    chain,
    { name: "sim", latency: { kind: "fixed", ms: 30 } },
    { clock: systemClock, random: seededRandom(1) },
  );
  const started = performance.now();
  await (await post(provider.url)).text();
  assert.ok(performance.now() - started >= 29);
});

Deno.test("SimulatedProvider.set() changes a running provider", async () => {
  await using provider = await startProvider(chain);
  provider.set({ lagBlocks: 6, denyMethods: ["debug_*", "eth_chainId"] });
  assert.equal((await (await post(provider.url)).json()).result, "0x5a");
  const denied = await (await post(provider.url, '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}')).json();
  assert.equal(denied.error.code, -32601);
});

for (
  const [settings, text] of [
    [{ failureRate: 2 }, "failureRate must be 0 to 1: it is 2"],
    [{ failureRate: 0.5, failureKinds: [] }, "failureKinds is empty while failureRate is not 0"],
    [{ lagBlocks: -1 }, "lagBlocks must be a whole number of 0 or more: it is -1"],
    [{ stateBlocks: 0 }, "stateBlocks must be a whole number of 1 or more: it is 0"],
    [{ getLogsRange: 0.5 }, "getLogsRange must be a whole number of 1 or more, or null: it is 0.5"],
    [{ rateLimit: { count: 0, perMs: 1 } }, "rateLimit must have count and perMs above 0: it is 0 per 1 ms"],
    [{ latency: { kind: "fixed", ms: NaN } }, "latency.ms must be a finite number of 0 or more: it is NaN"],
    [
      { latency: { kind: "uniform", min: 5, max: 1 } },
      "latency.min must not be above latency.max: 5 is above 1",
    ],
  ] as const
) {
  Deno.test(`SimulatedProvider.set() refuses ${JSON.stringify(settings)}`, async () => {
    await using provider = await startProvider(chain);
    assert.throws(
      () => provider.set(settings),
      new RangeError(`Cannot run simulated provider 'sim' as ${text}`),
    );
  });
}
