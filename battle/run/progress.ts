// What a person sees while a run goes: on a terminal one line that moves, with faults as they begin and end above it;
// elsewhere plain lines now and then. Goes to stderr, so that stdout stays for the report.

import { formatMs, formatNumber } from "../report/format.ts";
import { type Paint, painter } from "../report/paint.ts";

export interface ProgressScreen {
  write(text: string): void;
  /** Lines may move. */
  readonly isTty: boolean;
  readonly color: boolean;
  /** Columns of the screen. */
  readonly columns: number;
}

/** How far a run has come. */
export interface RunState {
  /** ms from the end of the warm-up; negative: in the warm-up. */
  readonly atMs: number;
  readonly durationMs: number;
  /** So far, in all workloads, as known at `countedAtMs`. */
  readonly done: number;
  readonly failed: number;
  readonly countedAtMs: number;
}

export interface Progress {
  /** `part`: "2 of 5, round A", or empty. */
  begin(scenario: string, part: string): void;
  /** What is done before and after the load. */
  phase(text: string): void;
  state(state: RunState): void;
  /** A fault begins (`inForce`) or ends; `text` stays to be read. */
  fault(id: string, text: string, inForce: boolean): void;
  /** Stays to be read. */
  event(text: string): void;
  end(): void;
}

const BAR_CELLS = 20;
/** Without a terminal a line each so often says that it lives. */
const PLAIN_EVERY_MS = 10_000;
const RATE_OVER_MS = 2_000;

export function progressOn(screen: ProgressScreen): Progress {
  return screen.isTty ? new MovingProgress(screen) : new PlainProgress(screen);
}

class MovingProgress implements Progress {
  readonly #screen: ProgressScreen;
  readonly #paint: Paint;
  readonly #faults = new Map<string, number>();
  #rate = new RecentRate();
  #line = "";
  #title = "";

  constructor(screen: ProgressScreen) {
    this.#screen = screen;
    this.#paint = painter(screen.color);
  }

  begin(scenario: string, part: string): void {
    this.#title = scenario;
    this.#rate = new RecentRate();
    this.#faults.clear();
    this.event(`${this.#paint.bold(scenario)}${part === "" ? "" : this.#paint.dim(`  ${part}`)}`, "");
  }

  phase(text: string): void {
    this.#show(`  ${this.#title}: ${text} …`);
  }

  state(state: RunState): void {
    const rate = this.#rate.of(state);
    const { atMs, durationMs } = state;
    const filled = Math.round(BAR_CELLS * Math.min(1, Math.max(0, atMs / durationMs)));
    const bar = "█".repeat(filled) + "░".repeat(BAR_CELLS - filled);
    this.#show(`  ${bar} ${whereText(state)}  ${countsText(state, rate, this.#faults)}`);
  }

  fault(id: string, text: string, inForce: boolean): void {
    note(this.#faults, id, inForce);
    this.event(text);
  }

  event(text: string, indent = "  "): void {
    const line = this.#line;
    this.#screen.write(`\r\x1b[2K${indent}${text}\n`);
    this.#line = "";
    this.#show(line);
  }

  end(): void {
    this.#line = "";
    this.#screen.write("\r\x1b[2K");
  }

  #show(line: string): void {
    this.#line = line;
    // A line that wraps could not be taken back.
    if (line !== "") this.#screen.write(`\r\x1b[2K${line.slice(0, this.#screen.columns - 1)}`);
  }
}

class PlainProgress implements Progress {
  readonly #screen: ProgressScreen;
  readonly #faults = new Map<string, number>();
  #rate = new RecentRate();
  #saidAtMs = -Infinity;
  #title = "";

  constructor(screen: ProgressScreen) {
    this.#screen = screen;
  }

  begin(scenario: string, part: string): void {
    this.#title = scenario;
    this.#rate = new RecentRate();
    this.#faults.clear();
    this.#saidAtMs = -Infinity;
    this.#screen.write(`${scenario}${part === "" ? "" : `  ${part}`}\n`);
  }

  phase(text: string): void {
    this.#screen.write(`  ${text}\n`);
  }

  state(state: RunState): void {
    const rate = this.#rate.of(state);
    if (this.#saidAtMs === -Infinity) this.#saidAtMs = state.atMs;
    if (state.atMs - this.#saidAtMs < PLAIN_EVERY_MS) return;
    this.#saidAtMs = state.atMs;
    this.#screen.write(`  ${this.#title}: ${whereText(state)}  ${countsText(state, rate, this.#faults)}\n`);
  }

  fault(id: string, text: string, inForce: boolean): void {
    note(this.#faults, id, inForce);
    this.event(text);
  }

  event(text: string): void {
    this.#screen.write(`  ${text}\n`);
  }

  end(): void {}
}

/** By id, with how many stretches of it are in force. */
type Faults = ReadonlyMap<string, number>;

function whereText({ atMs, durationMs }: RunState): string {
  if (atMs < 0) return `warm-up, ${formatMs(Math.ceil(-atMs / 1000) * 1000)} left`;
  const leftMs = durationMs - atMs;
  return leftMs > 0 ? `${formatMs(Math.ceil(leftMs / 1000) * 1000)} left` : "waits for the last answers";
}

/** Several stretches of one fault may overlap. */
function note(faults: Map<string, number>, id: string, inForce: boolean): void {
  const count = (faults.get(id) ?? 0) + (inForce ? 1 : -1);
  if (count > 0) faults.set(id, count);
  else faults.delete(id);
}

function countsText({ done, failed }: RunState, rate: number | null, faults: Faults): string {
  const parts = [
    rate === null ? "" : `${formatNumber(Math.round(rate))}/s`,
    `${formatNumber(done)} done`,
    failed === 0 ? "no failure" : `${formatNumber(failed)} failed`,
    faults.size === 0 ? "" : `! ${[...faults.keys()].join(", ")}`,
  ];
  return parts.filter((part) => part !== "").join("  ");
}

/** Answers per second over the last moments. */
class RecentRate {
  readonly #states: { readonly atMs: number; readonly done: number }[] = [];

  /** null: too early to say. */
  of({ countedAtMs: atMs, done }: RunState): number | null {
    if (this.#states.at(-1)?.atMs !== atMs) this.#states.push({ atMs, done });
    while (this.#states.length > 2 && atMs - this.#states[1]!.atMs >= RATE_OVER_MS) this.#states.shift();
    const first = this.#states[0]!;
    const passedMs = atMs - first.atMs;
    return passedMs < 200 ? null : Math.max(0, ((done - first.done) * 1000) / passedMs);
  }
}
