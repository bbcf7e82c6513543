// What can be broken, as data: where, what, how much. The DSL writes it, the plan places it in time, chaos applies it,
// the report names it.

/** On the wire, by the TCP proxy in front of a provider. */
export type WireFault =
  /** The port refuses connections and every socket is torn down. */
  | { readonly kind: "kill" }
  /** Connections are taken, nothing flows. */
  | { readonly kind: "blackhole" }
  /** Sockets are reset, once each, as soon as bytes flow. */
  | { readonly kind: "reset" }
  | { readonly kind: "latency"; readonly ms: number; readonly jitterMs: number }
  | { readonly kind: "bandwidth"; readonly bytesPerSecond: number }
  /** Answers trickle: `bytesPerSecond` after the first `afterBytes`. */
  | { readonly kind: "slow_body"; readonly bytesPerSecond: number; readonly afterBytes: number }
  /** The connection ends in the midst of an answer. */
  | { readonly kind: "cut_body"; readonly afterBytes: number }
  /** A close is passed on only after `ms`. */
  | { readonly kind: "slow_close"; readonly ms: number }
  /** Every open socket is dropped, once; new ones are taken. */
  | { readonly kind: "drop_sockets" }
  /** The proxy's certificate is for another name, or expired. */
  | { readonly kind: "tls"; readonly how: "wrong_name" | "expired" | "unknown_ca" }
  /** The provider's name does not resolve, or resolves elsewhere. */
  | { readonly kind: "dns"; readonly how: "nxdomain" | "wrong_address" };

/** By the provider itself, for a share of its answers. */
export type AnswerFault =
  | { readonly kind: "status"; readonly status: number; readonly retryAfterS: number | null }
  | { readonly kind: "html_page"; readonly status: number }
  /** A JSON-RPC error in the words of a known vendor; names are in battle/chaos/vendor_errors.ts. */
  | { readonly kind: "vendor_error"; readonly name: string }
  | { readonly kind: "null_result" }
  | { readonly kind: "wrong_id" }
  /** A batch's answer lacks an item. */
  | { readonly kind: "partial_batch" }
  | { readonly kind: "malformed" }
  | { readonly kind: "truncated" }
  | { readonly kind: "huge_result"; readonly bytes: number }
  /** Slow, not dead: so much is added to each answer. */
  | { readonly kind: "brownout"; readonly extraMs: number };

/** The provider shows another chain than there is. */
export type ChainFault =
  | { readonly kind: "lag"; readonly blocks: number }
  /** Nothing is answered or announced; sockets stay. */
  | { readonly kind: "stall" }
  /** Announcements stop, calls are answered. */
  | { readonly kind: "stall_subscriptions" }
  /** The chain itself takes back `depth` blocks, for all providers, once. */
  | { readonly kind: "reorg"; readonly depth: number }
  /** The provider alone stands on a branch of its own. */
  | { readonly kind: "forked_head"; readonly depth: number }
  /** State and logs below the newest `keepBlocks` are gone. */
  | { readonly kind: "pruned"; readonly keepBlocks: number }
  | { readonly kind: "wrong_chain_id"; readonly chainId: number }
  | { readonly kind: "skip_events"; readonly share: number }
  | { readonly kind: "duplicate_events"; readonly share: number }
  | { readonly kind: "late_events"; readonly ms: number }
  /** Results are well formed and false: balances, logs, receipts. */
  | { readonly kind: "lying" };

/** The router itself. */
export type RouterFault =
  | { readonly kind: "memory_pressure"; readonly heapMb: number }
  /** SIGSTOP, then SIGCONT. */
  | { readonly kind: "router_stall" }
  /** kill -9, and started again. */
  | { readonly kind: "router_kill" };

export type ProviderFault = WireFault | AnswerFault | ChainFault;
export type Fault = ProviderFault | RouterFault;
export type FaultKind = Fault["kind"];

/** A fault with its place and its time rule, before a plan has placed it. */
export interface FaultSpec {
  /** `.as("id")`; else made from what it is: `kill-alchemy-1`. Unique in its scenario. */
  readonly id: string;
  readonly fault: Fault;
  /** null: the router, or (reorg) the chain. */
  readonly chain: string | null;
  readonly provider: string | null;
  readonly schedule: FaultSchedule;
  /** Share of requests that it hits, 0..1; 1: all. Only for answer faults. */
  readonly share: number;
  /** Only these methods; null: all. Only for answer faults. */
  readonly methods: readonly string[] | null;
}

/** Times in ms from the end of the warm-up. `forMs` null: once, or to the end. */
export type FaultSchedule =
  | { readonly kind: "at"; readonly atMs: number; readonly forMs: number | null }
  | {
    readonly kind: "every";
    readonly everyMs: number;
    readonly fromMs: number;
    readonly forMs: number | null;
  }
  /** On and off in turn, from `fromMs` for `forMs`. */
  | {
    readonly kind: "flap";
    readonly fromMs: number;
    readonly forMs: number;
    readonly onMs: number;
    readonly offMs: number;
  }
  /** The fault's strength goes from none to full in `steps` steps over `forMs`. Only where it has a strength. */
  | { readonly kind: "ramp"; readonly fromMs: number; readonly forMs: number; readonly steps: number };

/** One stretch of time in which a fault is in force. */
export interface PlannedFault {
  readonly id: string;
  readonly fault: Fault;
  readonly chain: string | null;
  readonly provider: string | null;
  readonly share: number;
  readonly methods: readonly string[] | null;
  /** Whole µs from the end of the warm-up. `endUs` null: it is a single act. */
  readonly startUs: number;
  readonly endUs: number | null;
}
