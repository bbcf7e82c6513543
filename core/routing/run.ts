// One client call on its way: tries channels in order within its time until one answers, or says why none did.
//
// Invariants: `done` is called once; an attempt that is in `#live` has a breaker ticket to settle. Everything that can happen is an event on this object: an attempt settles, time passes, the client leaves.

import type { BlockReference } from "../plugins/strategy.ts";
import type { Channel } from "../providers/channel.ts";
import type { Verdict } from "../rpc/category.ts";
import { judgeResult } from "../rpc/classify.ts";
import type { MethodInfo } from "../rpc/methods.ts";
import { refuse } from "../rpc/refusal.ts";
import { transactionHash } from "../rpc/tx_hash.ts";
import type { AnswerStream } from "./answer_stream.ts";
import { Attempt, type AttemptOwner } from "./attempt.ts";
import { type AttemptSummary, type Failure, outcomeOf } from "./failures.ts";
import { heightServed } from "./heights.ts";
import { Picker } from "./picker.ts";
import type { Outcome } from "./outcome.ts";
import type { RunEnv, RunLimits, RunRequest } from "./run_env.ts";
import type { Order } from "./selection.ts";
import { type Pieces, rangeOf, splitAfter, splitByRange } from "./split_logs.ts";
import { SplitRun } from "./split_run.ts";
import type { Swept } from "./sweep.ts";

/** A second channel is never started beside a slow one before this, ms. */
const leastSlowMs = 250;
/** How many times the usual p99 counts as slow. */
const slowFactor = 3;

export class Run implements AttemptOwner, Swept {
  readonly env: RunEnv;
  readonly request: RunRequest;
  readonly info: MethodInfo;
  readonly block: BlockReference;
  readonly limits: RunLimits;
  readonly attempts: AttemptSummary[] = [];
  selectionMs = 0;
  /** When the first attempt began; 0 before. */
  firstAttemptAt = 0;
  finishedAt = 0;
  outcome: Outcome | null = null;
  selected: Channel | null = null;
  selectedMs = 0;
  /** Why the selected channel got the call. */
  reason = "";
  /** The answer came from behind the head that was served before. */
  behind = false;
  wakeAt = Infinity;

  readonly #done: (run: Run) => void;
  readonly #live = new Set<Attempt>();
  readonly #failures: Failure[] = [];
  #picker: Picker | null = null;
  #round = 1;
  #launched = 0;
  /** Monotonic ms at which the next round begins; null while one is under way. */
  #waitUntil: number | null = null;
  #onceUsed = false;
  #hedged = false;
  #split: SplitRun | null = null;

  constructor(env: RunEnv, request: RunRequest, done: (run: Run) => void) {
    this.env = env;
    this.request = request;
    this.info = request.info;
    this.block = request.block;
    this.limits = request.limits;
    this.#done = done;
  }

  get method(): string {
    return this.request.call.method;
  }

  /** The candidates, best first; null when Lasso answered itself. */
  get order(): Order | null {
    return this.#picker?.order ?? null;
  }

  get retries(): number {
    return Math.max(0, this.attempts.length + this.#live.size - 1);
  }

  start(now: number): void {
    this.#picker = new Picker(
      this.env.chain,
      this.info,
      this.block,
      this.request.restriction,
      this.#makeOrder(now),
    );
    this.selectionMs = this.env.clock.now() - now;
    this.wakeAt = this.limits.deadline;
    this.env.sweep.add(this);
    if (this.#picker.order.eligible === 0 && this.env.chain.verifying) {
      return this.#restart(this.#picker, now, now);
    }
    this.#begin(now, "");
  }

  #begin(now: number, why: string): void {
    if (this.info.splittable && this.#splitAhead()) return;
    if (!this.#launchNext(now, why)) return this.#roundEnded(now);
    if (this.info.replay !== "send") return;
    while (this.#launched < this.env.chain.settings.sendFanout && this.#launchNext(now, "fan-out"));
  }

  /** Why the selected channel got the call, for people. */
  selectionReason(): string {
    if (this.selected === null) return "answered by Lasso";
    const call = { chain: this.env.chain.name, method: this.info.label, block: this.block };
    const why = this.env.explain(this.limits.strategy, this.selected.candidate, call);
    return this.reason === "" ? why : `${this.reason}; ${why}`;
  }

  /** Lasso knows the answer itself. */
  answerOwn(outcome: Outcome): void {
    this.outcome = outcome;
    this.finishedAt = this.env.clock.now();
    this.#done(this);
  }

  /** The client left: what it asked for is given up, but a broadcast goes on. */
  cancel(): void {
    if (this.outcome !== null) return;
    if (this.info.replay === "send" && this.#launched > 0) return;
    this.#finish({ kind: "refusal", refusal: refuse("cancelled", "The client left.") });
  }

  // ---- choosing -------------------------------------------------------------------------------------------------

  /** Starts the next channel that may serve; false when there is none at this moment. */
  #launchNext(now: number, why: string): boolean {
    const channel = this.#mayLaunchMore() ? this.#picker?.next() ?? null : null;
    if (channel === null) return false;
    this.#launch(channel, now, false);
    if (why !== "") this.reason = why;
    return true;
  }

  /** rounds: 0 turns failover off: one channel, once. */
  #mayLaunchMore(): boolean {
    return this.limits.retry.rounds > 0 || this.#launched === 0;
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

  #launch(channel: Channel, now: number, fresh: boolean): void {
    if (this.firstAttemptAt === 0) this.firstAttemptAt = now;
    const id = channel.nextId();
    const attempt = new Attempt(
      this,
      channel,
      id,
      now,
      now + leastSlowMs,
      now + this.limits.attemptTimeoutMs,
    );
    this.#live.add(attempt);
    this.#launched++;
    this.wakeAt = Math.min(this.wakeAt, attempt.slowAt, attempt.timeoutAt);
    const { methodToken, params } = this.request.call;
    const withParams = params === undefined ? "" : `,"params":${params}`;
    attempt.send(`{"jsonrpc":"2.0","id":${id},"method":${methodToken}${withParams}}`, fresh);
  }

  // ---- time -----------------------------------------------------------------------------------------------------

  onTime(now: number): void {
    if (now >= this.limits.deadline) return this.#outOfTime(now);
    this.wakeAt = this.limits.deadline;
    if (this.#waitUntil !== null) {
      if (now < this.#waitUntil) {
        this.wakeAt = this.#waitUntil;
        return;
      }
      this.#waitUntil = null;
      // Still no word on which chain the providers serve: look again with the next tick.
      const picker = this.#picker;
      if (
        picker !== null && this.#launched === 0 && picker.order.eligible === 0 && this.env.chain.verifying
      ) {
        return this.#restart(picker, now, now);
      }
      this.#begin(now, this.#launched === 0 ? "" : "retry");
    }
    for (const attempt of this.#live) this.#lookAt(attempt, now);
  }

  #lookAt(attempt: Attempt, now: number): void {
    if (now >= attempt.timeoutAt && !attempt.overdue) {
      if (this.outcome !== null || (this.#mayLaunchMore() && this.#picker?.hasNext === true)) {
        return attempt.timeOut(now - attempt.startedAt);
      }
      // The last channel: counted, but it may use all the time that is left.
      attempt.overdue = true;
      attempt.channel.breaker.failure(attempt.ticket, "timeout");
    } else if (now >= attempt.slowAt) this.#onSlow(attempt, now);
    const next = attempt.overdue ? Infinity : attempt.timeoutAt;
    if (attempt.live) this.wakeAt = Math.min(this.wakeAt, next, attempt.slowAt);
  }

  /** Slower than usual: the next channel is started beside it, once, if the call may be sent twice. */
  #onSlow(attempt: Attempt, now: number): void {
    this.env.view.refresh(now);
    const usual = this.env.view.latency(attempt.channel.candidate, this.info.label);
    const slowAt = attempt.startedAt + Math.max(leastSlowMs, slowFactor * (usual?.p99 ?? 0));
    if (now < slowAt) {
      attempt.slowAt = slowAt;
      return;
    }
    attempt.slowAt = Infinity;
    if (this.#hedged || this.outcome !== null || !this.#mayRepeat()) return;
    if (this.#picker?.hasEligible !== true) return;
    this.#hedged = this.#launchNext(now, "slow");
  }

  #outOfTime(now: number): void {
    for (const attempt of this.#live) {
      attempt.cancel();
      this.#settle(attempt, now, "timeout", true);
      attempt.channel.abandoned(attempt.ticket);
    }
    this.#live.clear();
    if (this.outcome !== null) return this.env.sweep.remove(this);
    this.#finish(outcomeOf(this.#failures, this.attempts, true));
  }

  // ---- what attempts say ----------------------------------------------------------------------------------------

  resulted(attempt: Attempt, result: string): void {
    const now = this.env.clock.now();
    this.#live.delete(attempt);
    const { channel } = attempt;
    channel.succeeded(attempt.ticket, this.method);
    const judged = judgeResult(this.method, this.block, result, {
      providerHead: channel.candidate.head,
      chainHead: this.env.chain.head,
    });
    if (judged === "missing_data") {
      this.#settle(attempt, now, "missing_data", false);
      const message = "the provider does not have this block yet";
      this.#failures.push({
        category: "missing_data",
        error: null,
        code: 0,
        message,
        retryAfterMs: null,
        result,
      });
      return this.#goOn(attempt, "missing_data", now);
    }
    this.#settle(attempt, now, "ok", false);
    if (this.outcome !== null) return this.#leaveWhenIdle();
    this.#select(attempt, now);
    const served = heightServed(this.env.chain, channel, this.method, this.block, result);
    this.behind = served.behind;
    if (served.behind) this.env.recorder.behind(this.env.chain.name, channel.provider.id);
    this.#finish({ kind: "result", result: served.result });
  }

  streamed(attempt: Attempt, stream: AnswerStream): void {
    const now = this.env.clock.now();
    this.#live.delete(attempt);
    if (this.outcome !== null) return stream.cancel();
    this.#select(attempt, now);
    this.#finish({ kind: "stream", stream });
  }

  streamSettled(attempt: Attempt, failure: string | null): void {
    const { channel, ticket } = attempt;
    if (failure === "cancelled") channel.abandoned(ticket);
    else if (failure === null) channel.succeeded(ticket, this.method);
    else channel.failed(ticket, this.method, cutVerdict, failure);
    const outcome = failure === null ? "ok" : failure === "cancelled" ? "cancelled" : "transport";
    this.#settle(attempt, this.env.clock.now(), outcome, false);
    this.env.streamEnded(this, failure);
  }

  failed(attempt: Attempt, verdict: Verdict, failure: Failure, sent: boolean): void {
    const now = this.env.clock.now();
    this.#live.delete(attempt);
    const { channel } = attempt;
    channel.failed(attempt.ticket, this.method, verdict, failure.message);
    this.#settle(attempt, now, verdict.category, verdict.category === "timeout");
    if (this.outcome !== null) return this.#leaveWhenIdle();
    if (verdict.category === "tx_known" && this.#succeedWithHash(attempt, now)) return;
    this.#failures.push(failure);
    if (!verdict.again) this.#picker?.refuse(channel);
    if (!this.#mayGoOn(verdict, sent)) return this.#conclude();
    if (verdict.next === "split" && this.#splitNow(verdict)) return;
    if (verdict.next === "once") {
      if (this.#onceUsed) return this.#conclude();
      this.#onceUsed = true;
    }
    this.#goOn(attempt, verdict.category, now);
  }

  stale(attempt: Attempt): void {
    const now = this.env.clock.now();
    this.#live.delete(attempt);
    attempt.channel.abandoned(attempt.ticket);
    if (this.outcome !== null) return this.#leaveWhenIdle();
    if (this.#mayRepeat()) return this.#launch(attempt.channel, now, true);
    const message = "the connection was closed by the upstream";
    this.#settle(attempt, now, "transport", false);
    this.#failures.push({
      category: "transport",
      error: null,
      code: 0,
      message,
      retryAfterMs: null,
      result: null,
    });
    this.#conclude();
  }

  /** Reads and raw transactions may be sent again; all else was sent once, whatever came of it. */
  #mayRepeat(): boolean {
    return this.info.replay === "read" || this.info.replay === "send";
  }

  #mayGoOn(verdict: Verdict, sent: boolean): boolean {
    if (verdict.next === "no") return false;
    if (this.#mayRepeat() || !sent) return true;
    const { category } = verdict;
    return category === "unsupported" || category === "rate_limited" || category === "quota" ||
      category === "auth";
  }

  #goOn(attempt: Attempt, category: Verdict["category"], now: number): void {
    if (this.outcome !== null) return this.#leaveWhenIdle();
    if (this.#launchNext(now, "failover")) {
      this.env.recorder.failover(this.env.chain.name, attempt.channel.provider.id, category);
      return;
    }
    if (this.#live.size === 0) this.#roundEnded(now);
  }

  // ---- ending ---------------------------------------------------------------------------------------------------

  /** Every channel of this round was tried: wait and begin another, or give up. */
  #roundEnded(now: number): void {
    const picker = this.#picker;
    if (picker === null) return;
    const left = this.limits.deadline - now;
    const { budgetWaitMs } = picker;
    if (budgetWaitMs <= left / 2) return this.#restart(picker, now + budgetWaitMs, now);
    if (this.#failures.length === 0 && budgetWaitMs < Infinity) {
      const message = "The rate budget of every provider is used up.";
      const refusal = refuse("rate_limited", message, { retryAfterMs: budgetWaitMs });
      return this.#finish({ kind: "refusal", refusal });
    }
    const { rounds, backoffMs, maxBackoffMs } = this.limits.retry;
    const freeIn = picker.nextFreeIn(now);
    if (this.#failures.length > 0 && this.#round < rounds && freeIn < Infinity && this.#mayRepeat()) {
      const backoff = this.env.random.next() * Math.min(maxBackoffMs, backoffMs * 2 ** (this.#round - 1));
      const wait = Math.max(backoff, freeIn);
      if (wait < left) {
        this.#round++;
        return this.#restart(picker, now + wait, now);
      }
    }
    this.#conclude();
  }

  #restart(picker: Picker, at: number, now: number): void {
    picker.restart(this.#makeOrder(now));
    this.#waitUntil = at;
    this.wakeAt = Math.min(this.limits.deadline, at);
  }

  /** Nothing else is to be tried; a broadcast waits for those that are still under way. */
  #conclude(): void {
    if (this.info.replay === "send" && this.#live.size > 0) return;
    if (this.info.replay === "send" && this.#lookUpTransaction()) return;
    this.#finish(this.#emptyOrder() ?? outcomeOf(this.#failures, this.attempts, false));
  }

  #emptyOrder(): Outcome | null {
    if (this.#failures.length > 0) return null;
    return { kind: "refusal", refusal: refuse(...this.env.whyNone(this)) };
  }

  #succeedWithHash(attempt: Attempt, now: number): boolean {
    const hash = this.#ownHash();
    if (hash === null) return false;
    this.#select(attempt, now);
    this.#finish({ kind: "result", result: `"${hash}"` });
    return true;
  }

  #ownHash(): string | null {
    const raw = /^\s*\[\s*"(0x[0-9a-fA-F]+)"/.exec(this.request.call.params ?? "");
    return raw === null ? null : transactionHash(raw[1] as string);
  }

  /** A rejected nonce may mean that the very transaction is in already: asked by its hash before the answer. */
  #lookUpTransaction(): boolean {
    const rejected = this.#failures.some((failure) =>
      failure.category === "tx_rejected" && /nonce/i.test(failure.message)
    );
    const hash = rejected ? this.#ownHash() : null;
    if (hash === null) return false;
    this.env.ask(this, "eth_getTransactionByHash", `["${hash}"]`, (outcome) => {
      if (this.outcome !== null) return;
      const known = outcome.kind === "result" && outcome.result !== "null";
      this.#finish(
        known ? { kind: "result", result: `"${hash}"` } : outcomeOf(this.#failures, this.attempts, false),
      );
    });
    return true;
  }

  /** A range that no channel takes whole is split before it is sent. */
  #splitAhead(): boolean {
    const range = rangeOf(this.block, this.env.chain.head);
    if (range === null) return false;
    const limit = this.#picker?.getLogsLimit() ?? 0;
    if (limit === 0 || limit === Infinity) return false;
    return this.#startSplit(splitByRange(this.request.call.params ?? "", range, limit));
  }

  #splitNow(verdict: Verdict): boolean {
    if (!this.info.splittable || this.#live.size > 0) return false;
    const params = this.request.call.params ?? "";
    return this.#startSplit(splitAfter(params, this.block, verdict.learnt, this.env.chain.head));
  }

  #startSplit(pieces: Pieces | null): boolean {
    if (pieces === null || this.#split !== null) return false;
    this.#split = new SplitRun(this, pieces, (outcome) => {
      if (this.outcome === null) this.#finish(outcome);
    });
    this.#split.start();
    return true;
  }

  #select(attempt: Attempt, now: number): void {
    this.selected = attempt.channel;
    this.selectedMs = now - attempt.startedAt;
  }

  /** Keeps the books of an attempt that has ended. */
  #settle(
    attempt: Attempt,
    now: number,
    outcome: AttemptSummary["outcome"] & Verdict["category"] | "ok",
    atLeast: boolean,
  ): void {
    const ms = now - attempt.startedAt;
    const { candidate } = attempt.channel;
    this.env.recorder.attempt(this.env.chain.name, candidate, this.info.label, ms, outcome, atLeast);
    this.attempts.push({
      provider: candidate.provider,
      transport: candidate.transport,
      ms: Math.round(ms * 1000) / 1000,
      outcome,
    });
  }

  #finish(outcome: Outcome): void {
    this.outcome = outcome;
    this.finishedAt = this.env.clock.now();
    this.#split?.cancel();
    if (this.info.replay === "send" && outcome.kind === "result") this.#leaveWhenIdle();
    else this.#giveUpLive();
    this.#done(this);
  }

  /** The others lost: a slow one enters the measurement as "at least so long". */
  #giveUpLive(): void {
    for (const attempt of this.#live) {
      attempt.cancel();
      attempt.channel.abandoned(attempt.ticket);
      this.#settle(attempt, this.finishedAt, "cancelled", true);
    }
    this.#live.clear();
    this.env.sweep.remove(this);
  }

  #leaveWhenIdle(): void {
    if (this.#live.size === 0) this.env.sweep.remove(this);
  }
}

/** What a cut behind the commit point means for the channel. */
const cutVerdict: Verdict = {
  category: "transport",
  next: "no",
  again: false,
  countsForBreaker: true,
  setAside: null,
  learnt: null,
  lookUpHash: false,
};
