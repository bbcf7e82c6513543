// Hands notices to targets: a few at a time per target, the messages of one alert strictly in order, each with a few
// tries, then as a dead letter that is tried again later. Nobody waits for it. Owned by alerts.ts.

import { sleep } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { maskText, maskUrl } from "../redact.ts";
import type { AlertTarget } from "../settings.ts";
import { AlertLetters, laneOf, type LettersDeps, type ReadLetter } from "./letters.ts";
import type { AlertNotice, DeadLetterRetry, TargetView } from "./model.ts";
import type { Post, PostResult } from "./post.ts";

export interface SenderDeps extends LettersDeps {
  readonly post: Post;
}

const maxTries = 5;
const firstPauseMs = 1_000;
const maxPauseMs = 8_000;
/** A receiver that asks for a longer pause gets the message as a letter. */
const longestWaitMs = 60_000;
/** Messages that wait for one target; above it they become dead letters at once. */
const maxWaiting = 1_000;
const lanesAtOnce = 4;
/** A letter's next try after it was given up. */
const letterPauseMs = 30_000;

interface Job {
  notice: AlertNotice;
  /** The dead letter that is tried again; null: a new message. */
  readonly letter: number | null;
  readonly settled: ((outcome: DeadLetterRetry) => void) | null;
  begun: boolean;
}

interface Lane {
  readonly id: string;
  readonly target: string;
  readonly jobs: Job[];
}

interface Posted {
  readonly result: PostResult;
  readonly tries: number;
}

/** What is counted of a target since the start. */
interface Books {
  sent: number;
  failed: number;
  waiting: number;
  active: number;
  readonly ready: Lane[];
}

export class AlertSender implements AsyncDisposable {
  readonly letters: AlertLetters;
  readonly #deps: SenderDeps;
  readonly #stop = new AbortController();
  readonly #lanes = new Map<string, Lane>();
  readonly #books = new Map<string, Books>();
  readonly #running = new Set<Promise<void>>();
  /** Letters that are being tried. */
  readonly #trying = new Map<number, Promise<DeadLetterRetry>>();
  #targets = new Map<string, AlertTarget>();

  constructor(targets: readonly AlertTarget[], deps: SenderDeps) {
    this.#deps = deps;
    this.letters = new AlertLetters(deps);
    this.setTargets(targets);
  }

  /** After a reload. What waits for a target that is gone is dropped. */
  setTargets(targets: readonly AlertTarget[]): void {
    this.#targets = new Map(targets.map((target) => [target.name, target]));
    for (const [name, books] of this.#books) {
      if (!this.#targets.has(name) && books.waiting === 0) this.#books.delete(name);
    }
  }

  send(notice: AlertNotice, names: readonly string[]): void {
    for (const name of names) {
      const target = this.#targets.get(name);
      if (target === undefined) continue;
      const lane = this.#lane(name, notice.payload.key);
      const last = lane.jobs.at(-1);
      // What has not gone out yet and would say the same again: the newer one stands for it.
      if (
        last !== undefined && !last.begun && last.letter === null &&
        last.notice.payload.status === notice.payload.status
      ) {
        last.notice = notice;
      } else if (this.#booksOf(name).waiting >= maxWaiting) {
        this.#booksOf(name).failed++;
        if (lane.jobs.length === 0) this.#lanes.delete(lane.id);
        this.#track(
          this.letters.add(target, notice, 0, "too many messages wait for this target", letterPauseMs),
        );
      } else this.#enqueue(lane, { notice, letter: null, settled: null, begun: false });
    }
  }

  /** Tries letters that are due. Called once a second. */
  tick(): void {
    for (const { id } of this.letters.due()) {
      if (this.#trying.has(id)) continue;
      this.retry(id).catch((thrown: unknown) => this.#complain(thrown));
    }
  }

  /** Tries one letter now, behind what is under way of the same alert. Rejects when the history can't be asked. */
  retry(id: number): Promise<DeadLetterRetry> {
    const under = this.#trying.get(id);
    if (under !== undefined) return under;
    const outcome = this.#retry(id).finally(() => this.#trying.delete(id));
    this.#trying.set(id, outcome);
    return outcome;
  }

  /** Messages by target and result, since the start. */
  views(): TargetView[] {
    return [...this.#targets.values()].map((target) => {
      const { sent, failed, waiting } = this.#booksOf(target.name);
      const url = target.type === "log" ? null : maskUrl(target.url);
      return { name: target.name, type: target.type, url, sent, failed, waiting };
    });
  }

  /** Ends what is under way; what was not delivered is kept as letters, which the next process tries. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #retry(id: number): Promise<DeadLetterRetry> {
    const letter = await this.letters.read(id);
    if (letter === null) return { kind: "unknown" };
    return await new Promise((settled) => {
      const lane = this.#lane(letter.target, letter.notice.payload.key);
      this.#enqueue(lane, { notice: letter.notice, letter: id, settled, begun: false });
    });
  }

  #lane(target: string, key: string): Lane {
    const id = laneOf(target, key);
    let lane = this.#lanes.get(id);
    if (lane === undefined) this.#lanes.set(id, lane = { id, target, jobs: [] });
    return lane;
  }

  #enqueue(lane: Lane, job: Job): void {
    const books = this.#booksOf(lane.target);
    books.waiting++;
    lane.jobs.push(job);
    if (lane.jobs.length > 1) return;
    books.ready.push(lane);
    this.#pump(books);
  }

  #pump(books: Books): void {
    while (books.active < lanesAtOnce) {
      const lane = books.ready.shift();
      if (lane === undefined) return;
      books.active++;
      this.#track(
        this.#run(lane, books).finally(() => {
          books.active--;
          this.#pump(books);
        }),
      );
    }
  }

  async #run(lane: Lane, books: Books): Promise<void> {
    for (let job = lane.jobs[0]; job !== undefined; job = lane.jobs[0]) {
      job.begun = true;
      let outcome: DeadLetterRetry;
      try {
        outcome = await this.#deliver(lane, job, books);
      } catch (thrown) {
        this.#complain(thrown);
        outcome = { kind: "failed", error: maskText(messageOf(thrown)) };
      }
      lane.jobs.shift();
      books.waiting--;
      job.settled?.(outcome);
    }
    this.#lanes.delete(lane.id);
  }

  async #deliver(lane: Lane, job: Job, books: Books): Promise<DeadLetterRetry> {
    const target = this.#targets.get(lane.target);
    const letter = job.letter === null ? null : await this.letters.read(job.letter);
    if (job.letter !== null && letter === null) return { kind: "unknown" };
    if (target === undefined) return await this.#withoutTarget(lane.target, job.letter, letter);
    const { result, tries } = await this.#post(target, job.notice, job.letter === null ? maxTries : 1);
    if (result.ok) {
      books.sent++;
      if (job.letter !== null) await this.letters.remove(job.letter);
      await this.letters.overtaken(lane.id, job.letter ?? Infinity);
      return { kind: "sent" };
    }
    books.failed++;
    const { error, again, retryAfterMs } = result;
    const { key } = job.notice.payload;
    this.#deps.log.write("warn", "alert.not_delivered", { target: target.name, key, error, tries });
    if (job.letter !== null && letter !== null) {
      // A stop says nothing about the receiver.
      if (!this.#stop.signal.aborted) await this.letters.failed(job.letter, letter, error, false);
    } else {
      const inMs = this.#stop.signal.aborted ? 0 : Math.max(letterPauseMs, again ? retryAfterMs ?? 0 : 0);
      await this.letters.add(target, job.notice, tries, error, inMs);
    }
    return { kind: "failed", error };
  }

  async #withoutTarget(
    name: string,
    id: number | null,
    letter: ReadLetter | null,
  ): Promise<DeadLetterRetry> {
    const error = `the target ${name} is not configured any more`;
    if (id !== null && letter !== null) await this.letters.failed(id, letter, error, true);
    return { kind: "failed", error };
  }

  async #post(target: AlertTarget, { payload, text }: AlertNotice, most: number): Promise<Posted> {
    const { clock, random, post, log } = this.#deps;
    const { signal } = this.#stop;
    if (target.type === "log") {
      log.write("warn", `alert.${payload.status}`, { ...payload, text });
      return { result: { ok: true }, tries: 1 };
    }
    const body = JSON.stringify(target.type === "slack" ? { text: slackText(text) } : payload);
    const stopped: PostResult = { ok: false, error: "Lasso was stopped", again: true, retryAfterMs: null };
    for (let tries = 1;; tries++) {
      if (signal.aborted) return { result: stopped, tries: tries - 1 };
      const result = await post(target.url, body, signal);
      if (result.ok || !result.again || tries >= most) return { result, tries };
      const asked = result.retryAfterMs ?? 0;
      if (asked > longestWaitMs) return { result, tries };
      const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** (tries - 1)) * random.next();
      await sleep(clock, Math.max(asked, pauseMs), signal);
    }
  }

  #booksOf(name: string): Books {
    let books = this.#books.get(name);
    if (books === undefined) {
      this.#books.set(name, books = { sent: 0, failed: 0, waiting: 0, active: 0, ready: [] });
    }
    return books;
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  #complain(thrown: unknown): void {
    this.#deps.log.write("error", "alert.send_failed", { error: maskText(messageOf(thrown)) });
  }
}

/** Slack's mrkdwn takes three characters for its own. */
function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
