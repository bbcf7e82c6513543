// The attempts of one call: which are under way and what became of the others. Every attempt that was begun is
// closed here exactly once, which tells the recorder and frees the channel. It decides nothing; Run calls it.

import type { AttemptOutcome } from "../measure/recorder.ts";
import type { Channel } from "../providers/channel.ts";
import type { AttemptTrace, CallTrace } from "../tracing/tracer.ts";
import type { Attempt } from "./attempt.ts";
import type { AttemptSummary } from "./failures.ts";
import type { RunEnv } from "./run_env.ts";

export class AttemptBooks {
  /** In the order in which they ended; those of a split call's pieces among them. */
  readonly ended: AttemptSummary[] = [];
  /** Few: one, or a second beside a slow one, or a broadcast's. */
  readonly live: Attempt[] = [];
  /** Attempts of this call itself; sending again over a fresh connection is no new one. */
  begun = 0;
  /** Retries within the pieces of a split call. */
  #innerRetries = 0;
  /** When each of `ended` began; null while at most one has ended, whose begin is `#firstStart`. */
  #starts: number[] | null = null;
  #firstStart = 0;
  readonly #env: RunEnv;
  readonly #label: string;
  readonly #strategy: string;

  /** `label`: the method's; `strategy`: the one that serves the call. */
  constructor(env: RunEnv, label: string, strategy: string) {
    this.#env = env;
    this.#label = label;
    this.#strategy = strategy;
  }

  /** Attempts beyond the first. */
  get retries(): number {
    return Math.max(0, this.begun - 1) + this.#innerRetries;
  }

  /** Monotonic ms at which the attempt at that index of `ended` began. */
  startOf(index: number): number {
    return this.#starts?.[index] ?? this.#firstStart;
  }

  /** The trace of an attempt that begins; null where the call has none. */
  traceOf(call: CallTrace | null | undefined, { candidate }: Channel, now: number): AttemptTrace | null {
    if (call === null || call === undefined) return null;
    const { provider, transport } = candidate;
    return call.attempt(this.#env.chain.name, provider, transport, this.#label, now);
  }

  /** An attempt has ended. `atLeast`: it was given up, its true time is longer. */
  close(attempt: Attempt, now: number, outcome: AttemptOutcome, atLeast: boolean): void {
    this.drop(attempt);
    attempt.endedAt = now;
    const ms = now - attempt.startedAt;
    const { candidate } = attempt.channel;
    const { recorder, chain } = this.#env;
    recorder.attempt(chain.name, candidate, this.#label, ms, outcome, atLeast, now, this.#strategy);
    attempt.trace?.ended(outcome, now);
    this.#noteStart(attempt.startedAt);
    this.ended.push({
      provider: candidate.provider,
      transport: candidate.transport,
      ms: Math.round(ms * 1000) / 1000,
      outcome,
    });
  }

  /** An attempt is under way no longer; what became of it is not counted (yet). */
  drop(attempt: Attempt): void {
    const at = this.live.indexOf(attempt);
    if (at >= 0) this.live.splice(at, 1);
  }

  /** Ends all that is under way, without a word against the channels. */
  giveUpAll(now: number, outcome: "cancelled" | "timeout"): void {
    for (const attempt of [...this.live]) {
      attempt.cancel();
      attempt.channel.abandoned(attempt.ticket);
      this.close(attempt, now, outcome, true);
    }
  }

  /** Takes over what a piece of a split call did. */
  addInner(piece: AttemptBooks): void {
    for (const [index, summary] of piece.ended.entries()) {
      this.#noteStart(piece.startOf(index));
      this.ended.push(summary);
    }
    this.#innerRetries += piece.retries;
  }

  /** Called before `ended` gets the attempt. */
  #noteStart(at: number): void {
    if (this.ended.length === 0) this.#firstStart = at;
    else (this.#starts ??= [this.#firstStart]).push(at);
  }
}
