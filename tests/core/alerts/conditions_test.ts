import assert from "node:assert/strict";
import { firingText, resolvedText, spanText } from "../../../core/alerts/alert_text.ts";
import { isPerProvider, limitOf, read, type Reading } from "../../../core/alerts/conditions.ts";
import type { ChainFacts, ProviderFacts, SeriesFacts } from "../../../core/alerts/facts.ts";
import type { AlertRule } from "../../../core/settings.ts";
import { chain, provider, rule } from "./support.ts";

const series = (change: Partial<SeriesFacts> = {}): SeriesFacts => ({
  n: 100,
  failed: 0,
  p99Ms: 50,
  ...change,
});

/** What it reads of provider a of a chain. */
function value(
  when: Partial<AlertRule>,
  ofChain: Partial<ChainFacts>,
  ofA: Partial<ProviderFacts> = {},
): Reading {
  const a = provider("a", ofA);
  const subject = rule(when);
  return read(subject, chain({ providers: [a], ...ofChain }), isPerProvider(subject) ? a : null);
}

Deno.test("read() of provider_down: quarantined, or with no breaker closed; not drained, limited or lagging", () => {
  const down = (state: ProviderFacts["state"], drained = false) =>
    value({ when: "provider_down" }, {}, { state, drained });
  assert.deepEqual((["off", "open", "probing"] as const).map((state) => down(state)), [1, 1, 1]);
  assert.deepEqual((["up", "lagging", "limited"] as const).map((state) => down(state)), [0, 0, 0]);
  assert.deepEqual([down("off", true), down("unknown")], [0, null]);
});

Deno.test("read() of chain_down: the chain is known to be bad", () => {
  const states = ["bad", "good", "unknown"] as const;
  assert.deepEqual(states.map((state) => value({ when: "chain_down" }, { state })), [1, 0, null]);
});

Deno.test("read() of error_rate: of clients' calls, or of attempts where a provider is named; ten at least", () => {
  const calls = (windowMs: number) => series(windowMs === 60_000 ? { n: 10, failed: 4 } : { failed: 2 });
  const attempts = () => series({ failed: 50 });
  const when = { when: "error_rate", windowMs: 300_000 } as const;
  assert.equal(value(when, { calls }, { attempts }), 0.02);
  assert.equal(value({ ...when, windowMs: 60_000 }, { calls }), 0.4);
  assert.equal(value({ ...when, provider: "*" }, { calls }, { attempts }), 0.5);
  assert.equal(value({ ...when, provider: "a" }, { calls }, { attempts }), 0.5);
  assert.equal(value(when, { calls: () => series({ n: 9, failed: 9 }) }), null);
  assert.equal(value(when, {}), null);
});

Deno.test("read() of latency_p99: milliseconds, null without a time", () => {
  const when = { when: "latency_p99", windowMs: 300_000 } as const;
  assert.equal(value(when, { calls: () => series({ p99Ms: 812.5 }) }), 812.5);
  assert.equal(value(when, { calls: () => series({ p99Ms: null }) }), null);
});

Deno.test("read() of lag: blocks, against the chain's own limit where the rule has none", () => {
  assert.equal(value({ when: "lag" }, {}, { lagBlocks: 7 }), 7);
  assert.equal(value({ when: "lag" }, {}, { lagBlocks: null }), null);
  const a = provider("a", { lagLimitBlocks: 20 });
  assert.equal(limitOf(rule({ when: "lag" }), a), 20);
  assert.equal(limitOf(rule({ when: "lag", above: 3 }), a), 3);
});

Deno.test("read() of head_stalled: block times, once the head must have been looked at", () => {
  const stalled = (headAgeMs: number | null) =>
    value({ when: "head_stalled" }, { headAgeMs, headLookMs: 15_000, blockTimeMs: 250 });
  assert.deepEqual([stalled(null), stalled(15_000), stalled(20_000)], [null, 0, 80]);
});

Deno.test("read() of quota, breaker_open, stream_gap and reorg_depth", () => {
  assert.equal(value({ when: "quota" }, {}, { quotaRatio: 0.93 }), 0.93);
  assert.equal(value({ when: "quota" }, {}), null);
  assert.equal(value({ when: "breaker_open" }, {}, { openBreakers: 2 }), 2);
  const perWindow = (windowMs: number): number => windowMs / 1_000;
  assert.equal(value({ when: "stream_gap", windowMs: 60_000 }, { gaps: perWindow }), 60);
  assert.equal(value({ when: "reorg_depth", windowMs: 5_000 }, { deepestReorg: perWindow }), 5);
});

Deno.test("read() knows nothing of a chain that sleeps", () => {
  assert.equal(value({ when: "chain_down" }, { asleep: true, state: "bad" }), null);
  assert.equal(value({ when: "provider_down" }, { asleep: true }, { state: "open" }), null);
});

const texts: readonly [Partial<AlertRule>, number, number, string][] = [
  [{ when: "chain_down" }, 1, 0, "chain c is down: none of its providers can serve"],
  [
    { when: "error_rate", windowMs: 300_000 },
    0.125,
    0.05,
    "chain c failed 12.5 % of calls within 5 min (limit 5 %)",
  ],
  [
    { when: "latency_p99", windowMs: 60_000 },
    2_340,
    2_000,
    "chain c has a p99 latency of 2.3 s within 1 min (limit 2 s)",
  ],
  [{ when: "lag" }, 12, 5, "provider p of c is 12 blocks behind the head (limit 5 blocks)"],
  [
    { when: "head_stalled" },
    14.26,
    10,
    "chain c has had no new block for 14.3 block times (limit 10 block times)",
  ],
  [{ when: "quota" }, 0.934, 0.9, "provider p of c has used 93.4 % of this month's quota (limit 90 %)"],
  [{ when: "breaker_open" }, 1, 0, "provider p of c has an open circuit breaker"],
  [{ when: "breaker_open" }, 2, 0, "provider p of c has 2 open circuit breakers"],
  [
    { when: "stream_gap", windowMs: 300_000 },
    1,
    0,
    "chain c lost events in 1 gap within 5 min (limit 0 gaps)",
  ],
  [
    { when: "reorg_depth", windowMs: 600_000 },
    5,
    3,
    "chain c had a reorg of 5 blocks within 10 min (limit 3 blocks)",
  ],
];

for (const [when, shown, limit, says] of texts) {
  Deno.test(`firingText() of ${when.when} says: ${says}`, () => {
    const subject = { rule: rule(when), chain: "c", provider: isPerProvider(rule(when)) ? "p" : null };
    const standing = { value: shown, limit, heldMs: 95_000, why: null };
    assert.equal(firingText(subject, standing), `FIRING r: ${says}, for 1 min 35 s.`);
    assert.match(
      resolvedText(subject, standing),
      /^RESOLVED r: (chain c|provider p of c): .+; it lasted 1 min 35 s\.$/,
    );
  });
}

Deno.test("spanText() gives the two largest units", () => {
  assert.deepEqual(
    [0, 250, 1_000, 2_340, 59_600, 3_600_000, 5_430_000, 90_061_000].map(spanText),
    ["0 ms", "250 ms", "1 s", "2.3 s", "1 min", "1 h", "1 h 30 min", "1 d 1 h"],
  );
});
