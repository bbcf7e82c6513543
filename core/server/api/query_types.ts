// Pieces of query and path schemas that the groups share: times, durations, chains, pages. All read texts, say what is
// allowed where one is wrong (check_input.ts), and describe themselves for OpenAPI through `meta`.

import { z } from "zod";
import type { ChainRoute } from "../../routing/chain_route.ts";
import type { ServerState } from "../state.ts";
import { ApiError, unknownChain } from "./api_error.ts";
import type { IssueParams } from "./check_input.ts";

type Parsed<T> = { readonly value: T } | { readonly problem: string } & IssueParams;

/** A schema that reads a text by `parse`; `meta`: its JSON Schema and description. */
export function text<T>(
  parse: (given: string) => Parsed<T>,
  meta: Readonly<Record<string, unknown>>,
): z.ZodType<T, string> {
  return z.string().transform((given, context) => {
    const parsed = parse(given);
    if ("value" in parsed) return parsed.value;
    const { problem, ...params } = parsed;
    context.addIssue({ code: "custom", message: problem, params });
    return z.NEVER;
  }).meta(meta) as unknown as z.ZodType<T, string>;
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Nothing is kept for so long, and nothing is told of what comes later. */
const longestMs = 400 * 86_400_000;
const aheadMs = 86_400_000;
const maxEpochMs = 8_640_000_000_000_000;
const timeForms =
  "ISO 8601 (2026-01-31T12:00:00Z), epoch ms (1769860800000), or back from now (-15m; s, m, h, d)";
const isoTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+ -]\d\d:\d\d)?)?$/;

/** Epoch ms; null: it has none of the forms. A time without a zone is UTC's. */
export function readTime(given: string, wallNow: number): number | null {
  const back = /^-(\d{1,9}(?:\.\d{1,3})?)([smhd])$/.exec(given);
  if (back !== null) return Math.round(wallNow - Number(back[1]) * unitMs[back[2]!]!);
  if (given === "now") return wallNow;
  if (/^\d{1,16}$/.test(given)) return Number(given) <= maxEpochMs ? Number(given) : null;
  if (!isoTime.test(given)) return null;
  // A plus sign in a query is a space to who decodes it.
  const zoned = given.replace(" ", "+");
  const ms = Date.parse(zoned.includes("T") && !/(?:Z|[+-]\d\d:\d\d)$/.test(zoned) ? `${zoned}Z` : zoned);
  return Number.isNaN(ms) ? null : ms;
}

/** `90s`, `15m`, `24h`, `7d`, `1500ms`, or ms without a unit, as ms; null: none of these. */
export function readDuration(given: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(given);
  return match === null ? null : Number(match[1]) * (unitMs[match[2] ?? ""] ?? 1);
}

export interface DurationLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

export function duration({ minMs, maxMs }: DurationLimits, about: string): z.ZodType<number, string> {
  const allowed = `${shortDuration(minMs)} to ${shortDuration(maxMs)}, such as 90s, 15m, 24h, 7d`;
  return text((given) => {
    const ms = readDuration(given);
    if (ms !== null && ms >= minMs && ms <= maxMs) return { value: ms };
    return { problem: `must be a time span, ${allowed}`, allowed };
  }, { description: `${about} (${allowed})`, examples: ["15m"], pattern: "^\\d+(\\.\\d+)?(ms|s|m|h|d)?$" });
}

/** 5400000 is 90m. */
export function shortDuration(ms: number): string {
  for (const unit of ["d", "h", "m", "s"]) {
    const size = unitMs[unit]!;
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number, about: string): z.ZodType<number, string> {
  return text((given) => {
    const value = Number(given);
    if (/^\d{1,15}$/.test(given) && value >= min && value <= max) return { value };
    const allowed = `${min} to ${max}`;
    return { problem: `must be a whole number from ${allowed}; this was ${shown(given)}`, allowed };
  }, { type: "integer", minimum: min, maximum: max, description: about });
}

export function limit(usual: number, max: number): z.ZodType<number, string | undefined> {
  return z.prefault(whole(1, max, `Most rows of a page (default ${usual}).`), String(usual));
}

/** Time, place and number of the last row that was given (history gives it). */
const cursorForm = /^-?\d{1,15}\.\d\.\d{1,15}$/;

/** As `next` of an earlier page gave it. */
export const cursor: z.ZodType<string | undefined, string | undefined> = text(
  (given) => cursorForm.test(given) ? { value: given } : { problem: "must be `next` of an earlier page" },
  {
    description: "`next` of an earlier page: goes on behind it.",
    pattern: cursorForm.source,
  },
).optional();

/** A method's name as clients spell it. */
export const method: z.ZodType<string, string> = text(
  (given) =>
    /^\w{1,128}$/.test(given)
      ? { value: given }
      : { problem: "must be the name of a method, such as eth_call" },
  {
    description: "A JSON-RPC method; `other` for all that are not in the table.",
    examples: ["eth_call"],
    pattern: "^\\w{1,128}$",
  },
);

/** A provider's id as the config has it; `providerIn` says whether it exists. */
export const provider: z.ZodType<string, string> = text(
  (given) =>
    given.length > 0 && given.length <= 128 ? { value: given } : { problem: "must be a provider's id" },
  { description: "A provider's id.", minLength: 1, maxLength: 128 },
);

/** `a,b`, or the key several times; each one of `values`. */
export function listOf<T extends string>(
  values: readonly T[],
  about: string,
): z.ZodType<readonly T[], string | readonly string[]> {
  const known: readonly string[] = values;
  const allowed = values.join(", ");
  return z.union([z.string(), z.array(z.string())]).transform((given, context) => {
    const wanted = (typeof given === "string" ? [given] : given).flatMap((part) => part.split(","));
    const unknown = wanted.find((name) => !known.includes(name));
    if (unknown === undefined) return wanted as T[];
    const message = `knows no ${shown(unknown)}; known: ${allowed}`;
    context.addIssue({ code: "custom", message, params: { allowed } });
    return z.NEVER;
  }).meta({
    type: "string",
    anyOf: undefined,
    description: `${about} Several, with commas: ${allowed}.`,
  }) as unknown as z.ZodType<readonly T[], string | readonly string[]>;
}

/** `true` or `false`. */
export function flag(about: string): z.ZodType<boolean, string> {
  return text(
    (given) =>
      given === "true" || given === "false"
        ? { value: given === "true" }
        : { problem: "must be true or false", allowed: "true, false" },
    { type: "boolean", description: about },
  );
}

export interface QueryTypes {
  /** Epoch ms, against the clock at the time of the request. */
  time(about: string): z.ZodType<number, string>;
  /** Name, alias or decimal id; 404 where there is no such chain. */
  readonly chain: z.ZodType<ChainRoute, string>;
  /** Members `from` and `to` of a query; `from` by default so long before now, `to` now. */
  span(usualMs: number): {
    readonly from: z.ZodType<number, string | undefined>;
    readonly to: z.ZodType<number, string | undefined>;
  };
}

export function queryTypes(state: ServerState): QueryTypes {
  const wallNow = (): number => state.deps.clock.wallNow();
  const time = (about: string): z.ZodType<number, string> =>
    text((given) => {
      const now = wallNow();
      const value = readTime(given, now);
      // What was asked beyond these bounds has the same answer, and would cost more to find.
      if (value !== null) return { value: Math.min(Math.max(value, now - longestMs), now + aheadMs) };
      return { problem: `must be a time; this was ${shown(given)}`, allowed: timeForms };
    }, { description: `${about} ${timeForms}.`, examples: ["-15m"] });
  const chain = text((given) => {
    if (given === "") return { problem: "is needed" };
    const found = state.router.find(given);
    if (found !== undefined) return { value: found };
    const { message, hint } = unknownChain(given, chainNames(state));
    return { problem: message, missing: "unknown_chain", ...(hint === null ? {} : { allowed: hint }) };
  }, { description: "A chain: name, alias or decimal id.", examples: ["ethereum"], maxLength: 64 });
  return {
    time,
    chain,
    span: (usualMs) => ({
      from: z.prefault(
        time(`Begin, included (default: ${shortDuration(usualMs)} ago).`),
        `-${shortDuration(usualMs)}`,
      ),
      to: z.prefault(time("End, excluded (default: now)."), "now"),
    }),
  };
}

/** Throws ApiError 400 where `from` is not before `to`. */
export function ordered({ from, to }: { readonly from: number; readonly to: number }): void {
  if (from < to) return;
  const problem = "must be before to";
  const hint =
    "to is now unless it is given. Nothing is kept for more than 400 days: earlier times count as that.";
  throw new ApiError(400, "bad_query", `from ${problem}.`, hint, [{ in: "query", path: "from", problem }]);
}

/** A span of time as `window` of an answer. */
export function windowOf(
  { from, to }: { readonly from: number; readonly to: number },
  stepMs?: number,
): { readonly from: string; readonly to: string; readonly step_ms?: number } {
  const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return stepMs === undefined ? times : { ...times, step_ms: stepMs };
}

/** Throws ApiError 404 where no chain (or not this one) has such a provider. */
export function providerIn(state: ServerState, chain: ChainRoute | undefined, id: string): void {
  const routes = chain === undefined ? state.router.routes : [chain];
  const known = new Set(routes.flatMap((route) => route.chain.providers.map((one) => one.id)));
  if (known.has(id)) return;
  const place = chain === undefined ? "No chain has a" : `The chain ${chain.chain.name} has no`;
  throw new ApiError(
    404,
    "unknown_provider",
    `${place} provider ${shown(id)}.`,
    `Known: ${[...known].join(", ")}.`,
  );
}

function chainNames(state: ServerState): string[] {
  return state.router.routes.map(({ chain }) => chain.name);
}

function shown(given: string): string {
  return JSON.stringify(given.length <= 64 ? given : `${given.slice(0, 64)}…`);
}
