// Every default of the config, written as a user would write it. The schema shows them to editors, build.ts puts
// them under what the file says; there is no other place that knows a default.

export const serverDefaults = {
  host: "127.0.0.1",
  port: 4000,
  region: "local",
  data_dir: ".lasso",
  max_body: "2mb",
  max_batch: 100,
  max_in_flight: 4096,
  buffer_before_commit: "256kb",
  max_response: "256mb",
  header_timeout: "10s",
  idle_timeout: "75s",
  drain_timeout: "10s",
  cors: { origins: ["*"] },
  ws: {
    queue: "4mb",
    max_frame: "2mb",
    max_in_flight: 256,
    max_subscriptions: 1000,
    ping: "30s",
    idle_timeout: "2h",
  },
  public_reads: false,
};

export const routingDefaults = {
  strategy: "fastest",
  timeout: "30s",
  attempt_timeout: "10s",
  retry: { rounds: 2, backoff: "100ms", max_backoff: "2s" },
  breaker: {
    failure_threshold: 5,
    error_ratio: 0.5,
    window: "30s",
    min_requests: 20,
    recovery_timeout: "30s",
    success_threshold: 2,
  },
  health: { interval: "4s", timeout: "3s", max_lag: "5s", max_lag_blocks: 5 },
  send: { fanout: 3 },
  subscriptions: {
    max_backfill_blocks: "auto",
    confirm_logs: "on_switch",
    backfill_timeout: "30s",
    subscription_timeout: "10s",
    enable_gap_filling: true,
    stale_after: "5s",
    on_gap: "close",
  },
  race: { newHeads: 2, logs: 1, newPendingTransactions: 1 },
  methods: {},
};

/** Only a first guess, for a chain that is no preset and gives none. */
export const blockTimeDefault = "12s";

/** A bloom that leaves logs out would make them be missed; one that is not asked costs a few calls. */
export const trustBloomDefault = false;

export const providerDefaults = {
  type: "public",
  priority: 100,
  group: "main",
  private: false,
  headers: {},
  cost: { per_call: 1, methods: {} },
  methods: { deny: [] },
  limits: {},
  error_rules: [],
  transport: "http",
  tls: {},
};

/** By condition; a key that is not listed is not taken. `above` null: the chain's own limit (`health`) counts. */
export const alertDefaults = {
  provider_down: {},
  chain_down: {},
  error_rate: { above: 0.05, window: "5m" },
  latency_p99: { above: "2s", window: "5m" },
  lag: { above: null },
  head_stalled: { above: 10 },
  quota: { above: 0.9 },
  breaker_open: {},
  stream_gap: { above: 0, window: "5m" },
  reorg_depth: { above: 3, window: "10m" },
};

export const observabilityDefaults = {
  log_level: "info",
  include_params_digest: true,
  max_error_message_chars: 256,
  max_meta_header_bytes: 4096,
  sampling: { rate: 1 },
};
