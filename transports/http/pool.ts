// The connections to one upstream: the newest idle one carries the next call; with none idle a new one is opened, up
// to the limit, and beyond it calls wait in order. It must never send a call twice. Used by the http transport.
// Invariant: calls wait only while each of the allowed connections is busy or being opened.

import type { Clock, Timer } from "../../core/clock.ts";
import type {
  ReplySink,
  TransportFailure,
  UpstreamCall,
  UpstreamTarget,
} from "../../core/plugins/transport.ts";
import { maskUrl } from "../../core/redact.ts";
import type { Lookup } from "./addresses.ts";
import { CallQueue } from "./call_queue.ts";
import { Connection, type ConnectionOwner } from "./connection.ts";
import { Dialer, type DialResult } from "./dialer.ts";
import { busy, disposed, failure } from "./failures.ts";
import { type ExchangeOwner, HttpExchange } from "./http_exchange.ts";
import { requestPrefix } from "./request_head.ts";

/** Calls that may wait for a connection; one more fails with `busy`. */
export const maxWaitingCalls = 1_024;
/** An idle connection is closed after this long, before the usual 60 s of servers and balancers. */
const idleMs = 50_000;
/** How much sooner than the server says, so that no call meets its closing. */
const keepAliveMarginMs = 1_000;
const sweepEveryMs = 1_000;
/** Of the idle connections that no call needed for this long, beyond the spare ones, half are closed. */
const surplusMs = 5_000;
const spareConnections = 8;

export class Pool implements ConnectionOwner, ExchangeOwner {
  readonly upstream: string;
  readonly prefix: string;
  readonly bufferBytes: number;
  readonly maxResponseBytes: number;
  readonly clock: Clock;
  readonly inflating = new Set<HttpExchange>();
  readonly #max: number;
  readonly #dialer: Dialer;
  readonly #onHttp2Only: (waiting: readonly HttpExchange[]) => void;
  /** Oldest first; calls are taken from its end. */
  readonly #idle: Connection[] = [];
  /** All of them, idle and busy. Changes only when one is opened or closed, never with a call. */
  readonly #open = new Set<Connection>();
  readonly #dials = new Set<AbortController>();
  readonly #queue = new CallQueue<HttpExchange>();
  #sweep: Timer | null = null;
  /** The fewest that were idle at a time since `#surplusSince`: so many were not needed. */
  #leastIdle = 0;
  #surplusSince = 0;
  /** When the newest call came; what became idle since is taken to be idle from then on, which is early, never late. */
  #now = 0;
  #disposed = false;

  constructor(
    target: UpstreamTarget,
    url: URL,
    clock: Clock,
    lookup: Lookup,
    onHttp2Only: (waiting: readonly HttpExchange[]) => void,
  ) {
    this.upstream = maskUrl(target.url);
    this.prefix = requestPrefix(target, url);
    this.bufferBytes = target.bufferBytes;
    this.maxResponseBytes = target.maxResponseBytes;
    this.clock = clock;
    this.#max = Math.max(1, target.maxConnections);
    this.#dialer = new Dialer(target, url, clock, lookup, (addresses) => this.#retireOthers(addresses));
    this.#onHttp2Only = onHttp2Only;
  }

  /** Open connections, busy and idle. */
  get connections(): number {
    return this.#open.size;
  }

  send(call: UpstreamCall, sink: ReplySink): HttpExchange {
    const exchange = new HttpExchange(call, sink, this);
    if (this.#disposed) return failLater(exchange, disposed(this.upstream, false));
    const now = this.#now = this.clock.now();
    this.#dialer.touch(now);
    if (call.fresh) this.#makeRoom();
    else {
      const connection = this.#takeIdle(now);
      if (connection !== null) {
        this.#start(connection, exchange);
        return exchange;
      }
    }
    if (this.#queue.length - this.#dials.size >= maxWaitingCalls) {
      return failLater(exchange, busy(this.upstream, this.#max));
    }
    this.#queue.push(exchange);
    this.#pump();
    return exchange;
  }

  leave(exchange: HttpExchange): void {
    if (!exchange.queued) return;
    this.#queue.remove(exchange);
    // An attempt to connect that nobody waits for any more is given up, the newest first.
    while (this.#dials.size > this.#queue.length) {
      const newest = [...this.#dials].at(-1)!;
      this.#dials.delete(newest);
      newest.abort();
    }
    this.#pump();
  }

  onFree(connection: Connection, keepAliveMs: number | null): void {
    connection.busy = false;
    const waiting = this.#queue.shiftReusing();
    if (waiting !== null) return this.#start(connection, waiting);
    const keepMs = Math.min(idleMs, (keepAliveMs ?? Infinity) - keepAliveMarginMs);
    // Only calls that want a new connection are waiting: they get this one's place.
    if (keepMs <= 0 || this.#queue.length > this.#dials.size) return connection.destroy();
    this.#keepIdle(connection, keepMs);
  }

  onClosed(connection: Connection): void {
    this.#open.delete(connection);
    if (!connection.busy) {
      const at = this.#idle.indexOf(connection);
      if (at !== -1) this.#idle.splice(at, 1);
    }
    connection.busy = false;
    this.#pump();
  }

  /** Fails what waits or is under way with `closed` and frees everything. */
  dispose(): void {
    this.#disposed = true;
    this.#sweep?.cancel();
    for (const dial of this.#dials) dial.abort();
    this.#dials.clear();
    for (let waiting = this.#queue.shift(); waiting !== null; waiting = this.#queue.shift()) {
      waiting.fail(disposed(this.upstream, false));
    }
    for (const connection of [...this.#open]) {
      const { exchange } = connection;
      connection.destroy();
      exchange?.fail(disposed(this.upstream, true));
    }
    for (const exchange of [...this.inflating]) exchange.fail(disposed(this.upstream, true));
  }

  #start(connection: Connection, exchange: HttpExchange): void {
    connection.busy = true;
    connection.start(exchange);
  }

  #keepIdle(connection: Connection, keepMs: number): void {
    connection.expiresAt = this.#now + keepMs;
    this.#idle.push(connection);
    this.#sweep ??= this.clock.after(sweepEveryMs, () => this.#closeExpired());
  }

  #takeIdle(now: number): Connection | null {
    for (let newest = this.#idle.pop(); newest !== undefined; newest = this.#idle.pop()) {
      if (now < newest.expiresAt) {
        if (this.#idle.length < this.#leastIdle) this.#leastIdle = this.#idle.length;
        return newest;
      }
      newest.destroy();
    }
    this.#leastIdle = 0;
    return null;
  }

  /** A call that wants a new connection takes the place of the oldest idle one if there is no other. */
  #makeRoom(): void {
    if (this.connections + this.#dials.size >= this.#max) this.#idle[0]?.destroy();
  }

  #pump(): void {
    while (
      !this.#disposed && this.#queue.length > this.#dials.size &&
      this.connections + this.#dials.size < this.#max
    ) this.#dial();
  }

  #dial(): void {
    const abort = new AbortController();
    this.#dials.add(abort);
    this.#dialer.dial(abort).then((result) => {
      if (this.#dials.delete(abort)) this.#onDialled(result);
      else if (result.kind === "open") result.wire.destroy();
    });
  }

  #onDialled(result: DialResult): void {
    if (result.kind === "http2") {
      const waiting: HttpExchange[] = [];
      for (let each = this.#queue.shift(); each !== null; each = this.#queue.shift()) waiting.push(each);
      for (const dial of this.#dials) dial.abort();
      this.#dials.clear();
      return this.#onHttp2Only(waiting);
    }
    if (result.kind === "failed") return this.#failOldest(result.failure);
    const connection = new Connection(result.wire, result.address, this);
    const exchange = this.#queue.shift();
    // A connection that became free meanwhile may have taken the call: then this one is in reserve.
    this.#open.add(connection);
    if (exchange === null) this.#keepIdle(connection, idleMs);
    else connection.busy = true;
    connection.open();
    if (exchange === null) return;
    if (this.#open.has(connection)) connection.start(exchange);
    else exchange.fail(failure("eof", `${this.upstream} closed the connection at once.`, false));
  }

  /** Each attempt that fails takes one call with it, unless others are still on the way for all that wait. */
  #failOldest(reason: TransportFailure): void {
    if (this.#queue.length > this.#dials.size) this.#queue.shift()?.fail(reason);
    this.#pump();
  }

  #retireOthers(addresses: ReadonlySet<string>): void {
    for (const connection of this.#open) connection.retired = !addresses.has(connection.address);
    for (const connection of this.#idle.filter((each) => !addresses.has(each.address))) connection.destroy();
  }

  #closeExpired(): void {
    this.#sweep = null;
    const now = this.clock.now();
    for (const connection of this.#idle.filter((each) => each.expiresAt <= now)) connection.destroy();
    if (now >= this.#surplusSince + surplusMs) this.#closeSurplus(now);
    if (this.#idle.length > 0) this.#sweep = this.clock.after(sweepEveryMs, () => this.#closeExpired());
  }

  /** What a burst opened is not kept for as long as what is in use; the oldest go first. */
  #closeSurplus(now: number): void {
    const surplus = Math.min(this.#leastIdle, this.#idle.length) - spareConnections;
    for (const connection of this.#idle.slice(0, Math.ceil(Math.max(0, surplus) / 2))) connection.destroy();
    this.#leastIdle = this.#idle.length;
    this.#surplusSince = now;
  }
}

/** A sink hears nothing during `send` itself. */
function failLater(exchange: HttpExchange, reason: TransportFailure): HttpExchange {
  queueMicrotask(() => exchange.fail(reason));
  return exchange;
}
