// What no single key of `alerts` can tell: targets, chains and providers that do not exist, names given twice, and keys
// that a rule's condition does not take. Looks at the raw tree, so that it speaks up even where the shape has faults.

import { alertDefaults } from "./defaults.ts";
import { keysAt } from "./files.ts";
import { nearest } from "./nearest.ts";
import type { PresetFacts } from "./preset_facts.ts";
import { type ConfigProblem, problemAt } from "./problems.ts";
import { durationMs, durationPattern } from "./units.ts";
import type { Path, Tree } from "./yaml_tree.ts";

/** About a whole chain; no provider can be named. */
const ofChain: ReadonlySet<unknown> = new Set(["chain_down", "head_stalled", "stream_gap", "reorg_depth"]);
const shares: ReadonlySet<unknown> = new Set(["error_rate", "quota"]);
const counts: ReadonlySet<unknown> = new Set(["lag", "stream_gap", "reorg_depth"]);

export function alertProblems(tree: Tree, presets: ReadonlyMap<string, PresetFacts>): ConfigProblem[] {
  const rules = tree.at(["alerts", "rules"]);
  const names = new Set<unknown>();
  return [
    ...keysAt(tree, ["alerts", "targets"]).flatMap((target) => targetProblems(tree, target)),
    ...(Array.isArray(rules) ? rules : []).flatMap((_, index) => {
      const path: Path = ["alerts", "rules", index];
      const name = tree.at([...path, "name"]);
      const taken = typeof name === "string" && names.has(name)
        ? [problemAt(tree, [...path, "name"], "this name is taken by another rule")]
        : [];
      names.add(name);
      return [
        ...taken,
        ...keyProblems(tree, path),
        ...targetNames(tree, path),
        ...places(tree, path, presets),
      ];
    }),
  ];
}

function targetProblems(tree: Tree, target: string): ConfigProblem[] {
  const path: Path = ["alerts", "targets", target];
  const type = tree.at([...path, "type"]);
  const url = tree.at([...path, "url"]);
  if (type === "log" && url !== undefined) {
    return [problemAt(tree, [...path, "url"], "has no effect here: a log target takes no url")];
  }
  if ((type === "webhook" || type === "slack") && url === undefined) {
    return [problemAt(tree, [...path, "url"], "is missing")];
  }
  return [];
}

/** Keys that the rule's condition takes, and their range. */
function keyProblems(tree: Tree, path: Path): ConfigProblem[] {
  const when = tree.at([...path, "when"]);
  if (typeof when !== "string" || !Object.hasOwn(alertDefaults, when)) return [];
  const takes = alertDefaults[when as keyof typeof alertDefaults];
  const problems: ConfigProblem[] = [];
  for (const name of ["above", "window"] as const) {
    if (tree.at([...path, name]) === undefined || name in takes) continue;
    const why = name === "above" ? "it holds or does not" : "it looks at what is now";
    problems.push(problemAt(tree, [...path, name], `has no effect with ${when}: ${why}`, { atKey: true }));
  }
  if (ofChain.has(when) && tree.at([...path, "provider"]) !== undefined) {
    const message = `has no effect with ${when}: it is about a whole chain`;
    problems.push(problemAt(tree, [...path, "provider"], message, { atKey: true }));
  }
  const window = tree.at([...path, "window"]);
  const isMeasured = when === "error_rate" || when === "latency_p99";
  if (isMeasured && typeof window === "string" && durationPattern.test(window)) {
    const fits = [60_000, 300_000].includes(durationMs(window));
    if (!fits) problems.push(problemAt(tree, [...path, "window"], `of ${when} must be 1m or 5m`));
  }
  const above = tree.at([...path, "above"]);
  const wrong = "above" in takes && aboveFault(when, above);
  if (wrong) problems.push(problemAt(tree, [...path, "above"], wrong));
  return problems;
}

function aboveFault(when: string, above: unknown): string | false {
  if (typeof above === "string" && when !== "latency_p99") {
    return `of ${when} must be a number; only that of latency_p99 is a duration`;
  }
  if (typeof above !== "number") return false;
  if (shares.has(when) && above > 1) return `of ${when} is a share and must be at most 1 (5 % is 0.05)`;
  return counts.has(when) && !Number.isInteger(above) && `of ${when} must be a whole number`;
}

function targetNames(tree: Tree, path: Path): ConfigProblem[] {
  const known = keysAt(tree, ["alerts", "targets"]);
  const to = tree.at([...path, "to"]);
  return (Array.isArray(to) ? to : []).flatMap((name: unknown, index) => {
    if (typeof name !== "string" || known.includes(name)) return [];
    const near = nearest(name, known);
    const allowed = known.length === 0 ? "a name from alerts.targets, which has none" : known.join(", ");
    return [problemAt(tree, [...path, "to", index], "there is no such target", {
      allowed,
      ...(near === undefined ? {} : { nearest: near }),
    })];
  });
}

/** The chain must be served, and the provider be one of its own. */
function places(tree: Tree, path: Path, presets: ReadonlyMap<string, PresetFacts>): ConfigProblem[] {
  const chains = keysAt(tree, ["chains"]);
  const given = tree.at([...path, "chain"]);
  const asked = given === undefined
    ? chains
    : chains.filter((chain) => spellings(tree, chain, presets).includes(String(given)));
  if (given !== undefined && asked.length === 0) {
    if (typeof given !== "string" && typeof given !== "number") return [];
    const near = nearest(String(given), chains.flatMap((chain) => spellings(tree, chain, presets)));
    return [problemAt(tree, [...path, "chain"], "there is no such chain", {
      allowed: chains.join(", "),
      ...(near === undefined ? {} : { nearest: near }),
    })];
  }
  const provider = tree.at([...path, "provider"]);
  if (typeof provider !== "string" || provider === "*") return [];
  const ids = [...new Set(asked.flatMap((chain) => providerIds(tree, chain)))];
  if (ids.includes(provider)) return [];
  const near = nearest(provider, ids);
  const where = given === undefined ? "no chain has such a provider" : "the chain has no such provider";
  return [problemAt(tree, [...path, "provider"], where, {
    allowed: ids.join(", "),
    ...(near === undefined ? {} : { nearest: near }),
  })];
}

function spellings(tree: Tree, chain: string, presets: ReadonlyMap<string, PresetFacts>): string[] {
  const preset = presets.get(chain);
  const id = tree.at(["chains", chain, "chain_id"]) ?? preset?.chainId;
  const own = tree.at(["chains", chain, "aliases"]);
  const aliases = Array.isArray(own) ? own.map(String) : id === preset?.chainId ? preset?.aliases ?? [] : [];
  return [chain, ...aliases, String(id)];
}

function providerIds(tree: Tree, chain: string): string[] {
  const list = tree.at(["chains", chain, "providers"]);
  if (!Array.isArray(list)) return [];
  return list.map((_, index) => tree.at(["chains", chain, "providers", index, "id"]))
    .filter((id) => typeof id === "string");
}
