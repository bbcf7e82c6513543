// What accounts own after a block: nonces, wei, tokens. A block's state is a copy of its parent's with the block's
// changes, so that forks of the chain can't disturb each other. Accounts that were never touched own an amount that
// follows from their address, so anybody's key can send transactions here.

import type { SimToken } from "./world.ts";

export interface WorldState {
  readonly nonces: ReadonlyMap<string, number>;
  /** By address. */
  readonly wei: ReadonlyMap<string, bigint>;
  /** By token and holder, joined by a colon; in the token's smallest unit. */
  readonly tokens: ReadonlyMap<string, bigint>;
}

const WEI = 10n ** 18n;

export const untouched: WorldState = { nonces: new Map(), wei: new Map(), tokens: new Map() };

export function nonceOf(state: WorldState, address: string): number {
  return state.nonces.get(address) ?? 0;
}

export function weiOf(state: WorldState, address: string): bigint {
  return state.wei.get(address) ?? 10_000n * WEI + BigInt(`0x${address.slice(-8)}`) * 10n ** 9n;
}

export function tokensOf(state: WorldState, token: SimToken, holder: string): bigint {
  const known = state.tokens.get(`${token.address}:${holder}`);
  return known ?? BigInt(1_000 + parseInt(holder.slice(-3), 16)) * 10n ** BigInt(token.decimals);
}

/** The state of a block in the making. */
export class StateDraft implements WorldState {
  readonly nonces: Map<string, number>;
  readonly wei: Map<string, bigint>;
  readonly tokens: Map<string, bigint>;

  constructor(parent: WorldState) {
    this.nonces = new Map(parent.nonces);
    this.wei = new Map(parent.wei);
    this.tokens = new Map(parent.tokens);
  }

  useNonce(address: string): void {
    this.nonces.set(address, nonceOf(this, address) + 1);
  }

  addWei(address: string, amount: bigint): void {
    this.wei.set(address, weiOf(this, address) + amount);
  }

  /** False, and nothing moved, where `from` owns too little. */
  moveTokens(token: SimToken, from: string, to: string, amount: bigint): boolean {
    if (tokensOf(this, token, from) < amount) return false;
    this.#addTokens(token, from, -amount);
    this.#addTokens(token, to, amount);
    return true;
  }

  #addTokens(token: SimToken, holder: string, amount: bigint): void {
    this.tokens.set(`${token.address}:${holder}`, tokensOf(this, token, holder) + amount);
  }
}
