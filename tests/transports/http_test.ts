// What the http transport does beyond the contract: pool and queue, keep-alive, idle connections, DNS, IPv6.

import assert from "node:assert/strict";
import type net from "node:net";
import { type Clock, systemClock } from "../../core/clock.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { createHttpTransport } from "../../transports/http.ts";
import type { Address } from "../../transports/http/addresses.ts";
import { answer, type Behaviour, smallBody } from "../support/nasty_behaviours.ts";
import { NastyServer } from "../support/nasty_server.ts";
import { ask, probe, testCall, testDeps, testTarget } from "../support/transport_probe.ts";

/** Real timers, but a test can put the hands forward. */
class ShiftedClock implements Clock {
  shiftMs = 0;
  now(): number {
    return systemClock.now() + this.shiftMs;
  }
  wallNow(): number {
    return systemClock.wallNow() + this.shiftMs;
  }
  after = systemClock.after;
}

/** Answers only when the test says so. */
class Gate {
  readonly #sockets: net.Socket[] = [];
  readonly behaviour: Behaviour = (socket) => {
    this.#sockets.push(socket);
  };
  open(count = this.#sockets.length): void {
    for (const socket of this.#sockets.splice(0, count)) socket.write(answer(smallBody));
  }
}

Deno.test("HttpTransport opens no more connections than allowed; calls beyond them wait in order", async () => {
  const gate = new Gate();
  await using server = await NastyServer.start({ behaviour: gate.behaviour });
  await using transport = createHttpTransport(testTarget(server.url(), { maxConnections: 2 }), testDeps());
  const ended: number[] = [];
  const calls = [0, 1, 2, 3].map((i) =>
    ask(transport, testCall({ body: `{"id":${i}}` })).then(() => ended.push(i))
  );
  await server.until(({ requests }) => requests.length === 2);
  assert.equal(transport.connections, 2);
  gate.open(1);
  await server.until(({ requests }) => requests.length === 3);
  assert.equal(server.requests[2]!.body, '{"id":2}');
  gate.open(1);
  await server.until(({ requests }) => requests.length === 4);
  gate.open();
  await Promise.all(calls);
  assert.equal(ended.length, 4);
  assert.equal(server.accepted, 2);
});

Deno.test("HttpTransport fails with busy when the queue is full", async () => {
  await using server = await NastyServer.start();
  await using transport = createHttpTransport(
    testTarget(server.url("hang"), { maxConnections: 1 }),
    testDeps(),
  );
  const calls = Array.from({ length: 1 + 1_024 }, () => probe(transport));
  await server.until(({ requests }) => requests.length === 1);
  calls.push(probe(transport));
  const outcomes = [probe(transport), probe(transport)];
  for (const { failure } of await Promise.all(outcomes.map(({ outcome }) => outcome))) {
    assert.equal(failure?.code, "busy");
    assert.equal(failure?.sent, false);
  }
  for (const { exchange } of calls) exchange.cancel();
});

Deno.test("HttpTransport cancel of a waiting call lets it leave the queue; of a running one starts the next", async () => {
  const gate = new Gate();
  await using server = await NastyServer.start({ behaviour: gate.behaviour });
  await using transport = createHttpTransport(testTarget(server.url(), { maxConnections: 1 }), testDeps());
  const [running, waiting, last] = [0, 1, 2].map((i) => probe(transport, testCall({ body: `{"id":${i}}` })));
  await server.until(({ requests }) => requests.length === 1);
  waiting!.exchange.cancel();
  running!.exchange.cancel();
  await server.until(({ requests }) => requests.length === 2);
  assert.equal(server.requests[1]!.body, '{"id":2}');
  gate.open();
  assert.equal((await last!.outcome).body, smallBody);
  assert.equal(running!.settled + waiting!.settled, 0);
});

Deno.test("HttpTransport cancel while connecting gives the attempt up", async () => {
  await using transport = createHttpTransport(
    testTarget("http://slow.test/"),
    testDeps(),
    () => new Promise(() => {}),
  );
  const call = probe(transport);
  call.exchange.cancel();
  await Promise.resolve();
  assert.equal(call.settled, 0);
  assert.equal(transport.connections, 0);
});

Deno.test("HttpTransport fails with connect_timeout when connecting takes too long", async () => {
  const clock = new VirtualClock();
  await using transport = createHttpTransport(
    testTarget("http://slow.test/KEY", { connectTimeoutMs: 2_000 }),
    testDeps({ clock }),
    () => new Promise(() => {}),
  );
  const call = probe(transport);
  await clock.advance(1_999);
  assert.equal(call.settled, 0);
  await clock.advance(1);
  assert.deepEqual((await call.outcome).failure, {
    code: "connect_timeout",
    message: "No connection to http://slow.test/*** within 2000 ms.",
    sent: false,
  });
  assert.equal(clock.pending, 0);
});

Deno.test("HttpTransport notices that the server closed an idle connection", async () => {
  await using server = await NastyServer.start();
  await using transport = createHttpTransport(testTarget(server.url()), testDeps());
  await ask(transport);
  assert.equal(transport.connections, 1);
  server.endAll();
  await server.until(({ open }) => open === 0);
  while (transport.connections > 0) await new Promise((resolve) => setTimeout(resolve, 0));
  const outcome = await ask(transport);
  assert.equal(outcome.body, smallBody);
  assert.equal(server.accepted, 2);
});

Deno.test("HttpTransport closes an idle connection on which bytes arrive", async () => {
  await using server = await NastyServer.start();
  await using transport = createHttpTransport(testTarget(server.url("extra_bytes_later")), testDeps());
  assert.equal((await ask(transport)).body, smallBody);
  await server.until(({ open }) => open === 0);
  assert.equal(transport.connections, 0);
  assert.equal((await ask(transport)).body, smallBody);
});

Deno.test("HttpTransport tells a reused connection that closes before the answer as stale, and sends nothing twice", async () => {
  await using server = await NastyServer.start();
  await using transport = createHttpTransport(testTarget(server.url("close_on_second")), testDeps());
  assert.equal((await ask(transport)).body, smallBody);
  const { failure } = await ask(transport);
  assert.equal(failure?.code, "stale");
  assert.equal(failure?.sent, true);
  assert.equal(server.requests.length, 2);
});

Deno.test("HttpTransport keeps an idle connection for 50 s, or a second less than the server says", async () => {
  const kept = [["ok", 50_000], ["keep_alive_short", 2_000], ["keep_alive_none", 0]] as const;
  for (const [path, keepMs] of kept) {
    await using server = await NastyServer.start();
    const clock = new ShiftedClock();
    await using transport = createHttpTransport(testTarget(server.url(path)), testDeps({ clock }));
    await ask(transport);
    assert.equal(transport.connections, keepMs === 0 ? 0 : 1, path);
    clock.shiftMs += Math.max(0, keepMs - 500);
    await ask(transport);
    assert.equal(server.accepted, keepMs === 0 ? 2 : 1, path);
    clock.shiftMs += keepMs + 1;
    await ask(transport);
    assert.equal(server.accepted, keepMs === 0 ? 3 : 2, path);
  }
});

Deno.test("HttpTransport closes what a burst opened: half of what no call needed for 5 s, but for eight", async () => {
  const gate = new Gate();
  await using server = await NastyServer.start({ behaviour: gate.behaviour });
  const clock = new VirtualClock();
  await using transport = createHttpTransport(
    testTarget(server.url(), { maxConnections: 64 }),
    testDeps({ clock }),
  );
  const together = async (count: number): Promise<void> => {
    const begun = server.requests.length;
    const calls = Array.from({ length: count }, () => ask(transport));
    await server.until(({ requests }) => requests.length === begun + count);
    gate.open();
    await Promise.all(calls);
  };
  const counts: number[] = [];
  await together(40);
  for (let window = 0; window < 8; window++) {
    await clock.advance(2_500);
    await together(window < 3 ? 20 : 1);
    await clock.advance(2_500);
    counts.push(transport.connections);
  }
  assert.deepEqual(counts, [40, 34, 31, 20, 14, 11, 10, 9]);
  assert.equal(server.accepted, 40);
});

Deno.test("HttpTransport keeps no connection that the answer ends", async () => {
  await using server = await NastyServer.start();
  for (const path of ["connection_close", "http10", "http10_length", "close_delimited", "length_short"]) {
    await using transport = createHttpTransport(testTarget(server.url(path)), testDeps());
    await ask(transport);
    assert.equal(transport.connections, 0, path);
  }
  await using transport = createHttpTransport(testTarget(server.url("http10_keep_alive")), testDeps());
  await ask(transport);
  assert.equal(transport.connections, 1);
});

Deno.test("HttpTransport takes the newest idle connection first", async () => {
  const gate = new Gate();
  await using server = await NastyServer.start({ behaviour: gate.behaviour });
  await using transport = createHttpTransport(testTarget(server.url()), testDeps());
  const calls = [ask(transport), ask(transport)];
  await server.until(({ requests }) => requests.length === 2);
  gate.open(1);
  await Promise.race(calls);
  gate.open();
  await Promise.all(calls);
  for (let i = 0; i < 3; i++) {
    const call = ask(transport);
    await server.until(({ requests }) => requests.length === 3 + i);
    assert.equal(server.requests.at(-1)!.turn, 2 + i);
    gate.open();
    await call;
  }
});

Deno.test("HttpTransport speaks to IPv6 literals", async () => {
  await using server = await NastyServer.start({ host: "::1" });
  await using transport = createHttpTransport(testTarget(server.url("ok", "[::1]")), testDeps());
  assert.equal((await ask(transport)).body, smallBody);
  assert.match(server.requests[0]!.head, new RegExp(`\r\nhost: \\[::1\\]:${server.port}\r\n`));
});

Deno.test("HttpTransport tries the next address when one refuses", async () => {
  await using server = await NastyServer.start();
  const lookup = (): Promise<Address[]> =>
    Promise.resolve([{ address: "::1", family: 6 }, { address: "127.0.0.1", family: 4 }]);
  await using transport = createHttpTransport(testTarget(server.url("ok", "node.test")), testDeps(), lookup);
  assert.equal((await ask(transport)).body, smallBody);
});

Deno.test("HttpTransport looks the name up again after 30 s and leaves addresses that are gone", async () => {
  await using first = await NastyServer.start({ host: "127.0.0.1" });
  await using second = await NastyServer.start({ host: "127.0.0.2", port: first.port });
  const clock = new ShiftedClock();
  let address = "127.0.0.1";
  let lookups = 0;
  const lookup = (): Promise<Address[]> => {
    lookups++;
    return Promise.resolve([{ address, family: 4 }]);
  };
  const target = testTarget(first.url("ok", "node.test"));
  await using transport = createHttpTransport(target, testDeps({ clock }), lookup);
  for (let i = 0; i < 3; i++) await ask(transport);
  assert.equal(lookups, 1);
  address = "127.0.0.2";
  clock.shiftMs += 29_000;
  await ask(transport);
  assert.equal(lookups, 1);
  clock.shiftMs += 1_001;
  await ask(transport); // Goes out over what is there, and looks up beside it.
  assert.equal(lookups, 2);
  await first.until(({ open }) => open === 0);
  await ask(transport);
  assert.equal(first.requests.length, 5);
  assert.equal(second.requests.length, 1);
});

Deno.test("HttpTransport keeps its addresses while a later look-up fails", async () => {
  await using server = await NastyServer.start();
  const clock = new ShiftedClock();
  let lookups = 0;
  const lookup = (): Promise<Address[]> =>
    ++lookups === 1
      ? Promise.resolve([{ address: "127.0.0.1", family: 4 }])
      : Promise.reject(Object.assign(new Error("down"), { code: "EAI_AGAIN" }));
  const target = testTarget(server.url("connection_close", "node.test"));
  await using transport = createHttpTransport(target, testDeps({ clock }), lookup);
  for (let i = 0; i < 3; i++) {
    assert.equal((await ask(transport)).body, smallBody);
    clock.shiftMs += 31_000;
  }
  assert.ok(lookups >= 2);
});

Deno.test("HttpTransport keeps memory flat while a slow sink takes 200 MB", async () => {
  await using server = await NastyServer.start();
  await using transport = createHttpTransport(testTarget(server.url("big")), testDeps());
  const before = Deno.memoryUsage().rss;
  let highest = 0;
  const bytes = await new Promise<number>((resolve, reject) =>
    transport.send(testCall(), {
      onFailure: reject,
      onReply: ({ body, rest }) => {
        let got = body.length;
        rest!.pipe({
          write: (chunk) => {
            got += chunk.length;
            highest = Math.max(highest, Deno.memoryUsage().rss);
            setTimeout(() => rest!.resume(), 0);
            return false;
          },
          end: () => resolve(got),
          fail: reject,
        });
      },
    })
  );
  assert.equal(bytes, 200_000_000);
  assert.ok(highest - before < 60_000_000, `${highest - before} bytes more`);
});

Deno.test("createHttpTransport() refuses what can't be sent, and tells no secret", () => {
  const deps = testDeps();
  const refuse = (more: Parameters<typeof testTarget>[1], message: RegExp): void => {
    assert.throws(() => createHttpTransport(testTarget("http://h/KEY", more), deps), (error: Error) => {
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /KEY/);
      return true;
    });
  };
  refuse({ url: "ftp://h/KEY" }, /must be http or https/);
  refuse({ url: "KEY" }, /must be http or https/);
  refuse({ url: "https://h/KEY", proxy: "KEY" }, /URL of the proxy is malformed/);
  refuse({ headers: { "content-length": "3" } }, /belongs to the connection/);
  refuse({ headers: { "x-y": "a\r\nb: KEY" } }, /"x-y" can't be sent/);
  refuse({ headers: { "x y": "a" } }, /"x y" can't be sent/);
});
