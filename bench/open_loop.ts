// An open-loop load generator: starts each request at its intended time, whatever became of those before it, and
// counts its latency from that time. Its own lateness (about 0.1 ms) is in every latency: compare paths, not numbers.

import net from "node:net";
import { answerFault, ethCall, firstId } from "./check_path.ts";
import { sharedNow, type TickerOrder } from "./ticker.ts";

export interface OpenLoopTarget {
  /** `http://127.0.0.1:port/path`. */
  readonly url: string;
  readonly connections: number;
  /** The result that every answer must have. */
  readonly result: string;
}

const patienceMs = 10_000;
/** From the order to the ticker to the beginning of the run: it has to start first. */
const leadMs = 200;

/**
 * Sends one eth_call at each of `startsMs` (ms from the beginning, ascending). Gives the latencies in ms in the same
 * order. A request for which no connection is free waits, and its waiting counts. Throws at the first wrong answer.
 */
export async function openLoop(target: OpenLoopTarget, startsMs: Float64Array): Promise<Float64Array> {
  const loop = new OpenLoop(target, startsMs);
  try {
    await loop.connect();
    return await loop.run();
  } finally {
    loop.close();
  }
}

class OpenLoop {
  readonly #target: OpenLoopTarget;
  readonly #startsMs: Float64Array;
  readonly #latencies: Float64Array;
  readonly #connections: Connection[] = [];
  readonly #idle: Connection[] = [];
  /** Numbers of requests whose time came while no connection was free. */
  readonly #late: number[] = [];
  #beganAt = 0;
  #answered = 0;
  /** Ends the run: null when all is answered. */
  #settle: (failure: Error | null) => void = () => {};

  constructor(target: OpenLoopTarget, startsMs: Float64Array) {
    this.#target = target;
    this.#startsMs = startsMs;
    this.#latencies = new Float64Array(startsMs.length);
  }

  async connect(): Promise<void> {
    const { url, connections, result } = this.#target;
    for (let made = 0; made < connections; made++) {
      const connection: Connection = await Connection.open(
        new URL(url),
        result,
        (nth) => this.#onAnswer(connection, nth),
        (failure) => this.#settle(failure),
      );
      this.#connections.push(connection);
      this.#idle.push(connection);
    }
  }

  run(): Promise<Float64Array> {
    const startsMs = this.#startsMs;
    const beganAt = this.#beganAt = sharedNow() + leadMs;
    const ticker = new Worker(new URL("./ticker.ts", import.meta.url), { type: "module" });
    const lastsMs = leadMs + (startsMs[startsMs.length - 1] ?? 0) + patienceMs;
    const ended = new Promise<Float64Array>((resolve, reject) => {
      this.#settle = (failure) => failure === null ? resolve(this.#latencies) : reject(failure);
    });
    const timer = setTimeout(() => {
      const left = startsMs.length - this.#answered;
      this.#settle(new Error(`${left} of ${startsMs.length} calls were never answered`));
    }, lastsMs);
    ticker.onmessage = (event: MessageEvent<number>) => this.#start(event.data);
    ticker.postMessage({ beganAt, startsMs } satisfies TickerOrder);
    return ended.finally(() => {
      clearTimeout(timer);
      ticker.terminate();
    });
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #start(nth: number): void {
    const connection = this.#idle.pop();
    if (connection === undefined) this.#late.push(nth);
    else connection.send(nth);
  }

  #onAnswer(connection: Connection, nth: number): void {
    this.#latencies[nth] = sharedNow() - (this.#beganAt + this.#startsMs[nth]!);
    if (++this.#answered === this.#latencies.length) this.#settle(null);
    const waiting = this.#late.shift();
    if (waiting === undefined) this.#idle.push(connection);
    else connection.send(waiting);
  }
}

/** One kept HTTP/1.1 connection with at most one call under way. */
class Connection {
  readonly #socket: net.Socket;
  readonly #head: string;
  readonly #result: string;
  readonly #onAnswer: (nth: number) => void;
  readonly #onFailure: (failure: Error) => void;
  #nth = -1;
  #received = "";

  static open(
    url: URL,
    result: string,
    onAnswer: (nth: number) => void,
    onFailure: (failure: Error) => void,
  ): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: url.hostname, port: Number(url.port), noDelay: true });
      const connection = new Connection(socket, url, result, onAnswer, onFailure);
      socket.on("connect", () => resolve(connection));
      socket.on("error", (error) => {
        reject(error);
        onFailure(error);
      });
      socket.on("data", (bytes: Uint8Array) => connection.#take(bytes));
      socket.on("close", () => connection.#closed());
    });
  }

  private constructor(
    socket: net.Socket,
    url: URL,
    result: string,
    onAnswer: (nth: number) => void,
    onFailure: (failure: Error) => void,
  ) {
    this.#socket = socket;
    const length = ethCall(firstId, 0).length;
    this.#head = `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n` +
      `content-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
    this.#result = result;
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
  }

  send(nth: number): void {
    this.#nth = nth;
    this.#received = "";
    this.#socket.write(this.#head + ethCall(firstId + nth, nth));
  }

  close(): void {
    this.#nth = -1;
    this.#socket.destroy();
  }

  #take(bytes: Uint8Array): void {
    this.#received += String.fromCharCode(...bytes);
    const answer = wholeAnswer(this.#received);
    if (answer === null) return;
    const nth = this.#nth;
    this.#nth = -1;
    const fault = answer.fault ?? answerFault(answer.body, firstId + nth, this.#result);
    if (fault === null) this.#onAnswer(nth);
    else this.#onFailure(new Error(`A wrong answer (${fault}): ${this.#received.slice(0, 300)}`));
  }

  #closed(): void {
    if (this.#nth !== -1) this.#onFailure(new Error("A connection was closed before its answer"));
  }
}

/** An answer once it is whole; null before. `fault` says what is wrong with its head. */
export function wholeAnswer(
  received: string,
): { readonly fault: string | null; readonly body: string } | null {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) return null;
  const head = received.slice(0, headEnd);
  const body = received.slice(headEnd + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) return { fault: "no content-length", body };
  if (body.length < Number(length)) return null;
  const status = head.slice(9, 12);
  return { fault: status === "200" ? null : `status ${status}`, body };
}
