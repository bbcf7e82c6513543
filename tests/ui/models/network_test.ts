import assert from "node:assert/strict";
import type { FeedChain, FeedProvider } from "../../../core/server/feed_model.ts";
import { fitted, leastWidth, planNetwork, shareOf } from "../../../ui/models/network.ts";
import { worldAfter } from "../fixtures/recorded_feed.ts";

const chain: FeedChain = worldAfter().snapshot.chains[0]!;
const well: FeedProvider = { ...chain.providers[0]!, state: "up", lag_blocks: 0, override: null };
const healthy = { ...chain, state: "good", drained: false, minute: { ...chain.minute, success: 1 } } as const;

function many(count: number, change: (i: number) => Partial<FeedProvider> = () => ({})): FeedProvider[] {
  return Array.from({ length: count }, (_, i) => ({ ...well, id: `p${i}`, ...change(i) }));
}

Deno.test("planNetwork() stands columns apart and inside the width, however narrow", () => {
  for (const width of [leastWidth, 660, 1_050, 2_100]) {
    const { x, width: wide, providers } = planNetwork([chain], width);
    assert.ok(x.clients + wide.clients < x.lasso, `${width}: clients`);
    assert.ok(x.lasso + wide.lasso < x.chains, `${width}: Lasso`);
    assert.ok(x.chains + wide.chains < providers.x, `${width}: chains`);
    assert.equal(providers.x + providers.width, width);
  }
});

Deno.test("planNetwork() leaves each row its height, and a chain at the middle of its providers", () => {
  const { chains, height } = planNetwork([{ ...healthy, providers: many(5) }], 700);
  const { providers, y } = chains[0]!;
  assert.equal(y, providers[2]!.y);
  for (const [i, { y: at }] of providers.entries()) {
    assert.ok(i === 0 || at - providers[i - 1]!.y >= 28);
    assert.ok(at > 0 && at < height);
  }
});

Deno.test("planNetwork() folds providers that are well, and sums their shares", () => {
  const transports = [{ ...well.transports[0]!, share: 0.01 }];
  const providers = many(40, (i) => ({ transports, ...(i === 37 ? { state: "open" as const } : {}) }));
  const rows = planNetwork([{ ...healthy, providers }], 700).chains[0]!.providers;
  assert.equal(rows.length, 14);
  assert.ok(rows.some(({ name, state }) => name === "p37" && state === "open"));
  const last = rows.at(-1)!;
  assert.equal(last.name, "27 more");
  assert.equal(last.state, "up");
  assert.ok(Math.abs(last.share - 0.27) < 1e-9);
});

Deno.test("planNetwork() folds chains that are well, never one in trouble", () => {
  const chains = Array.from({ length: 30 }, (_, i) => ({
    ...healthy,
    name: `c${i}`,
    providers: many(1, () => (i === 29 ? { state: "off" } : {})),
  }));
  const plan = planNetwork(chains, 700);
  assert.equal(plan.chains.length + plan.folded.rest.length, 30);
  assert.equal(plan.chains.length, 7);
  assert.equal(plan.chains.at(-1)!.chain.name, "c29");
});

Deno.test("planNetwork() gives a chain without providers a place", () => {
  const { chains, height } = planNetwork([{ ...healthy, providers: [] }], 700);
  assert.ok(chains[0]!.y > 0 && chains[0]!.y < height);
});

Deno.test("shareOf() adds up the transports; none counts as nothing", () => {
  const [one] = well.transports;
  assert.equal(shareOf({ ...well, transports: [{ ...one!, share: 0.5 }, { ...one!, share: null }] }), 0.5);
});

Deno.test("fitted() cuts a name to its room", () => {
  assert.equal(fitted("alchemy", 100), "alchemy");
  assert.equal(fitted("a-very-long-provider", 72), "a-very-lo…");
});
