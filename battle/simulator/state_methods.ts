// Methods that read or run on the state after a block, and the one that sends a transaction. A node that is no
// archive refuses the state of old blocks with go-ethereum's text.

import type { SimBlock } from "./block.ts";
import { callContract, codeOf, type ContractCall } from "./contract_calls.ts";
import { gasNeeded, wouldRevert } from "./execute.ts";
import { fromHex, hashText, quantity } from "./hex.ts";
import type { MethodContext, MethodTable } from "./method_context.ts";
import { RlpError } from "./rlp.ts";
import { addressAt, bytesAt, type Params, required, slotAt, stateBlock } from "./rpc_params.ts";
import { invalidParams, RpcFault } from "./rpc_fault.ts";
import { decodeTransaction } from "./transaction.ts";
import { isContract } from "./world.ts";
import { nonceOf, weiOf } from "./world_state.ts";

const zeroAddress = `0x${"0".repeat(40)}`;
const zeroWord = `0x${"0".repeat(64)}`;

export const stateMethods: MethodTable = {
  eth_getBalance: (context, params) => {
    const address = addressAt(params, 0);
    return `"${quantity(weiOf(stateAt(context, required(params, 1), 1).state, address))}"`;
  },
  eth_getTransactionCount: (context, params) => {
    const address = addressAt(params, 0);
    const { state } = stateAt(context, required(params, 1), 1);
    const isPending = params[1] === "pending";
    return `"${
      quantity(isPending ? context.chain.pool.nextNonce(address, state) : nonceOf(state, address))
    }"`;
  },
  eth_getCode: (context, params) => {
    const address = addressAt(params, 0);
    stateAt(context, required(params, 1), 1);
    return `"${codeOf(address)}"`;
  },
  eth_getStorageAt: (context, params) => {
    const address = addressAt(params, 0);
    const slot = slotAt(params, 1);
    const { hash } = stateAt(context, required(params, 2), 2);
    return `"${isContract(address) ? hashText(`storage ${address} ${slot} ${hash}`) : zeroWord}"`;
  },
  eth_call: (context, params) => {
    const call = callAt(params);
    const block = stateAt(context, params[1] ?? "latest", 1);
    const outcome = callContract(call, block.state, block.hash);
    if (outcome.kind === "returned") return `"${outcome.data}"`;
    throw revertFault(outcome.reason, outcome.data);
  },
  eth_estimateGas: (context, params) => {
    const call = callAt(params);
    const block = stateAt(context, params[1] ?? "latest", 1);
    const outcome = callContract(call, block.state, block.hash);
    if (outcome.kind === "reverted" && wouldRevert(asTransaction(call), block.state)) {
      throw revertFault(outcome.reason, outcome.data);
    }
    return `"${quantity(gasNeeded(call))}"`;
  },
  eth_sendRawTransaction: ({ chain }, params) => {
    const raw = bytesAt(params, 0);
    try {
      const tx = decodeTransaction(fromHex(raw));
      const refusal = chain.submit(tx);
      if (refusal !== null) throw new RpcFault(-32000, refusal);
      return `"${tx.hash}"`;
    } catch (thrown) {
      if (thrown instanceof RlpError) throw new RpcFault(-32000, thrown.message);
      throw thrown;
    }
  },
};

function revertFault(reason: string, data: string): RpcFault {
  return new RpcFault(3, reason === "" ? "execution reverted" : `execution reverted: ${reason}`, data);
}

/** The block, if this node still has its state. */
function stateAt({ view, limits }: MethodContext, reference: unknown, index: number): SimBlock {
  const block = stateBlock(reference, index, view);
  if (!limits.archive && view.head.number - block.number >= limits.stateBlocks) {
    const root = block.header.stateRoot;
    throw new RpcFault(
      -32000,
      `missing trie node ${root.slice(2)} (path ) state ${root} is not available, not found`,
    );
  }
  return block;
}

function callAt(params: Params): ContractCall {
  const value = required(params, 0);
  if (typeof value !== "object" || Array.isArray(value)) {
    throw invalidParams(
      `invalid argument 0: json: cannot unmarshal ${typeof value} into Go value of type ethapi.TransactionArgs`,
    );
  }
  const { to, from, data, input } = value as Readonly<Record<string, unknown>>;
  const payload = input ?? data ?? "0x";
  return {
    to: to === undefined || to === null ? null : addressAt([to], 0),
    from: from === undefined || from === null ? zeroAddress : addressAt([from], 0),
    data: bytesAt([payload], 0),
  };
}

function asTransaction(call: ContractCall): Parameters<typeof wouldRevert>[0] {
  return {
    ...call,
    type: 2,
    chainId: null,
    nonce: 0,
    gasLimit: gasNeeded(call),
    value: 0n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    accessList: [],
  };
}
