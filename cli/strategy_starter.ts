// What `lasso plugin new strategy` writes, as text; NAME stands for the plugin's id. It works as it is, and a test
// checks, runs and loads it. It may import nothing of Lasso but types.

export const strategyStarter = {
  plugin:
    `// A routing strategy for Lasso: it puts candidates into the order in which they are tried. As it stands, those that
// are near the head of the chain come first, by median latency. Change \`rank\` to what you need, then run
//
//   deno test NAME_test.ts
//
// Nothing of Lasso is needed at run time: lasso-plugin.d.ts, beside this file, is for your editor and \`deno check\`.

import type {
  Candidate,
  PluginDeps,
  Strategy,
  StrategyCall,
  StrategyPlugin,
  StrategyView,
} from "./lasso-plugin.d.ts";

interface Options {
  /** Blocks that a provider may be behind before it is put last. Default 5. */
  readonly maxLagBlocks: number;
}

function parse(raw: unknown): Options {
  const options = raw ?? {};
  if (typeof options !== "object" || Array.isArray(options)) throw new Error("options: expected a mapping");
  const { max_lag_blocks: maxLagBlocks = 5, ...unknown } = options as Record<string, unknown>;
  // Be strict: a misspelt setting that does nothing is worse than an error.
  for (const key of Object.keys(unknown)) {
    throw new Error(\`options.\${key}: unknown key; known is max_lag_blocks\`);
  }
  if (typeof maxLagBlocks !== "number" || !(maxLagBlocks >= 0)) {
    throw new Error("options.max_lag_blocks: expected a number, 0 or more");
  }
  return { maxLagBlocks };
}

class Ordering implements Strategy {
  // "cached": the order is kept per chain and method for a short time. "per_call": rank is called for each call;
  // choose that when the order depends on chance, on a counter or on calls in flight.
  readonly cadence = "cached";
  readonly #maxLagBlocks: number;

  constructor(options: Options) {
    this.#maxLagBlocks = options.maxLagBlocks;
  }

  // Sorts in place, best first. Synchronous, no I/O, no timers; leave out nobody: Lasso has filtered already.
  // \`call\`, not needed here, is { chain, method, block }.
  rank(candidates: Candidate[], _call: StrategyCall, view: StrategyView): void {
    candidates.sort((a, b) => this.#score(a, view) - this.#score(b, view) || a.priority - b.priority);
  }

  // One short phrase for traces.
  explain(candidate: Candidate, _call: StrategyCall, view: StrategyView): string {
    if (this.#behind(candidate)) return \`\${candidate.lagBlocks} blocks behind\`;
    const stats = view.latencyOverall(candidate);
    return stats === null ? "not measured yet" : \`median \${stats.p50.toFixed(1)} ms\`;
  }

  // Lower is better. view.latency(candidate, method) has the figures of one method.
  #score(candidate: Candidate, view: StrategyView): number {
    const medianMs = view.latencyOverall(candidate)?.p50 ?? 1e6; // Not measured yet: after those that are.
    return medianMs + (this.#behind(candidate) ? 1e9 : 0);
  }

  #behind(candidate: Candidate): boolean {
    return candidate.lagBlocks !== null && candidate.lagBlocks > this.#maxLagBlocks;
  }
}

export default {
  kind: "strategy",
  id: "NAME",
  summary: "Near the head of the chain first, by median latency.",
  parse,
  // Called once per chain. \`deps\`, not needed here, has clock, random, log and emit.
  create(options: Options, _deps: PluginDeps): Strategy {
    return new Ordering(options);
  },
} satisfies StrategyPlugin<Options>;
`,
  test:
    `// What Lasso expects of every strategy, and what this one promises. Run it with \`deno test NAME_test.ts\`.

import assert from "node:assert/strict";
import type {
  Candidate,
  LatencyStats,
  PluginDeps,
  Strategy,
  StrategyCall,
  StrategyView,
} from "./lasso-plugin.d.ts";
import plugin from "./NAME.ts";

const call: StrategyCall = { chain: "ethereum", method: "eth_call", block: { kind: "tag", tag: "latest" } };

// Frozen, because a strategy must not change what it is given.
function candidate(provider: string, position: number, over: Partial<Candidate> = {}): Candidate {
  return Object.freeze<Candidate>({
    id: \`\${provider}:http\`,
    provider,
    transport: "http",
    type: "public",
    priority: 100,
    position,
    group: "main",
    cost: { perCall: 0, methods: {}, usdPerMillion: null },
    inFlight: 0,
    breaker: "closed",
    head: null,
    lagBlocks: null,
    ...over,
  });
}

function view(medianMs: Readonly<Record<string, number>>): StrategyView {
  const stats = ({ provider }: Candidate): LatencyStats | null => {
    const ms = medianMs[provider];
    if (ms === undefined) return null;
    return { p50: ms, p90: ms, p99: ms, mean: ms, success: 1, n: 100, age: 0 };
  };
  return { now: 0, latency: stats, latencyOverall: stats, quota: () => null, race: () => null };
}

// Time that stands still and no chance: what a test sees can be repeated.
const deps: PluginDeps = {
  clock: { now: () => 0, wallNow: () => 0, after: () => ({ cancel: () => {} }) },
  random: { next: () => 0.5 },
  log: () => {},
  emit: () => {},
};

function create(): Strategy {
  return plugin.create(plugin.parse(undefined), deps);
}

function ranked(candidates: Candidate[], given: StrategyView): string[] {
  create().rank(candidates, call, given);
  return candidates.map(({ provider }) => provider);
}

Deno.test("parse() refuses an unknown key and a wrong value", () => {
  assert.throws(() => plugin.parse({ no_such_option: 1 }), /options\\.no_such_option/);
  assert.throws(() => plugin.parse({ max_lag_blocks: "many" }), /options\\.max_lag_blocks/);
});

Deno.test("rank() leaves exactly the same candidates, measured or not", () => {
  for (const count of [0, 1, 2, 40]) {
    for (const given of [view({}), view({ c0: 10, c1: 5 })]) {
      const candidates = Array.from({ length: count }, (_, index) => candidate(\`c\${index}\`, index));
      const before = new Set(candidates);
      const answer: unknown = create().rank(candidates, call, given);
      assert.ok(!(answer instanceof Promise), "rank is synchronous");
      assert.equal(candidates.length, count);
      assert.deepEqual(new Set(candidates), before);
    }
  }
});

Deno.test("rank() puts the lowest median first", () => {
  const candidates = ["slow", "fast", "new"].map((provider, index) => candidate(provider, index));
  assert.deepEqual(ranked(candidates, view({ slow: 90, fast: 10 })), ["fast", "slow", "new"]);
});

Deno.test("rank() puts a provider that is behind last", () => {
  const candidates = [candidate("behind", 0, { lagBlocks: 9 }), candidate("slow", 1)];
  assert.deepEqual(ranked(candidates, view({ behind: 10, slow: 90 })), ["slow", "behind"]);
});

Deno.test("explain() gives a phrase", () => {
  const strategy = create();
  assert.ok(strategy.explain?.(candidate("one", 0), call, view({})));
});
`,
};
