// Where the generator's HTTP requests go on virtual time: straight into the virtual router, one request per call as over HTTP.
// A router that is down refuses, one that is killed breaks what is under way.

import type { RequestHead } from "../../core/http/request_head.ts";
import { parseRequestHead } from "../../core/http/request_head.ts";
import type { CallTarget, TargetSink } from "../workload/call_target.ts";
import { VirtualResponse } from "./virtual_response.ts";
import type { VirtualRouter } from "./virtual_router.ts";

const limits = { maxFields: 8, maxBytes: 1_024 };

export class VirtualTarget implements CallTarget {
  readonly metaMember = "";
  readonly #router: VirtualRouter;
  readonly #sink: TargetSink;
  readonly #head: RequestHead;
  readonly #open = new Map<number, VirtualResponse>();

  /** `path`: of the chain's endpoint. */
  constructor(router: VirtualRouter, path: string, sink: TargetSink) {
    this.#router = router;
    this.#sink = sink;
    this.#head = headOf("POST", `${path}?include_meta=body`);
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  send(nth: number, body: string): boolean {
    const router = this.#router;
    const response = new VirtualResponse(router, {
      answered: (status, text) => {
        this.#open.delete(nth);
        this.#sink.answered(nth, status, text);
      },
      broken: (reason) => {
        this.#open.delete(nth);
        this.#sink.broken(nth, reason);
      },
    });
    this.#open.set(nth, response);
    // Not during `send`.
    queueMicrotask(() =>
      router.gate.pass(() => {
        if (response.closed) return;
        if (router.isUp) router.request(this.#head, body, response);
        else response.break("the connection was refused");
      })
    );
    return true;
  }

  cancel(nth: number): void {
    const response = this.#open.get(nth);
    this.#open.delete(nth);
    response?.leave();
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const nth of [...this.#open.keys()]) this.cancel(nth);
    return Promise.resolve();
  }
}

/** A request's head as the router reads it. */
export function headOf(method: "GET" | "POST", target: string): RequestHead {
  const text = `${method} ${target} HTTP/1.1\r\nhost: router.invalid\r\ncontent-type: application/json`;
  const parsed = parseRequestHead(text, limits);
  if (!("head" in parsed)) throw new Error(`${target} is no path of an endpoint`);
  return parsed.head;
}
