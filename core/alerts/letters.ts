// Alerts that could not be delivered: dead letters of the history, which of them are due for another try, and which
// are overtaken by a later message of the same alert. Owned by sender.ts, which does the sending.

import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import type { DeadLetter, History } from "../measure/history/model.ts";
import type { Random } from "../random.ts";
import { maskText, maskUrl } from "../redact.ts";
import { isRecord } from "../rpc/json_values.ts";
import type { AlertTarget } from "../settings.ts";
import type { AlertNotice } from "./model.ts";

export interface LettersDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly history: History;
}

/** A letter that waits. */
export interface OpenLetter {
  readonly id: number;
  /** Target and key: within it the order is kept. */
  readonly lane: string;
  /** Epoch ms at which it was given up first. */
  readonly at: number;
  tries: number;
  /** Epoch ms; null: only by hand. */
  nextAt: number | null;
}

export interface ReadLetter {
  readonly target: string;
  readonly notice: AlertNotice;
  readonly tries: number;
  readonly at: number;
}

/** Letters whose order and next try are known; with more than these, further ones are lost. */
const maxOpen = 10_000;
const firstPauseMs = 30_000;
const maxPauseMs = 3_600_000;
/** After so long it is tried only by hand. */
const triedForMs = 86_400_000;

export function laneOf(target: string, key: string): string {
  return `${target} ${key}`;
}

export class AlertLetters {
  readonly #deps: LettersDeps;
  /** Oldest first. */
  readonly #open = new Map<number, OpenLetter>();

  constructor(deps: LettersDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Those of an earlier process. */
  async load(): Promise<void> {
    const found: DeadLetter[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#deps.history.deadLetters({ kind: "alert", limit: 500, cursor });
      found.push(...page.rows);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && found.length < maxOpen);
    for (const row of found.sort((a, b) => a.id - b.id)) {
      const read = readLetter(row);
      if (read === null || this.#open.has(row.id)) continue;
      const lane = laneOf(read.target, read.notice.payload.key);
      this.#open.set(row.id, { id: row.id, lane, at: row.at, tries: row.tries, nextAt: row.nextAt });
    }
  }

  /** `inMs`: the next try at the soonest. Never rejects; a letter that can't be kept is told to the log. */
  async add(
    target: AlertTarget,
    notice: AlertNotice,
    tries: number,
    error: string,
    inMs: number,
  ): Promise<void> {
    const { clock, history, log } = this.#deps;
    const at = clock.wallNow();
    const nextAt = at + inMs;
    const shown = target.type === "log" ? target.name : `${target.name} ${maskUrl(target.url)}`;
    const lost = (why: string): void =>
      log.write("error", "alert.lost", { target: shown, key: notice.payload.key, why });
    if (this.#open.size >= maxOpen) return lost(`${maxOpen} letters wait already`);
    try {
      const body = JSON.stringify(notice);
      const letter = { at, kind: "alert" as const, target: shown, body, tries, lastError: error, nextAt };
      const id = await history.addDeadLetter(letter);
      if (id === 0) return lost("no history is kept");
      this.#open.set(id, { id, lane: laneOf(target.name, notice.payload.key), at, tries, nextAt });
    } catch (thrown) {
      lost(maskText(messageOf(thrown)));
    }
  }

  /** The oldest letter of each lane, where its time has come. */
  *due(): Iterable<OpenLetter> {
    if (this.#open.size === 0) return;
    const wall = this.#deps.clock.wallNow();
    const lanes = new Set<string>();
    for (const letter of this.#open.values()) {
      if (lanes.has(letter.lane)) continue;
      lanes.add(letter.lane);
      if (letter.nextAt !== null && letter.nextAt <= wall) yield letter;
    }
  }

  /** null: there is no such letter (any more), or it is no alert's. Rejects when the history can't be asked. */
  async read(id: number): Promise<ReadLetter | null> {
    const row = await this.#deps.history.deadLetter(id);
    const read = row === null || row.kind !== "alert" ? null : readLetter(row);
    if (read === null) this.#open.delete(id);
    return read;
  }

  /** Another try was in vain. `byHandOnly`: no further one will help. */
  async failed(id: number, { at, tries }: ReadLetter, error: string, byHandOnly: boolean): Promise<void> {
    const { clock, random, history } = this.#deps;
    const wall = clock.wallNow();
    const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(tries, 16)) *
      (0.5 + 0.5 * random.next());
    const nextAt = byHandOnly || wall - at >= triedForMs ? null : wall + pauseMs;
    const open = this.#open.get(id);
    if (open !== undefined) Object.assign(open, { tries: tries + 1, nextAt });
    await history.updateDeadLetter(id, { tries: tries + 1, lastError: error, nextAt });
  }

  /** A message of the lane was delivered: what was to come before it (with an id below `before`) would now mislead. */
  async overtaken(lane: string, before: number): Promise<void> {
    for (const { id, lane: own } of [...this.#open.values()]) {
      if (own === lane && id < before) await this.remove(id);
    }
  }

  async remove(id: number): Promise<void> {
    this.#open.delete(id);
    await this.#deps.history.removeDeadLetter(id);
  }
}

function readLetter({ target, body, tries, at }: DeadLetter): ReadLetter | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null; // not one of ours
  }
  if (!isRecord(value) || typeof value.text !== "string" || !isRecord(value.payload)) return null;
  const { key, status } = value.payload;
  if (typeof key !== "string" || (status !== "firing" && status !== "resolved")) return null;
  return { target: target.split(" ", 1)[0] ?? "", notice: value as unknown as AlertNotice, tries, at };
}
