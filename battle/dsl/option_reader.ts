// Reads an object of options strictly: a wrong value or an unknown key becomes a problem, and reading goes on with a
// stand-in, so that all problems are told at once. Scenario files may be plain JavaScript: nothing is taken on trust.

import { type Problems, show } from "./problems.ts";
import { durationMs, perSecondOf, rateOf, sizeBytes } from "./units.ts";

type Bag = Readonly<Record<string, unknown>>;

const durationFix = 'write a number with ms, s, m or h, for instance "1.5s"';

export class OptionReader {
  readonly #values: Bag;
  readonly #known = new Set<string>();
  readonly #step: string;
  readonly #problems: Problems;

  /** Nothing given is an empty object. */
  constructor(value: unknown, step: string, problems: Problems) {
    const given = value ?? {};
    const isObject = typeof given === "object" && !Array.isArray(given);
    if (!isObject) problems.add(step, `options must be an object: found ${show(value)}`, "write { … }");
    this.#values = isObject ? given as Bag : {};
    this.#step = step;
    this.#problems = problems;
  }

  /** Is it given? The key is known from now on. */
  has(key: string): boolean {
    this.#known.add(key);
    return this.#values[key] !== undefined;
  }

  /** As it is; the caller judges it. */
  raw(key: string): unknown {
    this.#known.add(key);
    return this.#values[key];
  }

  /** Milliseconds. Without a fallback it must be there. */
  duration(key: string, fallback?: number): number {
    return this.#read(key, fallback, durationMs, "a duration", durationFix, 1);
  }

  /** A duration that is not zero. */
  span(key: string, fallback?: number): number {
    const above = (value: unknown): number | null => durationMs(value) || null;
    return this.#read(key, fallback, above, "a duration above 0", durationFix, 1);
  }

  /** Whole bytes. */
  size(key: string, least: 0 | 1, fallback?: number): number {
    const what = least === 0 ? "a size" : "a size above 0";
    const read = (value: unknown): number | null => {
      const bytes = sizeBytes(value);
      return bytes === null || bytes < least ? null : bytes;
    };
    return this.#read(key, fallback, read, what, 'write a number with b, kb or mb, for instance "64kb"', 1);
  }

  perSecond(key: string): number {
    return this.#read(key, undefined, perSecondOf, "a rate", 'write a number a second, or "300/s"', 1);
  }

  rate(key: string): { readonly count: number; readonly perMs: number } {
    const above = (value: unknown): ReturnType<typeof rateOf> => {
      const rate = rateOf(value);
      return rate !== null && rate.count > 0 ? rate : null;
    };
    return this.#read(key, undefined, above, "a rate", 'write it as "300/s"', { count: 1, perMs: 1000 });
  }

  whole(key: string, least: number, fallback?: number, most = Number.MAX_SAFE_INTEGER): number {
    const isOpen = most === Number.MAX_SAFE_INTEGER;
    const what = isOpen ? `a whole number of ${least} or more` : `a whole number from ${least} to ${most}`;
    const read = (value: unknown): number | null =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
        ? value as number
        : null;
    return this.#read(key, fallback, read, what, `write ${what}`, least);
  }

  amount(key: string, fallback?: number): number {
    const read = (value: unknown): number | null =>
      typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
    return this.#read(key, fallback, read, "a number above 0", "write a number above 0", 1);
  }

  /** 0..1. */
  share(key: string, fallback?: number): number {
    return this.#read(key, fallback, shareOf, "a share from 0 to 1", "write 0.3 for 30 %", 1);
  }

  flag(key: string, fallback: boolean): boolean {
    const read = (value: unknown): boolean | null => (typeof value === "boolean" ? value : null);
    return this.#read(key, fallback, read, "true or false", "write true or false", fallback);
  }

  text(key: string, fallback?: string): string {
    const read = (
      value: unknown,
    ): string | null => (typeof value === "string" && value !== "" ? value : null);
    return this.#read(key, fallback, read, "a text", "write a text that is not empty", "");
  }

  oneOf<const T extends string>(key: string, allowed: readonly T[], fallback?: T): T {
    const read = (value: unknown): T | null => allowed.find((one) => one === value) ?? null;
    const list = allowed.join(", ");
    return this.#read(key, fallback, read, `one of ${list}`, `use one of ${list}`, allowed[0]!);
  }

  /** A copy of plain data; {} where it is not given. */
  plain(key: string): Readonly<Record<string, unknown>> {
    const read = (value: unknown): Bag | null => plainCopy(value);
    return this.#read(
      key,
      {},
      read,
      "an object of plain data",
      "write it as in the config file, as { … }",
      {},
    );
  }

  /** Call it last: what was not asked for is unknown. */
  end(): void {
    for (const key of Object.keys(this.#values)) {
      if (this.#known.has(key)) continue;
      const known = this.#known.size === 0 ? "leave it out" : `use one of ${[...this.#known].join(", ")}`;
      this.#problems.add(this.#step, `unknown key ${show(key)}`, known);
    }
  }

  /** A reader of another object; its problems name this step and `name`. */
  nested(value: unknown, name: string): OptionReader {
    return new OptionReader(value, `${this.#step}: ${name}`, this.#problems);
  }

  problem(message: string, fix: string): void {
    this.#problems.add(this.#step, message, fix);
  }

  #read<T>(
    key: string,
    fallback: T | undefined,
    read: (value: unknown) => T | null,
    what: string,
    fix: string,
    standIn: T,
  ): T {
    this.#known.add(key);
    const value = this.#values[key];
    if (value === undefined && fallback !== undefined) return fallback;
    const found = read(value);
    if (found !== null) return found;
    this.#problems.add(this.#step, `${key} must be ${what}: it is ${show(value)}`, fix);
    return standIn;
  }
}

export function shareOf(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value <= 1 ? value : null;
}

/** null where it is no object, or holds what is no data. */
export function plainCopy(value: unknown): Bag | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  try {
    return structuredClone(value) as Bag;
  } catch {
    return null; // A function or the like is in it.
  }
}
