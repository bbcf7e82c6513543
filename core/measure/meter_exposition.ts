// Turns what Meter holds into the text of a scrape: the names, labels and help texts of every metric stand here, and
// docs/metrics.md describes them. Runs on scrape only.

import type { ChainCounters } from "./chain_counters.ts";
import type { Tally } from "./chain_measure.ts";
import type { FixedHistogram } from "./fixed_histogram.ts";
import type { ForeignMetric, MeteredChain } from "./meter.ts";
import { Exposition, type Labels, labelText, type Sample } from "./prometheus.ts";

export interface MeterState {
  readonly chains: ReadonlyMap<string, MeteredChain>;
  /** Requests that named no chain of this router. */
  readonly unknown: ChainCounters;
  readonly overhead: FixedHistogram;
  readonly reloads: { readonly ok: number; readonly failed: number };
  readonly foreign: Iterable<ForeignMetric>;
  readonly loopLagMs: number;
  readonly build: Labels;
  readonly memory: Readonly<Record<string, number>>;
}

const breakerValues = { closed: 0, half_open: 1, open: 2 } as const;

export function expose(state: MeterState): string {
  const out = new Exposition();
  requests(out, state);
  upstream(out, state);
  providers(out, state);
  out.counter(
    "lasso_config_reloads_total",
    "Reloads of the configuration by result.",
    [
      { labels: { result: "ok" }, value: state.reloads.ok },
      { labels: { result: "failed" }, value: state.reloads.failed },
    ],
  );
  for (const { name, type, help, samples } of state.foreign) out[type](name, help, samples());
  out.gauge(
    "lasso_event_loop_lag_seconds",
    "Worst lateness of the event loop during the last 15 seconds.",
    [{ value: state.loopLagMs / 1000 }],
  );
  out.gauge(
    "lasso_memory_bytes",
    "Memory of the process by kind.",
    Object.entries(state.memory).map(([kind, value]) => ({ labels: { kind }, value })),
  );
  out.gauge("lasso_build_info", "Versions of this build; always 1.", [{ labels: state.build, value: 1 }]);
  return out.text;
}

function requests(out: Exposition, state: MeterState): void {
  out.counterLines("lasso_requests_total", "Client requests that have settled.", (add) => {
    const ofChain = (chain: string, { requests }: ChainCounters): void => {
      for (const [method, outcomes] of requests) {
        const labels = chain + labelText({ method });
        for (const [outcome, { n }] of outcomes) add(`${labels},outcome="${outcome}"`, n);
      }
    };
    for (const [chain, { counters }] of state.chains) ofChain(`${labelText({ chain })},`, counters);
    ofChain("", state.unknown);
  });
  out.histogram("lasso_request_duration_seconds", "Client requests from arrival to answer.", (add) => {
    for (const [chain, { counters }] of state.chains) add(labelText({ chain }), counters.duration);
    if (state.unknown.requests.size > 0) add("", state.unknown.duration);
  });
  out.histogram(
    "lasso_overhead_seconds",
    "Time that the router itself added to a client request.",
    (add) => add("", state.overhead),
  );
}

function upstream(out: Exposition, state: MeterState): void {
  out.counterLines("lasso_upstream_requests_total", "Attempts at providers that have settled.", (add) => {
    for (const [chain, { measure }] of state.chains) {
      for (const { provider, transport, methods } of measure.channels.values()) {
        const channel = labelText({ chain, provider, transport });
        for (const [method, { outcomes }] of methods) {
          const labels = `${channel},${labelText({ method })}`;
          for (const [outcome, { n }] of outcomes) add(`${labels},outcome="${outcome}"`, n);
        }
      }
    }
  });
  out.histogram(
    "lasso_upstream_duration_seconds",
    "Attempts at providers from sending to answer, failure or giving up.",
    (add) => {
      for (const [chain, { counters }] of state.chains) {
        for (const { provider, transport, duration } of counters.channels.values()) {
          add(labelText({ chain, provider, transport }), duration);
        }
      }
    },
  );
}

function providers(out: Exposition, state: MeterState): void {
  const of = <Item>(
    items: (counters: ChainCounters) => Iterable<Item>,
    sample: (chain: string, item: Item) => Sample,
  ): Sample[] =>
    [...state.chains].flatMap(([chain, { counters }]) =>
      [...items(counters)].map((item) => sample(chain, item))
    );

  out.counter(
    "lasso_failovers_total",
    "Times that a call went on to another channel, by the provider left and why.",
    of((counters) => leaves(counters.failovers), (chain, [provider, category, { n }]) => ({
      labels: { chain, provider, category },
      value: n,
    })),
  );
  out.gauge(
    "lasso_breaker_state",
    "Circuit breaker of a channel: 0 closed, 1 half open, 2 open.",
    of((counters) => counters.breakers.values(), (chain, { provider, transport, state: value }) => ({
      labels: { chain, provider, transport },
      value: breakerValues[value],
    })),
  );
  out.gauge(
    "lasso_head_block",
    "Newest block number that a provider was seen to have.",
    of((counters) => counters.heads, (chain, [provider, { block }]) => ({
      labels: { chain, provider },
      value: block,
    })),
  );
  out.gauge(
    "lasso_head_lag_blocks",
    "Blocks that a provider is behind the head of its chain.",
    of((counters) => counters.heads, (chain, [provider, { lagBlocks }]) => ({
      labels: { chain, provider },
      value: lagBlocks,
    })),
  );
  out.gauge(
    "lasso_quota_used_ratio",
    "Share of a provider's monthly quota that is used.",
    quotas(state),
  );
  out.counter(
    "lasso_answers_behind_total",
    "Answers to calls with a tag that came from behind the head that was served before.",
    of((counters) => counters.behind, (chain, [provider, { n }]) => ({
      labels: { chain, provider },
      value: n,
    })),
  );
}

function* quotas(state: MeterState): Generator<Sample> {
  for (const [chain, { measure }] of state.chains) {
    for (const { provider, used, max } of measure.quotas()) {
      yield { labels: { chain, provider }, value: max > 0 ? used / max : 1 };
    }
  }
}

function* leaves<Branch extends string, Leaf extends string>(
  tree: ReadonlyMap<Branch, ReadonlyMap<Leaf, Tally>>,
): Generator<readonly [Branch, Leaf, Tally]> {
  for (const [branch, map] of tree) {
    for (const [leaf, tally] of map) yield [branch, leaf, tally];
  }
}
