// One try of one call at one channel: from the breaker's ticket to a verdict. It sends, listens, and tells its call
// what came of it; it decides nothing about other channels.

import { messageOf } from "../errors.ts";
import type { BodyStream, Exchange, Reply, ReplySink, TransportFailure } from "../plugins/transport.ts";
import type { Channel } from "../providers/channel.ts";
import { maskText } from "../redact.ts";
import { readAnswer, readAnswerHead } from "../rpc/answer.ts";
import { type FailureFacts, failureFacts, type Verdict } from "../rpc/category.ts";
import { believedWaitMs, classify, isMisshapen, isNeverLong } from "../rpc/classify.ts";
import { textToWire, toWire, wireToText } from "../rpc/wire.ts";
import type { AttemptTrace } from "../tracing/tracer.ts";
import { AnswerStream } from "./answer_stream.ts";
import type { Failure } from "./failures.ts";

/** What an attempt tells its call: exactly one of these, once; or nothing after `cancel`. */
export interface AttemptOwner {
  readonly method: string;
  /** A whole result (wire text). */
  resulted(attempt: Attempt, result: string): void;
  /** A result that is too long to hold. Whole or not is known when `settled` is called. */
  streamed(attempt: Attempt, stream: AnswerStream): void;
  streamSettled(attempt: Attempt, failure: string | null): void;
  failed(attempt: Attempt, verdict: Verdict, failure: Failure, sent: boolean): void;
  /** The connection was closed before any byte of an answer; nothing is known against the channel. */
  stale(attempt: Attempt, failure: TransportFailure): void;
  /** What the attempt led to threw. */
  broke(thrown: unknown): void;
}

/** Most that is held of a long answer that is no result: far above any error's data, far below `max_response`. */
const maxHeldBytes = 8 * 1024 * 1024;

const oddResult = "the result is none that the method gives";

/** Names no call to a breaker. */
const settledTicket = -1;

/** What a cut behind the commit point means for the channel. */
export const cutVerdict: Verdict = {
  category: "transport",
  next: "no",
  again: false,
  countsForBreaker: true,
  setAside: null,
  learnt: null,
  lookUpHash: false,
};

export class Attempt implements ReplySink {
  readonly channel: Channel;
  /** Why this channel was chosen at this moment; empty for the first choice. */
  readonly why: string;
  readonly startedAt: number;
  readonly #owner: AttemptOwner;
  readonly #id: number;
  #ticket: number;
  #exchange: Exchange | null = null;
  /** The rest of a long answer that is being collected. */
  #rest: BodyStream | null = null;
  #fresh = false;
  /** When it counts as slow and as timed out; monotonic ms. */
  slowAt: number;
  timeoutAt: number;
  #overdue = false;
  live = true;
  /** null: none is kept. */
  trace: AttemptTrace | null = null;
  /** Monotonic ms; set by the books. */
  endedAt = 0;

  constructor(
    owner: AttemptOwner,
    channel: Channel,
    why: string,
    id: number,
    now: number,
    slowAt: number,
    timeoutAt: number,
  ) {
    this.#owner = owner;
    this.channel = channel;
    this.why = why;
    this.#id = id;
    this.startedAt = now;
    this.slowAt = slowAt;
    this.timeoutAt = timeoutAt;
    this.#ticket = channel.begin();
  }

  /** The breaker's; a breaker knows nothing of the one of an overdue attempt, because that was settled. */
  get ticket(): number {
    return this.#ticket;
  }

  /** Counted as a timeout already, but left running because nothing else is left. */
  get overdue(): boolean {
    return this.#overdue;
  }

  /** `fresh`: over a connection that was not used before. */
  send(body: string, fresh: boolean): void {
    this.#fresh = fresh;
    try {
      this.#exchange = this.channel.transport.send(
        { id: this.#id, method: this.#owner.method, body, fresh, headers: this.trace?.headers ?? "" },
        this,
      );
    } catch (thrown) {
      // The transport's fault stays here. Told later, as it would tell a failure itself.
      const message = `the transport threw: ${messageOf(thrown)}`;
      queueMicrotask(() => this.onFailure({ code: "closed", message, sent: true }));
    }
  }

  /** Counts it as a timeout and lets it go on. */
  markOverdue(): void {
    this.#overdue = true;
    this.channel.breaker.failure(this.#ticket, "timeout");
    this.#ticket = settledTicket;
  }

  /** Gives it up without a verdict. */
  cancel(): void {
    if (!this.live) return;
    this.live = false;
    this.#stop();
  }

  /** The boundary around what an answer leads to: a fault there ends this call, not the process. */
  onReply(reply: Reply): void {
    try {
      this.#onReply(reply);
    } catch (thrown) {
      this.#owner.broke(thrown);
    }
  }

  onFailure(failure: TransportFailure): void {
    try {
      this.#onFailure(failure);
    } catch (thrown) {
      this.#owner.broke(thrown);
    }
  }

  #onReply(reply: Reply): void {
    if (!this.live) {
      reply.rest?.cancel();
      return;
    }
    if (reply.rest !== null) return this.#onLongReply(reply);
    const answer = readAnswer(reply.body, this.#id);
    if (answer.kind === "result" && reply.status < 300) {
      if (isMisshapen(this.#owner.method, answer.result)) return this.#fault("malformed", oddResult, reply);
      this.live = false;
      return this.#owner.resulted(this, answer.result);
    }
    if (answer.kind === "error") {
      return this.#fail(
        { status: reply.status, retryAfterMs: reply.retryAfterMs, error: answer.facts },
        answer.facts.message,
        answer.error,
        answer.facts.code,
      );
    }
    if (answer.kind === "wrong_id") return this.#fault("integrity", answer.why, reply);
    // With a bad status the status says more than the body, which is often a page for people.
    if (reply.status >= 300) return this.#fault(null, `HTTP status ${reply.status}`, reply);
    this.#fault("malformed", answer.kind === "malformed" ? answer.why : "the answer is odd", reply);
  }

  #onFailure(failure: TransportFailure): void {
    if (!this.live) return;
    // A connection that was not used before can't be stale: then something is wrong with the upstream.
    if (failure.code === "stale" && !this.#fresh) {
      this.live = false;
      return this.#owner.stale(this, failure);
    }
    const fault = failure.code === "malformed" || failure.code === "too_large" ? "malformed" : "transport";
    this.#fail({ fault }, failure.message, null, 0, failure.sent, failure.code === "busy");
  }

  /** The attempt took longer than it may. */
  timeOut(afterMs: number): void {
    this.#stop();
    this.#fail({ fault: "timeout" }, `no answer within ${Math.round(afterMs)} ms`, null, 0);
  }

  #stop(): void {
    this.#exchange?.cancel();
    this.#rest?.cancel();
  }

  #onLongReply(reply: Reply): void {
    const rest = reply.rest;
    if (rest === null) return;
    if (reply.status >= 300) {
      rest.cancel();
      return this.#fault(null, `HTTP status ${reply.status}`, reply);
    }
    const head = readAnswerHead(reply.body, this.#id);
    if (head.kind === "result" && isNeverLong(this.#owner.method)) {
      rest.cancel();
      return this.#fault("malformed", oddResult, reply);
    }
    if (head.kind === "result") {
      this.live = false;
      const settled = (failure: string | null): void => this.#owner.streamSettled(this, failure);
      const stream = new AnswerStream(reply.body.slice(head.at), rest, this.#id, head.idSeen, settled);
      return this.#owner.streamed(this, stream);
    }
    if (head.kind === "whole") return this.#collect(reply.body, rest, reply);
    rest.cancel();
    this.#fault(head.kind === "wrong_id" ? "integrity" : "malformed", head.why, reply);
  }

  /** A long answer whose head does not say what it is (an error with much data): it is held whole after all. */
  #collect(head: string, rest: BodyStream, reply: Reply): void {
    const parts = [head];
    let held = head.length;
    this.#rest = rest;
    rest.pipe({
      write: (chunk) => {
        held += chunk.length;
        if (held > maxHeldBytes) {
          rest.cancel();
          const why = `more than ${maxHeldBytes} bytes that are no result`;
          this.#fault("malformed", why, { ...reply, body: head });
          return false;
        }
        parts.push(toWire(chunk));
        return true;
      },
      end: () => this.onReply({ ...reply, body: parts.join(""), rest: null }),
      fail: (failure) => this.onFailure(failure),
    });
  }

  #fault(fault: FailureFacts["fault"], message: string, reply: Reply): void {
    const facts = {
      status: reply.status,
      retryAfterMs: reply.retryAfterMs,
      fault,
      bodyText: wireToText(reply.body.slice(0, 4096)),
    };
    this.#fail(facts, message, null, 0);
  }

  #fail(
    known: Partial<FailureFacts>,
    message: string,
    error: string | null,
    code: number,
    sent = true,
    /** Lasso's own limit kept it from being sent: nothing is known against the channel. */
    ownLimit = false,
  ): void {
    this.live = false;
    const { secrets, settings } = this.channel.provider;
    const facts = failureFacts(this.#owner.method, known);
    const judged = classify(facts, settings.errorRules);
    const verdict = ownLimit ? { ...judged, countsForBreaker: false } : judged;
    const failure: Failure = {
      category: verdict.category,
      error: error === null ? null : withoutKeys(error, secrets),
      code,
      message: maskText(message, secrets),
      retryAfterMs: believedWaitMs(facts.retryAfterMs) ?? verdict.setAside?.ms ?? null,
      result: null,
    };
    this.#owner.failed(this, verdict, failure, sent);
  }
}

/** Letters and digits, and long: what a word or a number of the caller's own is not. */
const keyLike = /^(?=.*\d)(?=.*[a-z]).{12,}$/i;

/** An upstream that repeats our key in its error does not tell it to the client; all else stays as it was. */
function withoutKeys(error: string, secrets: Iterable<string>): string {
  for (const secret of secrets) {
    if (keyLike.test(secret)) error = error.replaceAll(textToWire(secret), "***");
  }
  return error;
}
