// Hears of every client call that has ended, and leaves the log line and the counts. Sampling spares successes only:
// a failure is always logged.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { Random } from "../random.ts";
import { endToEndMs, overheadMs, resultLabel } from "../routing/metadata.ts";
import { requestLine } from "../routing/request_log.ts";
import type { Run } from "../routing/run.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { EventHub } from "./event_hub.ts";

export class RequestObserver {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #recorder: Recorder;
  readonly #hub: EventHub;
  /** A reload replaces it. */
  settings: ObservabilitySettings;

  constructor(
    settings: ObservabilitySettings,
    clock: Clock,
    random: Random,
    log: Log,
    recorder: Recorder,
    hub: EventHub,
  ) {
    this.settings = settings;
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
    this.#recorder.request(run.env.chain.name, run.info.label, label, endToEndMs(run), overheadMs(run));
    if (this.#hub.listening) publishRouting(this.#hub, run, label);
    const isFailure = streamFailure !== null || run.outcome?.kind === "refusal";
    const level = isFailure ? "warn" : "info";
    if (!this.#log.enabled(level)) return;
    const { samplingRate } = this.settings;
    if (!isFailure && samplingRate < 1 && this.#random.next() >= samplingRate) return;
    this.#log.line(level, requestLine(run, this.#clock.wallNow(), this.settings, streamFailure));
  }
}

function publishRouting(hub: EventHub, run: Run, result: string): void {
  const candidate = run.selected?.candidate;
  const failovers = Math.max(0, run.attempts.length - 1);
  const failed = result !== "ok" && result !== "error";
  hub.publish("routing", run.env.chain.name, {
    method: run.info.label,
    strategy: run.limits.strategy,
    provider_id: candidate?.provider ?? null,
    transport: candidate?.transport ?? null,
    duration_ms: Math.round(endToEndMs(run) * 1000) / 1000,
    result,
    failover_count: failovers,
    request_id: run.request.id,
  }, failed || failovers > 0);
}
