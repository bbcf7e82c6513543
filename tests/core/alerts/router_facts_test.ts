// The facts of a real router over scripted nodes on virtual time.

import assert from "node:assert/strict";
import { ChainTrail } from "../../../core/alerts/chain_trail.ts";
import type { ChainFacts, ProviderFacts } from "../../../core/alerts/facts.ts";
import { RouterFacts } from "../../../core/alerts/router_facts.ts";
import type { LiveChain, LiveFigures, LiveWindow } from "../../../core/measure/history/model.ts";
import { noLive } from "../../../core/measure/history/no_live.ts";
import { type FakeRouter, fakeRouter, type FakeRouterOptions, noAnswer } from "../../support/fake_router.ts";

interface Stage extends AsyncDisposable {
  readonly lasso: FakeRouter;
  readonly facts: RouterFacts;
  chain(): ChainFacts;
  provider(id: string): ProviderFacts;
}

async function stage(
  options: Partial<FakeRouterOptions> = {},
  figures: LiveFigures = noLive,
): Promise<Stage> {
  const lasso = await fakeRouter({ nodes: { a: noAnswer, b: noAnswer }, ...options });
  const facts = new RouterFacts({ clock: lasso.clock, figures, router: () => lasso.router });
  const chain = (): ChainFacts => {
    const [first] = facts.chains();
    assert.ok(first !== undefined);
    return first;
  };
  const provider = (id: string): ProviderFacts => {
    const found = chain().providers.find((one) => one.id === id);
    assert.ok(found !== undefined);
    return found;
  };
  return { lasso, facts, chain, provider, [Symbol.asyncDispose]: () => lasso[Symbol.asyncDispose]() };
}

Deno.test("RouterFacts.chains() tells what stands in /status", async () => {
  await using s = await stage();
  const { asleep, state, headLookMs, blockTimeMs } = s.chain();
  assert.deepEqual([asleep, state, headLookMs, blockTimeMs], [false, "good", 15_000, 12_000]);
  const { state: ofA, reason, drained, lagBlocks, lagLimitBlocks, quotaRatio, openBreakers } = s.provider(
    "a",
  );
  assert.deepEqual([ofA, reason, drained, openBreakers], ["up", null, false, 0]);
  assert.deepEqual([lagBlocks, lagLimitBlocks, quotaRatio], [0, 5, null]);
});

Deno.test("RouterFacts.chains() sees a provider go down and come back", async () => {
  await using s = await stage();
  let isDown = true;
  s.lasso.transport("a").nodeScript = () => isDown ? { failure: "refused" } : undefined;
  await s.lasso.clock.advance(40_000);
  const { state, openBreakers } = s.provider("a");
  assert.deepEqual([["open", "probing"].includes(state), openBreakers], [true, 1]);
  assert.equal(s.chain().state, "good");
  isDown = false;
  await s.lasso.clock.advance(180_000);
  assert.deepEqual([s.provider("a").state, s.provider("a").openBreakers], ["up", 0]);
});

Deno.test("RouterFacts.chains() tells a drained provider apart from one that is off", async () => {
  await using s = await stage();
  s.lasso.channel("a").provider.drained = true;
  assert.deepEqual([s.provider("a").state, s.provider("a").drained], ["off", true]);
});

Deno.test("RouterFacts.chains() measures how old the head is, and forgets that while the chain sleeps", async () => {
  await using s = await stage();
  assert.equal(s.chain().headAgeMs, 0);
  await s.lasso.clock.advance(30_000);
  assert.equal(s.chain().headAgeMs, 30_000);
  for (const id of ["a", "b"]) s.lasso.transport(id).node.head++;
  await s.lasso.clock.advance(10_000);
  assert.equal(s.chain().headAgeMs, 0);
  await s.lasso.clock.advance(700_000);
  assert.deepEqual([s.chain().asleep, s.chain().headAgeMs], [true, null]);
});

Deno.test("RouterFacts.chains() lets a head get no older than answers show it, where nobody probes", async () => {
  const health = { intervalMs: 0, timeoutMs: 3_000, maxLagMs: 5_000, maxLagBlocks: 5 };
  await using s = await stage({ chain: { health } });
  const number = (): void => {
    const { chain } = s.lasso.route;
    chain.observeHead(s.lasso.channel("a").provider, 100, true);
  };
  number();
  assert.equal(s.chain().headAgeMs, 0);
  await s.lasso.clock.advance(60_000);
  assert.equal(s.chain().headAgeMs, 0);
  number();
  assert.equal(s.chain().headAgeMs, 60_000);
});

Deno.test("RouterFacts.chains() gives the share of a month's quota", async () => {
  const cost = { perCall: 10, methods: {}, usdPerMillion: null, monthlyQuota: 200 };
  await using s = await stage({ providers: { a: { cost } }, chain: { strategy: "priority" } });
  s.lasso.measure.setQuota("a", 200);
  s.lasso.transport("a").nodeScript = ({ method }) =>
    method === "eth_gasPrice" ? { result: "0x1" } : undefined;
  const before = s.provider("a").quotaRatio ?? NaN;
  await s.lasso.call("eth_gasPrice");
  assert.equal((s.provider("a").quotaRatio ?? NaN) - before, 0.05);
  assert.equal(s.provider("b").quotaRatio, null);
});

function window(n: number, failed: number, p99: number | null): LiveWindow {
  return { n, failed, success: null, rps: 0, p50: null, p95: null, p99 };
}

function series(n: number, failed: number, p99: number | null): Pick<LiveChain, "minute" | "fiveMinutes"> {
  return { minute: window(n, failed, p99), fiveMinutes: window(n * 5, failed * 5, p99) };
}

Deno.test("RouterFacts.chains() adds up a provider's channels, and takes the slower one's latency", async () => {
  const rest = { rps10: 0, errors: {}, share: null };
  const live: LiveChain = {
    ...rest,
    at: 0,
    successHour: null,
    ...series(20, 2, 80),
    channels: [
      { ...rest, ...series(10, 1, 50), provider: "a", transport: "http" },
      { ...rest, ...series(5, 1, 70), provider: "a", transport: "ws" },
    ],
  };
  await using s = await stage({}, { chain: (name) => name === "ethereum" ? live : null });
  assert.deepEqual(s.chain().calls(60_000), { n: 20, failed: 2, p99Ms: 80 });
  assert.deepEqual(s.chain().calls(300_000), { n: 100, failed: 10, p99Ms: 80 });
  assert.deepEqual(s.provider("a").attempts(60_000), { n: 15, failed: 2, p99Ms: 70 });
  assert.equal(s.provider("b").attempts(60_000), null);
});

Deno.test("RouterFacts.heard() counts gaps and reorgs of chains that are served, but no test events", async () => {
  await using s = await stage();
  const chain = "ethereum";
  s.facts.heard("stream.gap", { chain });
  s.facts.heard("stream.reorg", { chain, depth: 2 });
  await s.lasso.clock.advance(60_000);
  s.facts.heard("stream.gap", { chain });
  s.facts.heard("stream.reorg", { chain, depth: 1 });
  s.facts.heard("stream.gap", { chain, test: true });
  s.facts.heard("stream.reorg", { chain, depth: 99, test: true });
  s.facts.heard("stream.gap", { chain: "other" });
  s.facts.heard("stream.reorg", { chain, depth: "deep" });
  assert.deepEqual([s.chain().gaps(30_000), s.chain().gaps(90_000)], [1, 2]);
  assert.deepEqual([s.chain().deepestReorg(30_000), s.chain().deepestReorg(90_000)], [1, 2]);
});

Deno.test("ChainTrail keeps the newest thousand of an hour", () => {
  const trail = new ChainTrail();
  for (let k = 0; k < 5_000; k++) {
    trail.gap(k);
    trail.reorg(k, k);
  }
  assert.equal(trail.gapsSince(0), 1_000);
  assert.equal(trail.deepestSince(0), 4_999);
  trail.gap(3_700_000);
  trail.reorg(1, 3_700_000);
  assert.equal(trail.gapsSince(0), 1);
  assert.equal(trail.deepestSince(0), 1);
});
