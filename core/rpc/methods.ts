// The one table of methods: what may be sent again, what an answer's worth depends on, and where a call says which
// block it means. Routing, splitting and (with a cache) caching read it; one look-up per call, by `methodInfo`.

/** Where a call's block reference stands. */
export type BlockPlace =
  | { readonly kind: "none" }
  | {
    readonly kind: "param";
    readonly index: number;
    /**
     * `block`: tag, number, hash, or an EIP-1898 object; latest when absent. `hash`: of a block. `transaction`: of
     * a transaction, whose block only the answer names. `filter`: an object with fromBlock and toBlock, or blockHash.
     */
    readonly form: "block" | "hash" | "transaction" | "filter";
  };

export interface MethodInfo {
  /** As in a request; empty for what is not in the table. */
  readonly name: string;
  /**
   * `read`: any number of times. `send`: idempotent by the transaction's hash. `filter`: bound to where it was made.
   * `local`: answered or refused by Lasso. `refused`: needs keys that the node holds. `unknown`: sent once, unless
   * it certainly did not run.
   */
  readonly replay: "read" | "send" | "filter" | "local" | "refused" | "unknown";
  /**
   * `immutable`: for ever. `finality`: by the finality of the block that the call or the answer names. `realtime`:
   * at most a block time.
   */
  readonly cache: "immutable" | "finality" | "realtime" | "never";
  readonly block: BlockPlace;
  /** The method's name in metrics: `other` when it is not in the table. */
  readonly label: string;
  readonly websocketOnly: boolean;
  /** Reads state, which only an archive node has for old blocks. */
  readonly archiveWhenOld: boolean;
  /** A range that was too wide may be asked for in parts. */
  readonly splittable: boolean;
}

type Replay = MethodInfo["replay"];
type CacheClass = MethodInfo["cache"];

const none: BlockPlace = Object.freeze({ kind: "none" });
const param = (index: number, form: "block" | "hash" | "transaction" | "filter"): BlockPlace =>
  Object.freeze({ kind: "param", index, form });
const block0 = param(0, "block"), block1 = param(1, "block"), block2 = param(2, "block");
const hash0 = param(0, "hash"), transaction0 = param(0, "transaction"), filter0 = param(0, "filter");

const table = new Map<string, MethodInfo>();

function add(
  names: readonly string[],
  replay: Replay,
  cache: CacheClass,
  block: BlockPlace,
  more: Partial<MethodInfo> = {},
): void {
  for (const name of names) table.set(name, info(name, name, replay, cache, block, more));
}

function info(
  name: string,
  label: string,
  replay: Replay,
  cache: CacheClass,
  block: BlockPlace,
  more: Partial<MethodInfo> = {},
): MethodInfo {
  return Object.freeze({
    name,
    replay,
    cache,
    block,
    label,
    websocketOnly: false,
    archiveWhenOld: false,
    splittable: false,
    ...more,
  });
}

const state = { archiveWhenOld: true };

// Answered or refused by Lasso itself.
add(["eth_chainId", "net_version", "eth_accounts"], "local", "never", none);
add(["eth_subscribe", "eth_unsubscribe"], "local", "never", none, { websocketOnly: true });
add(
  [
    "eth_sendTransaction",
    "eth_sign",
    "eth_signTransaction",
    "eth_signTypedData",
    "eth_signTypedData_v1",
    "eth_signTypedData_v3",
    "eth_signTypedData_v4",
    "personal_ecRecover",
    "personal_importRawKey",
    "personal_listAccounts",
    "personal_listWallets",
    "personal_lockAccount",
    "personal_newAccount",
    "personal_sendTransaction",
    "personal_sign",
    "personal_signTransaction",
    "personal_unlockAccount",
  ],
  "refused",
  "never",
  none,
);

// The chain at its head.
add(["eth_blockNumber", "eth_syncing"], "read", "never", none);
add(
  ["eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_blobBaseFee", "eth_baseFee"],
  "read",
  "realtime",
  none,
);
add(["eth_feeHistory"], "read", "finality", block1);

// Blocks and what is in them.
add(
  [
    "eth_getBlockByNumber",
    "eth_getBlockReceipts",
    "eth_getHeaderByNumber",
    "eth_getBlockTransactionCountByNumber",
    "eth_getTransactionByBlockNumberAndIndex",
    "eth_getRawTransactionByBlockNumberAndIndex",
    "eth_getUncleCountByBlockNumber",
    "eth_getUncleByBlockNumberAndIndex",
    "debug_getRawBlock",
    "debug_getRawHeader",
    "debug_getRawReceipts",
  ],
  "read",
  "finality",
  block0,
);
add(
  [
    "eth_getBlockByHash",
    "eth_getHeaderByHash",
    "eth_getBlockTransactionCountByHash",
    "eth_getTransactionByBlockHashAndIndex",
    "eth_getRawTransactionByBlockHashAndIndex",
    "eth_getUncleCountByBlockHash",
    "eth_getUncleByBlockHashAndIndex",
  ],
  "read",
  "immutable",
  hash0,
);
add(
  [
    "eth_getTransactionByHash",
    "eth_getTransactionReceipt",
    "eth_getRawTransactionByHash",
    "debug_getRawTransaction",
  ],
  "read",
  "finality",
  transaction0,
);
add(["eth_getLogs"], "read", "finality", filter0, { splittable: true });

// State.
add(
  ["eth_getBalance", "eth_getCode", "eth_getTransactionCount", "eth_getAccount", "eth_getStorageValues"],
  "read",
  "finality",
  block1,
  state,
);
add(["eth_getTransactionBySenderAndNonce"], "read", "never", none);
add(["eth_getStorageAt", "eth_getProof"], "read", "finality", block2, state);
add(
  ["eth_call", "eth_estimateGas", "eth_createAccessList", "eth_simulateV1", "eth_callMany"],
  "read",
  "finality",
  block1,
  state,
);

// Traces: they run again what ran in a block, so they need its state.
add(["debug_traceBlockByNumber"], "read", "finality", block0, state);
add(["debug_traceBlockByHash", "debug_intermediateRoots"], "read", "immutable", hash0, state);
add(["debug_traceTransaction"], "read", "finality", transaction0, state);
add(["debug_traceCall", "debug_traceCallMany"], "read", "finality", block1, state);
add(["debug_traceBlock"], "read", "never", none, state);
add(["debug_storageRangeAt"], "read", "immutable", hash0, state);
add(["debug_accountRange", "debug_dumpBlock"], "read", "finality", block0, state);
add(["trace_block", "trace_replayBlockTransactions"], "read", "finality", block0, state);
add(["trace_transaction", "trace_replayTransaction", "trace_get"], "read", "finality", transaction0, state);
add(["trace_call"], "read", "finality", block2, state);
add(["trace_callMany"], "read", "finality", block1, state);
add(["trace_filter"], "read", "finality", filter0, state);
add(["trace_rawTransaction"], "read", "never", none, state);

// Filters live in the node that made them.
add(["eth_newFilter"], "filter", "never", filter0);
add(
  [
    "eth_newBlockFilter",
    "eth_newPendingTransactionFilter",
    "eth_getFilterChanges",
    "eth_getFilterLogs",
    "eth_uninstallFilter",
  ],
  "filter",
  "never",
  none,
);

// Transactions on their way.
add(["eth_sendRawTransaction"], "send", "never", none);
add(
  [
    "eth_sendRawTransactionSync",
    "eth_sendRawTransactionConditional",
    "eth_sendPrivateTransaction",
    "eth_sendPrivateRawTransaction",
    "eth_cancelPrivateTransaction",
    "eth_sendBundle",
    "eth_callBundle",
    "eth_cancelBundle",
    "mev_sendBundle",
    "mev_simBundle",
  ],
  "unknown",
  "never",
  none,
);

// The node itself.
add(
  [
    "txpool_content",
    "txpool_contentFrom",
    "txpool_inspect",
    "txpool_status",
    "eth_pendingTransactions",
    "eth_protocolVersion",
    "eth_config",
    "eth_capabilities",
    "eth_coinbase",
    "eth_mining",
    "eth_hashrate",
    "net_listening",
    "net_peerCount",
    "web3_clientVersion",
    "rpc_modules",
    "debug_getBadBlocks",
  ],
  "read",
  "never",
  none,
);
add(["web3_sha3"], "read", "immutable", none);

const other = info("", "other", "unknown", "never", none);
const refusedOther = info("", "other", "refused", "never", none);

/** What is known of a method. What is not in the table shares one frozen entry without a name. */
export function methodInfo(name: string): MethodInfo {
  return table.get(name) ?? (isRefused(name) ? refusedOther : other);
}

/** Whole families that need a key in the node, whatever else a node may call so. */
function isRefused(name: string): boolean {
  return name.startsWith("personal_") || name.startsWith("eth_sign");
}

/** Every method of the table, for lists and tests. */
export function knownMethods(): IterableIterator<string> {
  return table.keys();
}
