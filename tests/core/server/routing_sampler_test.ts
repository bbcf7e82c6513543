import assert from "node:assert/strict";
import { seededRandom } from "../../../core/random.ts";
import { EventHub, type FeedEvent } from "../../../core/server/event_hub.ts";
import { RoutingSampler, type SamplerPlan } from "../../../core/server/routing_sampler.ts";
import { answers, fakeRouter } from "../../support/fake_router.ts";

const plan: SamplerPlan = {
  rate: 10,
  methods: { eth_call: 3, eth_gasPrice: 1 },
  strategy: null,
  chain: null,
};

Deno.test("RoutingSampler tells decisions at its rate and by its weights, and sends nothing", async () => {
  await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", { result: 1 }) } });
  const { clock } = lasso;
  const hub = new EventHub(() => clock.wallNow());
  const heard: FeedEvent[] = [];
  hub.listen({ heard: (event) => void heard.push(event) });
  using sampler = new RoutingSampler({ clock, hub, random: seededRandom(1), router: () => lasso.router });
  sampler.start(plan);
  await clock.advance(100_000);
  assert.deepEqual([heard.length, sampler.decisions], [1_000, 1_000]);
  const calls = heard.filter(({ fields }) => fields.method === "eth_call").length;
  assert.ok(calls > 700 && calls < 800, `${calls} of 1000 for three quarters`);
  const { method: _method, ...fields } = heard[0]!.fields;
  assert.deepEqual(fields, {
    ...{ strategy: "priority", provider_id: "a", transport: "http", duration_ms: 0, result: "sampled" },
    ...{ failover_count: 0, request_id: null, test: true },
  });
  assert.equal(lasso.transport("a").count("eth_call"), 0);
  assert.equal(lasso.completed.length, 0);
  assert.equal(sampler.stop(), true);
  assert.equal(sampler.stop(), false);
});

Deno.test("RoutingSampler says nothing of a drained chain, and asks for the strategy that it was told", async () => {
  await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", { result: 1 }) } });
  const { clock } = lasso;
  const hub = new EventHub(() => clock.wallNow());
  const heard: FeedEvent[] = [];
  hub.listen({ heard: (event) => void heard.push(event) });
  using sampler = new RoutingSampler({ clock, hub, random: seededRandom(1), router: () => lasso.router });
  lasso.route.drained = true;
  sampler.start(plan);
  await clock.advance(1_000);
  assert.equal(heard.length, 0);
  lasso.route.drained = false;
  sampler.start({ ...plan, strategy: "round_robin", chain: "ethereum" });
  await clock.advance(1_000);
  assert.deepEqual([...new Set(heard.map(({ fields }) => fields.strategy))], ["round_robin"]);
});
