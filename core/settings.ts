// The finished values that core runs on: what the config says after validation, defaults and substitution, with
// every duration in milliseconds and every size in bytes. Core never sees YAML, zod or a file.

import type { Category } from "./rpc/category.ts";

export interface TlsFiles {
  /** PEM text, not a path. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

export interface ProviderCost {
  /** Units of the provider's own accounting per call. */
  readonly perCall: number;
  /** Units for single methods; a trailing `*` matches any ending. */
  readonly methods: Readonly<Record<string, number>>;
  /** US dollars per million units; null where the provider charges nothing or nothing was said. */
  readonly usdPerMillion: number | null;
  /** Units per calendar month (UTC); null: no quota. */
  readonly monthlyQuota: number | null;
}

export interface ErrorRule {
  /** Found anywhere in the message or string data, case-insensitively. */
  readonly message?: string;
  readonly code?: number;
  readonly status?: number;
  readonly category: Category;
}

export interface ProviderSettings {
  readonly id: string;
  /** Secret: may hold keys. Show it only through `maskUrl`. */
  readonly url: string;
  /** WebSocket endpoint, as secret as `url`; null: none, it has only its HTTP channel. */
  readonly wsUrl: string | null;
  readonly type: "public" | "paid";
  /** Lower is preferred. */
  readonly priority: number;
  readonly group: "main" | "fallback";
  readonly private: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit: RateLimit | null;
  readonly cost: ProviderCost;
  /** null: not known, learnt from answers. */
  readonly archive: boolean | null;
  readonly methods: { readonly allow: readonly string[] | null; readonly deny: readonly string[] };
  readonly limits: { readonly getLogsRange: number | null };
  readonly errorRules: readonly ErrorRule[];
  /** Id of a transport plugin. */
  readonly transport: string;
  readonly tls: TlsFiles;
}

export interface BreakerSettings {
  /** Consecutive failures that open it. */
  readonly failureThreshold: number;
  /** Share of failures in the window that opens it, 0..1. */
  readonly errorRatio: number;
  readonly windowMs: number;
  /** The ratio counts only from so many calls in the window on. */
  readonly minRequests: number;
  readonly recoveryTimeoutMs: number;
  /** Consecutive successes in half_open that close it. */
  readonly successThreshold: number;
}

export interface MethodSettings {
  /** A method's name, or a prefix with a trailing `*`. */
  readonly pattern: string;
  readonly timeoutMs: number | null;
  readonly attemptTimeoutMs: number | null;
  readonly strategy: string | null;
}

export interface HealthSettings {
  /** 0 turns periodic probes off. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly maxLagMs: number;
  readonly maxLagBlocks: number;
}

export interface RetrySettings {
  /** 0 turns failover off: one channel, once. */
  readonly rounds: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/** What a client hears when events can't be made up for: its socket is closed, it is told, or nothing. */
export type OnGap = "close" | "notify" | "continue";

export interface SubscriptionSettings {
  /** Gaps above this many blocks are not filled; null: the larger of 32 and 120 s worth of blocks. */
  readonly maxBackfillBlocks: number | null;
  /** `always`: every block that its bloom does not exclude is asked for by hash, not only when a stream switches. */
  readonly confirmLogs: "on_switch" | "always";
  readonly backfillTimeoutMs: number;
  /** From a client's eth_subscribe to its acknowledgement. */
  readonly subscriptionTimeoutMs: number;
  readonly gapFilling: boolean;
  /** No head for so long (and three block times), while another provider is ahead: the stream switches. */
  readonly staleAfterMs: number;
  readonly onGap: OnGap;
}

/** Upstreams that feed one stream at once; the first copy of an event counts. */
export interface RaceSettings {
  readonly newHeads: number;
  readonly logs: number;
  /** Default 1. */
  readonly newPendingTransactions?: number;
}

export interface ChainSettings {
  readonly name: string;
  readonly chainId: number;
  readonly aliases: readonly string[];
  readonly blockTimeMs: number;
  readonly strategy: string;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly retry: RetrySettings;
  readonly breaker: BreakerSettings | false;
  readonly health: HealthSettings;
  readonly sendFanout: number;
  readonly subscriptions: SubscriptionSettings;
  readonly race: RaceSettings;
  /** The blooms of its headers hold every log: a block that its bloom excludes has none of a filter's. */
  readonly trustBloom: boolean;
  readonly methods: readonly MethodSettings[];
  readonly providers: readonly ProviderSettings[];
}

/** Limits of one client's WebSocket. */
export interface WsSettings {
  /** Bytes that may wait for a slow client; beyond it the socket is closed with 1013. */
  readonly queueBytes: number;
  readonly maxFrameBytes: number;
  readonly maxInFlight: number;
  readonly maxSubscriptions: number;
  readonly pingMs: number;
  readonly idleTimeoutMs: number;
}

export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly region: string;
  /** Absolute path of the folder for history, snapshots and reports; null: all is kept in memory. */
  readonly dataDir: string | null;
  readonly maxBodyBytes: number;
  readonly maxBatch: number;
  readonly maxInFlight: number;
  readonly bufferBeforeCommitBytes: number;
  readonly maxResponseBytes: number;
  readonly headerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** PEM text of certificate and key. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly corsOrigins: readonly string[];
  readonly ws: WsSettings;
  /** Secret. null: admin only from loopback. */
  readonly adminToken: string | null;
  readonly publicReads: boolean;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "off";

export interface ObservabilitySettings {
  readonly logLevel: LogLevel;
  readonly includeParamsDigest: boolean;
  readonly maxErrorMessageChars: number;
  readonly maxMetaHeaderBytes: number;
  /** Share of successful requests that are logged, 0..1; failures always are. */
  readonly samplingRate: number;
}

/** A plugin file that the config names. */
export interface PluginSettings {
  /** Absolute path. */
  readonly path: string;
  readonly options: unknown;
  /** Where the config names it, for errors: `lasso.yaml:12:5`. */
  readonly place: string;
}

/** What an alert rule looks at; docs/alerts.md defines each. */
export type AlertCondition =
  | "provider_down"
  | "chain_down"
  | "error_rate"
  | "latency_p99"
  | "lag"
  | "head_stalled"
  | "quota"
  | "breaker_open"
  | "stream_gap"
  | "reorg_depth";

export interface AlertRule {
  /** Unique among the rules. */
  readonly name: string;
  readonly when: AlertCondition;
  /** In the condition's own unit; null: it has none, or (of `lag`) the chain's own limit counts. */
  readonly above: number | null;
  /** null: the condition looks at no window. */
  readonly windowMs: number | null;
  /** How long it must hold before the alert fires. */
  readonly forMs: number;
  /** Name of a chain; null: every one. */
  readonly chain: string | null;
  /** Id of a provider, or `*`: each one; null: what the condition is about by itself. */
  readonly provider: string | null;
  /** Names of targets, at least one. */
  readonly to: readonly string[];
  /** While it fires it is told again after so long; null: once. */
  readonly repeatMs: number | null;
}

export type AlertTarget =
  /** `url` is secret. Show it only through `maskUrl`. */
  | { readonly name: string; readonly type: "webhook" | "slack"; readonly url: string }
  | { readonly name: string; readonly type: "log" };

export interface AlertSettings {
  readonly targets: readonly AlertTarget[];
  readonly rules: readonly AlertRule[];
}

export interface LassoSettings {
  readonly server: ServerSettings;
  readonly chains: readonly ChainSettings[];
  readonly plugins: readonly PluginSettings[];
  readonly alerts: AlertSettings;
  readonly observability: ObservabilitySettings;
}
