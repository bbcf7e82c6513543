import assert from "node:assert/strict";
import { Overrides } from "../../../core/routing/overrides.ts";
import { Router } from "../../../core/routing/router.ts";
import { answers, type FakeRouter, fakeRouter, type FakeRouterOptions } from "../../support/fake_router.ts";

const method = "eth_gasPrice";

interface Stage extends AsyncDisposable {
  readonly lasso: FakeRouter;
  readonly overrides: Overrides;
  readonly told: string[];
  /** Who answers a call; `provider`: pinned. */
  served(provider?: string): Promise<string>;
  asked(id: string): number;
}

async function stage(more: Partial<FakeRouterOptions> = {}): Promise<Stage> {
  const lasso = await fakeRouter({
    nodes: { a: answers(method, { result: "a" }), b: answers(method, { result: "b" }) },
    chain: { strategy: "priority" },
    ...more,
  });
  const told: string[] = [];
  const overrides = new Overrides(lasso.clock, (event, { chain: _chain, ...fields }) => {
    told.push(`${event} ${JSON.stringify(fields)}`);
  });
  overrides.apply(lasso.router);
  return {
    lasso,
    overrides,
    told,
    served: async (provider) => {
      const restriction = provider === undefined ? null : { provider, transport: null };
      const call = await lasso.call(method, "[]", { restriction });
      return call.outcome?.kind === "result" ? JSON.parse(call.result) : call.error.data!.reason as string;
    },
    asked: (id) => lasso.transport(id).count(method),
    [Symbol.asyncDispose]: async () => {
      overrides[Symbol.dispose]();
      await lasso[Symbol.asyncDispose]();
    },
  };
}

/** A router with other settings of provider a in the place of the one in force, as a reload makes it. */
function reloaded({ lasso, overrides }: Stage, url: string): Router {
  const settings = lasso.settings();
  const [chain] = settings.chains;
  const providers = chain!.providers.map((one) => one.id === "a" ? { ...one, url } : one);
  const before = lasso.router;
  const next = new Router(
    { ...settings, chains: [{ ...chain!, providers }] },
    lasso.plugins(),
    lasso.deps,
    before,
  );
  overrides.apply(next);
  lasso.router = next;
  void before.retire(next, 0);
  return next;
}

Deno.test("Overrides.drainProvider() moves traffic away, but for pinned calls and the last resort", async () => {
  await using s = await stage();
  const { overrides, lasso } = s;
  const [a, b] = lasso.route.chain.providers;
  assert.equal(await s.served(), "a");
  assert.equal(overrides.drainProvider(lasso.route, a!, true), true);
  assert.equal(overrides.drainProvider(lasso.route, a!, true), false);
  assert.equal(await s.served(), "b");
  assert.equal(await s.served("a"), "a");
  overrides.drainProvider(lasso.route, b!, true);
  assert.equal(await s.served(), "a");
  overrides.drainProvider(lasso.route, a!, false);
  overrides.drainProvider(lasso.route, b!, false);
  assert.equal(overrides.provider("ethereum", "a"), null);
  assert.equal(await s.served(), "a");
});

Deno.test("Overrides.force(open) keeps every call away, pinned ones and the last resort too", async () => {
  await using s = await stage();
  const { overrides, lasso } = s;
  assert.equal(overrides.force(lasso.route, lasso.channel("a"), "open", null), true);
  assert.equal(overrides.force(lasso.route, lasso.channel("a"), "open", null), false);
  assert.equal(await s.served(), "b");
  assert.equal(await s.served("a"), "drained");
  overrides.force(lasso.route, lasso.channel("b"), "open", null);
  assert.equal(await s.served(), "drained");
  assert.deepEqual([s.asked("a"), s.asked("b")], [0, 1]);
  assert.equal(overrides.reset(lasso.route, lasso.channel("a")), true);
  assert.equal(overrides.reset(lasso.route, lasso.channel("a")), false);
  assert.equal(await s.served(), "a");
});

Deno.test("Overrides.force() keeps probes away as well", async () => {
  await using s = await stage();
  const { overrides, lasso } = s;
  overrides.force(lasso.route, lasso.channel("a"), "open", null);
  const before = lasso.transport("a").calls.length;
  await lasso.clock.advance(60_000);
  assert.equal(lasso.transport("a").calls.length, before);
  overrides.reset(lasso.route, lasso.channel("a"));
  await lasso.clock.advance(10_000);
  assert.ok(lasso.transport("a").calls.length > before);
});

Deno.test("Overrides.force() with a time ends by itself, and a new time replaces the old one", async () => {
  await using s = await stage();
  const { overrides, lasso } = s;
  const channel = lasso.channel("a");
  overrides.force(lasso.route, channel, "open", 5_000);
  await lasso.clock.advance(4_000);
  overrides.force(lasso.route, channel, "open", 5_000);
  const { since, until } = overrides.provider("ethereum", "a")!.breakers!.http!;
  assert.equal(until! - since, 9_000);
  await lasso.clock.advance(4_900);
  assert.equal(channel.breaker.forced, "open");
  await lasso.clock.advance(200);
  assert.equal(channel.breaker.forced, null);
  assert.equal(overrides.provider("ethereum", "a"), null);
  assert.equal(await s.served("a"), "a");
  assert.match(s.told.at(-1)!, /^breaker\.override .*"forced":null/);
});

Deno.test("Overrides.force(closed) keeps a failing channel in service", async () => {
  await using s = await stage({ nodes: { a: answers(method, { status: 500, body: "" }) } });
  const { overrides, lasso } = s;
  overrides.force(lasso.route, lasso.channel("a"), "closed", null);
  for (let k = 0; k < 10; k++) await s.served();
  assert.equal(lasso.channel("a").breaker.kind, "closed");
  overrides.reset(lasso.route, lasso.channel("a"));
  for (let k = 0; k < 10; k++) await s.served();
  assert.equal(lasso.channel("a").breaker.kind, "open");
});

Deno.test("Overrides.setStrategy() serves calls that name none, a method's own in the config included", async () => {
  await using s = await stage({
    chain: {
      strategy: "priority",
      methods: [{ pattern: method, timeoutMs: null, attemptTimeoutMs: null, strategy: "fastest" }],
    },
  });
  const { overrides, lasso } = s;
  const strategyOf = async (strategy: string | null = null): Promise<string | undefined> =>
    (await lasso.call(method, "[]", { strategy })).run?.limits.strategy;
  assert.equal(await strategyOf(), "fastest");
  assert.equal(overrides.setStrategy(lasso.route, "round_robin"), true);
  assert.equal(overrides.setStrategy(lasso.route, "round_robin"), false);
  assert.equal(await strategyOf(), "round_robin");
  assert.equal(await strategyOf("cheapest"), "cheapest");
  assert.equal(overrides.chain("ethereum")?.strategy?.id, "round_robin");
  overrides.setStrategy(lasso.route, null);
  assert.equal(await strategyOf(), "fastest");
  assert.equal(overrides.chain("ethereum"), null);
});

Deno.test("Overrides.apply() lays all of it over the router of a reload that changed the provider", async () => {
  await using s = await stage();
  const { overrides, lasso } = s;
  const [a] = lasso.route.chain.providers;
  overrides.drainProvider(lasso.route, a!, true);
  overrides.force(lasso.route, lasso.channel("a"), "open", 60_000);
  overrides.setStrategy(lasso.route, "round_robin");
  overrides.drainChain(lasso.route, true);
  const next = reloaded(s, "https://elsewhere.example/other");
  const [route] = next.routes;
  const provider = route!.chain.providers[0]!;
  assert.notEqual(provider, a);
  assert.deepEqual(
    [provider.drained, provider.channels[0]!.breaker.forced, route!.strategyOverride, route!.drained],
    [true, "open", "round_robin", true],
  );
  await lasso.clock.advance(61_000);
  assert.equal(provider.channels[0]!.breaker.forced, null, "its time ends over the new router");
});

Deno.test("Overrides.apply() gives a strategy up that the new config does not know, and says so", async () => {
  await using s = await stage();
  const { overrides, lasso } = s;
  overrides.setStrategy(lasso.route, "round_robin");
  const { registry } = lasso.plugins();
  const known = registry.strategy.bind(registry);
  registry.strategy = (id) => id === "round_robin" ? undefined : known(id);
  overrides.apply(lasso.router);
  assert.equal(overrides.chain("ethereum"), null);
  assert.equal(lasso.route.strategyOverride, null);
  assert.match(s.told.at(-1)!, /^config\.strategy .*round_robin is not known any more/);
});

Deno.test("Overrides.disconnect() takes a WebSocket channel out till it is connected again", async () => {
  await using s = await stage({
    nodes: { a: answers(method, { result: "http" }) },
    wsNodes: { a: answers(method, { result: "ws" }) },
  });
  const { overrides, lasso } = s;
  const channel = lasso.channel("a:ws");
  const ask = async (): Promise<string> => {
    const call = await lasso.call(method, "[]", { restriction: { provider: "a", transport: "ws" } });
    return call.outcome?.kind === "result" ? JSON.parse(call.result) : call.error.data!.reason as string;
  };
  await lasso.clock.advance(5_000);
  assert.equal(await ask(), "ws");
  assert.equal(overrides.disconnect(lasso.route, channel, true), true);
  const before = lasso.transport("a:ws").calls.length;
  assert.equal(await ask(), "drained");
  await lasso.clock.advance(60_000);
  assert.equal(lasso.transport("a:ws").calls.length, before, "nor does a probe connect it");
  assert.ok(overrides.provider("ethereum", "a")?.disconnected);
  overrides.disconnect(lasso.route, channel, false);
  assert.equal(await ask(), "ws");
});
