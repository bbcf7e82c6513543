// Hears of every client call that has ended, and leaves the log line, the counts, and what history keeps of it.
// Sampling spares successes only: a failure is always logged.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { Random } from "../random.ts";
import { endToEndMs, failedOver, overheadMs, resultLabel } from "../routing/metadata.ts";
import { requestLine } from "../routing/request_log.ts";
import type { Run } from "../routing/run.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { EndedCall } from "../tracing/tracer.ts";
import type { CallKeeper } from "./call_keeper.ts";
import type { EventHub } from "./event_hub.ts";
import { routingFields } from "./recent_calls.ts";

export class RequestObserver {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #recorder: Recorder;
  readonly #hub: EventHub;
  readonly #keeper: CallKeeper | null;
  /** A reload replaces it. */
  settings: ObservabilitySettings;

  constructor(
    settings: ObservabilitySettings,
    clock: Clock,
    random: Random,
    log: Log,
    recorder: Recorder,
    hub: EventHub,
    /** null: no call is kept. */
    keeper: CallKeeper | null = null,
  ) {
    this.settings = settings;
    this.#keeper = keeper;
    this.#hub = hub;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#recorder = recorder;
  }

  completed(run: Run, streamFailure: string | null): void {
    const label = streamFailure === null
      ? resultLabel(run)
      : streamFailure === "cancelled"
      ? "cancelled"
      : "transport";
    this.#recorder.request(
      run.env.chain.name,
      run.info.label,
      label,
      endToEndMs(run),
      overheadMs(run),
      run.finishedAt,
      run.limits.strategy,
      (label === "ok" || label === "error") && failedOver(run),
    );
    tellCall(this.#hub, run, label);
    if (run.request.trace != null) run.request.trace.ended(endedCall(run, label, this.#clock.now()));
    this.#keeper?.ended(run, label, streamFailure);
    const isFailure = streamFailure !== null || run.outcome?.kind === "refusal";
    const level = isFailure ? "warn" : "info";
    if (!this.#log.enabled(level)) return;
    const { samplingRate } = this.settings;
    if (!isFailure && samplingRate < 1 && this.#random.next() >= samplingRate) return;
    this.#log.line(level, requestLine(run, this.#clock.wallNow(), this.settings, streamFailure));
  }
}

/** `endedAt`: later than the call was settled where its answer was streamed. */
function endedCall(run: Run, outcome: string, endedAt: number): EndedCall {
  const { request, selected, attempts } = run;
  return {
    chain: run.env.chain.name,
    method: run.info.label,
    strategy: run.limits.strategy,
    ingress: request.ingress,
    requestId: request.id,
    outcome,
    errorCode: errorCodeOf(run.outcome),
    provider: selected?.candidate.provider ?? null,
    attempts: attempts.length,
    startedAt: request.receivedAt,
    endedAt,
  };
}

function errorCodeOf(outcome: Run["outcome"]): number | null {
  if (outcome?.kind === "refusal") return outcome.refusal.code;
  return outcome?.kind === "error" ? outcome.code : null;
}

/** The ring of recent calls costs a few writes; an event is made only while somebody listens. */
function tellCall(hub: EventHub, run: Run, result: string): void {
  const call = hub.calls.next();
  const candidate = run.selected?.candidate;
  call.at = hub.now;
  call.chain = run.env.chain.name;
  call.method = run.info.label;
  call.strategy = run.limits.strategy;
  call.provider = candidate?.provider ?? null;
  call.transport = candidate?.transport ?? null;
  call.durationMs = endToEndMs(run);
  call.result = result;
  call.failovers = Math.max(0, run.attempts.length - 1);
  call.requestId = run.request.id;
  if (!hub.listeningToCalls) return;
  const failed = result !== "ok" && result !== "error";
  hub.publish("routing", call.chain, routingFields(call), failed || call.failovers > 0);
}
