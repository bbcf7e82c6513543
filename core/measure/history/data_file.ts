// The file of the history in its folder: made, locked against a second Lasso, moved aside when it is damaged. The lock
// is held on a file of its own, so that other programs may read the database meanwhile; it ends with the process.

import { join } from "node:path";
import { messageOf } from "../../errors.ts";

export function dataFilePath(dataDir: string): string {
  return join(dataDir, "history.db");
}

export class DataFile implements Disposable {
  readonly path: string;
  readonly #folder: string;
  #lock: Deno.FsFile | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    this.path = dataFilePath(folder);
  }

  /** Opens it by `open`. Throws an Error with what is wrong, in words for people where the folder is the cause. */
  open<T>(open: (path: string) => T): T {
    this.#prepare();
    return open(this.path);
  }

  /** Gives the name that it has now. Its write-ahead log goes with it. Throws what renaming throws. */
  moveAside(now: number): string {
    const at = new Date(now).toISOString().replaceAll(":", "-").replace(/\.\d+Z$/, "Z");
    let aside = `${this.path}.damaged-${at}`;
    for (let twin = 2; exists(aside); twin++) aside = `${this.path}.damaged-${at}-${twin}`;
    Deno.renameSync(this.path, aside);
    for (const part of ["-wal", "-shm"]) {
      if (exists(this.path + part)) Deno.renameSync(this.path + part, aside + part);
    }
    return aside;
  }

  [Symbol.dispose](): void {
    this.#lock?.close();
    this.#lock = null;
  }

  #prepare(): void {
    if (this.#lock !== null) return;
    let file: Deno.FsFile;
    try {
      Deno.mkdirSync(this.#folder, { recursive: true });
      file = Deno.openSync(join(this.#folder, "history.lock"), { create: true, write: true });
    } catch (thrown) {
      throw new Error(`the folder ${this.#folder} can't be written: ${messageOf(thrown)}`);
    }
    if (!file.tryLockSync(true)) {
      file.close();
      throw new Error(`another Lasso writes to ${this.#folder}; give each its own data_dir`);
    }
    this.#lock = file;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
