// The log of a running router: JSON lines, written in batches off the path. Callers never wait and never hear of a
// broken sink; what does not fit the bounded buffer, or can't be written, is dropped and counted.

import type { Clock, Timer } from "../clock.ts";
import { sleep } from "../clock.ts";
import type { Level, Log } from "../log.ts";
import { textToWire } from "../rpc/wire.ts";
import type { LogLevel } from "../settings.ts";
import { logLine } from "./log_line.ts";
import { LogPage } from "./log_page.ts";

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
/** Lines wait in pages of this size; a page is one write. */
const pageBytes = 256 * 1024;
/** Disposing waits for the sink no longer than this. */
const disposeMs = 1_000;

export class LogWriter implements Log {
  readonly #sink: LogSink;
  readonly #clock: Clock;
  readonly #maxLines: number;
  readonly #maxBytes: number;
  #rank: number;
  #maxErrorChars: number;
  // Invariant: #full are waiting in order, #page waits after them and is being filled, #out is being written.
  readonly #full: LogPage[] = [];
  #page = new LogPage(pageBytes);
  #spare: LogPage | null = null;
  #out: LogPage | null = null;
  /** Of #full and #page together. */
  #waitingLines = 0;
  #waitingBytes = 0;
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
    return this.#waitingLines + (this.#out?.lines ?? 0);
  }

  /** From now on, lines below `level` are ignored (a reload may change it). */
  setLevel(level: LogLevel): void {
    this.#rank = ranks[level];
  }

  /** From now on error texts are cut to so many characters (a reload may change it). */
  setMaxErrorChars(chars: number): void {
    this.#maxErrorChars = chars;
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
    this.#full.length = 0;
    this.#page.clear();
    this.#out = null;
    this.#waitingLines = this.#waitingBytes = 0;
  }

  #add(wire: string): void {
    const bytes = wire.length + 1;
    const held = this.#waitingBytes + (this.#out?.used ?? 0);
    if (this.#closed || this.held >= this.#maxLines || held + bytes > this.#maxBytes) {
      this.#dropped++;
      return;
    }
    if (!this.#page.add(wire)) this.#turnPage(wire);
    this.#waitingLines++;
    this.#waitingBytes += bytes;
    if (this.#writing === null) this.#schedule();
  }

  #turnPage(wire: string): void {
    if (this.#page.lines > 0) this.#full.push(this.#page);
    const fits = wire.length < pageBytes;
    this.#page = fits && this.#spare !== null
      ? this.#spare
      : new LogPage(Math.max(pageBytes, wire.length + 1));
    if (fits) this.#spare = null;
    this.#page.add(wire);
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
    this.#writing = this.#writePage().then(() => {
      this.#writing = null;
      if (!this.#closed && this.#waitingLines > 0) this.#schedule();
    });
  }

  async #drain(signal: AbortSignal): Promise<void> {
    await this.#writing;
    while (!signal.aborted && this.#waitingLines > 0) await this.#writePage();
  }

  /** Hands the oldest page to the sink; never rejects. */
  async #writePage(): Promise<void> {
    const page = this.#takePage();
    this.#out = page;
    this.#waitingLines -= page.lines;
    this.#waitingBytes -= page.used;
    const bytes = page.content();
    let at = 0;
    try {
      if (this.#torn && await this.#sink.write(newLine) > 0) this.#torn = false;
      while (at < bytes.length) {
        const written = await this.#sink.write(at === 0 ? bytes : bytes.subarray(at));
        if (!(written > 0)) throw new Error("the sink took nothing");
        at += written;
      }
    } catch {
      // A broken pipe can't be reported anywhere but in this count.
      this.#dropped += page.lines;
    }
    if (at > 0) this.#torn = at < bytes.length;
    this.#out = null;
    if (bytes.buffer.byteLength === pageBytes) {
      page.clear();
      this.#spare = page;
    }
  }

  #takePage(): LogPage {
    const oldest = this.#full.shift();
    if (oldest !== undefined) return oldest;
    const page = this.#page;
    this.#page = this.#spare ?? new LogPage(pageBytes);
    this.#spare = null;
    return page;
  }
}

const newLine = new Uint8Array([0x0a]);
