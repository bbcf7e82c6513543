// From one stream to many sockets: one message per id, positions, gaps.

import assert from "node:assert/strict";
import { Fanout } from "../../../core/streams/fanout.ts";
import type { SharedMessage, SubscriberSocket } from "../../../core/streams/subscriber.ts";
import { seededRandom } from "../../../core/random.ts";
import type { OnGap } from "../../../core/settings.ts";

class Socket implements SubscriberSocket {
  readonly gaps: OnGap | null;
  readonly got: SharedMessage[] = [];
  closed = "";
  onDeliver = (): void => {};

  constructor(gaps: OnGap | null = null) {
    this.gaps = gaps;
  }

  deliver(message: SharedMessage): void {
    this.got.push(message);
    this.onDeliver();
  }

  close(code: number, reason: string): void {
    this.closed = `${code} ${reason}`;
  }
}

Deno.test("Fanout.emit() makes one message for all sockets", () => {
  const fanout = new Fanout(seededRandom(1));
  const [one, two] = [new Socket(), new Socket()];
  const ids = [fanout.join(one, 0).id, fanout.join(two, 0).id];
  assert.equal(ids[0], ids[1]);
  assert.match(ids[0]!, /^0x[0-9a-f]{32}$/);
  fanout.emit('{"n":1}', 1);
  assert.equal(one.got[0], two.got[0]);
  assert.deepEqual(JSON.parse(one.got[0]!.text), {
    jsonrpc: "2.0",
    method: "eth_subscription",
    params: { subscription: ids[0], result: { n: 1 } },
  });
});

Deno.test("Fanout.join() gives a socket that listens twice two ids, and each event under both", () => {
  const fanout = new Fanout(seededRandom(1));
  const socket = new Socket();
  const [first, second] = [fanout.join(socket, 0), fanout.join(socket, 0)];
  assert.notEqual(first.id, second.id);
  fanout.emit("1", 1);
  assert.deepEqual(
    socket.got.map(({ text }) => JSON.parse(text).params.subscription).sort(),
    [first.id, second.id].sort(),
  );
  first.leave();
  first.leave();
  fanout.emit("2", 2);
  assert.equal(socket.got.length, 3);
  assert.equal(fanout.join(socket, 2).id, first.id);
  assert.equal(fanout.size, 2);
});

Deno.test("Fanout.emit() tells nobody what stands before its position", () => {
  const fanout = new Fanout(seededRandom(1));
  const [early, late] = [new Socket(), new Socket()];
  fanout.join(early, 4);
  fanout.join(late, 5);
  fanout.emit("1", 5);
  assert.deepEqual([early.got.length, late.got.length], [1, 0]);
});

Deno.test("Fanout.emit() reaches everybody when members leave while they hear", () => {
  const fanout = new Fanout(seededRandom(1));
  const sockets = Array.from({ length: 20 }, () => new Socket());
  for (const [k, socket] of sockets.entries()) {
    const membership = fanout.join(socket, 0);
    if (k % 3 === 0) socket.onDeliver = () => membership.leave();
  }
  fanout.emit("1", 1);
  assert.ok(sockets.every(({ got }) => got.length === 1));
  fanout.emit("2", 2);
  assert.deepEqual(sockets.map(({ got }) => got.length), sockets.map((_, k) => k % 3 === 0 ? 1 : 2));
});

Deno.test("Fanout.gap() closes, notifies or keeps quiet, as each socket wants", () => {
  const fanout = new Fanout(seededRandom(1));
  const sockets = [new Socket(), new Socket("close"), new Socket("notify"), new Socket("continue")];
  for (const socket of sockets) fanout.join(socket, 0);
  fanout.gap({ from: 10, to: 26 }, "continue", "Lost.");
  assert.deepEqual(sockets.map(({ closed, got }) => [closed.slice(0, 4), got.length]), [
    ["", 0],
    ["1012", 0],
    ["", 1],
    ["", 0],
  ]);
  assert.ok(new TextEncoder().encode(sockets[1]!.closed.slice(5)).length <= 123);
  assert.deepEqual(JSON.parse(sockets[2]!.got[0]!.text).params.error, {
    code: -32000,
    message: "Lost.",
    data: { reason: "gap", from_block: "0xa", to_block: "0x1a" },
  });
});
