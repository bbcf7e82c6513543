// The transports of the streams' test world: one protocol to one fake upstream on virtual time. They keep the
// transport's contract (core/plugins/transport.ts): nothing is heard during `send` and `subscribe`, nothing after
// `cancel`, and what came before an acknowledgement comes right after it.

import type { LedgerFilter } from "../../battle/simulator/ledger.ts";
import type { Timer } from "../../core/clock.ts";
import type {
  Exchange,
  Reply,
  ReplySink,
  SubscriptionSink,
  Transport,
  TransportFailure,
  TransportPlugin,
  UpstreamCall,
  UpstreamSubscription,
} from "../../core/plugins/transport.ts";
import { textToWire, wireToText } from "../../core/rpc/wire.ts";
import type { FakeAnswer } from "./fake_transport.ts";
import type { FakeUpstream } from "./fake_upstream.ts";

const closed: TransportFailure = { code: "closed", message: "the transport was disposed", sent: true };

export class WorldTransport implements Transport {
  readonly upstream: FakeUpstream;
  readonly protocol: "http" | "ws";
  readonly subscriptions = new Set<FakeSubscription>();
  readonly #exchanges = new Set<WorldExchange>();
  #disposed = false;

  constructor(upstream: FakeUpstream, protocol: "http" | "ws") {
    this.upstream = upstream;
    this.protocol = protocol;
    upstream.transports.add(this);
  }

  get connections(): number {
    return this.subscriptions.size > 0 ? 1 : 0;
  }

  send(call: UpstreamCall, sink: ReplySink): Exchange {
    const exchange = new WorldExchange(this, call, sink, () => this.#exchanges.delete(exchange));
    this.#exchanges.add(exchange);
    if (this.#disposed) queueMicrotask(() => exchange.fail(closed));
    return exchange;
  }

  subscribe(call: UpstreamCall, sink: SubscriptionSink): UpstreamSubscription {
    const subscription = new FakeSubscription(
      this,
      call,
      sink,
      () => this.subscriptions.delete(subscription),
    );
    this.subscriptions.add(subscription);
    if (this.#disposed) queueMicrotask(() => subscription.lose(closed));
    return subscription;
  }

  /** The connections are gone, with all that was under way. */
  cut(failure: TransportFailure): void {
    for (const exchange of [...this.#exchanges]) exchange.fail(failure);
    for (const subscription of [...this.subscriptions]) subscription.lose(failure);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.cut(closed);
    this.upstream.transports.delete(this);
    return Promise.resolve();
  }
}

class WorldExchange implements Exchange {
  readonly #transport: WorldTransport;
  readonly #call: UpstreamCall;
  readonly #sink: ReplySink;
  readonly #leave: () => void;
  readonly #timer: Timer;
  #over = false;

  constructor(transport: WorldTransport, call: UpstreamCall, sink: ReplySink, leave: () => void) {
    this.#transport = transport;
    this.#call = call;
    this.#sink = sink;
    this.#leave = leave;
    const { upstream } = transport;
    this.#timer = upstream.clock.after(upstream.delayMs(), () => this.#arrive());
  }

  cancel(): void {
    this.#end();
  }

  fail(failure: TransportFailure): void {
    if (this.#end()) this.#sink.onFailure(failure);
  }

  #arrive(): void {
    const { upstream, protocol } = this.#transport;
    if (upstream.stalled) return; // Till somebody gives it up.
    const obstacle = upstream.obstacle(protocol);
    if (obstacle !== null) return this.fail(obstacle);
    const answer = upstream.answer(this.#call);
    if (answer.hang || !this.#end()) return;
    if (answer.failure !== undefined) {
      const { failure } = answer;
      return this.#sink.onFailure(
        typeof failure === "string" ? { code: failure, message: `fake ${failure}`, sent: true } : failure,
      );
    }
    this.#sink.onReply(replyOf(answer, this.#call.id));
  }

  /** True the first time. */
  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#timer.cancel();
    this.#leave();
    return true;
  }
}

function replyOf(answer: FakeAnswer, id: number): Reply {
  const content = answer.error === undefined ? { result: answer.result ?? null } : { error: answer.error };
  const body = answer.body?.replace('"id":ID', `"id":${id}`) ??
    JSON.stringify({ jsonrpc: "2.0", id, ...content });
  return {
    status: answer.status ?? 200,
    retryAfterMs: answer.retryAfterMs ?? null,
    body: textToWire(body),
    rest: null,
  };
}

interface Batch {
  readonly at: number;
  readonly texts: readonly string[];
}

/** One subscription at an upstream. What the node notifies is queued, so that it arrives in its order. */
export class FakeSubscription implements UpstreamSubscription {
  readonly kind: string;
  readonly filter: LedgerFilter;
  readonly #transport: WorldTransport;
  readonly #call: UpstreamCall;
  readonly #sink: SubscriptionSink;
  readonly #leave: () => void;
  readonly #queue: Batch[] = [];
  #state: "asking" | "begun" | "open" | "over" = "asking";
  #lastAt = 0;
  #timer: Timer | null = null;
  #nextTimer: Timer | null = null;

  constructor(transport: WorldTransport, call: UpstreamCall, sink: SubscriptionSink, leave: () => void) {
    this.#transport = transport;
    this.#call = call;
    this.#sink = sink;
    this.#leave = leave;
    const { params } = JSON.parse(wireToText(call.body)) as { params: [string, LedgerFilter?] };
    this.kind = params[0];
    this.filter = params[1] ?? {};
    const { upstream } = transport;
    this.#timer = upstream.clock.after(upstream.delayMs(), () => this.#begin());
  }

  /** Has the node begun to notify (perhaps before it said so)? */
  get hears(): boolean {
    return this.#state === "begun" || this.#state === "open";
  }

  get open(): boolean {
    return this.#state === "open";
  }

  cancel(): void {
    this.#end();
  }

  lose(failure: TransportFailure): void {
    if (this.#end()) this.#sink.onLost(failure);
  }

  /** The node notifies these, one after the other. */
  push(texts: readonly string[]): void {
    const { upstream } = this.#transport;
    if (texts.length === 0 || upstream.stall === "drop") return;
    const { traits, random, clock } = upstream;
    const later = this.kind === "logs" ? traits.logsDelayMs : -traits.logsDelayMs;
    this.#lastAt = Math.max(this.#lastAt, clock.now() + upstream.delayMs() + Math.max(0, later));
    const twice = traits.duplicateRatio > 0 && random.next() < traits.duplicateRatio;
    for (let times = 0; times < (twice ? 2 : 1); times++) {
      if (traits.spacingMs === 0) this.#queue.push({ at: this.#lastAt, texts });
      else {for (const text of texts) {
          this.#queue.push({ at: this.#lastAt += traits.spacingMs, texts: [text] });
        }}
    }
    this.#arm();
  }

  /** A stall is over: what was held arrives. */
  release(): void {
    this.#arm();
  }

  #begin(): void {
    const { upstream, protocol } = this.#transport;
    const { clock, traits } = upstream;
    if (upstream.stalled) return; // No answer: somebody gives it up, or the connection is cut.
    const obstacle = upstream.obstacle(protocol);
    if (obstacle !== null) return this.lose(obstacle);
    if (traits.refuses.has(this.kind)) {
      this.#end();
      const message = `no "${this.kind}" subscription in eth namespace`;
      return this.#sink.onRefused(replyOf({ error: { code: -32601, message } }, this.#call.id));
    }
    this.#state = "begun";
    this.#timer = clock.after(traits.ackDelayMs, () => {
      if (upstream.stalled) return;
      this.#state = "open";
      this.#sink.onConfirmed();
      this.#flush();
    });
  }

  #arm(): void {
    const [next] = this.#queue;
    if (next === undefined || this.#nextTimer !== null || this.#state === "over") return;
    const { clock } = this.#transport.upstream;
    this.#nextTimer = clock.after(next.at - clock.now(), () => {
      this.#nextTimer = null;
      this.#flush();
    });
  }

  /** Gives what has arrived. */
  #flush(): void {
    const { upstream } = this.#transport;
    while (this.#state === "open" && upstream.stall !== "hold" && !upstream.stalled) {
      const [next] = this.#queue;
      if (next === undefined || next.at > upstream.clock.now()) break;
      this.#queue.shift();
      for (const text of next.texts) if (this.#isOpen()) this.#sink.onEvent(textToWire(text));
    }
    if (this.#state === "open" && upstream.stall === "none" && !upstream.stalled) this.#arm();
  }

  /** It may be cancelled from within an event. */
  #isOpen(): boolean {
    return this.#state === "open";
  }

  /** True the first time. */
  #end(): boolean {
    if (this.#state === "over") return false;
    this.#state = "over";
    this.#timer?.cancel();
    this.#nextTimer?.cancel();
    this.#queue.length = 0;
    this.#leave();
    return true;
  }
}

/** Plugins `fake` (http) and `ws` whose transports lead to these upstreams, found by the provider's id. */
export function worldPlugins(upstreamOf: (provider: string) => FakeUpstream): TransportPlugin[] {
  const plugin = (id: string, protocol: "http" | "ws"): TransportPlugin => ({
    kind: "transport",
    id,
    summary: `A fake upstream over ${protocol}.`,
    protocol,
    parse: (raw) => raw,
    create: (_options, target) => {
      const upstream = upstreamOf(target.provider);
      return protocol === "ws" ? new WorldTransport(upstream, "ws") : withoutSubscribe(upstream);
    },
  });
  return [plugin("fake", "http"), plugin("ws", "ws")];
}

/** HTTP carries no notifications: the method is not there at all. */
function withoutSubscribe(upstream: FakeUpstream): Transport {
  const transport = new WorldTransport(upstream, "http");
  return {
    send: (call, sink) => transport.send(call, sink),
    get connections(): number {
      return transport.connections;
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
