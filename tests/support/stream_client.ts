// A subscriber of the streams' test world: a client's socket that writes down what it gets, in the ledger's form. It
// also notes what no client should ever see: an event before its acknowledgement, after its end, or for somebody else.

import { checkHeads } from "../../battle/simulator/check_heads.ts";
import { checkLogs } from "../../battle/simulator/check_logs.ts";
import type { Ledger, LedgerFilter } from "../../battle/simulator/ledger.ts";
import type { LedgerReport, RecordEntry } from "../../battle/simulator/ledger_record.ts";
import type { ClientSubscriptions, SharedMessage, SubscriberSocket } from "../../core/streams/subscriber.ts";
import { refusalError } from "../../core/rpc/refusal.ts";
import { textToWire, wireToText } from "../../core/rpc/wire.ts";
import type { OnGap } from "../../core/settings.ts";

/** One subscription as its client sees it. */
export class ClientSubscription {
  readonly kind: "newHeads" | "logs";
  readonly filter: LedgerFilter;
  /** null before the acknowledgement. */
  id: string | null = null;
  /** The error object's text; null when it was not refused. */
  refused: string | null = null;
  ack: { readonly number: number; readonly hash: string } | null = null;
  readonly entries: RecordEntry[] = [];
  /** `params.result` or `params.error` of each notification, as it came. */
  readonly texts: string[] = [];

  constructor(kind: "newHeads" | "logs", filter: LedgerFilter) {
    this.kind = kind;
    this.filter = filter;
  }

  get over(): boolean {
    return this.entries.at(-1)?.kind === "end";
  }

  /** What the ledger says of its record; it must be acknowledged. */
  check(ledger: Ledger): LedgerReport {
    const { ack, entries } = this;
    if (ack === null) throw new Error("not acknowledged");
    return this.kind === "newHeads"
      ? checkHeads(ledger, { ack, entries })
      : checkLogs(ledger, { ack, entries }, this.filter);
  }

  /** The numbers of the heads, or `block.index` of the logs (removals with a minus), and gaps in brackets. */
  get story(): string[] {
    return this.entries.map((entry) => {
      if (entry.kind === "head") return String(entry.number);
      if (entry.kind === "log") return `${entry.removed ? "-" : ""}${entry.blockNumber}.${entry.logIndex}`;
      if (entry.kind === "transaction") return entry.hash;
      return entry.kind === "gap" ? `[${entry.fromBlock}-${entry.toBlock}]` : `!${entry.code}`;
    });
  }
}

export class StreamClient implements SubscriberSocket {
  readonly name: string;
  readonly gaps: OnGap | null;
  readonly subscriptions: ClientSubscription[] = [];
  /** What should never happen. */
  readonly faults: string[] = [];
  /** Messages as they were handed over, for tests of sharing; kept only where wanted. */
  readonly messages: SharedMessage[] = [];
  keepsMessages = false;
  closedWith: { readonly code: number; readonly reason: string } | null = null;
  readonly #ledger: Ledger;
  #service: ClientSubscriptions | null = null;
  #left = false;

  constructor(name: string, ledger: Ledger, gaps: OnGap | null) {
    this.name = name;
    this.#ledger = ledger;
    this.gaps = gaps;
  }

  /** Called once, by the world. */
  connect(service: ClientSubscriptions): void {
    this.#service = service;
  }

  get service(): ClientSubscriptions {
    if (this.#service === null) throw new Error("not connected");
    return this.#service;
  }

  get gone(): boolean {
    return this.#left || this.closedWith !== null;
  }

  heads(): ClientSubscription {
    return this.#subscribe("newHeads", {}, '["newHeads"]');
  }

  logs(filter: LedgerFilter = {}): ClientSubscription {
    return this.#subscribe("logs", filter, `["logs",${JSON.stringify(filter)}]`);
  }

  unsubscribe(subscription: ClientSubscription): void {
    const outcome = this.service.unsubscribe(JSON.stringify([subscription.id]));
    if (outcome.kind !== "result" || outcome.result !== "true") {
      this.faults.push(`unsubscribe gave ${JSON.stringify(outcome)}`);
    }
    if (!subscription.over) subscription.entries.push({ kind: "end", code: null });
  }

  /** Disconnects. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.service.dispose();
    this.#endAll(null);
  }

  deliver(message: SharedMessage): void {
    if (this.gone) return this.#fault("a message after the end", message);
    if (this.keepsMessages) this.messages.push(message);
    const { method, params } = JSON.parse(wireToText(message.text)) as Notification;
    const subscription = this.subscriptions.find(({ id }) => id !== null && id === params?.subscription);
    if (method !== "eth_subscription" || params === undefined) {
      return this.#fault("no notification", message);
    }
    if (subscription === undefined) return this.#fault("an event before its acknowledgement", message);
    if (subscription.over) return this.#fault("an event after eth_unsubscribe", message);
    subscription.texts.push(JSON.stringify(params.result ?? params.error));
    const entry = readEntry(subscription.kind, params);
    if (entry === null) this.#fault("not understood", message);
    else subscription.entries.push(entry);
  }

  close(code: number, reason: string): void {
    if (this.gone) return;
    if (new TextEncoder().encode(reason).length > 123) {
      this.faults.push(`a reason that is too long: ${reason}`);
    }
    this.closedWith = { code, reason };
    this.#endAll(code);
    this.service.dispose();
  }

  #subscribe(kind: "newHeads" | "logs", filter: LedgerFilter, params: string): ClientSubscription {
    const subscription = new ClientSubscription(kind, filter);
    this.subscriptions.push(subscription);
    let answers = 0;
    this.service.subscribe(textToWire(params), (outcome) => {
      if (this.gone) this.faults.push("answered after the end");
      if (++answers > 1) this.faults.push(`answered ${answers} times`);
      if (outcome.kind === "result") {
        subscription.id = JSON.parse(wireToText(outcome.result)) as string;
        const { newest } = this.#ledger;
        subscription.ack = { number: newest?.number ?? -1, hash: newest?.hash ?? "" };
      } else if (outcome.kind === "refusal") {
        subscription.refused = wireToText(refusalError(outcome.refusal, "r"));
      } else if (outcome.kind === "error") subscription.refused = wireToText(outcome.error);
      else this.faults.push("answered with a stream");
    });
    return subscription;
  }

  #endAll(code: number | null): void {
    for (const subscription of this.subscriptions) {
      if (!subscription.over) subscription.entries.push({ kind: "end", code });
    }
  }

  #fault(what: string, message: SharedMessage): void {
    if (this.faults.length < 20) this.faults.push(`${what}: ${message.text.slice(0, 200)}`);
  }
}

export interface Notification {
  readonly method?: string;
  readonly params?: {
    readonly subscription?: string;
    readonly result?: Readonly<Record<string, unknown>>;
    readonly error?: {
      readonly data?: { readonly reason?: string; readonly from_block?: string; readonly to_block?: string };
    };
  };
}

/** `params` of a notification in the ledger's form; null when it is not understood. */
export function readEntry(
  kind: "newHeads" | "logs",
  { result, error }: NonNullable<Notification["params"]>,
): RecordEntry | null {
  if (error !== undefined) {
    const { reason, from_block, to_block } = error.data ?? {};
    return reason === "gap"
      ? { kind: "gap", fromBlock: Number(from_block), toBlock: Number(to_block) }
      : null;
  }
  if (result === undefined) return null;
  if (kind === "newHeads") {
    const { hash, parentHash, number } = result;
    if (typeof hash !== "string" || typeof parentHash !== "string") return null;
    return { kind: "head", number: Number(number), hash, parentHash };
  }
  const { blockHash, blockNumber, logIndex, removed } = result;
  if (typeof blockHash !== "string" || typeof removed !== "boolean") return null;
  return {
    kind: "log",
    blockHash,
    blockNumber: Number(blockNumber),
    logIndex: Number(logIndex),
    removed,
  };
}
