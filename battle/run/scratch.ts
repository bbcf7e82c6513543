// Temporary folders of a session, so that none is left behind: each run removes its own, and what is left when the
// process has to end at once goes in one call.

import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Scratch {
  readonly #folders = new Set<string>();

  /** Its path; disposing it removes it with all that is inside. */
  async folder(): Promise<AsyncDisposable & { readonly path: string }> {
    const path = await mkdtemp(join(tmpdir(), "lasso-battle-"));
    this.#folders.add(path);
    return {
      path,
      [Symbol.asyncDispose]: async () => {
        this.#folders.delete(path);
        await rm(path, { recursive: true, force: true });
      },
    };
  }

  removeAll(): void {
    for (const path of this.#folders) rmSync(path, { recursive: true, force: true });
    this.#folders.clear();
  }
}
