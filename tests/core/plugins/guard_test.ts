import assert from "node:assert/strict";
import { LassoError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { createStrategy, GuardedStrategy } from "../../../core/plugins/guard.ts";
import type { Candidate, Strategy, StrategyPlugin } from "../../../core/plugins/strategy.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import priority from "../../../strategies/priority.ts";
import { call, candidate, candidates, deps, providers, view } from "../../strategies/candidates.ts";

interface Lab {
  readonly guard: GuardedStrategy;
  readonly clock: VirtualClock;
  readonly faults: { readonly summary: string; readonly count: number }[];
}

/** The fallback orders by priority; the candidates of these tests are given against it. */
function guarded(strategy: Partial<Strategy>, fallback: Strategy | null = priority.create()): Lab {
  const clock = new VirtualClock();
  const faults: Lab["faults"] = [];
  const guard = new GuardedStrategy({
    id: "odd",
    chain: "ethereum",
    strategy: { cadence: "per_call", rank: () => {}, ...strategy },
    fallback,
    clock,
    log: silentLog,
    onFault: ({ summary }, count) => void faults.push({ summary, count }),
  });
  return { guard, clock, faults };
}

const list = (): Candidate[] => candidates(4, (index) => ({ priority: 10 - index }));

function order(lab: Lab): string {
  const given = list();
  const own = lab.guard.order(given, call, view());
  return `${providers(given).join(" ")} ${own ? "own" : "fallback"}`;
}

Deno.test("order() takes the strategy's order", () => {
  const lab = guarded({ rank: (all) => void all.reverse() });
  assert.equal(order(lab), "c3 c2 c1 c0 own");
  assert.equal(
    order(guarded({ rank: (all) => all.push(all.shift()!) as unknown as void })),
    "c1 c2 c3 c0 own",
  );
  assert.equal(lab.guard.faults, 0);
  assert.deepEqual(lab.faults, []);
});

const nonsense: Readonly<Record<string, (all: Candidate[]) => void>> = {
  "loses one": (all) => void all.pop(),
  "doubles one": (all) => void (all[0] = all[1]!),
  "adds one": (all) => void all.push(candidate("new")),
  "swaps one for a copy": (all) => void (all[0] = { ...all[0]! }),
  "empties the list": (all) => void (all.length = 0),
  "leaves a hole": (all) => void delete all[2],
  "puts undefined in": (all) => void (all[1] = undefined as unknown as Candidate),
};

for (const [what, rank] of Object.entries(nonsense)) {
  Deno.test(`order() lets the fallback serve when rank ${what}`, () => {
    const lab = guarded({ rank });
    assert.equal(order(lab), "c3 c2 c1 c0 fallback");
    assert.deepEqual(lab.faults, [
      { summary: 'strategy "odd": rank did not leave exactly the same candidates', count: 1 },
    ]);
  });
}

Deno.test("order() lets the fallback serve when rank throws, whatever it throws", () => {
  for (const thrown of [new Error("no https://node.test/KEY"), "text", null, Object.create(null)]) {
    const lab = guarded({
      rank: (all) => {
        all.length = 1;
        throw thrown;
      },
    });
    assert.equal(order(lab), "c3 c2 c1 c0 fallback");
    assert.doesNotMatch(lab.faults[0]!.summary, /KEY/);
  }
});

Deno.test("order() refuses a promise, and what comes of it later does no harm", async () => {
  let late: Candidate[] = [];
  const lab = guarded({
    rank: (async (all: Candidate[]) => {
      await Promise.resolve();
      late = all;
      all.length = 0;
      throw new Error("later");
    }) as unknown as Strategy["rank"],
  });
  const given = list();
  assert.equal(lab.guard.order(given, call, view()), false);
  await lab.clock.advance(1);
  assert.equal(late.length, 0);
  assert.equal(given.length, 4);
  assert.match(lab.faults[0]!.summary, /rank returned a promise; it must be synchronous/);
});

Deno.test("order() keeps the order that it was given when there is no fallback or it fails too", () => {
  const broken = (): void => {
    throw new Error("no");
  };
  assert.equal(order(guarded({ rank: broken }, null)), "c0 c1 c2 c3 fallback");
  assert.equal(order(guarded({ rank: broken }, { cadence: "cached", rank: broken })), "c0 c1 c2 c3 fallback");
});

Deno.test("order() reports at most once a minute, with the count", async () => {
  const lab = guarded({ rank: (all) => void all.pop() });
  for (let turn = 0; turn < 100; turn++) order(lab);
  await lab.clock.advance(59_999);
  order(lab);
  assert.deepEqual(lab.faults.map(({ count }) => count), [1]);
  await lab.clock.advance(1);
  order(lab);
  assert.deepEqual(lab.faults.map(({ count }) => count), [1, 101]);
  assert.equal(lab.guard.faults, 102);
});

Deno.test("order() goes on when channels come and go", () => {
  const lab = guarded({ rank: (all) => void all.reverse() });
  for (let turn = 0; turn < 500; turn++) assert.equal(order(lab), "c3 c2 c1 c0 own"); // New objects each time.
});

Deno.test("explain() gives the strategy's phrase, cut, or its own", () => {
  const one = candidate("c0");
  const phrase = (explain: unknown): string =>
    guarded(explain === undefined ? {} : { explain: explain as NonNullable<Strategy["explain"]> })
      .guard.explain(one, call, view());
  assert.equal(phrase(() => "near"), "near");
  assert.equal(phrase(() => "x".repeat(500)).length, 200);
  for (const bad of [undefined, () => "", () => 5, () => Promise.reject(new Error("later"))]) {
    assert.equal(phrase(bad), "ordered by odd");
  }
  const throwing = guarded({
    explain: () => {
      throw new Error("no");
    },
  });
  assert.equal(throwing.guard.explain(one, call, view()), "ordered by odd");
  assert.equal(throwing.guard.faults, 1);
});

Deno.test("[Symbol.asyncDispose]() disposes the strategy once and survives its failure", async () => {
  let disposed = 0;
  const lab = guarded({
    [Symbol.asyncDispose]: () => {
      disposed++;
      return Promise.reject(new Error("stuck"));
    },
  });
  await lab.guard[Symbol.asyncDispose]();
  await lab.guard[Symbol.asyncDispose]();
  assert.equal(disposed, 1);
  assert.match(lab.faults[0]!.summary, /dispose threw: stuck/);
});

Deno.test("createStrategy() refuses what is no strategy and disposes it", () => {
  let disposed = 0;
  const made = (create: () => unknown): StrategyPlugin => ({ ...priority, create: create as () => Strategy });
  const refusal = (create: () => unknown): string => {
    try {
      createStrategy(made(create), {}, deps());
    } catch (thrown) {
      assert.ok(thrown instanceof LassoError);
      assert.equal(thrown.code, "plugin");
      return thrown.summary;
    }
    return "none";
  };
  assert.equal(refusal(() => ({ cadence: "cached", rank: () => {} })), "none");
  const dispose = { [Symbol.asyncDispose]: (): Promise<void> => (disposed++, Promise.resolve()) };
  assert.equal(
    refusal(() => ({ ...dispose, cadence: "often", rank: () => {} })),
    'strategy "priority": cadence is "often", neither "cached" nor "per_call"',
  );
  assert.equal(disposed, 1);
  assert.equal(refusal(() => null), 'strategy "priority": create gave null, not a strategy');
  assert.equal(
    refusal(() => ({ cadence: "cached" })),
    'strategy "priority": rank is missing, not a function',
  );
  assert.equal(
    refusal(() => {
      throw new Error("no table");
    }),
    'strategy "priority": create threw: no table',
  );
  assert.match(refusal(() => Promise.reject(new Error("later"))), /rank is missing/);
});
