// Who and what lives on a simulated chain: accounts whose keys everybody may know, two ERC-20 tokens, a contract
// that swaps them and one that only burns gas. The addresses of contracts are the same on every simulated chain.

import { hashText } from "./hex.ts";
import { addressOf } from "./secp256k1.ts";

export interface SimAccount {
  readonly address: string;
  /** Public by design: it signs the simulated traffic and guards nothing. */
  readonly privateKey: bigint;
}

export interface SimToken {
  readonly address: string;
  readonly name: string;
  readonly symbol: string;
  readonly decimals: number;
  /** In the smallest unit. */
  readonly totalSupply: bigint;
}

const ACCOUNTS = 8;

/** The accounts that send the simulated traffic; the same for the same seed. */
export function accountsOf(seed: number): readonly SimAccount[] {
  return Array.from({ length: ACCOUNTS }, (_, index) => {
    const privateKey = BigInt(hashText(`lasso simulated account ${seed} ${index}`)) >> 1n;
    return { address: addressOf(privateKey), privateKey };
  });
}

function contract(name: string): string {
  return `0x${hashText(`lasso simulated contract ${name}`).slice(26)}`;
}

export const simTokens: readonly [SimToken, SimToken] = [
  {
    address: contract("USDS"),
    name: "Simulated Dollar",
    symbol: "USDS",
    decimals: 6,
    totalSupply: 1_000_000_000n * 10n ** 6n,
  },
  {
    address: contract("SETH"),
    name: "Simulated Ether",
    symbol: "SETH",
    decimals: 18,
    totalSupply: 1_000_000n * 10n ** 18n,
  },
];

/** A call to it with `swapSelector` moves one token in and the other out. */
export const swapContract = contract("swap");

/** A call to it uses three quarters of the gas that it is given: what keeps the base fee moving. */
export const rollupContract = contract("rollup");

/** Receives the priority fees. */
export const feeRecipient = contract("fee recipient");

export function tokenAt(address: string | null): SimToken | undefined {
  return simTokens.find((token) => token.address === address);
}

export function isContract(address: string): boolean {
  return address === swapContract || address === rollupContract || tokenAt(address) !== undefined;
}
