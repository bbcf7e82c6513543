// The states of alerts: pending, firing, resolved; one alert per rule, chain and provider. It is told the time and the
// facts, and says what is to be told to whom; it sends nothing itself. Owned by alerts.ts.

import type { AlertRule, AlertSettings } from "../settings.ts";
import { type AlertStanding, type AlertSubject, firingText, resolvedText, spanText } from "./alert_text.ts";
import { isPerProvider, limitOf, read, type Reading } from "./conditions.ts";
import type { AlertFacts, ChainFacts, ProviderFacts } from "./facts.ts";
import type { AlertNotice, AlertView } from "./model.ts";

/** An alert that is over for this long is resolved: as long as it had to hold, within these bounds. */
const minHoldMs = 30_000;
const maxHoldMs = 300_000;
/** One of which nothing is known any more is resolved after this long. */
const unknownMs = 600_000;
const judgedAtOnce = 2_000;

export interface MachineHost {
  /** `change` false: it is said again, or to a target that did not know yet. */
  tell(notice: AlertNotice, targets: readonly string[], change: boolean): void;
}

/** Two times of one moment: monotonic ms for spans, epoch ms to be shown. */
export interface Moment {
  readonly now: number;
  readonly wall: number;
}

/** A firing alert from before a restart. */
export interface RestoredAlert {
  readonly rule: string;
  readonly chain: string;
  readonly provider: string | null;
  /** Epoch ms. */
  readonly since: number;
  readonly value: number | null;
  /** Targets that were told that it fires. */
  readonly told: readonly string[];
}

interface Alert {
  readonly key: string;
  readonly chain: string;
  readonly provider: string | null;
  since: number;
  sinceNow: number;
  firedAt: number | null;
  value: number | null;
  limit: number;
  why: string | null;
  /** Number of the evaluation that saw its chain and provider last. */
  seen: number;
  lastBadAt: number;
  /** Known to be good since then without a break. */
  goodFrom: number | null;
  lastToldAt: number;
  readonly told: Set<string>;
}

interface Watch {
  rule: AlertRule;
  /** By chain and provider. */
  readonly alerts: Map<string, Alert>;
}

export class AlertMachine {
  readonly #host: MachineHost;
  readonly #watches = new Map<string, Watch>();
  #targets: ReadonlySet<string> = new Set();
  #evaluation = 0;

  constructor(settings: AlertSettings, host: MachineHost) {
    this.#host = host;
    this.apply(settings, { now: 0, wall: 0 });
  }

  /**
   * After a reload. A rule goes on with its alerts while its name and condition are the same; the alerts of one that is
   * gone are resolved, and those told of them are told so.
   */
  apply({ rules, targets }: AlertSettings, at: Moment): void {
    this.#targets = new Set(targets.map(({ name }) => name));
    const next = new Map(rules.map((rule) => [rule.name, rule]));
    for (const [name, watch] of this.#watches) {
      const rule = next.get(name);
      if (rule !== undefined && rule.when === watch.rule.when) watch.rule = rule;
      else {
        this.#watches.delete(name);
        for (const alert of watch.alerts.values()) this.#end(watch, alert, at, "the rule was removed");
      }
    }
    for (const rule of rules) {
      if (!this.#watches.has(rule.name)) this.#watches.set(rule.name, { rule, alerts: new Map() });
    }
  }

  /** Takes over what fired before a restart, where there is still such a rule: its next judgement decides. */
  restore(alerts: Iterable<RestoredAlert>, { now, wall }: Moment): void {
    for (const { rule, chain, provider, since, value, told } of alerts) {
      const watch = this.#watches.get(rule);
      const id = idOf(chain, provider);
      if (watch === undefined || watch.alerts.has(id)) continue;
      const sinceNow = now - Math.max(0, wall - since);
      const alert = newAlert(watch.rule, chain, provider, since, sinceNow, now);
      alert.firedAt = since;
      alert.value = value;
      alert.lastToldAt = now;
      for (const target of told) alert.told.add(target);
      watch.alerts.set(id, alert);
    }
  }

  /** Judges every rule. */
  evaluate(facts: AlertFacts, at: Moment): void {
    const steps = this.steps(facts, at);
    while (!steps.next().done);
  }

  /** The same in steps that take no more than a millisecond or so: between two of them others may have a turn. */
  *steps(facts: AlertFacts, at: Moment): Generator<void> {
    if (this.#watches.size === 0) return;
    this.#evaluation++;
    const chains = facts.chains();
    let judged = 0;
    for (const watch of this.#watches.values()) {
      if (judged > judgedAtOnce) {
        judged = 0;
        yield;
      }
      const { rule } = watch;
      const perProvider = isPerProvider(rule);
      const one = rule.provider === "*" ? null : rule.provider;
      for (const chain of chains) {
        if (rule.chain !== null && rule.chain !== chain.name) continue;
        judged += perProvider ? chain.providers.length : 1;
        if (!perProvider) this.#judge(watch, chain, null, at);
        else {
          for (const provider of chain.providers) {
            if (one === null || provider.id === one) this.#judge(watch, chain, provider, at);
          }
        }
      }
      for (const [id, alert] of watch.alerts) {
        if (alert.seen === this.#evaluation) continue;
        watch.alerts.delete(id);
        this.#end(watch, alert, at, "it is watched no longer");
      }
    }
  }

  /** Firing and pending ones, in the order of the rules. */
  *views(now: number): Iterable<AlertView> {
    for (const { rule, alerts } of this.#watches.values()) {
      for (const alert of alerts.values()) {
        yield {
          key: alert.key,
          rule: rule.name,
          when: rule.when,
          chain: alert.chain,
          provider: alert.provider,
          value: alert.value,
          since: alert.since,
          firedAt: alert.firedAt,
          text: firingText(subjectOf(rule, alert), standingOf(alert, now)) +
            (alert.goodFrom === null
              ? ""
              : ` Good again for ${spanText(now - alert.goodFrom)}, not yet over.`),
        };
      }
    }
  }

  /** How many alerts of each rule fire. */
  *counts(): Iterable<readonly [rule: string, firing: number]> {
    for (const [name, { alerts }] of this.#watches) {
      let firing = 0;
      for (const { firedAt } of alerts.values()) if (firedAt !== null) firing++;
      yield [name, firing];
    }
  }

  #judge(watch: Watch, chain: ChainFacts, provider: ProviderFacts | null, at: Moment): void {
    const { rule, alerts } = watch;
    const value = read(rule, chain, provider);
    const limit = limitOf(rule, provider);
    const isBad = value !== null && value > limit;
    if (!isBad && alerts.size === 0) return;
    const id = idOf(chain.name, provider?.id ?? null);
    let alert = alerts.get(id);
    if (alert === undefined) {
      if (!isBad) return;
      alert = newAlert(rule, chain.name, provider?.id ?? null, at.wall, at.now, at.now);
      alerts.set(id, alert);
    }
    alert.seen = this.#evaluation;
    alert.value = value === null ? null : rounded(value);
    if (isBad) {
      alert.limit = limit;
      alert.why = rule.when === "provider_down" ? provider?.reason ?? null : null;
      this.#bad(watch, alert, at);
    } else this.#notBad(watch, id, alert, value, at);
  }

  #bad(watch: Watch, alert: Alert, at: Moment): void {
    const { rule } = watch;
    alert.lastBadAt = at.now;
    alert.goodFrom = null;
    if (alert.firedAt === null) {
      if (at.now - alert.sinceNow < rule.forMs) return;
      alert.firedAt = at.wall;
      this.#fire(rule, alert, rule.to, at, true);
    } else if (rule.repeatMs !== null && at.now - alert.lastToldAt >= rule.repeatMs) {
      this.#fire(rule, alert, rule.to, at, false);
    } else {
      const others = rule.to.filter((target) => !alert.told.has(target));
      if (others.length > 0) this.#fire(rule, alert, others, at, false);
    }
  }

  #notBad({ rule, alerts }: Watch, id: string, alert: Alert, value: Reading, at: Moment): void {
    if (alert.firedAt === null) {
      alerts.delete(id);
      return;
    }
    if (value === null) alert.goodFrom = null;
    else alert.goodFrom ??= at.now;
    const holdMs = Math.min(Math.max(rule.forMs, minHoldMs), maxHoldMs);
    const isOver = alert.goodFrom !== null && at.now - alert.goodFrom >= holdMs;
    if (!isOver && at.now - alert.lastBadAt < unknownMs) return;
    alerts.delete(id);
    this.#resolve(rule, alert, at, isOver ? null : "nothing is known of it any more");
  }

  /** What it was about is gone. */
  #end({ rule }: Watch, alert: Alert, at: Moment, why: string): void {
    if (alert.firedAt !== null) this.#resolve(rule, alert, at, why);
  }

  #fire(rule: AlertRule, alert: Alert, targets: readonly string[], at: Moment, change: boolean): void {
    alert.lastToldAt = at.now;
    for (const target of targets) alert.told.add(target);
    const text = firingText(subjectOf(rule, alert), standingOf(alert, at.now));
    this.#host.tell(noticeOf("firing", rule, alert, text), targets, change);
  }

  /** Told to all that heard that it fires and are still there. */
  #resolve(rule: AlertRule, alert: Alert, at: Moment, why: string | null): void {
    const targets = [...alert.told].filter((target) => this.#targets.has(target));
    const until = alert.goodFrom ?? at.now;
    const text = resolvedText(subjectOf(rule, alert), { ...standingOf(alert, until), why });
    this.#host.tell(noticeOf("resolved", rule, alert, text), targets, true);
  }
}

function newAlert(
  rule: AlertRule,
  chain: string,
  provider: string | null,
  since: number,
  sinceNow: number,
  now: number,
): Alert {
  return {
    key: `${rule.name}/${idOf(chain, provider)}`,
    chain,
    provider,
    since,
    sinceNow,
    firedAt: null,
    value: null,
    limit: 0,
    why: null,
    seen: 0,
    lastBadAt: now,
    goodFrom: null,
    lastToldAt: now,
    told: new Set(),
  };
}

/** Names hold no slash. */
function idOf(chain: string, provider: string | null): string {
  return provider === null ? chain : `${chain}/${provider}`;
}

function subjectOf(rule: AlertRule, { chain, provider }: Alert): AlertSubject {
  return { rule, chain, provider };
}

function standingOf({ value, limit, sinceNow, why }: Alert, now: number): AlertStanding {
  return { value, limit, heldMs: Math.max(0, now - sinceNow), why };
}

function noticeOf(
  status: "firing" | "resolved",
  rule: AlertRule,
  alert: Alert,
  text: string,
): AlertNotice {
  const { key, chain, provider, value } = alert;
  const since = new Date(alert.since).toISOString();
  return { payload: { version: 1, status, rule: rule.name, chain, provider, value, since, key }, text };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
