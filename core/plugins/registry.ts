// The strategies and transports that one configuration can name. Filled by core/plugins/loader.ts and read by
// whoever builds chains; it never creates anything and knows no options.
//
// A plugin's life: register (here) → named by the config (an unknown id is an error that lists the known ones) →
// parse (loader) → create → use → dispose, also after a start that failed. A reload fills a new registry; a file
// that did not change gives the very same plugin object, so identity tells what may be kept.

import { LassoError } from "../errors.ts";
import type { StrategyPlugin } from "./strategy.ts";
import type { TransportPlugin } from "./transport.ts";

export type Plugin = StrategyPlugin | TransportPlugin;

/** What an id looks like: it stands in paths, headers, metrics and the config. */
export const pluginIdPattern = /^[a-z][a-z0-9_]*$/;

/** Strategy ids that would be ambiguous: `/rpc/provider/{id}/{chain}` pins a provider. */
const reservedStrategyIds: readonly string[] = ["provider"];

interface Entry<P extends Plugin> {
  readonly plugin: P;
  /** Where it came from, for the error about a second one with its id. */
  readonly origin: string;
}

export class PluginRegistry {
  readonly #strategies = new Map<string, Entry<StrategyPlugin>>();
  readonly #transports = new Map<string, Entry<TransportPlugin>>();

  /**
   * Adds a plugin. Throws a LassoError (code `plugin`) for an id that is empty, ill-formed, reserved or taken by
   * another of its kind. `origin` says where it came from.
   */
  register(plugin: Plugin, origin: string): void {
    const { kind, id } = plugin;
    if (typeof id !== "string" || !pluginIdPattern.test(id)) {
      throw new LassoError("plugin", `${kind} id ${JSON.stringify(id)} is not allowed`, {
        place: origin,
        hint: "start with a small letter, go on with small letters, digits and _, for instance `sticky`",
        docs: "plugins.md#the-default-export",
      });
    }
    if (kind === "strategy" && reservedStrategyIds.includes(id)) {
      throw new LassoError(
        "plugin",
        `strategy id "${id}" is reserved: /rpc/${id}/… has a meaning of its own`,
        {
          place: origin,
          hint: "give the strategy another id",
          docs: "plugins.md#the-default-export",
        },
      );
    }
    const entries: Map<string, Entry<Plugin>> = kind === "strategy" ? this.#strategies : this.#transports;
    const taken = entries.get(id);
    if (taken !== undefined) {
      throw new LassoError("plugin", `${kind} id "${id}" is taken already by ${taken.origin}`, {
        place: origin,
        hint: "give one of the two another id",
        docs: "plugins.md#the-default-export",
      });
    }
    entries.set(id, { plugin, origin });
  }

  strategy(id: string): StrategyPlugin | undefined {
    return this.#strategies.get(id)?.plugin;
  }

  transport(id: string): TransportPlugin | undefined {
    return this.#transports.get(id)?.plugin;
  }

  /** In the order of registration: built-ins first. */
  get strategyIds(): readonly string[] {
    return [...this.#strategies.keys()];
  }

  get transportIds(): readonly string[] {
    return [...this.#transports.keys()];
  }

  /** The error for an id that nobody registered. `place` is where the config or the request names it. */
  unknown(kind: Plugin["kind"], id: string, place: string): LassoError {
    const known = kind === "strategy" ? this.strategyIds : this.transportIds;
    return new LassoError("plugin", `unknown ${kind} "${id}"`, {
      place,
      hint: `use one of ${known.join(", ")}, or name its file under \`plugins\``,
      details: { kind, id, known },
      docs: "plugins.md",
    });
  }
}
