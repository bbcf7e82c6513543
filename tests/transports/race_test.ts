// The race between addresses, with sockets that connect when the test says so.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { settle, VirtualClock } from "../../core/virtual_clock.ts";
import { raceAddresses } from "../../transports/http/race.ts";
import type { WireListener, WireSocket } from "../../transports/http/wire_socket.ts";

class FakeWire {
  readonly socket = new EventEmitter();
  destroyed = false;
  #listener: WireListener | null = null;
  listen(listener: WireListener): void {
    this.#listener = listener;
  }
  destroy(): void {
    this.destroyed = true;
  }
  connect(): void {
    this.socket.emit("connect");
  }
  refuse(error: Error): void {
    this.#listener!.onGone(error);
  }
}

interface Race {
  readonly clock: VirtualClock;
  readonly wires: FakeWire[];
  readonly abort: AbortController;
  readonly result: Promise<{ readonly address: string }>;
}

function race(count: number): Race {
  const clock = new VirtualClock();
  const wires: FakeWire[] = [];
  const abort = new AbortController();
  const addresses = Array.from({ length: count }, (_, i) => ({ address: `10.0.0.${i}`, family: 4 as const }));
  const open = (): WireSocket => {
    wires.push(new FakeWire());
    return wires.at(-1) as unknown as WireSocket;
  };
  const result = raceAddresses(addresses, open, clock, abort.signal);
  result.catch(() => {});
  return { clock, wires, abort, result };
}

Deno.test("raceAddresses() starts the next address after 250 ms, or at once when one fails", async () => {
  const { clock, wires, result } = race(3);
  await clock.advance(249);
  assert.equal(wires.length, 1);
  await clock.advance(1);
  assert.equal(wires.length, 2);
  wires[0]!.refuse(new Error("refused"));
  assert.equal(wires.length, 3);
  wires[1]!.connect();
  assert.equal((await result).address, "10.0.0.1");
  assert.deepEqual(wires.map(({ destroyed }) => destroyed), [true, false, true]);
  assert.equal(clock.pending, 0);
});

Deno.test("raceAddresses() rejects with the last error when all fail", async () => {
  const { clock, wires, result } = race(2);
  wires[0]!.refuse(new Error("first"));
  wires[1]!.refuse(new Error("second"));
  await assert.rejects(result, /second/);
  assert.equal(clock.pending, 0);
});

Deno.test("raceAddresses() frees all sockets when it is given up", async () => {
  const { clock, wires, abort, result } = race(2);
  await clock.advance(300);
  abort.abort(new Error("given up"));
  await assert.rejects(result, /given up/);
  await settle();
  assert.deepEqual(wires.map(({ destroyed }) => destroyed), [true, true]);
  assert.equal(clock.pending, 0);
});
