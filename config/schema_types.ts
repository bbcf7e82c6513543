// The zod types that the config's sections are made of: durations, sizes, names, and `key`, which gives a key its
// description and shows its default. Each says in one sentence what it wants; what was found is added elsewhere.

import { z } from "zod";
import { durationMs, durationPattern, maxDurationMs, ratePattern, sizeBytes, sizePattern } from "./units.ts";

/** An optional key with its description; `fallback` is what editors show as its default (build.ts fills it in). */
export function key<S extends z.ZodType>(
  schema: S,
  description: string,
  fallback?: unknown,
): z.ZodOptional<S> {
  return schema.optional().meta({
    description,
    ...(fallback === undefined ? {} : { fallback }),
  });
}

/** A map of known keys, which may be left empty in YAML (null). */
export function section<S extends z.ZodType>(
  schema: S,
  description: string,
): z.ZodOptional<z.ZodNullable<S>> {
  return schema.nullable().optional().meta({ description });
}

const durationText = 'must be a duration such as "250ms", "10s", "2m" or "1h"';
const durationOrZeroText = `${durationText}, or 0`;
const longestText = "must be at most 24 days (576h)";

/** Milliseconds; 0 may be written without a unit. */
export const duration = z.union([z.string().regex(durationPattern, durationOrZeroText), z.literal(0)], {
  error: durationOrZeroText,
}).transform((value) => value === 0 ? 0 : durationMs(value))
  .refine((ms) => ms <= maxDurationMs, longestText);

/** Milliseconds, above 0. */
export const positiveDuration = z.string({ error: durationText }).regex(durationPattern, durationText)
  .transform(durationMs)
  .refine((ms) => ms >= 1, "must be longer than 0")
  .refine((ms) => ms <= maxDurationMs, longestText);

const sizeText = 'must be a size such as "256kb" or "2mb", or a number of bytes, above 0';

/** Bytes, above 0; a plain number is bytes. */
export const size = z.union([z.string().regex(sizePattern, sizeText), z.int(sizeText).min(1, sizeText)], {
  error: sizeText,
}).transform((value) => typeof value === "number" ? value : sizeBytes(value))
  .refine((bytes) => bytes >= 1 && Number.isSafeInteger(bytes), sizeText);

const rateText = 'must be a rate such as "300/s", "600/m" or "5000/h"';
export const rate = z.string({ error: rateText }).regex(ratePattern, rateText);

/** What stands in URLs and labels: chains, aliases, providers. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const nameText =
  "must be 1 to 64 letters, digits, dots, dashes or underscores, and begin with a letter or digit";
export const name = z.string().regex(namePattern, nameText);

/** A name that can't be taken for a decimal chain id. */
const chainNamePattern = /^(?!\d+$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const chainNameText = `${nameText}, and not be a number alone (that would be a chain id)`;
export const chainName = z.string().regex(chainNamePattern, chainNameText);

/** Id of a strategy or a transport. Whether it exists is checked where the plugins are known. */
export const pluginId = z.string().regex(
  /^[a-z][a-z0-9_]*$/,
  "must be an id of lower-case letters, digits and underscores",
);

/** A method's name, or a beginning of one with a `*` after it. */
export const methodPattern = z.string().regex(
  /^([A-Za-z][A-Za-z0-9_]*\*?|\*)$/,
  'must be a method name such as "eth_call", or a beginning of one with a star such as "debug_*"',
);

export const count = z.int().min(1);
export const wholeNumber = z.int().min(0);
export const share = z.number().min(0).max(1);
export const text = z.string().min(1);
