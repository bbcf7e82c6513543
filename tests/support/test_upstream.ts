// A scripted transport that can also give long answers piece by piece, under the test's hand.

import { Buffer } from "node:buffer";
import type {
  BodySink,
  BodyStream,
  Exchange,
  ReplySink,
  Transport,
  UpstreamCall,
} from "../../core/plugins/transport.ts";
import { FakeTransport } from "./fake_transport.ts";

/** The rest of a long answer. Nothing flows before it is piped, nor while the reader wants a pause. */
export class TestBody implements BodyStream {
  readonly head: string;
  cancelled = false;
  /** How often the reader asked for a pause. */
  pauses = 0;
  #sink: BodySink | null = null;
  #paused = false;
  #over = false;
  readonly #steps: ((sink: BodySink) => boolean)[] = [];

  /** `head`: what comes first, as wire text. */
  constructor(head: string) {
    this.head = head;
  }

  get piped(): boolean {
    return this.#sink !== null;
  }

  /** `text`: readable. */
  push(text: string): this {
    return this.#add((sink) => sink.write(Buffer.from(text, "utf8")));
  }

  end(): this {
    return this.#add((sink) => {
      this.#over = true;
      sink.end();
      return true;
    });
  }

  fail(): this {
    return this.#add((sink) => {
      this.#over = true;
      sink.fail({ code: "eof", message: "the upstream closed within its answer", sent: true });
      return true;
    });
  }

  pipe(sink: BodySink): void {
    this.#sink = sink;
    this.#flow();
  }

  resume(): void {
    this.#paused = false;
    this.#flow();
  }

  cancel(): void {
    this.cancelled = true;
    this.#over = true;
  }

  #add(step: (sink: BodySink) => boolean): this {
    this.#steps.push(step);
    this.#flow();
    return this;
  }

  #flow(): void {
    while (this.#sink !== null && !this.#paused && !this.#over) {
      const step = this.#steps.shift();
      if (step === undefined) return;
      if (step(this.#sink)) continue;
      this.#paused = true;
      this.pauses++;
    }
  }
}

export class TestUpstream extends FakeTransport implements Transport {
  /** By method: makes the long answer to the call with that id. */
  readonly bodies = new Map<string, (id: number) => TestBody>();
  /** Methods whose `send` throws, as a broken plugin's would. */
  readonly throwing = new Set<string>();

  override send(call: UpstreamCall, sink: ReplySink): Exchange {
    if (this.throwing.has(call.method)) throw new Error("the transport is broken");
    const make = this.bodies.get(call.method);
    if (make === undefined) return super.send(call, sink);
    const rest = make(call.id);
    queueMicrotask(() => sink.onReply({ status: 200, retryAfterMs: null, body: rest.head, rest }));
    return { cancel: () => rest.cancel() };
  }
}

/** What the answers of `longBodies` begin with: more than is looked at before an answer is passed on. */
export const longHead: string = "h".repeat(20_000);

/** Makes `upstream` give long texts to `method`; each is kept in the list, with only its head written. */
export function longBodies(upstream: TestUpstream, method: string): readonly TestBody[] {
  const bodies: TestBody[] = [];
  upstream.bodies.set(method, (id) => {
    const body = new TestBody(`{"jsonrpc":"2.0","id":${id},"result":"${longHead}`);
    bodies.push(body);
    return body;
  });
  return bodies;
}
