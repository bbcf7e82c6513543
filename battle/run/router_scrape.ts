// What the router shows of itself while it runs: its event loop's lag once a second, and, since it is read anyway, any
// planted secret in it. A router that is down shows nothing, which is no fault of the run.

import { type Clock, sleep } from "../../core/clock.ts";
import type { LeakSearch } from "./leaks.ts";

const EVERY_MS = 1_000;
const TIMEOUT_MS = 2_000;

export interface RouterScrapeOptions {
  readonly clock: Clock;
  readonly url: string;
  readonly leaks: LeakSearch;
}

export class RouterScrape implements AsyncDisposable {
  readonly #options: RouterScrapeOptions;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #loopLagMs: number | null = null;

  constructor(options: RouterScrapeOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** As of the newest scrape; null: none yet. */
  get loopLagMs(): number | null {
    return this.#loopLagMs;
  }

  /** Looks a last time, also at its status. */
  async finish(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await this.#scrape();
    await this.#read("/status");
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
  }

  /** Empty when there is no answer. */
  async #read(path: string, signal?: AbortSignal): Promise<string> {
    const { clock, url, leaks } = this.#options;
    const giveUp = new AbortController();
    const end = (): void => giveUp.abort();
    const late = clock.after(TIMEOUT_MS, end);
    signal?.addEventListener("abort", end);
    try {
      const response = await fetch(`${url}${path}`, { signal: giveUp.signal });
      const text = await response.text();
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
