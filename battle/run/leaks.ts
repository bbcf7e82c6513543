// Secrets that a run plants and looks for afterwards: in the router's log, in what it shows about itself, and in what
// clients were told.

import type { Random } from "../../core/random.ts";

/** A text that occurs nowhere by chance. */
export function plantedSecret(random: Random): string {
  let secret = "planted-secret-";
  for (let digit = 0; digit < 20; digit++) secret += Math.floor(random.next() * 16).toString(16);
  return secret;
}

/** So many are enough to see where it comes from. */
const MAX_LEAKS = 50;
const MAX_CHARS = 400;

export class LeakSearch {
  readonly leaks: string[] = [];
  readonly #secret: string;
  readonly #seen = new Set<string>();

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** `place` stands before each line that holds the secret. */
  search(place: string, text: string): void {
    if (!text.includes(this.#secret)) return;
    for (const line of text.split("\n")) {
      if (!line.includes(this.#secret)) continue;
      // What the secret is made of stays out of the report, and the same line counts once.
      const shown = line.replaceAll(this.#secret, "<secret>").slice(0, MAX_CHARS);
      const shape = `${place} ${shown.replace(/[0-9a-f]{4,}|\d+/g, "#")}`;
      if (this.#seen.has(shape) || this.leaks.length === MAX_LEAKS) continue;
      this.#seen.add(shape);
      this.leaks.push(`${place}: ${shown}`);
    }
  }
}
