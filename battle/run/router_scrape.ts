// What the router shows of itself while it runs: its event loop's lag and its memory once a second, and, since it is
// read anyway, any planted secret in it. A router that is down shows nothing, which is no fault of the run.

import { Buffer } from "node:buffer";
import { type Clock, sleep } from "../../core/clock.ts";
import type { LeakSearch } from "./leaks.ts";

const EVERY_MS = 1_000;
const TIMEOUT_MS = 2_000;

export interface RouterScrapeOptions {
  readonly clock: Clock;
  readonly url: string;
  readonly leaks: LeakSearch;
  /** One call of each is looked at in the end, with what its headers tell. */
  readonly chains: readonly string[];
}

export class RouterScrape implements AsyncDisposable {
  readonly #options: RouterScrapeOptions;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #loopLagMs: number | null = null;
  #inUseMb: number | null = null;

  constructor(options: RouterScrapeOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** As of the newest scrape; null: none yet. */
  get loopLagMs(): number | null {
    return this.#loopLagMs;
  }

  /** Resident size less what its heap has in reserve, MB; null: the newest scrape did not tell. */
  get inUseMb(): number | null {
    return this.#inUseMb;
  }

  /** Looks a last time, also at its status, at an answer and at an error of each chain. */
  async finish(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await this.#scrape();
    await this.#read("/status");
    for (const chain of this.#options.chains) {
      for (const method of ["eth_getBlockByNumber", "lasso_noSuchMethod"]) {
        const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: ["latest", false] });
        await this.#read(`/rpc/${encodeURIComponent(chain)}?include_meta=headers`, undefined, body);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#scrape(signal);
      await sleep(this.#options.clock, EVERY_MS, signal);
    }
  }

  async #scrape(signal?: AbortSignal): Promise<void> {
    const text = await this.#read("/metrics", signal);
    const seconds = /^lasso_event_loop_lag_seconds(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
    if (seconds !== undefined) this.#loopLagMs = Number(seconds) * 1000;
    const [resident, used, total] = ["rss", "heap_used", "heap_total"].map((kind) =>
      Number(new RegExp(`^lasso_memory_bytes\\{kind="${kind}"\\} (\\S+)$`, "m").exec(text)?.[1])
    ) as [number, number, number];
    const inUse = (resident - (total - used)) / 1_048_576;
    this.#inUseMb = Number.isNaN(inUse) ? null : inUse;
  }

  /** Empty when there is no answer. */
  async #read(path: string, signal?: AbortSignal, body?: string): Promise<string> {
    const { clock, url, leaks } = this.#options;
    const giveUp = new AbortController();
    const end = (): void => giveUp.abort();
    const late = clock.after(TIMEOUT_MS, end);
    signal?.addEventListener("abort", end);
    try {
      const response = await fetch(`${url}${path}`, {
        signal: giveUp.signal,
        ...(body === undefined
          ? {}
          : { method: "POST", body, headers: { "content-type": "application/json" } }),
      });
      const text = await response.text();
      for (const [name, value] of response.headers) {
        leaks.search(`the header ${name} of ${path}`, value);
        if (name === "x-lasso-meta") {
          leaks.search(`the header ${name} of ${path}`, Buffer.from(value, "base64url").toString());
        }
      }
      leaks.search(`the router's ${path}`, text);
      return response.ok ? text : "";
    } catch {
      return "";
    } finally {
      late.cancel();
      signal?.removeEventListener("abort", end);
    }
  }
}
