// One client call on its way: tries channels in order within its time until one answers, or says why none did.
// Everything that can happen is an event on this object: an attempt settles, time passes, the client leaves.
//
// Invariants: `done` is called once; an attempt that is live in the books has a ticket that is not settled; while it
// waits (`#wakeFor` is set) nothing is live. Which channel is next is Picker's business, the books are AttemptBooks'.

import { flushNow } from "../http/write_batch.ts";
import type { BlockReference } from "../plugins/strategy.ts";
import type { TransportFailure } from "../plugins/transport.ts";
import type { Channel } from "../providers/channel.ts";
import type { Verdict } from "../rpc/category.ts";
import { judgeResult } from "../rpc/classify.ts";
import type { MethodInfo } from "../rpc/methods.ts";
import { refuse } from "../rpc/refusal.ts";
import type { AnswerStream } from "./answer_stream.ts";
import { Attempt, type AttemptOwner, cutVerdict } from "./attempt.ts";
import { AttemptBooks } from "./attempt_books.ts";
import { type AttemptSummary, bareFailure, type Failure, Failures } from "./failures.ts";
import { heightServed, isBehind } from "./heights.ts";
import type { Outcome } from "./outcome.ts";
import { Picker } from "./picker.ts";
import { type LookUp, lookUpOwn, ownHash } from "./raw_transaction.ts";
import { mayGoOn, mayRepeat } from "./replay_safety.ts";
import { roundPauseMs } from "./round_pause.ts";
import type { RunEnv, RunLimits, RunRequest } from "./run_env.ts";
import type { Order } from "./selection.ts";
import { leastSlowMs } from "./slow_limits.ts";
import { type Pieces, splitAfter, splitAhead } from "./split_logs.ts";
import { SplitRun } from "./split_run.ts";
import { SweepLink, type Swept } from "./sweep.ts";

const maxBeside = 2;

export class Run implements AttemptOwner, Swept {
  readonly env: RunEnv;
  readonly request: RunRequest;
  readonly info: MethodInfo;
  readonly block: BlockReference;
  readonly limits: RunLimits;
  readonly books: AttemptBooks;
  selectionMs = 0;
  /** When the first attempt began; null before. */
  firstAttemptAt: number | null = null;
  finishedAt = 0;
  outcome: Outcome | null = null;
  selected: Channel | null = null;
  selectedMs = 0;
  /** The answer came from behind the head that was served before. */
  behind = false;
  wakeAt = Infinity;
  readonly sweepLink = new SweepLink();

  readonly #done: (run: Run) => void;
  readonly #failures = new Failures();
  #picker: Picker | null = null;
  #round = 1;
  /** Why the selected channel got the call; empty: it was the first choice. */
  #reason = "";
  /** What it waits for, till `#waitUntil`; null while something is under way. */
  #wakeFor: "round" | "token" | null = null;
  #waitUntil = 0;
  #onceUsed = false;
  /** Channels that were started beside slow ones. */
  #beside = 0;
  /** A failure was final; only what is under way may still answer. */
  #noMore = false;
  /** The transaction may be in although it was rejected: ask by its hash before the answer. */
  #lookUpHash = false;
  #lookUp: LookUp | null = null;
  #split: SplitRun | null = null;

  constructor(env: RunEnv, request: RunRequest, done: (run: Run) => void) {
    this.env = env;
    this.request = request;
    this.info = request.info;
    this.block = request.block;
    this.limits = request.limits;
    this.books = new AttemptBooks(env, request.info.label, request.limits.strategy);
    this.#done = done;
  }

  get method(): string {
    return this.request.call.method;
  }

  /** The attempts that have ended. */
  get attempts(): readonly AttemptSummary[] {
    return this.books.ended;
  }

  /** The candidates as the call found them, best first; null when Lasso answered itself. */
  get order(): Order | null {
    return this.#picker?.first ?? null;
  }

  get retries(): number {
    return this.books.retries;
  }

  start(now: number): void {
    const { chain, clock, sweep } = this.env;
    const { restriction } = this.request;
    const call = { chain, method: this.method, info: this.info, block: this.block, restriction };
    const picker = new Picker(call, this.#makeOrder(now), this.books.live);
    this.#picker = picker;
    const selectedAt = clock.now();
    this.selectionMs = selectedAt - now;
    this.wakeAt = this.limits.deadline;
    sweep.add(this);
    this.#begin(picker, selectedAt, "");
  }

  /** Why the selected channel got the call, for people. */
  selectionReason(): string {
    if (this.selected === null) return this.#picker === null ? "answered by Lasso" : "no provider answered";
    const call = { chain: this.env.chain.name, method: this.info.label, block: this.block };
    const why = this.env.explain(this.limits.strategy, this.selected.candidate, call);
    return this.#reason === "" ? why : `${this.#reason}; ${why}`;
  }

  /** Lasso knows the answer itself. */
  answerOwn(outcome: Outcome): void {
    if (this.outcome !== null) return; // The client left meanwhile.
    this.outcome = outcome;
    this.finishedAt = this.env.clock.now();
    this.#done(this);
  }

  /** The client left: what it asked for is given up, but a broadcast goes on. */
  cancel(): void {
    if (this.outcome?.kind === "stream") return this.outcome.stream.cancel();
    if (this.outcome !== null) return;
    if (this.info.replay === "send" && this.books.begun > 0) return;
    this.#finish({ kind: "refusal", refusal: refuse("cancelled", "The client left.") });
  }

  /** The boundary: what throws in here ends this call alone. */
  broke(thrown: unknown): void {
    this.env.broke(this, thrown);
    if (this.outcome !== null) return;
    this.#finish({
      kind: "refusal",
      refusal: refuse("internal", "Lasso failed to serve this call; see its log."),
    });
  }

  // ---- choosing -------------------------------------------------------------------------------------------------

  /** Begins a round, or goes on with one. */
  #begin(picker: Picker, now: number, why: string): void {
    const halfTime = (this.request.receivedAt + this.limits.deadline) / 2;
    if (
      this.books.begun === 0 && picker.order.eligible === 0 && now < halfTime && this.env.chain.verifying
    ) {
      // No word yet on which chain the providers serve: look again with the next tick. Half the time is for attempts.
      return this.#wait("round", now);
    }
    if (this.info.splittable) {
      const params = this.request.call.params ?? "";
      const { head } = this.env.chain;
      if (this.#startSplit(splitAhead(params, this.block, head, picker.getLogsLimit()))) return;
    }
    if (!this.#launchNext(now, why)) return this.#roundEnded(now);
    if (this.info.replay !== "send") return;
    while (this.books.begun < this.env.chain.settings.sendFanout && this.#launchNext(now, "fan-out"));
  }

  /** Starts the next channel that may serve; false when there is none at this moment. */
  #launchNext(now: number, why: string): boolean {
    const channel = this.#mayLaunchMore() ? this.#picker?.next(now) ?? null : null;
    if (channel === null) return false;
    this.#launch(channel, why, now, null);
    return true;
  }

  /** rounds: 0 turns failover off: one channel, once. */
  #mayLaunchMore(): boolean {
    return this.outcome === null && (this.limits.retry.rounds > 0 || this.books.begun === 0);
  }

  #makeOrder(now: number): Order {
    return this.env.selection.order(
      this.limits.strategy,
      this.method,
      this.info,
      this.block,
      this.request.restriction,
      now,
    );
  }

  /** `stale`: what its connection did not take is sent once more, over a new one. */
  #launch(channel: Channel, why: string, now: number, stale: Attempt | null): void {
    this.firstAttemptAt ??= now;
    const id = channel.nextId();
    const timeoutAt = now + this.limits.attemptTimeoutMs;
    // What it waited there is part of this attempt: whoever reads the attempts finds all of the call's time.
    const startedAt = stale?.startedAt ?? now;
    const attempt = new Attempt(this, channel, why, id, startedAt, now + leastSlowMs, timeoutAt);
    attempt.trace = stale?.trace ?? this.books.traceOf(this.request.trace, channel, now);
    this.books.live.push(attempt);
    if (stale === null) this.books.begun++;
    this.wakeAt = Math.min(this.wakeAt, attempt.slowAt, attempt.timeoutAt);
    const { methodToken, params } = this.request.call;
    const withParams = params === undefined ? "" : `,"params":${params}`;
    attempt.send(`{"jsonrpc":"2.0","id":${id},"method":${methodToken}${withParams}}`, stale !== null);
  }

  // ---- time -----------------------------------------------------------------------------------------------------

  onTime(now: number): void {
    if (now >= this.limits.deadline) return this.#outOfTime(now);
    this.wakeAt = this.limits.deadline;
    if (this.#wakeFor !== null && !this.#waitIsOver(now)) return;
    for (const attempt of [...this.books.live]) this.#lookAt(attempt, now);
  }

  #waitIsOver(now: number): boolean {
    const picker = this.#picker;
    if (now < this.#waitUntil || picker === null) {
      this.wakeAt = Math.min(this.wakeAt, this.#waitUntil);
      return false;
    }
    const isFirst = this.books.begun === 0;
    if (this.#wakeFor === "round" || isFirst) picker.restart(this.#makeOrder(now), isFirst);
    else picker.retryStarved();
    this.#wakeFor = null;
    this.#begin(picker, now, isFirst ? "" : "retry");
    return this.#wakeFor === null;
  }

  #wait(wakeFor: "round" | "token", until: number): void {
    this.#wakeFor = wakeFor;
    this.#waitUntil = until;
    this.wakeAt = Math.min(this.limits.deadline, until);
  }

  #lookAt(attempt: Attempt, now: number): void {
    if (now >= attempt.timeoutAt && !attempt.overdue) {
      if (this.outcome !== null || this.#mayTryAnother(now)) return attempt.timeOut(now - attempt.startedAt);
      // The last channel: counted, but it may use all the time that is left.
      attempt.markOverdue();
    } else if (now >= attempt.slowAt) this.#onSlow(attempt, now);
    const next = attempt.overdue ? Infinity : attempt.timeoutAt;
    if (attempt.live) this.wakeAt = Math.min(this.wakeAt, next, attempt.slowAt);
  }

  #mayTryAnother(now: number): boolean {
    return mayRepeat(this.info) && !this.#noMore && this.#mayLaunchMore() &&
      this.#picker?.hasNext(now) === true;
  }

  /** A read that is slower than usual: the next channel is started beside it, and one more where that is slow too. */
  #onSlow(attempt: Attempt, now: number): void {
    this.env.view.refresh(now);
    const limitMs = this.env.slow.of(attempt.channel, this.info.label, this.env.view, now);
    const slowAt = attempt.startedAt + limitMs;
    if (now < slowAt) {
      attempt.slowAt = slowAt;
      return;
    }
    attempt.slowAt = Infinity;
    if (this.#beside >= maxBeside || this.info.replay !== "read" || !this.#mayLaunchMore()) return;
    const channel = this.#picker?.nextBeside(now) ?? null;
    if (channel === null) return;
    this.#beside++;
    this.#launch(channel, "slow", now, null);
  }

  #outOfTime(now: number): void {
    if (this.outcome === null) {
      for (const attempt of [...this.books.live]) {
        const message = `no answer within ${Math.round(now - attempt.startedAt)} ms`;
        this.#failures.add(bareFailure("timeout", message), null);
      }
    }
    this.books.giveUpAll(now, "timeout");
    if (this.outcome !== null) return this.env.sweep.remove(this);
    this.#split?.cancel();
    this.#finish(this.#failure(true));
  }

  // ---- what attempts say ----------------------------------------------------------------------------------------

  resulted(attempt: Attempt, result: string): void {
    const now = this.env.clock.now();
    const { channel } = attempt;
    channel.succeeded(attempt.ticket, this.method);
    const judged = judgeResult(this.method, this.block, result, {
      providerHead: channel.candidate.head,
      chainHead: this.env.chain.head,
      served: this.env.chain.served,
    });
    if (judged === "missing_data") return this.#onMissing(attempt, result, now);
    this.books.close(attempt, now, judged === "answer" ? "ok" : "revert", false);
    if (this.outcome !== null) return this.#leaveWhenIdle();
    this.#select(attempt, now);
    if (judged === "disguised_revert") {
      const error = `{"code":3,"message":"execution reverted","data":${result}}`;
      return this.#finish({ kind: "error", error, category: "revert", code: 3 });
    }
    const served = heightServed(this.env.chain, channel, this.method, this.block, result);
    this.#markBehind(channel, served.behind);
    this.#finish({ kind: "result", result: served.result }, now);
  }

  /** An empty answer from a channel that could not know better: another may. */
  #onMissing(attempt: Attempt, result: string, now: number): void {
    this.books.close(attempt, now, "missing_data", false);
    const failure = bareFailure("missing_data", "the provider does not have this block yet", { result });
    this.#failures.add(failure, attempt);
    this.#picker?.refuse(attempt.channel);
    this.#goOn(attempt, "missing_data", now);
  }

  streamed(attempt: Attempt, stream: AnswerStream): void {
    const now = this.env.clock.now();
    this.books.drop(attempt);
    if (this.outcome !== null) {
      stream.cancel();
      return this.#leaveWhenIdle();
    }
    this.#select(attempt, now);
    stream.watch(this.env.sweep, now, this.limits.attemptTimeoutMs);
    this.#markBehind(attempt.channel, isBehind(this.env.chain, attempt.channel, this.block));
    this.#finish({ kind: "stream", stream }, now);
  }

  streamSettled(attempt: Attempt, failure: string | null): void {
    const { channel, ticket } = attempt;
    if (failure === "cancelled") channel.abandoned(ticket);
    else if (failure === null) channel.succeeded(ticket, this.method);
    else channel.failed(ticket, this.method, cutVerdict, failure);
    const outcome = failure === null ? "ok" : failure === "cancelled" ? "cancelled" : "transport";
    this.books.close(attempt, this.env.clock.now(), outcome, false);
    if (this.outcome?.kind === "stream") this.env.streamEnded(this, failure);
  }

  failed(attempt: Attempt, verdict: Verdict, failure: Failure, sent: boolean): void {
    const now = this.env.clock.now();
    const { channel } = attempt;
    channel.failed(attempt.ticket, this.method, verdict, failure.message);
    this.books.close(attempt, now, verdict.category, verdict.category === "timeout");
    if (this.outcome !== null) return this.#leaveWhenIdle();
    if (verdict.category === "tx_known" && this.#succeedWithHash(attempt, now)) return;
    this.#failures.add(failure, attempt);
    if (verdict.lookUpHash) this.#lookUpHash = true;
    this.#picker?.failed(channel, verdict, failure.retryAfterMs, now);
    if (!mayGoOn(this.info, verdict, sent)) {
      this.#noMore = true;
      return this.#conclude();
    }
    if (verdict.next === "split" && this.#splitNow(verdict)) return;
    if (verdict.next === "once") {
      if (this.#onceUsed) return this.#conclude();
      this.#onceUsed = true;
    }
    this.#goOn(attempt, verdict.category, now);
  }

  stale(attempt: Attempt, failure: TransportFailure): void {
    const now = this.env.clock.now();
    const { channel } = attempt;
    channel.abandoned(attempt.ticket);
    if (this.outcome === null && (mayRepeat(this.info) || !failure.sent)) {
      this.books.drop(attempt);
      return this.#launch(channel, attempt.why, now, attempt);
    }
    this.books.close(attempt, now, "transport", false);
    if (this.outcome !== null) return this.#leaveWhenIdle();
    this.#failures.add(bareFailure("transport", failure.message), attempt);
    this.#conclude();
  }

  #goOn(attempt: Attempt, category: Verdict["category"], now: number): void {
    if (this.outcome !== null) return this.#leaveWhenIdle();
    if (this.#noMore) return this.#conclude();
    if (this.#launchNext(now, "failover")) {
      flushNow();
      this.env.recorder.failover(this.env.chain.name, attempt.channel.provider.id, category);
    } else if (this.books.live.length === 0) this.#roundEnded(now);
  }

  // ---- ending ---------------------------------------------------------------------------------------------------

  /** Every channel of this round was tried: wait and begin another, or give up. */
  #roundEnded(now: number): void {
    const picker = this.#picker;
    if (picker === null || !this.#mayLaunchMore()) return this.#conclude();
    const left = this.limits.deadline - now;
    const { budgetWaitMs } = picker;
    if (budgetWaitMs <= left / 2) return this.#wait("token", now + budgetWaitMs);
    if (this.#failures.none && budgetWaitMs < Infinity) {
      const message = "The rate budget of every provider is used up.";
      const refusal = refuse("rate_limited", message, { retryAfterMs: budgetWaitMs });
      return this.#finish({ kind: "refusal", refusal });
    }
    const mayPass = !this.#failures.none && mayRepeat(this.info);
    const pause = roundPauseMs(this.limits.retry, this.#round, picker.nextFreeIn(now), this.env.random);
    if (!mayPass || pause >= left) return this.#conclude();
    this.#round++;
    this.#wait("round", now + pause);
  }

  /** Nothing else is to be tried; a broadcast waits for those that are still under way. */
  #conclude(): void {
    if (this.info.replay === "send" && this.books.live.length > 0) return;
    if (this.#lookUpHash && this.#lookUpTransaction()) return;
    this.#finish(this.#emptyOrder() ?? this.#failure(false));
  }

  /** What the client gets of the failures; who gave it is the selected provider. */
  #failure(outOfTime: boolean): Outcome {
    const { outcome, giver } = this.#failures.outcome(this.attempts, outOfTime);
    if (giver !== null) this.#select(giver, giver.endedAt);
    return outcome;
  }

  #emptyOrder(): Outcome | null {
    if (!this.#failures.none) return null;
    return { kind: "refusal", refusal: refuse(...this.env.whyNone(this)) };
  }

  #succeedWithHash(attempt: Attempt, now: number): boolean {
    const hash = ownHash(this.request.call.params);
    if (hash === null) return false;
    this.#select(attempt, now);
    this.#finish({ kind: "result", result: `"${hash}"` });
    return true;
  }

  #lookUpTransaction(): boolean {
    this.#lookUpHash = false;
    this.#lookUp = lookUpOwn(this, (hash) => {
      if (this.outcome !== null) return;
      this.#finish(hash === null ? this.#failure(false) : { kind: "result", result: `"${hash}"` });
    });
    return this.#lookUp !== null;
  }

  // ---- a range in pieces ----------------------------------------------------------------------------------------

  #splitNow(verdict: Verdict): boolean {
    if (!this.info.splittable || this.books.live.length > 0) return false;
    const params = this.request.call.params ?? "";
    return this.#startSplit(splitAfter(params, this.block, verdict.learnt, this.env.chain.head));
  }

  #startSplit(pieces: Pieces | null): boolean {
    if (pieces === null || this.#split !== null) return false;
    this.#split = SplitRun.of(this, pieces, (outcome) => {
      if (this.outcome === null) this.#finish(outcome);
    });
    this.#split?.start();
    return this.#split !== null;
  }

  /** A piece of this call has ended: what it did is this call's doing. */
  addPiece(piece: Run): void {
    this.books.addInner(piece.books);
    this.behind ||= piece.behind;
    if (piece.firstAttemptAt === null) return;
    this.firstAttemptAt ??= piece.firstAttemptAt;
    this.selected = piece.selected ?? this.selected;
    this.selectedMs = this.env.clock.now() - this.firstAttemptAt;
  }

  // ---- the books ------------------------------------------------------------------------------------------------

  #select(attempt: Attempt, now: number): void {
    this.selected = attempt.channel;
    this.selectedMs = now - attempt.startedAt;
    this.#reason = attempt.why;
  }

  #markBehind(channel: Channel, behind: boolean): void {
    this.behind = behind;
    if (behind) this.env.recorder.behind(this.env.chain.name, channel.provider.id);
  }

  #finish(outcome: Outcome, now = this.env.clock.now()): void {
    this.outcome = outcome;
    this.finishedAt = now;
    this.#split?.cancel();
    this.#lookUp?.cancel();
    if (this.info.replay === "send" && outcome.kind === "result") this.#leaveWhenIdle();
    else {
      this.books.giveUpAll(this.finishedAt, "cancelled");
      this.env.sweep.remove(this);
    }
    this.#done(this);
  }

  /** A broadcast that succeeded goes on at the other channels till they have answered. */
  #leaveWhenIdle(): void {
    if (this.books.live.length === 0) this.env.sweep.remove(this);
  }
}
