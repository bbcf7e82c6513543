// Wires alerts: the rules judge the router in force, the hub hears what changes, a scrape shows what fires. Used by
// start_router.ts, which tells it of reloads and of the events of the router.

import { Alerts } from "../core/alerts/alerts.ts";
import type { AlertService } from "../core/alerts/model.ts";
import { postByFetch } from "../core/alerts/post.ts";
import { RouterFacts } from "../core/alerts/router_facts.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { History } from "../core/measure/history/model.ts";
import type { Meter } from "../core/measure/meter.ts";
import type { Random } from "../core/random.ts";
import type { Router } from "../core/routing/router.ts";
import type { EventHub } from "../core/server/event_hub.ts";
import type { AlertSettings } from "../core/settings.ts";

export interface AlertSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly hub: EventHub;
  readonly history: History;
  readonly meter: Meter;
  readonly version: string;
}

export interface AlertPart extends AsyncDisposable {
  readonly service: AlertService;
  /** An event of the router; gaps and reorgs of streams count. */
  heard(event: string, fields: Readonly<Record<string, unknown>>): void;
  /** Begins to judge. `router`: the one in force at that time. */
  start(router: () => Router): void;
  /** After a reload. */
  apply(settings: AlertSettings): void;
  /** Keeps what was not delivered: the history must still be open. */
  [Symbol.asyncDispose](): Promise<void>;
}

export function makeAlerts(settings: AlertSettings, surroundings: AlertSurroundings): AlertPart {
  const { clock, random, log, hub, history, meter, version } = surroundings;
  let router: (() => Router) | null = null;
  const facts = new RouterFacts({ clock, figures: meter.live, router: () => router?.() ?? null });
  const alerts = new Alerts(settings, {
    clock,
    random,
    log,
    history,
    facts,
    post: postByFetch(clock, `lasso/${version}`),
    // The server hands on to history what the hub hears.
    emit: (event, { chain, ...fields }) =>
      hub.publish("alert", typeof chain === "string" ? chain : null, { event, ...fields }),
  });
  meter.gauge(
    "lasso_alerts_firing",
    "Alerts that fire.",
    () => [...alerts.counts()].map(([rule, value]) => ({ labels: { rule }, value })),
  );
  meter.counter(
    "lasso_alert_notifications_total",
    "Messages about alerts, by what became of them.",
    () =>
      alerts.targets.flatMap(({ name, sent, failed }) => [
        { labels: { target: name, result: "sent" }, value: sent },
        { labels: { target: name, result: "failed" }, value: failed },
      ]),
  );
  return {
    service: alerts,
    heard: (event, fields) => facts.heard(event, fields),
    start: (inForce) => {
      router = inForce;
      alerts.start();
    },
    apply: (next) => alerts.apply(next),
    [Symbol.asyncDispose]: () => alerts[Symbol.asyncDispose](),
  };
}
