// Watches a config file for changes of its content. The folder is watched, not the file: editors write a new file
// and rename it over, ConfigMaps swap a symlink beside it. Never fires for the same content twice.

import { dirname, resolve } from "node:path";
import type { Clock, Timer } from "../core/clock.ts";

/** One save is several events; they are over within this time. */
const quietMs = 100;
/** A folder that is gone, or can't be watched, is looked for again after this time. */
const absentMs = 1_000;

export interface WatchOptions {
  readonly file: string;
  readonly clock: Clock;
  /** The content has changed. The file may be invalid; loading it says so. */
  readonly onChange: () => void;
}

export class ConfigWatcher {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  /** Watched folders: the file's own, and the one that a symlink leads to. */
  readonly #folders = new Map<string, Deno.FsWatcher>();
  readonly #loops = new Set<Promise<void>>();
  #content: string | undefined;
  #timer: Timer | undefined;
  #disposed = false;

  /** Watches at once; make it before loading, so that no change falls between. What the file holds now is known. */
  constructor(options: WatchOptions) {
    this.#file = resolve(options.file);
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#watchFolders();
    this.#content = this.#read();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#timer?.cancel();
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
    await Promise.all(this.#loops);
  }

  #watchFolders(): void {
    const wanted = new Set([dirname(this.#file)]);
    try {
      wanted.add(dirname(Deno.realPathSync(this.#file)));
    } catch {
      // Between two renames there is no file; its own folder tells when it is back.
    }
    for (const folder of this.#folders.keys()) if (!wanted.has(folder)) this.#unwatch(folder);
    for (const folder of wanted) if (!this.#folders.has(folder)) this.#watch(folder);
    if (this.#folders.size < wanted.size) this.#lookAfter(absentMs);
  }

  #watch(folder: string): void {
    let watcher: Deno.FsWatcher;
    try {
      watcher = Deno.watchFs(folder, { recursive: false });
    } catch {
      return;
    }
    this.#folders.set(folder, watcher);
    const loop = this.#listen(folder, watcher).finally(() => this.#loops.delete(loop));
    this.#loops.add(loop);
  }

  #unwatch(folder: string): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
  }

  async #listen(folder: string, watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind, paths } of watcher) {
        if (kind === "access") continue;
        // The folder itself was deleted or renamed: one that takes its place has to be watched anew.
        if (kind === "remove" && paths.includes(folder) && this.#folders.get(folder) === watcher) {
          this.#unwatch(folder);
        }
        this.#stir();
      }
    } catch {
      if (this.#folders.get(folder) === watcher) this.#folders.delete(folder);
      this.#stir();
    }
  }

  /** Starts the quiet time over. */
  #stir(): void {
    this.#lookAfter(quietMs);
  }

  #lookAfter(ms: number): void {
    if (this.#disposed) return;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    this.#watchFolders();
    const content = this.#read();
    if (content === undefined || content === this.#content) return;
    this.#content = content;
    this.#onChange();
  }

  /** Of a file alone: to read a pipe (`--config <(…)`) would take its content from who loads it, or never end. */
  #read(): string | undefined {
    try {
      if (!Deno.statSync(this.#file).isFile) return undefined;
      return Deno.readTextFileSync(this.#file);
    } catch {
      return undefined;
    }
  }
}
