// Tells the feed of clients' WebSockets: who came and went, and what became of their subscriptions. So many events a
// second at most; the rest is counted and told when the second is over. Costs nothing while nobody watches. Owned by
// ServerState; called by the endpoints of sockets.

import type { Clock, Timer } from "../clock.ts";
import { addressPrefix } from "./access.ts";
import type { EventHub } from "./event_hub.ts";

/** A client's socket, as it is told of. */
export interface ClientSocket {
  /** Counts the sockets of this process, over all kinds. */
  readonly client: number;
  /** JSON-RPC, or `/v1/ws`. */
  readonly kind: "rpc" | "v1";
  readonly chain: string;
  /** Its whole address; what is told is cut to /24 or /48. */
  readonly address: string;
}

const maxEvents = 20;
const secondMs = 1_000;

export class ClientNews implements Disposable {
  readonly #clock: Clock;
  readonly #hub: EventHub;
  #clients = 0;
  #told = 0;
  #since = -Infinity;
  readonly #left = { connected: 0, disconnected: 0, subscriptions: 0 };
  /** Runs while there is something left to be told as a sum. */
  #timer: Timer | null = null;

  constructor(clock: Clock, hub: EventHub) {
    this.#clock = clock;
    this.#hub = hub;
  }

  /** A number for a new socket. */
  nextClient(): number {
    return ++this.#clients;
  }

  connected(socket: ClientSocket): void {
    if (!this.#mayTell("connected")) return;
    this.#hub.emit("client.connected", fields(socket));
  }

  /** `code`: of the close frame; null: there was none. */
  disconnected(socket: ClientSocket, openMs: number, code: number | null): void {
    if (!this.#mayTell("disconnected")) return;
    this.#hub.emit("client.disconnected", { ...fields(socket), open_ms: Math.round(openMs), code });
  }

  /** It has so many subscriptions now. */
  subscriptions(socket: ClientSocket, count: number): void {
    if (!this.#mayTell("subscriptions")) return;
    this.#hub.emit("client.subscriptions", { ...fields(socket), subscriptions: count });
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #mayTell(what: "connected" | "disconnected" | "subscriptions"): boolean {
    if (!this.#hub.listeningToCalls) return false;
    const now = this.#clock.now();
    if (now - this.#since >= secondMs) {
      this.#since = now;
      this.#told = 0;
    }
    if (this.#told < maxEvents) {
      this.#told++;
      return true;
    }
    this.#left[what]++;
    this.#timer ??= this.#clock.after(this.#since + secondMs - now, () => this.#tellLeft());
    return false;
  }

  #tellLeft(): void {
    this.#timer = null;
    this.#hub.emit("client.more", { ...this.#left });
    this.#left.connected = this.#left.disconnected = this.#left.subscriptions = 0;
  }
}

function fields({ client, kind, chain, address }: ClientSocket): Record<string, unknown> {
  return { chain, client, kind, from: addressPrefix(address) };
}
