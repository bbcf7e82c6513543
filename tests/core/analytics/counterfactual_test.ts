import assert from "node:assert/strict";
import { compare, type Comparison } from "../../../core/analytics/comparison.ts";
import type { History } from "../../../core/measure/history/model.ts";
import { PluginRegistry } from "../../../core/plugins/registry.ts";
import type { Strategy, StrategyPlugin } from "../../../core/plugins/strategy.ts";
import { Histogram } from "../../../core/measure/histogram.ts";
import { minute } from "../measure/history/support.ts";
import { begin, TrafficWorld, type WorldOptions } from "./traffic_world.ts";

const cost = (perCall: number, usdPerMillion: number | null) => ({
  perCall,
  methods: {},
  usdPerMillion,
  monthlyQuota: null,
});

/** Free and slow, paid and fast, and one that is fast at first and slow later, each otherwise by method. */
const network: Omit<WorldOptions, "strategy"> = {
  minutes: 8,
  methods: { eth_call: 8, eth_getLogs: 5, eth_getBalance: 6 },
  providers: {
    free: {
      settings: { cost: cost(0, null), priority: 1 },
      medianMs: (method) => method === "eth_getLogs" ? 160 : 90,
      failures: () => 0.02,
    },
    paid: {
      settings: { type: "paid", cost: cost(20, 0.5), priority: 2 },
      medianMs: (method) => method === "eth_getLogs" ? 45 : 25,
    },
    tidal: {
      settings: { type: "paid", cost: cost(10, 0.4), priority: 3 },
      medianMs: (_method, at) => at < 4 * minute ? 12 : 140,
    },
  },
};
const ids = [
  "fastest",
  "cheapest",
  "priority",
  "round_robin",
  "leaderboard",
  "load_balanced",
  "latency_weighted",
];

interface Real {
  readonly p50: number;
  readonly p95: number;
  readonly success: number;
  readonly usd: number;
}

async function real(strategy: string): Promise<Real> {
  await using world = new TrafficWorld({ ...network, strategy: () => strategy });
  await world.run();
  const times = new Histogram();
  for (const ms of world.times) times.record(ms);
  const spent = world.keeper.cells({ from: begin, to: world.end, where: { strategy } }).groups[0]!;
  return {
    p50: times.quantile(0.5),
    p95: times.quantile(0.95),
    success: 1 - spent.failed / spent.n,
    usd: spent.usd,
  };
}

async function theory(strategy: WorldOptions["strategy"]): Promise<Comparison> {
  await using world = new TrafficWorld({ ...network, strategy });
  await world.run();
  const { route, router, history, clock } = world;
  const range = { chain: "ethereum", from: begin, to: world.end, widthMs: minute };
  return await compare(route, router.plugins, range, { history, clock }, new AbortController().signal);
}

/** By how much theory may miss what was measured: medians by a share, the rest absolutely. */
const p50Tolerance = 0.12;
const successTolerance = 0.01;
const usdTolerance = 0.006;

Deno.test("compare() foretells from one explored run what real runs under each strategy give", async () => {
  const found = await theory((random) => random.next() < 0.4 ? "round_robin" : "fastest");
  const rows = [];
  for (const id of ids) {
    const expected = found.strategies.find(({ strategy }) => strategy === id)!;
    rows.push({ id, expected, measured: await real(id) });
  }
  for (const { id, expected, measured } of rows) {
    const { p50, success, usd, known, faults } = expected;
    assert.ok(known! > 0.97, `${id}: ${known} is known`);
    assert.equal(faults, 0);
    assert.ok(Math.abs(p50! / measured.p50 - 1) <= p50Tolerance, `${id}: ${p50} ms, was ${measured.p50} ms`);
    const answered = measured.success;
    assert.ok(Math.abs(success! - answered) <= successTolerance, `${id}: ${success}, was ${answered}`);
    assert.ok(Math.abs(usd - measured.usd) <= usdTolerance, `${id}: ${usd} USD, was ${measured.usd}`);
  }
  // The order is the same wherever there is one: between strategies further apart than the tolerance.
  let pairs = 0;
  for (const a of rows) {
    for (const b of rows) {
      if (a.measured.p50 * (1 + p50Tolerance) >= b.measured.p50) continue;
      pairs++;
      assert.ok(a.expected.p50! < b.expected.p50!, `${a.id} was faster than ${b.id}`);
    }
  }
  assert.ok(pairs >= 10, `${pairs} pairs`);
});

Deno.test("compare() says what it does not know where nobody else was tried, and what was measured", async () => {
  const alone = { ...network, minutes: 2, providers: { ...network.providers } };
  await using world = new TrafficWorld({ ...alone, strategy: () => "priority" });
  await world.run();
  const { route, router, history, clock } = world;
  const range = { chain: "ethereum", from: begin, to: world.end, widthMs: minute };
  const found = await compare(route, router.plugins, range, { history, clock }, new AbortController().signal);
  const of = (id: string) => found.strategies.find(({ strategy }) => strategy === id)!;
  assert.ok(of("priority").known! > 0.99);
  assert.ok(Math.abs(of("round_robin").known! - 1 / 3) < 0.1, String(of("round_robin").known));
  // Prices are known without a sample.
  assert.ok(of("round_robin").usd > of("priority").usd);
  assert.deepEqual(found.measured.map(({ strategy }) => strategy), ["priority"]);
  const [fact] = found.measured;
  assert.equal(fact!.calls, world.times.length);
  assert.equal(fact!.providers[0]!.provider, "free");
  const shares = fact!.providers.reduce((sum, { share }) => sum + share, 0);
  assert.ok(Math.abs(shares - 1) < 1e-9);
});

Deno.test("compare() asks users' strategies too, and one that throws costs nothing but its own truth", async () => {
  await using world = new TrafficWorld({ ...network, minutes: 2, strategy: () => "round_robin" });
  await world.run();
  const { route, router, history, clock } = world;
  const timers: number[] = [];
  const plugin = (id: string, rank: Strategy["rank"]): StrategyPlugin => ({
    kind: "strategy",
    id,
    summary: "For a test.",
    parse: () => null,
    create: (_options, deps) => {
      deps.clock.after(0, () => void timers.push(1));
      deps.log("info", "hears nobody");
      return { cadence: "cached", rank };
    },
  });
  const registry = new PluginRegistry();
  for (const id of router.plugins.registry.strategyIds) {
    registry.register(router.plugins.registry.strategy(id)!, "test");
  }
  registry.register(
    plugin("dear", (list) => void list.sort((a, b) => b.cost.perCall - a.cost.perCall)),
    "test",
  );
  registry.register(plugin("bad", () => assert.fail("no idea")), "test");
  const unmade = plugin("unmade", () => {});
  registry.register({ ...unmade, create: () => assert.fail("can't be") }, "test");
  const range = { chain: "ethereum", from: begin, to: world.end, widthMs: minute };
  const plugins = { registry, options: new Map() };
  const signal = new AbortController().signal;
  const found = await compare(route, plugins, range, { history, clock }, signal);
  const of = (id: string) => found.strategies.find(({ strategy }) => strategy === id)!;
  assert.deepEqual(of("dear").providers, [{ provider: "paid", share: 1 }]);
  assert.ok(of("bad").faults > 0);
  assert.deepEqual(of("bad").providers, of("fastest").providers);
  assert.deepEqual(found.broken.map(({ id }) => id), ["unmade"]);
  assert.match(found.broken[0]!.why, /can't be/);
  assert.deepEqual(timers, []);
});

Deno.test("compare() ends with the signal's reason", async () => {
  await using world = new TrafficWorld({ ...network, minutes: 1, strategy: () => "round_robin" });
  await world.run();
  const { route, router, clock } = world;
  const abort = new AbortController();
  const history: Pick<History, "cells"> = {
    cells: (query) => {
      if (query.kind === "attempt") abort.abort(new Error("left"));
      return world.history.cells(query);
    },
  };
  const range = { chain: "ethereum", from: begin, to: world.end, widthMs: minute };
  await assert.rejects(compare(route, router.plugins, range, { history, clock }, abort.signal), /left/);
});
