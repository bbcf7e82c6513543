import assert from "node:assert/strict";
import type { Plugin } from "../../../core/plugins/registry.ts";
import type { StrategyPlugin } from "../../../core/plugins/strategy.ts";
import { Router } from "../../../core/routing/router.ts";
import { chainSettings, providerSettings } from "../../support/fake_chain.ts";
import { answers, fakeRouter, lassoSettings, noAnswer } from "../../support/fake_router.ts";

/** A strategy that keeps a counter, and tells when it was disposed. */
function counting(disposed: string[]): StrategyPlugin {
  let made = 0;
  return {
    kind: "strategy",
    id: "counting",
    summary: "Counts.",
    parse: (raw) => raw,
    create: () => {
      const name = `counting ${++made}`;
      let ranked = 0;
      return {
        cadence: "per_call",
        rank: () => void ranked++,
        explain: () => `${name}, ranked ${ranked}`,
        [Symbol.asyncDispose]: () => {
          disposed.push(name);
          return Promise.resolve();
        },
      };
    },
  };
}

Deno.test("Router finds a chain by name, alias and decimal id", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: noAnswer },
    chain: { aliases: ["eth", "mainnet"], chainId: 1 },
  });
  for (const key of ["ethereum", "eth", "mainnet", "1", "Ethereum", "ETH"]) {
    assert.equal(lasso.router.find(key), lasso.route, key);
  }
  for (const key of ["", "0x1", "2", "1.0", "constructor", "ethereum "]) {
    assert.equal(lasso.router.find(key), undefined, key);
  }
  assert.equal(lasso.router.route("ethereum"), lasso.route);
  assert.equal(lasso.router.route("eth"), undefined);
});

Deno.test("Router reload goes on with strategies and measurements of what did not change, and retires the rest", async () => {
  const disposed: string[] = [];
  const plugin = counting(disposed);
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { result: 1, afterMs: 20 }), b: answers("eth_call", { result: 2 }) },
    chain: { strategy: "counting" },
    strategies: [plugin],
  });
  assert.match((await lasso.call("eth_call")).run!.selectionReason(), /counting 1, ranked 1/);
  const before = lasso.router;
  const { breaker } = lasso.channel("a");
  breaker.failure(breaker.begin(), "test");
  const next = new Router(lasso.settings({ timeoutMs: 9_000 }), lasso.plugins(), lasso.deps, before);
  const slow = lasso.start("eth_call");
  lasso.router = next;
  const retired = before.retire(next, 10_000);
  await lasso.clock.advance(50);
  await retired;
  assert.equal(slow.result, "1"); // What was under way was finished.
  assert.deepEqual(disposed, []);
  assert.equal(next.sweep, before.sweep);
  assert.equal(lasso.channel("a").breaker, breaker); // The provider did not change.
  const call = await lasso.call("eth_call");
  assert.match(call.run!.selectionReason(), /counting 1, ranked 3/);
  assert.equal(call.run!.limits.deadline - call.run!.request.receivedAt, 9_000);
});

Deno.test("Router reload makes a strategy anew whose options changed", async () => {
  const disposed: string[] = [];
  const plugin = counting(disposed);
  const options = (value: unknown): ReadonlyMap<Plugin, unknown> => new Map([[plugin, value]]);
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { result: 1 }) },
    chain: { strategy: "counting" },
    strategies: [plugin],
    options: options({ table: "eu" }),
  });
  await lasso.call("eth_call");
  for (const [value, made] of [[{ table: "eu" }, 1], [{ table: "us" }, 2]] as const) {
    const next = new Router(
      lasso.settings(),
      { ...lasso.plugins(), options: options(value) },
      lasso.deps,
      lasso.router,
    );
    await lasso.router.retire(next, 0);
    lasso.router = next;
    assert.match((await lasso.call("eth_call")).run!.selectionReason(), new RegExp(`counting ${made},`));
  }
  assert.deepEqual(disposed, ["counting 1"]);
});

Deno.test("Router retire disposes every strategy once", async () => {
  const disposed: string[] = [];
  {
    await using lasso = await fakeRouter({
      nodes: { a: answers("eth_call", { result: 1 }) },
      chain: { strategy: "counting" },
      strategies: [counting(disposed)],
    });
    await lasso.call("eth_call");
  }
  assert.deepEqual(disposed, ["counting 1"]);
});

Deno.test("Router closes what it opened when one chain can't be made", async () => {
  await using lasso = await fakeRouter({ nodes: { a: noAnswer, z: noAnswer } });
  const chain = (name: string, provider: string, transport: string): ReturnType<typeof chainSettings> =>
    chainSettings([providerSettings(provider, { transport })], { name });
  const before = lasso.transport("z");
  const settings = lassoSettings([chain("one", "z", "fake"), chain("two", "y", "nobody")]);
  assert.throws(() => new Router(settings, lasso.plugins(), lasso.deps), /unknown transport "nobody"/);
  await lasso.clock.advance(0);
  assert.notEqual(lasso.transport("z"), before);
  assert.ok(lasso.transport("z").disposed);
  lasso.transports.set("z", before);
});
