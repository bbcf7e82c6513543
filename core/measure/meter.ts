// The recorder of a running router: keeps the measurements that strategies read and the counters that a scrape
// shows, and has samples collected for history and live figures (collector.ts). Called for every attempt and every
// request, so nothing here builds text, waits or allocates per call; what a scrape costs is paid on scrape
// (meter_exposition.ts).

import type { Clock } from "../clock.ts";
import { LassoError } from "../errors.ts";
import { type Log, silentLog } from "../log.ts";
import type { Candidate } from "../plugins/strategy.ts";
import type { Category } from "../rpc/category.ts";
import { ChainCounters } from "./chain_counters.ts";
import { ChainMeasure } from "./chain_measure.ts";
import type { ChainCollector } from "./chain_collector.ts";
import { Collector, type RawSample } from "./collector.ts";
import { FixedHistogram, overheadBounds } from "./fixed_histogram.ts";
import type { GaugeSource } from "./gauge_book.ts";
import type { CellSink, LiveFigures } from "./history/model.ts";
import { LoopLag } from "./loop_lag.ts";
import { expose } from "./meter_exposition.ts";
import { checkMetricName, type Sample } from "./prometheus.ts";
import { processGauges } from "./process_figures.ts";
import type { AttemptOutcome, Recorder } from "./recorder.ts";
import type { SeriesNumbers } from "./series_book.ts";

export interface MeterOptions {
  readonly clock: Clock;
  /** Labels of `lasso_build_info`: version, deno, v8, typescript. */
  readonly build: Readonly<Record<string, string>>;
  /** Memory in bytes by kind: rss, heap_used, heap_total, external. Asked on scrape. */
  readonly memory: () => Readonly<Record<string, number>>;
  /** Ms of processor time that this process has used. Absent: not known. */
  readonly cpuMs?: () => number;
  /** Takes each second's figures; absent: nobody does. */
  readonly cells?: CellSink;
  /** Hears what a gauge's source or `cells` throws. Default: nobody. */
  readonly log?: Log;
}

/** A metric whose values somebody else owns; `samples` is called on each scrape. */
export interface ForeignMetric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: () => Iterable<Sample>;
}

export interface MeteredChain {
  readonly measure: ChainMeasure;
  readonly counters: ChainCounters;
  readonly collector: ChainCollector;
}

export class Meter implements Recorder {
  readonly #clock: Clock;
  readonly #options: MeterOptions;
  readonly #chains = new Map<string, MeteredChain>();
  /** Requests for chains that nobody serves: counted without a label, because clients choose those names. */
  readonly #unknown = new ChainCounters();
  readonly #overhead = new FixedHistogram(overheadBounds);
  readonly #reloads = { ok: 0, failed: 0 };
  readonly #foreign = new Map<string, ForeignMetric>();
  readonly #loopLag: LoopLag;
  readonly #collector: Collector;

  /**
   * Starts the event loop's sampler, which also moves the time of the chains' views, and the collector; `dispose`
   * stops both.
   */
  constructor(options: MeterOptions) {
    this.#clock = options.clock;
    this.#options = options;
    this.#loopLag = new LoopLag(options.clock, (now) => {
      for (const { measure } of this.#chains.values()) measure.refresh(now);
    });
    this.#loopLag.start();
    this.#collector = new Collector(options.clock, options.cells ?? null, options.log ?? silentLog);
    this.#collector.addGaugeSource(processGauges(options, this.#loopLag));
  }

  /** The newest figures of each chain. */
  get live(): LiveFigures {
    return this.#collector.live;
  }

  /** How late the event loop ran at worst in the last 15 s, in ms. */
  get loopLagMs(): number {
    return this.#loopLag.worstMs;
  }

  /** Numbers for series of cells that others make (races). */
  get seriesNumbers(): SeriesNumbers {
    return this.#collector.numbers;
  }

  /** Has values kept as history: asked at the end of each second. See GaugeSource for what it must keep to. */
  addGaugeSource(source: GaugeSource): void {
    this.#collector.addGaugeSource(source);
  }

  /** The raw samples of a chain's last `lastMs`, oldest first, as far as the ring still holds them. */
  samples(chain: string, lastMs: number): RawSample[] {
    return this.#collector.samples(chain, lastMs);
  }

  /**
   * Counts units that an earlier process used in this calendar month (UTC) against the provider's quota. To be called
   * once per provider; chains and providers that are not served are ignored.
   */
  restoreQuota(chain: string, provider: string, units: number): void {
    this.#chains.get(chain)?.measure.restoreQuota(provider, units);
  }

  /**
   * The measurements of a chain, created with the first call. A chain is known, and gets a label of its own, once
   * it was asked for here or one of its channels reported something.
   */
  chain(name: string): ChainMeasure {
    return this.#chain(name).measure;
  }

  /** Drops everything about a chain that is served no longer. */
  forget(chain: string): void {
    this.#collector.forget(chain);
    this.#chains.delete(chain);
  }

  /** Drops what belongs to the chain's channels and providers that are not among `candidates` (after a reload). */
  retain(chain: string, candidates: Iterable<Pick<Candidate, "id" | "provider">>): void {
    const known = this.#chains.get(chain);
    if (known === undefined) return;
    const ids = new Set<string>();
    const providers = new Set<string>();
    for (const candidate of candidates) {
      ids.add(candidate.id);
      providers.add(candidate.provider);
    }
    known.measure.retain(ids, providers);
    known.counters.retain(ids, providers);
    this.#collector.retain(chain, ids, providers);
  }

  /** Adds a gauge whose owner is asked on each scrape. Throws when the name is taken or malformed. */
  gauge(name: string, help: string, samples: () => Iterable<Sample>): void {
    this.#addForeign({ name, type: "gauge", help, samples });
  }

  /** The same for a count that only grows. */
  counter(name: string, help: string, samples: () => Iterable<Sample>): void {
    this.#addForeign({ name, type: "counter", help, samples });
  }

  /** The answer to a scrape; its content type is `text/plain; version=0.0.4; charset=utf-8`. */
  metrics(): string {
    return expose({
      chains: this.#chains,
      unknown: this.#unknown,
      overhead: this.#overhead,
      reloads: this.#reloads,
      foreign: this.#foreign.values(),
      loopLagMs: this.#loopLag.worstMs,
      build: this.#options.build,
      memory: this.#options.memory(),
    });
  }

  attempt(
    chain: string,
    candidate: Candidate,
    method: string,
    ms: number,
    outcome: AttemptOutcome,
    atLeast: boolean,
    at: number,
    strategy: string,
  ): void {
    const known = this.#chain(chain);
    const { slot, label, timed } = known.measure.record(candidate, method, ms, outcome, atLeast, at);
    known.collector.attempt(slot, candidate, label, strategy, ms, outcome, timed, at);
    known.counters.channel(candidate.id, candidate.provider, candidate.transport).duration.observe(ms);
  }

  request(
    chain: string,
    method: string,
    outcome: string,
    endToEndMs: number,
    overheadMs: number,
    at: number,
    strategy: string,
    failedOver: boolean,
  ): void {
    const known = this.#chains.get(chain);
    known?.collector.call(method, strategy, endToEndMs, outcome, failedOver, at);
    const counters = known?.counters ?? this.#unknown;
    counters.request(method, outcome);
    counters.duration.observe(endToEndMs);
    this.#overhead.observe(overheadMs);
  }

  failover(chain: string, provider: string, category: Category): void {
    this.#chain(chain).counters.failover(provider, category);
  }

  breaker(chain: string, candidate: Candidate, state: "closed" | "open" | "half_open"): void {
    const { provider, transport } = candidate;
    this.#chain(chain).counters.breakers.set(candidate.id, { provider, transport, state });
  }

  head(chain: string, provider: string, block: number, lagBlocks: number): void {
    this.#chain(chain).counters.heads.set(provider, { block, lagBlocks });
  }

  reload(result: "ok" | "failed"): void {
    this.#reloads[result]++;
  }

  behind(chain: string, provider: string): void {
    this.#chain(chain).counters.answerBehind(provider);
  }

  /** Hands on what was collected, and stops. What was measured can still be read. */
  [Symbol.dispose](): void {
    this.#loopLag.stop();
    this.#collector[Symbol.dispose]();
  }

  #chain(name: string): MeteredChain {
    let chain = this.#chains.get(name);
    if (chain === undefined) {
      chain = {
        measure: new ChainMeasure(this.#clock),
        counters: new ChainCounters(),
        collector: this.#collector.chain(name),
      };
      this.#chains.set(name, chain);
    }
    return chain;
  }

  #addForeign(metric: ForeignMetric): void {
    checkMetricName(metric.name);
    if (this.#foreign.has(metric.name)) {
      throw new LassoError("internal", `The metric ${metric.name} is registered already`, {
        hint: "register each metric once, in one place, with all its samples",
      });
    }
    this.#foreign.set(metric.name, metric);
  }
}
