// What the feed says of the whole router: the snapshot, the figures of each second, and what both cost with many chains.

import assert from "node:assert/strict";
import type { LiveChain, LiveFigures, LiveWindow } from "../../../core/measure/history/model.ts";
import { EventHub } from "../../../core/server/event_hub.ts";
import type {
  FeedEventMessage,
  FeedMessage,
  FeedSnapshot,
  FeedStats,
} from "../../../core/server/feed_model.ts";
import { FeedFigures } from "../../../core/server/feed_snapshot.ts";
import { chainSettings, providerSettings } from "../../support/fake_chain.ts";
import { ethereum, TestLasso } from "../../support/test_lasso.ts";
import { WsClient } from "../../support/ws_client.ts";

const window: LiveWindow = { n: 60, failed: 3, success: 0.95, rps: 1, p50: 1.23456, p95: 2, p99: null };
const series = { rps10: 1.5, minute: window, fiveMinutes: window, errors: { timeout: 3 } };
const liveChain: LiveChain = {
  ...series,
  at: 1,
  successHour: 0.99,
  channels: [{ ...series, provider: "a", transport: "http", share: 0.75 }],
};
const live: LiveFigures = { chain: () => liveChain };

async function snapshotOf(client: WsClient): Promise<FeedSnapshot> {
  const message = await client.message(0) as unknown as FeedMessage;
  assert.ok(message.type === "snapshot");
  return message.data;
}

async function statsOf(client: WsClient): Promise<FeedStats> {
  for (let index = 1;; index++) {
    const message = await client.message(index) as unknown as FeedMessage;
    const events: readonly FeedEventMessage[] = message.type === "batch" ? message.events : [];
    const found = events.find((event) => event.topic === "system" && event.event === "stats");
    if (found !== undefined) return (found as unknown as { stats: FeedStats }).stats;
  }
}

Deno.test("feed's snapshot holds the router, its chains and what happened of late", async () => {
  const hub = new EventHub(() => 1_700_000_000_000);
  const base = chainSettings(["c"], { name: "base", chainId: 8453 });
  const limited = { ...providerSettings("a"), rateLimit: { count: 100, perMs: 10_000 } };
  const chains = [chainSettings([limited, "b"], { aliases: ["eth"] }), base];
  await using lasso = await TestLasso.start({ hub, live, chains });
  const call = hub.calls.next();
  Object.assign(call, {
    at: 5,
    chain: "ethereum",
    method: "eth_call",
    result: "ok",
    durationMs: 1.23456,
    requestId: "r",
  });
  hub.emit("head", { chain: "ethereum", block: 7, hash: "0x7", provider: "a" });
  hub.emit("head", { chain: "ethereum", block: 8, hash: null, provider: "b" });
  hub.emit("breaker", { chain: "base", provider: "c", transport: "http", state: "open", why: "x" });
  hub.emit("config.reload", { result: "ok", message: "m" });
  const url = lasso.server.url.replace(/^http/, "ws");
  await using client = await WsClient.connect(`${url}/channels/events`);
  const data = await snapshotOf(client);
  assert.deepEqual([data.version, data.state, data.demo, data.admin, data.strategies], [
    "1.2.3",
    "serving",
    false,
    "loopback",
    ["fastest", "priority"],
  ]);
  assert.deepEqual(data.blocks, {
    ethereum: [
      { number: 8, hash: null, at: 1_700_000_000_000, provider: "b" },
      { number: 7, hash: "0x7", at: 1_700_000_000_000, provider: "a" },
    ],
    base: [],
  });
  assert.deepEqual(data.recent.events.map(({ event, chain }) => [event, chain]), [
    ["breaker", "base"],
    ["config.reload", undefined],
  ]);
  assert.deepEqual(data.recent.routing.map(({ method, duration_ms }) => [method, duration_ms]), [[
    "eth_call",
    1.235,
  ]]);
  const [first] = data.chains;
  assert.deepEqual([first?.name, first?.head_at, first?.success_hour, first?.minute.p50], [
    "ethereum",
    1_700_000_000_000,
    0.99,
    1.235,
  ]);
  const [a, b] = first!.providers;
  assert.deepEqual([a?.state, a?.reason, a?.rate_limit], ["unknown", "not asked yet", {
    used: 0,
    max: 10,
    per_ms: 1000,
  }]);
  assert.deepEqual([a?.transports[0]?.share, b?.transports[0]?.share, b?.transports[0]?.minute.n], [
    0.75,
    null,
    0,
  ]);
  assert.ok(!JSON.stringify(data).includes("secret-key"));
  await using one = await WsClient.connect(`${url}/channels/chain/8453`);
  const narrow = await snapshotOf(one);
  assert.deepEqual([narrow.chains.map(({ name }) => name), Object.keys(narrow.blocks)], [["base"], ["base"]]);
  assert.deepEqual([narrow.recent.routing.length, narrow.recent.events.length], [0, 2]);
});

Deno.test("feed gives figures each second, of one chain to who listens to one", async () => {
  const base = chainSettings(["c"], { name: "base", chainId: 8453 });
  await using lasso = await TestLasso.start({ live, chains: [ethereum, base] });
  const url = lasso.server.url.replace(/^http/, "ws");
  await using all = await WsClient.connect(`${url}/channels/events`);
  await using one = await WsClient.connect(`${url}/channels/chain/base`);
  await using some = await WsClient.connect(`${url}/channels/events`);
  some.send({ type: "subscribe", chains: ["1"] });
  await using none = await WsClient.connect(`${url}/channels/events`);
  none.send({ type: "subscribe", topics: ["head"] });
  const names = async (client: WsClient): Promise<string[]> =>
    (await statsOf(client)).chains.map(({ name }) => name);
  assert.deepEqual(await names(all), ["ethereum", "base"]);
  assert.deepEqual(await names(one), ["base"]);
  assert.deepEqual(await names(some), ["ethereum"]);
  assert.deepEqual([none.messages.length, (await statsOf(all)).connections], [1, 0]);
});

Deno.test("feed's snapshot says who may act from where the reader is", async () => {
  await using lasso = await TestLasso.start({ server: { publicReads: true } });
  const url = `${lasso.server.url.replace(/^http/, "ws")}/channels/events`;
  await using away = await WsClient.connect(url, { headers: { "x-forwarded-for": "203.0.113.9" } });
  assert.equal((await snapshotOf(away)).admin, "none");
  await using guarded = await TestLasso.start({ server: { adminToken: "t" } });
  await using client = await WsClient.connect(`${guarded.server.url.replace(/^http/, "ws")}/channels/events`);
  assert.equal((await snapshotOf(client)).admin, "token");
});

Deno.test("FeedFigures tells the processor's share since the last sample, and null where it is not known", () => {
  let cpuMs: number | null = 100;
  let now = 0;
  const vitals = { memory: () => ({}), cpuMs: () => cpuMs, loopLagMs: () => 0, logDropped: () => 0 };
  const state = {
    deps: {
      vitals,
      clock: { now: () => now },
      history: { state: () => ({ file: null, problem: null, bytes: 0, dropped: 0 }) },
    },
    router: { routes: [] },
    connections: () => 0,
    websockets: () => 0,
  };
  const figures = new FeedFigures(state as unknown as ConstructorParameters<typeof FeedFigures>[0]);
  figures.sample();
  assert.equal(figures.process().cpu, null);
  now = 1_000;
  cpuMs = 600;
  figures.sample();
  assert.equal(figures.process().cpu, 0.5);
  cpuMs = null;
  figures.sample();
  assert.equal(figures.process().cpu, null);
});
