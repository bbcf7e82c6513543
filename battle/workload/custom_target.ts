// A scenario's own function as a target: it is called for each arrival, and its promise is the answer. Its randomness
// comes from the plan, its signal aborts at the timeout. What it does with the URLs is its business.

import { messageOf } from "../../core/errors.ts";
import { seededRandom } from "../../core/random.ts";
import type { PlannedCall } from "../model/plan.ts";
import type { CustomCall } from "../model/scenario.ts";
import type { CallTarget, TargetSink } from "./call_target.ts";

export interface CustomTargetOptions {
  readonly url: URL;
  readonly wsUrl: URL;
  readonly calls: readonly PlannedCall[];
  readonly run: (call: CustomCall) => Promise<void>;
}

export class CustomTarget implements CallTarget {
  readonly metaMember = "";
  readonly #options: CustomTargetOptions;
  readonly #sink: TargetSink;
  readonly #open = new Map<number, AbortController>();

  constructor(options: CustomTargetOptions, sink: TargetSink) {
    this.#options = options;
    this.#sink = sink;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  send(nth: number): boolean {
    const controller = new AbortController();
    this.#open.set(nth, controller);
    void this.#run(nth, controller.signal);
    return true;
  }

  cancel(nth: number): void {
    this.#open.get(nth)?.abort();
    this.#open.delete(nth);
  }

  /** Aborts what runs, but does not wait for it: somebody else's function may never end. */
  [Symbol.asyncDispose](): Promise<void> {
    for (const nth of [...this.#open.keys()]) this.cancel(nth);
    return Promise.resolve();
  }

  async #run(nth: number, signal: AbortSignal): Promise<void> {
    const { url, wsUrl, calls, run } = this.#options;
    const [seed] = JSON.parse(calls[nth % calls.length]?.params ?? "[0]") as readonly number[];
    const random = seededRandom(seed ?? nth);
    let failure: string | null = null;
    try {
      // Not before `send` has returned.
      await Promise.resolve();
      await run({ url: url.href, wsUrl: wsUrl.href, index: nth, random: () => random.next(), signal });
    } catch (thrown) {
      failure = messageOf(thrown).slice(0, 120);
    }
    if (!this.#open.delete(nth)) return;
    if (failure === null) this.#sink.answered(nth, 200, `{"jsonrpc":"2.0","id":${nth + 1},"result":null}`);
    else this.#sink.broken(nth, failure);
  }
}
