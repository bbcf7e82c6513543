import assert from "node:assert/strict";
import { channelState, providerState } from "../../../core/providers/provider_state.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { chainSettings, fakeChain, FakeNode, providerSettings } from "../../support/fake_chain.ts";

Deno.test("providerState() names the worst thing that holds", async () => {
  const clock = new VirtualClock();
  const script = new FakeNode();
  const settings = chainSettings(["a"]);
  await using fake = fakeChain({ settings, clock, scripts: { a: script.answer } });
  const provider = fake.provider("a");
  const state = (): readonly [string, string | null] => providerState(provider, clock.now());
  assert.deepEqual(state(), ["unknown", "not asked yet"]);
  fake.chain.touch();
  await clock.advance(10);
  assert.deepEqual(state(), ["up", null]);
  const channel = provider.channels[0];
  assert.ok(channel !== undefined);
  const fail = (): void => {
    channel.failed(channel.begin(), "eth_call", {
      category: "server",
      next: "yes",
      again: true,
      countsForBreaker: true,
      setAside: null,
      learnt: null,
      lookUpHash: false,
    }, "HTTP status 500");
  };
  for (let k = 0; k < 5; k++) fail();
  assert.deepEqual(state(), ["open", "server: HTTP status 500"]);
});

Deno.test("providerState() does not count on a WebSocket that is not connected, whose breaker hears of nothing", async () => {
  const clock = new VirtualClock();
  const settings = chainSettings([providerSettings("a", { wsUrl: "wss://a.example" })]);
  await using fake = fakeChain({ settings, clock });
  const provider = fake.provider("a");
  const state = (): string => providerState(provider, clock.now())[0];
  fake.chain.touch();
  await clock.advance(10);
  const [http, ws] = provider.channels;
  const socket = fake.transports.get("a:ws");
  assert.ok(http !== undefined && ws !== undefined && socket !== undefined);
  assert.deepEqual([state(), http.protocol, ws.protocol], ["up", "http", "ws"]);
  for (let k = 0; k < 5; k++) http.breaker.failure(http.breaker.begin(), "refused");
  socket.connections = 1;
  assert.equal(state(), "up");
  socket.connections = 0;
  assert.equal(state(), "open");
  http.breaker.reset();
  assert.equal(state(), "up");
});

Deno.test("channelState() counts a channel's own breaker and connection, and what holds for its provider", async () => {
  const clock = new VirtualClock();
  const settings = chainSettings(["a"]);
  await using fake = fakeChain({ settings, clock, scripts: { a: new FakeNode().answer } });
  const provider = fake.provider("a");
  const [channel] = provider.channels;
  assert.ok(channel !== undefined);
  const state = (): readonly [string, string | null] => channelState(channel, clock.now());
  assert.deepEqual(state(), ["unknown", "not asked yet"]);
  fake.chain.touch();
  await clock.advance(10);
  assert.deepEqual(state(), ["up", null]);
  for (let k = 0; k < 5; k++) channel.breaker.failure(channel.breaker.begin(), "it broke");
  assert.equal(state()[0], "open");
  provider.drained = true;
  assert.deepEqual(state(), ["off", "drained"]);
});
