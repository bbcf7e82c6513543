// What upstreams say when they fail, one row per phrase, in the order in which the phrases are looked for: the first
// row that agrees decides. Revert comes before everything (a contract may revert with any words; where no code runs
// they are not believed, or a false word would keep a read from the next provider), range before rate ("limit exceeded"
// may mean either), missing data before unsupported. A phrase must be narrow: "revert" or "upgrade" alone would
// mis-sort. Read by classify.ts only.

import type { Category } from "./category.ts";
import type { TextRule } from "./classify_rule.ts";

type Text = string | RegExp;

/** One row for each text. */
function rows(category: Category, texts: readonly Text[], more: Partial<TextRule> = {}): TextRule[] {
  return texts.map((text) => ({ category, text, ...more }));
}

const timeoutWords = /tim(?:ed out|e-?out)/;

const revert: readonly TextRule[] = [
  { category: "revert", codes: [3], calls: "run" },
  ...rows("revert", [
    "execution reverted",
    "transaction reverted",
    "vm exception while processing",
    /\breverted 0x/,
  ], { calls: "run" }),
  // Nethermind and OpenEthereum use the same code and words for a call that ran out of time.
  { category: "revert", text: "vm execution error", unless: timeoutWords, calls: "run" },
  // Halts of the EVM in reth's words …
  {
    category: "revert",
    text:
      /\bevm error:? \(?(?:revert|invalidjump|outofgas|outoffunds|stackoverflow|stackunderflow|opcodenotfound|invalid\w*opcode|\w*oog\b|outofoffset|createco\w+|callnotallowed\w+|statechangeduringstaticcall|nonceoverflow|notactivated|precompileerror|calltoodeep)/,
    calls: "run",
  },
  // … and in geth's. Where a transaction is sent, most of these words would be about the pool's own checks.
  ...rows("revert", ["out of gas", "gas required exceeds allowance"], { calls: "run" }),
  ...rows("revert", [
    "always failing transaction",
    "invalid opcode",
    "invalid jump destination",
    /\bstack underflow \(/,
    "stack limit reached",
    "return data out of bounds",
    "write protection",
    "max code size exceeded",
  ], { calls: "run_here" }),
];

const alreadyThere: readonly Text[] = [
  /\balready ?known\b/,
  // Not "unknown transaction".
  /\bknown transaction\b/,
  "already imported",
  /\balready (?:exists )?in (?:the )?(?:mempool|txpool|cache)\b/,
  /\btransaction already exists\b/,
];

const transaction: readonly TextRule[] = [
  ...rows("tx_known", alreadyThere, { calls: "send_for_hash" }),
  // Bundles and their kin are answered by something else than the transaction's hash.
  ...rows("tx_rejected", alreadyThere, { calls: "send" }),
  ...rows("tx_rejected", [
    /\bnonce (?:is )?too low\b/,
    "nonce has already been used",
    /\boldnonce\b/,
    /\bnonce (?:is )?too high\b/,
    "replacement transaction underpriced",
  ], { calls: "run" }),
  // A trace of an old transaction can't lack funds: the node has got its state wrong.
  { category: "tx_rejected", text: "insufficient funds", calls: "trace", next: "yes" },
  { category: "tx_rejected", text: "insufficient funds", calls: "run" },
  // The policy or the fullness of one mempool: another may take it.
  ...rows("tx_rejected", [
    "transaction underpriced",
    "fee too low",
    "max fee per gas less than block base fee",
    "higher priority",
    "txpool is full",
    "queued sub-pool is full",
    "exceeds the configured cap",
  ], { calls: "send", next: "yes" }),
  ...rows("tx_rejected", [
    "max fee per gas less than block base fee",
    "intrinsic gas too low",
    "exceeds block gas limit",
  ], { calls: "run" }),
];

const range: readonly TextRule[] = [
  ...rows("range", [
    "specify less number of address",
    "addresses or topics per search position",
  ], { lesson: "addresses" }),
  ...rows("range", [
    /\brange (?:is )?too (?:wide|large|big)\b/,
    "exceeds the range",
    /\bmax(?:imum)? block range\b/,
    /\bblock range (?:limit exceeded|should not exceed)/,
    /\b(?:log|logs|results?) limit exceeded\b/,
    "returned more than",
    "exceeds max results",
    "too many results",
    "try paginating",
    "this block range should work",
    "try with this block range",
    /\blimited to (?:an? )?(?:0 ?- ?)?\d[\d,_]*k?(?:[ -]blocks?)? range\b/,
    /\branges? over \d[\d,_]*k? blocks\b/,
    "response size should not",
    "response size exceeded",
    "response is too big",
    "logs over more",
    "blocks distance",
  ]),
  { category: "range", text: /\bup to (?:an? )?\d[\d,_]*k?[ -]?blocks?\b/, calls: "range" },
];

/** An advice to pay more that comes with a refusal of something else is no quota. */
const refusesMore =
  /\bmethod\b.{0,80}\bnot (?:available|supported|included|allowed|enabled)\b|not included in your current plan|\barchive\b/;

const limits: readonly TextRule[] = [
  // The sequencer's own limit on one sender: the same through every provider.
  { category: "rate_limited", text: "sender is over rate limit", next: "no", callersOwn: true },
  // A rate by the second comes before the quotas, because its text often advises a larger plan too.
  ...rows("rate_limited", [
    "compute units per second",
    /\b(?:requests?|calls|credits) per (?:second|minute)\b/,
    /\d\/(?:second|sec|minute|min) (?:\w+ )?request limit/,
    "requests limited to",
    "exceeded its concurrent requests capacity",
    "maximum qps",
    "not enough cups",
    "maximum cups limit",
  ]),
  ...rows("quota", [
    "daily request count exceeded",
    "daily request limit reached",
    /\b(?:exceeded|reached) (?:the|your|its) (?:\w+ ){0,2}quota\b/,
    /\bquota (?:has been )?exceeded\b/,
    "monthly capacity limit",
    "reached the free tier",
    "limit for your current plan",
    "credits limited to",
    "usage limit",
  ]),
  ...rows("quota", ["upgrade your plan", "upgrade to paid tier"], { unless: refusesMore }),
  ...rows("rate_limited", [
    "too many requests",
    /\brate[ -]?limit/,
    /\bcode: 1015\b/,
    /^limit exceeded/,
  ]),
  { category: "rate_limited", text: "limit exceeded", codes: [-32005] },
  // These two say so whatever the text is; every other status and code waits for its turn.
  { category: "rate_limited", codes: [429] },
  { category: "quota", codes: [402] },
  { category: "rate_limited", statuses: [429] },
  { category: "quota", statuses: [402] },
];

const auth: readonly TextRule[] = [
  ...rows("wrong_chain", ["invalid chain id, expected"]),
  ...rows("auth", [
    "must be authenticated",
    "access key",
    /\b(?:invalid|missing|unknown|expired|disabled) (?:api[ -]?key|project id|access token)\b/,
    /\bapi[ -]?key (?:is )?(?:invalid|missing|required|expired|disabled|not found)\b/,
    "key is inactive",
    "token is invalid",
    "apikey is on another chain",
    /^unauthori[sz]ed\b/,
  ]),
];

const missing: readonly TextRule[] = [
  {
    category: "syncing",
    text: /\b(?:node|client) is (?:still |currently )?(?:syncing|not (?:yet )?synced)\b/,
  },
  // Too old for this node: another may have it.
  ...rows("missing_data", [
    "missing trie node",
    "required historical state unavailable",
    /\bhistorical state\b.{0,160}\bnot available\b/,
    "no state available",
    "no historical rpc is available",
    "exceeds maximum proof window",
    "earliest available is",
    "lowest height is",
    /\b(?:been|is|are|was|were|already) pruned\b|\bpruned (?:history|block|state|data)\b|\bdue to pruning\b/,
    /\barchive (?:data|node|state|requests?|access|,).{0,100}(?:\bplan\b|\btier\b|\bnot available\b|\brequired?\b)/,
  ], { lesson: "lowest" }),
  // Too new for this node: a fresher one has it, or the same one after a block time.
  ...rows("missing_data", [
    "cannot query unfinalized data",
    "after last accepted block",
    "request beyond head block",
    "beyond current head",
    "greater than latest",
    "is in the future",
  ], { lesson: "too_new" }),
  // Either, or neither.
  ...rows("missing_data", [
    "header not found",
    "header for hash not found",
    "unknown block",
    /(?<!\b(?:safe|finalized|pending) )\bblock not found\b/,
    "could not find block",
    /\bblocks specified\b.{0,200}\bcannot be found\b/,
    "transaction indexing is in progress",
    "genesis is not traceable",
  ]),
  {
    category: "missing_data",
    text: /\btransaction (?:0x[0-9a-f]{64} )?not found\b/,
    calls: "not_send",
  },
];

const unsupported: readonly TextRule[] = rows("unsupported", [
  /\bmethod (?:\S{1,64} )?(?:is )?not (?:found|supported|available|allowed|enabled|implemented)\b/,
  /\bunsupported method\b/,
  "does not exist/is not available",
  "the containing module is disabled",
  "not whitelisted",
  "is not included in your current plan",
  /\b(?:tx|transaction) (?:of )?type (?:(?:0x)?\d+ )?(?:is )?not supported\b/,
  "invalid type: map, expected blocknumber",
  /\b(?:safe|finalized|pending) block not found\b/,
  /\btag (?:is )?not supported\b/,
]);

const timeout: readonly TextRule[] = [
  ...rows("timeout", [
    /\b(?:execution|request|query|operation|call|upstream) (?:timeout|timed out)\b/,
    "execution aborted (timeout",
    "context deadline exceeded",
  ]),
  { category: "timeout", text: timeoutWords, codes: [-32015] },
];

/** Whose fault it was, where nothing above knows more. */
const blame: readonly TextRule[] = [
  ...rows("client", [
    "invalid argument",
    "missing value for required argument",
    "hex number with leading zero digits",
    "cannot unmarshal",
    "typed transaction too short",
    /\brlp: ?/,
    "invalid sender",
    "filter not found",
    "invalid block range",
    "invalid chain id for signer",
    "request is too big",
  ]),
  ...rows("server", [
    /\binternal (?:server )?error\b/,
    "method handler crashed",
    /\bpanic(?:ked)?\b/,
    "leveldb: not found",
    "pebble: not found",
    "no backends available",
    "failed to proxy request",
    "under too much load",
    "scheduler unavailable",
  ]),
];

/** For JSON-RPC errors, in the order of evaluation. */
export const errorRules: readonly TextRule[] = [
  ...revert,
  ...transaction,
  ...range,
  ...limits,
  ...auth,
  ...missing,
  ...unsupported,
  ...timeout,
  ...blame,
];

/** For bodies that are no JSON-RPC (pages, plain text), where words are loose and the status says more. */
export const bodyRules: readonly TextRule[] = [...limits, ...auth];
