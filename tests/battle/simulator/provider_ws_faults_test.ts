import assert from "node:assert/strict";
import { startSimulatedProvider } from "../../../battle/simulator/provider.ts";
import type { SimulatedProviderSettings } from "../../../battle/simulator/provider_settings.ts";
import { seededRandom } from "../../../core/random.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { until } from "../../support/until.ts";
import { RawSocket } from "./raw_socket.ts";
import { startProvider, stillChain } from "./support.ts";

/** Numbers of the heads, and of the blocks of the logs, that a socket has heard of. */
function heardOf(socket: RawSocket): { readonly heads: number[]; readonly logs: number[] } {
  const heads: number[] = [];
  const logs: number[] = [];
  for (const { result } of socket.events) {
    if ("parentHash" in result) heads.push(Number(result.number));
    else logs.push(Number(result.blockNumber));
  }
  return { heads, logs };
}

Deno.test("SimulatedProvider ws false refuses handshakes with 404, and leaves open sockets alone", async () => {
  await using provider = await startProvider(stillChain());
  await using socket = await RawSocket.open(provider.wsUrl);
  provider.set({ ws: false });
  await assert.rejects(RawSocket.open(provider.wsUrl), /Unexpected server response: 404/);
  assert.equal(provider.stats.refusedSockets, 1);
  assert.equal((await socket.call("eth_chainId")).result, "0x1");
  provider.set({ ws: true });
  await using _again = await RawSocket.open(provider.wsUrl);
});

Deno.test("SimulatedProvider.kill() drops sockets without a close frame, revive() remembers no subscription", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  await socket.subscribe("newHeads");
  await provider.kill();
  await until("the socket's end", () => socket.closed !== undefined);
  assert.equal(socket.closed, 1006);
  await assert.rejects(RawSocket.open(provider.wsUrl));
  chain.mine();
  await provider.revive();
  await using again = await RawSocket.open(provider.wsUrl);
  assert.equal((await again.call("eth_blockNumber")).result, "0x61");
  await again.subscribe("newHeads");
  chain.mine();
  assert.deepEqual((await again.results(1)).map(({ number }) => number), ["0x62"]);
  assert.deepEqual(provider.stats.subscriptions, { opened: 2, closed: 1, open: 1 });
});

for (
  const [name, code, end] of [
    ["dropSockets() ends them without a close frame", 1006, "drop"],
    ["closeSockets() says why", 1012, "close"],
  ] as const
) {
  Deno.test(`SimulatedProvider.${name}`, async () => {
    await using provider = await startProvider(stillChain());
    await using one = await RawSocket.open(provider.wsUrl);
    await using two = await RawSocket.open(provider.wsUrl);
    if (end === "drop") provider.dropSockets();
    else provider.closeSockets(1012, "service restart");
    await until("both ends", () => one.closed !== undefined && two.closed !== undefined);
    assert.deepEqual([one.closed, two.closed], [code, code]);
    await using again = await RawSocket.open(provider.wsUrl);
    assert.equal((await again.call("eth_chainId")).result, "0x1");
  });
}

Deno.test("SimulatedProvider stallSubscriptions announces nothing, answers all, and makes up for nothing", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  await socket.subscribe("newHeads");
  await socket.subscribe("logs", {});
  provider.set({ stallSubscriptions: true });
  chain.mine();
  assert.equal((await socket.call("eth_blockNumber")).result, "0x61");
  provider.set({ stallSubscriptions: false });
  chain.mine();
  await socket.settled();
  const { heads, logs } = heardOf(socket);
  assert.deepEqual(heads, [98]);
  assert.ok(logs.every((number) => number === 98));
});

Deno.test("SimulatedProvider stall answers nothing, not even a ping, and makes up for all of it afterwards", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  await socket.subscribe("newHeads");
  let pongs = 0;
  socket.ws.on("pong", () => pongs++);
  provider.set({ stall: true });
  chain.mine();
  chain.reorg(1);
  const before = socket.messages.length;
  const asked = socket.call("eth_blockNumber");
  socket.ws.ping();
  const shaking = RawSocket.open(provider.wsUrl);
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}';
  const posted = fetch(provider.url, { method: "POST", body }).then((response) => response.json());
  await until("the request to arrive", () => provider.stats.httpRequests === 1);
  assert.deepEqual([socket.messages.length, pongs, provider.stats.calls], [before, 0, 1]);
  provider.set({ stall: false });
  assert.equal((await asked).result, "0x62");
  assert.equal((await posted).result, "0x62");
  await using _late = await shaking;
  await until("the pong", () => pongs === 1);
  await socket.settled();
  // It slept through block 97 of the old branch.
  assert.deepEqual(heardOf(socket).heads, [97, 98]);
  assert.equal(socket.events[0]!.result.hash, chain.view().at(97)!.hash);
});

Deno.test("SimulatedProvider can be killed while it stalls", async () => {
  await using provider = await startProvider(stillChain());
  await using socket = await RawSocket.open(provider.wsUrl);
  provider.set({ stall: true });
  socket.send("eth_blockNumber");
  await provider.kill();
  await until("the socket's end", () => socket.closed !== undefined);
  provider.set({ stall: false });
  await provider.revive();
  await using again = await RawSocket.open(provider.wsUrl);
  assert.equal((await again.call("eth_blockNumber")).result, "0x60");
});

for (
  const [settings, heads, logs] of [
    [{ skipHeads: { next: 2 } }, [99, 100], [97, 98, 99, 100]],
    [{ skipHeads: 1 }, [], [97, 98, 99, 100]],
    [{ skipLogs: { next: 1 } }, [97, 98, 99, 100], [98, 99, 100]],
    [{ skipLogs: 1 }, [97, 98, 99, 100], []],
    [{ duplicateEvents: 1 }, [97, 97, 98, 98, 99, 99, 100, 100], [97, 98, 99, 100]],
  ] as const
) {
  Deno.test(`SimulatedProvider ${JSON.stringify(settings)} is heard by subscribers`, async () => {
    const chain = stillChain(11);
    await using provider = await startProvider(chain);
    await using socket = await RawSocket.open(provider.wsUrl);
    await socket.subscribe("newHeads");
    await socket.subscribe("logs", {});
    provider.set(settings);
    for (let block = 0; block < 4; block++) assert.ok(chain.mine().logs().length > 0);
    await socket.settled();
    const heard = heardOf(socket);
    assert.deepEqual(heard.heads, heads);
    assert.deepEqual([...new Set(heard.logs)], logs);
    if ("duplicateEvents" in settings) {
      const texts = socket.events.map(({ result }) => JSON.stringify(result));
      assert.equal(texts.length, 2 * new Set(texts).size);
    }
  });
}

async function onVirtualTime(
  settings: Partial<SimulatedProviderSettings>,
  run: (world: {
    readonly socket: RawSocket;
    readonly clock: VirtualClock;
    readonly mine: () => number;
  }) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const chain = stillChain(11);
  const deps = { clock, random: seededRandom(1) };
  await using provider = await startSimulatedProvider(chain, { name: "sim", ...settings }, deps);
  await using socket = await RawSocket.open(provider.wsUrl);
  await run({ socket, clock, mine: () => chain.mine().number });
}

Deno.test("SimulatedProvider ackDelayMs holds the acknowledgement, and the events behind it", async () => {
  await onVirtualTime({ ackDelayMs: 500 }, async ({ socket, clock, mine }) => {
    socket.send("eth_subscribe", "newHeads");
    await socket.settled();
    mine();
    await clock.advance(499);
    await socket.settled();
    assert.equal(socket.messages.length, 2, "only the answers to other calls");
    await clock.advance(1);
    await socket.results(1);
    assert.equal(socket.messages.at(-2).id, 1);
    assert.equal(socket.messages.at(-1).method, "eth_subscription");
  });
});

Deno.test("SimulatedProvider earlyEvents sends events before their acknowledgement", async () => {
  await onVirtualTime({ ackDelayMs: 500, earlyEvents: true }, async ({ socket, clock, mine }) => {
    socket.send("eth_subscribe", "newHeads");
    await socket.settled();
    mine();
    const [event] = (await socket.results(1), socket.events);
    await clock.advance(500);
    const ack = await until("the acknowledgement", () => socket.messages.find(({ id }) => id === 1));
    assert.equal(ack.result, event!.subscription);
    assert.ok(socket.messages.indexOf(ack) > 1);
  });
});

Deno.test("SimulatedProvider eventDelay announces later than it answers", async () => {
  await onVirtualTime({ eventDelay: { kind: "fixed", ms: 300 } }, async ({ socket, clock, mine }) => {
    await socket.subscribe("newHeads");
    mine();
    await clock.advance(299);
    assert.equal((await socket.call("eth_blockNumber")).result, "0x61");
    assert.equal(socket.events.length, 0);
    await clock.advance(1);
    assert.equal((await socket.results(1))[0].number, "0x61");
  });
});

Deno.test("SimulatedProvider headsBeforeLogs false and headLogGapMs set heads behind logs", async () => {
  await onVirtualTime({ headsBeforeLogs: false, headLogGapMs: 200 }, async ({ socket, clock, mine }) => {
    await socket.subscribe("newHeads");
    await socket.subscribe("logs", {});
    mine();
    await socket.settled();
    const { heads, logs } = heardOf(socket);
    assert.deepEqual([heads, new Set(logs)], [[], new Set([97])]);
    await clock.advance(200);
    await socket.settled();
    assert.deepEqual(heardOf(socket).heads, [97]);
  });
});

for (
  const [denialStyle, code, message] of [
    ["geth", -32601, 'no "logs" subscription in eth namespace'],
    ["middleware", -32603, 'SubscriptionManager - unsupported subscription type "logs"'],
    [
      "parity",
      -32000,
      "This request is not implemented yet. Please create an issue on Github repo.",
    ],
  ] as const
) {
  Deno.test(`SimulatedProvider denySubscriptions refuses in the words of ${denialStyle}`, async () => {
    await using provider = await startProvider(stillChain(), { denySubscriptions: ["logs"], denialStyle });
    await using socket = await RawSocket.open(provider.wsUrl);
    assert.deepEqual((await socket.call("eth_subscribe", "logs", {})).error, { code, message });
    await socket.subscribe("newHeads");
  });
}

Deno.test("SimulatedProvider maxSubscriptions limits a socket, not the provider", async () => {
  await using provider = await startProvider(stillChain(), { maxSubscriptions: 1 });
  await using one = await RawSocket.open(provider.wsUrl);
  await using two = await RawSocket.open(provider.wsUrl);
  const id = await one.subscribe("newHeads");
  assert.deepEqual((await one.call("eth_subscribe", "newHeads")).error, {
    code: -32006,
    message: "Too many subscriptions on the connection",
    data: "Exceeded max limit of 1",
  });
  await two.subscribe("newHeads");
  await one.call("eth_unsubscribe", id);
  await one.subscribe("newHeads");
});

for (
  const [kind, code, message] of [
    ["http_500", -32603, "Internal error"],
    ["http_429", -32005, "too many requests"],
  ] as const
) {
  Deno.test(`SimulatedProvider fails over WebSocket with ${kind}`, async () => {
    await using provider = await startProvider(stillChain(), { failureRate: 1, failureKinds: [kind] });
    await using socket = await RawSocket.open(provider.wsUrl);
    assert.deepEqual((await socket.call("eth_chainId")).error, { code, message });
    assert.equal(provider.stats.failures[kind], 1);
  });
}

Deno.test("SimulatedProvider fails over WebSocket with reset, and keeps its rate limit there", async () => {
  await using provider = await startProvider(stillChain(), { rateLimit: { count: 1, perMs: 3_600_000 } });
  await using socket = await RawSocket.open(provider.wsUrl);
  await socket.call("eth_chainId");
  assert.equal((await socket.call("eth_chainId")).error?.code, -32005);
  assert.equal(provider.stats.rateLimited, 1);
  provider.set({ failureRate: 1, failureKinds: ["reset"] });
  socket.send("eth_chainId");
  await until("the reset", () => socket.closed === 1006);
});

for (
  const [settings, text] of [
    [{ skipHeads: 1.5 }, "skipHeads must be 0 to 1, or {next: count}: it is 1.5"],
    [{ skipLogs: { next: -1 } }, "skipLogs.next must be a whole number of 0 or more: it is -1"],
    [{ duplicateEvents: -1 }, "duplicateEvents must be 0 to 1: it is -1"],
    [{ ackDelayMs: NaN }, "ackDelayMs must be a finite number of 0 or more: it is NaN"],
    [{ headLogGapMs: -5 }, "headLogGapMs must be a finite number of 0 or more: it is -5"],
    [{ maxSubscriptions: 0.5 }, "maxSubscriptions must be a whole number of 0 or more, or null: it is 0.5"],
    [
      { earlyEvents: true },
      "earlyEvents needs an ackDelayMs above 0: without it nothing can come before the acknowledgement",
    ],
    [
      { eventDelay: { kind: "fixed", ms: -1 } },
      "eventDelay.ms must be a finite number of 0 or more: it is -1",
    ],
  ] as const
) {
  Deno.test(`SimulatedProvider.set() refuses ${JSON.stringify(settings)}`, async () => {
    await using provider = await startProvider(stillChain());
    assert.throws(
      () => provider.set(settings),
      new RangeError(`Cannot run simulated provider 'sim' as ${text}`),
    );
  });
}
