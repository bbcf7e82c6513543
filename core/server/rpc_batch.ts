// A batch: every item goes its own way at once, the answers come back in the order of the calls. Long answers wait,
// paused at their upstream, until those before them are written, so that a batch costs no more memory than its parts.

import type { Run } from "../routing/run.ts";
import type { BadCall, Item, RpcCall } from "../rpc/framing.ts";
import type { ResponseWriter } from "./response_writer.ts";
import { dropAnswer, pipeInto, resultBody } from "./rpc_writer.ts";

export interface BatchHooks {
  /** null: it threw, and `done` will not be called. */
  start(call: RpcCall, done: (run: Run) => void): Run | null;
  /** The metadata member of an answer, with its comma; "" when it is not wanted. */
  metaOf(run: Run): string;
  /** The answer to an item that is no request. */
  refused(item: BadCall): string;
  /** The answer to a call that threw here. */
  failed(call: RpcCall): string;
  readonly headers: string;
  /** For the 204 of a batch that holds only notifications. */
  readonly noContentHeaders: string;
}

/** An answer: text, or a run whose result is on its way. */
type Slot = string | Run;

export function writeBatch(items: readonly Item[], hooks: BatchHooks, response: ResponseWriter): void {
  new Batch(items, hooks, response).start();
}

class Batch {
  readonly #items: readonly Item[];
  readonly #hooks: BatchHooks;
  readonly #response: ResponseWriter;
  readonly #runs: Run[] = [];
  readonly #slots: (Slot | null)[];
  #open: number;

  constructor(items: readonly Item[], hooks: BatchHooks, response: ResponseWriter) {
    this.#items = items;
    this.#hooks = hooks;
    this.#response = response;
    this.#slots = items.map(() => null);
    this.#open = items.length;
  }

  start(): void {
    this.#response.onClose = this;
    this.#items.forEach((item, index) => {
      if (item.kind === "bad") return this.#fill(index, this.#hooks.refused(item));
      const isNotification = item.id === null;
      if (isNotification) this.#fill(index, null);
      const run = this.#hooks.start(item, (ended) => {
        if (isNotification) dropAnswer(ended);
        else this.#answered(index, item.id ?? "null", ended);
      });
      if (isNotification) return;
      if (run === null) this.#fill(index, this.#hooks.failed(item));
      else if (run.outcome === null) this.#runs.push(run);
    });
  }

  #answered(index: number, id: string, run: Run): void {
    const { outcome } = run;
    if (outcome === null) return;
    if (outcome.kind !== "stream") {
      return this.#fill(index, resultBody(id, outcome, run.request.id, this.#hooks.metaOf(run)));
    }
    if (this.#response.closed) dropAnswer(run);
    this.#fill(index, run);
  }

  #fill(index: number, slot: Slot | null): void {
    this.#slots[index] = slot;
    if (--this.#open === 0) this.#write();
  }

  cancel(): void {
    for (const run of this.#runs) {
      run.cancel();
      dropAnswer(run);
    }
  }

  #write(): void {
    const response = this.#response;
    if (response.closed) return;
    const slots = this.#slots.filter((slot) => slot !== null);
    if (slots.length === 0) return response.send(204, this.#hooks.noContentHeaders, "");
    if (slots.every((slot) => typeof slot === "string")) {
      return response.send(200, this.#hooks.headers, `[${slots.join(",")}]`);
    }
    response.begin(200, this.#hooks.headers, () => this.#writeFrom(slots, 0));
  }

  /** Writes the answers from `at` on, up to the next long one, and goes on when that is through. */
  #writeFrom(slots: readonly Slot[], at: number): void {
    const response = this.#response;
    let text = "";
    for (let k = at; k < slots.length; k++) {
      const slot = slots[k] as Slot;
      text += k === 0 ? "[" : ",";
      if (typeof slot === "string") {
        text += slot;
        continue;
      }
      const { outcome, request } = slot;
      if (outcome?.kind !== "stream") continue;
      response.write(text);
      const ended = (): void => this.#writeFrom(slots, k + 1);
      const meta = this.#hooks.metaOf(slot);
      return pipeInto(outcome.stream, request.call.id ?? "null", meta, response, ended, () => this.cancel());
    }
    response.write(`${text}]`);
    response.end();
  }
}
