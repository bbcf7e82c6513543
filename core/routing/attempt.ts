// One try of one call at one channel: from the breaker's ticket to a verdict. It sends, listens, and tells its call
// what came of it; it decides nothing about other channels.

import type { Exchange, Reply, ReplySink, TransportFailure } from "../plugins/transport.ts";
import type { Channel } from "../providers/channel.ts";
import { readAnswer, readAnswerHead } from "../rpc/answer.ts";
import type { FailureFacts, Verdict } from "../rpc/category.ts";
import { classify } from "../rpc/classify.ts";
import { toWire, wireToText } from "../rpc/wire.ts";
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
  /** The connection was closed before it took the call; nothing is known against the channel. */
  stale(attempt: Attempt): void;
}

const noFault: Omit<FailureFacts, "method"> = {
  status: null,
  retryAfterMs: null,
  error: null,
  fault: null,
  bodyText: null,
};

export class Attempt implements ReplySink {
  readonly channel: Channel;
  readonly ticket: number;
  readonly startedAt: number;
  readonly #owner: AttemptOwner;
  readonly #id: number;
  #exchange: Exchange | null = null;
  /** When it counts as slow and as timed out; monotonic ms. */
  slowAt: number;
  timeoutAt: number;
  /** Counted as a timeout already, but left running because nothing else is left. */
  overdue = false;
  live = true;

  constructor(
    owner: AttemptOwner,
    channel: Channel,
    id: number,
    now: number,
    slowAt: number,
    timeoutAt: number,
  ) {
    this.#owner = owner;
    this.channel = channel;
    this.#id = id;
    this.startedAt = now;
    this.slowAt = slowAt;
    this.timeoutAt = timeoutAt;
    this.ticket = channel.begin();
  }

  send(body: string, fresh: boolean): void {
    this.#exchange = this.channel.transport.send(
      { id: this.#id, method: this.#owner.method, body, fresh },
      this,
    );
  }

  /** Gives it up without a verdict. */
  cancel(): void {
    if (!this.live) return;
    this.live = false;
    this.#exchange?.cancel();
  }

  onReply(reply: Reply): void {
    if (!this.live) {
      reply.rest?.cancel();
      return;
    }
    if (reply.rest !== null) return this.#onLongReply(reply);
    const answer = readAnswer(reply.body, this.#id);
    if (answer.kind === "result" && reply.status < 300) {
      this.live = false;
      return this.#owner.resulted(this, answer.result);
    }
    if (answer.kind === "error") {
      return this.#fail(
        {
          status: reply.status,
          retryAfterMs: reply.retryAfterMs,
          error: answer.facts,
          fault: null,
          bodyText: null,
        },
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

  onFailure(failure: TransportFailure): void {
    if (!this.live) return;
    if (failure.code === "stale") {
      this.live = false;
      return this.#owner.stale(this);
    }
    const fault = failure.code === "malformed" || failure.code === "too_large" ? "malformed" : "transport";
    this.#fail({ ...noFault, fault }, failure.message, null, 0, failure.sent);
  }

  /** The attempt took longer than it may. */
  timeOut(afterMs: number): void {
    this.#exchange?.cancel();
    this.#fail({ ...noFault, fault: "timeout" }, `no answer within ${Math.round(afterMs)} ms`, null, 0);
  }

  #onLongReply(reply: Reply): void {
    const rest = reply.rest;
    if (rest === null) return;
    if (reply.status >= 300) {
      rest.cancel();
      return this.#fault(null, `HTTP status ${reply.status}`, reply);
    }
    const head = readAnswerHead(reply.body, this.#id);
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
  #collect(head: string, rest: Reply["rest"], reply: Reply): void {
    const parts = [head];
    rest?.pipe({
      write: (chunk) => {
        parts.push(toWire(chunk));
        return true;
      },
      end: () => this.onReply({ ...reply, body: parts.join(""), rest: null }),
      fail: (failure) => this.onFailure(failure),
    });
  }

  #fault(fault: FailureFacts["fault"], message: string, reply: Reply): void {
    const facts = {
      ...noFault,
      status: reply.status,
      retryAfterMs: reply.retryAfterMs,
      fault,
      bodyText: wireToText(reply.body.slice(0, 4096)),
    };
    this.#fail(facts, message, null, 0);
  }

  #fail(
    facts: Omit<FailureFacts, "method">,
    message: string,
    error: string | null,
    code: number,
    sent = true,
  ): void {
    this.live = false;
    const verdict = classify(
      { method: this.#owner.method, ...facts },
      this.channel.provider.settings.errorRules,
    );
    const failure: Failure = {
      category: verdict.category,
      error,
      code,
      message,
      retryAfterMs: facts.retryAfterMs ?? verdict.setAside?.ms ?? null,
      result: null,
    };
    this.#owner.failed(this, verdict, failure, sent);
  }
}
