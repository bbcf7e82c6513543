// Opens one WebSocket connection: the dialer's socket, then the handshake, both within one time limit. The outcome is
// a value; it must never throw and never leave a socket behind. Called by the pool.

import type { Clock } from "../../core/clock.ts";
import type { Reply, TransportFailure, UpstreamTarget } from "../../core/plugins/transport.ts";
import { maskUrl } from "../../core/redact.ts";
import type { Random } from "../../core/random.ts";
import type { Lookup } from "../http/addresses.ts";
import { Dialer } from "../http/dialer.ts";
import { failure } from "../http/failures.ts";
import type { WireSocket } from "../http/wire_socket.ts";
import { Handshake, type HandshakeResult } from "./handshake.ts";
import { dialUrl, upgradePrefix } from "./target.ts";

export type OpenResult =
  | { readonly kind: "open"; readonly wire: WireSocket; readonly handshake: Handshake }
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly failure: TransportFailure };

export class Opener {
  readonly #upstream: string;
  readonly #prefix: string;
  readonly #dialer: Dialer;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timeoutMs: number;

  /** Throws a `config` error for a URL or a header that can't work. */
  constructor(target: UpstreamTarget, clock: Clock, random: Random, lookup: Lookup) {
    const url = dialUrl(target);
    this.#upstream = maskUrl(target.url);
    this.#prefix = upgradePrefix(target, url);
    // Connections outlive a change of the addresses: each may carry subscriptions, and answers pings while it works.
    this.#dialer = new Dialer(target, url, clock, lookup, () => {});
    this.#clock = clock;
    this.#random = random;
    this.#timeoutMs = target.connectTimeoutMs;
  }

  async open(abort: AbortController): Promise<OpenResult> {
    const startedAt = this.#clock.now();
    const dialled = await this.#dialer.dial(abort);
    if (dialled.kind === "failed") return dialled;
    if (dialled.kind === "http2") {
      const text = `${this.#upstream} speaks only HTTP/2, which carries no WebSocket here.`;
      return { kind: "failed", failure: failure("tls", text, false) };
    }
    const { wire } = dialled;
    const leftMs = this.#timeoutMs - (this.#clock.now() - startedAt);
    return await this.#shakeHands(wire, leftMs, abort.signal);
  }

  #shakeHands(wire: WireSocket, leftMs: number, signal: AbortSignal): Promise<OpenResult> {
    return new Promise((resolve) => {
      const settle = (result: HandshakeResult): void => {
        timer.cancel();
        signal.removeEventListener("abort", onTimeout);
        if (result.kind === "open") return resolve({ kind: "open", wire, handshake });
        wire.destroy();
        resolve(result);
      };
      const onTimeout = (): void => {
        if (handshake.timeOut()) return;
        const text = `No WebSocket to ${this.#upstream} within ${this.#timeoutMs} ms.`;
        settle({ kind: "failed", failure: failure("connect_timeout", text, false) });
      };
      const timer = this.#clock.after(leftMs, onTimeout);
      signal.addEventListener("abort", onTimeout);
      // A socket that is gone already settles at once: `handshake` must be set before it is used.
      const wallNow = (): number => this.#clock.wallNow();
      const later = (result: HandshakeResult): void => queueMicrotask(() => settle(result));
      const handshake = new Handshake(wire, this.#prefix, this.#upstream, this.#random, wallNow, later);
      if (signal.aborted) onTimeout();
    });
  }
}
