// A provider's channel: one transport with its breaker and what was learnt about it. Says whether it may be used
// for a method, and keeps the books of an attempt. It never chooses, retries or waits. The pipeline and the probes
// call `begin` and then exactly one of `succeeded`, `failed` and `abandoned`.

import type { Clock } from "../clock.ts";
import type { Candidate, CandidateCost } from "../plugins/strategy.ts";
import type { Transport } from "../plugins/transport.ts";
import type { Random } from "../random.ts";
import { maskText } from "../redact.ts";
import type { Category, Verdict } from "../rpc/category.ts";
import type { BreakerSettings } from "../settings.ts";
import { Breaker } from "./breaker.ts";
import { LearntLimits } from "./learnt.ts";
import { MethodFilter } from "./method_filter.ts";
import type { Provider } from "./provider.ts";

export type HardObstacle = "denied_method" | "quarantined" | "held_open" | "disconnected_by_operator";
export type SoftObstacle =
  | "unverified"
  | "disconnected"
  | "unsupported"
  | "set_aside"
  | "breaker_open"
  | "syncing"
  | "lagging"
  | "drained";

/** The candidate that strategies see; its figures are kept current in place. */
export class LiveCandidate implements Candidate {
  readonly id: string;
  readonly provider: string;
  readonly transport: "http" | "ws";
  readonly type: "public" | "paid";
  readonly priority: number;
  readonly group: "main" | "fallback";
  readonly cost: CandidateCost;
  position: number;
  inFlight = 0;
  breaker: "closed" | "open" | "half_open" = "closed";
  head: number | null = null;
  lagBlocks: number | null = null;

  constructor(provider: Provider, protocol: "http" | "ws") {
    const { settings } = provider;
    this.id = `${provider.id}:${protocol}`;
    this.provider = provider.id;
    this.transport = protocol;
    this.type = settings.type;
    this.priority = settings.priority;
    this.group = settings.group;
    this.cost = settings.cost;
    this.position = provider.position;
  }
}

export interface ChannelOptions {
  readonly transport: Transport;
  readonly protocol: "http" | "ws";
  readonly breaker: BreakerSettings | false;
  readonly clock: Clock;
  readonly random: Random;
}

/** Failures that show an upstream at work: it answered, and the answer is the caller's business. */
const answers: ReadonlySet<Category> = new Set([
  "client",
  "revert",
  "tx_known",
  "tx_rejected",
  "range",
  "missing_data",
  "unsupported",
]);

export class Channel {
  readonly provider: Provider;
  readonly transport: Transport;
  readonly protocol: "http" | "ws";
  readonly breaker: Breaker;
  readonly learnt: LearntLimits;
  readonly candidate: LiveCandidate;
  readonly #clock: Clock;
  readonly #filter: MethodFilter;
  /** Of a WebSocket channel: when it said over its own connection that it serves this chain; null: not yet. */
  #chainIdAt: number | null = null;
  #wrongChain: string | null = null;
  #disconnected = false;
  #lastId = 0;
  #lastFailure: string | null = null;

  constructor(provider: Provider, options: ChannelOptions) {
    this.provider = provider;
    this.transport = options.transport;
    this.protocol = options.protocol;
    this.#clock = options.clock;
    this.candidate = new LiveCandidate(provider, options.protocol);
    this.#filter = new MethodFilter(provider.settings.methods.allow, provider.settings.methods.deny);
    this.learnt = new LearntLimits(options.clock, () => this.provider.host.changed());
    this.breaker = new Breaker(options.breaker, options.clock, options.random, (state, why) => {
      const newKind = this.candidate.breaker !== state.kind;
      this.candidate.breaker = state.kind;
      this.provider.host.breakerChanged(this, state, why, newKind);
    });
  }

  /** `provider:transport`. */
  get id(): string {
    return this.candidate.id;
  }

  /** Calls under way at this moment, probes included. */
  get inFlight(): number {
    return this.candidate.inFlight;
  }

  /** The newest failure, masked, for display; null when there was none. */
  get lastFailure(): string | null {
    return this.#lastFailure;
  }

  /** Why nothing may be sent over it but probes: it or its provider serves another chain; null: nothing is wrong. */
  get quarantined(): string | null {
    return this.#wrongChain ?? this.provider.quarantined;
  }

  /** Of a WebSocket channel: why the chain that it said it serves is not this one; null: it is, or it said nothing. */
  get wrongChain(): string | null {
    return this.#wrongChain;
  }

  /** The operator closed its connections, and none may be opened. */
  get disconnected(): boolean {
    return this.#disconnected;
  }

  set disconnected(disconnected: boolean) {
    if (disconnected === this.#disconnected) return;
    this.#disconnected = disconnected;
    const { host } = this.provider;
    host.changed();
    host.report(this.provider, "info", "provider.disconnected", {
      transport: this.protocol,
      disconnected,
      by: "operator",
    });
    if (disconnected) this.transport.disconnect?.("The operator disconnected it.");
  }

  /** Why the operator lets no call over it, not even as a last resort; null: he does. */
  get barred(): "held_open" | "disconnected_by_operator" | null {
    return this.breaker.forced === "open"
      ? "held_open"
      : this.#disconnected
      ? "disconnected_by_operator"
      : null;
  }

  /** `clock.now()` at which it said which chain it serves; an HTTP channel's word is its provider's. */
  get chainIdAt(): number | null {
    return this.protocol === "ws" ? this.#chainIdAt : this.provider.chainIdAt;
  }

  /** A WebSocket channel said which chain it serves; `wrong`: why that is not this one, null when it is. */
  sawChainId(wrong: string | null): void {
    const { host } = this.provider;
    if (this.#chainIdAt === null || wrong !== this.#wrongChain) host.changed();
    this.#chainIdAt = this.#clock.now();
    if (wrong === this.#wrongChain) return;
    const began = this.#wrongChain === null;
    this.#wrongChain = wrong;
    const transport = this.protocol;
    if (wrong === null) host.report(this.provider, "info", "channel.readmitted", { transport });
    else if (began) host.report(this.provider, "error", "channel.quarantined", { transport, why: wrong });
  }

  /** A JSON-RPC id that no other call over this transport has. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Why this channel must not be used for this method, whatever happens; null: it may. */
  hardObstacle(method: string): HardObstacle | null {
    if (this.quarantined !== null) return "quarantined";
    const { barred } = this;
    if (barred !== null) return barred;
    return this.#filter.denies(method) ? "denied_method" : null;
  }

  /** Why it should be used only when nothing better is left; null: no reason. */
  softObstacle(method: string): SoftObstacle | null {
    const { provider } = this;
    if (this.learnt.unsupported(method)) return "unsupported";
    if (!provider.setAside.idle && provider.setAside.active(this.#clock.now()) !== null) return "set_aside";
    if (!this.breaker.admits()) return "breaker_open";
    // Till it has said which chain it serves, it may serve another.
    if (provider.chainIdAt === null) return "unverified";
    if (this.protocol === "ws") {
      // Connecting is the prober's business: no call of a client shall wait for it while others are ready.
      if (this.transport.connections === 0) return "disconnected";
      if (this.#chainIdAt === null) return "unverified";
    }
    if (provider.syncing) return "syncing";
    if (provider.lagging) return "lagging";
    return provider.drained ? "drained" : null;
  }

  /** Most blocks of one eth_getLogs here: the configured or the learnt limit, whichever is less; null: unknown. */
  get getLogsRange(): number | null {
    const configured = this.provider.settings.limits.getLogsRange;
    const learnt = this.learnt.getLogsRange;
    return configured === null ? learnt : learnt === null ? configured : Math.min(configured, learnt);
  }

  /** An attempt starts: counts it as in flight. Returns the breaker's ticket. */
  begin(): number {
    this.candidate.inFlight++;
    return this.breaker.begin();
  }

  /** The upstream gave an answer that the caller can use. */
  succeeded(ticket: number, _method: string): void {
    this.#end();
    this.breaker.success(ticket);
    this.provider.setAside.succeeded();
  }

  /** The attempt failed: what the verdict says is done to breaker, set-aside, learnt limits, quarantine. */
  failed(ticket: number, method: string, verdict: Verdict, why: string): void {
    this.#end();
    const { provider } = this;
    const masked = maskText(why, provider.secrets);
    if (!answers.has(verdict.category)) this.#lastFailure = `${verdict.category}: ${masked}`;
    // What the operator cut says nothing about the upstream.
    if (verdict.countsForBreaker && !this.#disconnected) this.breaker.failure(ticket, masked);
    else if (answers.has(verdict.category)) {
      this.breaker.success(ticket);
      provider.setAside.succeeded();
    } else this.breaker.release(ticket);

    const aside = verdict.setAside;
    const now = this.#clock.now();
    if (verdict.learnt !== null && verdict.learnt.kind !== "unsupported") {
      this.learnt.learn(method, verdict.learnt, now);
    }
    if (verdict.learnt?.kind === "unsupported" || aside?.scope === "method") {
      this.learnt.learn(
        method,
        { kind: "unsupported" },
        now,
        aside?.scope === "method" ? aside.ms : undefined,
      );
    }
    if (verdict.category === "wrong_chain" && aside?.untilProbe) {
      if (provider.quarantined !== null) return;
      provider.quarantined = `says that it serves another chain: ${masked}`;
      provider.host.probeSoon(provider);
    } else if (verdict.category === "syncing" && aside?.untilProbe) {
      if (provider.syncing) return;
      provider.syncing = true;
      provider.host.probeSoon(provider);
    } else if (aside?.scope === "provider") provider.setAside.apply(verdict.category, aside);
  }

  /** The attempt ended without a verdict: the client left, or another channel's answer came first. */
  abandoned(ticket: number): void {
    this.#end();
    this.breaker.release(ticket);
  }

  /** Takes over what still holds of the channel that reached the same upstream before a reload. */
  adopt(previous: Channel, sameBreaker: boolean): void {
    this.learnt.adopt(previous.learnt);
    this.#chainIdAt = previous.#chainIdAt;
    this.#wrongChain = previous.#wrongChain;
    this.#disconnected = previous.#disconnected;
    this.#lastFailure = previous.#lastFailure;
    if (!sameBreaker) return;
    this.breaker.adopt(previous.breaker);
    this.candidate.breaker = this.breaker.kind;
  }

  #end(): void {
    if (this.candidate.inFlight > 0) this.candidate.inFlight--;
  }
}
