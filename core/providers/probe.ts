// One call of Lasso's own over a channel: a probe. It keeps the same books as a client's attempt, so it is the
// trial of a half-open breaker and its failures count. Whatever the upstream answers, the outcome is a value: a
// malformed answer is a failed probe, never a throw. Called by health.ts only.

import type { Clock, Timer } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Exchange, Reply, ReplySink, TransportFailure } from "../plugins/transport.ts";
import { type Category, type FailureFacts, failureFacts } from "../rpc/category.ts";
import { classify } from "../rpc/classify.ts";
import { isRecord, readRecord } from "../rpc/json_values.ts";
import { wireToText } from "../rpc/wire.ts";
import { guardCall } from "../supervise.ts";
import type { Channel } from "./channel.ts";

export type ProbeOutcome<T> =
  | { readonly ok: true; readonly value: T }
  /** `category` "cancelled": it was told to end, or Lasso's own limits kept it from being sent. */
  | {
    readonly ok: false;
    readonly category: Category;
    readonly why: string;
  };

export interface ProbeOptions<T> {
  readonly channel: Channel;
  readonly method: string;
  /** JSON text of the params, for instance `[]`. */
  readonly params: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Reads the result; undefined when it is not what the method gives (the probe fails as malformed). */
  read(result: unknown): T | undefined;
}

const maxBodyTextChars = 1024;

export function probe<T>(options: ProbeOptions<T>): Promise<ProbeOutcome<T>> {
  return new Promise((resolve) => {
    if (options.signal.aborted) {
      resolve({ ok: false, category: "cancelled", why: "told to end" });
    } else new Probe(options, resolve).send(false);
  });
}

class Probe<T> implements ReplySink {
  readonly #options: ProbeOptions<T>;
  readonly #resolve: (outcome: ProbeOutcome<T>) => void;
  readonly #ticket: number;
  readonly #timer: Timer;
  readonly #onAbort = (): void => this.#cancel("told to end");
  #exchange: Exchange | null = null;
  #id = 0;
  #fresh = false;
  #settled = false;

  constructor(options: ProbeOptions<T>, resolve: (outcome: ProbeOutcome<T>) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#ticket = options.channel.begin();
    this.#timer = options.clock.after(options.timeoutMs, () => this.#timedOut());
    options.signal.addEventListener("abort", this.#onAbort);
  }

  send(fresh: boolean): void {
    const { channel, method, params, log } = this.#options;
    this.#fresh = fresh;
    this.#id = channel.nextId();
    const body = `{"jsonrpc":"2.0","id":${this.#id},"method":"${method}","params":${params}}`;
    const exchange = guardCall(
      `probe ${channel.id}`,
      log,
      () => channel.transport.send({ id: this.#id, method, body, fresh }, this),
    );
    if (exchange === undefined) this.#fail({ fault: "transport" }, "the transport failed to send");
    else this.#exchange = exchange;
  }

  onReply(reply: Reply): void {
    if (this.#settled) {
      reply.rest?.cancel();
      return;
    }
    if (reply.rest !== null) {
      reply.rest.cancel();
      this.#fail({ status: reply.status, fault: "malformed" }, "an answer far too long");
      return;
    }
    const text = wireToText(reply.body);
    const { status, retryAfterMs } = reply;
    const answer = readAnswer(text);
    if (answer === null) {
      const fault = status >= 200 && status < 300 ? "malformed" : null;
      const bodyText = text.slice(0, maxBodyTextChars);
      this.#fail({ status, retryAfterMs, fault, bodyText }, `status ${status} without a JSON-RPC answer`);
    } else if (answer.error !== undefined) {
      const { error } = answer;
      this.#fail({ status, retryAfterMs, error }, `status ${status}, error ${error.code}: ${error.message}`);
    } else if (answer.id !== this.#id) {
      this.#fail({ status, fault: "integrity" }, `an answer to call ${String(answer.id)}, not ${this.#id}`);
    } else {
      const value = this.#options.read(answer.result);
      if (value === undefined) {
        this.#fail(
          { status, fault: "malformed" },
          `${this.#options.method} gave something else than it should`,
        );
      } else this.#succeed(value);
    }
  }

  onFailure(failure: TransportFailure): void {
    if (this.#settled) return;
    const { code, message } = failure;
    if (code === "stale" && !this.#fresh) this.send(true);
    else if (code === "closed" || code === "busy") this.#cancel(message);
    else {
      const malformed = code === "malformed" || code === "too_large";
      this.#fail({ fault: malformed ? "malformed" : "transport" }, message);
    }
  }

  #timedOut(): void {
    if (this.#settled) return;
    this.#exchange?.cancel();
    this.#fail({ fault: "timeout" }, `no answer within ${this.#options.timeoutMs} ms`);
  }

  #succeed(value: T): void {
    this.#end();
    this.#options.channel.succeeded(this.#ticket, this.#options.method);
    this.#resolve({ ok: true, value });
  }

  #fail(known: Partial<FailureFacts>, why: string): void {
    this.#end();
    const { channel, method } = this.#options;
    const verdict = classify(failureFacts(method, known), channel.provider.settings.errorRules);
    channel.failed(this.#ticket, method, verdict, `${method} probe: ${why}`);
    this.#resolve({ ok: false, category: verdict.category, why });
  }

  #cancel(why: string): void {
    if (this.#settled) return;
    this.#end();
    this.#exchange?.cancel();
    this.#options.channel.abandoned(this.#ticket);
    this.#resolve({ ok: false, category: "cancelled", why });
  }

  #end(): void {
    this.#settled = true;
    this.#timer.cancel();
    this.#options.signal.removeEventListener("abort", this.#onAbort);
  }
}

interface Answer {
  readonly id: unknown;
  readonly result: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** A JSON-RPC response object; null for anything else. */
function readAnswer(text: string): Answer | null {
  const parsed = readRecord(text);
  if (parsed === null) return null;
  const { id, result, error } = parsed;
  if (error !== undefined && error !== null) {
    if (!isRecord(error)) return null;
    const code = typeof error.code === "number" ? error.code : 0;
    const message = typeof error.message === "string" ? error.message : "";
    return {
      id,
      result: undefined,
      error: error.data === undefined ? { code, message } : { code, message, data: error.data },
    };
  }
  return "result" in parsed ? { id, result } : null;
}
