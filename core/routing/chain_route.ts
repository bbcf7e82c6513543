// One chain as the pipeline sees it: its channels, strategies and limits, and the way of a call into it. It is the
// surroundings (RunEnv) of all its runs. A reload makes a new one that takes over what did not change.

import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Recorder } from "../measure/recorder.ts";
import { createStrategy, GuardedStrategy } from "../plugins/guard.ts";
import type { PluginRegistry } from "../plugins/registry.ts";
import type { Candidate, Strategy, StrategyCall, StrategyPlugin } from "../plugins/strategy.ts";
import type { Chain } from "../providers/chain.ts";
import type { Random } from "../random.ts";
import { blockReference } from "../rpc/block_reference.ts";
import type { Reason } from "../rpc/category.ts";
import type { RpcCall } from "../rpc/framing.ts";
import { type MethodInfo, methodInfo } from "../rpc/methods.ts";
import type { MethodSettings } from "../settings.ts";
import type { CallTrace } from "../tracing/tracer.ts";
import type { LocalMethods } from "./local_methods.ts";
import { collect } from "./collect.ts";
import type { Outcome } from "./outcome.ts";
import { ownAnswer } from "./own_answers.ts";
import { Run } from "./run.ts";
import type { RunEnv, TimedView } from "./run_env.ts";
import { callObstacle } from "./picker.ts";
import { allows, type Restriction, Selection } from "./selection.ts";
import { SlowLimits } from "./slow_limits.ts";
import type { SplitShare } from "./split_run.ts";
import type { Sweep } from "./sweep.ts";

const defaultStrategy = "fastest";

export interface RouteDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly sweep: Sweep;
  /** Most bytes of one answer, also of one that is joined from pieces. */
  readonly maxResponseBytes: number;
  readonly registry: PluginRegistry;
  /** Options of a plugin, as its `parse` gave them. */
  optionsOf(plugin: StrategyPlugin): unknown;
  /** Hears of every client call that has ended; `streamFailure` is null unless a streamed answer was cut. */
  completed(run: Run, streamFailure: string | null): void;
  emit(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a client asks beside the call itself. */
export interface CallOptions {
  readonly requestId: string;
  readonly receivedAt: number;
  readonly ingress: "http" | "ws";
  /** null: the config's. */
  readonly strategy: string | null;
  readonly restriction: Restriction | null;
  /** Where subscriptions are served, for the error that says so. */
  readonly websocketUrl: string;
  /** Hears of the call's end and of its attempts; null or absent: nobody does. */
  readonly trace?: CallTrace | null;
}

const innerGraceMs = 1_000;

interface MethodLimits {
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly strategy: string;
}

interface Held {
  readonly plugin: StrategyPlugin;
  readonly options: unknown;
  readonly strategy: Strategy;
  /** The default's own where the plugin's `create` threw. */
  readonly guarded: GuardedStrategy;
}

export class ChainRoute implements RunEnv {
  readonly chain: Chain;
  readonly view: TimedView;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: Recorder;
  readonly sweep: Sweep;
  readonly maxResponseBytes: number;
  readonly selection: Selection;
  readonly slow = new SlowLimits();
  /** Taken out by the operator: clients' calls are refused at the door. */
  drained = false;
  /** Serves the filter methods; null: they go to a provider like any other. */
  local: LocalMethods | null = null;
  readonly #deps: RouteDeps;
  readonly #strategies: Map<string, Held>;
  readonly #limits = new Map<string, MethodLimits>();
  #strategyOverride: string | null = null;

  constructor(chain: Chain, view: TimedView, deps: RouteDeps, previous?: ChainRoute) {
    this.chain = chain;
    this.view = view;
    this.#deps = deps;
    this.clock = deps.clock;
    this.random = deps.random;
    this.recorder = deps.recorder;
    this.sweep = deps.sweep;
    this.maxResponseBytes = deps.maxResponseBytes;
    this.#strategies = new Map(previous?.keptFor(deps) ?? []);
    this.selection = new Selection(chain, view, (id) => this.strategy(id));
  }

  /** Strategies whose plugin and options are the same in `deps`; they go on with what they know. */
  keptFor(deps: Pick<RouteDeps, "registry" | "optionsOf">): [string, Held][] {
    return [...this.#strategies].filter(([id, { plugin, options }]) =>
      deps.registry.strategy(id) === plugin && isDeepStrictEqual(deps.optionsOf(plugin), options)
    );
  }

  /** What the operator put in the place of the config's strategies, those of single methods too; null: nothing. */
  get strategyOverride(): string | null {
    return this.#strategyOverride;
  }

  set strategyOverride(id: string | null) {
    this.#strategyOverride = id;
    this.#limits.clear();
  }

  hasStrategy(id: string): boolean {
    return this.#deps.registry.strategy(id) !== undefined;
  }

  /** The strategy of that id, created with its first use. An id that is not registered gives the default. */
  strategy(id: string): GuardedStrategy {
    return (this.#strategies.get(id) ?? this.#create(id)).guarded;
  }

  #create(id: string): Held {
    const { registry, clock, random, log, emit } = this.#deps;
    const plugin = registry.strategy(id) ?? registry.strategy(defaultStrategy);
    if (plugin === undefined) throw new Error(`the strategy ${defaultStrategy} is not registered`);
    const deps = {
      clock,
      random,
      log: (
        level: "debug" | "info" | "warn" | "error",
        message: string,
        fields?: Readonly<Record<string, unknown>>,
      ) => log.write(level, `plugin.${plugin.id}`, { message, ...fields }),
      emit: (event: string, fields?: Readonly<Record<string, unknown>>) =>
        emit(`${plugin.id}.${event}`, fields),
    };
    const fallback = id === defaultStrategy
      ? null
      : this.#strategies.get(defaultStrategy) ?? this.#create(defaultStrategy);
    const chain = this.chain.name;
    const options = this.#deps.optionsOf(plugin);
    let strategy: Strategy;
    try {
      strategy = createStrategy(plugin, options, deps);
    } catch (thrown) {
      if (fallback === null) throw thrown;
      log.write("error", "plugin.fault", { plugin: id, kind: "strategy", chain, error: messageOf(thrown) });
      const held = { ...fallback, plugin, options };
      this.#strategies.set(id, held);
      return held;
    }
    const guarded = new GuardedStrategy({
      id,
      chain,
      strategy,
      fallback: fallback?.strategy ?? null,
      clock,
      log,
    });
    const held = { plugin, options, strategy, guarded };
    this.#strategies.set(id, held);
    return held;
  }

  /** Routes one client call. `done` is called once, perhaps before this returns. */
  call(call: RpcCall, options: CallOptions, done: (run: Run) => void): Run {
    const run = this.#clientRun(call, options, done);
    const { info } = run;
    const own = ownAnswer(call.method, info, this.chain.settings, options.websocketUrl) ??
      this.#liveHead(call, options);
    if (own !== null) run.answerOwn(own);
    else {
      this.chain.touch();
      if (info.replay === "filter" && this.local !== null) {
        this.local.serve(call.method, call.params, (outcome) => run.answerOwn(outcome));
      } else run.start(this.clock.now());
    }
    return run;
  }

  /** eth_blockNumber from the live heads, never below what was served. */
  #liveHead({ method }: RpcCall, { restriction }: CallOptions): Outcome | null {
    const { chain } = this;
    if (chain.liveHead === null || method !== "eth_blockNumber" || restriction !== null) return null;
    chain.served = chain.liveHead;
    return { kind: "result", result: `"0x${chain.served.toString(16)}"` };
  }

  /**
   * A client call that is answered by other means than a provider: measured and logged like all others. `serve` must
   * call `answered` once, at once or later.
   */
  callOwn(
    call: RpcCall,
    options: CallOptions,
    serve: (answered: (outcome: Outcome) => void) => void,
    done: (run: Run) => void,
  ): Run {
    const run = this.#clientRun(call, options, done);
    this.chain.touch();
    serve((outcome) => run.answerOwn(outcome));
    return run;
  }

  /** A call of Lasso's own, with the pipeline's failover. Not logged; `answered` never gets a stream. */
  askOwn(
    method: string,
    params: string,
    timeoutMs: number,
    restriction: Restriction | null,
    answered: (outcome: Outcome, run: Run) => void,
  ): Run {
    const info = methodInfo(method);
    const call: RpcCall = { kind: "call", id: "0", method, methodToken: `"${method}"`, params, meta: false };
    const limits = this.limitsOf(info, method);
    const room = { bytes: this.maxResponseBytes };
    const now = this.clock.now();
    const run = new Run(this, {
      id: "own",
      call,
      info,
      block: blockReference(info, params),
      restriction,
      limits: {
        strategy: limits.strategy,
        deadline: now + timeoutMs,
        attemptTimeoutMs: limits.attemptTimeoutMs,
        retry: this.chain.settings.retry,
      },
      receivedAt: now,
      ingress: "ws",
      inner: true,
    }, (ended) => collect(ended.outcome, room, (outcome) => answered(outcome, ended)));
    this.chain.touch();
    run.start(now);
    return run;
  }

  #clientRun(call: RpcCall, options: CallOptions, done: (run: Run) => void): Run {
    const info = methodInfo(call.method);
    const limits = this.limitsOf(info, call.method);
    return new Run(this, {
      id: options.requestId,
      call,
      info,
      block: blockReference(info, call.params),
      restriction: options.restriction,
      limits: {
        strategy: options.strategy ?? limits.strategy,
        deadline: options.receivedAt + limits.timeoutMs,
        attemptTimeoutMs: limits.attemptTimeoutMs,
        retry: this.chain.settings.retry,
      },
      receivedAt: options.receivedAt,
      ingress: options.ingress,
      inner: false,
      trace: options.trace ?? null,
    }, (ended) => {
      if (ended.outcome?.kind !== "stream") this.#deps.completed(ended, null);
      done(ended);
    });
  }

  ask(
    parent: Run,
    method: string,
    params: string,
    answered: (outcome: Outcome, inner: Run) => void,
    provider?: string,
    share: SplitShare | null = null,
  ): Run {
    const info = methodInfo(method);
    const call: RpcCall = { kind: "call", id: "0", method, methodToken: `"${method}"`, params, meta: false };
    // Its own end is the parent's to give: of the two the parent must be the one that runs out of time.
    const limits = { ...parent.limits, deadline: parent.limits.deadline + innerGraceMs };
    const restriction = provider === undefined ? parent.request.restriction : { provider, transport: null };
    const room = share ?? { bytes: this.maxResponseBytes };
    const run = new Run(
      this,
      {
        ...parent.request,
        call,
        info,
        block: blockReference(info, params),
        restriction,
        limits,
        inner: true,
        share,
      },
      (ended) => collect(ended.outcome, room, (outcome) => answered(outcome, ended)),
    );
    run.start(this.clock.now());
    return run;
  }

  explain(strategy: string, candidate: Candidate, call: StrategyCall): string {
    return this.strategy(strategy).explain(candidate, call, this.view);
  }

  streamEnded(run: Run, failure: string | null): void {
    if (!run.request.inner) this.#deps.completed(run, failure);
  }

  broke(run: Run, thrown: unknown): void {
    const { id, info } = run.request;
    const chain = this.chain.name;
    this.#deps.log.write("error", "call.broke", { chain, request_id: id, method: info.label, error: thrown });
  }

  whyNone(run: Run): [reason: Reason, message: string] {
    const { restriction } = run.request;
    const { name } = this.chain;
    const inReach = this.chain.channels.filter((channel) =>
      restriction === null || allows(restriction, channel)
    );
    if (inReach.length === 0) {
      return ["unsupported", `No provider of ${name} has the transport that was asked for.`];
    }
    const obstacles = inReach.map((channel) => channel.hardObstacle(run.method));
    if (obstacles.every((obstacle) => obstacle === "denied_method")) {
      return ["unsupported", `No provider of ${name} is configured to serve ${shown(run)}.`];
    }
    const wrong = inReach.find((channel) => channel.quarantined !== null);
    if (wrong !== undefined && obstacles.every((obstacle) => obstacle !== null)) {
      const why = `${wrong.provider.id} ${wrong.quarantined}`;
      return ["wrong_chain", `No provider of ${name} may serve ${shown(run)}: ${why}.`];
    }
    if (obstacles.some((obstacle) => obstacle === "held_open" || obstacle === "disconnected_by_operator")) {
      const message = `Every provider of ${name} that could take ${
        shown(run)
      } was taken out by the operator.`;
      return ["drained", message];
    }
    const call = { chain: this.chain, method: run.method, info: run.info, block: run.block, restriction };
    if (inReach.some((channel) => callObstacle(call, channel) === "no_archive")) {
      const message = `No provider of ${name} keeps state that old; an archive provider is needed.`;
      return ["missing_data", message];
    }
    return [
      "unsupported",
      `Every provider of ${name} that could take ${shown(run)} is private; pin one of them.`,
    ];
  }

  limitsOf(info: MethodInfo, method: string): MethodLimits {
    const known = this.#limits.get(method);
    if (known !== undefined) return known;
    const { settings } = this.chain;
    const own = bestMatch(settings.methods, method);
    const limits = {
      timeoutMs: own?.timeoutMs ?? settings.timeoutMs,
      attemptTimeoutMs: own?.attemptTimeoutMs ?? settings.attemptTimeoutMs,
      strategy: this.#strategyOverride ?? own?.strategy ?? settings.strategy,
    };
    // Names that clients make up are not kept.
    if (info.label === method) this.#limits.set(method, limits);
    return limits;
  }

  /** Disposes the strategies that `next` does not go on with. */
  async retire(next: ChainRoute | undefined): Promise<void> {
    const kept = new Set(next?.strategiesHeld() ?? []);
    const left = new Set(this.strategiesHeld().filter((guarded) => !kept.has(guarded)));
    for (const guarded of left) await guarded[Symbol.asyncDispose]();
  }

  strategiesHeld(): GuardedStrategy[] {
    return [...this.#strategies.values()].map(({ guarded }) => guarded);
  }
}

/** A method's name as it may stand in a message. */
function shown(run: Run): string {
  return run.method.slice(0, 64);
}

/** The longest pattern that fits: a whole name before any prefix. */
function bestMatch(methods: readonly MethodSettings[], method: string): MethodSettings | undefined {
  let best: MethodSettings | undefined;
  for (const entry of methods) {
    const { pattern } = entry;
    const fits = pattern.endsWith("*") ? method.startsWith(pattern.slice(0, -1)) : pattern === method;
    if (fits && (best === undefined || weight(pattern) > weight(best.pattern))) best = entry;
  }
  return best;
}

function weight(pattern: string): number {
  return pattern.endsWith("*") ? pattern.length - 1 : pattern.length + 1000;
}
