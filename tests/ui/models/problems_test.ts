import assert from "node:assert/strict";
import type { FeedChain, FeedProvider, FeedSnapshot } from "../../../core/server/feed_model.ts";
import { problemsOf, stateWord } from "../../../ui/models/problems.ts";
import { recordedFeed, replay, worldAfter } from "../fixtures/recorded_feed.ts";

const { snapshot: recorded, at: now } = worldAfter([recordedFeed[0]!]);
const [chain] = recorded.chains as [FeedChain];
const [provider] = chain.providers as [FeedProvider];
const wellChain: FeedChain = {
  ...chain,
  head_at: now,
  minute: { ...chain.minute, n: 1000, failed: 0, success: 1 },
  providers: [{ ...provider, state: "up", reason: null, quota: null }],
};
const well: FeedSnapshot = { ...recorded, loop_lag_ms: 1, alerts: [], reloads: [], chains: [wellChain] };

function said(change: Partial<FeedSnapshot>): readonly string[] {
  return problemsOf({ ...well, ...change }, now).map(({ text }) => text);
}

function wordOf(change: Partial<FeedSnapshot>): string {
  const data = { ...well, ...change };
  return stateWord(data, problemsOf(data, now));
}

function withChain(change: Partial<FeedChain>): Partial<FeedSnapshot> {
  return { chains: [{ ...wellChain, ...change }] };
}

function withProvider(change: Partial<FeedProvider>): Partial<FeedSnapshot> {
  return withChain({ providers: [{ ...wellChain.providers[0]!, ...change }] });
}

Deno.test("problemsOf() finds nothing where all is well", () => {
  assert.deepEqual(said({}), []);
  assert.equal(wordOf({}), "well");
});

Deno.test("problemsOf() has clients first, then a chain, a provider, a quota, the router", () => {
  const change: Partial<FeedSnapshot> = {
    loop_lag_ms: 900,
    chains: [
      {
        ...wellChain,
        minute: { ...wellChain.minute, n: 100, failed: 3, success: 0.97 },
        providers: [{ ...provider, state: "open", quota: { used: 95, max: 100 } }],
      },
      { ...wellChain, name: "base", state: "bad", awake: true },
    ],
  };
  const problems = problemsOf({ ...well, ...change }, now);
  assert.deepEqual(problems.map(({ rank }) => rank), [1, 2, 3, 4, 5]);
  assert.match(problems[0]!.text, /^Clients of ethereum fail: 3 of 100 calls in the last minute \(3 %\)/);
  assert.equal(wordOf(change), "failing");
});

Deno.test("problemsOf() says a provider's state with its reason and since when", () => {
  const change = withProvider({ state: "open", reason: "5 failures in a row", since: now - 80_000 });
  assert.deepEqual(said(change), [
    `${provider.id} (ethereum) fails and is left out, for 1 min 20 s now: 5 failures in a row.`,
  ]);
  assert.equal(wordOf(change), "impaired");
});

Deno.test("problemsOf() does not judge clients by a handful of calls", () => {
  assert.deepEqual(said(withChain({ minute: { ...wellChain.minute, n: 9, failed: 9, success: 0 } })), []);
});

Deno.test("problemsOf() sees a head that stands still, but not of a chain that sleeps", () => {
  const stuck = { head_at: now - 600_000 };
  assert.deepEqual(said(withChain(stuck)), ["The head of ethereum has not risen for 10 min."]);
  assert.deepEqual(said(withChain({ ...stuck, awake: false })), []);
});

Deno.test("problemsOf() says that a chain is drained, and a config that was not taken", () => {
  assert.match(said(withChain({ drained: true }))[0]!, /drained/);
  assert.equal(wordOf(withChain({ state: "bad" })), "down");
  const reloads = [{ at: now, result: "failed", message: "port is no number" }] as const;
  assert.deepEqual(said({ reloads }), ["The newest config was not taken: port is no number"]);
  assert.equal(wordOf({ state: "draining" }), "draining");
});

Deno.test("problemsOf() over a recorded feed names the provider that was killed, and only from then on", () => {
  const named = replay().map(({ snapshot, at }) =>
    problemsOf(snapshot, at).some(({ text }) => text.startsWith("swift (ethereum) fails and is left out"))
  );
  assert.equal(named[0], false);
  assert.ok(named.includes(true));
});
