// Runs one transaction on a block's draft state: moves wei and tokens, writes logs, charges gas. Gas follows fixed
// rules, so that eth_estimateGas can tell it beforehand. Called by the block builder and by the estimate.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { addressArgument, dataLength, numberArgument, selectors } from "./contract_calls.ts";
import { fromHex, hashText, scalar, toHex, word } from "./hex.ts";
import type { SimLog } from "./receipt.ts";
import { encodeRlp } from "./rlp.ts";
import { effectiveGasPrice, type UnsignedTransaction } from "./transaction.ts";
import { feeRecipient, rollupContract, type SimToken, simTokens, swapContract, tokenAt } from "./world.ts";
import { nonceOf, StateDraft, tokensOf, type WorldState } from "./world_state.ts";

export const transferTopic = hashText("Transfer(address,address,uint256)");

export interface Outcome {
  readonly status: 0 | 1;
  readonly gasUsed: number;
  readonly logs: readonly SimLog[];
  readonly contractAddress: string | null;
}

export interface SentTransaction extends UnsignedTransaction {
  readonly from: string;
}

/** What an empty call costs, and what is charged for a byte of data (no difference is made for zeros). */
const BASE_GAS = 21_000;
const DATA_GAS = 16;
const CREATE_GAS = 32_000;
const TOKEN_GAS = 30_000;
const SWAP_GAS = 95_000;
const OTHER_CALL_GAS = 40_000;

/** Gas that this call uses when given enough of it. */
export function gasNeeded(call: { readonly to: string | null; readonly data: string }): number {
  const base = BASE_GAS + DATA_GAS * dataLength(call.data);
  if (call.to === null) return base + CREATE_GAS + 10 * DATA_GAS * dataLength(call.data);
  if (tokenAt(call.to) !== undefined) return base + TOKEN_GAS;
  if (call.to === swapContract) return base + SWAP_GAS;
  return call.data === "0x" ? base : base + OTHER_CALL_GAS;
}

export function execute(tx: SentTransaction, draft: StateDraft, baseFeePerGas: bigint): Outcome {
  const needed = tx.to === rollupContract
    ? BASE_GAS + Math.floor((tx.gasLimit - BASE_GAS) * 0.75)
    : gasNeeded(tx);
  const gasUsed = Math.min(needed, tx.gasLimit);
  const price = effectiveGasPrice(tx, baseFeePerGas);
  const contractAddress = tx.to === null ? createdAddress(tx.from, nonceOf(draft, tx.from)) : null;
  draft.useNonce(tx.from);
  draft.addWei(tx.from, -price * BigInt(gasUsed));
  draft.addWei(feeRecipient, (price - baseFeePerGas) * BigInt(gasUsed));
  const logs = needed > tx.gasLimit ? null : effects(tx, draft);
  if (logs === null) return { status: 0, gasUsed, logs: [], contractAddress };
  draft.addWei(tx.from, -tx.value);
  draft.addWei(tx.to ?? contractAddress ?? tx.from, tx.value);
  return { status: 1, gasUsed, logs, contractAddress };
}

/** The logs of a call that went through; null where it reverted, and then nothing moved. */
function effects(tx: SentTransaction, draft: StateDraft): readonly SimLog[] | null {
  const selector = tx.data.slice(0, 10);
  if (selector === selectors.revert) return null;
  const token = tokenAt(tx.to);
  if (token !== undefined) {
    if (selector !== selectors.transfer) return null;
    const [to, amount] = [addressArgument(tx.data, 0), numberArgument(tx.data, 1)];
    return draft.moveTokens(token, tx.from, to, amount) ? [transferLog(token, tx.from, to, amount)] : null;
  }
  if (tx.to !== swapContract || selector !== selectors.swap) return [];
  const [paid, received] = simTokens;
  const [input, output] = [numberArgument(tx.data, 0), numberArgument(tx.data, 1)];
  if (tokensOf(draft, paid, tx.from) < input || tokensOf(draft, received, swapContract) < output) return null;
  draft.moveTokens(paid, tx.from, swapContract, input);
  draft.moveTokens(received, swapContract, tx.from, output);
  return [
    transferLog(paid, tx.from, swapContract, input),
    transferLog(received, swapContract, tx.from, output),
  ];
}

/** Would it revert on this state? For eth_estimateGas; the state is left alone. */
export function wouldRevert(tx: SentTransaction, state: WorldState): boolean {
  return effects(tx, new StateDraft(state)) === null;
}

/** `Transfer(address indexed from, address indexed to, uint256 value)` of ERC-20. */
function transferLog(token: SimToken, from: string, to: string, amount: bigint): SimLog {
  return {
    address: token.address,
    topics: [transferTopic, `0x${word(BigInt(from))}`, `0x${word(BigInt(to))}`],
    data: `0x${word(amount)}`,
  };
}

/** Where CREATE puts a contract: the end of keccak256 of the RLP of sender and nonce (yellow paper §7). */
function createdAddress(from: string, nonce: number): string {
  return `0x${toHex(keccak_256(encodeRlp([fromHex(from), scalar(nonce)]))).slice(26)}`;
}
