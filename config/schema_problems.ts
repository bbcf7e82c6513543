// What zod found wrong, as problems with places and sentences of our own: one per fault, at the deepest path that
// it can be pinned to. Called by load.ts.

import type { z } from "zod";
import { knownKeys } from "./json_schema.ts";
import { nearest } from "./nearest.ts";
import { type ConfigProblem, problemAt, type ProblemExtras } from "./problems.ts";
import type { Path, Tree } from "./yaml_tree.ts";

type Issue = z.core.$ZodIssue;

export function schemaProblems(tree: Tree, issues: readonly Issue[]): ConfigProblem[] {
  return issues.flatMap((issue) => problemsOf(tree, issue, pathOf(issue)));
}

/** Paths where text was wanted and something else stands: a value that was typed again may be given back its text. */
export function wantedText(issues: readonly Issue[]): Path[] {
  return issues
    .filter((issue) => issue.code === "invalid_type" && issue.expected === "string")
    .map(pathOf);
}

function pathOf(issue: Issue): Path {
  return issue.path.map((part) => typeof part === "symbol" ? String(part) : part);
}

function problemsOf(tree: Tree, issue: Issue, path: Path): ConfigProblem[] {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((name) => unknownKey(tree, path, name));
    case "invalid_key":
      return issue.issues.map((inner) =>
        problemAt(tree, path, `the key ${JSON.stringify(String(path.at(-1)))} ${inner.message}`, {
          atKey: true,
        })
      );
    case "invalid_union": {
      const inner = branchOf(issue.errors);
      if (inner !== undefined) {
        return inner.flatMap((error) => problemsOf(tree, error, [...path, ...pathOf(error)]));
      }
      return [problemAt(tree, path, sentence(issue, tree, path))];
    }
    default:
      return [problemAt(tree, path, sentence(issue, tree, path), extras(issue, tree.at(path)))];
  }
}

/** What people look for in a section of its own, and where it is. */
const elsewhere: Readonly<Record<string, string>> = {
  admin: "the admin API is set up by server.admin_token",
  history: "it is kept in server.data_dir",
  logging: "see observability",
  metrics: "they are always there, at /metrics",
  opentelemetry: "traces are set up by OTEL_EXPORTER_OTLP_ENDPOINT in the environment",
  tracing: "traces are set up by OTEL_EXPORTER_OTLP_ENDPOINT in the environment",
};

function unknownKey(tree: Tree, path: Path, name: string): ConfigProblem {
  const known = knownKeys(path);
  const section = path.length === 0 || path[0] === "observability" ? name : "";
  const where = Object.hasOwn(elsewhere, section) ? `; ${elsewhere[section]}` : "";
  const near = nearest(name, known);
  return problemAt(tree, [...path, name], `unknown key "${name}"${where}`, {
    atKey: true,
    ...(near === undefined ? {} : { nearest: near }),
    ...(known.length === 0 ? {} : { allowed: known.join(", ") }),
  });
}

/** The branch of a union that was meant: the one that fits at the top and fails only inside. */
function branchOf(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const inside = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === "unrecognized_keys")
  );
  return inside.length === 1 ? inside[0] : undefined;
}

function sentence(issue: Issue, tree: Tree, path: Path): string {
  const missing = tree.at(path) === undefined;
  if (missing && issue.code === "invalid_union") return `is missing; it ${issue.message}`;
  // Zod's own sentences begin with a capital, ours don't: a message given in the schema says it best.
  if (!/^[A-Z]/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return missing
        ? "is missing"
        : `must be ${kindText(issue.expected)}${quoteHint(issue.expected, tree.at(path))}`;
    case "invalid_value":
      return missing ? "is missing" : "is not one of the words allowed here";
    case "invalid_union":
      return "must be false or a map";
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    default:
      return "has a form that is not allowed here";
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

function kindText(expected: string): string {
  return kinds[expected] ?? expected;
}

function quoteHint(expected: string, found: unknown): string {
  return expected === "string" && (typeof found === "number" || typeof found === "boolean")
    ? ": quote it"
    : "";
}

function extras(issue: Issue, found: unknown): ProblemExtras {
  if (issue.code !== "invalid_value") return {};
  const words = issue.values.map(String);
  const near = typeof found === "string" ? nearest(found, words) : undefined;
  return { allowed: words.join(", "), ...(near === undefined ? {} : { nearest: near }) };
}
