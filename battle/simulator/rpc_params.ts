// Reads the parameters of JSON-RPC calls as strictly as go-ethereum does, with its texts for what is wrong
// (rpc/json.go, common/hexutil). `index` is the parameter's position, as it appears in those texts.

import type { SimBlock } from "./block.ts";
import type { ChainView } from "./chain_view.ts";
import { invalidParams, RpcFault } from "./rpc_fault.ts";

export type Params = readonly unknown[];

export function required(params: Params, index: number): unknown {
  const value = params[index];
  if (value === undefined || value === null) {
    throw invalidParams(`missing value for required argument ${index}`);
  }
  return value;
}

function text(params: Params, index: number, goType: string): string {
  const value = required(params, index);
  if (typeof value === "string") return value;
  const kind = Array.isArray(value) ? "array" : typeof value;
  throw invalidParams(
    `invalid argument ${index}: json: cannot unmarshal ${
      kind === "boolean" ? "bool" : kind
    } into Go value of type ${goType}`,
  );
}

const digits = /^[0-9a-fA-F]*$/;

/** Hex of an exact length in bytes, or of any whole number of bytes; lower case. */
function hexOf(value: string, index: number, bytes: number | null, goType: string): string {
  if (!/^0[xX]/.test(value)) {
    throw invalidParams(
      `invalid argument ${index}: json: cannot unmarshal hex string without 0x prefix into Go value of type ${goType}`,
    );
  }
  const hex = value.slice(2);
  if (!digits.test(hex)) {
    throw invalidParams(
      `invalid argument ${index}: json: cannot unmarshal invalid hex string into Go value of type ${goType}`,
    );
  }
  if (hex.length % 2 === 1) {
    throw invalidParams(
      `invalid argument ${index}: json: cannot unmarshal hex string of odd length into Go value of type ${goType}`,
    );
  }
  if (bytes !== null && hex.length !== 2 * bytes) {
    throw invalidParams(
      `invalid argument ${index}: hex string has length ${hex.length}, want ${2 * bytes} for ${goType}`,
    );
  }
  return `0x${hex.toLowerCase()}`;
}

export function addressAt(params: Params, index: number): string {
  return hexOf(text(params, index, "common.Address"), index, 20, "common.Address");
}

export function hashAt(params: Params, index: number): string {
  return hexOf(text(params, index, "common.Hash"), index, 32, "common.Hash");
}

export function bytesAt(params: Params, index: number): string {
  return hexOf(text(params, index, "hexutil.Bytes"), index, null, "hexutil.Bytes");
}

/** A storage slot: up to 32 bytes, also as a short quantity. */
export function slotAt(params: Params, index: number): string {
  const value = text(params, index, "string");
  if (!/^0x[0-9a-fA-F]{1,64}$/.test(value)) {
    throw invalidParams("unable to decode storage key: hex string invalid");
  }
  return `0x${value.slice(2).toLowerCase().padStart(64, "0")}`;
}

/** A quantity that fits a JavaScript number; `what` completes the error. */
export function quantityOf(value: unknown, index: number, goType = "hexutil.Uint64"): number {
  if (typeof value !== "string") {
    throw invalidParams(
      `invalid argument ${index}: json: cannot unmarshal non-string into Go value of type ${goType}`,
    );
  }
  const problem = !value.startsWith("0x")
    ? "hex string without 0x prefix"
    : value === "0x"
    ? 'hex string "0x"'
    : !digits.test(value.slice(2))
    ? "invalid hex string"
    : value.length > 3 && value[2] === "0"
    ? "hex number with leading zero digits"
    : value.length > 15
    ? "hex number > 64 bits"
    : null;
  if (problem !== null) throw invalidParams(`invalid argument ${index}: ${problem}`);
  return Number.parseInt(value.slice(2), 16);
}

export function quantityAt(params: Params, index: number): number {
  return quantityOf(required(params, index), index);
}

export function flagAt(params: Params, index: number): boolean {
  const value = params[index] ?? false;
  if (typeof value === "boolean") return value;
  throw invalidParams(
    `invalid argument ${index}: json: cannot unmarshal ${typeof value} into Go value of type bool`,
  );
}

/** A height or tag as a height; `pending` is the head, whose state is the newest there is. May be above the head. */
export function heightOf(value: unknown, index: number, view: ChainView): number {
  switch (value) {
    case "latest":
    case "pending":
      return view.head.number;
    case "safe":
      return view.safe.number;
    case "finalized":
      return view.finalized.number;
    case "earliest":
      return view.earliest.number;
    default:
      return quantityOf(value, index, "rpc.BlockNumber");
  }
}

/** The block that a height or tag names; undefined where this node has none. */
export function blockAt(params: Params, index: number, view: ChainView): SimBlock | undefined {
  return view.at(heightOf(required(params, index), index, view));
}

/**
 * The block whose state a call asks for: a height, a tag, or EIP-1898's object. Faults: `header not found`, and for a
 * hash `header for hash not found`.
 */
export function stateBlock(value: unknown, index: number, view: ChainView): SimBlock {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const { blockHash, blockNumber } = value as {
      readonly blockHash?: unknown;
      readonly blockNumber?: unknown;
    };
    if (blockHash !== undefined && blockNumber !== undefined) {
      throw invalidParams(
        `invalid argument ${index}: cannot specify both BlockHash and BlockNumber, choose one or the other`,
      );
    }
    if (blockHash !== undefined) {
      const block = view.byHash(hashAt([blockHash], 0));
      if (block === undefined) throw new RpcFault(-32000, "header for hash not found");
      return block;
    }
    return stateBlock(blockNumber, index, view);
  }
  const block = view.at(heightOf(value, index, view));
  if (block === undefined) throw new RpcFault(-32000, "header not found");
  return block;
}
