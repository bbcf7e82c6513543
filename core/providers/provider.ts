// One provider of one chain: what holds for all its channels alike (rate budget, set aside, quarantine, head).
// It decides nothing about routing and sends nothing; channels and probes write to it, its chain listens.
// Outlives a reload that did not change it: the chain that it belongs to is bound, not built in.

import type { Clock } from "../clock.ts";
import type { Level } from "../log.ts";
import type { ProviderSettings } from "../settings.ts";
import type { BreakerState } from "./breaker.ts";
import { RateBudget } from "./budget.ts";
import type { Channel } from "./channel.ts";
import { SetAsideClock } from "./set_aside.ts";

/** What a provider tells its chain. */
export interface ProviderHost {
  /** Something changed that a kept ranking depends on. */
  changed(): void;
  /** For the log and the feeds; `fields` hold no secrets. */
  report(provider: Provider, level: Level, event: string, fields: Readonly<Record<string, unknown>>): void;
  /** `newKind` false: only the trials within half_open changed. */
  breakerChanged(channel: Channel, state: BreakerState, why: string, newKind: boolean): void;
  /** A quarantine or a syncing state began elsewhere than in a probe: ask the provider now. */
  probeSoon(provider: Provider): void;
}

export class Provider {
  readonly settings: ProviderSettings;
  readonly id: string;
  readonly budget: RateBudget;
  readonly setAside: SetAsideClock;
  /** Texts that must not be shown: parts of the URLs, header values; the longest first. For `maskText`. */
  readonly secrets: readonly string[];
  /** Newest block number that it was seen to have, as it said; null before any evidence. */
  head: number | null = null;
  /** `clock.now()` of that evidence. */
  headAt = 0;
  /** It was asked for its chain id and did not say: nothing is gained by waiting for its word. */
  chainIdFailed = false;
  readonly #channels: Channel[] = [];
  #host: ProviderHost;
  #position: number;
  #quarantined: string | null = null;
  #syncing = false;
  #lagging = false;
  #chainIdAt: number | null = null;
  #drained = false;

  constructor(settings: ProviderSettings, position: number, clock: Clock, host: ProviderHost) {
    this.settings = settings;
    this.id = settings.id;
    this.#position = position;
    this.#host = host;
    this.secrets = secretsOf(settings);
    this.budget = new RateBudget(settings.rateLimit, clock);
    this.setAside = new SetAsideClock(clock, (active) => {
      this.#host.changed();
      const forMs = Math.round(active.until - clock.now());
      this.#host.report(this, "warn", "provider.set_aside", { category: active.category, for_ms: forMs });
    });
  }

  get channels(): readonly Channel[] {
    return this.#channels;
  }

  /** Index in the config's order. */
  get position(): number {
    return this.#position;
  }

  get host(): ProviderHost {
    return this.#host;
  }

  /** `clock.now()` of the last verdict on its chain id; null: never asked with success. */
  get chainIdAt(): number | null {
    return this.#chainIdAt;
  }

  set chainIdAt(at: number | null) {
    const first = this.#chainIdAt === null;
    this.#chainIdAt = at;
    if (first) this.#host.changed();
  }

  /** Why nothing may be sent to it but probes (it serves another chain); null: nothing is wrong. */
  get quarantined(): string | null {
    return this.#quarantined;
  }

  set quarantined(reason: string | null) {
    if (reason === this.#quarantined) return;
    const began = this.#quarantined === null;
    this.#quarantined = reason;
    this.#host.changed();
    if (reason === null) this.#host.report(this, "info", "provider.readmitted", {});
    else if (began) this.#host.report(this, "error", "provider.quarantined", { why: reason });
  }

  /** It said that it is still syncing, and its lag agrees (or no probe has looked yet). */
  get syncing(): boolean {
    return this.#syncing;
  }

  set syncing(syncing: boolean) {
    if (syncing === this.#syncing) return;
    this.#syncing = syncing;
    this.#host.changed();
    this.#host.report(this, syncing ? "warn" : "info", "provider.syncing", { syncing });
  }

  /** Further behind the chain's head than the chain allows. */
  get lagging(): boolean {
    return this.#lagging;
  }

  /** Taken out by the operator: used only when nothing else is left. */
  get drained(): boolean {
    return this.#drained;
  }

  set drained(drained: boolean) {
    if (drained === this.#drained) return;
    this.#drained = drained;
    this.#host.changed();
    this.#host.report(this, "info", "provider.drained", { drained });
  }

  /** Set by the chain: the height that can be believed, and how far behind it is. */
  setLag(credibleHead: number | null, lagBlocks: number | null, lagging: boolean): void {
    for (const channel of this.#channels) {
      channel.candidate.head = credibleHead;
      channel.candidate.lagBlocks = lagBlocks;
    }
    if (lagging === this.#lagging) return;
    this.#lagging = lagging;
    this.#host.changed();
    this.#host.report(this, lagging ? "warn" : "info", "provider.lagging", {
      lagging,
      lag_blocks: lagBlocks,
    });
  }

  /** Called by the chain while it builds the provider's channels. */
  attach(channel: Channel): void {
    this.#channels.push(channel);
  }

  /** From now on it belongs to this chain, at this place in the config's order. */
  bind(host: ProviderHost, position: number): void {
    this.#host = host;
    this.#position = position;
    for (const channel of this.#channels) channel.candidate.position = position;
  }

  /**
   * Takes over what still holds of the provider of the same id before a reload. `sameEndpoint`: it is reached in the
   * same way and serves the same chain; else only an equal rate budget is carried.
   */
  adopt(previous: Provider, sameEndpoint: boolean): void {
    const [mine, before] = [this.settings.rateLimit, previous.settings.rateLimit];
    if (mine !== null && mine.count === before?.count && mine.perMs === before.perMs) {
      this.budget.adopt(previous.budget);
    }
    this.#drained = previous.#drained;
    if (!sameEndpoint) return;
    this.setAside.adopt(previous.setAside);
    this.#quarantined = previous.#quarantined;
    this.#syncing = previous.#syncing;
    this.#chainIdAt = previous.#chainIdAt;
    this.head = previous.head;
    this.headAt = previous.headAt;
  }
}

/** Whatever in the settings may be a key: long path segments, query values, user and password, header values. */
function secretsOf(settings: ProviderSettings): string[] {
  const found = new Set<string>(Object.values(settings.headers));
  for (const endpoint of [settings.url, settings.wsUrl]) {
    if (endpoint === null || !URL.canParse(endpoint)) continue;
    const url = new URL(endpoint);
    const parts = [url.username, url.password, ...url.pathname.split("/"), ...url.searchParams.values()];
    for (const part of parts) {
      found.add(part);
      try {
        found.add(decodeURIComponent(part));
      } catch {
        continue; // not percent-encoded text: the raw part was added
      }
    }
  }
  return [...found].filter((text) => text.length >= 6).sort((a, b) => b.length - a.length);
}
