// The main thread's side of history: takes what is told without waiting, posts it to the worker each second, asks the
// worker, and starts it again when it dies. Made by whoever wires the router; everybody else sees `History`.

import { type Clock, sleep, type Timer } from "../../clock.ts";
import { LassoError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Random } from "../../random.ts";
import { supervise, type Supervised } from "../../supervise.ts";
import { dataFilePath } from "./data_file.ts";
import type { FromWorker, Question, QuestionKind, Questions, ToWorker } from "./messages.ts";
import type {
  CallQuery,
  Cell,
  CellAnswer,
  CellQuery,
  CellSink,
  DeadLetter,
  EventQuery,
  History,
  HistoryEvent,
  HistoryState,
  KeptCall,
  Page,
  RaceQuery,
  RaceResult,
} from "./model.ts";
import { Outbox } from "./outbox.ts";
import { startHistoryWorker } from "./start_worker.ts";

export interface HistoryOptions {
  /** Absolute path of the data folder; null: all is kept in memory, more tightly. */
  readonly dataDir: string | null;
  /** Where this router stands; what is told is filed under it. */
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /**
   * Hears `history.problem`, `history.damaged`, `history.removed` and `history.snapshots` ({problem, …}), and
   * `history.recovered`. Default: nobody.
   */
  emit?(event: string, fields: Readonly<Record<string, unknown>>): void;
  /** Default: the program's own worker. */
  startWorker?(): Worker;
}

export interface RunningHistory extends History, CellSink, AsyncDisposable {
  /** Starts the worker a moment later. A question does so too. Until then what is told waits. */
  start(): void;
  /** Posts what waits, waits at most 5 s until it is written, and ends the worker. Later questions are refused. */
  [Symbol.asyncDispose](): Promise<void>;
}

export function openHistory(options: HistoryOptions): RunningHistory {
  return new HistoryClient(options);
}

/** Starting a thread takes the main one some 30 ms, which the first calls of clients should not pay. */
const startDelayMs = 250;
const postEveryMs = 1_000;
const closeWithinMs = 5_000;

/** Workers that may die over a question or a batch until it is given up as what kills them. */
const maxDeaths = 2;

interface Asked {
  readonly question: Question;
  deaths: number;
  resolve(answer: unknown): void;
  reject(reason: LassoError): void;
}

class HistoryClient implements RunningHistory {
  readonly #options: HistoryOptions;
  readonly #session: number;
  readonly #outbox = new Outbox();
  /** Questions without an answer. */
  readonly #asked = new Map<number, Asked>();
  #questions = 0;
  /** null while there is none. */
  #worker: Worker | null = null;
  #part: Supervised | null = null;
  #timer: Timer | null = null;
  #state: HistoryState;
  #closing: PromiseWithResolvers<void> | null = null;

  constructor(options: HistoryOptions) {
    this.#options = options;
    const file = options.dataDir === null ? null : dataFilePath(options.dataDir);
    this.#state = { file, problem: null, bytes: 0, dropped: 0 };
    this.#session = 1 + Math.floor(options.random.next() * 2 ** 48);
  }

  start(): void {
    if (this.#timer !== null || this.#closing !== null) return;
    this.#timer = this.#options.clock.after(startDelayMs, () => this.#launch());
  }

  second(at: number, cells: Iterable<Cell>): void {
    if (this.#closing !== null) return;
    this.#outbox.second(at, cells);
    this.#post();
  }

  event(event: HistoryEvent): void {
    if (this.#closing === null) this.#outbox.event(event);
  }

  call(call: KeptCall): void {
    if (this.#closing === null) this.#outbox.call(call);
  }

  race(race: RaceResult): void {
    if (this.#closing === null) this.#outbox.race(race);
  }

  state(): HistoryState {
    return { ...this.#state, dropped: this.#state.dropped + this.#outbox.dropped };
  }

  cells(query: CellQuery): Promise<CellAnswer> {
    return this.#ask("cells", query);
  }

  events(query: EventQuery): Promise<Page<HistoryEvent>> {
    return this.#ask("events", query);
  }

  calls(query: CallQuery): Promise<Page<KeptCall>> {
    return this.#ask("calls", query);
  }

  findCall(id: string): Promise<KeptCall | null> {
    return this.#ask("findCall", id);
  }

  races(query: RaceQuery): Promise<Page<RaceResult>> {
    return this.#ask("races", query);
  }

  addDeadLetter(letter: Omit<DeadLetter, "id">): Promise<number> {
    return this.#ask("addDeadLetter", letter);
  }

  deadLetters(query: Questions["deadLetters"]["query"]): Promise<Page<DeadLetter>> {
    return this.#ask("deadLetters", query);
  }

  deadLetter(id: number): Promise<DeadLetter | null> {
    return this.#ask("deadLetter", id);
  }

  updateDeadLetter(
    id: number,
    change: Questions["updateDeadLetter"]["query"]["change"],
  ): Promise<boolean> {
    return this.#ask("updateDeadLetter", { id, change });
  }

  removeDeadLetter(id: number): Promise<boolean> {
    return this.#ask("removeDeadLetter", id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing !== null) return await this.#closing.promise;
    const { clock, dataDir } = this.#options;
    // What only memory would hold is lost anyway.
    if (this.#part === null && dataDir !== null && this.#outbox.waiting) this.#launch();
    this.#timer?.cancel();
    this.#post();
    const closing = this.#closing = Promise.withResolvers<void>();
    if (this.#part !== null) {
      const waited = new AbortController();
      this.#send({ kind: "close" });
      await Promise.race([closing.promise, sleep(clock, closeWithinMs, waited.signal)]);
      waited.abort();
      await this.#part[Symbol.asyncDispose]();
    }
    closing.resolve();
    for (const { reject } of this.#asked.values()) reject(closed());
    this.#asked.clear();
  }

  #launch(): void {
    const { clock, random, log } = this.#options;
    this.#timer?.cancel();
    this.#part ??= supervise({ name: "history", run: (signal) => this.#run(signal), clock, random, log });
    this.#tick();
  }

  #tick(): void {
    if (this.#closing !== null) return;
    this.#post();
    this.#timer = this.#options.clock.after(postEveryMs, () => this.#tick());
  }

  /** One worker's life: rejects when it dies. */
  async #run(signal: AbortSignal): Promise<void> {
    const { dataDir, region, clock } = this.#options;
    const worker = (this.#options.startWorker ?? startHistoryWorker)();
    const ended = Promise.withResolvers<void>();
    worker.onerror = (event) => {
      event.preventDefault();
      ended.reject(new LassoError("internal", `the history's worker failed: ${event.message}`));
    };
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#heard(data);
    signal.addEventListener("abort", () => ended.resolve(), { once: true });
    this.#worker = worker;
    try {
      const { series } = this.#outbox;
      const now = clock.wallNow();
      this.#send({ kind: "open", opening: { dataDir, region, session: this.#session, now, series } });
      for (const batch of this.#outbox.posted) this.#send({ kind: "batch", batch });
      this.#post();
      for (const { question } of this.#asked.values()) this.#send(question);
      if (this.#closing !== null) this.#send({ kind: "close" });
      await ended.promise;
    } catch (thrown) {
      this.#mourn();
      throw thrown;
    } finally {
      this.#worker = null;
      worker.terminate();
    }
  }

  /** What may have killed the worker is tried once more, not for ever: the others' answers and rows depend on it. */
  #mourn(): void {
    this.#outbox.died(maxDeaths);
    for (const [id, asked] of this.#asked) {
      if (++asked.deaths < maxDeaths) continue;
      this.#asked.delete(id);
      asked.reject(new LassoError("io", "the history can't answer: its worker failed twice over it"));
    }
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  /** Posts what waits, or only the time: the worker does what is due by it. */
  #post(): void {
    if (this.#worker === null) return;
    const batch = this.#outbox.next(this.#options.clock.wallNow());
    if (batch !== null) this.#send({ kind: "batch", batch });
  }

  #ask<Kind extends QuestionKind>(
    about: Kind,
    query: Questions[Kind]["query"],
  ): Promise<Questions[Kind]["answer"]> {
    if (this.#closing !== null) return Promise.reject(closed());
    this.start();
    const id = ++this.#questions;
    const { promise, resolve, reject } = Promise.withResolvers<Questions[Kind]["answer"]>();
    const question = { kind: "ask", id, about, query } as Question;
    this.#asked.set(id, {
      question,
      deaths: 0,
      resolve: (answer) => resolve(answer as Questions[Kind]["answer"]),
      reject,
    });
    if (this.#outbox.waiting) this.#post();
    this.#send(question);
    return promise;
  }

  #heard(message: FromWorker): void {
    switch (message.kind) {
      case "done":
        this.#state = message.state;
        this.#outbox.written(message.id);
        break;
      case "answer":
        this.#asked.get(message.id)?.resolve(message.answer);
        this.#asked.delete(message.id);
        break;
      case "refused":
        this.#asked.get(message.id)?.reject(
          new LassoError("io", `the history can't answer: ${message.why}`),
        );
        this.#asked.delete(message.id);
        break;
      case "notice": {
        const { level, event, fields } = message.notice;
        this.#options.log.write(level, event, fields);
        this.#options.emit?.(event, fields);
        break;
      }
      case "closed":
        this.#closing?.resolve();
    }
  }
}

function closed(): LassoError {
  return new LassoError("io", "the history is closed");
}
