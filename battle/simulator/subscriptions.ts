// What one WebSocket has subscribed to on a simulated node, with go-ethereum's checks and texts (rpc/handler.go,
// eth/filters): ids, notifications, and what is kept until the acknowledgement is out. It hears the provider's
// announcements and writes notifications; frames are the socket's business.

import type { Random } from "../../core/random.ts";
import type { AnnouncementSink } from "./announcements.ts";
import {
  type AnnouncementSettings,
  type SubscriptionKind,
  subscriptionKinds,
} from "./announcement_settings.ts";
import { type PlacedLog, removedJson, type SimBlock } from "./block.ts";
import { type LogFilter, matches, readLogFilter } from "./log_filter.ts";
import { liveQuery, type LiveRange } from "./live_range.ts";
import type { MethodContext, SocketSubscriptions } from "./method_context.ts";
import type { StatsCounter } from "./provider_stats.ts";
import { flagAt, type Params } from "./rpc_params.ts";
import { invalidParams, RpcFault } from "./rpc_fault.ts";
import { newSubscriptionId } from "./subscription_id.ts";
import { type SimTransaction, transactionJson } from "./transaction.ts";

/** One eth_subscribe that was answered with an id. */
export interface OpenSubscription {
  readonly id: string;
  readonly kind: SubscriptionKind;
  /** Of logs. */
  readonly filter: LogFilter | null;
  readonly range: LiveRange | null;
  /** Of newPendingTransactions: whole objects instead of hashes. */
  readonly full: boolean;
  /** What waits for the acknowledgement; null once nothing waits any more. */
  held: string[] | null;
}

export interface SubscriptionDeps {
  readonly settings: () => AnnouncementSettings;
  readonly stats: StatsCounter;
  /** For ids. */
  readonly random: Random;
  readonly send: (text: string) => void;
}

export class Subscriptions implements SocketSubscriptions, AnnouncementSink {
  readonly #deps: SubscriptionDeps;
  readonly #open = new Map<string, OpenSubscription>();
  #unacknowledged: OpenSubscription[] = [];

  constructor(deps: SubscriptionDeps) {
    this.#deps = deps;
  }

  subscribe(params: Params, context: MethodContext): string {
    const [name] = params;
    if (typeof name !== "string") throw invalidParams("expected subscription name as first argument");
    const kind = subscriptionKinds.find((known) => known === name);
    const { denySubscriptions, denialStyle, maxSubscriptions, earlyEvents } = this.#deps.settings();
    if (kind === undefined || denySubscriptions.includes(kind)) throw denials[denialStyle](name);
    if (maxSubscriptions !== null && this.#open.size >= maxSubscriptions) {
      // The words of jsonrpsee, which Reth is built on.
      throw new RpcFault(
        -32006,
        "Too many subscriptions on the connection",
        `Exceeded max limit of ${maxSubscriptions}`,
      );
    }
    const query = kind === "logs" ? liveQuery(params[1] ?? {}, context.view) : null;
    const subscription: OpenSubscription = {
      id: newSubscriptionId(this.#deps.random),
      kind,
      filter: query === null ? null : readLogFilter(query.query),
      range: query?.range ?? null,
      full: kind === "newPendingTransactions" && flagAt(params, 1),
      held: earlyEvents ? null : [],
    };
    this.#open.set(subscription.id, subscription);
    this.#unacknowledged.push(subscription);
    this.#deps.stats.countSubscription(kind, 1);
    return subscription.id;
  }

  unsubscribe(id: string): boolean {
    const subscription = this.#open.get(id);
    if (subscription === undefined) return false;
    this.#open.delete(id);
    this.#deps.stats.countSubscription(subscription.kind, -1);
    return true;
  }

  /** Those that were made since the last call; their events wait until `release`. */
  takeUnacknowledged(): readonly OpenSubscription[] {
    const taken = this.#unacknowledged;
    this.#unacknowledged = [];
    return taken;
  }

  /** The acknowledgements are out: what waited for them follows. */
  release(subscriptions: readonly OpenSubscription[]): void {
    for (const subscription of subscriptions) {
      const held = subscription.held ?? [];
      subscription.held = null;
      for (const text of held) this.#deps.send(text);
    }
  }

  /** The socket is gone. */
  close(): void {
    for (const id of [...this.#open.keys()]) this.unsubscribe(id);
  }

  onHead(block: SimBlock): void {
    for (const subscription of this.#of("newHeads")) this.#notify(subscription, block.headJson());
  }

  onLog(log: PlacedLog, removed: boolean): void {
    for (const subscription of this.#of("logs")) {
      const { filter, range } = subscription;
      if (filter === null || range === null || !matches(log, filter)) continue;
      if (log.block.number < range.from || log.block.number > range.to) continue;
      this.#notify(subscription, removed ? removedJson(log) : log.json);
    }
  }

  onTransaction(tx: SimTransaction): void {
    for (const subscription of this.#of("newPendingTransactions")) {
      this.#notify(subscription, subscription.full ? transactionJson(tx, null) : `"${tx.hash}"`);
    }
  }

  onSyncing(status: string): void {
    const result = status === "false" ? status : `{"syncing":true,"status":${status}}`;
    for (const subscription of this.#of("syncing")) this.#notify(subscription, result);
  }

  *#of(kind: SubscriptionKind): Generator<OpenSubscription> {
    if (this.#deps.settings().stallSubscriptions) return;
    for (const subscription of this.#open.values()) if (subscription.kind === kind) yield subscription;
  }

  #notify(subscription: OpenSubscription, result: string): void {
    const { id, kind, held } = subscription;
    const text =
      `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":${result}}}`;
    this.#deps.stats.countEvent(kind);
    if (held === null) this.#deps.send(text);
    else held.push(text);
  }
}

const denials: Readonly<Record<AnnouncementSettings["denialStyle"], (name: string) => RpcFault>> = {
  geth: (name) => new RpcFault(-32601, `no "${name}" subscription in eth namespace`),
  middleware: (name) => new RpcFault(-32603, `SubscriptionManager - unsupported subscription type "${name}"`),
  parity: () =>
    new RpcFault(
      -32000,
      "This request is not implemented yet. Please create an issue on Github repo.",
    ),
};
