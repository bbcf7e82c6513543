// The methods for which a plan can make params, and those of them that need to know what the chain holds. Types of the
// DSL are made of these lists; the params themselves are in call_params.ts.

export const plannedMethods = [
  "eth_accounts",
  "eth_blobBaseFee",
  "eth_blockNumber",
  "eth_call",
  "eth_chainId",
  "eth_estimateGas",
  "eth_feeHistory",
  "eth_gasPrice",
  "eth_getBalance",
  "eth_getBlockByHash",
  "eth_getBlockByNumber",
  "eth_getBlockReceipts",
  "eth_getBlockTransactionCountByHash",
  "eth_getBlockTransactionCountByNumber",
  "eth_getCode",
  "eth_getLogs",
  "eth_getStorageAt",
  "eth_getTransactionByBlockHashAndIndex",
  "eth_getTransactionByBlockNumberAndIndex",
  "eth_getTransactionByHash",
  "eth_getTransactionCount",
  "eth_getTransactionReceipt",
  "eth_getUncleCountByBlockHash",
  "eth_getUncleCountByBlockNumber",
  "eth_maxPriorityFeePerGas",
  "eth_newBlockFilter",
  "eth_newFilter",
  "eth_newPendingTransactionFilter",
  "eth_sendRawTransaction",
  "eth_syncing",
  "net_listening",
  "net_peerCount",
  "net_version",
  "web3_clientVersion",
] as const;

export type PlannedMethod = typeof plannedMethods[number];

/** Their params are hashes, or transactions of funded accounts: only a simulated chain is known well enough. */
export const simulatedOnlyMethods: ReadonlySet<string> = new Set<PlannedMethod>([
  "eth_getBlockByHash",
  "eth_getBlockTransactionCountByHash",
  "eth_getTransactionByBlockHashAndIndex",
  "eth_getTransactionByHash",
  "eth_getTransactionReceipt",
  "eth_getUncleCountByBlockHash",
  "eth_sendRawTransaction",
]);

export function isPlannedMethod(name: string): name is PlannedMethod {
  return (plannedMethods as readonly string[]).includes(name);
}
