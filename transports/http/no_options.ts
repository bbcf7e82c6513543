// The `parse` of a transport without options: nothing, or an empty object; anything else is named. Used by http and
// fetch.

import { LassoError } from "../../core/errors.ts";

export type NoOptions = Readonly<Record<string, never>>;

/** Throws a `plugin` error that names the first unknown key. */
export function noOptions(id: string, raw: unknown): NoOptions {
  if (raw === undefined) return {};
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw new LassoError("plugin", `The options of transport ${JSON.stringify(id)} must be an object`, {
      hint: "Remove them: this transport takes none.",
    });
  }
  const key = Object.keys(raw)[0];
  if (key === undefined) return {};
  throw new LassoError("plugin", `Transport ${JSON.stringify(id)} has no option ${JSON.stringify(key)}`, {
    place: `options.${key}`,
    hint: "Remove it: this transport takes no options.",
    details: { key },
  });
}
