// What every strategy must hold to, built-in or not. `strategyContract` registers the cases as tests;
// `strategyCases` gives them as values, for a test that meets its plugin only while it runs.

import assert from "node:assert/strict";
import type { Candidate, Strategy, StrategyPlugin, StrategyView } from "../core/plugins/strategy.ts";
import { call, candidates, deps, stats, view } from "./strategies/candidates.ts";

export interface ContractCase {
  readonly name: string;
  run(): void | Promise<void>;
}

const counts = [0, 1, 2, 40];

/** A cached strategy may explore in at most this share of its rankings while nothing changes. */
const explorationAllowed = 0.2;

/** `makeOptions` gives the raw options that the config would hold; by default none. */
export function strategyContract(plugin: StrategyPlugin, makeOptions: () => unknown = () => undefined): void {
  for (const { name, run } of strategyCases(plugin, makeOptions)) Deno.test(name, run);
}

export function strategyCases(
  plugin: StrategyPlugin,
  makeOptions: () => unknown = () => undefined,
): readonly ContractCase[] {
  const create = (seed = 1): Strategy => plugin.create(plugin.parse(makeOptions()), deps(seed));
  const test = (what: string, run: () => void | Promise<void>): ContractCase => ({
    name: `${plugin.id}.${what}`,
    run,
  });
  return [
    test("id has the form of an id, summary is one line", () => {
      assert.equal(plugin.kind, "strategy");
      assert.match(plugin.id, /^[a-z][a-z0-9_]*$/);
      assert.match(plugin.summary, /^\S.{8,120}$/);
    }),
    test("parse() refuses an unknown key and names its path", () => {
      const raw = { ...(makeOptions() as object | undefined), no_such_option: 1 };
      assert.throws(() => plugin.parse(raw), /options\.no_such_option/);
      assert.throws(() => plugin.parse("text"));
    }),
    test("cadence is one of the two", () => {
      assert.ok(["cached", "per_call"].includes(create().cadence));
    }),
    ...counts.flatMap((count) =>
      Object.entries(situations(count)).map(([what, situation]) =>
        test(`rank() leaves exactly the same elements: ${count} candidates, ${what}`, () => {
          const strategy = create();
          for (let turn = 0; turn < 50; turn++) {
            const given = situation.candidates();
            const ranked = given.slice();
            const answer: unknown = strategy.rank(ranked, call, situation.view);
            assert.ok(!(answer instanceof Promise), "rank is synchronous");
            assert.equal(ranked.length, given.length);
            assert.deepEqual(new Set(ranked), new Set(given));
          }
        })
      )
    ),
    test("rank() gives the same orders for the same seed", () => {
      const list = situations(40)["measured"]!;
      assert.deepEqual(orders(create(7), list, 30), orders(create(7), list, 30));
    }),
    test("rank() keeps its order while nothing changes, if it may be cached", () => {
      if (create().cadence !== "cached") return;
      const seen = new Map<string, number>();
      const turns = 400;
      for (const order of orders(create(), situations(12)["partly measured"]!, turns)) {
        seen.set(order, (seen.get(order) ?? 0) + 1);
      }
      const usual = Math.max(...seen.values());
      assert.ok(usual >= turns * (1 - explorationAllowed), `only ${usual} of ${turns} orders were the same`);
    }),
    test("explain() gives a short phrase", () => {
      for (const situation of Object.values(situations(40))) {
        const strategy = create();
        const list = situation.candidates();
        strategy.rank(list, call, situation.view);
        for (const each of list) {
          const phrase = strategy.explain?.(each, call, situation.view) ?? "not given";
          assert.match(phrase, /^\S.{1,118}$/, "one line, 2 to 119 characters");
          assert.doesNotMatch(phrase, /NaN|undefined|Infinity/);
        }
      }
    }),
    test("create() gives strategies that share nothing", () => {
      const list = situations(12)["measured"]!;
      const alone = orders(create(3), list, 10);
      const [one, other] = [create(3), create(3)];
      const together: string[] = [];
      for (let turn = 0; turn < 10; turn++) {
        together.push(...orders(one, list, 1));
        orders(other, list, 1);
      }
      assert.deepEqual(together, alone);
    }),
    test("[Symbol.asyncDispose]() may come at once and twice", async () => {
      const strategy = create();
      await strategy[Symbol.asyncDispose]?.();
      await strategy[Symbol.asyncDispose]?.();
    }),
  ];
}

interface Situation {
  candidates(): Candidate[];
  readonly view: StrategyView;
}

/** Frozen candidates, without, with and with partial evidence. */
function situations(count: number): Readonly<Record<string, Situation>> {
  const list = candidates(count, (index) => ({
    type: index % 3 === 0 ? "paid" : "public",
    priority: index % 4,
    group: index < 35 ? "main" : "fallback",
    inFlight: (index * 7) % 5,
    breaker: index % 11 === 10 ? "open" : index % 13 === 12 ? "half_open" : "closed",
    head: index % 2 === 0 ? 1000 - index : null,
    lagBlocks: index % 2 === 0 ? index : null,
    cost: Object.freeze({
      perCall: index % 6,
      methods: Object.freeze({ "eth_*": index % 5, eth_call: index % 7 }),
      usdPerMillion: index % 2 === 0 ? 0.45 : null,
    }),
  }));
  const all = list.map((each, index) =>
    [
      each.provider,
      stats(20 + (index * 37) % 50, { success: 1 - (index % 9) / 20, n: 1 + index * 50 }),
    ] as const
  );
  const some = all.filter((_, index) => index % 3 !== 1);
  const quota = Object.fromEntries(list.map(({ provider }, index) => [provider, { used: index, max: 20 }]));
  const race = Object.fromEntries(
    list.filter((_, index) => index % 4 !== 2).map(({ provider }, index) => {
      const [races, winRate, avgMarginMs] = [index * 3, (index % 5) / 4, index % 5 === 4 ? null : index * 7];
      return [provider, Object.freeze({ score: winRate * index, races, winRate, avgMarginMs })];
    }),
  );
  const make = (v: StrategyView): Situation => ({ candidates: () => list.slice(), view: v });
  return {
    "nothing measured": make(view()),
    "measured": make(view({ latency: Object.fromEntries(all), quota })),
    "partly measured": make(view({ latency: Object.fromEntries(some), quota })),
    "raced": make(view({ latency: Object.fromEntries(some), race })),
  };
}

function orders(strategy: Strategy, situation: Situation, turns: number): string[] {
  return Array.from({ length: turns }, () => {
    const list = situation.candidates();
    strategy.rank(list, call, situation.view);
    return list.map(({ id }) => id).join(" ");
  });
}
