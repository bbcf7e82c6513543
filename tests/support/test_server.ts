// A listener with a handler that tests can look into and answer by hand.

import { setImmediate } from "node:timers";
import { type Clock, systemClock } from "../../core/clock.ts";
import type { HttpFault } from "../../core/http/fault.ts";
import type { RequestHead } from "../../core/http/request_head.ts";
import type { IncomingRequest, ServerHandler } from "../../core/server/handler.ts";
import { listen, type Listener, type ListenOptions } from "../../core/server/listener.ts";
import type { ResponseWriter } from "../../core/server/response_writer.ts";
import { RawClient } from "./raw_client.ts";

export interface Call {
  readonly request: IncomingRequest;
  readonly response: ResponseWriter;
}

/** Answers `/now…` at once with its own path; keeps all else for the test to answer. */
export class TestHandler implements ServerHandler {
  readonly calls: Call[] = [];
  readonly faults: { readonly fault: HttpFault; readonly head: RequestHead | null }[] = [];
  readonly thrownHere: unknown[] = [];
  #wake: (() => void) | null = null;

  handle(request: IncomingRequest, response: ResponseWriter): void {
    if (request.head.path === "/throw") throw new Error("handler failed");
    if (request.head.path.startsWith("/now")) return response.send(200, "", request.head.path);
    this.calls.push({ request, response });
    this.#wake?.();
  }

  refuse(fault: HttpFault, head: RequestHead | null): { headers: string; body: string } {
    this.faults.push({ fault, head });
    return { headers: "x-refused: yes\r\n", body: fault.message };
  }

  thrown(thrown: unknown): void {
    this.thrownHere.push(thrown);
  }

  /** The call number `index`, once it has come. */
  async call(index: number): Promise<Call> {
    while (this.calls.length <= index) await new Promise<void>((resolve) => this.#wake = resolve);
    return this.calls[index]!;
  }
}

export interface TestServer extends AsyncDisposable {
  readonly listener: Listener;
  readonly handler: TestHandler;
  /** Two exchanges over a connection of their own: what other clients had sent before has been read then. */
  settled(): Promise<void>;
  /** Waits until the listener counts so many connections. */
  connected(count: number): Promise<void>;
}

export async function startTestServer(
  options: Partial<ListenOptions> & { readonly clock?: Clock } = {},
  handler: TestHandler = new TestHandler(),
): Promise<TestServer> {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    tls: null,
    headerTimeoutMs: 10_000,
    idleTimeoutMs: 75_000,
    maxHeadBytes: 16_384,
    maxBodyBytes: 2_097_152,
    clock: systemClock,
    ...options,
  }, handler);
  return {
    listener,
    handler,
    async settled(): Promise<void> {
      await using probe = await RawClient.connect(listener.port);
      for (let round = 1; round <= 3; round++) {
        await probe.send(`GET /now${round} HTTP/1.1\r\nHost: x\r\n\r\n`);
        await probe.until((received) => received.endsWith(`/now${round}`));
      }
    },
    async connected(count: number): Promise<void> {
      while (listener.connections !== count) await new Promise((resolve) => setImmediate(resolve));
    },
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}
