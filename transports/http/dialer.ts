// Opens one connection to an upstream: addresses, the race between them, the proxy's tunnel, TLS, all within one time
// limit. The outcome is a value; it must never throw and never leave a socket behind. Called by the pool.

import net from "node:net";
import tls from "node:tls";
import type { Clock } from "../../core/clock.ts";
import type { TransportFailure, UpstreamTarget } from "../../core/plugins/transport.ts";
import { maskUrl } from "../../core/redact.ts";
import { type Address, AddressBook, interleave, type Lookup } from "./addresses.ts";
import { codeOf, connectFailure, failure, isNoProtocolAlert } from "./failures.ts";
import { raceAddresses, type RaceResult } from "./race.ts";
import { proxyUrl } from "./request_head.ts";
import { openTunnel, TunnelError } from "./tunnel.ts";
import { WireSocket } from "./wire_socket.ts";

export type DialResult =
  | { readonly kind: "open"; readonly wire: WireSocket; readonly address: string }
  | { readonly kind: "failed"; readonly failure: TransportFailure }
  /** The server speaks HTTP/2 and nothing else. */
  | { readonly kind: "http2" };

/** The reasons why a dial is given up. */
const timedOut = Symbol("timed out");

export class Dialer {
  readonly #url: URL;
  readonly #proxy: URL | null;
  readonly #upstream: string;
  readonly #book: AddressBook;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #tls: tls.ConnectionOptions | null;
  /**
   * After a failure: connect before TLS begins. Deno never frees a TLS socket that could not connect, and an upstream
   * that is down would be tried for days. Slower to read from, so not done without need.
   */
  #scouting = false;

  constructor(
    target: UpstreamTarget,
    url: URL,
    clock: Clock,
    lookup: Lookup,
    onAddresses: (addresses: ReadonlySet<string>) => void,
  ) {
    this.#url = url;
    this.#upstream = maskUrl(target.url);
    this.#clock = clock;
    this.#timeoutMs = target.connectTimeoutMs;
    this.#tls = url.protocol === "https:" ? tlsOptions(target, url) : null;
    this.#proxy = this.#tls === null ? null : proxyUrl(target);
    this.#book = new AddressBook((this.#proxy ?? url).hostname, lookup, clock, onAddresses);
  }

  /** To be called now and then while calls are made: keeps the addresses new. */
  touch(nowMs: number): void {
    this.#book.touch(nowMs);
  }

  async dial(abort: AbortController): Promise<DialResult> {
    const timer = this.#clock.after(this.#timeoutMs, () => abort.abort(timedOut));
    try {
      const addresses = interleave(await untilAborted(this.#book.current(), abort.signal));
      if (addresses.length === 0) throw Object.assign(new Error("no addresses"), { code: "ENODATA" });
      return this.#proxy === null
        ? await this.#direct(addresses, abort.signal)
        : await this.#tunnelled(addresses, this.#proxy, abort.signal);
    } catch (error) {
      return this.#failed(error);
    } finally {
      timer.cancel();
    }
  }

  async #direct(addresses: readonly Address[], signal: AbortSignal): Promise<DialResult> {
    const secure = this.#tls;
    const port = portOf(this.#url);
    const scouting = this.#scouting;
    const open = (at: Address): WireSocket => {
      if (secure === null) return WireSocket.plain(at.address, port);
      return scouting ? WireSocket.scout(at.address, port) : WireSocket.secure(at.address, port, secure);
    };
    const { wire, address } = await this.#race(addresses, open, signal);
    if (secure === null) return { kind: "open", wire, address };
    return await this.#handshake(scouting ? WireSocket.over(wire.socket, secure) : wire, address, signal);
  }

  async #race(
    addresses: readonly Address[],
    open: (address: Address) => WireSocket,
    signal: AbortSignal,
  ): Promise<RaceResult> {
    try {
      const winner = await raceAddresses(addresses, open, this.#clock, signal);
      this.#scouting = false;
      return winner;
    } catch (error) {
      this.#scouting = true;
      throw error;
    }
  }

  async #tunnelled(addresses: readonly Address[], proxy: URL, signal: AbortSignal): Promise<DialResult> {
    if (proxy.protocol !== "http:") throw new TunnelError("is not an http:// URL, which is all that works");
    const { socket, address } = await this.#connectProxy(addresses, portOf(proxy), signal);
    await openTunnel(socket, `${this.#url.hostname}:${portOf(this.#url)}`, proxy, signal);
    return await this.#handshake(WireSocket.over(socket, this.#tls!), address, signal);
  }

  /** The proxy's addresses one after the other: they are near, a race is not worth its sockets. */
  async #connectProxy(
    addresses: readonly Address[],
    port: number,
    signal: AbortSignal,
  ): Promise<{ readonly socket: net.Socket; readonly address: string }> {
    for (const { address } of addresses) {
      const socket = net.connect({ host: address, port, noDelay: true });
      if (await connected(socket, signal)) return { socket, address };
    }
    throw new TunnelError("can't be reached");
  }

  #handshake(wire: WireSocket, address: string, signal: AbortSignal): Promise<DialResult> {
    return new Promise((resolve, reject) => {
      const settle = (result: DialResult | null, error: unknown): void => {
        signal.removeEventListener("abort", onAbort);
        if (result === null || result.kind !== "open") wire.destroy();
        if (result === null) reject(error);
        else resolve(result);
      };
      const onAbort = (): void => settle(null, signal.reason);
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort);
      wire.socket.once(
        "secureConnect",
        () => settle(wire.protocol === "h2" ? { kind: "http2" } : { kind: "open", wire, address }, null),
      );
      wire.listen({
        onBytes: () => {},
        onGone: (error) => {
          if (isNoProtocolAlert(codeOf(error))) settle({ kind: "http2" }, null);
          else {settle(
              null,
              error ?? Object.assign(new Error("closed"), { code: "ERR_TLS_HANDSHAKE_CLOSED" }),
            );}
        },
      });
    });
  }

  #failed(error: unknown): DialResult {
    if (error === timedOut) {
      const text = `No connection to ${this.#upstream} within ${this.#timeoutMs} ms.`;
      return { kind: "failed", failure: failure("connect_timeout", text, false) };
    }
    if (error instanceof TunnelError) {
      const text = `The proxy ${
        maskUrl(this.#proxy!.href)
      } on the way to ${this.#upstream} ${error.message}.`;
      return { kind: "failed", failure: failure("proxy", text, false) };
    }
    return { kind: "failed", failure: connectFailure(this.#upstream, error) };
  }
}

/** With a `ca` of its own an upstream is trusted through that CA only; without, through the public roots. */
function tlsOptions(target: UpstreamTarget, url: URL): tls.ConnectionOptions {
  const { ca, cert, key } = target.tls;
  const context: tls.SecureContextOptions = {};
  if (ca !== undefined) context.ca = ca;
  if (cert !== undefined) context.cert = cert;
  if (key !== undefined) context.key = key;
  const options: tls.ConnectionOptions = {
    secureContext: tls.createSecureContext(context),
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: true,
  };
  // SNI takes names only (RFC 6066 section 3); for an IP literal the certificate is held against the address.
  const host = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  if (net.isIP(host) === 0) options.servername = host;
  return options;
}

function portOf(url: URL): number {
  return url.port !== "" ? Number(url.port) : url.protocol === "https:" ? 443 : 80;
}

function connected(socket: net.Socket, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const settle = (open: boolean, error: unknown = null): void => {
      signal.removeEventListener("abort", onAbort);
      socket.off("connect", onConnect).off("error", onError);
      if (!open) socket.on("error", () => {}).destroy();
      if (error === null) resolve(open);
      else reject(error);
    };
    const onAbort = (): void => settle(false, signal.reason);
    const onConnect = (): void => settle(true);
    const onError = (): void => settle(false);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort);
    socket.once("connect", onConnect).once("error", onError);
  });
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
