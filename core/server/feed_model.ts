// What the feed says, as types: the snapshot that comes first, the figures that come each second while somebody
// listens, and the events that the dashboard acts on. Made by the feed's snapshot and the hub's publishers; read by the
// dashboard. All times are epoch ms, all durations ms, all shares 0..1.

import type { LiveSeries } from "../measure/history/model.ts";
import type { Topic } from "./event_hub.ts";

export type ProviderState = "up" | "lagging" | "limited" | "probing" | "open" | "off" | "unknown";

export interface FeedTransport extends LiveSeries {
  readonly transport: "http" | "ws";
  readonly state: ProviderState;
  readonly reason: string | null;
  readonly since: number;
  readonly breaker: "closed" | "open" | "half_open";
  /** Of the chain's attempts of the last minute. */
  readonly share: number | null;
  readonly connections: number;
  readonly in_flight: number;
  readonly last_failure: string | null;
}

export interface FeedProvider {
  readonly id: string;
  readonly type: "public" | "paid";
  readonly group: "main" | "fallback";
  readonly state: ProviderState;
  /** Why it is in that state; null when it is up. */
  readonly reason: string | null;
  readonly since: number;
  readonly head: number | null;
  readonly lag_blocks: number | null;
  /** Calls of the configured rate budget used in the running window; null without a budget. */
  readonly rate_limit: { readonly used: number; readonly max: number; readonly per_ms: number } | null;
  /** Units of this month; null without a quota. */
  readonly quota: { readonly used: number; readonly max: number } | null;
  /** What an operator has set, in words; null: nothing. */
  readonly override: string | null;
  readonly transports: readonly FeedTransport[];
}

export interface FeedBlock {
  readonly number: number;
  readonly hash: string | null;
  /** When this router saw it first. */
  readonly at: number;
  /** Who showed it first. */
  readonly provider: string | null;
}

export interface FeedChain extends LiveSeries {
  readonly name: string;
  readonly chain_id: number;
  readonly aliases: readonly string[];
  readonly state: "unknown" | "good" | "bad";
  readonly awake: boolean;
  readonly strategy: string;
  /** True: set by an operator over the config's. */
  readonly strategy_overridden: boolean;
  readonly drained: boolean;
  readonly head: number | null;
  /** When the head rose last; null before. */
  readonly head_at: number | null;
  readonly block_time_ms: number;
  readonly success_hour: number | null;
  readonly streams: number;
  readonly stream_clients: number;
  readonly providers: readonly FeedProvider[];
}

/** The figures that come as `{topic: "system", event: "stats", stats}` each second. */
export interface FeedStats {
  readonly in_flight: number;
  readonly connections: number;
  readonly websockets: number;
  readonly upstream_connections: { readonly http: number; readonly ws: number };
  readonly memory: { readonly rss: number; readonly heap_used: number; readonly heap_total: number };
  /** Worst of the last 15 s. */
  readonly loop_lag_ms: number;
  /** Share of one core over the last second; null where it can't be told. */
  readonly cpu: number | null;
  readonly log_dropped: number;
  readonly history: { readonly file: string | null; readonly problem: string | null; readonly bytes: number };
  readonly chains: readonly FeedChain[];
}

export interface FeedSnapshot extends FeedStats {
  readonly version: string;
  readonly state: "serving" | "draining";
  readonly started_at: number;
  readonly region: string;
  readonly config_version: number;
  readonly max_in_flight: number;
  readonly demo: boolean;
  /** Who may act: anybody on this machine, the holder of the token, or nobody from where the reader is. */
  readonly admin: "loopback" | "token" | "none";
  readonly strategies: readonly string[];
  readonly reloads: readonly {
    readonly at: number;
    readonly result: "ok" | "failed";
    readonly message: string;
  }[];
  readonly alerts: readonly FeedAlert[];
  /** Newest last: routing events and changes of state of before, at most 100 each. */
  readonly recent: { readonly routing: readonly RoutingEvent[]; readonly events: readonly StateEvent[] };
  /** By chain, newest first, at most 20. */
  readonly blocks: Readonly<Record<string, readonly FeedBlock[]>>;
}

export interface FeedAlert {
  readonly rule: string;
  readonly chain: string | null;
  readonly provider: string | null;
  readonly value: number | null;
  readonly since: number;
}

interface EventBase {
  readonly at: number;
  /** Absent: it concerns no single chain. */
  readonly chain?: string;
}

export interface RoutingEvent extends EventBase {
  readonly topic: "routing";
  readonly method: string;
  readonly strategy: string;
  readonly provider_id: string | null;
  readonly transport: "http" | "ws" | null;
  readonly duration_ms: number;
  readonly result: string;
  readonly failover_count: number;
  readonly request_id: string;
  /** Of the sampler: a decision without a call. */
  readonly test?: boolean;
}

/** Every other event: `event` names it, the rest depends on that (docs/events.md). */
export interface StateEvent extends EventBase {
  readonly topic: Exclude<Topic, "routing">;
  readonly event: string;
  readonly [field: string]: unknown;
}

export type FeedEventMessage = RoutingEvent | StateEvent;

export type FeedMessage =
  | { readonly type: "snapshot"; readonly seq: number; readonly at: number; readonly data: FeedSnapshot }
  | {
    readonly type: "batch";
    readonly seq: number;
    readonly events: readonly FeedEventMessage[];
    readonly dropped: number;
  }
  | { readonly type: "error"; readonly message: string };
