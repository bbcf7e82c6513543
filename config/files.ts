// The files that the config names: PEM files are read, plugins looked for. Paths are relative to the config file.
// What can't be read becomes a problem at the place that names it.

import { dirname, resolve } from "node:path";
import type { ConfigProblem } from "./problems.ts";
import { problemAt } from "./problems.ts";
import type { Path, Tree } from "./yaml_tree.ts";

/** Reads a whole file; throws when it can't. */
export type ReadText = (path: string) => string;

export interface NamedFiles {
  readonly problems: readonly ConfigProblem[];
  /** An absolute path for one as the config spells it. */
  absolute(path: string): string;
  /** PEM text of a file that the config names. */
  pem(path: string): string;
}

export function namedFiles(tree: Tree, configFile: string, read: ReadText): NamedFiles {
  const folder = dirname(resolve(configFile));
  const absolute = (path: string): string => resolve(folder, path);
  const texts = new Map<string, string>();
  const problems: ConfigProblem[] = [];

  const open = (path: Path): string | undefined => {
    const named = tree.at(path);
    if (typeof named !== "string" || named === "") return undefined;
    try {
      return read(absolute(named));
    } catch (error) {
      const why = error instanceof Deno.errors.NotFound ? "there is no such file" : "it can't be read";
      problems.push(
        problemAt(tree, path, `names a file, but ${why}`, { allowed: "a path relative to this file" }),
      );
      return undefined;
    }
  };

  for (const path of pemPaths(tree)) {
    const text = open(path);
    if (text === undefined) continue;
    if (text.includes("-----BEGIN ")) texts.set(absolute(String(tree.at(path))), text);
    else problems.push(problemAt(tree, path, "names a file that is not PEM (it has no -----BEGIN line)"));
  }
  for (const path of pluginPaths(tree)) open(path);
  return { problems, absolute, pem: (path) => texts.get(absolute(path)) ?? "" };
}

function pemPaths(tree: Tree): Path[] {
  const holders: Path[] = [["server"], ["defaults", "provider"]];
  for (const chain of keysAt(tree, ["chains"])) {
    holders.push(["chains", chain, "provider"]);
    const providers = tree.at(["chains", chain, "providers"]);
    if (!Array.isArray(providers)) continue;
    holders.push(...providers.map((_, index): Path => ["chains", chain, "providers", index]));
  }
  return holders.flatMap((holder) => ["ca", "cert", "key"].map((name): Path => [...holder, "tls", name]));
}

function pluginPaths(tree: Tree): Path[] {
  const plugins = tree.at(["plugins"]);
  if (!Array.isArray(plugins)) return [];
  return plugins.map((plugin: unknown, index): Path =>
    typeof plugin === "string" ? ["plugins", index] : ["plugins", index, "path"]
  );
}

/** Keys of the map at a path; none where there is no map. */
export function keysAt(tree: Tree, path: Path): string[] {
  const value = tree.at(path);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}
