// One direction of a proxied connection: bytes in, bytes out, as late, as slow and as incomplete as the faults in force
// say. Keeps the order of bytes, and holds the source back when the sink is slow. Made in pairs by the proxy.

import type { Socket } from "node:net";
import type { Clock, Timer } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { Direction, WireState } from "./wire_state.ts";

/** Bytes that wait in a lane before its source is no longer read. */
const FULL_BYTES = 256 * 1024;
/** A paced lane writes what it may in so many milliseconds, at least a byte. */
const PACE_MS = 20;

export interface LaneDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly wire: WireState;
  /** Bytes came: before anything is done with them. False: they are to be dropped. */
  readonly onBytes: () => boolean;
  /** The answer is cut here. */
  readonly onCut: () => void;
}

interface Waiting {
  bytes: Uint8Array;
  readonly dueMs: number;
}

/** How a source ended: with FIN, or torn down. */
export type Ending = "end" | "gone";

export class WireLane {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #direction: Direction;
  readonly #deps: LaneDeps;
  readonly #queue: Waiting[] = [];
  #queuedBytes = 0;
  /** Of the present answer. */
  #passed = 0;
  #lastDueMs = 0;
  /** A paced lane may write again then. */
  #nextWriteMs = 0;
  #ending: Ending | null = null;
  #endingDueMs: number | null = null;
  /** The source was reset: so is the sink. */
  #wasReset = false;
  #timer: Timer | undefined;
  #closed = false;

  constructor(source: Socket, sink: Socket, direction: Direction, deps: LaneDeps) {
    this.#source = source;
    this.#sink = sink;
    this.#direction = direction;
    this.#deps = deps;
    source.on("data", (bytes: Uint8Array) => this.#take(bytes));
    source.on("end", () => this.#end("end"));
    source.on("error", (error: Error & { readonly code?: string }) => {
      this.#wasReset = error.code === "ECONNRESET" || error.code === "EPIPE";
      source.destroy();
    });
    source.on("close", () => this.#end("gone"));
    sink.on("drain", () => this.pump());
  }

  /** A request went the other way: what comes from now on is another answer. */
  nextAnswer(): void {
    this.#passed = 0;
  }

  /** Writes what may be written now; to be called after each change of the faults. */
  pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#closed || this.#deps.wire.blackhole) return;
    const now = this.#deps.clock.now();
    while (this.#queue.length > 0) {
      if (this.#sink.writableNeedDrain) return;
      const first = this.#queue[0]!;
      const dueMs = Math.max(first.dueMs, this.#isPaced() ? this.#nextWriteMs : 0);
      if (dueMs > now) return this.#wakeAt(dueMs);
      if (!this.#write(first, now)) return;
    }
    if (!this.#source.destroyed) this.#source.resume();
    this.#finish(now);
  }

  /** Forgets what waits. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#queue.length = 0;
  }

  #take(bytes: Uint8Array): void {
    if (this.#closed || !this.#deps.onBytes()) return;
    const { wire, clock, random } = this.#deps;
    if (wire.calm && this.#queue.length === 0) {
      this.#passed += bytes.length;
      if (!this.#sink.destroyed && !this.#sink.write(bytes)) this.#source.pause();
      return;
    }
    const delayMs = this.#direction === "client" ? wire.delayMs(random) : 0;
    this.#lastDueMs = Math.max(this.#lastDueMs, clock.now() + delayMs);
    this.#queue.push({ bytes, dueMs: this.#lastDueMs });
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes >= FULL_BYTES) this.#source.pause();
    this.pump();
  }

  #isPaced(): boolean {
    const { wire } = this.#deps;
    return wire.freeBytes(this.#direction, this.#passed) === 0 &&
      wire.bytesPerSecond(this.#direction, this.#passed) < Infinity;
  }

  /** Writes a part of the first chunk; false: the answer was cut. */
  #write(first: Waiting, now: number): boolean {
    const { wire } = this.#deps;
    const free = wire.freeBytes(this.#direction, this.#passed);
    const rate = wire.bytesPerSecond(this.#direction, this.#passed);
    const paced = Math.max(1, Math.floor((rate * PACE_MS) / 1000));
    const most = free > 0 ? free : rate === Infinity ? Infinity : paced;
    const left = this.#direction === "client" ? Math.max(0, wire.cutAfterBytes - this.#passed) : Infinity;
    const wanted = Math.min(first.bytes.length, most);
    const count = Math.min(wanted, left);
    const part = count === first.bytes.length ? first.bytes : first.bytes.subarray(0, count);
    if (count === first.bytes.length) this.#queue.shift();
    else first.bytes = first.bytes.subarray(count);
    this.#queuedBytes -= count;
    this.#passed += count;
    if (free > 0) this.#nextWriteMs = now + PACE_MS;
    else if (rate < Infinity) this.#nextWriteMs = now + (count * 1000) / rate;
    if (count > 0 && !this.#sink.destroyed) this.#sink.write(part);
    if (count === wanted) return true;
    this.#deps.onCut();
    return false;
  }

  #end(ending: Ending): void {
    if (this.#closed || this.#ending === "gone") return;
    this.#ending = ending;
    this.#endingDueMs = null;
    this.pump();
  }

  #finish(now: number): void {
    if (this.#ending === null || this.#sink.destroyed) return;
    this.#endingDueMs ??= now + this.#deps.wire.closeDelayMs;
    if (this.#endingDueMs > now) return this.#wakeAt(this.#endingDueMs);
    if (this.#ending === "end") this.#sink.end();
    else if (this.#wasReset) this.#sink.resetAndDestroy();
    else this.#sink.destroySoon();
  }

  #wakeAt(dueMs: number): void {
    const { clock } = this.#deps;
    this.#timer = clock.after(dueMs - clock.now(), () => this.pump());
  }
}
