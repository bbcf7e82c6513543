// Light, mixed JSON-RPC traffic for `lasso demo`, sent through the router with plain fetch as an application would, and
// one WebSocket subscriber for each chain. It never queues: a call whose turn comes while too many are in flight is skipped and counted. Dispose it to stop.

import type { Clock, Timer } from "../core/clock.ts";
import { below, type Random } from "../core/random.ts";
import { DemoSubscriber, type DemoSubscriberCounts } from "./demo_subscriber.ts";
import { callData, selectors } from "./simulator/contract_calls.ts";
import { rollupContract, simTokens } from "./simulator/world.ts";

export interface DemoTrafficOptions {
  /** Chain endpoints of the router, used evenly. */
  readonly urls: readonly string[];
  /** Chain endpoints of the router for WebSocket, each with one subscriber. Default none. */
  readonly wsUrls?: readonly string[];
  readonly ratePerSecond: number;
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

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

export function startDemoTraffic(options: DemoTrafficOptions): DemoTraffic {
  return new Traffic(options);
}

class Traffic implements DemoTraffic {
  readonly #options: DemoTrafficOptions;
  readonly #maxInFlight: number;
  readonly #stop = new AbortController();
  readonly #pending = new Set<Promise<void>>();
  /** By URL: the transactions of the last block that was read there, so that receipts can be asked for. */
  readonly #transactions = new Map<string, readonly string[]>();
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
    await Promise.all([...this.#pending, ...this.#subscribers.map((one) => one[Symbol.asyncDispose]())]);
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
    const sent: Promise<void> = this.#send(url, this.#pick(url)).finally(() => this.#pending.delete(sent));
    this.#pending.add(sent);
  }

  async #send(url: string, { method, params }: Call): Promise<void> {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: this.#nextId++, method, params }),
        signal: this.#stop.signal,
      });
      const answer = await response.json() as { readonly result?: unknown };
      if (!response.ok || answer.result === undefined) this.#failed++;
      else this.#ok++;
      if (method === "eth_getBlockByNumber") this.#remember(url, answer.result);
    } catch {
      // What was cut by the stop is no failure of the router's.
      if (!this.#stop.signal.aborted) this.#failed++;
    }
  }

  #remember(url: string, block: unknown): void {
    const { transactions } = (block ?? {}) as { readonly transactions?: unknown };
    if (Array.isArray(transactions)) {
      this.#transactions.set(url, transactions.filter((hash): hash is string => typeof hash === "string"));
    }
  }

  /** A wallet's mix: mostly cheap reads, some calls, a few logs and receipts. */
  #pick(url: string): Call {
    const { random } = this.#options;
    const [dollar, ether] = simTokens;
    const holder = rollupContract;
    const draw = random.next();
    if (draw < 0.25) return { method: "eth_blockNumber", params: [] };
    if (draw < 0.4) return { method: "eth_getBlockByNumber", params: ["latest", false] };
    if (draw < 0.7) {
      const { address } = random.next() < 0.5 ? dollar : ether;
      return {
        method: "eth_call",
        params: [{ to: address, data: callData(selectors.balanceOf, holder) }, "latest"],
      };
    }
    if (draw < 0.8) return { method: "eth_getBalance", params: [holder, "latest"] };
    if (draw < 0.85) return { method: "eth_gasPrice", params: [] };
    const known = this.#transactions.get(url) ?? [];
    const hash = known[below(random, known.length)];
    if (draw < 0.92 && hash !== undefined) return { method: "eth_getTransactionReceipt", params: [hash] };
    return { method: "eth_getLogs", params: [{ address: dollar.address, fromBlock: "latest" }] };
  }
}
