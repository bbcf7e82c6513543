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
  readonly #lockPath: string;
  #lock: Deno.FsFile | null = null;
  /** The file that was opened, whatever has its name by now; null: none, or the platform has no such number. */
  #inode: number | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    this.path = dataFilePath(folder);
    this.#lockPath = join(folder, "history.lock");
  }

  /** Somebody removed or moved what `open` has opened: what is written there now would be found by nobody. */
  get isGone(): boolean {
    return this.#inode !== null && inodeOf(this.path) !== this.#inode;
  }

  /** Opens it by `open`. Throws an Error with what is wrong, in words for people where the folder is the cause. */
  open<T>(open: (path: string) => T): T {
    this.#prepare();
    this.#inode = null;
    const opened = open(this.path);
    this.#inode = inodeOf(this.path);
    return opened;
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
    if (this.#lock !== null) {
      if (this.#lock.statSync().ino === inodeOf(this.#lockPath)) return;
      // A lock on a file that is gone keeps nobody out.
      this[Symbol.dispose]();
    }
    let file: Deno.FsFile;
    try {
      Deno.mkdirSync(this.#folder, { recursive: true });
      file = Deno.openSync(this.#lockPath, { create: true, write: true });
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

/** null: there is no such file. */
function inodeOf(path: string): number | null {
  try {
    return Deno.statSync(path).ino;
  } catch {
    return null;
  }
}
