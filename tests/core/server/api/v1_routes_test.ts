// `/v1` over a real server: chains, how one stands, blocks by number, hash and tag, and every way in which one asks wrong.

import assert from "node:assert/strict";
import { chainSettings, hex } from "../../../support/fake_chain.ts";
import type { FakeScript } from "../../../support/fake_transport.ts";
import { ethereum, node, TestLasso, type TestLassoOptions } from "../../../support/test_lasso.ts";

const hashOf = (block: number): string => `0x${block.toString(16).padStart(64, "0")}`;

function block(number: number): Record<string, unknown> {
  const at = hex(1_700_000_000 + number);
  return {
    number: hex(number),
    hash: hashOf(number),
    parentHash: hashOf(number - 1),
    timestamp: at,
    transactions: [],
  };
}

/** A node at 100 whose finalized block is 90. */
function full(id: string, lacks: (hash: string) => boolean = () => false): FakeScript {
  const healthy = node(id);
  return (call) => {
    const [what] = call.params;
    if (call.method === "eth_getBlockByHash") {
      const number = Number(what);
      return { result: number > 100 || lacks(String(what)) ? null : block(number) };
    }
    if (call.method !== "eth_getBlockByNumber") return healthy.answer(call);
    const number = what === "latest" ? 100 : what === "finalized" ? 90 : Number(what);
    return { result: number > 100 ? null : block(number) };
  };
}

interface Body {
  readonly data?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

async function get(lasso: TestLasso, path: string): Promise<[number, Body]> {
  const { status, body } = await lasso.get(path);
  return [status, JSON.parse(body) as Body];
}

const served: TestLassoOptions = { scripts: { a: full("a"), b: full("b") } };

Deno.test("GET /v1/chains lists the chains that are served", async () => {
  await using lasso = await TestLasso.start({
    chains: [ethereum, chainSettings(["a"], { name: "base", chainId: 8453 })],
  });
  const [status, { data }] = await get(lasso, "/v1/chains");
  assert.equal(status, 200);
  assert.deepEqual((data as { name: string; head: unknown }[]).map(({ name, head }) => [name, head]), [
    ["ethereum", null],
    ["base", null],
  ]);
});

Deno.test("GET /v1/chains/{chain}/status tells head, age, finalized, providers, strategy and lag", async () => {
  await using lasso = await TestLasso.start(served);
  await get(lasso, "/v1/chains/eth/status");
  await lasso.until(() =>
    lasso.server.state.router.routes[0]!.chain.providers.every(({ head }) => head === 100)
  );
  const [status, { data }] = await get(lasso, "/v1/chains/1/status");
  assert.equal(status, 200);
  const { age_ms, ...rest } = data as Record<string, unknown>;
  assert.ok(typeof age_ms === "number" && age_ms > 0);
  assert.deepEqual(rest, {
    name: "ethereum",
    chain_id: 1,
    state: "good",
    strategy: "priority",
    strategy_overridden: false,
    drained: false,
    head: 100,
    head_hash: hashOf(100),
    head_at: new Date((1_700_000_000 + 100) * 1000).toISOString(),
    finalized: 90,
    missing: null,
    block_time_ms: 12_000,
    providers: { up: 2, total: 2 },
    lag: [
      { provider: "a", state: "up", head: 100, lag_blocks: 0 },
      { provider: "b", state: "up", head: 100, lag_blocks: 0 },
    ],
  });
});

Deno.test("GET /v1/chains/{chain}/status asks the providers once a second, however often it is asked", async () => {
  await using lasso = await TestLasso.start(served);
  await Promise.all(Array.from({ length: 20 }, () => get(lasso, "/v1/chains/eth/status")));
  const asked = ["a", "b"].reduce((sum, id) => sum + lasso.upstream(id).count("eth_getBlockByNumber"), 0);
  assert.ok(asked <= 4, `${asked} questions`);
});

Deno.test("GET /v1/chains/{chain}/status says why something is missing", async () => {
  const dead: FakeScript = () => ({ error: { code: -32601, message: "the method does not exist" } });
  await using lasso = await TestLasso.start({ scripts: { a: dead, b: dead } });
  const [status, { data }] = await get(lasso, "/v1/chains/eth/status");
  const { head, finalized, missing } = data as Record<string, unknown>;
  assert.deepEqual([status, head, finalized], [200, null, null]);
  assert.match(String(missing), /^head: .+; finalized: .+/);
});

Deno.test("GET /v1/chains/{chain}/blocks gives a block by number, hash and as the latest", async () => {
  await using lasso = await TestLasso.start(served);
  const cases: readonly (readonly [string, number])[] = [
    ["latest", 100],
    ["7", 7],
    ["0x7", 7],
    ["0X0A", 10],
    [hashOf(9), 9],
    [hashOf(0xab).toUpperCase().replace("0X", "0x"), -1],
  ];
  for (const [spelt, number] of cases) {
    const [status, { data }] = await get(lasso, `/v1/chains/eth/blocks/${spelt}`);
    if (number < 0) assert.equal(status, 404, spelt);
    else assert.deepEqual([status, data], [200, block(number)], spelt);
  }
});

Deno.test("GET /v1/chains/{chain}/blocks asks the others for a hash that one provider does not know", async () => {
  await using lasso = await TestLasso.start({ scripts: { a: full("a", () => true), b: full("b") } });
  const [status, { data }] = await get(lasso, `/v1/chains/eth/blocks/${hashOf(5)}`);
  assert.deepEqual([status, data], [200, block(5)]);
});

Deno.test("GET /v1/chains/{chain}/blocks says 404 to what is unknown and 400 to what is no block", async () => {
  await using lasso = await TestLasso.start(served);
  const unknown = ["101", "0xffffffffffffffffff", hashOf(200), "9".repeat(40)];
  for (const spelt of unknown) {
    const [status, { error }] = await get(lasso, `/v1/chains/eth/blocks/${spelt}`);
    assert.deepEqual([status, error?.code], [404, "unknown_block"], spelt);
  }
  const neither = [
    "finalized",
    "0x",
    "-1",
    "1.5",
    "0xzz",
    `${hashOf(1)}0`,
    "0x" + "g".repeat(64),
    "%00",
    "1e3",
  ];
  for (const spelt of neither) {
    const [status, { error }] = await get(lasso, `/v1/chains/eth/blocks/${spelt}`);
    assert.deepEqual([status, error?.code], [400, "bad_query"], spelt);
    assert.match(error?.message ?? "", /must be a block's number or hash/);
  }
  const [status, { error }] = await get(lasso, "/v1/chains/nope/blocks/latest");
  assert.deepEqual([status, error?.code], [404, "unknown_chain"]);
});

Deno.test("GET /v1/chains/{chain}/blocks says 503 when nobody can say, without secrets", async () => {
  const dead: FakeScript = () => ({ failure: { code: "eof", message: "closed", sent: false } });
  const settings = chainSettings(["a", "b"], {
    aliases: ["eth"],
    retry: { rounds: 1, backoffMs: 1, maxBackoffMs: 1 },
  });
  await using lasso = await TestLasso.start({ chains: [settings], scripts: { a: dead, b: dead } });
  const [status, body] = await get(lasso, "/v1/chains/eth/blocks/latest");
  assert.deepEqual([status, body.error?.code], [503, "unavailable"]);
  assert.ok(!JSON.stringify(body).includes("secret-key"));
});

Deno.test("GET /v1/chains/{chain}/blocks of a chain that was taken out of service is 503", async () => {
  await using lasso = await TestLasso.start(served);
  const { overrides, router } = lasso.server.state;
  overrides.drainChain(router.routes[0]!, true);
  const [status, { error }] = await get(lasso, "/v1/chains/eth/blocks/7");
  assert.deepEqual([status, error?.code], [503, "drained"]);
});
