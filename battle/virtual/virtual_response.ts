// One answer of the virtual router, gathered whole on its way to a client: what VirtualTarget (HTTP) and VirtualSocket
// (WebSocket) hand in where a real router has its connections. It never calls back within the router's own call.

import { toWire } from "../../core/rpc/wire.ts";
import type { Cancellable, ResponseWriter } from "../../core/server/response_writer.ts";
import type { VirtualClient, VirtualRouter } from "./virtual_router.ts";

/** Who asked; hears one of these, once. */
export interface ResponseOwner {
  answered(status: number, body: string): void;
  broken(reason: string): void;
}

export class VirtualResponse implements ResponseWriter, VirtualClient {
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
