import assert from "node:assert/strict";
import { BlockTime } from "../../../core/providers/block_time.ts";
import { Channel } from "../../../core/providers/channel.ts";
import { headOf, HeadTracker } from "../../../core/providers/head.ts";
import { Provider, type ProviderHost } from "../../../core/providers/provider.ts";
import { seededRandom } from "../../../core/random.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { providerSettings } from "../../support/fake_chain.ts";
import { FakeTransport } from "../../support/fake_transport.ts";

const ignore = (): void => {};
const host: ProviderHost = { changed: ignore, report: ignore, breakerChanged: ignore, probeSoon: ignore };

interface Bench {
  readonly clock: VirtualClock;
  readonly tracker: HeadTracker;
  readonly providers: readonly Provider[];
  readonly asked: [string, number][];
  /** What `onHead` heard: provider, block, lag. */
  readonly told: [string, number, number][];
  /** Each provider says its height now; null: says nothing. */
  see(...heights: (number | null)[]): void;
  lags(): (number | null)[];
  lagging(): boolean[];
}

function bench(
  count: number,
  { blockMs = 12_000, intervalMs = 4_000, maxLagMs = 5_000, maxLagBlocks = 5 } = {},
): Bench {
  const clock = new VirtualClock();
  const providers = Array.from({ length: count }, (_, position) => {
    const provider = new Provider(providerSettings(`p${position}`), position, clock, host);
    const transport = new FakeTransport(() => ({ hang: true }));
    const random = seededRandom(1);
    provider.attach(new Channel(provider, { transport, protocol: "http", breaker: false, clock, random }));
    return provider;
  });
  const asked: [string, number][] = [];
  const told: [string, number, number][] = [];
  const tracker = new HeadTracker({
    providers,
    health: { intervalMs, timeoutMs: 3_000, maxLagMs, maxLagBlocks },
    blockTime: new BlockTime(blockMs),
    clock,
    verify: (provider, block) => void asked.push([provider.id, block]),
    onHead: (provider, block, lag) => void told.push([provider.id, block, lag]),
  });
  return {
    clock,
    tracker,
    providers,
    asked,
    told,
    see: (...heights) =>
      heights.forEach((height, i) => height !== null && tracker.observe(providers[i]!, height, true)),
    lags: () => providers.map((provider) => provider.channels[0]!.candidate.lagBlocks),
    lagging: () => providers.map((provider) => provider.lagging),
  };
}

Deno.test("headOf() takes the height at floor(0.75 × (n − 1)) of those sorted ascending", () => {
  assert.equal(headOf([]), null);
  const heights = [105, 101, 104, 102, 106, 103];
  const heads = [1, 2, 3, 4, 5, 6].map((n) => headOf(heights.slice(0, n)));
  // sorted: [105] [101 105] [101 104 105] [101 102 104 105] [101 102 104 105 106] [101 … 106]
  assert.deepEqual(heads, [105, 101, 104, 104, 105, 104]);
});

Deno.test("HeadTracker.observe() lowers a height only when the provider said it is the newest", async () => {
  const { tracker, providers, clock } = bench(1);
  const [only] = providers as [Provider];
  tracker.observe(only, 100, true);
  assert.equal(tracker.observe(only, 90, false), false);
  assert.equal(only.head, 100);
  tracker.observe(only, 98, true);
  assert.equal(only.head, 100); // An older answer may have been overtaken.
  await clock.advance(1_001);
  tracker.observe(only, 98, false);
  assert.equal(only.head, 100);
  assert.equal(tracker.observe(only, 98, true), false);
  assert.deepEqual([only.head, tracker.head], [98, 98]);
});

Deno.test("HeadTracker drops a lone height until it was shown, then counts it", () => {
  const { tracker, providers, asked, see, lags } = bench(3);
  see(100, 100, 5_000);
  assert.equal(tracker.head, 100);
  assert.deepEqual(asked.at(-1), ["p2", 5_000]);
  assert.equal(tracker.credible(providers[2]!, 5_000), false);
  assert.equal(tracker.credible(providers[0]!, 100), true);
  assert.deepEqual(lags(), [0, 0, null]);
  tracker.verified(providers[2]!, 5_000, true);
  // Now 100, 100, 5000: the index is 1.
  assert.deepEqual([tracker.head, tracker.credible(providers[2]!, 5_000)], [100, true]);
  see(5_000);
  assert.equal(tracker.head, 5_000);
});

Deno.test("HeadTracker does not ask again for a lone height that could not be shown", () => {
  const { tracker, providers, asked, see } = bench(2);
  see(100, 5_000);
  tracker.verified(providers[1]!, 5_000, false);
  const before = asked.length;
  see(101, 5_000);
  see(102, null);
  assert.equal(asked.length, before);
  assert.equal(tracker.head, 102);
  see(null, 6_000);
  assert.deepEqual(asked.at(-1), ["p1", 6_000]);
});

Deno.test("HeadTracker drops several lone heights one after the other", () => {
  const { tracker, see, asked } = bench(4);
  see(100, 100, 9_000, 70_000);
  assert.equal(tracker.head, 100);
  assert.deepEqual(new Set(asked.map(([id]) => id)), new Set(["p2", "p3"]));
});

Deno.test("HeadTracker takes a height one above the others, or that two report, as it is", () => {
  const { tracker, see, asked } = bench(4);
  see(100, 100, 101, 101);
  see(100, 100, 102, 102);
  assert.equal(tracker.head, 102);
  assert.deepEqual(asked.filter(([, block]) => block === 101), []);
  const single = bench(1);
  single.see(5_000_000);
  assert.deepEqual([single.tracker.head, single.asked], [5_000_000, []]);
});

Deno.test("HeadTracker keeps a provider's shown height while its next one is being checked", async () => {
  const { tracker, providers, see, clock } = bench(3);
  see(100, 200, 200);
  assert.equal(tracker.head, 200);
  see(null, null, 210);
  tracker.verified(providers[2]!, 210, true);
  await clock.advance(1_001);
  see(null, 100, null);
  assert.equal(tracker.head, 100);
  see(100, 210, 220); // 220 is lone and unshown: 100, 210, 210.
  assert.equal(tracker.head, 210);
});

Deno.test("HeadTracker forgets heights that are not fresh, and keeps the head without any", async () => {
  const { tracker, clock, see } = bench(3, { blockMs: 1_000, intervalMs: 1_000 });
  see(100, 100, 100);
  await clock.advance(3_001);
  see(103);
  assert.equal(tracker.head, 103);
  await clock.advance(60_000);
  tracker.recompute();
  assert.equal(tracker.head, 103);
});

Deno.test("HeadTracker leaves out a quarantined provider", () => {
  const { tracker, providers, see } = bench(2);
  providers[1]!.quarantined = "answers chain id 5, expected 1";
  see(100, 99);
  assert.equal(tracker.head, 100);
});

Deno.test("HeadTracker gives lag credit for the blocks of the time since a height was seen", async () => {
  const { clock, see, lags, lagging } = bench(3, { blockMs: 1_000 });
  see(100, 100, 100);
  await clock.advance(4_000);
  see(104, 104, null);
  assert.deepEqual(lags(), [0, 0, 0]);
  see(null, null, 100); // It says now that it still has 100 only.
  assert.deepEqual(lags(), [0, 0, 4]);
  await clock.advance(3_000);
  see(107, 107, 100);
  assert.deepEqual([lags(), lagging()], [[0, 0, 7], [false, false, true]]);
  see(null, null, 103);
  assert.deepEqual([lags(), lagging()], [[0, 0, 4], [false, false, false]]);
});

Deno.test("HeadTracker tells the lag of a provider that stands still while the head goes on", () => {
  const { see, told } = bench(3);
  see(100, 100, 100);
  assert.deepEqual(told, [["p0", 100, 0], ["p1", 100, 0], ["p2", 100, 0]]);
  told.length = 0;
  see(101, 101, 100);
  see(102, 102, 100);
  assert.deepEqual(told.filter(([id]) => id === "p2"), [["p2", 100, 1], ["p2", 100, 2]]);
  told.length = 0;
  see(102, 102, 100);
  assert.deepEqual(told, []); // No news.
});

Deno.test("HeadTracker allows the larger of maxLagBlocks and maxLagMs", () => {
  const fast = bench(3, { blockMs: 250 }); // 5 s are 20 blocks
  fast.see(1_000, 1_000, 980);
  assert.deepEqual(fast.lagging(), [false, false, false]);
  fast.see(1_001, 1_001, 980);
  assert.deepEqual(fast.lagging(), [false, false, true]);
  const slow = bench(3); // 5 s are less than a block, so 5 blocks count
  slow.see(1_000, 1_000, 995);
  assert.deepEqual(slow.lagging(), [false, false, false]);
  slow.see(1_001, 1_001, 995);
  assert.deepEqual(slow.lagging(), [false, false, true]);
});

Deno.test("HeadTracker calls nobody lagging on an idle chain, however old the heights", async () => {
  const { clock, tracker, see, lags, lagging } = bench(3, { blockMs: 1_000 });
  see(100, 100, 100);
  for (let i = 0; i < 100; i++) {
    await clock.advance(60_000);
    if (i % 2 === 0) see(100, 100, null);
    tracker.recompute();
    assert.deepEqual([lags(), lagging()], [[0, 0, 0], [false, false, false]]);
  }
});
