// What the tests of the load generator share: fake targets on virtual time, raw servers on real sockets, and orders.

import net from "node:net";
import { Buffer } from "node:buffer";
import type { Clock } from "../../../core/clock.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { timerAlarm } from "../../../battle/workload/alarm.ts";
import type { CallTarget, TargetSink } from "../../../battle/workload/call_target.ts";
import { Generator, type GeneratorDeps } from "../../../battle/workload/generator.ts";
import type { LoadOrder } from "../../../battle/workload/load_generator.ts";
import type { PlannedCall, PlannedWorkload } from "../../../battle/model/plan.ts";
import type { Workload } from "../../../battle/model/scenario.ts";

/** What becomes of a request, so many ms after it was sent; null: nothing ever. */
export type FakeAnswer =
  | { readonly afterMs: number; readonly broken?: string; readonly body?: string }
  | null;

/** Answers on the clock. With `slots` it has so many connections, and the rest waits. */
export class FakeTarget implements CallTarget {
  readonly metaMember = "";
  /** In the order of `send`. */
  readonly bodies: string[] = [];
  readonly cancelled: number[] = [];
  readonly #clock: Clock;
  readonly #sink: TargetSink;
  readonly #script: (nth: number, nowMs: number) => FakeAnswer;
  readonly #slots: number;
  readonly #waiting: number[] = [];
  readonly #under = new Set<number>();

  constructor(
    clock: Clock,
    sink: TargetSink,
    script: (nth: number, nowMs: number) => FakeAnswer,
    slots = Infinity,
  ) {
    this.#clock = clock;
    this.#sink = sink;
    this.#script = script;
    this.#slots = slots;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  send(nth: number, body: string): boolean {
    this.bodies.push(body);
    if (this.#under.size >= this.#slots) {
      this.#waiting.push(nth);
      return false;
    }
    this.#go(nth, body);
    return true;
  }

  cancel(nth: number): void {
    this.cancelled.push(nth);
    const at = this.#waiting.indexOf(nth);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (this.#under.delete(nth)) this.#next();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#under.clear();
    this.#waiting.length = 0;
    return Promise.resolve();
  }

  #go(nth: number, body: string): void {
    this.#under.add(nth);
    const answer = this.#script(nth, this.#clock.now());
    if (answer === null) return;
    this.#clock.after(answer.afterMs, () => {
      if (!this.#under.delete(nth)) return;
      this.#next();
      if (answer.broken !== undefined) this.#sink.broken(nth, answer.broken);
      else this.#sink.answered(nth, 200, answer.body ?? echo(body));
    });
  }

  #next(): void {
    const nth = this.#waiting.shift();
    if (nth === undefined) return;
    this.#sink.sent(nth);
    this.#go(nth, this.bodies[nth]!);
  }
}

/** A result for each call of a request: its method. */
export function echo(body: string): string {
  const request = JSON.parse(body) as EchoCall | readonly EchoCall[];
  const answer = ({ id, method }: EchoCall): string => `{"jsonrpc":"2.0","id":${id},"result":"${method}"}`;
  return Array.isArray(request) ? `[${request.map(answer).join(",")}]` : answer(request as EchoCall);
}

interface EchoCall {
  readonly id: number;
  readonly method: string;
}

/** Calls at an even beat from `fromMs` on; each of `batch` calls in a row at the same time. */
export function beat(perSecond: number, fromMs: number, untilMs: number, batch = 1): PlannedCall[] {
  const calls: PlannedCall[] = [];
  for (let nth = 0;; nth++) {
    const atUs = Math.round(fromMs * 1_000 + nth * 1e6 / perSecond);
    if (atUs >= untilMs * 1_000) return calls;
    for (let k = 0; k < batch; k++) calls.push({ atUs, method: "eth_chainId", params: "[]" });
  }
}

type CallWorkload = Extract<Workload, { readonly kind: "http" | "ws" }>;

export function workload(name: string, more: Partial<CallWorkload> = {}): CallWorkload {
  return {
    kind: "http",
    name,
    chain: "ethereum",
    arrival: { kind: "constant", perSecond: 1 },
    mix: {},
    batch: 1,
    timeoutMs: 2_000,
    via: null,
    ...more,
  };
}

export function order(
  workloads: readonly PlannedWorkload[],
  durationMs: number,
  more: Partial<LoadOrder> = {},
): LoadOrder {
  return {
    url: "http://127.0.0.1:9",
    workloads,
    durationUs: durationMs * 1_000,
    warmupUs: 0,
    wanted: { methods: "all", maxTextChars: 256 },
    meta: true,
    keep: "all",
    ...more,
  };
}

export const noUsage = () => ({ cpuUs: 0, residentBytes: 0 });

export interface Virtual {
  readonly clock: VirtualClock;
  readonly targets: ReadonlyMap<string, FakeTarget>;
  readonly generator: Generator;
}

/** A generator on virtual time whose targets do what `script` says. */
export function virtual(
  given: LoadOrder,
  script: (nth: number, nowMs: number) => FakeAnswer,
  { slots = Infinity, ...deps }: Partial<GeneratorDeps> & { readonly slots?: number } = {},
): Virtual {
  const clock = new VirtualClock();
  const targets = new Map<string, FakeTarget>();
  const generator = new Generator(given, {
    clock,
    makeAlarm: timerAlarm(clock),
    usage: noUsage,
    targetOf: ({ name }) => (sink) => {
      const target = new FakeTarget(clock, sink, script, slots);
      targets.set(name, target);
      return target;
    },
    ...deps,
  });
  return { clock, targets, generator };
}

/** A raw TCP server that hears each HTTP request whole (head and body) and may do with the socket what it likes. */
export class RawServer implements AsyncDisposable {
  connections = 0;
  readonly requests: string[] = [];
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;

  private constructor(onRequest: (socket: net.Socket, body: string, nth: number) => void) {
    this.#server = net.createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      let held = "";
      socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
      socket.on("data", (bytes: Uint8Array) => {
        held += Buffer.from(bytes).toString("latin1");
        for (;;) {
          const headEnd = held.indexOf("\r\n\r\n");
          const length = Number(/content-length: (\d+)/.exec(held)?.[1]);
          if (headEnd < 0 || held.length < headEnd + 4 + length) return;
          const body = held.slice(headEnd + 4, headEnd + 4 + length);
          this.requests.push(held.slice(0, headEnd + 4 + length));
          held = held.slice(headEnd + 4 + length);
          onRequest(socket, body, this.requests.length - 1);
        }
      });
    });
  }

  static async start(
    onRequest: (socket: net.Socket, body: string, nth: number) => void,
  ): Promise<RawServer> {
    const server = new RawServer(onRequest);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", () => resolve()));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

export function httpAnswer(body: string, more = ""): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${more}content-length: ${body.length}\r\n\r\n${body}`;
}

/** What a target says, as it says it. */
export class HeardSink implements TargetSink {
  readonly heard: string[] = [];
  readonly #waiting = new Set<() => void>();

  sent(nth: number): void {
    this.#add(`${nth} sent`);
  }

  answered(nth: number, status: number, body: string): void {
    this.#add(`${nth} ${status} ${body}`);
  }

  broken(nth: number, reason: string): void {
    this.#add(`${nth} broken: ${reason}`);
  }

  /** Resolves when so much was heard. */
  async until(count: number): Promise<readonly string[]> {
    while (this.heard.length < count) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    return this.heard;
  }

  #add(text: string): void {
    this.heard.push(text);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
