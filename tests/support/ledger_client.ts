// A client of Lasso over a real WebSocket that writes down each subscription in the ledger's form, and what no client
// should ever see: an event before its acknowledgement, after its end, or for somebody else. It never connects again.

import { checkHeads } from "../../battle/simulator/check_heads.ts";
import { checkLogs } from "../../battle/simulator/check_logs.ts";
import type { Ledger, LedgerFilter } from "../../battle/simulator/ledger.ts";
import { faultsOf, type LedgerReport, type RecordEntry } from "../../battle/simulator/ledger_record.ts";
import { type Notification, readEntry } from "./stream_client.ts";
import { until } from "./until.ts";
import { WsClient, type WsMessage } from "./ws_client.ts";

/** Who keeps records that the ledger is compared to. */
export interface Recorded {
  readonly subscriptions: readonly LedgerSubscription[];
  /** What should never happen. */
  readonly faults: readonly string[];
}

export class LedgerSubscription {
  readonly name: string;
  readonly kind: "newHeads" | "logs";
  readonly filter: LedgerFilter;
  readonly id: string;
  readonly ack: { readonly number: number; readonly hash: string };
  entries: RecordEntry[] = [];

  constructor(
    name: string,
    kind: "newHeads" | "logs",
    filter: LedgerFilter,
    id: string,
    ack: LedgerSubscription["ack"],
  ) {
    this.name = name;
    this.kind = kind;
    this.filter = filter;
    this.id = id;
    this.ack = ack;
  }

  check(ledger: Ledger): LedgerReport {
    return this.kind === "newHeads" ? checkHeads(ledger, this) : checkLogs(ledger, this, this.filter);
  }
}

export class LedgerClient implements Recorded, AsyncDisposable {
  readonly socket: WsClient;
  readonly subscriptions: LedgerSubscription[] = [];
  readonly faults: string[] = [];
  readonly #name: string;
  readonly #ledger: Ledger;
  #read = 0;
  #calls = 0;
  /** Subscribe requests by their id, until they are answered. */
  readonly #asked = new Map<number, (message: WsMessage) => void>();

  private constructor(name: string, socket: WsClient, ledger: Ledger) {
    this.#name = name;
    this.socket = socket;
    this.#ledger = ledger;
    socket.ws.on("message", () => this.#take());
    socket.ws.on("close", (code: number) => {
      for (const { entries } of this.subscriptions) if (!isOver(entries)) entries.push({ kind: "end", code });
    });
  }

  static async connect(name: string, url: string, ledger: Ledger): Promise<LedgerClient> {
    return new LedgerClient(name, await WsClient.connect(url), ledger);
  }

  heads(): Promise<LedgerSubscription> {
    return this.#subscribe("newHeads", {});
  }

  logs(filter: LedgerFilter = {}): Promise<LedgerSubscription> {
    return this.#subscribe("logs", filter);
  }

  async unsubscribe(subscription: LedgerSubscription): Promise<void> {
    const { result } = await this.#ask("eth_unsubscribe", [subscription.id]);
    if (result !== true) this.faults.push(`eth_unsubscribe gave ${JSON.stringify(result)}`);
    if (!isOver(subscription.entries)) subscription.entries.push({ kind: "end", code: null });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.socket[Symbol.asyncDispose]();
  }

  async #subscribe(kind: "newHeads" | "logs", filter: LedgerFilter): Promise<LedgerSubscription> {
    const params = kind === "newHeads" ? [kind] : [kind, filter];
    const made = await this.#ask("eth_subscribe", params, ({ result }) => {
      if (typeof result !== "string") return;
      const name = `${this.#name} ${JSON.stringify(params)}`;
      const newest = this.#ledger.newest ?? { number: -1, hash: "" };
      this.subscriptions.push(new LedgerSubscription(name, kind, filter, result, newest));
    });
    const found = this.subscriptions.find(({ id }) => id === made.result);
    if (found === undefined) throw new Error(`${this.#name}: eth_subscribe gave ${JSON.stringify(made)}`);
    return found;
  }

  /** `settled` is called within the turn in which the answer came: the next event may follow at once. */
  async #ask(
    method: string,
    params: readonly unknown[],
    settled: (message: WsMessage) => void = () => {},
  ): Promise<WsMessage> {
    const id = ++this.#calls;
    const answered = Promise.withResolvers<WsMessage>();
    this.#asked.set(id, (message) => {
      settled(message);
      answered.resolve(message);
    });
    this.socket.send({ jsonrpc: "2.0", id, method, params });
    let answer: WsMessage | undefined;
    answered.promise.then((message) => answer = message);
    return await until(`${this.#name}: the answer to ${method}`, () => {
      if (this.socket.end !== null) throw new Error(`the socket was closed with ${this.socket.end.code}`);
      return answer;
    });
  }

  #take(): void {
    while (this.#read < this.socket.messages.length) {
      const text = this.socket.messages[this.#read++]!;
      const message = JSON.parse(text) as WsMessage & Notification;
      if (message.method === "eth_subscription") this.#event(message.params, text);
      else if (typeof message.id === "number" && this.#asked.has(message.id)) {
        this.#asked.get(message.id)!(message);
        this.#asked.delete(message.id);
      } else this.#fault("an answer to nothing", text);
    }
  }

  #event(params: Notification["params"], text: string): void {
    const subscription = this.subscriptions.find(({ id }) => id === params?.subscription);
    if (subscription === undefined || params === undefined) {
      return this.#fault("an event before its acknowledgement", text);
    }
    if (isOver(subscription.entries)) return this.#fault("an event after eth_unsubscribe", text);
    const entry = readEntry(subscription.kind, params);
    if (entry === null) this.#fault("not understood", text);
    else subscription.entries.push(entry);
  }

  #fault(what: string, text: string): void {
    if (this.faults.length < 20) this.faults.push(`${this.#name}: ${what}: ${text.slice(0, 200)}`);
  }
}

function isOver(entries: readonly RecordEntry[]): boolean {
  return entries.at(-1)?.kind === "end";
}

/** Waits until the ledger finds nothing in anybody's records; throws what it finds. */
export async function complete(clients: readonly Recorded[], ledger: Ledger): Promise<void> {
  const look = (): string[] => clients.flatMap((client) => [...client.faults, ...findings(client, ledger)]);
  try {
    await until("the clients have everything", () => look().length === 0);
  } catch {
    throw new Error(`The ledger finds:\n${look().join("\n")}`);
  }
}

function findings(client: Recorded, ledger: Ledger): string[] {
  return client.subscriptions.flatMap((subscription) => {
    const report = subscription.check(ledger);
    return faultsOf(report) + report.announcedGaps === 0
      ? []
      : [`${subscription.name}: ${shortened(report)}`];
  });
}

/** The first findings of each kind. */
function shortened(report: LedgerReport): string {
  return Object.entries(report).flatMap(([kind, found]) => {
    if (typeof found === "number") return found === 0 ? [] : [`${kind}: ${found}`];
    return found.length === 0 ? [] : [`${kind} (${found.length}): ${found.slice(0, 4).join("; ")}`];
  }).join("\n  ");
}
