// What came in against the schemas of a route: params, query and body together, so that all that is wrong is said at
// once, each with its path and what is allowed. Called by mount.ts.

import { z } from "zod";
import { ApiError, type ApiStatus } from "./api_error.ts";
import type { Route } from "./route.ts";

/** One thing that is wrong. */
export interface InputProblem {
  readonly in: "path" | "query" | "body";
  /** `limit`, `rules.0.for`; empty: the whole. */
  readonly path: string;
  readonly problem: string;
  /** What would be right, where that can be said. */
  readonly allowed?: string;
}

/** How a schema of ours says what is wrong: as `params` of a custom issue, beside a message that begins with a verb. */
export interface IssueParams {
  readonly allowed?: string;
  /** What is asked for does not exist: 404 with this code, when nothing else is wrong. */
  readonly missing?: string;
}

export interface RawInput {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Parsed JSON; `{}` where there was none. */
  readonly body: unknown;
}

export interface CheckedInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

interface Found {
  readonly problem: InputProblem;
  /** The sentence. */
  readonly text: string;
  readonly missing: string | null;
}

/** Throws an ApiError: 400 `bad_query` or `bad_body`; 404 when all that is wrong is that something does not exist. */
export function checkInput(route: Route, input: RawInput): CheckedInput {
  const found: Found[] = [];
  const check = (where: InputProblem["in"], schema: z.ZodType | undefined, value: unknown): unknown => {
    const used = strict(schema);
    const parsed = used.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) found.push(...described(where, issue, value, used));
    return undefined;
  };
  const params = check("path", route.params ?? z.looseObject({}), input.params);
  const query = check("query", route.query, input.query);
  const body = check("body", route.body, input.body);
  if (found.length > 0) throw refusal(found);
  return { params, query, body };
}

const nothing = z.strictObject({});

/** An object that forgot to say that unknown keys are errors is made to. */
function strict(schema: z.ZodType | undefined): z.ZodType {
  if (schema === undefined) return nothing;
  return schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema;
}

function refusal(found: readonly Found[]): ApiError {
  const [first] = found as readonly [Found];
  const details = found.map(({ problem }) => problem);
  const hint = first.problem.allowed === undefined ? null : `${sentence(first.problem.allowed)}`;
  const status: ApiStatus = found.every(({ missing }) => missing !== null) ? 404 : 400;
  if (status === 404) return new ApiError(404, first.missing ?? "not_found", first.text, hint);
  const code = found.every(({ problem }) => problem.in === "body") ? "bad_body" : "bad_query";
  const wrong = found.filter(({ missing }) => missing === null);
  const message = wrong.length === 1 && found.length === 1
    ? first.text
    : found.map(({ text }) => text).slice(0, 10).join(" ");
  return new ApiError(400, code, message, hint, details.slice(0, 50));
}

function described(
  where: InputProblem["in"],
  issue: z.core.$ZodIssue,
  value: unknown,
  schema: z.ZodType,
): Found[] {
  const path = issue.path.map(String).join(".");
  const name = path === "" ? (where === "body" ? "The body" : `The ${where}`) : path;
  const given = shown(issue.path.reduce<unknown>(memberOf, value));
  const one = (says: string, allowed?: string, missing: string | null = null): Found[] => [{
    problem: { in: where, path, problem: says, ...(allowed === undefined ? {} : { allowed }) },
    text: sentence(missing === null ? `${name} ${says}` : says),
    missing,
  }];
  switch (issue.code) {
    case "custom": {
      const { allowed, missing } = (issue.params ?? {}) as IssueParams;
      return one(issue.message, allowed, missing ?? null);
    }
    case "unrecognized_keys":
      return issue.keys.slice(0, 20).map((key) => unknownKey(where, path, key, schema));
    case "invalid_value":
      return given === null
        ? one("is needed", listed(issue.values))
        : one(`must be one of ${listed(issue.values)}; this was ${given}`, listed(issue.values));
    case "invalid_type":
      return given === null
        ? one("is needed", aboutOf(schema, issue.path) ?? nameOfType(issue.expected))
        : one(`must be ${nameOfType(issue.expected)}; this was ${given}`, nameOfType(issue.expected));
    case "too_small":
      return one(`must be ${atLeast(issue.origin, issue.minimum)}`, atLeast(issue.origin, issue.minimum));
    case "too_big":
      return one(`must be ${atMost(issue.origin, issue.maximum)}`, atMost(issue.origin, issue.maximum));
    case "invalid_union": {
      const inner = issue.errors.flat()[0];
      return inner === undefined || inner.code === "invalid_union"
        ? one(`has no form that is known${given === null ? "" : `; this was ${given}`}`)
        : described(where, { ...inner, path: [...issue.path, ...inner.path] }, value, schema);
    }
    default:
      return one(`is not as it must be: ${issue.message}`);
  }
}

/** A member's own description. */
function aboutOf(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  if (path.length !== 1 || !(schema instanceof z.ZodObject)) return undefined;
  const member = schema.shape[String(path[0])] as z.ZodType | undefined;
  return member?.meta()?.description;
}

function unknownKey(where: InputProblem["in"], path: string, key: string, schema: z.ZodType): Found {
  const known = path === "" && schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const allowed = known.length === 0 ? "none" : known.join(", ");
  const full = path === "" ? key : `${path}.${key}`;
  const name = shown(key) ?? '""';
  const problem = where === "query" ? "is no parameter of this path" : "is no member that is known";
  return {
    problem: { in: where, path: full.slice(0, 128), problem, allowed },
    text: `${name} ${problem}.`,
    missing: null,
  };
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

/** A value as it may stand in a message; null: it was not there. */
function shown(value: unknown): string | null {
  if (value === undefined) return null;
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function listed(values: readonly unknown[]): string {
  return values.map(String).join(", ");
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function nameOfType(type: string): string {
  return typeNames[type] ?? type;
}

function atLeast(origin: string, minimum: number | bigint): string {
  return origin === "string"
    ? `at least ${minimum} character${minimum === 1 ? "" : "s"} long`
    : origin === "array"
    ? `a list of at least ${minimum}`
    : `at least ${minimum}`;
}

function atMost(origin: string, maximum: number | bigint): string {
  return origin === "string"
    ? `at most ${maximum} characters long`
    : origin === "array"
    ? `a list of at most ${maximum}`
    : `at most ${maximum}`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
