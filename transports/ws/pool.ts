// The WebSocket connections to one upstream: a few, opened when calls come, each shared by many calls. A call goes over
// the one with the least to do; another is opened only when that one has much to do. After a loss it dials anew when
// calls come, with backoff. It must never send a call twice. Used by the ws transport.
// Invariant: calls wait in the queue only while a dial is under way.

import type { Clock, Timer } from "../../core/clock.ts";
import type { PluginDeps } from "../../core/plugins/deps.ts";
import type {
  ReplySink,
  SubscriptionSink,
  TransportFailure,
  TransportFailureCode,
  UpstreamCall,
  UpstreamTarget,
} from "../../core/plugins/transport.ts";
import type { Random } from "../../core/random.ts";
import { maskUrl } from "../../core/redact.ts";
import type { Lookup } from "../http/addresses.ts";
import { CallQueue } from "../http/call_queue.ts";
import { disposed, failure } from "../http/failures.ts";
import { Backoff } from "./backoff.ts";
import { type ConnectionOwner, WsConnection } from "./connection.ts";
import { Opener, type OpenResult } from "./opener.ts";
import { type Pending, type PendingHolder, WsCall } from "./pending.ts";
import { WsSubscription } from "./subscription.ts";

/** More calls than this at once on the least busy connection: another is opened. */
const busyLoad = 128;
const mostConnections = 4;
/** Calls that may wait for the first connection; one more fails with `busy`. */
const maxWaitingCalls = 4_096;
/** A call fails with `busy` where more than this many bytes wait to leave. */
const mostUnsentBytes = 16 * 1024 * 1024;
const tickEveryMs = 1_000;

export class WsPool implements ConnectionOwner, PendingHolder {
  readonly upstream: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly maxResponseBytes: number;
  readonly #deps: PluginDeps;
  readonly #place: { readonly chain: string; readonly provider: string };
  readonly #limit: number;
  readonly #opener: Opener;
  readonly #backoff: Backoff;
  /** Those that take calls. */
  readonly #open: WsConnection[] = [];
  readonly #closing = new Set<WsConnection>();
  readonly #dials = new Set<AbortController>();
  readonly #queue = new CallQueue<Pending>();
  #lastLoss = "";
  #ticker: Timer | null = null;
  #disposed: PromiseWithResolvers<void> | null = null;

  /** Throws a `config` error for a URL or a header that can't work. */
  constructor(target: UpstreamTarget, deps: PluginDeps, lookup: Lookup) {
    this.upstream = maskUrl(target.url);
    this.clock = deps.clock;
    this.random = deps.random;
    this.maxResponseBytes = target.maxResponseBytes;
    this.#deps = deps;
    this.#place = { chain: target.chain, provider: target.provider };
    this.#limit = Math.max(1, target.maxConnections);
    this.#opener = new Opener(target, deps.clock, deps.random, lookup);
    this.#backoff = new Backoff(deps.random);
  }

  /** Open sockets. */
  get connections(): number {
    return this.#open.length + this.#closing.size;
  }

  send(call: UpstreamCall, sink: ReplySink): WsCall {
    const pending = new WsCall(call, sink);
    this.#launch(pending);
    return pending;
  }

  subscribe(call: UpstreamCall, sink: SubscriptionSink): WsSubscription {
    const pending = new WsSubscription(call, sink);
    this.#launch(pending);
    return pending;
  }

  leave(pending: Pending): void {
    this.#queue.remove(pending);
  }

  onEnded(connection: WsConnection, code: TransportFailureCode | null, message: string): void {
    this.#open.splice(this.#open.indexOf(connection), 1);
    this.#closing.add(connection);
    if (this.#disposed !== null || code === null) return;
    const now = this.clock.now();
    this.#lastLoss = message;
    // What was closed by hand may be opened again at once.
    if (code !== "closed") this.#backoff.lost(now, now - connection.openedAt);
    const level = code === "malformed" ? "warn" : "info";
    this.#deps.log(level, "A WebSocket connection is lost.", { ...this.#place, code, why: message });
    this.#deps.emit("disconnected", { ...this.#place, code });
  }

  onClosed(connection: WsConnection): void {
    this.#closing.delete(connection);
    if (this.connections > 0) return;
    this.#ticker?.cancel();
    this.#ticker = null;
    this.#disposed?.resolve();
  }

  onDropped(events: number): void {
    const text = "Too many events came before their subscription was confirmed; the oldest were dropped.";
    this.#deps.log("warn", text, { ...this.#place, events });
  }

  /** Closes all connections, those that are being opened too; what they carry fails with `closed`. */
  disconnect(why: string): void {
    for (const dial of this.#dials) dial.abort();
    this.#dials.clear();
    this.#failQueue(failure("closed", why, false));
    for (const connection of [...this.#open]) connection.shut("closed", why);
  }

  /** Fails what waits or is under way with `closed`; resolves when all sockets are closed. */
  async dispose(): Promise<void> {
    if (this.#disposed === null) {
      this.#disposed = Promise.withResolvers();
      for (const dial of this.#dials) dial.abort();
      this.#dials.clear();
      this.#failQueue(disposed(this.upstream, false));
      for (const connection of [...this.#open]) {
        connection.shut("closed", disposed(this.upstream, true).message);
      }
      if (this.connections === 0) this.#disposed.resolve();
    }
    await this.#disposed.promise;
  }

  #launch(pending: Pending): void {
    if (this.#disposed !== null) return failLater(pending, disposed(this.upstream, false));
    const connection = this.#leastLoaded(pending.call.fresh);
    if (connection === null) this.#enqueue(pending);
    else this.#give(connection, pending);
  }

  #give(connection: WsConnection, pending: Pending): void {
    if (connection.unsent > mostUnsentBytes) {
      const text = `More than ${mostUnsentBytes} bytes wait to be taken by ${this.upstream}.`;
      return failLater(pending, failure("busy", text, false));
    }
    connection.send(pending);
    if (connection.load > busyLoad) this.#grow();
  }

  #leastLoaded(fresh: boolean): WsConnection | null {
    const open = this.#open;
    if (fresh) return this.#unused();
    if (open.length <= 1) return open[0] ?? null;
    let best = open[0]!;
    let least = best.load;
    for (let i = 1; i < open.length; i++) {
      const { load } = open[i]!;
      if (load >= least) continue;
      least = load;
      best = open[i]!;
    }
    return best;
  }

  /** One that was not used before; where no more may be opened, any. */
  #unused(): WsConnection | null {
    const unused = this.#open.find((connection) => !connection.used);
    if (unused !== undefined) return unused;
    const full = this.connections + this.#dials.size >= this.#limit && this.#dials.size === 0;
    return full && this.#open.length > 0 ? this.#leastLoaded(false) : null;
  }

  /** The pending call waits for a connection that is being opened. */
  #enqueue(pending: Pending): void {
    const waitMs = this.#backoff.waitMs(this.clock.now());
    if (this.#dials.size === 0 && waitMs > 0) {
      const text = `${this.#lastLoss} The next attempt to connect is made in ${Math.ceil(waitMs)} ms.`;
      return failLater(pending, failure("refused", text, false));
    }
    if (this.#queue.length >= maxWaitingCalls) {
      const text = `Too many calls wait for a connection to ${this.upstream}.`;
      return failLater(pending, failure("busy", text, false));
    }
    pending.holder = this;
    this.#queue.push(pending);
    if (this.#dials.size === 0) this.#dial();
  }

  #grow(): void {
    if (this.#dials.size > 0 || this.connections >= Math.min(mostConnections, this.#limit)) return;
    if (this.#backoff.waitMs(this.clock.now()) <= 0) this.#dial();
  }

  #dial(): void {
    const abort = new AbortController();
    this.#dials.add(abort);
    this.#opener.open(abort).then((result) => {
      if (this.#dials.delete(abort)) this.#onDialled(result);
      else if (result.kind === "open") result.wire.destroy();
    });
  }

  #onDialled(result: OpenResult): void {
    if (result.kind !== "open") return this.#onRefused(result);
    const connection = new WsConnection(result.wire, this);
    this.#open.push(connection);
    this.#ticker ??= this.clock.after(tickEveryMs, () => this.#tick());
    this.#deps.emit("connected", this.#place);
    connection.open(result.handshake);
    if (!connection.isOpen) {
      return this.#failQueue(failure("eof", `${this.upstream} closed the connection at once.`, false));
    }
    for (let next = this.#queue.shift(); next !== null; next = this.#queue.shift()) {
      this.#give(connection, next);
    }
  }

  #onRefused(result: Exclude<OpenResult, { readonly kind: "open" }>): void {
    this.#lastLoss = result.kind === "failed"
      ? result.failure.message
      : `${this.upstream} refused the WebSocket with HTTP status ${result.reply.status}.`;
    this.#backoff.lost(this.clock.now(), 0);
    if (result.kind === "failed") return this.#failQueue(result.failure);
    for (const pending of this.#takeQueue()) pending.refused(result.reply);
  }

  #failQueue(reason: TransportFailure): void {
    for (const pending of this.#takeQueue()) pending.failed(reason);
  }

  /** Taken out at once: a call that fails may send the next one while the others are being told. */
  #takeQueue(): Pending[] {
    const waiting: Pending[] = [];
    for (let next = this.#queue.shift(); next !== null; next = this.#queue.shift()) waiting.push(next);
    return waiting;
  }

  #tick(): void {
    const now = this.clock.now();
    this.#ticker = this.clock.after(tickEveryMs, () => this.#tick());
    for (const connection of [...this.#open]) connection.tick(now);
  }
}

/** A sink hears nothing during `send` itself. */
function failLater(pending: Pending, reason: TransportFailure): void {
  queueMicrotask(() => pending.failed(reason));
}
