// The second channel of a provider: how it is opened, kept connected and verified, and what of it survives a reload.

import assert from "node:assert/strict";
import { LassoError } from "../../../core/errors.ts";
import { Chain, type ChainDeps } from "../../../core/providers/chain.ts";
import type { Channel } from "../../../core/providers/channel.ts";
import type { ChainSettings, ProviderSettings } from "../../../core/settings.ts";
import {
  chainSettings,
  type FakeChain,
  fakeChain,
  FakeNode,
  providerSettings,
} from "../../support/fake_chain.ts";
import { fakePlugin, FakeTransport } from "../../support/fake_transport.ts";

const wsUrl = "wss://a.example/ws/secret-ws-key-of-a?token=secret-ws-token";

function withWs(more: Partial<ProviderSettings> = {}, chain: Partial<ChainSettings> = {}): ChainSettings {
  return chainSettings([providerSettings("a", { wsUrl, ...more })], chain);
}

function ws(bench: FakeChain, chain: Chain = bench.chain): Channel {
  return chain.channels.find(({ id }) => id === "a:ws")!;
}

Deno.test("Chain opens a WebSocket channel beside the HTTP one, each with its own endpoint, proxy and breaker", async () => {
  await using bench = fakeChain({ settings: withWs({ headers: { "x-key": "header-secret" } }) });
  const deps: ChainDeps = {
    ...bench.deps,
    proxyFor: (url) => `http://proxy.example/${new URL(url).protocol}`,
  };
  await using chain = new Chain(bench.chain.settings, deps);
  assert.deepEqual(chain.channels.map(({ id, protocol }) => [id, protocol]), [["a:http", "http"], [
    "a:ws",
    "ws",
  ]]);
  assert.equal(chain.providers[0]?.channels[0]?.protocol, "http"); // Probed by health.ts.
  const target = bench.transport("a:ws").target!;
  assert.deepEqual([target.url, target.proxy, target.headers], [wsUrl, "http://proxy.example/wss:", {
    "x-key": "header-secret",
  }]);
  assert.equal(bench.transport("a").target?.proxy, "http://proxy.example/https:");
  const [http, other] = chain.channels;
  assert.notEqual(http?.breaker, other?.breaker);
  assert.equal(bench.transport("a:ws").calls.length, 0, "nothing connects before the first call");
});

Deno.test("Chain opens no WebSocket channel for a provider without ws_url", async () => {
  await using bench = fakeChain({ settings: chainSettings(["a"]) });
  assert.deepEqual(bench.chain.channels.map(({ id }) => id), ["a:http"]);
});

Deno.test("Provider.secrets hold the parts of both URLs", () => {
  const { secrets } = fakeChain({ settings: withWs() }).provider("a");
  for (const secret of ["secret-key-of-a", "secret-ws-key-of-a", "secret-ws-token"]) {
    assert.ok(secrets.includes(secret), secret);
  }
});

function pluginDeps(bench: FakeChain, opened: string[]): ChainDeps {
  const plugin = (id: string, protocol: "http" | "ws"): ReturnType<typeof fakePlugin> =>
    fakePlugin(
      ({ url }) => {
        opened.push(`${id} ${new URL(url).protocol}`);
        return new FakeTransport(new FakeNode().answer, bench.clock);
      },
      id,
      protocol,
    );
  const plugins = [plugin("http", "http"), plugin("ws", "ws"), plugin("mine", "http"), plugin("my_ws", "ws")];
  return {
    ...bench.deps,
    transport: (id) => ({ plugin: plugins.find((one) => one.id === id)!, options: {} }),
  };
}

Deno.test("Chain gives each endpoint to the named plugin if that speaks its protocol, else to the built-in one", async () => {
  for (
    const [transport, expected] of [
      ["http", ["http https:", "ws wss:"]],
      ["mine", ["mine https:", "ws wss:"]],
      ["my_ws", ["http https:", "my_ws wss:"]],
      ["ws", ["http https:", "ws wss:"]],
    ] as const
  ) {
    await using bench = fakeChain({ settings: withWs({ transport }) });
    const opened: string[] = [];
    await using _chain = new Chain(bench.chain.settings, pluginDeps(bench, opened));
    assert.deepEqual(opened, expected);
  }
});

Deno.test("Chain refuses a WebSocket transport that has nothing to connect to", async () => {
  await using bench = fakeChain({ settings: chainSettings([providerSettings("a")]) });
  const settings = chainSettings([providerSettings("a", { transport: "my_ws" })]);
  assert.throws(() => new Chain(settings, pluginDeps(bench, [])), (thrown: unknown) => {
    assert.ok(thrown instanceof LassoError);
    assert.match(
      thrown.message,
      /^The transport my_ws speaks WebSocket, and there is no ws_url\n.*provider a\n.*fix/s,
    );
    return true;
  });
});

Deno.test("Chain connects a WebSocket when it wakes, by asking for its chain id; till then others are preferred", async () => {
  await using bench = fakeChain({ settings: withWs() });
  await bench.clock.advance(10_000);
  assert.equal(bench.transport("a:ws").count(), 0, "a chain that sleeps asks nobody");
  assert.equal(ws(bench).softObstacle("eth_call"), "unverified");
  bench.chain.touch();
  await bench.clock.advance(10);
  assert.deepEqual(bench.transport("a:ws").calls.map(({ method }) => method), ["eth_chainId"]);
  assert.equal(ws(bench).softObstacle("eth_call"), null);
  await bench.clock.advance(60_000);
  assert.equal(bench.transport("a:ws").count(), 1, "health is asked over HTTP");
});

Deno.test("Chain connects a lost WebSocket again, in the background", async () => {
  await using bench = fakeChain({ settings: withWs() });
  bench.chain.touch();
  await bench.clock.advance(20_000);
  const transport = bench.transport("a:ws");
  transport.connections = 0;
  assert.equal(ws(bench).softObstacle("eth_call"), "disconnected");
  await bench.clock.advance(1_100);
  assert.deepEqual([transport.count(), ws(bench).softObstacle("eth_call")], [2, null]);
});

Deno.test("Chain leaves a WebSocket that can't be reached to its breaker, and HTTP goes on", async () => {
  const node = new FakeNode();
  node.instead = () => ({ failure: "refused" });
  await using bench = fakeChain({ settings: withWs(), scripts: { "a:ws": node.answer } });
  bench.chain.touch();
  await bench.clock.advance(25_000);
  const channel = ws(bench);
  assert.equal(channel.breaker.kind, "open");
  assert.equal(bench.transport("a:ws").count(), 5);
  assert.deepEqual([bench.provider("a").channels[0]?.softObstacle("eth_call"), bench.chain.ready()], [
    null,
    "good",
  ]);
  node.instead = () => undefined;
  await bench.clock.advance(60_000);
  assert.deepEqual([channel.breaker.kind !== "open", channel.softObstacle("eth_call")], [true, null]);
});

Deno.test("Chain keeps a WebSocket of another chain out, and takes it back once it says otherwise", async () => {
  const node = new FakeNode();
  node.chainId = 5;
  await using bench = fakeChain({ settings: withWs(), scripts: { "a:ws": node.answer } });
  bench.chain.touch();
  await bench.clock.advance(100);
  const channel = ws(bench);
  assert.equal(channel.quarantined, "answers chain id 5 over WebSocket, expected 1");
  assert.equal(channel.hardObstacle("eth_call"), "quarantined");
  assert.deepEqual([bench.provider("a").quarantined, bench.provider("a").channels[0]?.quarantined], [
    null,
    null,
  ]);
  const told = bench.events.filter(({ event }) => event.startsWith("channel."));
  assert.deepEqual(told, [{
    event: "channel.quarantined",
    fields: { chain: "ethereum", provider: "a", transport: "ws", why: channel.quarantined },
  }]);
  node.chainId = 1;
  await bench.clock.advance(40_000);
  assert.equal(channel.quarantined, null);
  assert.equal(channel.softObstacle("eth_call"), null);
});

Deno.test("Chain asks a WebSocket once, and again when it was lost, with periodic probes turned off", async () => {
  const health = { intervalMs: 0, timeoutMs: 3_000, maxLagMs: 5_000, maxLagBlocks: 5 };
  await using bench = fakeChain({ settings: withWs({}, { health }) });
  bench.chain.touch();
  await bench.clock.advance(400_000);
  assert.equal(bench.transport("a:ws").count(), 1);
  bench.transport("a:ws").connections = 0;
  await bench.clock.advance(2_000);
  assert.equal(bench.transport("a:ws").count(), 2);
});

Deno.test("Chain takes a WebSocket that can't be asked for its chain id by its calls alone", async () => {
  const node = new FakeNode();
  node.instead = () => ({ error: { code: -32601, message: "method not found" } });
  await using bench = fakeChain({ settings: withWs(), scripts: { "a:ws": node.answer } });
  bench.chain.touch();
  await bench.clock.advance(100);
  assert.equal(ws(bench).softObstacle("eth_call"), null);
});

Deno.test("Chain taken over by a reload: a new ws_url restarts that channel, the provider's health stays", async () => {
  const bench = fakeChain({ settings: withWs() });
  bench.chain.touch();
  await bench.clock.advance(100);
  for (const channel of bench.chain.channels) {
    for (let count = 0; count < 5; count++) channel.breaker.failure(channel.breaker.begin(), "test");
  }
  const old = [bench.transport("a"), bench.transport("a:ws")];
  const next = new Chain(withWs({ wsUrl: "wss://a.example/ws/another-key" }), bench.deps, bench.chain);
  assert.equal(ws(bench, next).chainIdAt, null);
  await bench.chain.retire(next, 0);
  assert.deepEqual(old.map(({ disposed }) => disposed), [true, true]);
  assert.deepEqual(next.channels.map(({ breaker }) => breaker.kind), ["open", "closed"]);
  assert.equal(next.providers[0]?.head, 100);
  await next[Symbol.asyncDispose]();
  assert.equal(bench.clock.pending, 0);
});

Deno.test("Chain taken over by a reload: what did not change keeps both channels", async () => {
  const bench = fakeChain({ settings: withWs() });
  bench.chain.touch();
  await bench.clock.advance(100);
  const next = new Chain(withWs(), bench.deps, bench.chain);
  assert.deepEqual(next.channels, bench.chain.channels);
  await bench.chain.retire(next, 0);
  assert.equal(bench.transport("a:ws").disposed, false);
  await bench.clock.advance(10);
  assert.equal(bench.transport("a:ws").count("eth_chainId"), 1, "it has said so");
  await next[Symbol.asyncDispose]();
  assert.ok(bench.transport("a:ws").disposed);
});

Deno.test("Chain taken over by a reload: another proxy or other options for its WebSocket restart a provider", async () => {
  const changes: readonly ((deps: ChainDeps) => Partial<ChainDeps>)[] = [
    () => ({ proxyFor: (url) => url.startsWith("wss") ? "http://proxy.example" : null }),
    (deps) => ({
      transport: (id, wanted) => ({ ...deps.transport(id, wanted), options: id === "ws" ? { x: 1 } : {} }),
    }),
  ];
  for (const change of changes) {
    const bench = fakeChain({ settings: withWs() });
    const old = bench.transport("a:ws");
    const next = new Chain(withWs(), { ...bench.deps, ...change(bench.deps) }, bench.chain);
    await bench.chain.retire(next, 0);
    assert.ok(old.disposed && bench.transport("a:ws") !== old);
    await next[Symbol.asyncDispose]();
  }
});

Deno.test("Chain closes both channels of a provider when a later one can't be opened", async () => {
  await using bench = fakeChain({ settings: withWs() });
  const deps: ChainDeps = {
    ...bench.deps,
    transport: (id, wanted) => {
      if (id === "missing") throw new Error("unknown transport 'missing'");
      return bench.deps.transport(id, wanted);
    },
  };
  const settings = chainSettings([
    providerSettings("a", { wsUrl }),
    providerSettings("b", { transport: "missing" }),
  ]);
  assert.throws(() => new Chain(settings, deps), /unknown transport 'missing'/);
  assert.deepEqual([bench.transport("a").disposed, bench.transport("a:ws").disposed], [true, true]);
});
