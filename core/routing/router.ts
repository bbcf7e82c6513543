// All chains of one configuration, found by name, alias or decimal id. Made whole from finished settings; a reload
// makes the next one from this one and the new settings, swaps one reference, and retires what was replaced.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { Plugin, PluginRegistry } from "../plugins/registry.ts";
import { Chain } from "../providers/chain.ts";
import type { Random } from "../random.ts";
import type { ChainSettings, LassoSettings } from "../settings.ts";
import { ChainRoute } from "./chain_route.ts";
import type { Run } from "./run.ts";
import type { TimedView } from "./run_env.ts";
import { Sweep } from "./sweep.ts";

export interface LoadedSet {
  readonly registry: PluginRegistry;
  readonly options: ReadonlyMap<Plugin, unknown>;
}

export interface RouterDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly recorder: Recorder;
  /** The measurements of a chain, by name; the same across reloads. */
  view(chain: ChainSettings): TimedView;
  proxyFor(url: string): string | null;
  completed(run: Run, streamFailure: string | null): void;
  emit(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

export class Router {
  readonly settings: LassoSettings;
  readonly plugins: LoadedSet;
  readonly routes: readonly ChainRoute[];
  readonly #byKey = new Map<string, ChainRoute>();
  readonly #sweep: Sweep;

  /** `plugins` must know every strategy and transport that `settings` names. */
  constructor(settings: LassoSettings, plugins: LoadedSet, deps: RouterDeps, previous?: Router) {
    this.settings = settings;
    this.plugins = plugins;
    this.#sweep = previous?.sweep ?? new Sweep(deps.clock);
    this.routes = this.#open(deps, previous);
    for (const route of this.routes) {
      const { name, aliases, chainId } = route.chain.settings;
      for (const key of [name, ...aliases, String(chainId)]) this.#byKey.set(key, route);
    }
  }

  /** By name, alias or decimal chain id. */
  find(key: string): ChainRoute | undefined {
    return this.#byKey.get(key) ?? this.#byKey.get(key.toLowerCase());
  }

  /** By name alone. */
  route(name: string): ChainRoute | undefined {
    const route = this.#byKey.get(name);
    return route?.chain.name === name ? route : undefined;
  }

  /** Time for all runs; handed on by a reload. */
  get sweep(): Sweep {
    return this.#sweep;
  }

  /** All chains or none: what was opened before a fault is closed again. */
  #open(deps: RouterDeps, previous: Router | undefined): ChainRoute[] {
    const opened: ChainRoute[] = [];
    try {
      for (const chain of this.settings.chains) {
        opened.push(this.#route(chain, deps, previous?.route(chain.name)));
      }
      return opened;
    } catch (thrown) {
      for (const { chain } of opened) void chain[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  #route(settings: ChainSettings, deps: RouterDeps, previous: ChainRoute | undefined): ChainRoute {
    const { registry, options } = this.plugins;
    const chain = new Chain(settings, {
      clock: deps.clock,
      random: deps.random,
      log: deps.log,
      recorder: deps.recorder,
      transport: (id) => {
        const plugin = registry.transport(id);
        if (plugin === undefined) throw registry.unknown("transport", id, `chain ${settings.name}`);
        return { plugin, options: options.get(plugin) };
      },
      proxyFor: deps.proxyFor,
      server: {
        bufferBytes: this.settings.server.bufferBeforeCommitBytes,
        maxResponseBytes: this.settings.server.maxResponseBytes,
      },
      emit: deps.emit,
    }, previous?.chain);
    return new ChainRoute(chain, deps.view(settings), {
      clock: deps.clock,
      random: deps.random,
      log: deps.log,
      recorder: deps.recorder,
      sweep: this.#sweep,
      maxResponseBytes: this.settings.server.maxResponseBytes,
      registry,
      optionsOf: (plugin) => options.get(plugin),
      completed: deps.completed,
      emit: deps.emit,
    }, previous);
  }

  /** Lets go of what `next` does not take over, after its calls have ended or `drainMs` passed. */
  async retire(next: Router | undefined, drainMs: number): Promise<void> {
    await Promise.all(this.routes.map(async (route) => {
      const heir = next?.route(route.chain.name);
      await route.chain.retire(heir?.chain, drainMs);
      await route.retire(heir);
    }));
    if (next === undefined) this.#sweep[Symbol.dispose]();
  }
}
