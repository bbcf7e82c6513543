import assert from "node:assert/strict";
import { DemoSubscriber } from "../../battle/demo_subscriber.ts";
import { startDemoTraffic } from "../../battle/demo_traffic.ts";
import { seededRandom } from "../../core/random.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { until } from "../support/until.ts";
import { startProvider, stillChain } from "./simulator/support.ts";

Deno.test("DemoSubscriber counts heads and logs, and connects again when its socket is gone", async () => {
  const chain = stillChain();
  const clock = new VirtualClock();
  await using provider = await startProvider(chain);
  await using subscriber = new DemoSubscriber(provider.wsUrl, clock);
  const subscribed = (): boolean => provider.stats.subscriptions.open === 2;
  await until("its subscriptions", subscribed);
  chain.mine();
  await until("what was announced", () => subscriber.counts.heads === 1 && subscriber.counts.logs > 0);
  provider.dropSockets();
  await until("its timer", () => clock.pending === 1);
  await clock.advance(1_000);
  await until("its subscriptions", subscribed);
  chain.mine();
  await until("what was announced", () => subscriber.counts.heads === 2);
  assert.equal(subscriber.counts.connections, 2);
});

Deno.test("DemoSubscriber stops while it connects, and while it waits to", async () => {
  const clock = new VirtualClock();
  await using provider = await startProvider(stillChain(), { stall: true });
  const connecting = new DemoSubscriber(provider.wsUrl, clock);
  await connecting[Symbol.asyncDispose]();
  provider.set({ stall: false, ws: false });
  const waiting = new DemoSubscriber(provider.wsUrl, clock);
  await until("its timer", () => clock.pending === 1);
  await waiting[Symbol.asyncDispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("startDemoTraffic() has a subscriber for each WebSocket URL", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using traffic = startDemoTraffic({
    urls: [provider.url],
    wsUrls: [provider.wsUrl, provider.wsUrl],
    ratePerSecond: 10,
    clock: new VirtualClock(),
    random: seededRandom(3),
  });
  await until("their subscriptions", () => provider.stats.subscriptions.open === 4);
  chain.mine();
  await until("their heads", () => traffic.subscribers.every(({ heads }) => heads === 1));
});
