import assert from "node:assert/strict";
import { chainSettings, fakeChain, FakeNode } from "../../support/fake_chain.ts";

Deno.test("Chain.served never goes back", () => {
  const { chain } = fakeChain({ settings: chainSettings(["a"]) });
  chain.served = 10;
  chain.served = 7;
  assert.equal(chain.served, 10);
});

Deno.test("Chain.served goes down a minute after the chain itself did", async () => {
  const node = new FakeNode(5_000);
  await using bench = fakeChain({ settings: chainSettings(["a"]), scripts: { a: node.answer } });
  bench.chain.touch();
  await bench.clock.advance(0);
  bench.chain.served = 5_000;
  node.head = 10;
  await bench.clock.advance(50_000);
  assert.deepEqual([bench.chain.head, bench.chain.served], [10, 5_000]);
  await bench.clock.advance(20_000);
  assert.equal(bench.chain.served, 10);
  bench.events.length = 0;
  node.head = 11;
  await bench.clock.advance(5_000);
  assert.deepEqual(bench.events.filter(({ event }) => event === "head").map(({ fields }) => fields.block), [
    11,
  ]);
});

Deno.test("Chain.served stays while a provider is near it", async () => {
  const node = new FakeNode(100);
  await using bench = fakeChain({ settings: chainSettings(["a"]), scripts: { a: node.answer } });
  bench.chain.touch();
  await bench.clock.advance(0);
  bench.chain.served = 105;
  await bench.clock.advance(300_000);
  assert.equal(bench.chain.served, 105);
});
