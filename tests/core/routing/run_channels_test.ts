import assert from "node:assert/strict";
import type { Category } from "../../../core/rpc/category.ts";
import { hex } from "../../support/fake_chain.ts";
import {
  answers,
  type FakeRouter,
  FakeRouter as Router,
  fakeRouter,
  type NodeScript,
} from "../../support/fake_router.ts";

const params = '[{"to":"0x1"},"0x10"]';
const says = (result: string): NodeScript => answers("eth_call", { result });
const nodes = { a: says("a"), b: says("b"), c: says("c") };

async function asked(lasso: FakeRouter, method = "eth_call", spelt = params): Promise<string> {
  return (await lasso.call(method, spelt)).result;
}

const setBack: Readonly<Record<string, (lasso: FakeRouter) => void>> = {
  "an open breaker": (lasso) => {
    const { breaker } = lasso.channel("a");
    for (let count = 0; count < 5; count++) breaker.failure(breaker.begin(), "test");
    assert.equal(breaker.kind, "open");
  },
  "a provider that syncs": (lasso) => void (lasso.channel("a").provider.syncing = true),
  "a drained provider": (lasso) => void (lasso.channel("a").provider.drained = true),
  "a provider that is set aside": (lasso) =>
    lasso.channel("a").provider.setAside.apply("rate_limited" satisfies Category, {
      scope: "provider",
      ms: 60_000,
      doubling: false,
      untilProbe: false,
    }),
  "a method that it lacks": (lasso) =>
    lasso.channel("a").learnt.learn("eth_call", { kind: "unsupported" }, lasso.clock.now()),
  "a block below its lowest": (lasso) =>
    lasso.channel("a").learnt.learn("eth_call", { kind: "lowest_block", block: 50n }, lasso.clock.now()),
};

for (const [name, cause] of Object.entries(setBack)) {
  Deno.test(`Run channels: ${name} comes last, but is tried before a call fails`, async () => {
    await using lasso = await fakeRouter({ nodes });
    cause(lasso);
    assert.equal(await asked(lasso), '"b"');
    for (const id of ["b", "c"]) lasso.transport(id).nodeScript = answers("eth_call", { failure: "refused" });
    const call = await lasso.call("eth_call", params);
    assert.equal(call.result, '"a"');
    assert.deepEqual(call.attempts, ["b:transport", "c:transport", "a:ok"]);
  });
}

Deno.test("Run channels: a lagging provider comes last", async () => {
  await using lasso = await fakeRouter({ nodes, heads: { a: 50 } });
  await lasso.clock.advance(10_000);
  assert.ok(lasso.channel("a").provider.lagging);
  assert.equal(await asked(lasso), '"b"');
});

Deno.test("Run channels: a fallback serves after all of main", async () => {
  await using lasso = await fakeRouter({ nodes, providers: { a: { group: "fallback" } } });
  assert.equal(await asked(lasso), '"b"');
  for (const id of ["b", "c"]) lasso.transport(id).nodeScript = answers("eth_call", { failure: "refused" });
  assert.equal(await asked(lasso), '"a"');
});

Deno.test("Run channels: a soft main one comes after a sound fallback", async () => {
  await using lasso = await fakeRouter({
    nodes,
    providers: { b: { group: "fallback" }, c: { group: "fallback" } },
  });
  lasso.channel("a").provider.drained = true;
  assert.equal(await asked(lasso), '"b"');
});

Deno.test("Run channels: a denied method goes to nobody who denies it", async () => {
  const deny = { methods: { allow: null, deny: ["eth_c*"] } };
  await using lasso = await fakeRouter({ nodes, providers: { a: deny, b: deny, c: deny } });
  const call = await lasso.call("eth_call", params);
  assert.equal(call.error.data?.reason, "unsupported");
  assert.match(call.error.message, /configured to serve eth_call/);
  assert.equal(call.attempts.length, 0);
  await using one = await fakeRouter({ nodes, providers: { a: deny, b: deny } });
  assert.equal(await asked(one), '"c"');
});

Deno.test("Run channels: a quarantined provider gets nothing, also when it is pinned", async () => {
  await using lasso = await fakeRouter({ nodes: { a: says("a") } });
  lasso.channel("a").provider.quarantined = "answers chain id 5, expected 1";
  const call = await lasso.call("eth_call", params, { restriction: { provider: "a", transport: null } });
  assert.equal(call.error.data?.reason, "wrong_chain");
  assert.match(call.error.message, /a answers chain id 5, expected 1/);
  lasso.channel("a").provider.quarantined = null;
});

Deno.test("Run channels: a provider that is quarantined during a call gets nothing of it", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { failure: "refused", afterMs: 100 }), b: says("b"), c: says("c") },
  });
  const pending = lasso.start("eth_call", params);
  await lasso.clock.advance(50);
  lasso.channel("b").provider.quarantined = "answers chain id 5, expected 1";
  await lasso.until(pending);
  assert.equal(pending.result, '"c"');
  lasso.channel("b").provider.quarantined = null;
});

Deno.test("Run channels: old state goes to those that may keep it", async () => {
  const height = { a: 10_000, b: 10_000, c: 10_000 };
  const noArchive = { archive: false };
  await using lasso = await fakeRouter({
    nodes,
    heads: height,
    providers: { a: noArchive, b: { archive: true } },
  });
  assert.equal(await asked(lasso), '"b"'); // Block 0x10.
  assert.equal(await asked(lasso, "eth_call", `[{},"${hex(9_990)}"]`), '"a"');
  assert.equal(await asked(lasso, "eth_call", '[{},"latest"]'), '"a"');
  await using none = await fakeRouter({
    nodes,
    heads: height,
    providers: { a: noArchive, b: noArchive, c: noArchive },
  });
  const call = await none.call("eth_call", params);
  assert.equal(call.error.data?.reason, "missing_data");
  assert.match(call.error.message, /archive/);
});

Deno.test("Run channels: a pinned call does not fail over", async () => {
  await using lasso = await fakeRouter({ nodes });
  const pin = { restriction: { provider: "b", transport: null } };
  assert.equal((await lasso.call("eth_call", params, pin)).result, '"b"');
  lasso.transport("b").nodeScript = answers("eth_call", { failure: "refused" });
  const call = await lasso.call("eth_call", params, pin);
  assert.equal(call.error.data?.reason, "transport");
  assert.deepEqual([...new Set(call.attempts)], ["b:transport"]);
});

Deno.test("Run channels: a transport that nobody has is refused with its reason", async () => {
  await using lasso = await fakeRouter({ nodes });
  assert.equal(
    (await lasso.call("eth_call", params, { restriction: { provider: null, transport: "http" } })).result,
    '"a"',
  );
  const call = await lasso.call("eth_call", params, { restriction: { provider: null, transport: "ws" } });
  assert.match(call.error.message, /transport/);
});

Deno.test("Run tags: a call goes to those at the head that was served, then one below, then to the others", async () => {
  await using lasso = await fakeRouter({ nodes, heads: { a: 96, b: 99 } });
  lasso.route.chain.served = 100;
  assert.equal(await asked(lasso, "eth_call", '[{},"latest"]'), '"c"');
  assert.equal(await asked(lasso, "eth_call", '[{},"0x10"]'), '"a"');
  assert.equal(await asked(lasso, "eth_call", '[{},"earliest"]'), '"a"');
  lasso.transport("c").nodeScript = answers("eth_call", { failure: "refused" });
  const below = await lasso.call("eth_call", '[{},"latest"]');
  assert.equal(below.result, '"b"');
  lasso.transport("b").nodeScript = answers("eth_call", { failure: "refused" });
  const behind = await lasso.call("eth_call", '[{},"safe"]');
  assert.equal(behind.result, '"a"');
  assert.equal(behind.run?.behind, true);
  assert.deepEqual(lasso.behind, ["b", "a"]);
});

Deno.test("Run tags: an open range means the head", async () => {
  const logs = answers("eth_getLogs", { result: [] });
  await using lasso = await fakeRouter({ nodes: { a: logs, b: logs, c: logs }, heads: { a: 96 } });
  lasso.route.chain.served = 100;
  const call = await lasso.call("eth_getLogs", '[{"fromBlock":"0x60"}]');
  assert.deepEqual(call.attempts, ["b:ok"]);
  const pinned = await lasso.call("eth_getLogs", '[{"fromBlock":"0x60","toBlock":"latest"}]', {
    restriction: { provider: "a", transport: null },
  });
  assert.equal(pinned.run?.behind, true);
});

Deno.test("Run tags: eth_blockNumber never goes back", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: () => undefined, b: () => undefined },
    heads: { a: 100, b: 99 },
  });
  const pin = (provider: string): { restriction: { provider: string; transport: null } } => ({
    restriction: { provider, transport: null },
  });
  assert.equal((await lasso.call("eth_blockNumber", "[]", pin("a"))).result, '"0x64"');
  const behind = await lasso.call("eth_blockNumber", "[]", pin("b"));
  assert.equal(behind.result, '"0x64"');
  assert.equal(behind.run?.behind, true);
  assert.deepEqual(lasso.behind, ["b"]);
  lasso.transport("b").node.head = 101;
  const ahead = await lasso.call("eth_blockNumber", "[]", pin("b"));
  assert.equal(ahead.result, '"0x65"');
  assert.equal(ahead.run?.behind, false);
  assert.equal(lasso.route.chain.served, 101);
});

Deno.test("Run tags: a lone height far above is not told before its block was shown", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: () => undefined, b: () => undefined, c: () => undefined },
  });
  const { node } = lasso.transport("a");
  node.hides = (block) => block > 100;
  node.head = 5_000;
  const call = await lasso.call("eth_blockNumber", "[]", { restriction: { provider: "a", transport: null } });
  assert.equal(call.result, '"0x64"');
  assert.equal(lasso.route.chain.served, 100);
});

Deno.test("Run tags: the latest block from behind is marked", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: () => undefined, b: () => undefined },
    heads: { a: 99, b: 100 },
  });
  lasso.route.chain.served = 100;
  const call = await lasso.call("eth_getBlockByNumber", '["latest",false]', {
    restriction: { provider: "a", transport: null },
  });
  assert.equal(JSON.parse(call.result).number, "0x63");
  assert.equal(call.run?.behind, true);
  const good = await lasso.call("eth_getBlockByNumber", '["latest",false]');
  assert.equal(JSON.parse(good.result).number, "0x64");
  assert.equal(good.run?.behind, false);
});

Deno.test("Run on a fresh chain waits for the first word on its id, and skips who serves another", async () => {
  const late = (chainId: string, afterMs: number, result: string): NodeScript => (call) => {
    if (call.method === "eth_chainId") return { result: chainId, afterMs };
    return call.method === "eth_call" ? { result } : undefined;
  };
  const lasso = new Router({ nodes: { a: late("0x5", 30, "wrong"), b: late("0x1", 100, "right") } });
  await using _ = lasso;
  await lasso.clock.advance(1_000);
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"right"');
  assert.equal(lasso.transport("a").count("eth_call"), 0);
  assert.ok(call.doneAt! >= 1_030);
});

Deno.test("Run on a fresh chain waits no longer than a probe may take", async () => {
  const mute: NodeScript = (call) => {
    if (call.method === "eth_chainId") return { hang: true };
    return call.method === "eth_call" ? { result: "0x1" } : undefined;
  };
  const lasso = new Router({ nodes: { a: mute } });
  await using _ = lasso;
  await lasso.clock.advance(1_000);
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  const took = call.doneAt! - 1_000;
  assert.ok(took > 2_900 && took <= 3_010, `${took}`);
  const next = await lasso.call("eth_call", params);
  assert.equal(next.result, '"0x1"');
});

Deno.test("Run on a fresh chain does not wait for the word of a provider that was asked in vain", async () => {
  const dead: NodeScript = () => ({ failure: "refused" });
  const lasso = new Router({ nodes: { a: dead } });
  await using _ = lasso;
  const call = await lasso.call("eth_call", params);
  assert.equal(call.status, 503);
  assert.equal(call.error.data?.reason, "transport");
  assert.ok(call.doneAt! < 500, `${call.doneAt}`);
});

Deno.test("Run on a fresh chain keeps half of its budget for attempts", async () => {
  const mute: NodeScript = (call) => {
    if (call.method === "eth_chainId") return { hang: true };
    return call.method === "eth_call" ? { result: "0x1" } : undefined;
  };
  const lasso = new Router({ nodes: { a: mute }, chain: { timeoutMs: 2_000 } });
  await using _ = lasso;
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  assert.ok(call.doneAt! >= 1_000 && call.doneAt! < 1_050, `${call.doneAt}`);
});

Deno.test("Run answers what Lasso knows itself, and asks nobody", async () => {
  await using lasso = await fakeRouter({ nodes, chain: { chainId: 1 } });
  const before = lasso.transport("a").calls.length;
  assert.equal((await lasso.call("eth_chainId")).result, '"0x1"');
  assert.equal((await lasso.call("net_version")).result, '"1"');
  assert.equal((await lasso.call("eth_accounts")).result, "[]");
  for (const method of ["eth_sendTransaction", "eth_sign", "personal_sign", "eth_signTypedData_v9"]) {
    const call = await lasso.call(method);
    assert.equal(call.error.code, -32601);
    assert.equal(call.error.data?.reason, "refused_method");
    assert.equal(call.status, 200);
  }
  const subscribe = await lasso.call("eth_subscribe", '["newHeads"]');
  assert.equal(subscribe.error.code, -32601);
  assert.equal(subscribe.error.data?.websocket_url, "ws://lasso.test/rpc/ethereum");
  assert.equal(lasso.transport("a").calls.length, before);
  assert.equal(lasso.completed.length, 8);
});
