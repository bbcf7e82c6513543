// What the ws transport does beside moving calls, on virtual time over real sockets: how many connections it has, when
// it dials again, how it finds that a server is dead, when it lets go of an idle one, and when it takes no more.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type net from "node:net";
import type { Clock } from "../../core/clock.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import type { Transport, UpstreamTarget } from "../../core/plugins/transport.ts";
import { createWsTransport } from "../../transports/ws.ts";
import { NastyWsServer, type WsBehaviour } from "../support/nasty_ws_server.ts";
import { subscribe } from "../support/subscription_probe.ts";
import { frame } from "../support/ws_frames.ts";
import { ask, type Outcome, rpcCall, testDeps, testTarget } from "../support/transport_probe.ts";
import { until } from "../support/until.ts";

interface Stage {
  readonly server: NastyWsServer;
  readonly clock: VirtualClock;
  readonly transport: Transport;
  readonly logged: string[];
  readonly events: readonly string[];
}

/** `random` is what all jitter is made of. */
async function staged(
  behaviour: WsBehaviour,
  run: (stage: Stage) => Promise<void>,
  more: Partial<UpstreamTarget> = {},
): Promise<void> {
  await using server = await NastyWsServer.start({ behaviour });
  const clock = new VirtualClock();
  const logged: string[] = [];
  const deps = testDeps({
    clock,
    random: { next: () => 0.5 },
    log: (level, message) => logged.push(`${level} ${message}`),
  });
  const transport = createWsTransport(testTarget(server.url("ok"), more), deps);
  try {
    await run({ server, clock, transport, logged, events: deps.events });
  } finally {
    await transport[Symbol.asyncDispose]();
  }
  assert.equal(clock.pending, 0, "timers are left");
  assert.equal(transport.connections, 0);
}

function clockOf(clock: VirtualClock): Clock {
  return {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    after: (ms, fire) => clock.after(ms, fire),
  };
}

const hang: WsBehaviour = { request: () => {} };
const subscribing: WsBehaviour = {
  request: (session, request) => session.result(request, `0xs${request.id}`),
};

Deno.test("WsTransport opens nothing before the first call, and one connection for many", async () => {
  await staged({}, async ({ server, transport }) => {
    assert.equal(transport.connections, 0);
    await Promise.all(Array.from({ length: 100 }, (_, i) => ask(transport, rpcCall(i))));
    assert.equal(transport.connections, 1);
    assert.equal(server.heads.length, 1);
  });
});

Deno.test("WsTransport gives all events of one read the time at which they were read", async () => {
  await using server = await NastyWsServer.start({ behaviour: subscribing });
  // A clock that goes on with each look at it: whoever asks it per event gives each another time.
  const virtual = new VirtualClock();
  let looks = 0;
  const clock = { ...clockOf(virtual), now: () => ++looks };
  await using transport = createWsTransport(testTarget(server.url("ok")), testDeps({ clock }));
  const arrived: (number | undefined)[] = [];
  const confirmed = Promise.withResolvers<void>();
  transport.subscribe(rpcCall(1, "eth_subscribe", '["newHeads"]'), {
    onConfirmed: () => confirmed.resolve(),
    onEvent: (_result, arrivedAt) => void arrived.push(arrivedAt),
    onRefused: ({ body }) => confirmed.reject(new Error(body)),
    onLost: ({ message }) => confirmed.reject(new Error(message)),
  });
  await confirmed.promise;
  const before = looks;
  const event = (n: number): string =>
    `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0xs1","result":${n}}}`;
  const frames = [1, 2, 3].map((n) => frame(1, Buffer.from(event(n))));
  server.sessions[0]!.raw(Buffer.concat(frames));
  await until("three events", () => arrived.length === 3);
  assert.equal(new Set(arrived).size, 1);
  assert.ok(arrived[0]! > before);
});

Deno.test("WsTransport grows to four connections under load, and spreads it", async () => {
  await staged(hang, async ({ server, transport }) => {
    let id = 0;
    let sent = 0;
    const send = (count: number): void => {
      sent += count;
      for (let i = 0; i < count; i++) ask(transport, rpcCall(++id));
    };
    send(1);
    await server.until(({ requests }) => requests.length === sent);
    send(127);
    await server.until(({ requests }) => requests.length === sent);
    assert.equal(transport.connections, 1);
    for (const open of [2, 3, 4]) {
      send(1);
      await until(`${open} connections`, () => transport.connections === open);
      send(128);
      await server.until(({ requests }) => requests.length === sent);
    }
    send(400);
    await server.until(({ requests }) => requests.length === sent);
    assert.equal(server.sessions.length, 4);
    const loads = server.sessions.map(({ requests }) => requests.length);
    assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, loads.join());
  });
});

Deno.test("WsTransport sends around a connection that a large answer blocks", async () => {
  const behaviour: WsBehaviour = {
    request: (session, request) => {
      if (request.method !== "large") return session.result(request);
      // Three megabytes of ten, and nothing more.
      session.raw(Uint8Array.of(0x81, 127, 0, 0, 0, 0, 0, 0x98, 0x96, 0x80));
      session.raw(new Uint8Array(3_000_000).fill(97));
    },
  };
  await staged(behaviour, async ({ server, transport }) => {
    await ask(transport, rpcCall(1));
    const large = ask(transport, rpcCall(2, "large"));
    let id = 2;
    await until("a second connection", async () => {
      const outcome = await Promise.race([ask(transport, rpcCall(++id)), pause()]);
      return outcome !== null && transport.connections === 2;
    });
    const before = server.sessions[0]!.requests.length;
    await Promise.all([1, 2, 3].map(() => ask(transport, rpcCall(++id))));
    assert.equal(server.sessions[0]!.requests.length, before);
    await transport[Symbol.asyncDispose]();
    assert.equal((await large).failure?.code, "closed");
  });
});

function pause(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), 20));
}

Deno.test("WsTransport keeps within maxConnections", async () => {
  await staged(hang, async ({ server, transport }) => {
    for (let id = 1; id <= 600; id++) ask(transport, rpcCall(id));
    await server.until(({ requests }) => requests.length === 600);
    for (let id = 601; id <= 700; id++) ask(transport, rpcCall(id));
    await server.until(({ requests }) => requests.length === 700);
    assert.equal(server.sessions.length, 1);
  }, { maxConnections: 1 });
});

Deno.test("WsTransport dials at once after a first loss, then after a jittered wait, failing calls meanwhile", async () => {
  await staged({ request: ({ socket }) => void socket.destroy() }, async ({ server, clock, transport }) => {
    let id = 0;
    const lose = async (): Promise<void> => {
      const { failure } = await ask(transport, rpcCall(++id));
      assert.deepEqual([failure?.code, failure?.sent], ["eof", true]);
    };
    const fails = async (): Promise<void> => {
      const { failure } = await ask(transport, rpcCall(++id));
      assert.deepEqual([failure?.code, failure?.sent], ["refused", false]);
      assert.match(failure!.message, /The next attempt to connect is made in \d+ ms\.$/);
    };
    await lose();
    await lose();
    // Half of 100, 200, 400 … 10,000 ms: the randomness says 0.5.
    for (const waitMs of [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
      await fails();
      await clock.advance(waitMs - 1);
      await fails();
      await clock.advance(1);
      await lose();
    }
    assert.equal(server.heads.length, 11);
  });
});

Deno.test("WsTransport forgets its losses once a connection has been good for ten seconds", async () => {
  const behaviour: WsBehaviour = {
    request: (session, request) =>
      request.method === "end" ? void session.socket.end() : session.result(request),
  };
  await staged(behaviour, async ({ server, clock, transport }) => {
    for (let id = 1; id <= 2; id++) await ask(transport, rpcCall(id, "end"));
    assert.equal((await ask(transport, rpcCall(3))).failure?.code, "refused");
    await clock.advance(50);
    await ask(transport, rpcCall(4));
    await clock.advance(10_000);
    await ask(transport, rpcCall(5, "end"));
    assert.equal((await ask(transport, rpcCall(6))).failure, null);
    assert.equal(server.heads.length, 4);
  });
});

Deno.test("WsTransport tells why it can't connect while it waits to dial", async () => {
  await staged(
    { handshake: ({ socket }) => void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n") },
    async (stage) => {
      const { transport } = stage;
      for (const id of [1, 2]) assert.equal((await ask(transport, rpcCall(id))).reply?.status, 403);
      const { failure } = await ask(transport, rpcCall(3));
      assert.equal(failure?.code, "refused");
      assert.match(failure.message, /\/\*\*\* refused the WebSocket with HTTP status 403\. The next attempt/);
    },
  );
});

Deno.test("WsTransport pings after 15 s of silence and takes a server for dead 10 s later", async () => {
  const behaviour: WsBehaviour = { ...subscribing, ping: () => {} };
  await staged(behaviour, async ({ server, clock, transport, events }) => {
    const heads = subscribe(transport, 1);
    await heads.until((heard) => heard.length === 1);
    await clock.advance(15_000);
    assert.equal(heads.heard.length, 1);
    await clock.advance(1_000);
    await server.until(({ sessions }) => sessions[0]!.pings.length === 1);
    await clock.advance(9_000);
    assert.equal(heads.heard.length, 1);
    await clock.advance(1_000);
    assert.deepEqual(heads.heard, ["confirmed", "lost reset true"]);
    await server.until(({ open }) => open === 0);
    assert.deepEqual(events, ["connected", "disconnected"]);
  });
});

Deno.test("WsTransport keeps a silent connection whose server answers pings, and asks nothing of a busy one", async () => {
  await staged(subscribing, async ({ server, clock, transport }) => {
    const heads = subscribe(transport, 1);
    await heads.until((heard) => heard.length === 1);
    const [session] = server.sessions;
    for (let pings = 1; pings <= 5; pings++) {
      await clock.advance(16_000);
      await server.until(() => session!.pings.length === pings);
      // The pong has been read once the answer behind it is there.
      await ask(transport, rpcCall(pings + 1));
    }
    for (let second = 0; second < 60; second++) {
      await ask(transport, rpcCall(second + 100));
      await clock.advance(1_000);
    }
    assert.equal(session!.pings.length, 5);
    assert.equal(heads.heard.length, 1);
  });
});

Deno.test("WsTransport closes an idle connection after a minute, one with subscriptions not", async () => {
  await staged(subscribing, async ({ server, clock, transport, logged, events }) => {
    await ask(transport, rpcCall(1));
    await clock.advance(58_000);
    assert.equal(server.open, 1);
    await clock.advance(4_000);
    await server.until(({ open }) => open === 0);
    await until("the end", () => transport.connections === 0);
    assert.equal(server.sessions[0]!.closeCode, 1000);
    assert.equal(server.sessions[0]!.pings.length, 0);
    assert.equal(clock.pending, 0);
    assert.deepEqual([logged, events], [[], ["connected"]]);
    const heads = subscribe(transport, 2);
    await heads.until((heard) => heard.length === 1);
    for (let minute = 0; minute < 5; minute++) {
      for (let i = 0; i < 4; i++) {
        await clock.advance(15_000);
        await ask(transport, rpcCall(100 + 4 * minute + i));
      }
    }
    assert.equal(transport.connections, 1);
    heads.subscription.cancel();
    await clock.advance(62_000);
    await server.until(({ open }) => open === 0);
    assert.equal(server.sessions.length, 2);
  });
});

Deno.test("WsTransport keeps a connection that short calls use now and then", async () => {
  await staged({}, async ({ server, clock, transport }) => {
    for (let id = 1; id <= 10; id++) {
      await ask(transport, rpcCall(id));
      await clock.advance(50_000);
    }
    assert.equal(server.heads.length, 1);
  });
});

Deno.test("WsTransport takes no more calls while 16 MB wait to leave", async () => {
  const paused: net.Socket[] = [];
  const behaviour: WsBehaviour = {
    opened: ({ socket }) => {
      socket.pause();
      paused.push(socket);
    },
  };
  await staged(behaviour, async ({ server, transport }) => {
    const params = `["${"a".repeat(3_000_000)}"]`;
    let id = 0;
    const waiting: Promise<Outcome>[] = [];
    const first = ask(transport, rpcCall(++id));
    waiting.push(first);
    await server.until(({ sessions }) => sessions.length === 1);
    let full: Outcome | null = null;
    for (let i = 0; i < 60 && full === null; i++) {
      const call = ask(transport, rpcCall(++id, "eth_call", params));
      const outcome = await Promise.race([call, pause()]);
      if (outcome === null) waiting.push(call);
      else full = outcome;
    }
    assert.deepEqual([full?.failure?.code, full?.failure?.sent], ["busy", false]);
    for (const socket of paused) socket.resume();
    for (const outcome of await Promise.all(waiting)) assert.equal(outcome.failure, null);
    assert.equal((await ask(transport, rpcCall(++id))).failure, null);
  }, { maxConnections: 1 });
});

Deno.test("WsTransport says once that early events were dropped", async () => {
  const behaviour: WsBehaviour = {
    request: (session, request) => {
      for (let i = 0; i < 1_010; i++) session.event("0xmine", i);
      session.result(request, "0xmine");
    },
  };
  await staged(behaviour, async ({ transport, logged }) => {
    const heads = subscribe(transport, 1);
    await heads.until((heard) => heard.length === 1_001);
    await until("the log", () => logged.length > 0);
    assert.deepEqual(logged, [
      "warn Too many events came before their subscription was confirmed; the oldest were dropped.",
    ]);
  });
});

Deno.test("WsTransport logs a breach as a warning, without the upstream's path", async () => {
  await staged({ request: (session) => session.text("nonsense") }, async ({ transport, logged, events }) => {
    await ask(transport, rpcCall(1));
    assert.deepEqual(logged, ["warn A WebSocket connection is lost."]);
    assert.deepEqual(events, ["connected", "disconnected"]);
  });
});

Deno.test("WsTransport: a breach on one connection leaves the others alone", async () => {
  const behaviour: WsBehaviour = {
    request: (session, request) => {
      if (request.method === "odd") session.text("nonsense");
      else if (request.method === "answer") session.result(request);
    },
  };
  await staged(behaviour, async ({ server, transport }) => {
    const first = ask(transport, rpcCall(1));
    await server.until(({ requests }) => requests.length === 1);
    const second = ask(transport, rpcCall(2, "odd", "[]", true));
    assert.equal((await second).failure?.code, "malformed");
    assert.equal((await ask(transport, rpcCall(3, "answer"))).failure, null);
    server.sessions[0]!.result({ id: 1, method: "", params: [], text: "" });
    assert.equal((await first).failure, null);
  });
});

Deno.test("createWsTransport() refuses URLs and headers that can't work, without telling them", () => {
  for (const url of ["http://127.0.0.1/SECRETKEY", "SECRETKEY"]) {
    assert.throws(() => createWsTransport(testTarget(url), testDeps()), (error: Error) => {
      assert.match(error.message, /must be ws or wss/);
      return !error.message.includes("SECRETKEY");
    });
  }
  for (const name of ["Sec-WebSocket-Extensions", "Upgrade", "bad name"]) {
    const target = testTarget("ws://127.0.0.1/KEY", { headers: { [name]: "x" } });
    assert.throws(() => createWsTransport(target, testDeps()), /can't be sent to ws:\/\/127.0.0.1\/\*\*\*/);
  }
});
