import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { FakeStreams } from "../../support/fake_streams.ts";
import type { RawClient } from "../../support/raw_client.ts";
import type { TestLasso } from "../../support/test_lasso.ts";
import { longBodies, longHead, type TestBody } from "../../support/test_upstream.ts";
import { clientFrame, rawWs, type ServerFrame, serverFrames } from "../../support/ws_client.ts";
import { callText, type WsStage, wsStage } from "../../support/ws_stage.ts";

const piece = "p".repeat(50_000);
const subscribe = callText(1, "eth_subscribe", '["newHeads"]');

/** A client that has subscribed, and reads nothing more. */
async function deafClient(lasso: TestLasso): Promise<RawClient> {
  const client = await rawWs(lasso.server.port, "/rpc/eth");
  await client.send(clientFrame(subscribe));
  await client.until((received) => serverFrames(received).length === 1);
  client.take();
  client.socket.pause();
  return client;
}

function bigEvent(k: number): string {
  return JSON.stringify(`${k}:${"x".repeat(200_000)}`);
}

Deno.test("a client that does not keep up is closed with 1013 and hears no more; the others hear all", async () => {
  const streams = new FakeStreams();
  await using on = await wsStage({ streams });
  await on.client.ask(subscribe);
  await using slow = await deafClient(on.lasso);
  const [, slowFake] = streams.clients;
  let events = 0;
  while (slowFake?.disposed === false) {
    assert.ok(events < 500, "it was never closed");
    streams.emit(bigEvent(events++));
    await on.client.message(events);
  }
  // More than the queue was sent before, and what the system takes beside it.
  assert.ok(events > 20, `${events} events`);
  const after = 5;
  for (let k = 0; k < after; k++) streams.emit(bigEvent(events++));
  await on.client.message(events);
  const numbers = on.client.messages.slice(1).map((text) => Number(/"result":"(\d+):/.exec(text)?.[1]));
  assert.deepEqual(numbers, [...numbers.keys()]);
  // It reads at last, and hears why.
  slow.socket.resume();
  const received = await slow.until((text) => text.endsWith("too slow"));
  slow.socket.end();
  await on.lasso.until(() => on.lasso.server.state.websockets() === 1);
  const frames = serverFrames(received);
  const last = frames.at(-1)!;
  assert.deepEqual([last.opcode, last.payload], [8, "\x03\xf5too slow"]);
  assert.ok(frames.length < events - after, "what waited was dropped");
  const closed = on.lasso.logged.find(({ event }) => event === "ws.closed");
  assert.deepEqual(closed?.fields, { chain: "ethereum", code: 1013, reason: "too slow" });
});

Deno.test("a client that does not read even its close frame is reset after 2 s", async () => {
  const clock = new VirtualClock();
  const streams = new FakeStreams();
  await using on = await wsStage({ clock, streams });
  await on.client.ask(subscribe);
  const slow = await Promise.all([1, 2, 3].map(() => deafClient(on.lasso)));
  for (
    let k = 0;
    streams.clients.some(({ disposed, socket }) => !disposed && socket !== streams.clients[0]?.socket);
  ) {
    assert.ok(k < 500, "they were never closed");
    streams.emit(bigEvent(k++));
    await on.client.message(k);
  }
  assert.equal(on.lasso.server.state.websockets(), 4);
  await clock.advance(2_500);
  await on.lasso.until(() => on.lasso.server.state.websockets() === 1);
  for (const client of slow) {
    client.socket.resume();
    await client.closed;
    assert.equal(client.ending, "reset");
  }
});

Deno.test("one message beyond the queue's bound makes no client slow, what comes behind it may", async () => {
  const clock = new VirtualClock();
  const streams = new FakeStreams();
  await using on = await wsStage({ clock, streams });
  await using _slow = await deafClient(on.lasso);
  const [fake] = streams.clients;
  streams.emit(JSON.stringify("x".repeat(30_000_000)));
  await on.lasso.get("/health");
  for (let k = 0; k < 18; k++) streams.emit(bigEvent(k));
  assert.equal(fake?.disposed, false);
  for (let k = 0; k < 3; k++) streams.emit(bigEvent(k));
  assert.equal(fake?.disposed, true);
});

// ---- long answers ---------------------------------------------------------------------------------------------------

interface Long extends WsStage {
  readonly raw: RawClient;
  readonly bodies: readonly TestBody[];
}

/** Sends `text`; its eth_getLogs calls get long answers, all of which are on their way when `check` is called. */
async function withLong(text: string, count: number, check: (long: Long) => Promise<void>): Promise<void> {
  const streams = new FakeStreams();
  await using on = await wsStage({ streams });
  const bodies = longBodies(on.lasso.upstream("a"), "eth_getLogs");
  await using raw = await rawWs(on.lasso.server.port, "/rpc/ethereum");
  await raw.send(clientFrame(text));
  await on.lasso.until(() => bodies.length === count && bodies[0]?.piped === true);
  await check({ ...on, raw, bodies });
}

/** The data messages that are whole, joined from their fragments. */
function messages(frames: readonly ServerFrame[]): string[] {
  const whole: string[] = [];
  let open: string | null = null;
  for (const { opcode, fin, payload } of frames) {
    if (opcode > 2) continue;
    assert.equal(opcode, open === null ? 1 : 0);
    open = (open ?? "") + payload;
    if (fin) whole.push(open), open = null;
  }
  return whole;
}

const getLogs = callText(1, "eth_getLogs", "[{}]");

Deno.test("a long answer is one message in fragments, and what comes meanwhile waits behind it", async () => {
  await withLong(getLogs, 1, async ({ raw, bodies, lasso }) => {
    bodies[0]?.push(piece);
    await raw.until((received) => received.includes("pppp"));
    await raw.send(Uint8Array.from([
      ...clientFrame(callText(2)),
      ...clientFrame("ping", { opcode: 9 }),
      ...clientFrame(callText(3)),
    ]));
    // A pong may stand between fragments.
    await raw.until((received) => serverFrames(received).some(({ opcode }) => opcode === 10));
    await lasso.until(() => lasso.upstream("a").count("eth_getCode") === 2);
    assert.deepEqual(messages(serverFrames(raw.received)), []);
    bodies[0]?.push(`é"}`).end();
    await raw.until((received) => messages(serverFrames(received)).length === 3);
    const all = messages(serverFrames(raw.received));
    assert.equal(all[0], `{"jsonrpc":"2.0","id":1,"result":"${longHead}${piece}\xc3\xa9"}`);
    assert.deepEqual(all.slice(1), [2, 3].map((id) => `{"jsonrpc":"2.0","id":${id},"result":"a"}`));
    assert.ok(serverFrames(raw.received).length > 5);
  });
});

Deno.test("long answers go out one after the other; who waits is paused at its upstream", async () => {
  const two = `[${callText(2)},${callText(3, "eth_getLogs", "[{}]")},${callText(4)}]`;
  await withLong(getLogs, 1, async ({ raw, bodies, lasso }) => {
    await raw.send(clientFrame(two));
    await raw.send(clientFrame(callText(5)));
    await lasso.until(() => bodies.length === 2);
    bodies[1]?.push('3"}').end();
    await lasso.get("/health");
    assert.equal(bodies[1]?.piped, false);
    assert.equal(lasso.server.state.inFlight, 0);
    bodies[0]?.push('1"}').end();
    await raw.until((received) => messages(serverFrames(received)).length === 3);
    const one = (id: number, result: string): string => `{"jsonrpc":"2.0","id":${id},"result":"${result}"}`;
    assert.deepEqual(messages(serverFrames(raw.received)), [
      one(1, `${longHead}1`),
      `[${one(2, "a")},${one(3, `${longHead}3`)},${one(4, "a")}]`,
      one(5, "a"),
    ]);
  });
});

Deno.test("a long answer that was cut must not look whole: the socket is closed with 1011", async () => {
  await withLong(getLogs, 1, async ({ raw, bodies, lasso }) => {
    bodies[0]?.push(piece).fail();
    await raw.until((received) => serverFrames(received).at(-1)?.opcode === 8);
    const frames = serverFrames(raw.received);
    assert.deepEqual(messages(frames), []);
    assert.equal(frames.at(-1)?.payload.slice(0, 2), "\x03\xf3");
    assert.equal(lasso.completed.at(-1)?.streamFailure, "the upstream closed within its answer");
  });
});

Deno.test("long answers are given up when the client leaves, also those that wait for their turn", async () => {
  await withLong(`[${getLogs},${getLogs}]`, 2, async ({ raw, bodies, lasso }) => {
    await raw.send(clientFrame(getLogs));
    await lasso.until(() => bodies.length === 3);
    raw.socket.destroy();
    await lasso.until(() => bodies.every(({ cancelled }) => cancelled));
  });
});

Deno.test("a client that takes a long answer slowly slows its upstream, and no bytes are lost", async () => {
  await withLong(getLogs, 1, async ({ raw, bodies, lasso }) => {
    const [body] = bodies;
    raw.socket.pause();
    let pieces = 0;
    // What the system takes on the way differs; at some point it takes no more.
    while (body?.pauses === 0) {
      assert.ok(pieces < 2_000, "it was never paused");
      body.push(`${pieces++},${piece}`);
      await lasso.get("/health");
    }
    for (let k = 0; k < 20; k++) body?.push(`${pieces++},${piece}`);
    body?.push('"}').end();
    raw.socket.resume();
    const size = pieces * piece.length;
    await raw.until(() => raw.receivedBytes > size && messages(serverFrames(raw.received)).length === 1);
    const [text = ""] = messages(serverFrames(raw.received));
    const numbers = [...text.matchAll(/(\d+),p/g)].map((match) => Number(match[1]));
    assert.deepEqual(numbers, [...numbers.keys()]);
    assert.equal(numbers.length, pieces);
  });
});

Deno.test("answers of one turn are gathered, and their order is that of their readiness", async () => {
  await using on = await wsStage();
  const calls = Array.from({ length: 200 }, (_, id) => clientFrame(callText(id, "eth_chainId")));
  await using raw = await rawWs(on.lasso.server.port, "/rpc/eth");
  await raw.send(Uint8Array.from(calls.flatMap((frame) => [...frame])));
  await raw.until((received) => serverFrames(received).length === 200);
  const ids = serverFrames(raw.received).map(({ payload }) => JSON.parse(payload).id);
  assert.deepEqual(ids, [...ids.keys()]);
});
