// What no single key can tell: names, aliases and chain ids that collide, provider ids given twice, URLs that the
// transport can't reach. Looks at the raw tree, so that it speaks up even where the shape has faults elsewhere.

import { keysAt } from "./files.ts";
import { nearest } from "./nearest.ts";
import type { PresetFacts } from "./preset_facts.ts";
import { type ConfigProblem, problemAt } from "./problems.ts";
import type { Path, Tree } from "./yaml_tree.ts";

export function nameProblems(
  tree: Tree,
  presets: ReadonlyMap<string, PresetFacts>,
  strategies: readonly string[],
): ConfigProblem[] {
  return [
    ...takenNames(tree, strategies),
    ...chainIds(tree, presets),
    ...keysAt(tree, ["chains"]).flatMap((chain) => providers(tree, chain)),
  ];
}

/** Names of chains, aliases and strategies share one place in the URL: /rpc/X. */
export function takenNames(tree: Tree, strategies: readonly string[]): ConfigProblem[] {
  const owners = new Map<string, string>([["provider", "a word of the URL /rpc/provider/…"]]);
  for (const strategy of strategies) owners.set(strategy, "a strategy");
  const problems: ConfigProblem[] = [];
  const take = (name: string, path: Path, owner: string, atKey: boolean): void => {
    const taken = owners.get(name);
    if (taken === undefined) owners.set(name, owner);
    else problems.push(problemAt(tree, path, `this name is taken: it is ${taken}`, { atKey }));
  };
  const chains = keysAt(tree, ["chains"]);
  for (const chain of chains) take(chain, ["chains", chain], "a chain", true);
  for (const chain of chains) {
    const aliases = tree.at(["chains", chain, "aliases"]);
    if (!Array.isArray(aliases)) continue;
    aliases.forEach((alias: unknown, index) => {
      const path: Path = ["chains", chain, "aliases", index];
      if (typeof alias === "string") take(alias, path, `an alias of the chain ${chain}`, false);
    });
  }
  return problems;
}

function chainIds(tree: Tree, presets: ReadonlyMap<string, PresetFacts>): ConfigProblem[] {
  const owners = new Map<number, string>();
  const problems: ConfigProblem[] = [];
  for (const chain of keysAt(tree, ["chains"])) {
    const path: Path = ["chains", chain, "chain_id"];
    const given = tree.at(path);
    const id = given === undefined ? presets.get(chain)?.chainId : given;
    if (id === undefined) {
      const near = nearest(chain, presets.keys());
      const message = "is missing (only a chain named like a built-in one may leave it out)";
      problems.push(problemAt(tree, path, message, near === undefined ? {} : { nearest: near }));
    } else if (typeof id === "number") {
      const owner = owners.get(id);
      if (owner === undefined) owners.set(id, chain);
      else {problems.push(
          problemAt(tree, path, `this chain id is taken by the chain ${owner}`),
        );}
    }
  }
  return problems;
}

function providers(tree: Tree, chain: string): ConfigProblem[] {
  const list = tree.at(["chains", chain, "providers"]);
  if (!Array.isArray(list)) return [];
  const ids = new Set<unknown>();
  const problems: ConfigProblem[] = [];
  list.forEach((_, index) => {
    const path: Path = ["chains", chain, "providers", index];
    const id = tree.at([...path, "id"]);
    if (typeof id === "string" && ids.has(id)) {
      problems.push(
        problemAt(tree, [...path, "id"], "this id is taken by another provider of this chain"),
      );
    }
    ids.add(id);
    problems.push(...endpoints(tree, chain, path));
  });
  return problems;
}

const builtinTransports: ReadonlySet<unknown> = new Set(["http", "fetch", "ws"]);

/** The built-in transports speak HTTP to `url` and WebSocket to `ws_url`; a plugin's may speak anything to `url`. */
function endpoints(tree: Tree, chain: string, path: Path): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const transport = tree.at([...path, "transport"]) ?? tree.at(["chains", chain, "provider", "transport"]) ??
    tree.at(["defaults", "provider", "transport"]) ?? "http";
  const url = tree.at([...path, "url"]);
  if (
    typeof url === "string" && URL.canParse(url) && !/^https?:\/\//i.test(url) &&
    builtinTransports.has(transport)
  ) {
    const message = /^wss?:\/\//i.test(url)
      ? "must begin with http:// or https://; a WebSocket endpoint goes into ws_url, beside url"
      : "must begin with http:// or https://";
    problems.push(problemAt(tree, [...path, "url"], message));
  }
  if (transport === "ws" && tree.at([...path, "ws_url"]) === undefined) {
    const message = "is missing: the transport ws has nothing to connect to (it never serves url)";
    problems.push(problemAt(tree, [...path, "ws_url"], message));
  }
  return problems;
}
