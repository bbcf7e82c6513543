// What a method handler gets, and what it gives back: the JSON text of the result. Handlers are pure readers of the
// view, but for eth_sendRawTransaction, which goes through `chain.submit`, and for subscriptions and kept filters.

import type { SimulatedChain } from "./chain.ts";
import type { ChainView } from "./chain_view.ts";
import type { KeptFilters } from "./kept_filters.ts";
import type { Params } from "./rpc_params.ts";

export interface NodeLimits {
  /** State of all blocks, or only of the last `stateBlocks`. */
  readonly archive: boolean;
  readonly stateBlocks: number;
  /** Most blocks that one eth_getLogs may span; null: no limit. */
  readonly getLogsRange: number | null;
  /** Blocks whose logs it still has, counted from its head; null: all. */
  readonly logBlocks: number | null;
  /** The chain id that it gives out; null: the true one. */
  readonly claimedChainId: number | null;
  /** It says that it is still catching up. */
  readonly syncing: boolean;
}

/** What one socket has subscribed to. Ids are `0x…`. */
export interface SocketSubscriptions {
  /** The new subscription's id. */
  subscribe(params: Params, context: MethodContext): string;
  unsubscribe(id: string): boolean;
}

export interface MethodContext {
  readonly chain: Pick<SimulatedChain, "chainId" | "head" | "pool" | "submit">;
  readonly view: ChainView;
  readonly limits: NodeLimits;
  readonly filters: KeptFilters;
  /** null where the call's connection carries no notifications. */
  readonly subscriptions: SocketSubscriptions | null;
  /** What web3_clientVersion says. */
  readonly clientVersion: string;
}

/** Throws RpcFault for every error that a node would answer with. */
export type Method = (context: MethodContext, params: Params) => string;

export type MethodTable = Readonly<Record<string, Method>>;
