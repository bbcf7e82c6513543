// What `lasso demo` can do beside serving: traffic, faults of its simulated providers, their statistics. Types only:
// battle implements it, main hands it in as a value, the admin routes ask it; elsewhere than in the demo there is none.

/** Calls that are sent to the router, as applications would. */
export interface WorkloadPlan {
  readonly kind: "workload";
  /** Calls a second, over all chains together. */
  readonly rate: number;
  /** Weights by method; absent: a wallet's mix. */
  readonly methods?: Readonly<Record<string, number>> | undefined;
  /** How the calls come to the router. Default: http. */
  readonly transport?: "http" | "ws" | undefined;
  /** Asked for with each call; absent: the config's. */
  readonly strategy?: string | undefined;
  /** Absent: all, evenly. */
  readonly chain?: string | undefined;
}

export interface TrafficState {
  readonly plan: WorkloadPlan;
  /** Epoch ms. */
  readonly since: number;
  readonly ok: number;
  readonly failed: number;
  /** Not sent, because too many were under way. */
  readonly skipped: number;
  readonly in_flight: number;
}

/** On one simulated provider, or (reorg) on its chain. */
export type DemoFault =
  | { readonly kind: "kill" }
  | { readonly kind: "stall" }
  | { readonly kind: "stall_subscriptions" }
  | { readonly kind: "malformed" }
  | { readonly kind: "lying" }
  | { readonly kind: "latency"; readonly ms: number }
  | { readonly kind: "error_rate"; readonly share: number; readonly status: number }
  | { readonly kind: "rate_limit"; readonly share: number; readonly retry_after_s: number | null }
  | { readonly kind: "lag"; readonly blocks: number }
  | { readonly kind: "forked_head"; readonly depth: number }
  | { readonly kind: "wrong_chain_id"; readonly chain_id: number }
  /** Single acts: they end at once. */
  | { readonly kind: "drop_sockets" }
  | { readonly kind: "reorg"; readonly depth: number };

export interface FaultState {
  readonly id: string;
  readonly fault: DemoFault;
  readonly chain: string;
  /** null: the chain itself. */
  readonly provider: string | null;
  /** Epoch ms; `until` null: till it is taken off. */
  readonly since: number;
  readonly until: number | null;
}

export interface SimulatorState {
  readonly chain: string;
  readonly provider: string;
  readonly alive: boolean;
  readonly head: number;
  /** Its faults in force. */
  readonly faults: readonly FaultState[];
  /** Counts since the start: calls, calls by method, sockets, failures … */
  readonly stats: Readonly<Record<string, unknown>>;
}

/** `problem`: a sentence that says why it is impossible as asked. */
export type Begun<T> = { readonly ok: true; readonly value: T } | {
  readonly ok: false;
  readonly problem: string;
};

/** What was done, for the feed. */
export interface DemoChange {
  readonly event: "fault.begin" | "fault.end" | "traffic.begin" | "traffic.end";
  readonly chain: string | null;
  readonly provider: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface DemoControls {
  /** Methods that a workload can be made of. */
  readonly methods: readonly string[];
  /** One listener; the last one stays. */
  listen(hear: (change: DemoChange) => void): void;
  /** null: none runs. */
  readonly traffic: TrafficState | null;
  /** In place of what runs. */
  startTraffic(plan: WorkloadPlan): Promise<Begun<TrafficState>>;
  /** False: none ran. */
  stopTraffic(): Promise<boolean>;
  /** Those in force. */
  readonly faults: readonly FaultState[];
  /** `forMs` null: till it is taken off. */
  beginFault(
    chain: string,
    provider: string | null,
    fault: DemoFault,
    forMs: number | null,
  ): Promise<Begun<FaultState>>;
  /** Takes one off, or (null) all; gives those that were. */
  endFaults(id: string | null): Promise<readonly FaultState[]>;
  simulators(): readonly SimulatorState[];
}
