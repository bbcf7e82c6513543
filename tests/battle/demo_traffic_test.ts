import assert from "node:assert/strict";
import { seededRandom } from "../../core/random.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { startDemoTraffic } from "../../battle/demo_traffic.ts";
import { startProvider, stillChain } from "./simulator/support.ts";

/** Lets real sockets do their work until `done`, or fails after five seconds. */
async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!done()) {
    assert.ok(performance.now() < end, "it never happened");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

Deno.test("startDemoTraffic() sends a mix at its rate, all of which a provider answers", async () => {
  const clock = new VirtualClock();
  await using provider = await startProvider(stillChain());
  await using traffic = startDemoTraffic({
    urls: [provider.url],
    ratePerSecond: 10,
    clock,
    random: seededRandom(3),
  });
  for (let sent = 1; sent <= 100; sent++) {
    await clock.advance(100);
    await until(() => traffic.counts.inFlight === 0);
  }
  assert.deepEqual(traffic.counts, { ok: 100, failed: 0, skipped: 0, inFlight: 0 });
  assert.deepEqual(Object.keys(provider.stats.callsByMethod).sort(), [
    "eth_blockNumber",
    "eth_call",
    "eth_gasPrice",
    "eth_getBalance",
    "eth_getBlockByNumber",
    "eth_getLogs",
    "eth_getTransactionReceipt",
  ]);
});

Deno.test("startDemoTraffic() counts failures", async () => {
  const clock = new VirtualClock();
  await using provider = await startProvider(stillChain(), { failureRate: 1, failureKinds: ["http_500"] });
  await using traffic = startDemoTraffic({
    urls: [provider.url],
    ratePerSecond: 10,
    clock,
    random: seededRandom(3),
  });
  await clock.advance(500);
  await until(() => traffic.counts.inFlight === 0);
  assert.equal(traffic.counts.failed, 5);
});

Deno.test("startDemoTraffic() never has more in flight than allowed, and stops at once", async () => {
  const clock = new VirtualClock();
  await using provider = await startProvider(stillChain(), { failureRate: 1, failureKinds: ["hang"] });
  const traffic = startDemoTraffic({
    urls: [provider.url],
    ratePerSecond: 10,
    clock,
    random: seededRandom(3),
    maxInFlight: 4,
  });
  await clock.advance(1_000);
  await until(() => provider.stats.inFlight === 4);
  assert.deepEqual(traffic.counts, { ok: 0, failed: 0, skipped: 6, inFlight: 4 });
  await traffic[Symbol.asyncDispose]();
  assert.deepEqual(traffic.counts, { ok: 0, failed: 0, skipped: 6, inFlight: 0 });
  assert.equal(clock.pending, 0);
});

Deno.test("startDemoTraffic() refuses a rate of 0 and no URL", () => {
  const common = { clock: new VirtualClock(), random: seededRandom(1) };
  assert.throws(
    () => startDemoTraffic({ ...common, urls: ["http://127.0.0.1:1"], ratePerSecond: 0 }),
    new RangeError("Cannot start demo traffic as ratePerSecond must be above 0: it is 0"),
  );
  assert.throws(
    () => startDemoTraffic({ ...common, urls: [], ratePerSecond: 1 }),
    new RangeError("Cannot start demo traffic as urls is empty"),
  );
});
