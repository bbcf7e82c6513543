// Makes the registry of one configuration: built-ins and a user's files go through the same checks. Whatever a
// plugin file does wrong while it is loaded or parses its options becomes a problem for the config's report, all of
// them at once; it never throws and never registers half of a broken set. Called at start and at each reload.
//
// A file is imported under a query made of its content's hash: a changed file is a new module, an unchanged one is
// the same plugin object as before. Modules that a plugin imports itself are cached by the runtime until a restart.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { type Clock, sleep, systemClock } from "../clock.ts";
import { LassoError } from "../errors.ts";
import { maskText } from "../redact.ts";
import type { PluginSettings } from "../settings.ts";
import { type Plugin, pluginIdPattern, PluginRegistry } from "./registry.ts";
import { pluginFaults, thrownText } from "./shape.ts";

export interface PluginProblem {
  /** Where the config names the file, `lasso.yaml:12:5`; `built in` for a plugin of ours. */
  readonly place: string;
  /** The plugin file; null for a built-in. */
  readonly path: string | null;
  /** One sentence, without secrets. */
  readonly message: string;
  /** How to fix it. */
  readonly hint: string;
}

export type LoadedPlugins =
  | {
    readonly ok: true;
    readonly registry: PluginRegistry;
    /** What `parse` made of each plugin's options; hand it to `create`. */
    readonly options: ReadonlyMap<Plugin, unknown>;
  }
  | { readonly ok: false; readonly problems: readonly PluginProblem[] };

/** Remote modules that a plugin imports may have to be fetched first. */
const importTimeoutMs = 30_000;

/**
 * Loads, checks, registers and parses. `builtins` come first, so that a file can't take the id of one of them.
 * A file that exports a list takes its options by plugin id: `options: { sticky: { … } }`. One whose top level waits
 * for something that never comes is given up after `importTimeoutMs`.
 */
export async function loadPlugins(
  builtins: readonly unknown[],
  files: readonly PluginSettings[],
  clock: Clock = systemClock,
): Promise<LoadedPlugins> {
  const set = new Loading();
  builtins.forEach((exported, index) => set.add(exported, undefined, builtinSource(exported, index)));
  const imported = await Promise.all(files.map((file) => importFile(file, clock)));
  files.forEach((file, index) => {
    const outcome = imported[index]!;
    const source: Source = { place: file.place, path: file.path, origin: file.path };
    if (!outcome.ok) set.problem(source, outcome.message, outcome.hint);
    else if (!Array.isArray(outcome.exported)) set.add(outcome.exported, file.options, source);
    else set.addList(outcome.exported, file.options, source);
  });
  return set.finish();
}

interface Source {
  readonly place: string;
  readonly path: string | null;
  /** How other errors call it. */
  readonly origin: string;
}

class Loading {
  readonly #registry = new PluginRegistry();
  readonly #options = new Map<Plugin, unknown>();
  readonly #problems: PluginProblem[] = [];

  problem(source: Source, message: string, hint: string): void {
    this.#problems.push({ place: source.place, path: source.path, message, hint });
  }

  add(exported: unknown, rawOptions: unknown, source: Source): void {
    const faults = pluginFaults(exported);
    for (const fault of faults) this.problem(source, fault.message, fault.hint);
    if (faults.length > 0) return;
    const plugin = exported as Plugin;
    try {
      this.#registry.register(plugin, source.origin);
    } catch (thrown) {
      if (!(thrown instanceof LassoError)) throw thrown;
      this.problem(source, thrown.summary, thrown.hint ?? "");
      return;
    }
    this.#parse(plugin, rawOptions, source);
  }

  addList(exported: readonly unknown[], rawOptions: unknown, source: Source): void {
    if (exported.length === 0) {
      this.problem(source, "default export is an empty list", "export at least one plugin");
      return;
    }
    const byId = rawOptions ?? {};
    if (typeof byId !== "object" || Array.isArray(byId)) {
      this.problem(
        source,
        `options must be a mapping from plugin id to options, as the file exports a list; found ${
          describe(rawOptions)
        }`,
        "write `options: { <plugin id>: { … } }`",
      );
      return;
    }
    const ids = new Set(exported.map(idOf));
    for (const key of Object.keys(byId)) {
      if (!ids.has(key)) {
        const known = [...ids].filter((id) => id !== null).join(", ");
        this.problem(source, `options.${key}: the file exports no plugin "${key}"`, `use one of ${known}`);
      }
    }
    for (const plugin of exported) {
      const id = idOf(plugin);
      this.add(plugin, id === null ? undefined : (byId as Record<string, unknown>)[id], source);
    }
  }

  finish(): LoadedPlugins {
    if (this.#problems.length > 0) return { ok: false, problems: this.#problems };
    return { ok: true, registry: this.#registry, options: this.#options };
  }

  #parse(plugin: Plugin, rawOptions: unknown, source: Source): void {
    const what = `${plugin.kind} "${plugin.id}"`;
    try {
      const options: unknown = plugin.parse(rawOptions);
      if (options instanceof Promise) {
        options.catch(() => {}); // Reported below; nobody else waits for it.
        this.problem(source, `${what}: parse returned a promise`, "parse must be synchronous");
        return;
      }
      this.#options.set(plugin, options);
    } catch (thrown) {
      const summary = thrown instanceof LassoError ? maskText(thrown.summary) : thrownText(thrown);
      const hint = thrown instanceof LassoError ? thrown.hint : undefined;
      this.problem(
        source,
        `${what} refused its options: ${summary}`,
        hint ?? "correct `options` where the config names the plugin",
      );
    }
  }
}

type Imported =
  | { readonly ok: true; readonly exported: unknown }
  | { readonly ok: false; readonly message: string; readonly hint: string };

async function importFile(file: PluginSettings, clock: Clock): Promise<Imported> {
  let content: Uint8Array;
  try {
    content = await readFile(file.path);
  } catch (thrown) {
    return {
      ok: false,
      message: `plugin file ${file.path} can't be read: ${readFault(thrown)}`,
      hint: "name a file that exists; a relative path starts at the config file",
    };
  }
  const url = pathToFileURL(file.path);
  url.search = `?v=${createHash("sha256").update(content).digest("hex").slice(0, 16)}`;
  try {
    const module = await inTime<{ readonly default?: unknown }>(import(url.href), clock);
    if (module === null) {
      return {
        ok: false,
        message: `plugin file ${file.path} was not loaded within ${importTimeoutMs / 1000} s`,
        hint: "keep its top level free of waiting: connect in `create`, or with the first call",
      };
    }
    if (module.default === undefined) {
      return {
        ok: false,
        message: `plugin file ${file.path} has no default export`,
        hint: "write `export default { kind, id, summary, parse, create } satisfies StrategyPlugin`",
      };
    }
    return { ok: true, exported: module.default };
  } catch (thrown) {
    return {
      ok: false,
      message: `plugin file ${file.path} failed while it was loaded: ${
        thrownText(thrown).replaceAll(url.search, "")
      }`,
      hint: "correct the file; `deno check` shows type errors, `deno test` runs its tests",
    };
  }
}

/** null once the time is over; what comes later is dropped. */
async function inTime<T>(loading: Promise<T>, clock: Clock): Promise<T | null> {
  const enough = new AbortController();
  try {
    return await Promise.race([loading, sleep(clock, importTimeoutMs, enough.signal).then(() => null)]);
  } finally {
    enough.abort();
  }
}

function builtinSource(exported: unknown, index: number): Source {
  const id = idOf(exported);
  const named = id !== null && pluginIdPattern.test(id);
  return { place: named ? `built-in "${id}"` : `built-in ${index}`, path: null, origin: "a built-in one" };
}

function idOf(exported: unknown): string | null {
  try {
    const id = (exported as { readonly id?: unknown } | null)?.id;
    return typeof id === "string" ? id : null;
  } catch {
    return null; // A getter of the plugin threw: the shape check tells.
  }
}

function readFault(thrown: unknown): string {
  const code = (thrown as { readonly code?: unknown }).code;
  if (code === "ENOENT") return "there is no such file";
  return typeof code === "string" ? code : thrownText(thrown);
}

function describe(value: unknown): string {
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
