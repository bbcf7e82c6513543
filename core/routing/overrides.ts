// What the operator has set by hand: drained chains and providers, breakers held open or closed, WebSockets kept
// closed, strategies. It is laid over the router in force, and over each one that a reload puts in its place, until it
// is cleared or the process ends. Owned by ServerState; changed by the admin API only; read by status and API.

import type { Clock, Timer } from "../clock.ts";
import type { ForcedBreaker } from "../providers/breaker.ts";
import type { Channel } from "../providers/channel.ts";
import type { Provider } from "../providers/provider.ts";
import type { ChainRoute } from "./chain_route.ts";
import type { Router } from "./router.ts";

export interface BreakerOverride {
  readonly forced: ForcedBreaker;
  /** Epoch ms. */
  readonly since: number;
  /** Epoch ms at which it ends by itself; null: when it is cleared. */
  readonly until: number | null;
}

/** Of one provider; absent members are not overridden. */
export interface ProviderOverride {
  readonly drained?: { readonly since: number };
  /** By transport. */
  readonly breakers?: Readonly<Partial<Record<"http" | "ws", BreakerOverride>>>;
  /** Its WebSocket is kept closed. */
  readonly disconnected?: { readonly since: number };
}

export interface ChainOverride {
  readonly drained?: { readonly since: number };
  readonly strategy?: { readonly id: string; readonly since: number };
}

/** What is overridden, to be shown. null: nothing. */
export interface OverridesView {
  chain(chain: string): ChainOverride | null;
  provider(chain: string, provider: string): ProviderOverride | null;
}

/** Tells who listens; `fields` hold no secrets. */
export type OverrideEmit = (event: string, fields: Readonly<Record<string, unknown>>) => void;

interface Forced extends BreakerOverride {
  readonly timer: Timer | null;
}

/** A copy that can be filled. */
type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export class Overrides implements OverridesView, Disposable {
  readonly #clock: Clock;
  readonly #emit: OverrideEmit;
  /** Since when, in epoch ms; by chain. */
  readonly #drainedChains = new Map<string, number>();
  readonly #strategies = new Map<string, { readonly id: string; readonly since: number }>();
  /** By `chain/provider`. */
  readonly #drained = new Map<string, number>();
  /** By `chain/provider:transport`. */
  readonly #forced = new Map<string, Forced>();
  readonly #disconnected = new Map<string, number>();
  #router: Router | null = null;

  constructor(clock: Clock, emit: OverrideEmit) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Lays all of it over a router that is about to be in force. Strategies that it does not know are given up. */
  apply(router: Router): void {
    this.#router = router;
    for (const route of router.routes) {
      const { name, providers, channels } = route.chain;
      route.drained = this.#drainedChains.has(name);
      this.#applyStrategy(route);
      for (const provider of providers) provider.drained = this.#drained.has(keyOf(name, provider.id));
      for (const channel of channels) {
        channel.breaker.force(this.#forced.get(keyOf(name, channel.id))?.forced ?? null);
        channel.disconnected = this.#disconnected.has(keyOf(name, channel.id));
      }
    }
  }

  chain(chain: string): ChainOverride | null {
    const drained = this.#drainedChains.get(chain);
    const strategy = this.#strategies.get(chain);
    if (drained === undefined && strategy === undefined) return null;
    return {
      ...(drained === undefined ? {} : { drained: { since: drained } }),
      ...(strategy === undefined ? {} : { strategy }),
    };
  }

  provider(chain: string, provider: string): ProviderOverride | null {
    const key = keyOf(chain, provider);
    const found: Writable<ProviderOverride> = {};
    const drained = this.#drained.get(key);
    if (drained !== undefined) found.drained = { since: drained };
    const breakers: Partial<Record<"http" | "ws", BreakerOverride>> = {};
    for (const transport of ["http", "ws"] as const) {
      const forced = this.#forced.get(`${key}:${transport}`);
      if (forced === undefined) continue;
      breakers[transport] = { forced: forced.forced, since: forced.since, until: forced.until };
    }
    if (Object.keys(breakers).length > 0) found.breakers = breakers;
    const disconnected = this.#disconnected.get(`${key}:ws`);
    if (disconnected !== undefined) found.disconnected = { since: disconnected };
    return Object.keys(found).length === 0 ? null : found;
  }

  /** Each gives false where it was so already. */
  drainChain(route: ChainRoute, drained: boolean): boolean {
    const { name } = route.chain;
    if (!toggle(this.#drainedChains, name, drained, this.#clock)) return false;
    route.drained = drained;
    this.#emit("config.chain_drained", { chain: name, drained });
    return true;
  }

  drainProvider(route: ChainRoute, provider: Provider, drained: boolean): boolean {
    if (!toggle(this.#drained, keyOf(route.chain.name, provider.id), drained, this.#clock)) return false;
    provider.drained = drained;
    return true;
  }

  /** Keeps a WebSocket channel closed, or lets it be opened again. */
  disconnect(route: ChainRoute, channel: Channel, disconnected: boolean): boolean {
    if (!toggle(this.#disconnected, keyOf(route.chain.name, channel.id), disconnected, this.#clock)) {
      return false;
    }
    channel.disconnected = disconnected;
    return true;
  }

  /** `forMs` null: until it is cleared. The same once more sets its time anew. */
  force(route: ChainRoute, channel: Channel, kind: ForcedBreaker, forMs: number | null): boolean {
    const key = keyOf(route.chain.name, channel.id);
    const before = this.#forced.get(key);
    if (before?.forced === kind && before.until === null && forMs === null) return false;
    before?.timer?.cancel();
    const now = this.#clock.wallNow();
    const { name } = route.chain;
    this.#forced.set(key, {
      forced: kind,
      since: before?.forced === kind ? before.since : now,
      until: forMs === null ? null : now + forMs,
      timer: forMs === null ? null : this.#clock.after(forMs, () => this.#expire(name, channel.id)),
    });
    channel.breaker.force(kind);
    this.#tellForced(name, channel, kind, forMs);
    return true;
  }

  /** Clears what holds it, and its history. */
  reset(route: ChainRoute, channel: Channel): boolean {
    const key = keyOf(route.chain.name, channel.id);
    const held = this.#forced.get(key);
    held?.timer?.cancel();
    this.#forced.delete(key);
    const changed = channel.breaker.reset() || held !== undefined;
    if (changed) this.#tellForced(route.chain.name, channel, null, null);
    return changed;
  }

  /** null clears it. The id has to be known. */
  setStrategy(route: ChainRoute, id: string | null): boolean {
    const { name } = route.chain;
    if ((this.#strategies.get(name)?.id ?? null) === id) return false;
    if (id === null) this.#strategies.delete(name);
    else this.#strategies.set(name, { id, since: this.#clock.wallNow() });
    this.#applyStrategy(route);
    this.#emit("config.strategy", { chain: name, strategy: id });
    return true;
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#forced.values()) timer?.cancel();
  }

  #applyStrategy(route: ChainRoute): void {
    const { name } = route.chain;
    const wanted = this.#strategies.get(name)?.id ?? null;
    const known = wanted === null || route.hasStrategy(wanted);
    route.strategyOverride = known ? wanted : null;
    if (known) return;
    this.#strategies.delete(name);
    this.#emit("config.strategy", { chain: name, strategy: null, why: `${wanted} is not known any more` });
  }

  #expire(chain: string, id: string): void {
    this.#forced.delete(keyOf(chain, id));
    const channel = this.#router?.route(chain)?.chain.channels.find((one) => one.id === id);
    if (channel === undefined) return;
    channel.breaker.force(null);
    this.#tellForced(chain, channel, null, null);
  }

  #tellForced(chain: string, channel: Channel, forced: ForcedBreaker | null, forMs: number | null): void {
    this.#emit("breaker.override", {
      chain,
      provider: channel.provider.id,
      transport: channel.protocol,
      forced,
      state: channel.breaker.kind,
      ...(forMs === null ? {} : { for_ms: forMs }),
    });
  }
}

/** `id`: a provider's or a channel's. */
function keyOf(chain: string, id: string): string {
  return `${chain}/${id}`;
}

function toggle(since: Map<string, number>, key: string, on: boolean, clock: Clock): boolean {
  if (since.has(key) === on) return false;
  if (on) since.set(key, clock.wallNow());
  else since.delete(key);
  return true;
}
