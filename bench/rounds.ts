// Rounds that alternate: A B C A B C …, so that whatever slows the machine for a while slows every path alike.

import { messageOf } from "../core/errors.ts";

export interface Path<T> {
  readonly name: string;
  /** One measurement. A throw takes this path out of the run, and no other. */
  measure(round: number): Promise<T>;
}

/** What a path gave: a value for each round, or why it has none. */
export type PathResult<T> =
  | { readonly ok: true; readonly values: readonly T[] }
  | { readonly ok: false; readonly failure: string };

export async function alternate<T>(
  paths: readonly Path<T>[],
  rounds: number,
  tell: (line: string) => void,
): Promise<Map<string, PathResult<T>>> {
  const values = new Map<string, T[]>(paths.map(({ name }) => [name, []]));
  const failures = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    tell(`  round ${round + 1} of ${rounds}`);
    for (const path of paths) {
      if (failures.has(path.name)) continue;
      try {
        values.get(path.name)!.push(await path.measure(round));
      } catch (thrown) {
        failures.set(path.name, messageOf(thrown));
        tell(`  ${path.name}: ${failures.get(path.name)}`);
      }
    }
  }
  return new Map(paths.map(({ name }) => {
    const failure = failures.get(name);
    return [name, failure === undefined ? { ok: true, values: values.get(name)! } : { ok: false, failure }];
  }));
}

/** The values of a path. Throws its failure. */
export function valuesOf<T>(results: ReadonlyMap<string, PathResult<T>>, name: string): readonly T[] {
  const result = results.get(name);
  if (result === undefined) throw new Error(`${name} was not measured`);
  if (!result.ok) throw new Error(`${name}: ${result.failure}`);
  return result.values;
}
