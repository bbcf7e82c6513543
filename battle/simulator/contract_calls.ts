// What the simulated contracts answer to eth_call: ERC-20's views on the tokens, a revert on demand, and for anything
// else a word that follows from callee, data and block, so that two honest providers always agree. Nothing is written.

import { fromHex, hashText, toHex, word } from "./hex.ts";
import { tokensOf, type WorldState } from "./world_state.ts";
import { rollupContract, type SimToken, swapContract, tokenAt } from "./world.ts";

export const selectors = {
  name: "0x06fdde03",
  symbol: "0x95d89b41",
  decimals: "0x313ce567",
  totalSupply: "0x18160ddd",
  balanceOf: "0x70a08231",
  allowance: "0xdd62ed3e",
  transfer: "0xa9059cbb",
  /** swap(uint256,uint256): dollars in, ether out. */
  swap: hashText("swap(uint256,uint256)").slice(0, 10),
  /** simulateRevert(): reverts wherever it is called. */
  revert: hashText("simulateRevert()").slice(0, 10),
} as const;

/** `Error(string)`, Solidity's own revert. */
const errorSelector = "0x08c379a0";

export interface ContractCall {
  /** Lower case; null where a contract would be created. */
  readonly to: string | null;
  readonly from: string;
  readonly data: string;
}

export type CallOutcome =
  | { readonly kind: "returned"; readonly data: string }
  | { readonly kind: "reverted"; readonly reason: string; readonly data: string };

/** Runs a call on the state after a block; `blockHash` only seeds made-up answers. */
export function callContract(call: ContractCall, state: WorldState, blockHash: string): CallOutcome {
  const selector = call.data.slice(0, 10);
  if (selector === selectors.revert) return reverted("simulated revert");
  const token = tokenAt(call.to);
  if (token !== undefined) return callToken(token, selector, call, state);
  if (call.to === null || call.data === "0x") return returned("0x");
  return returned(hashText(`${call.to}${call.data}${blockHash}`));
}

function callToken(token: SimToken, selector: string, call: ContractCall, state: WorldState): CallOutcome {
  switch (selector) {
    case selectors.name:
      return returned(`0x${word(32n)}${abiText(token.name)}`);
    case selectors.symbol:
      return returned(`0x${word(32n)}${abiText(token.symbol)}`);
    case selectors.decimals:
      return returned(`0x${word(BigInt(token.decimals))}`);
    case selectors.totalSupply:
      return returned(`0x${word(token.totalSupply)}`);
    case selectors.balanceOf:
      return returned(`0x${word(tokensOf(state, token, addressArgument(call.data, 0)))}`);
    case selectors.allowance:
      return returned(`0x${word(0n)}`);
    case selectors.transfer:
      return tokensOf(state, token, call.from) < numberArgument(call.data, 1)
        ? reverted("ERC20: transfer amount exceeds balance")
        : returned(`0x${word(1n)}`);
    default:
      return { kind: "reverted", reason: "", data: "0x" };
  }
}

/** The address in argument number `index`; short data reads as zeros, as in the EVM. */
export function addressArgument(data: string, index: number): string {
  return `0x${argument(data, index).slice(24)}`;
}

export function numberArgument(data: string, index: number): bigint {
  return BigInt(`0x${argument(data, index)}`);
}

function argument(data: string, index: number): string {
  return data.slice(10 + 64 * index, 74 + 64 * index).padEnd(64, "0");
}

/** The code at a simulated contract: not real bytecode, but not empty, and never the same for two of them. */
export function codeOf(address: string): string {
  const isKnown = tokenAt(address) !== undefined || address === swapContract || address === rollupContract;
  return isKnown ? `0x6080604052${hashText(`code ${address}`).slice(2)}` : "0x";
}

function returned(data: string): CallOutcome {
  return { kind: "returned", data };
}

function reverted(reason: string): CallOutcome {
  return { kind: "reverted", reason, data: `${errorSelector}${word(32n)}${abiText(reason)}` };
}

/** Length and padded bytes of a text, as the ABI has it. */
function abiText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil(bytes.length / 32) * 32);
  padded.set(bytes);
  return `${word(BigInt(bytes.length))}${padded.length === 0 ? "" : toHex(padded).slice(2)}`;
}

/** Call data from a selector and its words. */
export function callData(selector: string, ...words: readonly (bigint | string)[]): string {
  const encoded = words.map((value) => word(typeof value === "string" ? BigInt(value) : value));
  return `${selector}${encoded.join("")}`;
}

/** Bytes of `data`, for gas. */
export function dataLength(data: string): number {
  return fromHex(data).length;
}
