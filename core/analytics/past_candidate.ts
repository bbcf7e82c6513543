// A channel as a strategy would have seen it in a past minute: what the config says of it now, and what is known of
// that minute. Its breaker is guessed from the share of failures, as history does not keep breakers by the minute.

import type { Candidate, CandidateCost } from "../plugins/strategy.ts";
import type { Channel } from "../providers/channel.ts";
import { MethodFilter } from "../providers/method_filter.ts";
import type { BreakerSettings } from "../settings.ts";
import { PastLatency } from "./past_latency.ts";
import type { PastCell } from "./past_cell.ts";

export class PastCandidate implements Candidate {
  readonly id: string;
  readonly provider: string;
  readonly transport: "http" | "ws";
  readonly type: "public" | "paid";
  readonly priority: number;
  readonly position: number;
  readonly group: "main" | "fallback";
  readonly cost: CandidateCost;
  inFlight = 0;
  breaker: "closed" | "open" | "half_open" = "closed";
  head: number | null = null;
  lagBlocks: number | null = null;
  readonly overall: PastLatency = new PastLatency();
  readonly methods: Map<string, PastLatency> = new Map();
  readonly #filter: MethodFilter;
  readonly #settings: BreakerSettings | false;
  readonly #maxLag: number;
  #openedAt = 0;

  /** `maxLag`: blocks behind from which on it is lagging. */
  constructor({ candidate, provider }: Channel, breaker: BreakerSettings | false, maxLag: number) {
    this.id = candidate.id;
    this.provider = candidate.provider;
    this.transport = candidate.transport;
    this.type = candidate.type;
    this.priority = candidate.priority;
    this.position = candidate.position;
    this.group = candidate.group;
    this.cost = candidate.cost;
    this.#filter = new MethodFilter(provider.settings.methods.allow, provider.settings.methods.deny);
    this.#settings = breaker;
    this.#maxLag = maxLag;
  }

  denies(method: string): boolean {
    return this.#filter.denies(method);
  }

  /** It serves only when nothing better is left. */
  get setBack(): boolean {
    return this.breaker === "open" || (this.lagBlocks ?? 0) > this.#maxLag;
  }

  /** All its cells of [from, to); none: nobody asked it anything. */
  feed(cells: readonly PastCell[], from: number, to: number): void {
    let answered = 0;
    let failed = 0;
    for (const cell of cells) {
      answered += cell.answered;
      failed += cell.failed;
      this.overall.feed(cell, from, to);
      let own = this.methods.get(cell.method);
      if (own === undefined) this.methods.set(cell.method, own = new PastLatency());
      own.feed(cell, from, to);
    }
    this.#judge(answered, failed, to);
  }

  #judge(answered: number, failed: number, to: number): void {
    if (this.#settings === false) return;
    const { failureThreshold, errorRatio, minRequests, recoveryTimeoutMs } = this.#settings;
    const n = answered + failed;
    const trips = (n >= minRequests && failed / n >= errorRatio) || (answered === 0 && n >= failureThreshold);
    if (trips) {
      if (this.breaker !== "open") this.#openedAt = to;
      this.breaker = "open";
    } else if (answered > failed) this.breaker = "closed";
    else if (this.breaker === "open" && to - this.#openedAt >= recoveryTimeoutMs) this.breaker = "half_open";
  }
}
