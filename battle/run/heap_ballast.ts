// Memory pressure, made in the router's own process: V8 takes a limit of its heap only at a start, so a router whose plan
// has such a fault is started with one that leaves it at ease, and on command holds ballast that leaves no more than the
// fault says. Ballast is real: on V8's heap, written to, never looked into. Both ends: the router's part of the program
// serves, RouterProcess asks.

import { createInterface } from "node:readline";
import { getHeapStatistics } from "node:v8";
import { type Clock, sleep } from "../../core/clock.ts";

/** The heaps that the pressures of a plan leave, MB. */
export interface HeapRange {
  readonly leastMb: number;
  readonly mostMb: number;
}

/** Run → router, a JSON line on its stdin. */
export interface BallastOrder {
  readonly ballastMb: number;
}

/** Beside the largest heap that a fault leaves: what the router has more of while there is no pressure. */
const EASE_MB = 128;
/** Pages have to be had from the system, some milliseconds for each piece; between two the router does its work. */
const PIECE_MB = 2;
const PAUSE_MS = 2;
const MB = 1_048_576;

/** What the router is started with: the limit of its whole heap, and V8's flags for it. */
export function startUnder(
  { leastMb, mostMb }: HeapRange,
): { readonly limitMb: number; readonly flags: string } {
  const limitMb = mostMb + EASE_MB;
  // The young generation takes three of these. As V8 has it for a heap of that size: by the limit's own it would be
  // larger than the whole heap that is to be left.
  const semiSpaceMb = Math.min(16, 2 ** Math.max(0, Math.ceil(Math.log2(leastMb / 32))));
  return {
    limitMb,
    flags: `--max-heap-size=${limitMb},--max-semi-space-size=${semiSpaceMb},--expose-gc`,
  };
}

/** Serves until the input ends; each order is answered by a line, by which the other end knows that it is done. */
export async function serveBallast(
  input: NodeJS.ReadableStream,
  say: (line: string) => void,
  clock: Clock,
): Promise<void> {
  const ballast = new HeapBallast(clock);
  let before = Promise.resolve();
  const lines = createInterface({ input, crlfDelay: Infinity });
  lines.on("line", (line) => {
    const { ballastMb } = JSON.parse(line) as BallastOrder;
    before = before.then(() => ballast.hold(ballastMb)).then(() => say(doneLine(ballastMb)));
  });
  await new Promise<void>((resolve) => lines.once("close", () => resolve()));
}

function doneLine(ballastMb: number): string {
  const leftMb = Math.round(getHeapStatistics().heap_size_limit / MB) - ballastMb;
  return `memory pressure: ${ballastMb} MB of ballast leave a heap of ${leftMb} MB\n`;
}

/** The heap that the last of these lines says is left, MB; null: there is none. */
export function leftHeapMb(text: string): number | null {
  const mb = /[^]*memory pressure: \d+ MB of ballast leave a heap of (-?\d+) MB\n/.exec(text)?.[1];
  return mb === undefined ? null : Number(mb);
}

class HeapBallast {
  readonly #pieces: bigint[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Piece by piece, so that the router goes on meanwhile; V8 ends the process where there is no room. */
  async hold(mb: number): Promise<void> {
    const wanted = Math.ceil(mb / PIECE_MB);
    const isLess = wanted < this.#pieces.length;
    this.#pieces.length = Math.min(wanted, this.#pieces.length);
    // V8 would find out only when it needs the room.
    if (isLess) (globalThis as { readonly gc?: () => void }).gc?.();
    for (let left = mb - this.#pieces.length * PIECE_MB; left > 0; left -= PIECE_MB) {
      // A number of so many bytes: one object on V8's heap that the collector neither moves nor looks into.
      this.#pieces.push(1n << BigInt(Math.min(left, PIECE_MB) * MB * 8 - 64));
      await sleep(this.#clock, PAUSE_MS);
    }
  }
}
