// The log of a running router: JSON lines, written in batches off the path. Callers never wait and never hear of a
// broken sink; what does not fit the bounded buffer, or can't be written, is dropped and counted.

import type { Buffer } from "node:buffer";
import type { Clock, Timer } from "../clock.ts";
import { sleep } from "../clock.ts";
import type { Level, Log } from "../log.ts";
import { fromWire, textToWire } from "../rpc/wire.ts";
import type { LogLevel } from "../settings.ts";
import { logLine } from "./log_line.ts";

/** Where the bytes go; gives how many it took. `Deno.stdout` is one. */
export interface LogSink {
  write(bytes: Uint8Array): number | Promise<number>;
}

export interface LogWriterOptions {
  readonly sink: LogSink;
  readonly clock: Clock;
  readonly level: LogLevel;
  /** Cuts error texts, in characters. Default 256. */
  readonly maxErrorChars?: number;
  /** Lines and bytes that may wait, with those being written. Defaults 16,384 and 8 MB. */
  readonly maxLines?: number;
  readonly maxBytes?: number;
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, off: 4 };
/** A line waits at most this long before its batch is handed to the sink. */
const flushMs = 25;
/** So many bytes waiting are handed over at once. */
const eagerBytes = 64 * 1024;
/** A batch stops growing here, so that a slow sink holds little. */
const batchBytes = 256 * 1024;
/** Disposing waits for the sink no longer than this. */
const disposeMs = 1_000;

export class LogWriter implements Log {
  readonly #sink: LogSink;
  readonly #clock: Clock;
  readonly #maxErrorChars: number;
  readonly #maxLines: number;
  readonly #maxBytes: number;
  #rank: number;
  // Invariant: lines[head..] wait, in order; waitingBytes is their length with line ends.
  #lines: string[] = [];
  #head = 0;
  #waitingBytes = 0;
  /** What the write under way holds. */
  #writingLines = 0;
  #writingBytes = 0;
  #writing: Promise<void> | null = null;
  #timer: Timer | null = null;
  #eager = false;
  #dropped = 0;
  /** The sink's last bytes end within a line: the next batch must end it first. */
  #torn = false;
  #closed = false;

  constructor(options: LogWriterOptions) {
    this.#sink = options.sink;
    this.#clock = options.clock;
    this.#rank = ranks[options.level];
    this.#maxErrorChars = options.maxErrorChars ?? 256;
    this.#maxLines = options.maxLines ?? 16_384;
    this.#maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
  }

  /** Lines that were lost since the start: no room, a sink that failed, or no time left at the end. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Lines that wait or are being written. */
  get held(): number {
    return this.#lines.length - this.#head + this.#writingLines;
  }

  /** From now on, lines below `level` are ignored (a reload may change it). */
  setLevel(level: LogLevel): void {
    this.#rank = ranks[level];
  }

  enabled(level: Level): boolean {
    return ranks[level] >= this.#rank;
  }

  write(level: Level, event: string, fields: Readonly<Record<string, unknown>>): void {
    if (!this.enabled(level)) return;
    const text = logLine(this.#clock.wallNow(), level, event, fields, this.#maxErrorChars);
    this.#add(textToWire(text));
  }

  line(level: Level, wire: string): void {
    if (this.enabled(level)) this.#add(wire);
  }

  /** Writes what waits, for at most a second; what is left then is dropped, as is everything that comes later. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    const enough = new AbortController();
    await Promise.race([this.#drain(enough.signal), sleep(this.#clock, disposeMs, enough.signal)]);
    enough.abort();
    this.#dropped += this.held;
    this.#lines = [];
    this.#head =
      this.#waitingBytes =
      this.#writingLines =
      this.#writingBytes =
        0;
  }

  #add(wire: string): void {
    const bytes = wire.length + 1;
    const full = this.held >= this.#maxLines ||
      this.#waitingBytes + this.#writingBytes + bytes > this.#maxBytes;
    if (full || this.#closed) {
      this.#dropped++;
      return;
    }
    this.#lines.push(wire);
    this.#waitingBytes += bytes;
    if (this.#writing === null) this.#schedule();
  }

  #schedule(): void {
    const eager = this.#waitingBytes >= eagerBytes;
    if (this.#timer !== null) {
      if (!eager || this.#eager) return;
      this.#timer.cancel();
    }
    this.#eager = eager;
    this.#timer = this.#clock.after(eager ? 0 : flushMs, () => {
      this.#timer = null;
      this.#start();
    });
  }

  #start(): void {
    this.#writing = this.#writeBatch().then(() => {
      this.#writing = null;
      if (!this.#closed && this.#head < this.#lines.length) this.#schedule();
    });
  }

  async #drain(signal: AbortSignal): Promise<void> {
    await this.#writing;
    while (!signal.aborted && this.#head < this.#lines.length) await this.#writeBatch();
  }

  /** Hands the oldest lines to the sink; never rejects. */
  async #writeBatch(): Promise<void> {
    const lines = this.#takeBatch();
    this.#writingLines = lines.length;
    const text = lines.join("\n") + "\n";
    this.#writingBytes = text.length;
    this.#waitingBytes -= text.length;
    const bytes: Buffer = fromWire(this.#torn ? "\n" + text : text);
    let at = 0;
    try {
      while (at < bytes.length) {
        const written = await this.#sink.write(at === 0 ? bytes : bytes.subarray(at));
        if (!(written > 0)) throw new Error("the sink took nothing");
        at += written;
      }
    } catch {
      // A broken pipe can't be reported anywhere but in this count.
      this.#dropped += this.#writingLines;
    }
    if (at > 0) this.#torn = at < bytes.length;
    this.#writingLines = this.#writingBytes = 0;
  }

  #takeBatch(): string[] {
    let bytes = 0;
    let end = this.#head;
    while (end < this.#lines.length && (bytes === 0 || bytes < batchBytes)) {
      bytes += this.#lines[end++]!.length + 1;
    }
    const batch = this.#lines.slice(this.#head, end);
    this.#head = end;
    if (end === this.#lines.length) {
      this.#lines = [];
      this.#head = 0;
    } else if (end >= this.#maxLines) {
      this.#lines = this.#lines.slice(end);
      this.#head = 0;
    }
    return batch;
  }
}
