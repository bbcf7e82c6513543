// Defaults under values: what stands further to the right wins. Maps merge key by key, at every level; lists and
// everything else are replaced whole.

type Values = Readonly<Record<string, unknown>>;

/** `T` with every key that the defaults `D` have present and not null. */
export type Filled<T, D> =
  & Omit<T, keyof D>
  & { readonly [K in keyof D & keyof T]: FilledValue<NonNullable<T[K]>, D[K]> };

type FilledValue<V, D> = D extends readonly unknown[] ? V : D extends object ? Filled<V, D> : V;

function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Merges layers, weakest first. A key that is undefined says nothing; neither does null where a map or a list
 * stands below it (a section left empty). Null elsewhere takes a value back.
 */
export function merged(...layers: readonly unknown[]): Values {
  const result: Record<string, unknown> = {};
  for (const layer of layers) {
    if (!isMap(layer)) continue;
    for (const [key, value] of Object.entries(layer)) {
      const below = result[key];
      if (value === undefined || (value === null && typeof below === "object")) continue;
      result[key] = isMap(value) && isMap(below) ? merged(below, value) : value;
    }
  }
  return result;
}

/** The layers over the defaults, both already parsed by the same schema. */
export function filled<T, D>(defaults: T, _shape: D, ...layers: readonly unknown[]): Filled<T, D> {
  return merged(defaults, ...layers) as Filled<T, D>;
}
