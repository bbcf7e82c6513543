// Light, mixed JSON-RPC traffic for `lasso demo`, sent through the router as an application would, by plain fetch or
// over WebSockets, and one WebSocket subscriber for each chain. It never queues: a call whose turn comes while too many
// are in flight is skipped and counted. Dispose it to stop.

import type { Clock, Timer } from "../core/clock.ts";
import { below, type Random } from "../core/random.ts";
import { type DemoCall, DemoCalls, walletMix } from "./demo_calls.ts";
import { DemoSocket } from "./demo_socket.ts";
import { DemoSubscriber, type DemoSubscriberCounts } from "./demo_subscriber.ts";

export interface DemoTrafficOptions {
  /** Chain endpoints of the router, used evenly. */
  readonly urls: readonly string[];
  /** Chain endpoints of the router for WebSocket, each with one subscriber. Default none. */
  readonly wsUrls?: readonly string[];
  readonly ratePerSecond: number;
  /** Weights by method; default: a wallet's mix. */
  readonly methods?: Readonly<Record<string, number>>;
  /** How calls go to `urls`; `ws`: over one WebSocket each. Default http. */
  readonly transport?: "http" | "ws";
  /** Asked for with each call. Default: none. */
  readonly strategy?: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Default 16. */
  readonly maxInFlight?: number;
}

export interface DemoTrafficCounts {
  readonly ok: number;
  /** No answer, an HTTP error, or a JSON-RPC error. */
  readonly failed: number;
  readonly skipped: number;
  readonly inFlight: number;
}

export interface DemoTraffic extends AsyncDisposable {
  readonly counts: DemoTrafficCounts;
  /** In the order of `wsUrls`. */
  readonly subscribers: readonly DemoSubscriberCounts[];
}

export function startDemoTraffic(options: DemoTrafficOptions): DemoTraffic {
  return new Traffic(options);
}

class Traffic implements DemoTraffic {
  readonly #options: DemoTrafficOptions;
  readonly #maxInFlight: number;
  readonly #stop = new AbortController();
  readonly #pending = new Set<Promise<void>>();
  readonly #calls: DemoCalls;
  /** By URL; none where calls go over HTTP. */
  readonly #sockets: ReadonlyMap<string, DemoSocket>;
  readonly #subscribers: readonly DemoSubscriber[];
  #timer: Timer;
  #ok = 0;
  #failed = 0;
  #skipped = 0;
  #nextId = 1;

  constructor(options: DemoTrafficOptions) {
    if (!(options.ratePerSecond > 0)) {
      throw new RangeError(
        `Cannot start demo traffic as ratePerSecond must be above 0: it is ${options.ratePerSecond}`,
      );
    }
    if (options.urls.length === 0) throw new RangeError("Cannot start demo traffic as urls is empty");
    this.#options = options;
    this.#calls = new DemoCalls(options.methods ?? walletMix, options.random);
    this.#sockets = new Map(
      options.transport === "ws"
        ? options.urls.map((url) => [url, new DemoSocket(socketUrl(url, options))])
        : [],
    );
    this.#maxInFlight = options.maxInFlight ?? 16;
    this.#subscribers = (options.wsUrls ?? []).map((url) => new DemoSubscriber(url, options.clock));
    this.#timer = this.#wait();
  }

  get subscribers(): readonly DemoSubscriberCounts[] {
    return this.#subscribers.map(({ counts }) => counts);
  }

  get counts(): DemoTrafficCounts {
    return { ok: this.#ok, failed: this.#failed, skipped: this.#skipped, inFlight: this.#pending.size };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer.cancel();
    this.#stop.abort();
    const parts = [...this.#sockets.values(), ...this.#subscribers];
    await Promise.all([...this.#pending, ...parts.map((one) => one[Symbol.asyncDispose]())]);
  }

  #wait(): Timer {
    const { clock, ratePerSecond } = this.#options;
    return clock.after(1000 / ratePerSecond, () => {
      this.#timer = this.#wait();
      this.#tick();
    });
  }

  #tick(): void {
    if (this.#pending.size >= this.#maxInFlight) {
      this.#skipped++;
      return;
    }
    const { urls, random } = this.#options;
    const url = urls[below(random, urls.length)]!;
    const sent: Promise<void> = this.#send(url, this.#calls.next(url)).finally(() =>
      this.#pending.delete(sent)
    );
    this.#pending.add(sent);
  }

  async #send(url: string, call: DemoCall): Promise<void> {
    try {
      const socket = this.#sockets.get(url);
      const answer =
        await (socket === undefined ? this.#post(url, call) : socket.call(call.method, call.params)) as {
          readonly result?: unknown;
        };
      if (answer.result === undefined) this.#failed++;
      else this.#ok++;
      this.#calls.answered(url, call, answer.result);
    } catch {
      // What was cut by the stop is no failure of the router's.
      if (!this.#stop.signal.aborted) this.#failed++;
    }
  }

  async #post(url: string, { method, params }: DemoCall): Promise<unknown> {
    const { strategy } = this.#options;
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(strategy === undefined ? {} : { "x-lasso-strategy": strategy }),
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: this.#nextId++, method, params }),
      signal: this.#stop.signal,
    });
    const answer = await response.json() as unknown;
    if (!response.ok) throw new Error(`status ${response.status}`);
    return answer;
  }
}

function socketUrl(url: string, { strategy }: DemoTrafficOptions): string {
  const base = url.replace(/^http/, "ws");
  return strategy === undefined ? base : `${base}?strategy=${encodeURIComponent(strategy)}`;
}
