import assert from "node:assert/strict";
import type { Strategy, StrategyPlugin } from "../../../core/plugins/strategy.ts";
import { below, type Random, seededRandom } from "../../../core/random.ts";
import {
  answers,
  Drain,
  FakeRouter,
  fakeRouter,
  noAnswer,
  type NodeScript,
  type Pending,
  type Scripted,
} from "../../support/fake_router.ts";

function plugin(rank: Strategy["rank"]): StrategyPlugin {
  return {
    kind: "strategy",
    id: "users",
    summary: "A user's.",
    parse: () => null,
    create: () => ({ cadence: "per_call", rank }),
  };
}

Deno.test("Run with a strategy that throws or leaves nonsense is answered all the same", async () => {
  const faults: readonly Strategy["rank"][] = [
    () => {
      throw new Error("boom");
    },
    (candidates) => void (candidates.length = 0),
    (candidates) => candidates.fill(candidates[0]!),
    (candidates) => void candidates.push({ ...candidates[0]!, id: "ghost:http" }),
    (candidates) => void candidates.splice(0, 2, null as never, undefined as never),
    (() => Promise.reject(new Error("later"))) as never,
  ];
  for (const rank of faults) {
    await using lasso = await fakeRouter({
      nodes: { a: answers("eth_call", { failure: "refused" }), b: answers("eth_call", { result: 1 }) },
      chain: { strategy: "users" },
      strategies: [plugin(rank)],
    });
    const call = await lasso.call("eth_call");
    assert.equal(call.result, "1");
    assert.notEqual(call.run?.selectionReason(), "");
  }
});

Deno.test("Run with a strategy that can't be created is served by the default one, which is disposed once", async () => {
  const broken: StrategyPlugin = {
    ...plugin(() => {}),
    create: () => {
      throw new Error("no");
    },
  };
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { result: 1 }) },
    chain: { strategy: "users" },
    strategies: [broken],
  });
  assert.equal((await lasso.call("eth_call")).result, "1");
});

// ---- random scripts ----

const timeoutMs = 3_000;
const attemptTimeoutMs = 500;

/** How a node behaves to one call. `good`: it answers a read well, within `afterMs`. */
interface Behaviour {
  readonly script: Scripted;
  readonly goodWithinMs: number | null;
}

function behaviour(random: Random): Behaviour {
  const afterMs = below(random, 4) === 0 ? undefined : below(random, 800);
  const late = afterMs === undefined ? {} : { afterMs };
  const bad = (script: Scripted): Behaviour => ({ script, goodWithinMs: null });
  switch (below(random, 14)) {
    case 0:
      return bad({ hang: true });
    case 1:
      return bad({ failure: "reset", ...late });
    case 2:
      return bad({ failure: "stale", ...late });
    case 3:
      return bad({ status: 500, body: "", ...late });
    case 4:
      return bad({ status: 429, body: "", retryAfterMs: below(random, 5_000), ...late });
    case 5:
      return bad({ body: "<nonsense", ...late });
    case 6:
      return bad({ body: '{"jsonrpc":"2.0","id":123456789,"result":1}', ...late });
    case 7:
      return bad({ error: { code: -32601, message: "method not found" }, ...late });
    case 8:
      return bad({ error: { code: -32000, message: "missing trie node" }, ...late });
    case 9: {
      const chunks = Array.from({ length: below(random, 6) }, () => "x".repeat(below(random, 600)));
      const endings = [undefined, "stall", { code: "eof", message: "eof", sent: true }] as const;
      const ending = endings[below(random, 3)];
      return {
        script: {
          stream: {
            head: '{"id":ID,"result":"',
            chunks: [...chunks, '"}'],
            ...(ending === undefined ? {} : { ending }),
          },
        },
        goodWithinMs: 0,
      };
    }
    default:
      return { script: { result: "0xgood", ...late }, goodWithinMs: afterMs ?? 0 };
  }
}

function ended(call: Pending, startedAt: number, what: string): void {
  assert.equal(call.dones, 1, `${what}: done ${call.dones} times`);
  const took = call.doneAt! - startedAt;
  assert.ok(took <= timeoutMs + 10, `${what}: took ${took} ms`);
}

async function oneRound(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const ids = ["a", "b", "c", "d"].slice(0, 1 + below(random, 4));
  await using lasso = await fakeRouter({
    nodes: Object.fromEntries(ids.map((id) => [id, noAnswer])),
    chain: { timeoutMs, attemptTimeoutMs, breaker: false },
    seed,
  });
  for (let calls = 0; calls < 3; calls++) {
    const methods = ["eth_call", "eth_call", "eth_call", "foo_bar", "eth_sendRawTransaction"];
    const method = methods[below(random, methods.length)]!;
    const behaviours = new Map(ids.map((id) => [id, behaviour(random)]));
    for (const id of ids) {
      const script: NodeScript = (call) => call.method === method ? behaviours.get(id)!.script : undefined;
      lasso.transport(id).nodeScript = script;
    }
    const what = `seed ${seed}, call ${calls} (${method})`;
    const startedAt = lasso.clock.now();
    const sound = ids.every((id) => lasso.channel(id).softObstacle(method) === null);
    const pending = lasso.start(method);
    const leaves = below(random, 8) === 0;
    if (leaves) {
      await lasso.clock.advance(below(random, 600));
      pending.run?.cancel();
    }
    await lasso.until(pending);
    ended(pending, startedAt, what);
    // Each channel before the good one costs its attempt timeout at most.
    const goods = ids.filter((id) => behaviours.get(id)!.goodWithinMs !== null);
    const quick = goods.some((id) => behaviours.get(id)!.goodWithinMs! < attemptTimeoutMs);
    if (method === "eth_call" && quick && sound && !leaves) {
      assert.notEqual(pending.outcome?.kind, "refusal", `${what}: ${JSON.stringify(pending.outcome)}`);
      assert.notEqual(pending.outcome?.kind, "error", `${what}: ${JSON.stringify(pending.outcome)}`);
    }
    if (pending.outcome?.kind === "stream") {
      const target = new Drain();
      pending.outcome.stream.pipe(target);
      await lasso.clock.advance(5);
      if (target.ending === null) pending.run?.cancel();
    }
    await lasso.clock.advance(timeoutMs + 20);
    assert.equal(pending.dones, 1, what);
    assert.equal(lasso.router.sweep.size, 0, what);
    assert.equal(lasso.completed.length, calls + 1, `${what}: completed`);
    await lasso.clock.advance(400_000);
  }
}

Deno.test("Run ends once and in time, leaves nothing behind and misses no good answer, whatever happens", async () => {
  for (let seed = 1; seed <= 700; seed++) await oneRound(seed);
});

Deno.test("Run ends once with the breaker on, under many calls at a time", async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const script: NodeScript = (call) => call.method === "eth_call" ? behaviour(random).script : undefined;
    const lasso = new FakeRouter({
      nodes: { a: script, b: script, c: script },
      providers: { c: { rateLimit: { count: 20, perMs: 1_000 }, group: "fallback" } },
      chain: { timeoutMs, attemptTimeoutMs, strategy: seed % 2 === 0 ? "fastest" : "load_balanced" },
      seed,
    });
    await using _ = lasso;
    await lasso.clock.advance(1_000);
    const calls: [Pending, number][] = [];
    for (let k = 0; k < 60; k++) {
      calls.push([lasso.start("eth_call"), lasso.clock.now()]);
      await lasso.clock.advance(below(random, 60));
    }
    await lasso.clock.advance(timeoutMs + 20);
    for (const [call, startedAt] of calls) {
      ended(call, startedAt, `seed ${seed}`);
      call.run?.cancel(); // Streams that nobody took.
    }
  }
});
