// Alerts of a running router: judges the rules once a second, tells targets, the feed and the history what changed,
// and goes on through reloads and restarts. Started by cli/start_alerts.ts; never on the way of a call.

import { sleep } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { maskText } from "../redact.ts";
import type { AlertSettings } from "../settings.ts";
import { supervise, type Supervised } from "../supervise.ts";
import { AlertMachine, type Moment } from "./alert_machine.ts";
import { firingBefore } from "./before_restart.ts";
import type { AlertFacts } from "./facts.ts";
import type { AlertNotice, AlertService, AlertView, DeadLetterRetry, TargetView } from "./model.ts";
import { AlertSender, type SenderDeps } from "./sender.ts";

export interface AlertsDeps extends SenderDeps {
  readonly facts: AlertFacts;
  /** `alert.firing` and `alert.resolved`, for feed and history. */
  emit(event: string, fields: Readonly<Record<string, unknown>>): void;
}

const everyMs = 1_000;

export class Alerts implements AlertService, AsyncDisposable {
  readonly #deps: AlertsDeps;
  readonly #machine: AlertMachine;
  readonly #sender: AlertSender;
  #loop: Supervised | null = null;
  #restored = false;

  constructor(settings: AlertSettings, deps: AlertsDeps) {
    this.#deps = deps;
    this.#sender = new AlertSender(settings.targets, deps);
    this.#machine = new AlertMachine(settings, {
      tell: (notice, targets, change) => this.#tell(notice, targets, change),
    });
  }

  /** Begins to judge, after what an earlier process left was looked up. */
  start(): void {
    const { clock, random, log } = this.#deps;
    this.#loop ??= supervise({ name: "alerts", clock, random, log, run: (signal) => this.#run(signal) });
  }

  /** After a reload. */
  apply(settings: AlertSettings): void {
    // The last words of rules that are gone still go to the targets of before, where those remain.
    this.#machine.apply(settings, this.#moment());
    this.#sender.setTargets(settings.targets);
  }

  get firing(): readonly AlertView[] {
    return this.#views().filter(({ firedAt }) => firedAt !== null);
  }

  get pending(): readonly AlertView[] {
    return this.#views().filter(({ firedAt }) => firedAt === null);
  }

  get targets(): readonly TargetView[] {
    return this.#sender.views();
  }

  /** How many alerts of each rule fire. */
  counts(): Iterable<readonly [rule: string, firing: number]> {
    return this.#machine.counts();
  }

  retryDeadLetter(id: number): Promise<DeadLetterRetry> {
    return this.#sender.retry(id);
  }

  /** Keeps what was not delivered as dead letters. The history must still take them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop?.[Symbol.asyncDispose]();
    await this.#sender[Symbol.asyncDispose]();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, facts } = this.#deps;
    if (!this.#restored) {
      this.#restored = true;
      await this.#restore();
    }
    while (!signal.aborted) {
      const steps = this.#machine.steps(facts, this.#moment());
      while (!steps.next().done) await sleep(clock, 0, signal);
      this.#sender.tick();
      await sleep(clock, everyMs, signal);
    }
  }

  /** A history that can't be read must not keep alerts from working. */
  async #restore(): Promise<void> {
    const { clock, history, log } = this.#deps;
    try {
      await this.#sender.letters.load();
      this.#machine.restore(await firingBefore(history, clock.wallNow()), this.#moment());
    } catch (thrown) {
      log.write("error", "alert.restore_failed", { error: maskText(messageOf(thrown)) });
    }
  }

  #tell(notice: AlertNotice, targets: readonly string[], change: boolean): void {
    if (change) {
      const { payload, text } = notice;
      const { status, chain, provider, rule, key, value, since } = payload;
      this.#deps.emit(`alert.${status}`, { chain, provider, rule, key, value, since, text, to: targets });
    }
    this.#sender.send(notice, targets);
  }

  #views(): AlertView[] {
    return [...this.#machine.views(this.#deps.clock.now())];
  }

  #moment(): Moment {
    return { now: this.#deps.clock.now(), wall: this.#deps.clock.wallNow() };
  }
}
