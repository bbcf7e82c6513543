// Listens to the router's event feed for the length of a run, again and again while a router is killed and comes back.
// What was lost on the way is counted and told, never guessed.

// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { type Clock, sleep } from "../../core/clock.ts";
import type { FeedRecord } from "../model/record.ts";

const RETRY_MS = 100;
const OPEN_TIMEOUT_MS = 3_000;
const CLOSE_TIMEOUT_MS = 1_000;

export interface FeedClientOptions {
  readonly clock: Clock;
  /** `ws://host:port/channels/events` */
  readonly url: string;
  /** µs from time 0 of a wall time in ms. */
  readonly usOfWall: (wallMs: number) => number;
}

interface Batch {
  readonly type: string;
  readonly seq?: number;
  readonly at?: number;
  readonly events?:
    readonly (Readonly<Record<string, unknown>> & { readonly topic: string; readonly at: number })[];
  readonly dropped?: number;
}

export class FeedClient implements AsyncDisposable {
  readonly #options: FeedClientOptions;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  readonly #opened = Promise.withResolvers<boolean>();
  readonly #events: (Readonly<Record<string, unknown>> & { readonly topic: string; readonly at: number })[] =
    [];
  #socket: WebSocket | null = null;
  #dropped = 0;
  #snapshots = 0;
  #connections = 0;
  #seq = 0;
  #lost = 0;
  #lastError = "";

  constructor(options: FeedClientOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** true with the first snapshot; false when there is no feed to be had. */
  get opened(): Promise<boolean> {
    return this.#opened.promise;
  }

  records(): FeedRecord[] {
    return this.#events.map(({ topic, at, ...fields }) => ({
      atUs: this.#options.usOfWall(at),
      topic,
      fields,
    }));
  }

  /** What is missing, for the report. */
  notes(): string[] {
    const notes: string[] = [];
    if (this.#connections === 0) {
      notes.push(`The router's event feed could not be read: ${this.#lastError || "no connection"}.`);
      return notes;
    }
    if (this.#connections > 1) {
      notes.push(
        `The event feed was connected ${this.#connections} times; what happened in between is not in it.`,
      );
    }
    if (this.#dropped > 0) {
      notes.push(`The event feed left out ${this.#dropped} plain routing events, as it does under load.`);
    }
    const extra = this.#snapshots - this.#connections;
    if (extra > 0 || this.#lost > 0) {
      notes.push(`The event feed was read too slowly: ${extra} fresh snapshots, ${this.#lost} batches lost.`);
    }
    return notes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#socket?.close(1000);
    const late = this.#options.clock.after(CLOSE_TIMEOUT_MS, () => this.#socket?.terminate());
    await this.#running;
    late.cancel();
    this.#opened.resolve(false);
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const wasRefused = await this.#connect();
      // Somebody who answers, but with no feed, will not have one in a moment.
      if (wasRefused && this.#connections === 0) return this.#opened.resolve(false);
      await sleep(this.#options.clock, RETRY_MS, signal);
    }
  }

  /** Resolves when the connection is over; true when the answer was no WebSocket. */
  #connect(): Promise<boolean> {
    return new Promise((resolve) => {
      let wasRefused = false;
      const socket = this.#socket = new WebSocket(this.#options.url, {
        perMessageDeflate: false,
        handshakeTimeout: OPEN_TIMEOUT_MS,
      });
      this.#seq = 0;
      socket.on("message", (raw) => this.#hear(String(raw)));
      socket.on("unexpected-response", (_request, response) => {
        wasRefused = true;
        this.#lastError = `HTTP status ${response.statusCode}`;
        socket.terminate();
      });
      socket.on("error", (error) => this.#lastError ||= error.message);
      socket.on("close", () => {
        this.#socket = null;
        resolve(wasRefused);
      });
    });
  }

  #hear(text: string): void {
    const said = JSON.parse(text) as Batch;
    const seq = said.seq ?? this.#seq + 1;
    if (this.#seq > 0 && seq > this.#seq + 1) this.#lost += seq - this.#seq - 1;
    if (said.type === "snapshot") {
      if (this.#seq === 0) this.#connections++;
      this.#snapshots++;
      this.#opened.resolve(true);
    }
    this.#seq = seq;
    this.#dropped += said.dropped ?? 0;
    for (const event of said.events ?? []) this.#events.push(event);
  }
}
