// How much of something goes wrong: a share of all cases, or just the next few. Used by a simulated provider for what
// it leaves out. Drawn from the randomness that is given, and only where there is something to draw.

import type { Random } from "../../core/random.ts";

/** A share, 0..1, or the next so many cases, counted from when it was set. */
export type Dose = number | { readonly next: number };

/** Says what is wrong with a dose, or null; `name` is the setting's. */
export function doseProblem(name: string, dose: Dose): string | null {
  if (typeof dose === "number") {
    return dose >= 0 && dose <= 1 ? null : `${name} must be 0 to 1, or {next: count}: it is ${dose}`;
  }
  const { next } = dose;
  return Number.isInteger(next) && next >= 0
    ? null
    : `${name}.next must be a whole number of 0 or more: it is ${next}`;
}

export class DoseMeter {
  readonly #random: Random;
  #dose: Dose = 0;
  #left = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Setting the same object again does not begin anew. */
  set(dose: Dose): void {
    if (dose === this.#dose) return;
    this.#dose = dose;
    this.#left = typeof dose === "number" ? 0 : dose.next;
  }

  /** Does it hit this case? */
  hits(): boolean {
    if (typeof this.#dose === "number") return this.#dose > 0 && this.#random.next() < this.#dose;
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}
