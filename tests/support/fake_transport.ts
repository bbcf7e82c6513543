// A transport for tests that answers from a script: one answer per call, after a time of the given clock (or at
// once, in a later microtask). Counts what it was asked, obeys cancel and dispose, never answers during `send`.

import type { Clock, Timer } from "../../core/clock.ts";
import type {
  Exchange,
  ReplySink,
  Transport,
  TransportFailure,
  TransportFailureCode,
  TransportPlugin,
  UpstreamCall,
  UpstreamTarget,
} from "../../core/plugins/transport.ts";
import { textToWire, wireToText } from "../../core/rpc/wire.ts";

/** What comes back; the first of `hang`, `failure`, `body`, `error`, `result` that is there decides. */
export interface FakeAnswer {
  readonly afterMs?: number;
  /** Never answers. */
  readonly hang?: boolean;
  readonly failure?: TransportFailureCode | TransportFailure;
  /** The whole body as readable text. */
  readonly body?: string;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly result?: unknown;
  /** Default 200. */
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/** A call as the script sees it. */
export interface FakeCall extends UpstreamCall {
  /** Parsed from the body. */
  readonly params: readonly unknown[];
  /** 0 for the first call of this method. */
  readonly nth: number;
  readonly transport: FakeTransport;
}

export type FakeScript = (call: FakeCall) => FakeAnswer;

export class FakeTransport implements Transport {
  /** May be replaced in the middle of a test. */
  script: FakeScript;
  readonly calls: FakeCall[] = [];
  underWay = 0;
  /** Most calls that were ever under way together. */
  peak = 0;
  cancelled = 0;
  disposed = false;
  /** 1 once it was answered, 0 once it could not connect or the connection was lost. May be set by a test. */
  connections = 0;
  /** What the plugin was given; null when the transport was not made by `fakePlugin`. */
  target: UpstreamTarget | null = null;
  readonly #clock: Clock | null;
  readonly #open = new Set<FakeExchange>();

  /** `clock` is needed for answers with `afterMs`. */
  constructor(script: FakeScript, clock: Clock | null = null) {
    this.script = script;
    this.#clock = clock;
  }

  send(call: UpstreamCall, sink: ReplySink): Exchange {
    const nth = this.count(call.method);
    const parsed = JSON.parse(wireToText(call.body)) as { params?: unknown };
    const params = Array.isArray(parsed.params) ? parsed.params : [];
    const seen: FakeCall = { ...call, params, nth, transport: this };
    this.calls.push(seen);
    const exchange = new FakeExchange(
      seen,
      sink,
      () => this.#leave(exchange),
      () => this.cancelled++,
      (is) => {
        this.connections = is ? 1 : 0;
      },
    );
    this.#open.add(exchange);
    this.peak = Math.max(this.peak, ++this.underWay);
    exchange.schedule(this.script(seen), this.#clock);
    return exchange;
  }

  /** Calls so far: of one method, or all. */
  count(method?: string): number {
    return method === undefined
      ? this.calls.length
      : this.calls.reduce((n, call) => call.method === method ? n + 1 : n, 0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    for (const exchange of [...this.#open]) exchange.close();
    return Promise.resolve();
  }

  #leave(exchange: FakeExchange): void {
    if (this.#open.delete(exchange)) this.underWay--;
  }
}

const connectedAfter: ReadonlySet<TransportFailureCode> = new Set(["malformed", "too_large", "busy"]);

class FakeExchange implements Exchange {
  readonly #call: FakeCall;
  readonly #sink: ReplySink;
  readonly #leave: () => void;
  readonly #onCancel: () => void;
  readonly #connected: (is: boolean) => void;
  #timer: Timer | null = null;
  #over = false;

  constructor(
    call: FakeCall,
    sink: ReplySink,
    leave: () => void,
    onCancel: () => void,
    connected: (is: boolean) => void,
  ) {
    this.#call = call;
    this.#sink = sink;
    this.#leave = leave;
    this.#onCancel = onCancel;
    this.#connected = connected;
  }

  schedule(answer: FakeAnswer, clock: Clock | null): void {
    if (answer.hang) return;
    if (answer.afterMs === undefined) queueMicrotask(() => this.#settle(answer));
    else if (clock === null) throw new Error("FakeTransport: an answer with afterMs needs a clock");
    else this.#timer = clock.after(answer.afterMs, () => this.#settle(answer));
  }

  cancel(): void {
    if (this.#end()) this.#onCancel();
  }

  close(): void {
    if (this.#end()) {
      this.#sink.onFailure({ code: "closed", message: "the transport was disposed", sent: true });
    }
  }

  #settle(answer: FakeAnswer): void {
    if (!this.#end()) return;
    const { failure } = answer;
    const code = typeof failure === "string" ? failure : failure?.code;
    this.#connected(code === undefined || connectedAfter.has(code));
    if (failure !== undefined) {
      this.#sink.onFailure(
        typeof failure === "string" ? { code: failure, message: `fake ${failure}`, sent: true } : failure,
      );
      return;
    }
    const content = answer.error === undefined ? { result: answer.result ?? null } : { error: answer.error };
    const body = answer.body ?? JSON.stringify({ jsonrpc: "2.0", id: this.#call.id, ...content });
    this.#sink.onReply({
      status: answer.status ?? 200,
      retryAfterMs: answer.retryAfterMs ?? null,
      body: textToWire(body),
      rest: null,
    });
  }

  /** True the first time. */
  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#timer?.cancel();
    this.#leave();
    return true;
  }
}

/** A transport plugin that hands out the transport that `pick` gives for a target. */
export function fakePlugin(
  pick: (target: UpstreamTarget) => FakeTransport,
  id = "fake",
  protocol: "http" | "ws" = "http",
): TransportPlugin {
  return {
    kind: "transport",
    id,
    summary: "Answers from a script.",
    protocol,
    parse: (raw) => raw,
    create: (_options, target) => {
      const transport = pick(target);
      transport.target = target;
      return transport;
    },
  };
}
