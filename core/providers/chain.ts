// One chain: its providers and channels, its head, and whether it is awake. It routes nothing; the pipeline reads
// it, tells it what answers showed, and asks for a new ranking when `generation` went up. Life: constructed by main
// (nothing is sent yet) → woken by the first `touch` → replaced or ended by `retire`.

import { type Clock, sleep, type Timer } from "../clock.ts";
import type { Level, Log } from "../log.ts";
import type { Random } from "../random.ts";
import type { ChainSettings } from "../settings.ts";
import { supervise, type Supervised } from "../supervise.ts";
import { BlockTime } from "./block_time.ts";
import type { BreakerState } from "./breaker.ts";
import { carryOver, isUnchanged, type ProviderGround } from "./carry_over.ts";
import type { Channel } from "./channel.ts";
import type { ChainDeps } from "./deps.ts";
import { HeadTracker } from "./head.ts";
import { Prober, type ProberHost } from "./health.ts";
import { openChannels } from "./open_channel.ts";
import { Provider, type ProviderHost } from "./provider.ts";
import { WsProber } from "./ws_prober.ts";

export type { ChainDeps } from "./deps.ts";

const sleepAfterMs = 10 * 60_000;
const drainLookMs = 25;
/** A head that was served is given up once no provider has been near it for so long: the chain itself went back. */
const forgetServedMs = 60_000;
const keptHashes = 8;

export class Chain implements AsyncDisposable, ProviderHost, ProberHost {
  readonly settings: ChainSettings;
  readonly providers: readonly Provider[];
  readonly channels: readonly Channel[];
  /** Goes up whenever anything changes that a kept ranking depends on. */
  generation = 0;
  /** The newest block of the live heads stream while there is one that is up to date; core/streams writes it. */
  liveHead: number | null = null;
  /** Hears that `generation` went up, in the middle of what made it go up: it only notes that. core/server writes it. */
  onChange: (() => void) | null = null;
  readonly #deps: ChainDeps;
  readonly #tracker: HeadTracker;
  readonly #blockTime: BlockTime;
  readonly #probers = new Map<Provider, Prober>();
  readonly #wsProbers = new Map<Channel, WsProber>();
  readonly #loops: Supervised[] = [];
  #served = 0;
  /** When the head was last near what was served. */
  #servedSeenAt = 0;
  #awake = false;
  #wokenAt = -Infinity;
  #touchedAt = -Infinity;
  #sleepTimer: Timer | null = null;
  /** Fires when the next set-aside, breaker pause or learnt limit ends. */
  #expiryTimer: Timer | null = null;
  /** The newest block for which the other providers were asked. */
  #askedOthersFor = -1;
  /** The newest head that was emitted; a head that goes back and comes again is no news. */
  #announced = -1;
  /** Hashes of the newest heads that streams brought, by number. */
  readonly #hashes = new Map<number, string>();
  #retired = false;

  /**
   * `previous`: the chain of the same name before a reload. Providers that did not change are taken over as they are,
   * but only change hands when `previous` retires or this chain is first used; till then `previous` goes on undisturbed,
   * and this chain may still be disposed as if it had never been.
   * @throws LassoError from a transport plugin; what was opened until then is closed again
   */
  constructor(settings: ChainSettings, deps: ChainDeps, previous?: Chain) {
    this.settings = settings;
    this.#deps = deps;
    const sameChain = previous !== undefined && previous.settings.chainId === settings.chainId;
    this.#blockTime = sameChain && previous.settings.blockTimeMs === settings.blockTimeMs
      ? previous.#blockTime
      : new BlockTime(settings.blockTimeMs);
    this.providers = this.#build(previous);
    this.channels = this.providers.flatMap((provider) => provider.channels);
    this.#tracker = new HeadTracker({
      providers: this.providers,
      health: settings.health,
      blockTime: this.#blockTime,
      clock: deps.clock,
      verify: (provider, block) => this.#probers.get(provider)?.verify(block),
      onHead: (provider, block, lagBlocks) =>
        deps.recorder.head(settings.name, provider.id, block, lagBlocks),
    });
    for (const provider of this.providers) {
      const channel = provider.channels[0];
      if (channel !== undefined) this.#probers.set(provider, new Prober(provider, channel, this));
    }
    for (const channel of this.channels) {
      if (channel.protocol === "ws") this.#wsProbers.set(channel, new WsProber(channel, this));
    }
    if (sameChain) {
      this.#served = previous.#served;
      this.#touchedAt = previous.#touchedAt;
      this.#announced = previous.#announced;
      this.#tracker.startFrom(previous.head);
    }
  }

  get name(): string {
    return this.settings.name;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  get random(): Random {
    return this.#deps.random;
  }

  get log(): Log {
    return this.#deps.log;
  }

  /** Head of the chain (the rule is in head.ts); null before evidence. */
  get head(): number | null {
    return this.#tracker.head;
  }

  /** Measured milliseconds between two blocks; the setting's guess at first. */
  get blockTimeMs(): number {
    return this.#blockTime.ms;
  }

  /**
   * Highest block number served to any client; setting a lower one does nothing. It goes down only with the chain (a
   * development node that was started anew, a provider that lied and is gone): a minute after the head did.
   */
  get served(): number {
    return this.#served;
  }

  set served(block: number) {
    if (block > this.#served) this.#served = block;
  }

  /**
   * No provider is known to serve this chain, but some have not said yet: a call does well to wait for them rather
   * than be answered from another chain. Over once each was asked in vain, and once a probe's time is up.
   */
  get verifying(): boolean {
    if (this.#deps.clock.now() > this.#wokenAt + this.settings.health.timeoutMs) return false;
    let open = false;
    for (const { chainIdAt, chainIdFailed, quarantined } of this.providers) {
      if (chainIdAt === null) open ||= !chainIdFailed;
      else if (quarantined === null) return false;
    }
    return open;
  }

  /** Did a request come within the last ten minutes? */
  get awake(): boolean {
    return this.#awake;
  }

  /** A request came. Cheap: called for each one. */
  touch(): void {
    this.#touchedAt = this.#deps.clock.now();
    if (!this.#awake) this.#wake();
  }

  /**
   * Evidence from an answer: the provider has `block`. `exact`: it said that this is its newest (eth_blockNumber, a
   * block asked for as `latest`); without it a lower number than known is no news. `hash`: the block's, where known.
   */
  observeHead(provider: Provider, block: number, exact = false, hash: string | null = null): void {
    if (!Number.isSafeInteger(block) || block < 0) return;
    if (hash !== null) this.#noteHash(block, hash);
    const before = this.#tracker.head;
    const rose = this.#tracker.observe(provider, block, exact);
    this.#lookAtServed();
    this.#announce(provider);
    if (!rose || block <= (before ?? -1) || block === this.#askedOthersFor || !this.#awake) return;
    this.#askedOthersFor = block;
    for (const [other, prober] of this.#probers) {
      if (other !== provider && block > (other.head ?? -1)) prober.want(block);
    }
  }

  /** False for a height far above all others that the provider has not shown to have: not to be passed on. */
  credible(provider: Provider, block: number): boolean {
    return this.#tracker.credible(provider, block);
  }

  /** `unknown` before there is evidence (a chain that sleeps is not asked); `bad`: no channel is fit for use. */
  ready(): "unknown" | "good" | "bad" {
    const now = this.#deps.clock.now();
    let unfit = 0;
    for (const channel of this.channels) {
      const { provider, breaker } = channel;
      if (
        channel.quarantined !== null || breaker.kind === "open" || provider.setAside.active(now) !== null
      ) {
        unfit++;
      } else if (provider.chainIdAt !== null || provider.head !== null) return "good";
    }
    return unfit === this.channels.length ? "bad" : "unknown";
  }

  /**
   * Ends this chain: stops probing, hands what `next` took over to it, and disposes the other transports once their
   * calls have ended or `drainMs` passed. Harmless when repeated.
   */
  async retire(next: Chain | undefined, drainMs: number): Promise<void> {
    if (this.#retired) return;
    this.#retired = true;
    this.#sleepTimer?.cancel();
    this.#expiryTimer?.cancel();
    const wasAwake = this.#awake;
    this.#awake = false;
    if (next !== undefined) next.#takeHands(wasAwake);
    const { clock } = this.#deps;
    const until = clock.now() + drainMs;
    await Promise.all(this.#loops.map((loop) => loop[Symbol.asyncDispose]()));
    const left = this.channels.filter((channel) => channel.provider.host === this);
    while (clock.now() < until && left.some((channel) => channel.inFlight > 0)) {
      await sleep(clock, Math.min(drainLookMs, until - clock.now()));
    }
    const ended = await Promise.allSettled(left.map((channel) => channel.transport[Symbol.asyncDispose]()));
    for (const outcome of ended) {
      if (outcome.status === "rejected") this.#log("error", "transport.dispose_failed", {});
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.retire(undefined, 0);
  }

  /** The operator wants this channel's connection now. */
  connectNow(channel: Channel): void {
    this.touch();
    this.#wsProbers.get(channel)?.askNow();
    this.#probers.get(channel.provider)?.kick();
  }

  /** The operator wants its state looked at again. */
  recheck(provider: Provider): void {
    this.touch();
    const prober = this.#probers.get(provider);
    prober?.recheckChainId();
    if (provider.quarantined !== null || provider.syncing) prober?.recover();
    for (const channel of provider.channels) {
      if (!channel.disconnected) this.#wsProbers.get(channel)?.askNow();
    }
  }

  // What providers tell (ProviderHost).

  changed(): void {
    this.generation++;
    this.#armExpiry();
    this.onChange?.();
  }

  report(provider: Provider, level: Level, event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#log(level, event, { provider: provider.id, ...fields });
    this.#deps.emit(event, { chain: this.name, provider: provider.id, ...fields });
    if (event === "provider.quarantined" || event === "provider.readmitted") this.#tracker.recompute();
  }

  breakerChanged(channel: Channel, state: BreakerState, why: string, newKind: boolean): void {
    this.changed();
    if (!newKind) return;
    const { candidate, provider } = channel;
    this.#deps.recorder.breaker(this.name, candidate, state.kind);
    const fields = { transport: channel.protocol, state: state.kind, why };
    this.report(provider, state.kind === "open" ? "warn" : "info", "breaker", fields);
    const wsProber = this.#wsProbers.get(channel);
    if (wsProber !== undefined) wsProber.kick();
    else if (state.kind === "half_open") this.#probers.get(provider)?.recheckChainId();
    else this.#probers.get(provider)?.kick();
  }

  probeSoon(provider: Provider): void {
    this.#startLoops();
    this.#probers.get(provider)?.recover();
  }

  // What probes tell (ProberHost).

  sawHead(provider: Provider, block: number): void {
    this.observeHead(provider, block, true);
  }

  verified(provider: Provider, block: number, good: boolean): void {
    if (!good) this.report(provider, "warn", "provider.head_not_shown", { block });
    this.#tracker.verified(provider, block, good);
    this.#announce(provider);
  }

  #lookAtServed(): void {
    const { head } = this.#tracker;
    const now = this.#deps.clock.now();
    const { maxLagBlocks, maxLagMs } = this.settings.health;
    const near = head !== null && head + Math.max(maxLagBlocks, maxLagMs / this.blockTimeMs) >= this.#served;
    if (head === null || near) this.#servedSeenAt = now;
    else if (now - this.#servedSeenAt > forgetServedMs) {
      this.#log("warn", "chain.went_back", { served: this.#served, head });
      this.#served = this.#announced = head;
      this.changed();
    }
  }

  #announce(provider: Provider): void {
    const { head } = this.#tracker;
    if (head === null || head <= this.#announced) return;
    this.#announced = head;
    const hash = this.#hashes.get(head) ?? null;
    this.#deps.emit("head", { chain: this.name, block: head, hash, provider: provider.id });
  }

  #noteHash(block: number, hash: string): void {
    this.#hashes.delete(block);
    this.#hashes.set(block, hash);
    if (this.#hashes.size <= keptHashes) return;
    for (const oldest of this.#hashes.keys()) {
      this.#hashes.delete(oldest);
      return;
    }
  }

  #build(previous: Chain | undefined): Provider[] {
    const { settings } = this;
    const mine: ProviderGround = { settings, ...this.#ground() };
    const opened: Channel[] = [];
    try {
      return settings.providers.map((wanted, position) => {
        const before = previous?.providers.find((provider) => provider.id === wanted.id);
        if (before !== undefined && previous !== undefined) {
          const from = { settings: previous.settings, ...previous.#ground() };
          if (isUnchanged(before.settings, from, wanted, mine)) return before;
        }
        const provider = new Provider(wanted, position, this.#deps.clock, this);
        openChannels(settings, provider, this.#deps, (channel) => opened.push(channel));
        if (before !== undefined && previous !== undefined) {
          carryOver(before, { settings: previous.settings, ...previous.#ground() }, provider, mine);
        }
        return provider;
      });
    } catch (thrown) {
      for (const channel of opened) void channel.transport[Symbol.asyncDispose]().catch(() => {});
      throw thrown;
    }
  }

  #ground(): Omit<ProviderGround, "settings"> {
    const deps = this.#deps;
    return {
      server: deps.server,
      proxyFor: (url) => deps.proxyFor(url),
      transport: (id, wanted) => deps.transport(id, wanted),
    };
  }

  /** Becomes the owner of all its providers. */
  #takeHands(awake: boolean): void {
    this.providers.forEach((provider, position) => provider.bind(this, position));
    this.#tracker.recompute();
    this.changed();
    this.#recordBreakers();
    if (awake) this.#wake();
    else if (this.providers.some(({ quarantined, syncing }) => quarantined !== null || syncing)) {
      this.#startLoops();
    }
  }

  #wake(): void {
    if (this.#retired) return;
    this.#awake = true;
    this.#wokenAt = this.#deps.clock.now();
    if (this.providers.some((provider) => provider.host !== this)) this.#takeHands(false);
    this.#recordBreakers();
    this.#deps.emit("chain.awake", { chain: this.name });
    this.#startLoops();
    for (const prober of this.#probers.values()) prober.kick();
    for (const prober of this.#wsProbers.values()) prober.kick();
    this.#armSleep(sleepAfterMs);
  }

  /** A breaker that never changed is to be seen, too. */
  #recordBreakers(): void {
    const { recorder } = this.#deps;
    for (const { candidate } of this.channels) recorder.breaker(this.name, candidate, candidate.breaker);
  }

  #startLoops(): void {
    if (this.#loops.length > 0 || this.#retired) return;
    const { clock, random, log } = this.#deps;
    for (const [provider, prober] of this.#probers) {
      const name = `probes ${this.name}/${provider.id}`;
      this.#loops.push(supervise({ name, run: (signal) => prober.run(signal), clock, random, log }));
    }
    for (const [{ id }, prober] of this.#wsProbers) {
      const name = `probes ${this.name}/${id}`;
      this.#loops.push(supervise({ name, run: (signal) => prober.run(signal), clock, random, log }));
    }
  }

  #armSleep(ms: number): void {
    this.#sleepTimer?.cancel();
    this.#sleepTimer = this.#deps.clock.after(ms, () => {
      const restMs = this.#touchedAt + sleepAfterMs - this.#deps.clock.now();
      if (restMs > 0) this.#armSleep(restMs);
      else {
        this.#awake = false;
        this.#deps.emit("chain.asleep", { chain: this.name });
      }
    });
  }

  #armExpiry(): void {
    this.#expiryTimer?.cancel();
    this.#expiryTimer = null;
    if (this.#retired) return;
    const now = this.#deps.clock.now();
    let next = Infinity;
    for (const { breaker, learnt, provider } of this.channels) {
      const aside = provider.setAside.active(now)?.until;
      next = Math.min(next, breaker.dueAt ?? Infinity, learnt.nextExpiry ?? Infinity, aside ?? Infinity);
    }
    if (next === Infinity) return;
    this.#expiryTimer = this.#deps.clock.after(next - now, () => {
      for (const channel of this.channels) channel.breaker.admits();
      this.changed();
    });
  }

  #log(level: Level, event: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#deps.log.enabled(level)) this.#deps.log.write(level, event, { chain: this.name, ...fields });
  }
}
