// The file of `lasso serve --record`: opened before the router starts, so that a bad path is told at once, written in
// batches off the path, and at the end it is said how much is in it. Never overwrites a recording.

import type { Clock } from "../core/clock.ts";
import { LassoError, messageOf } from "../core/errors.ts";
import { LogWriter } from "../core/measure/log_writer.ts";
import { TrafficRecorder } from "../core/server/traffic_recorder.ts";

/** What waits to be written: lines, and bytes. Beyond it calls are dropped and counted. */
const maxLines = 65_536;
const maxBytes = 32 * 1024 * 1024;

export class TrafficFile implements AsyncDisposable {
  readonly recorder: TrafficRecorder;
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #writer: LogWriter;
  #closed = false;

  private constructor(path: string, file: Deno.FsFile, clock: Clock, transactions: boolean) {
    this.#path = path;
    this.#file = file;
    this.#writer = new LogWriter({ sink: file, clock, level: "info", maxLines, maxBytes });
    this.recorder = new TrafficRecorder(this.#writer, clock.now(), transactions);
  }

  /** LassoError `usage` when there is such a file already, `io` when it can't be made. */
  static async create(path: string, clock: Clock, transactions: boolean): Promise<TrafficFile> {
    try {
      // It tells what people ask: nobody else's to read.
      const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
      return new TrafficFile(path, file, clock, transactions);
    } catch (thrown) {
      if (thrown instanceof Deno.errors.AlreadyExists) {
        throw new LassoError("usage", "the file to record to is there already", {
          place: path,
          hint: "name another one, or remove it",
        });
      }
      throw new LassoError("io", `the file to record to can't be made: ${messageOf(thrown)}`, {
        place: path,
        hint: "check the folder and its permissions; under deno it takes --allow-write",
        cause: thrown,
      });
    }
  }

  /** Writes what waits; gives how much it took, for people. */
  async close(): Promise<string> {
    if (!this.#closed) {
      this.#closed = true;
      await this.#writer[Symbol.asyncDispose]();
      this.#file.close();
    }
    const { heard } = this.recorder;
    const { dropped } = this.#writer;
    const lost = dropped === 0 ? "" : `, ${dropped} were dropped`;
    return `recorded ${heard - dropped} calls to ${this.#path}${lost}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
