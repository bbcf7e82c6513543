// Where the generator's requests go on virtual time: straight into the virtual router, one request per call as over HTTP.
// A router that is down refuses, one that is killed breaks what is under way.

import type { RequestHead } from "../../core/http/request_head.ts";
import { parseRequestHead } from "../../core/http/request_head.ts";
import { toWire } from "../../core/rpc/wire.ts";
import type { Cancellable, ResponseWriter } from "../../core/server/response_writer.ts";
import type { CallTarget, TargetSink } from "../workload/call_target.ts";
import type { VirtualClient, VirtualRouter } from "./virtual_router.ts";

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
    const text = `POST ${path}?include_meta=body HTTP/1.1\r\nhost: router.invalid\r\n` +
      "content-type: application/json";
    const parsed = parseRequestHead(text, limits);
    if (!("head" in parsed)) throw new Error(`${path} is no path of an endpoint`);
    this.#head = parsed.head;
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

interface ResponseOwner {
  answered(status: number, body: string): void;
  broken(reason: string): void;
}

/** One answer of the router, gathered whole. */
class VirtualResponse implements ResponseWriter, VirtualClient {
  onClose: Cancellable | null = null;
  onDrain: (() => void) | null = null;
  readonly #router: VirtualRouter;
  readonly #owner: ResponseOwner;
  #status = 200;
  #body = "";
  /** The router has said all. */
  #isComplete = false;
  /** The client hears nothing more. */
  #isOver = false;

  constructor(router: VirtualRouter, owner: ResponseOwner) {
    this.#router = router;
    this.#owner = owner;
    router.clients.add(this);
  }

  get closed(): boolean {
    return this.#isOver;
  }

  send(status: number, _headers: string, body: string | Uint8Array): void {
    this.#status = status;
    this.#complete(textOf(body));
  }

  begin(status: number, _headers: string, begun?: () => void): void {
    this.#status = status;
    begun?.();
  }

  write(chunk: string | Uint8Array, before: Uint8Array | null = null): boolean {
    if (before !== null) this.#body += toWire(before);
    this.#body += textOf(chunk);
    return true;
  }

  end(): void {
    this.#complete("");
  }

  abort(): void {
    this.#isComplete = true;
    this.break("the connection ended in the midst of an answer");
  }

  routerGone(): void {
    this.break("the connection was reset");
  }

  break(reason: string): void {
    if (this.#end()) this.#owner.broken(reason);
  }

  /** The client gives up. */
  leave(): void {
    if (!this.#end() || this.#isComplete) return;
    const { onClose } = this;
    this.onClose = null;
    onClose?.cancel();
  }

  #complete(rest: string): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    const body = this.#body + rest;
    // Never during the router's own call: a socket would not either.
    queueMicrotask(() =>
      this.#router.gate.pass(() => {
        if (this.#end()) this.#owner.answered(this.#status, body);
      })
    );
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#router.clients.delete(this);
    return true;
  }
}

function textOf(bytes: string | Uint8Array): string {
  return typeof bytes === "string" ? bytes : toWire(bytes);
}
