// How a simulated provider treats WebSockets and subscriptions: what it offers, what it refuses, and what goes wrong
// with its announcements. A part of its settings; all of it may change while it runs.

import { type Dose, doseProblem } from "./dose.ts";
import { type Latency, latencyProblem } from "./latency.ts";

export const subscriptionKinds = ["newHeads", "logs", "newPendingTransactions", "syncing"] as const;

export type SubscriptionKind = typeof subscriptionKinds[number];

/**
 * How a kind of subscription that is not offered is refused: as go-ethereum, Bor and Erigon do (-32601), as a
 * middleware in front of Infura did (-32603), as Parity did (-32000).
 */
const denialStyles = ["geth", "middleware", "parity"] as const;

export type DenialStyle = typeof denialStyles[number];

export interface AnnouncementSettings {
  /** false: every handshake is refused with 404. Sockets that are open stay so. */
  readonly ws: boolean;
  /** Kinds that it does not offer. */
  readonly denySubscriptions: readonly SubscriptionKind[];
  readonly denialStyle: DenialStyle;
  /** On one socket; null: no limit. */
  readonly maxSubscriptions: number | null;
  /** Sockets stay open and calls are answered, but nothing is announced; what was missed is never announced. */
  readonly stallSubscriptions: boolean;
  /** Heads that are not announced. */
  readonly skipHeads: Dose;
  /** Blocks whose logs are not announced. */
  readonly skipLogs: Dose;
  /** Share of heads and logs that are announced twice, 0..1. */
  readonly duplicateEvents: number;
  /** How much later than other answers that to eth_subscribe comes; events wait for it. */
  readonly ackDelayMs: number;
  /** Events do not wait for the acknowledgement: those of the `ackDelayMs` come before it. */
  readonly earlyEvents: boolean;
  /** From a block's appearance to its announcement, drawn for each block; the order of blocks stays. */
  readonly eventDelay: Latency;
  /** Added to each `eventDelay`. */
  readonly lateEventsMs: number;
  /** Of one block. Nodes promise no order between the two. */
  readonly headsBeforeLogs: boolean;
  /** From the first of the two to the second; in between come other blocks' events. */
  readonly headLogGapMs: number;
  /** Of blocks that left the chain. go-ethereum tells the oldest block's first, each block's in their order. */
  readonly removedLogs: "oldest_first" | "newest_first";
}

export const defaultAnnouncementSettings: AnnouncementSettings = {
  ws: true,
  denySubscriptions: [],
  denialStyle: "geth",
  maxSubscriptions: null,
  stallSubscriptions: false,
  skipHeads: 0,
  skipLogs: 0,
  duplicateEvents: 0,
  ackDelayMs: 0,
  earlyEvents: false,
  eventDelay: { kind: "fixed", ms: 0 },
  lateEventsMs: 0,
  headsBeforeLogs: true,
  headLogGapMs: 0,
  removedLogs: "oldest_first",
};

/** Says what is wrong, or null. */
export function announcementProblem(settings: AnnouncementSettings): string | null {
  const { denySubscriptions, maxSubscriptions, duplicateEvents, ackDelayMs, headLogGapMs, lateEventsMs } =
    settings;
  const unknown = denySubscriptions.find((kind) => !subscriptionKinds.includes(kind));
  if (unknown !== undefined) {
    return `denySubscriptions must name some of ${subscriptionKinds.join(", ")}: it names ${unknown}`;
  }
  if (!denialStyles.includes(settings.denialStyle)) {
    return `denialStyle must be one of ${denialStyles.join(", ")}: it is ${settings.denialStyle}`;
  }
  if (maxSubscriptions !== null && !(Number.isInteger(maxSubscriptions) && maxSubscriptions >= 0)) {
    return `maxSubscriptions must be a whole number of 0 or more, or null: it is ${maxSubscriptions}`;
  }
  if (!(duplicateEvents >= 0 && duplicateEvents <= 1)) {
    return `duplicateEvents must be 0 to 1: it is ${duplicateEvents}`;
  }
  for (const [name, ms] of Object.entries({ ackDelayMs, headLogGapMs, lateEventsMs })) {
    if (!(ms >= 0 && Number.isFinite(ms))) return `${name} must be a finite number of 0 or more: it is ${ms}`;
  }
  if (settings.earlyEvents && ackDelayMs === 0) {
    return "earlyEvents needs an ackDelayMs above 0: without it nothing can come before the acknowledgement";
  }
  const delay = latencyProblem(settings.eventDelay);
  return doseProblem("skipHeads", settings.skipHeads) ?? doseProblem("skipLogs", settings.skipLogs) ??
    (delay === null ? null : delay.replace(/^latency/, "eventDelay"));
}
