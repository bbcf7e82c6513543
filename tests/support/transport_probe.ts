// What the transport tests share: targets, calls, and a sink that turns what it hears into a promise.

import { Buffer } from "node:buffer";
import { systemClock } from "../../core/clock.ts";
import type { PluginDeps } from "../../core/plugins/deps.ts";
import type {
  BodySink,
  Exchange,
  Reply,
  Transport,
  TransportFailure,
  UpstreamCall,
  UpstreamTarget,
} from "../../core/plugins/transport.ts";
import { systemRandom } from "../../core/random.ts";

export interface Outcome {
  readonly reply: Reply | null;
  /** Of the call, or of the stream after the reply. */
  readonly failure: TransportFailure | null;
  /** Wire text of the whole answer; empty for one beyond `keepBytes`. */
  readonly body: string;
  readonly bytes: number;
}

export interface Probe {
  readonly exchange: Exchange;
  readonly outcome: Promise<Outcome>;
  /** How many times the sink was told how the call ended. */
  settled: number;
}

export function testTarget(url: string, more: Partial<UpstreamTarget> = {}): UpstreamTarget {
  return {
    chain: "ethereum",
    provider: "nasty",
    url,
    headers: {},
    tls: {},
    proxy: null,
    connectTimeoutMs: 5_000,
    maxConnections: 8,
    bufferBytes: 4_096,
    maxResponseBytes: 256_000_000,
    ...more,
  };
}

export interface TestDeps extends PluginDeps {
  readonly events: string[];
}

export function testDeps(more: Partial<PluginDeps> = {}): TestDeps {
  const events: string[] = [];
  return {
    clock: systemClock,
    random: systemRandom,
    log: () => {},
    emit: (event) => events.push(event),
    ...more,
    events,
  };
}

export function testCall(more: Partial<UpstreamCall> = {}): UpstreamCall {
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}';
  return { id: 1, method: "eth_chainId", body, fresh: false, ...more };
}

/** A call with an id of its own, for transports that tell answers apart by it. `params` is wire text. */
export function rpcCall(id: number, method = "eth_chainId", params = "[]", fresh = false): UpstreamCall {
  const body = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;
  return { id, method, body, fresh };
}

const keepBytes = 8_000_000;

/** Sends a call and reads its answer to the end. */
export function probe(transport: Transport, call: UpstreamCall = testCall()): Probe {
  const settle = Promise.withResolvers<Outcome>();
  let sending = true;
  const heard = (): void => {
    if (sending) settle.reject(new Error("The sink was called during send."));
    if (++result.settled > 1) settle.reject(new Error("The sink was told twice."));
  };
  const result = { settled: 0, outcome: settle.promise } as { -readonly [K in keyof Probe]: Probe[K] };
  result.exchange = transport.send(call, {
    onReply: (reply) => {
      heard();
      if (reply.rest === null) {
        settle.resolve({ reply, failure: null, body: reply.body, bytes: reply.body.length });
      } else reply.rest.pipe(new Collector(reply, settle.resolve));
    },
    onFailure: (failure) => {
      heard();
      settle.resolve({ reply: null, failure, body: "", bytes: 0 });
    },
  });
  sending = false;
  return result;
}

export function ask(transport: Transport, call: UpstreamCall = testCall()): Promise<Outcome> {
  return probe(transport, call).outcome;
}

class Collector implements BodySink {
  readonly #reply: Reply;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #parts: string[];
  #bytes: number;

  constructor(reply: Reply, resolve: (outcome: Outcome) => void) {
    this.#reply = reply;
    this.#resolve = resolve;
    this.#parts = [reply.body];
    this.#bytes = reply.body.length;
  }

  write(chunk: Uint8Array): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes <= keepBytes) this.#parts.push(Buffer.from(chunk).toString("latin1"));
    return true;
  }

  end(): void {
    this.#settle(null);
  }

  fail(failure: TransportFailure): void {
    this.#settle(failure);
  }

  #settle(failure: TransportFailure | null): void {
    const body = this.#bytes <= keepBytes ? this.#parts.join("") : "";
    this.#resolve({ reply: this.#reply, failure, body, bytes: this.#bytes });
  }
}
