// Temporary folders of a session, so that none is left behind: each run removes its own, what is left when the process
// has to end at once goes in one call, and what a killed one had to leave goes at the start of the next.

import { rmSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { LassoError, messageOf } from "../../core/errors.ts";

export interface ScratchOptions {
  /** Where folders are made; default the system's. */
  readonly parent?: string;
  /** Does a process with this id run? */
  readonly isAlive?: (pid: number) => boolean;
}

export class Scratch {
  readonly #folders = new Set<string>();
  readonly #parent: string;
  readonly #isAlive: (pid: number) => boolean;

  constructor({ parent = tmpdir(), isAlive = runs }: ScratchOptions = {}) {
    this.#parent = parent;
    this.#isAlive = isAlive;
  }

  /** Its path; disposing it removes it with all that is inside. LassoError `io` where there is no room for it. */
  async folder(): Promise<AsyncDisposable & { readonly path: string }> {
    const path = await toScratch(
      this.#parent,
      () => mkdtemp(join(this.#parent, `lasso-battle-${process.pid}-`)),
    );
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

  /**
   * Removes folders whose process is gone: it was killed. What is not ours to remove stays. `endParts` is given their
   * paths first, where there are any; it ends what still runs in them and gives those that are free then.
   */
  async removeOrphans(
    endParts: (folders: readonly string[]) => Promise<readonly string[]>,
  ): Promise<void> {
    const names = await readdir(this.#parent).catch((): string[] => []);
    const orphans = names.filter((name) => {
      const pid = /^lasso-battle-(\d+)-\w{6}$/.exec(name)?.[1];
      return pid !== undefined && !this.#isAlive(Number(pid));
    }).map((name) => join(this.#parent, name));
    const free = orphans.length === 0 ? [] : await endParts(orphans);
    for (const path of free) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** LassoError `io` for what can't be written there. */
export async function toScratch<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (thrown) {
    throw new LassoError("io", `temporary files can't be written: ${messageOf(thrown)}`, {
      place: path,
      hint: "make room, or name another folder by TMPDIR",
      cause: thrown,
    });
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // Any other refusal, such as EPERM, is about a process that is there.
    return !/ESRCH|no such process|not found/i.test(messageOf(thrown));
  }
}
