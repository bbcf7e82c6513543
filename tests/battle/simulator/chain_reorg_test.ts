import assert from "node:assert/strict";
import { hexToBytes, numberToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { ChainChange } from "../../../battle/simulator/block_tree.ts";
import { createSimulatedChain, type SimulatedChain } from "../../../battle/simulator/chain.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { headerHash, setBits } from "./recompute.ts";
import { caller, stillChain } from "./support.ts";

function changesOf(chain: SimulatedChain): ChainChange[] {
  const changes: ChainChange[] = [];
  chain.onChange((change) => changes.push(change));
  return changes;
}

const numbers = (blocks: readonly { readonly number: number }[]): number[] =>
  blocks.map(({ number }) => number);

Deno.test("SimulatedChain.reorg() replaces the last blocks by one more, linked to what stays", () => {
  const chain = stillChain();
  const changes = changesOf(chain);
  const old = [94, 95, 96].map((number) => chain.view().at(number)!);
  const change = chain.reorg(2);
  assert.deepEqual(numbers(change.removed), [96, 95]);
  assert.deepEqual(numbers(change.added), [95, 96, 97]);
  assert.deepEqual(changes, [change]);
  assert.equal(chain.head, change.added[2]);
  let parent = old[0]!;
  for (const block of change.added) {
    assert.equal(block.header.parentHash, parent.hash);
    assert.equal(chain.view().at(block.number), block);
    parent = block;
  }
  const hashes = new Set([...old, ...change.added].map(({ hash }) => hash));
  assert.equal(hashes.size, 6);
  const inOld = new Set(old.slice(1).flatMap(({ transactions }) => transactions.map(({ hash }) => hash)));
  const inNew = change.added.flatMap(({ transactions }) => transactions);
  assert.ok(inNew.length > 0 && inNew.every(({ hash }) => !inOld.has(hash)));
  assert.equal(chain.mine().header.parentHash, parent.hash);
});

Deno.test("SimulatedChain.reorg() makes blocks whose hashes and blooms are true", () => {
  const chain = stillChain();
  const call = caller(chain);
  chain.reorg(12);
  let parentHash = chain.view().at(84)!.hash;
  let logs = 0;
  for (let number = 85; number <= 97; number++) {
    const block = call("eth_getBlockByNumber", numberToHex(number), false).result;
    assert.equal(headerHash(block), block.hash);
    assert.equal(block.parentHash, parentHash);
    parentHash = block.hash;
    const bloom = new Uint8Array(256);
    for (const log of call("eth_getLogs", { blockHash: block.hash }).result) {
      logs++;
      assert.equal(log.blockNumber, block.number);
      for (const item of [log.address, ...log.topics]) setBits(bloom, item);
    }
    assert.deepEqual(hexToBytes(block.logsBloom), bloom);
  }
  assert.ok(logs > 10, `only ${logs} logs were seen`);
});

Deno.test("SimulatedChain.reorg() leaves orphaned blocks to be read by hash only", () => {
  const chain = stillChain();
  const call = caller(chain);
  const orphan = chain.head;
  const tx = orphan.transactions[0]!;
  const logs = call("eth_getLogs", { blockHash: orphan.hash }).result;
  assert.ok(logs.length > 0);
  chain.reorg(1);
  assert.equal(call("eth_getBlockByHash", orphan.hash, false).result.number, "0x60");
  assert.notEqual(call("eth_getBlockByNumber", "0x60", false).result.hash, orphan.hash);
  assert.equal(call("eth_getTransactionByHash", tx.hash).result, null);
  assert.equal(call("eth_getTransactionReceipt", tx.hash).result, null);
  assert.deepEqual(call("eth_getLogs", { blockHash: orphan.hash }).result, logs);
  const canonical = call("eth_getLogs", { fromBlock: "0x5f", toBlock: "latest" }).result;
  assert.ok(canonical.length > 0);
  assert.ok(canonical.every((log: { blockHash: string }) => log.blockHash !== orphan.hash));
  assert.ok(call("eth_getBalance", chain.accounts[0]!.address, { blockHash: orphan.hash }).result);
});

Deno.test("SimulatedChain.reorg() puts a client's transaction back into the pool and then into a new block", async () => {
  const chain = stillChain();
  const call = caller(chain);
  const account = privateKeyToAccount(`0x${"44".repeat(32)}`);
  const raw = await account.signTransaction({
    chainId: 1,
    nonce: 0,
    to: account.address,
    gas: 21_000n,
    maxFeePerGas: 10n ** 11n,
    maxPriorityFeePerGas: 10n ** 9n,
  });
  const hash = call("eth_sendRawTransaction", raw).result;
  const first = chain.mine();
  assert.equal(call("eth_getTransactionReceipt", hash).result.blockHash, first.hash);
  const { added } = chain.reorg(1);
  assert.equal(call("eth_getTransactionReceipt", hash).result.blockHash, added[0]!.hash);
  assert.equal(chain.pool.get(hash), undefined);
  chain.switchTo(first.hash);
  assert.equal(call("eth_getTransactionReceipt", hash).result.blockHash, first.hash);
  assert.equal(chain.pool.get(hash), undefined);
});

Deno.test("SimulatedChain.reorg() is the same for the same seed, another each time", () => {
  const hashes = (): string[] => {
    const chain = stillChain(9);
    return [chain.reorg(3), chain.reorg(3, { newBlocks: 3 }), chain.reorg(1)].flatMap(({ added }) =>
      added.map(({ hash }) => hash)
    );
  };
  const first = hashes();
  assert.deepEqual(hashes(), first);
  assert.equal(new Set(first).size, first.length);
});

Deno.test("SimulatedChain.reorg() to fewer blocks lets the head fall", () => {
  const chain = stillChain();
  chain.reorg(4, { newBlocks: 2 });
  assert.equal(chain.head.number, 94);
  assert.equal(chain.view().at(95), undefined);
  chain.mine();
  assert.equal(chain.head.number, 95);
});

Deno.test("SimulatedChain.switchTo() goes back to a branch that was left: A, B, A", () => {
  const chain = stillChain();
  const changes = changesOf(chain);
  const a = chain.head;
  chain.reorg(1);
  chain.switchTo(a.hash);
  assert.equal(chain.head, a);
  assert.deepEqual(changes.map(({ removed, added }) => [numbers(removed), numbers(added)]), [
    [[96], [96, 97]],
    [[97, 96], [96]],
  ]);
});

Deno.test("SimulatedChain.onChange() tells of mined blocks too, of each in order, until taken back", () => {
  const chain = stillChain();
  const seen: string[] = [];
  chain.onChange(({ added: [block] }) => {
    if (block!.number === 97) chain.mine();
  });
  const stop = chain.onChange(({ removed, added }) => seen.push(`${numbers(removed)}>${numbers(added)}`));
  chain.mine();
  assert.deepEqual(seen, [">97", ">98"]);
  stop();
  chain.mine();
  assert.equal(seen.length, 2);
});

Deno.test("SimulatedChain.onTransaction() hears of each transaction before the block that holds it", () => {
  const chain = stillChain();
  const seen: string[] = [];
  chain.onTransaction(({ hash }) => seen.push(hash));
  chain.onChange(({ added }) => {
    const hashes = added.flatMap(({ transactions }) => transactions.map(({ hash }) => hash));
    assert.deepEqual(seen.splice(0), hashes);
  });
  chain.mine();
  chain.reorg(2);
});

Deno.test("SimulatedChain forgets orphaned blocks when the window leaves their height", () => {
  const clock = new VirtualClock();
  const chain = createSimulatedChain({
    chainId: 1,
    seed: 1,
    blockTimeMs: 0,
    clock,
    historyBlocks: 4,
    windowBlocks: 6,
  });
  const orphan = chain.head;
  chain.reorg(1, { newBlocks: 1 });
  assert.equal(chain.block(orphan.hash), orphan);
  for (let extra = 0; extra < 6; extra++) chain.mine();
  assert.equal(chain.block(orphan.hash), undefined);
  assert.throws(() => chain.reorg(8), /it is 8$/);
  assert.equal(chain.reorg(5).added.length, 6);
});

for (
  const [name, run, text] of [
    [
      "a depth of 0",
      (chain: SimulatedChain) => chain.reorg(0),
      /depth must be a whole number from 1 to 96, within the window: it is 0$/,
    ],
    ["a depth below the genesis", (chain: SimulatedChain) => chain.reorg(97), /it is 97$/],
    [
      "no new block",
      (chain: SimulatedChain) => chain.reorg(1, { newBlocks: 0 }),
      /newBlocks must be a whole number of 1 or more: it is 0$/,
    ],
    [
      "an unknown hash",
      (chain: SimulatedChain) => chain.switchTo("0x12"),
      /Cannot switch the chain to block 0x12: it is not known$/,
    ],
    [
      "the head",
      (chain: SimulatedChain) => chain.switchTo(chain.head.hash),
      /it is on the canonical branch already$/,
    ],
  ] as const
) {
  Deno.test(`SimulatedChain.reorg() and switchTo() refuse ${name}`, () => {
    const chain = stillChain();
    const { head } = chain;
    assert.throws(() => run(chain), (thrown) => thrown instanceof RangeError && text.test(thrown.message));
    assert.equal(chain.head, head);
  });
}
