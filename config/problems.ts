// What is wrong in a config file, as data, and as readable text. Built only here, so that the masking of what was
// found happens in one place. Used by load.ts and its checks; printed by `lasso check` and `lasso serve`.

import { maskUrl } from "../core/redact.ts";
import type { Path, Place, Tree } from "./yaml_tree.ts";

export interface ConfigProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `chains.ethereum.providers[0].url`; empty for the whole file. */
  readonly path: string;
  /** One sentence without an end mark, free of secrets. */
  readonly message: string;
  /** What stands there; masked where it may be secret. */
  readonly found?: string;
  readonly allowed?: string;
  readonly nearest?: string;
}

export interface ProblemExtras {
  readonly allowed?: string;
  readonly nearest?: string;
  /** Point at the key instead of its value. */
  readonly atKey?: boolean;
  /** Leave out what was found: the message says it, or there is nothing. */
  readonly hideFound?: boolean;
}

/** A problem at a path of the tree; a path that isn't there is placed at its nearest ancestor. */
export function problemAt(
  tree: Tree,
  path: Path,
  message: string,
  extras: ProblemExtras = {},
): ConfigProblem {
  const place: Place = extras.atKey ? tree.keyPlace(path) : tree.place(path);
  const found = extras.hideFound || extras.atKey ? undefined : foundText(tree, path);
  return {
    file: tree.file,
    line: place.line,
    column: place.column,
    path: pathText(path),
    message,
    ...(found === undefined ? {} : { found }),
    ...(extras.allowed === undefined ? {} : { allowed: extras.allowed }),
    ...(extras.nearest === undefined ? {} : { nearest: extras.nearest }),
  };
}

/** `["chains", "ethereum", "providers", 0]` as `chains.ethereum.providers[0]`. */
function pathText(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** All problems, in the order of the file, one block each. */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  return sorted(problems).map((problem) => {
    const path = problem.path === "" ? "" : `${problem.path}: `;
    const hint = problem.nearest === undefined ? "" : `, did you mean "${problem.nearest}"?`;
    const lines = [`${problem.file}:${problem.line}:${problem.column}  ${path}${problem.message}${hint}`];
    if (problem.found !== undefined) lines.push(`  found: ${problem.found}`);
    if (problem.allowed !== undefined) lines.push(`  allowed: ${problem.allowed}`);
    return lines.join("\n");
  }).join("\n");
}

export function sorted(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

const secretKeys: ReadonlySet<string> = new Set(["admin_token", "headers", "options"]);

function foundText(tree: Tree, path: Path): string | undefined {
  const value = tree.at(path);
  if (value === undefined) return undefined;
  const names = tree.substitutedAt(path);
  if (names !== undefined) return `*** (from ${names.map((name) => `\${${name}}`).join(", ")})`;
  if (path.some((part) => typeof part === "string" && secretKeys.has(part))) return "***";
  if (value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a map";
  if (typeof value !== "string") return String(value);
  if (path.at(-1) === "url" || path.at(-1) === "ws_url" || value.includes("://")) return maskUrl(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
}
