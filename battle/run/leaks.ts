// Secrets that a run plants and looks for afterwards: in the router's log, in what it shows about itself, and in what
// clients were told.

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Random } from "../../core/random.ts";

/** A text that occurs nowhere by chance. */
export function plantedSecret(random: Random): string {
  let secret = "planted-secret-";
  for (let digit = 0; digit < 20; digit++) secret += Math.floor(random.next() * 16).toString(16);
  return secret;
}

/** So much of a secret is found too: a text may have been cut. */
const FOUND_FROM_CHARS = 22;
/** So many are enough to see where they come from. */
const MAX_LEAKS = 50;
const MAX_CHARS = 400;

export class LeakSearch {
  readonly leaks: string[] = [];
  readonly #secret: string | null;
  readonly #mark: string;
  readonly #seen = new Set<string>();

  /** null: nothing was planted. */
  constructor(secret: string | null) {
    this.#secret = secret;
    this.#mark = secret?.slice(0, FOUND_FROM_CHARS) ?? "";
  }

  /** `place` stands before each line that holds the secret. */
  search(place: string, text: string): void {
    const secret = this.#secret;
    if (secret === null || !text.includes(this.#mark)) return;
    for (const line of text.split("\n")) {
      if (!line.includes(this.#mark)) continue;
      // What the secret is stays out of the report, and lines that differ in numbers only count once.
      const shown = line.replaceAll(secret, "<secret>").replaceAll(this.#mark, "<secret>").slice(
        0,
        MAX_CHARS,
      );
      const shape = `${place} ${shown.replace(/[0-9a-f]{4,}|\d+/g, "#")}`;
      if (this.#seen.has(shape) || this.leaks.length === MAX_LEAKS) continue;
      this.#seen.add(shape);
      this.leaks.push(`${place}: ${shown}`);
    }
  }
}

/** Line by line: a log may be long. */
export async function searchFile(leaks: LeakSearch, place: string, path: string): Promise<void> {
  const input = createReadStream(path, { encoding: "utf8" });
  for await (const line of createInterface({ input, crlfDelay: Infinity })) leaks.search(place, line);
}
