// Do the strategies and transports that the config names exist? A second step, because plugin files may add ids:
// main calls `checkPluginIds` after loading them.

import { takenNames } from "./check_names.ts";
import { keysAt } from "./files.ts";
import { nearest } from "./nearest.ts";
import { type ConfigProblem, problemAt, sorted } from "./problems.ts";
import type { Path, Tree } from "./yaml_tree.ts";

export interface KnownIds {
  readonly strategies: readonly string[];
  readonly transports: readonly string[];
}

/** Unknown ids, and names of chains that a plugin's strategy has taken; each with its place. */
export function checkPluginIds(
  config: { readonly tree: Tree },
  strategies: readonly string[],
  transports: readonly string[],
): ConfigProblem[] {
  const { tree } = config;
  return sorted([...idProblems(tree, { strategies, transports }), ...takenNames(tree, strategies)]);
}

export function idProblems(tree: Tree, known: KnownIds): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const check = (path: Path, kind: string, ids: readonly string[]): void => {
    const id = tree.at(path);
    if (typeof id !== "string" || ids.includes(id)) return;
    const near = nearest(id, ids);
    problems.push(problemAt(tree, path, `there is no ${kind} of this id`, {
      allowed: ids.join(", "),
      ...(near === undefined ? {} : { nearest: near }),
    }));
  };
  const chains = keysAt(tree, ["chains"]).map((name): Path => ["chains", name]);
  for (const holder of [["defaults"], ...chains]) {
    check([...holder, "strategy"], "strategy", known.strategies);
    for (const method of keysAt(tree, [...holder, "methods"])) {
      check([...holder, "methods", method, "strategy"], "strategy", known.strategies);
    }
    check([...holder, "provider", "transport"], "transport", known.transports);
    const providers = tree.at([...holder, "providers"]);
    if (!Array.isArray(providers)) continue;
    providers.forEach((_, index) => {
      check([...holder, "providers", index, "transport"], "transport", known.transports);
    });
  }
  return problems;
}
