// `parse` of a strategy that takes no options: strict, so that a misspelt setting is told, never ignored.

import { LassoError } from "../core/errors.ts";

export type NoOptions = Readonly<Record<never, never>>;

const none: NoOptions = Object.freeze({});

/** Accepts nothing and `{}`. Throws a LassoError (code `config`) that names the path of anything else. */
export function noOptions(raw: unknown): NoOptions {
  if (raw === undefined || raw === null) return none;
  if (typeof raw !== "object" || Array.isArray(raw)) {
    throw new LassoError("config", "options: expected a mapping, or nothing", {
      hint: "leave `options` out",
    });
  }
  const [key] = Object.keys(raw);
  if (key !== undefined) {
    throw new LassoError("config", `options.${key}: unknown key; this strategy takes no options`, {
      hint: `leave \`${key}\` out`,
    });
  }
  return none;
}
