// Hash and bloom of a block, computed anew from what a node answers: with viem and the yellow paper, and with none of
// the simulator's own code.

import { type Hex, keccak256, numberToHex, toRlp } from "viem";

/** A quantity's digits as RLP's scalar. */
function scalar(value: string): Hex {
  return BigInt(value) === 0n ? "0x" : numberToHex(BigInt(value));
}

/** keccak256 of the RLP of a header's fields (a block, or a newHeads notification). */
// deno-lint-ignore no-explicit-any
export function headerHash(block: any): Hex {
  const fields: Hex[] = [
    block.parentHash,
    block.sha3Uncles,
    block.miner,
    block.stateRoot,
    block.transactionsRoot,
    block.receiptsRoot,
    block.logsBloom,
    scalar(block.difficulty),
    scalar(block.number),
    scalar(block.gasLimit),
    scalar(block.gasUsed),
    scalar(block.timestamp),
    block.extraData,
    block.mixHash,
    block.nonce,
    scalar(block.baseFeePerGas),
    block.withdrawalsRoot,
    scalar(block.blobGasUsed),
    scalar(block.excessBlobGas),
    block.parentBeaconBlockRoot,
    block.requestsHash,
  ];
  return keccak256(toRlp(fields));
}

/** The yellow paper's M3:2048, written anew: bit b counted from the end of the 256 bytes. */
export function setBits(bloom: Uint8Array, item: Hex): void {
  const hash = keccak256(item).slice(2);
  for (const pair of [hash.slice(0, 4), hash.slice(4, 8), hash.slice(8, 12)]) {
    const bit = BigInt(`0x${pair}`) % 2048n;
    bloom[255 - Number(bit / 8n)]! |= 1 << Number(bit % 8n);
  }
}
