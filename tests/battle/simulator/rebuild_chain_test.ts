import assert from "node:assert/strict";
import { type ChainTruth, recordTruth } from "../../../battle/simulator/chain_truth.ts";
import { rebuildChain } from "../../../battle/simulator/rebuild_chain.ts";
import { stillChain } from "./support.ts";

function record(): { chain: ReturnType<typeof stillChain>; truth: ChainTruth } {
  const chain = stillChain();
  let nowUs = 0;
  using recording = recordTruth(chain, () => nowUs);
  for (const step of [1, 2, 3]) {
    nowUs = step * 1_000_000;
    chain.mine();
  }
  nowUs = 4_000_000;
  chain.reorg(2);
  // What goes through a pipe is JSON.
  return { chain, truth: JSON.parse(JSON.stringify(recording.truth())) as ChainTruth };
}

Deno.test("rebuildChain() makes the same blocks, receipts, logs and states, orphans among them", () => {
  const { chain, truth } = record();
  const { tree, ordinals } = rebuildChain(truth);
  assert.equal(truth.blocks.length, 97 + 3 + 3);
  assert.equal(ordinals.size, truth.blocks.length);
  for (const { hash } of truth.blocks) {
    const [ours, theirs] = [tree.byHash(hash), chain.block(hash)];
    assert.equal(ours?.json(true), theirs?.json(true));
    assert.equal(ours?.receiptsJson(), theirs?.receiptsJson());
    assert.deepEqual(ours?.state.tokens, theirs?.state.tokens);
    assert.deepEqual(ours?.state.wei, theirs?.state.wei);
    assert.deepEqual(ours?.state.nonces, theirs?.state.nonces);
  }
});

Deno.test("recordTruth() tells when which block was the head", () => {
  const { chain, truth } = record();
  assert.deepEqual(truth.heads.map(({ atUs }) => atUs), [0, 1e6, 2e6, 3e6, 4e6]);
  assert.equal(truth.heads.at(-1)?.hash, chain.head.hash);
});

Deno.test("rebuildChain() refuses a record that does not hold together", () => {
  const { truth } = record();
  assert.throws(() => rebuildChain({ ...truth, blocks: [] }), /can't be followed: it holds no block/);
  assert.throws(() => rebuildChain({ ...truth, blocks: truth.blocks.slice(0, 5).concat(truth.blocks[7]!) }), {
    message: /its parent is not there\n {2}at block 0x/,
  });
  const wrong = truth.blocks.map((block, index) =>
    index === 6 ? { ...block, header: { ...block.header, timestamp: 1 } } : block
  );
  assert.throws(() => rebuildChain({ ...truth, blocks: wrong }), /it comes out as 0x/);
});
