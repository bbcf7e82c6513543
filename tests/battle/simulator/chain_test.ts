import assert from "node:assert/strict";
import {
  type Hex,
  hexToBytes,
  isAddressEqual,
  keccak256,
  numberToHex,
  parseTransaction,
  recoverTransactionAddress,
  serializeTransaction,
} from "viem";
import { createSimulatedChain } from "../../../battle/simulator/chain.ts";
import { nextBaseFee } from "../../../battle/simulator/header.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { headerHash, setBits } from "./recompute.ts";
import { caller, stillChain } from "./support.ts";

Deno.test("SimulatedChain headers hash to their own hash and name their parent", () => {
  const call = caller(stillChain());
  let parentHash: string | undefined;
  for (let number = 0; number <= 96; number++) {
    const block = call("eth_getBlockByNumber", numberToHex(number), false).result;
    assert.equal(headerHash(block), block.hash);
    if (parentHash !== undefined) assert.equal(block.parentHash, parentHash);
    parentHash = block.hash;
  }
});

Deno.test("SimulatedChain transactions hash, serialise and recover as viem does it", async () => {
  const chain = stillChain();
  const types = new Set<number>();
  for (let number = 90; number <= 96; number++) {
    for (const tx of chain.view().at(number)!.transactions) {
      types.add(tx.type);
      const raw = `0x${Array.from(tx.raw, (byte) => byte.toString(16).padStart(2, "0")).join("")}` as Hex;
      const parsed = parseTransaction(raw);
      assert.equal(keccak256(raw), tx.hash);
      const { r, s, v, yParity, ...unsigned } = parsed as typeof parsed & { v?: bigint; yParity?: number };
      const signature = v === undefined
        ? { r: r!, s: s!, yParity: yParity! }
        : { r: r!, s: s!, v, yParity: Number((v - 35n) % 2n) };
      assert.equal(keccak256(serializeTransaction(unsigned, signature)), tx.hash);
      // deno-lint-ignore no-explicit-any
      const sender = await recoverTransactionAddress({ serializedTransaction: raw as any });
      assert.ok(isAddressEqual(sender, tx.from as Hex), `${sender} is not ${tx.from}`);
    }
  }
  assert.deepEqual([...types].sort(), [0, 2]);
});

Deno.test("SimulatedChain blooms hold every log, per receipt and per block, and little else", () => {
  const call = caller(stillChain());
  let logs = 0;
  for (let number = 60; number <= 96; number++) {
    const block = call("eth_getBlockByNumber", numberToHex(number), false).result;
    const all = new Uint8Array(256);
    for (const receipt of call("eth_getBlockReceipts", numberToHex(number)).result) {
      const own = new Uint8Array(256);
      for (const log of receipt.logs) {
        logs++;
        for (const item of [log.address, ...log.topics]) {
          for (const bloom of [own, all]) setBits(bloom, item);
        }
      }
      assert.deepEqual(hexToBytes(receipt.logsBloom), own);
    }
    assert.deepEqual(hexToBytes(block.logsBloom), all);
  }
  assert.ok(logs > 50, `only ${logs} logs were seen`);
});

Deno.test("SimulatedChain gas adds up, the base fee follows EIP-1559 and stays in its range", () => {
  const chain = stillChain();
  for (let extra = 0; extra < 150; extra++) chain.mine();
  for (let number = 1; number <= chain.head.number; number++) {
    const block = chain.view().at(number)!;
    const last = block.receipts.at(-1);
    assert.equal(block.header.gasUsed, last?.cumulativeGasUsed ?? 0);
    assert.ok(block.header.gasUsed <= block.header.gasLimit);
    assert.equal(block.header.baseFeePerGas, nextBaseFee(chain.view().at(number - 1)!.header));
    assert.ok(block.header.baseFeePerGas > 10n ** 9n && block.header.baseFeePerGas < 10n ** 11n);
  }
});

Deno.test("createSimulatedChain() makes the same chain from the same seed, another from another", () => {
  assert.equal(stillChain(3).head.hash, stillChain(3).head.hash);
  assert.notEqual(stillChain(3).head.hash, stillChain(4).head.hash);
  assert.notEqual(stillChain(3, 1).head.hash, stillChain(3, 8453).head.hash);
});

Deno.test("SimulatedChain makes a block each block time, also faster than a second, and stops when disposed", async () => {
  const clock = new VirtualClock();
  const chain = createSimulatedChain({ chainId: 1, seed: 1, blockTimeMs: 2_000, clock, historyBlocks: 3 });
  await clock.advance(10_000);
  assert.equal(chain.head.number, 8);
  assert.equal(chain.head.header.timestamp, Math.floor(clock.wallNow() / 1000));
  chain.setBlockTime(100);
  await clock.advance(1_000);
  assert.equal(chain.head.number, 18);
  chain[Symbol.dispose]();
  await clock.advance(10_000);
  assert.equal(chain.head.number, 18);
  assert.equal(clock.pending, 0);
});

Deno.test("SimulatedChain forgets what the window leaves behind, but for the genesis", () => {
  const chain = createSimulatedChain({
    chainId: 1,
    seed: 1,
    blockTimeMs: 0,
    clock: new VirtualClock(),
    historyBlocks: 10,
    windowBlocks: 20,
  });
  const old = chain.view().at(5)!;
  for (let extra = 0; extra < 30; extra++) chain.mine();
  const view = chain.view();
  assert.equal(view.at(5), undefined);
  assert.equal(view.byHash(old.hash), undefined);
  assert.equal(view.transaction(old.transactions[0]!.hash), undefined);
  assert.equal(view.earliest.number, 0);
  assert.ok(view.at(21) !== undefined);
});

Deno.test("SimulatedChain.view() of a node that lags ends below the head", () => {
  const chain = stillChain();
  const view = chain.view(5);
  assert.equal(view.head.number, 91);
  assert.equal(view.at(92), undefined);
  assert.equal(view.byHash(chain.head.hash), undefined);
  assert.equal(view.transaction(chain.head.transactions[0]!.hash), undefined);
  assert.equal(view.safe.number, 59);
  assert.equal(view.finalized.number, 27);
});

Deno.test("createSimulatedChain() refuses a negative block time", () => {
  assert.throws(
    () => createSimulatedChain({ chainId: 1, seed: 1, blockTimeMs: -1, clock: new VirtualClock() }),
    new RangeError("Cannot simulate a chain as blockTimeMs must be 0 or more: it is -1"),
  );
});
