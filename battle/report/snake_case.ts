// Members of the model to the names of the published JSON and back. Keys that are data (a provider's name, a method, the
// config's own keys) stay as they are.

/** Maps from names to values: their keys are data. */
const maps: ReadonlySet<string> = new Set([
  "tookOver",
  "outcomes",
  "byMethod",
  "picks",
  "processes",
  "clockErrorUs",
]);
/** Nothing below is ours. */
const foreign: ReadonlySet<string> = new Set(["config"]);

/** A type's members in snake case; of maps the keys are `string` and stay. */
export type Snake<T> = T extends readonly [infer A, infer B] ? readonly [Snake<A>, Snake<B>]
  : T extends readonly (infer Item)[] ? readonly Snake<Item>[]
  : T extends object ? { readonly [K in keyof T as SnakeName<K & string>]: Snake<T[K]> }
  : T;

type SnakeName<Name extends string> = string extends Name ? Name
  : Name extends `${infer Head}${infer Tail}`
    ? `${Head extends Capital ? `_${Lowercase<Head>}` : Head}${SnakeName<Tail>}`
  : Name;

type Capital =
  | "A"
  | "B"
  | "C"
  | "D"
  | "E"
  | "F"
  | "G"
  | "H"
  | "I"
  | "J"
  | "K"
  | "L"
  | "M"
  | "N"
  | "O"
  | "P"
  | "Q"
  | "R"
  | "S"
  | "T"
  | "U"
  | "V"
  | "W"
  | "X"
  | "Y"
  | "Z";

/** `detectionMs` becomes `detection_ms`. */
export function toSnake<T>(value: T): Snake<T> {
  return renamed(value, snakeName) as Snake<T>;
}

/** The inverse of `toSnake`. */
export function fromSnake<T>(value: Snake<T>): T {
  return renamed(value, camelName) as T;
}

function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

function camelName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function renamed(value: unknown, rename: (name: string) => string, keep = false): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (keep) return [key, renamed(item, rename)];
      const camel = camelName(key);
      return [rename(key), foreign.has(camel) ? item : renamed(item, rename, maps.has(camel))];
    }),
  );
}
