import assert from "node:assert/strict";
import type { FeedMessage, FeedProvider, FeedSnapshot, StateEvent } from "../../../core/server/feed_model.ts";
import { maxRows, reduce, type World } from "../../../ui/models/reduce.ts";
import { recordedFeed, replay, worldAfter } from "../fixtures/recorded_feed.ts";

const [first] = recordedFeed;
assert.ok(first?.type === "snapshot");
const begun = worldAfter([first]);

function providerOf(world: World, id: string): FeedProvider {
  return world.snapshot.chains[0]!.providers.find((one) => one.id === id)!;
}

function told(...events: Partial<StateEvent>[]): FeedMessage {
  const whole = events.map((event) => ({ at: begun.at + 1, chain: "ethereum", ...event }));
  return { type: "batch", seq: 2, events: whole as StateEvent[], dropped: 0 };
}

function routed(count: number, from = 0): FeedMessage {
  const events = Array.from({ length: count }, (_, i) => ({
    topic: "routing" as const,
    at: begun.at + from + i,
    chain: "ethereum",
    method: "eth_call",
    strategy: "fastest",
    provider_id: "swift",
    transport: "http" as const,
    duration_ms: 1,
    result: "ok",
    failover_count: 0,
    request_id: String(from + i),
  }));
  return { type: "batch", seq: 2, events, dropped: 3 };
}

Deno.test("reduce() knows nothing before the first snapshot", () => {
  assert.equal(reduce(null, routed(1)), null);
  assert.equal(reduce(null, { type: "error", message: "no" }), null);
});

Deno.test("reduce() gives the same world for the same messages", () => {
  assert.deepEqual(worldAfter(), worldAfter());
});

Deno.test("reduce() replays a recorded feed: swift's state follows each event at once, before the next figures", () => {
  const worlds = replay();
  const states = worlds.map((world) => providerOf(world, "swift").state);
  assert.equal(states[0], "up");
  assert.ok(states.includes("open"), states.join(" "));
  for (const [i, message] of recordedFeed.entries()) {
    if (message.type !== "batch") continue;
    const moves = message.events.filter((event): event is StateEvent =>
      event.topic === "provider" && event.event === "provider.state" && event["provider"] === "swift" &&
      typeof event["transport"] !== "string"
    );
    const last = moves.at(-1);
    if (last !== undefined) assert.equal(states[i], last["state"], `message ${i}`);
  }
});

Deno.test("reduce() replays a recorded feed: the breakers are those of the newest figures", () => {
  const world = worldAfter();
  const stats = recordedFeed.flatMap((message) => message.type === "batch" ? message.events : [])
    .findLast((event): event is StateEvent => event.topic === "system" && event.event === "stats");
  const { chains } = stats!["stats"] as FeedSnapshot;
  const told = chains.find(({ name }) => name === "ethereum")!.providers;
  const breakers = (providers: readonly FeedProvider[]): unknown =>
    providers.map(({ id, transports }) => [id, ...transports.map(({ breaker }) => breaker)]);
  assert.deepEqual(breakers(world.snapshot.chains[0]!.providers), breakers(told));
});

Deno.test("reduce() replays a recorded feed: rows are numbered, newest first, and at most so many", () => {
  for (const { routing, events } of replay()) {
    assert.ok(routing.length <= maxRows && events.length <= maxRows);
    for (const rows of [routing, events]) {
      for (const [i, { row }] of rows.entries()) if (i > 0) assert.ok(row < rows[i - 1]!.row);
    }
  }
});

Deno.test("reduce() keeps what did not change as the same object", () => {
  const next = reduce(begun, routed(2))!;
  assert.equal(next.snapshot, begun.snapshot);
  assert.equal(next.events, begun.events);
  assert.equal(next.trails, begun.trails);
  const moved = reduce(
    begun,
    told({ topic: "provider", event: "provider.state", provider: "swift", transport: null, state: "open" }),
  )!;
  assert.notEqual(providerOf(moved, "swift"), providerOf(begun, "swift"));
  assert.equal(providerOf(moved, "steady"), providerOf(begun, "steady"));
});

Deno.test("reduce() counts what was left out, and begins anew with a snapshot", () => {
  const next = reduce(reduce(begun, routed(maxRows + 20))!, routed(5, 1_000))!;
  assert.equal(next.routing.length, maxRows);
  assert.equal(next.routing[0]!.request_id, "1004");
  assert.equal(next.dropped, 6);
  const again = reduce(next, first)!;
  assert.equal(again.dropped, 0);
  assert.ok(again.rows > next.rows, "a row's number is never used twice");
});

Deno.test("reduce() takes a head that is higher, keeps the height at a lower one, and tells both as blocks", () => {
  const { head } = begun.snapshot.chains[0]!;
  const up = reduce(
    begun,
    told({ topic: "head", event: "head", block: head! + 2, hash: "0xa", provider: "swift" }),
  )!;
  assert.equal(up.snapshot.chains[0]!.head, head! + 2);
  const down = reduce(
    up,
    told({ topic: "head", event: "head", block: head! + 1, hash: "0xb", provider: "swift" }),
  )!;
  assert.equal(down.snapshot.chains[0]!.head, head! + 2);
  assert.deepEqual(down.snapshot.blocks["ethereum"]!.slice(0, 2).map(({ hash }) => hash), ["0xb", "0xa"]);
});

Deno.test("reduce() ignores a state that it does not know, but shows the event", () => {
  const next = reduce(
    begun,
    told({ topic: "provider", event: "provider.state", provider: "swift", transport: null, state: "melted" }),
  )!;
  assert.equal(providerOf(next, "swift"), providerOf(begun, "swift"));
  assert.equal(next.events[0]!["state"], "melted");
});

Deno.test("reduce() raises the config's version with a reload that was taken, not with one that failed", () => {
  const reload = (result: string): World =>
    reduce(begun, told({ topic: "config", event: "config.reload", result, message: "port" }))!;
  assert.equal(reload("ok").snapshot.config_version, begun.snapshot.config_version + 1);
  assert.equal(reload("failed").snapshot.config_version, begun.snapshot.config_version);
  assert.equal(reload("failed").snapshot.reloads.at(-1)!.result, "failed");
});

Deno.test("reduce() knows which alerts fire", () => {
  const alert = { topic: "alert", rule: "error_rate", provider: "swift", value: 0.4 } as const;
  const fired = reduce(begun, told({ ...alert, event: "alert.firing" }))!;
  const twice = reduce(fired, told({ ...alert, event: "alert.firing", value: 0.5 }))!;
  assert.deepEqual(twice.snapshot.alerts.map(({ rule, value }) => [rule, value]), [["error_rate", 0.5]]);
  assert.deepEqual(reduce(twice, told({ ...alert, event: "alert.resolved" }))!.snapshot.alerts, []);
});

Deno.test("reduce() keeps a minute of each chain's figures", () => {
  let world: World = begun;
  const stats = { ...begun.snapshot };
  for (let i = 0; i < 70; i++) world = reduce(world, told({ topic: "system", event: "stats", stats }))!;
  assert.equal(world.trails["ethereum"]!.rps.length, 60);
});
