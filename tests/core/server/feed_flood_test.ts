// A thousand events a second for a while, on virtual time: what one reader is sent stays bounded, and says so.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
// @ts-types="@types/ws"
import type { WebSocket } from "ws";
import { EventHub } from "../../../core/server/event_hub.ts";
import { FeedSocket } from "../../../core/server/feed_socket.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

interface Batch {
  readonly type: string;
  readonly events?: readonly { readonly topic: string; readonly at: number; readonly result?: string }[];
  readonly dropped?: number;
}

class Reader extends EventEmitter {
  bufferedAmount = 0;
  bytes = 0;
  readonly batches: Batch[] = [];
  readonly lateMs: number[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    super();
    this.#clock = clock;
  }

  send(text: string): void {
    this.bytes += text.length;
    const batch = JSON.parse(text) as Batch;
    if (batch.type !== "batch") return;
    this.batches.push(batch);
    for (const { at } of batch.events ?? []) this.lateMs.push(this.#clock.wallNow() - at);
  }
  close(): void {}
  terminate(): void {
    this.emit("close");
  }
}

Deno.test("feed at 1,000 events/s: bounded batches, none later than its window, every failure and change of state told", async () => {
  const clock = new VirtualClock();
  const hub = new EventHub(() => clock.wallNow());
  const reader = new Reader(clock);
  new FeedSocket(reader as unknown as WebSocket, null, "none", {
    clock,
    hub,
    snapshot: () => ({}),
    chainName: (given) => given,
    gone: () => {},
  });
  const seconds = 5;
  const published = { routing: 0, failed: 0, provider: 0 };
  for (let ms = 0; ms < seconds * 1_000; ms++) {
    // Bursts of 200 calls at once now and then, among a steady flow.
    const calls = ms % 200 === 0 ? 200 : 1;
    for (let k = 0; k < calls; k++) {
      const failed = ms % 10 === 0 && k === 0;
      published.routing++;
      if (failed) published.failed++;
      hub.publish("routing", "ethereum", { result: failed ? "timeout" : "ok" }, failed);
    }
    if (ms % 100 === 0) {
      published.provider++;
      hub.emit("provider.state", { chain: "ethereum", provider: "a", state: "open" });
    }
    await clock.advance(1);
  }
  await clock.advance(100);
  const events = reader.batches.flatMap((batch) => batch.events ?? []);
  const routing = events.filter(({ topic }) => topic === "routing");
  const dropped = reader.batches.reduce((sum, batch) => sum + (batch.dropped ?? 0), 0);
  assert.ok(reader.batches.length <= seconds * 20 + 2, `${reader.batches.length} batches`);
  assert.ok(
    reader.batches.every((batch) =>
      (batch.events ?? []).filter(({ topic }) => topic === "routing").length <= 100
    ),
  );
  assert.ok(Math.max(...reader.lateMs) <= 50);
  assert.equal(routing.length + dropped, published.routing);
  assert.ok(dropped > 0);
  assert.equal(routing.filter(({ result }) => result === "timeout").length, published.failed);
  assert.equal(events.filter(({ topic }) => topic === "provider").length, published.provider);
  reader.emit("close");
  assert.equal(clock.pending, 0);
});
