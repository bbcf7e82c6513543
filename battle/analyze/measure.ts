// What a key's measurement gives: a value with the number of its samples, or the reason why there is none. A reason
// beside a value says that the value can't be judged.

export interface Measure {
  /** null: nothing was measured. */
  readonly value: number | null;
  readonly samples: number;
  /** Why it is inconclusive; null: it may be judged. */
  readonly reason: string | null;
}

export function measured(value: number, samples: number): Measure {
  return { value, samples, reason: null };
}

export function none(reason: string): Measure {
  return { value: null, samples: 0, reason };
}

/** It has a value, which tells nothing for sure. */
export function unsure(value: number, samples: number, reason: string): Measure {
  return { value, samples, reason };
}
