// What can be broken and when: `at("20s").kill("alchemy").for("15s")`. Each fault carries in its type what it needs
// (`"wire:alchemy"`), and `.chaos()` takes only what the scenario has. Types only, part of lasso-battle.d.ts.

import type { VendorErrorName } from "../chaos/vendor_errors.ts";
import type { Duration, Size } from "./unit_types.ts";

/** A fault with its place and its time, ready for `.chaos()`. */
export interface Chaos<Needs extends string = string, Id extends string = string> {
  readonly needs: Needs;
  /** Of `.as()`; "" without. */
  readonly id: Id;
}

/** Who says when: `at()` once, `every()` again and again, `flap()` on and off. */
export type ScheduleKind = "at" | "every" | "flap";

export type FaultModifier = "for" | "ramp" | "share" | "methods" | "as";

interface Modifiers<
  Needs extends string,
  Id extends string,
  Can extends FaultModifier,
  Ready extends boolean,
> {
  /** How long it lasts. Default: to the end; after `every()` it must be said; after `flap()` the whole of it. */
  for(duration: Duration): FaultStep<Needs, Id, Exclude<Can, "for" | "ramp">, true>;
  /** Lasts so long, and grows from nothing to its full strength in so many steps (default 5). */
  ramp(
    duration: Duration,
    options?: { readonly steps?: number },
  ): FaultStep<Needs, Id, Exclude<Can, "for" | "ramp">, true>;
  /** Share of requests that it hits, above 0 and up to 1. Default 1. */
  share(share: number): FaultStep<Needs, Id, Exclude<Can, "share">, Ready>;
  /** Only these methods. Default all. */
  methods(...methods: readonly [string, ...string[]]): FaultStep<Needs, Id, Exclude<Can, "methods">, Ready>;
  /**
   * A name for `.slo({ during: … })` and the report; on several providers, each has its own behind it: `outage-ankr`.
   * Default made of kind, provider and a number: `kill-alchemy-1`.
   */
  as<const Name extends string>(id: Name): FaultStep<Needs, Name, Exclude<Can, "as">, Ready>;
}

export type FaultStep<
  Needs extends string,
  Id extends string,
  Can extends FaultModifier,
  Ready extends boolean,
> = Pick<Modifiers<Needs, Id, Can, Ready>, Can> & (Ready extends true ? Chaos<Needs, Id> : unknown);

/** A stretch of time; after `every()` its length must be said. */
type Stretch<
  When extends ScheduleKind,
  Needs extends string,
  Can extends FaultModifier = never,
> = FaultStep<Needs, "", "for" | "as" | Can, When extends "every" ? false : true>;

/** Something that can be weaker. */
type Graded<When extends ScheduleKind> = When extends "at" ? "ramp" : never;

/** In the provider's answers. */
type AnswerStretch<When extends ScheduleKind, P extends string> = Stretch<
  When,
  `answer:${P}`,
  "share" | "methods" | Graded<When>
>;

/** One provider or several at a time: `"alchemy"`, or `"base/alchemy"` where two chains have one of that name. */
type Providers<P extends string> = P | readonly P[];

/** Which fault. Those of the wire need a proxy: a simulated provider or Anvil. The others need a simulated one. */
export interface FaultChoice<When extends ScheduleKind> {
  /** The port refuses connections and every socket is torn down. */
  kill<const P extends string>(provider: Providers<P>): Stretch<When, `wire:${P}`>;
  /** Connections are taken, nothing flows. */
  blackhole<const P extends string>(provider: Providers<P>): Stretch<When, `wire:${P}`>;
  /** The router can't reach these providers at all: nothing flows, either way. */
  partition<const P extends string>(...providers: readonly [P, ...P[]]): Stretch<When, `wire:${P}`>;
  /** Each socket is reset as soon as bytes flow. */
  reset<const P extends string>(provider: Providers<P>): Stretch<When, `wire:${P}`>;
  /** `extra` is added to what flows, each time ± `jitter`. */
  latency<const P extends string>(
    provider: Providers<P>,
    options: { readonly extra: Duration; readonly jitter?: Duration },
  ): Stretch<When, `wire:${P}`, Graded<When>>;
  bandwidth<const P extends string>(
    provider: Providers<P>,
    options: { readonly perSecond: Size },
  ): Stretch<When, `wire:${P}`>;
  /** Answers trickle: `perSecond` after the first `after` (default 0b). */
  slowBody<const P extends string>(
    provider: Providers<P>,
    options: { readonly perSecond: Size; readonly after?: Size },
  ): Stretch<When, `wire:${P}`>;
  /** The connection ends in the midst of an answer, after so many bytes (default 64b). */
  cutBody<const P extends string>(
    provider: Providers<P>,
    options?: { readonly after?: Size },
  ): Stretch<When, `wire:${P}`>;
  /** A close is passed on late. */
  slowClose<const P extends string>(
    provider: Providers<P>,
    options: { readonly by: Duration },
  ): Stretch<When, `wire:${P}`>;
  /** The proxy's certificate is not what it should be. */
  tls<const P extends string>(
    provider: Providers<P>,
    how: "wrong_name" | "expired" | "unknown_ca",
  ): Stretch<When, `wire:${P}`>;
  /** The provider's name does not resolve, or resolves elsewhere. */
  dns<const P extends string>(
    provider: Providers<P>,
    how: "nxdomain" | "wrong_address",
  ): Stretch<When, `wire:${P}`>;

  /** An HTTP status such as 429 (with `retryAfter`), 503, 401, 403. */
  status<const P extends string>(
    provider: Providers<P>,
    status: number,
    options?: { readonly retryAfter?: Duration },
  ): AnswerStretch<When, P>;
  /** A page of HTML, as gateways give. Default status 502. */
  htmlPage<const P extends string>(
    provider: Providers<P>,
    options?: { readonly status?: number },
  ): AnswerStretch<When, P>;
  /** A JSON-RPC error in the words of a known vendor. */
  vendorError<const P extends string>(
    provider: Providers<P>,
    name: VendorErrorName,
  ): AnswerStretch<When, P>;
  nullResult<const P extends string>(provider: Providers<P>): AnswerStretch<When, P>;
  wrongId<const P extends string>(provider: Providers<P>): AnswerStretch<When, P>;
  /** A batch's answer lacks an item. */
  partialBatch<const P extends string>(provider: Providers<P>): AnswerStretch<When, P>;
  malformed<const P extends string>(provider: Providers<P>): AnswerStretch<When, P>;
  truncated<const P extends string>(provider: Providers<P>): AnswerStretch<When, P>;
  hugeResult<const P extends string>(
    provider: Providers<P>,
    options: { readonly size: Size },
  ): AnswerStretch<When, P>;
  /** Slow, not dead. */
  brownout<const P extends string>(
    provider: Providers<P>,
    options: { readonly extra: Duration },
  ): AnswerStretch<When, P>;

  /** It shows the chain as it was so many blocks ago. */
  lag<const P extends string>(
    provider: Providers<P>,
    options: { readonly blocks: number },
  ): Stretch<When, `chain:${P}`, Graded<When>>;
  /** Nothing is answered or announced; sockets stay. */
  stall<const P extends string>(provider: Providers<P>): Stretch<When, `chain:${P}`>;
  /** Announcements stop, calls are answered. */
  stallSubscriptions<const P extends string>(provider: Providers<P>): Stretch<When, `chain:${P}`>;
  /** The provider alone stands on a branch of its own. */
  forkedHead<const P extends string>(
    provider: Providers<P>,
    options: { readonly depth: number },
  ): Stretch<When, `chain:${P}`>;
  /** State and logs below the newest `keepBlocks` are gone. */
  pruned<const P extends string>(
    provider: Providers<P>,
    options: { readonly keepBlocks: number },
  ): Stretch<When, `chain:${P}`>;
  wrongChainId<const P extends string>(
    provider: Providers<P>,
    options: { readonly chainId: number },
  ): Stretch<When, `chain:${P}`>;
  /** A share of its subscription events is never sent. */
  skipEvents<const P extends string>(
    provider: Providers<P>,
    options: { readonly share: number },
  ): Stretch<When, `chain:${P}`, Graded<When>>;
  duplicateEvents<const P extends string>(
    provider: Providers<P>,
    options: { readonly share: number },
  ): Stretch<When, `chain:${P}`, Graded<When>>;
  lateEvents<const P extends string>(
    provider: Providers<P>,
    options: { readonly by: Duration },
  ): Stretch<When, `chain:${P}`, Graded<When>>;
  /** Results are well formed and false: balances, logs, receipts. */
  lying<const P extends string>(provider: Providers<P>): Stretch<When, `chain:${P}`>;

  /** The router has so much heap in all, what it uses already included. */
  memoryPressure(options: { readonly heap: Size }): Stretch<When, "router">;
  /** The router is stopped (SIGSTOP) and goes on afterwards. */
  routerStall(): Stretch<When, "router">;
  /** kill -9. With `.for()` it stays down so long, without it is started again at once. */
  routerKill(): FaultStep<"router", "", "for" | "as", true>;
}

/** Faults that happen at one moment and are over. */
export interface ActChoice {
  /** Every open socket is dropped, once; new ones are taken. */
  dropSockets<const P extends string>(
    provider: Providers<P>,
  ): FaultStep<`wire:${P}`, "", "as", true>;
  /** The chain takes back `depth` blocks, for all its providers. Default chain: the scenario's first. */
  reorg<const Chain extends string = "">(
    options: { readonly depth: number; readonly chain?: Chain },
  ): FaultStep<`reorg:${Chain}`, "", "as", true>;
}

/** What may come out of `random()`. The strength of each is drawn too. */
export interface RandomKinds {
  readonly wire: "kill" | "blackhole" | "reset" | "latency" | "bandwidth" | "cutBody" | "dropSockets";
  readonly answer:
    | "status"
    | "htmlPage"
    | "nullResult"
    | "wrongId"
    | "malformed"
    | "truncated"
    | "brownout";
  readonly chain: "lag" | "stall" | "stallSubscriptions" | "lateEvents";
}

export type RandomKind = RandomKinds[keyof RandomKinds];

export interface RandomOptions<Kind extends RandomKind, P extends string> {
  /** The same seed gives the same faults. Default the scenario's. */
  readonly seed?: number;
  /** How many. Default one for each 10 s of the run, at least one. */
  readonly count?: number;
  /** Which kinds. Default all of them. */
  readonly faults?: readonly Kind[];
  /** Default all simulated providers of the scenario. */
  readonly providers?: readonly P[];
  /** They begin and end within this. Default the whole run. */
  readonly between?: readonly [from: Duration, to: Duration];
  /** The least and the greatest length. Default 1s to 10s. */
  readonly length?: readonly [least: Duration, most: Duration];
  /** So many providers of each chain are always left alone. Default 1. */
  readonly spare?: number;
}

/** What a random fault of these kinds on these providers needs. */
export type RandomNeeds<Kind extends RandomKind, P extends string> =
  | (Kind extends RandomKinds["wire"] ? `wire:${P}` : never)
  | (Kind extends RandomKinds["answer"] ? `answer:${P}` : never)
  | (Kind extends RandomKinds["chain"] ? `chain:${P}` : never);
