// The filters that a simulated node keeps for its clients (eth_newFilter and its kin), by go-ethereum's rules: a
// filter that nobody asks for five minutes is gone, and so are all of them when the node dies. It hears the provider's
// announcements; the methods in `filter_methods.ts` call it.

import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { AnnouncementSink } from "./announcements.ts";
import { type PlacedLog, removedJson, type SimBlock } from "./block.ts";
import type { LiveRange } from "./live_range.ts";
import { type FilterQuery, type LogFilter, matches } from "./log_filter.ts";
import { newSubscriptionId } from "./subscription_id.ts";
import type { SimTransaction } from "./transaction.ts";

const EXPIRES_AFTER_MS = 5 * 60_000;

export type FilterSubject =
  | {
    readonly kind: "logs";
    readonly query: FilterQuery;
    readonly filter: LogFilter;
    readonly range: LiveRange;
  }
  | { readonly kind: "blocks" }
  | { readonly kind: "transactions" };

interface KeptFilter {
  readonly subject: FilterSubject;
  /** JSON texts since the last time. */
  news: string[];
  askedAtMs: number;
}

export class KeptFilters implements AnnouncementSink {
  readonly #clock: Clock;
  /** For ids. */
  readonly #random: Random;
  readonly #filters = new Map<string, KeptFilter>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get size(): number {
    return this.#filters.size;
  }

  create(subject: FilterSubject): string {
    const id = newSubscriptionId(this.#random);
    this.#filters.set(id, { subject, news: [], askedAtMs: this.#clock.now() });
    return id;
  }

  /** What is new since the last time, as JSON texts; null: there is no such filter. */
  changes(id: string): readonly string[] | null {
    const filter = this.#get(id);
    if (filter === undefined) return null;
    const { news } = filter;
    filter.news = [];
    filter.askedAtMs = this.#clock.now();
    return news;
  }

  subject(id: string): FilterSubject | null {
    return this.#get(id)?.subject ?? null;
  }

  uninstall(id: string): boolean {
    return this.#get(id) !== undefined && this.#filters.delete(id);
  }

  /** The node died. */
  clear(): void {
    this.#filters.clear();
  }

  onHead(block: SimBlock): void {
    for (const { subject, news } of this.#living()) {
      if (subject.kind === "blocks") news.push(`"${block.hash}"`);
    }
  }

  onLog(log: PlacedLog, removed: boolean): void {
    const { number } = log.block;
    for (const { subject, news } of this.#living()) {
      if (subject.kind !== "logs" || !matches(log, subject.filter)) continue;
      if (number < subject.range.from || number > subject.range.to) continue;
      news.push(removed ? removedJson(log) : log.json);
    }
  }

  onTransaction(tx: SimTransaction): void {
    for (const { subject, news } of this.#living()) {
      if (subject.kind === "transactions") news.push(`"${tx.hash}"`);
    }
  }

  onSyncing(): void {}

  #get(id: string): KeptFilter | undefined {
    const filter = this.#filters.get(id);
    if (filter === undefined || !this.#isExpired(filter)) return filter;
    this.#filters.delete(id);
    return undefined;
  }

  *#living(): Generator<KeptFilter> {
    for (const [id, filter] of this.#filters) {
      if (this.#isExpired(filter)) this.#filters.delete(id);
      else yield filter;
    }
  }

  #isExpired({ askedAtMs }: KeptFilter): boolean {
    return this.#clock.now() - askedAtMs > EXPIRES_AFTER_MS;
  }
}
