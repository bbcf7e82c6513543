// Params for each method that a plan can send, as JSON text, from the randomness of that workload and method. They are
// real: on a simulated chain every account, token, block and transaction that is named exists, and a raw transaction is
// signed and can run. About one eth_call in fifty reverts there, as a checker of errors needs to see some.

import { below, type Random } from "../../core/random.ts";
import { callData, selectors } from "../simulator/contract_calls.ts";
import { transferTopic } from "../simulator/execute.ts";
import { hashText, quantity, toHex } from "../simulator/hex.ts";
import { signTransaction } from "../simulator/transaction.ts";
import type { KnownChain } from "./known_chain.ts";
import type { PlannedMethod } from "./method_names.ts";
import type { HistoryBlock } from "./simulated_history.ts";

export interface ParamsContext {
  readonly chain: KnownChain;
  readonly random: Random;
  /** Differs from call to call in the whole plan: no two raw transactions may have the same sender. */
  readonly mark: string;
}

type MakeParams = (context: ParamsContext) => string;

const none: MakeParams = () => "[]";
const GWEI = 10n ** 9n;
/** Far above the base fee of a simulated chain, which wanders around 10 gwei. */
const MAX_FEE = 200n * GWEI;
const PLAIN_TRANSFER_GAS = 21_000;
const REVERT_SHARE = 0.02;
/** Of reads on a simulated chain: the newest block, then the two other tags, then a block by number. */
const LATEST_SHARE = 0.7;
const TAG_SHARE = 0.1;

export const makeParams: Readonly<Record<PlannedMethod, MakeParams>> = {
  eth_accounts: none,
  eth_blobBaseFee: none,
  eth_blockNumber: none,
  eth_call: (context) => `[${contractRead(context)},${stateBlock(context)}]`,
  eth_chainId: none,
  eth_estimateGas: (context) => `[{"from":"${account(context)}","to":"${account(context)}"},"latest"]`,
  eth_feeHistory: ({ random }) => `["${quantity(1 + below(random, 8))}","latest",[25,75]]`,
  eth_gasPrice: none,
  eth_getBalance: (context) => `["${account(context)}",${stateBlock(context)}]`,
  eth_getBlockByHash: (context) => `["${block(context).hash}",${isFull(context)}]`,
  eth_getBlockByNumber: (context) => `[${anyBlock(context)},${isFull(context)}]`,
  eth_getBlockReceipts: (context) => `[${anyBlock(context)}]`,
  eth_getBlockTransactionCountByHash: (context) => `["${block(context).hash}"]`,
  eth_getBlockTransactionCountByNumber: (context) => `[${anyBlock(context)}]`,
  eth_getCode: (context) => `["${pick(context.chain.tokens, context.random)}",${stateBlock(context)}]`,
  eth_getLogs: (context) => `[${logFilter(context)}]`,
  eth_getStorageAt: ({ chain, random, ...more }) =>
    `["${pick(chain.tokens, random)}","${quantity(below(random, 16))}",${
      stateBlock({ chain, random, ...more })
    }]`,
  eth_getTransactionByBlockHashAndIndex: (context) => {
    const { hash, transactions } = block(context);
    return `["${hash}","${quantity(below(context.random, transactions.length))}"]`;
  },
  eth_getTransactionByBlockNumberAndIndex: (context) => {
    if (context.chain.blocks === null) return `["latest","0x0"]`;
    const { number, transactions } = block(context);
    return `["${quantity(number)}","${quantity(below(context.random, transactions.length))}"]`;
  },
  eth_getTransactionByHash: (context) => `["${transaction(context)}"]`,
  eth_getTransactionCount: (context) => `["${account(context)}",${stateBlock(context)}]`,
  eth_getTransactionReceipt: (context) => `["${transaction(context)}"]`,
  eth_getUncleCountByBlockHash: (context) => `["${block(context).hash}"]`,
  eth_getUncleCountByBlockNumber: (context) => `[${anyBlock(context)}]`,
  eth_maxPriorityFeePerGas: none,
  eth_newBlockFilter: none,
  eth_newFilter: ({ chain, random }) => `[{"address":"${pick(chain.tokens, random)}"}]`,
  eth_newPendingTransactionFilter: none,
  eth_sendRawTransaction: (context) => `["${rawTransaction(context)}"]`,
  eth_syncing: none,
  net_listening: none,
  net_peerCount: none,
  net_version: none,
  web3_clientVersion: none,
};

function pick<T>(list: readonly T[], random: Random): T {
  return list[below(random, list.length)]!;
}

function account({ chain, random }: ParamsContext): string {
  return pick(chain.accounts, random);
}

/** Blocks without transactions don't happen in the simulator: each has at least two. */
function block({ chain, random }: ParamsContext): HistoryBlock {
  return pick(chain.blocks!, random);
}

function transaction(context: ParamsContext): string {
  return pick(block(context).transactions, context.random);
}

function isFull({ random }: ParamsContext): boolean {
  return random.next() < 0.2;
}

/** A block whose header and body are asked for, as JSON. */
function anyBlock({ chain, random }: ParamsContext): string {
  return blockReference(chain.blocks, random);
}

/** A block whose state is asked for, as JSON. */
function stateBlock({ chain, random }: ParamsContext): string {
  return blockReference(chain.oldState ? chain.blocks : chain.blocks === null ? null : [], random);
}

/** null: other chains may know no tag but the newest. Empty: tags only. */
function blockReference(blocks: readonly HistoryBlock[] | null, random: Random): string {
  const draw = random.next();
  if (blocks === null || draw < LATEST_SHARE) return `"latest"`;
  if (draw < LATEST_SHARE + TAG_SHARE / 2) return `"safe"`;
  if (draw < LATEST_SHARE + TAG_SHARE) return `"finalized"`;
  return blocks.length === 0 ? `"latest"` : `"${quantity(pick(blocks, random).number)}"`;
}

function contractRead({ chain, random }: ParamsContext): string {
  if (chain.blocks !== null && random.next() < REVERT_SHARE) {
    return `{"to":"${chain.swap}","data":"${selectors.revert}"}`;
  }
  const to = pick(chain.tokens, random);
  const draw = random.next();
  const data = draw < 0.7
    ? callData(selectors.balanceOf, pick(chain.accounts, random))
    : draw < 0.8
    ? callData(selectors.allowance, pick(chain.accounts, random), pick(chain.accounts, random))
    : draw < 0.9
    ? selectors.totalSupply
    : selectors.decimals;
  return `{"to":"${to}","data":"${data}"}`;
}

function logFilter({ chain, random }: ParamsContext): string {
  const what = `"address":"${pick(chain.tokens, random)}"` +
    (random.next() < 0.5 ? `,"topics":["${transferTopic}"]` : "");
  const draw = random.next();
  if (chain.blocks === null || draw < 0.3) return `{"fromBlock":"latest","toBlock":"latest",${what}}`;
  if (draw < 0.4) return `{"blockHash":"${pick(chain.blocks, random).hash}",${what}}`;
  const span = 1 + below(random, chain.logsRange);
  const first = chain.blocks[below(random, Math.max(1, chain.blocks.length - span))]!.number;
  return `{"fromBlock":"${quantity(first)}","toBlock":"${quantity(first + span - 1)}",${what}}`;
}

/**
 * A sender of its own for each transaction, so that none waits for another's nonce: on a simulated chain every account
 * owns ether.
 */
function rawTransaction({ chain, random, mark }: ParamsContext): string {
  const privateKey = BigInt(hashText(`lasso battle sender ${mark}`)) >> 1n;
  const { raw } = signTransaction(
    {
      type: 2,
      chainId: chain.chainId,
      nonce: 0,
      gasLimit: PLAIN_TRANSFER_GAS,
      to: pick(chain.accounts, random),
      value: BigInt(1 + below(random, 1_000_000)) * GWEI,
      data: "0x",
      maxFeePerGas: MAX_FEE,
      maxPriorityFeePerGas: GWEI,
      accessList: [],
    },
    { address: "0x", privateKey },
    below(random, 1 << 20),
  );
  return toHex(raw);
}
