// A config file from text to settings, or to everything that is wrong with it at once. Never throws for what a
// file holds, never shows a secret. Called by `serve` at start and at each reload, by `check`, and by tests.

import type { LassoSettings } from "../core/settings.ts";
import { buildSettings } from "./build.ts";
import { alertProblems } from "./check_alerts.ts";
import { nameProblems } from "./check_names.ts";
import { namedFiles, type ReadText } from "./files.ts";
import { idProblems, type KnownIds } from "./plugin_ids.ts";
import { presetFacts } from "./presets.ts";
import { type ConfigProblem, sorted } from "./problems.ts";
import { configSchema } from "./schema.ts";
import { schemaProblems, wantedText } from "./schema_problems.ts";
import type { Env } from "./substitute.ts";
import { configWarnings } from "./warnings.ts";
import { Tree } from "./yaml_tree.ts";

export interface LoadOptions {
  /** Path as messages show it; paths inside the file are relative to its folder. */
  readonly file: string;
  readonly env: Env;
  /** Ids of the built-in strategies and transports. */
  readonly known: KnownIds;
  /** Default: from disk. */
  readonly read?: ReadText;
}

export interface LoadedSettings {
  readonly ok: true;
  readonly settings: LassoSettings;
  readonly sources: { readonly file: string };
  readonly warnings: readonly ConfigProblem[];
  /** Places of everything that the file names; `checkPluginIds` reads it. */
  readonly tree: Tree;
}

export type LoadedConfig =
  | LoadedSettings
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * Reads and checks one file. Where it names plugins, ids of strategies and transports are not checked here, since
 * those may add some: call `checkPluginIds` once they are loaded.
 */
export function loadConfigFile(file: string, env: Env, known: KnownIds): LoadedConfig {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : "the file can't be read";
    return { ok: false, problems: [{ file, line: 1, column: 1, path: "", message: why }] };
  }
  return loadConfig(text, { file, env, known });
}

export function loadConfig(text: string, options: LoadOptions): LoadedConfig {
  const { file, env, known } = options;
  const tree = new Tree(text, file, env);
  if (tree.value === null && tree.problems.length === 0) {
    const message = "the file is empty; it needs chains with providers";
    return { ok: false, problems: [{ file, line: 1, column: 1, path: "", message }] };
  }
  if (tree.broken) return { ok: false, problems: sorted(tree.problems) };

  const result = parse(tree);
  const presets = presetFacts();
  const files = namedFiles(tree, file, options.read ?? Deno.readTextFileSync);
  const named = tree.at(["plugins"]);
  const hasPlugins = Array.isArray(named) && named.length > 0;
  const problems = [
    ...tree.problems,
    ...(result.success ? [] : schemaProblems(tree, result.error.issues)),
    ...nameProblems(tree, presets, known.strategies),
    ...alertProblems(tree, presets),
    ...files.problems,
    ...(hasPlugins ? [] : idProblems(tree, known)),
  ];
  if (!result.success || problems.length > 0) return { ok: false, problems: withoutEchoes(problems) };

  const settings = buildSettings(result.data, {
    presets,
    pem: files.pem,
    absolute: files.absolute,
    pluginPlace: (index) => {
      const place = tree.place(["plugins", index]);
      return `${file}:${place.line}:${place.column}`;
    },
  });
  return { ok: true, settings, sources: { file }, warnings: configWarnings(tree, settings), tree };
}

/** A value that was typed again where text is wanted gets its text back: a token of digits stays a token. */
function parse(tree: Tree): ReturnType<typeof configSchema.safeParse> {
  const first = configSchema.safeParse(tree.value);
  if (first.success) return first;
  const untyped = wantedText(first.error.issues).filter((path) => tree.untype(path));
  return untyped.length === 0 ? first : configSchema.safeParse(tree.value);
}

/** In the order of the file; of several problems at one path the first, which is the one nearest to the cause. */
function withoutEchoes(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const seen = new Set<string>();
  return sorted(problems.filter((problem) => {
    const key = `${problem.line}:${problem.column}:${problem.path}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  }));
}
