// One subscriber: a WebSocket with one subscription, and the record of what it got and when. A socket that is lost is
// told in the record, and another one follows with a record of its own, as a client library would do. Owned by
// SubscriberSet.

// @ts-types="@types/ws"
import { WebSocket } from "ws";
import type { Clock, Timer } from "../../core/clock.ts";
import type { SubscriberRecord } from "../model/record.ts";
import type { RecordEntry } from "../simulator/ledger_record.ts";
import type { SubscriptionReader } from "./subscription_reader.ts";
import { codeOf } from "./ws_target.ts";

export interface SubscriberOptions {
  readonly workload: string;
  readonly index: number;
  readonly url: URL;
  readonly subscription: string;
  readonly clock: Clock;
  readonly reader: SubscriptionReader;
  /** Something that has no place in a record. */
  readonly note: (text: string) => void;
}

/** One socket's time. Times are ms of the clock until the record is taken. */
interface Life {
  ackMs: number | null;
  id: string | null;
  readonly entries: RecordEntry[];
  readonly atMs: number[];
  readonly closes: { readonly atMs: number; readonly code: number; readonly reason: string }[];
}

/** Waits before the next socket: at first, and at most. */
const firstPauseMs = 100;
const longestPauseMs = 1_000;
const handshakeTimeout = 10_000;

export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #lives: Life[] = [];
  /** Settles with the first acknowledgement, or when the first socket has failed. */
  readonly ready: Promise<void>;
  #settleReady: () => void = () => {};
  #gone: Promise<void> = Promise.resolve();
  #socket: WebSocket | null = null;
  #timer: Timer | null = null;
  #pauseMs = firstPauseMs;
  #leaving = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.ready = new Promise((resolve) => this.#settleReady = resolve);
  }

  /** Has its subscription been acknowledged, on the socket that it has now? */
  get subscribed(): boolean {
    return this.#socket !== null && this.#lives.at(-1)?.ackMs != null;
  }

  start(): void {
    this.#connect();
  }

  /** Closes its socket for good; the record ends with the client's leaving. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    const life = this.#lives.at(-1);
    if (!this.#leaving && this.#socket !== null && life?.ackMs != null) {
      this.#add(life, { kind: "end", code: null });
    }
    this.#leaving = true;
    this.#socket?.terminate();
    await this.#gone;
  }

  /** A record for each socket that was acknowledged, and one for those that failed before it or after the last. */
  records(zeroMs: number): SubscriberRecord[] {
    const { workload, index } = this.#options;
    const us = (ms: number): number => Math.round((ms - zeroMs) * 1_000);
    return this.#lives.filter(({ ackMs, closes }) => ackMs !== null || closes.length > 0).map((life) => ({
      workload,
      index,
      ackUs: life.ackMs === null ? null : us(life.ackMs),
      record: life.ackMs === null ? null : { ack: ackOf(life.entries), entries: life.entries },
      atUs: life.atMs.map(us),
      closes: life.closes.map(({ atMs, code, reason }) => ({ atUs: us(atMs), code, reason })),
    }));
  }

  #connect(): void {
    const { clock, subscription, reader } = this.#options;
    const socket = new WebSocket(this.#options.url, { perMessageDeflate: false, handshakeTimeout });
    this.#socket = socket;
    const life = this.#nextLife();
    let failure = "";
    socket.on("open", () => {
      socket.send(
        JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: params(subscription) }),
      );
    });
    socket.on("message", (data) => {
      if (!this.#leaving) this.#take(life, reader.read(String(data)), socket);
    });
    socket.on("error", (error) => failure = `the WebSocket failed (${codeOf(error)})`);
    this.#gone = new Promise((resolve) =>
      socket.once("close", (code, reason) => {
        this.#socket = null;
        resolve();
        this.#settleReady();
        if (this.#leaving) return;
        const why = failure === "" ? String(reason) : failure;
        life.closes.push({ atMs: clock.now(), code, reason: why.slice(0, 120) });
        if (life.ackMs !== null) this.#add(life, { kind: "end", code });
        this.#timer = clock.after(this.#pauseMs, () => this.#connect());
        this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
      })
    );
  }

  /** Sockets that fail one after the other share one. */
  #nextLife(): Life {
    const last = this.#lives.at(-1);
    if (last !== undefined && last.ackMs === null) return last;
    const life: Life = { ackMs: null, id: null, entries: [], atMs: [], closes: [] };
    this.#lives.push(life);
    return life;
  }

  #take(life: Life, message: ReturnType<SubscriptionReader["read"]>, socket: WebSocket): void {
    switch (message.kind) {
      case "ack":
        life.id = message.id;
        life.ackMs = this.#options.clock.now();
        this.#pauseMs = firstPauseMs;
        return this.#settleReady();
      case "event":
        if (life.id !== null && message.id !== life.id) {
          return this.#options.note("a subscriber got an event of a subscription that is not its own");
        }
        if (message.entry !== null) this.#add(life, message.entry);
        return;
      case "refused":
        this.#options.note(`eth_subscribe was refused: ${message.code} ${message.message}`);
        return socket.close();
      case "other":
        this.#options.note("a subscriber got a message that is neither an answer nor an event");
    }
  }

  #add(life: Life, entry: RecordEntry): void {
    life.entries.push(entry);
    life.atMs.push(this.#options.clock.now());
  }
}

function params(subscription: string): readonly unknown[] {
  return subscription === "logs" ? ["logs", {}] : [subscription];
}

/**
 * The newest block at the acknowledgement, as far as a client can know: what its first event followed. Whoever has the
 * times of the blocks sets the true one from `ackUs`. Number -1: there was no event.
 */
function ackOf(entries: readonly RecordEntry[]): { number: number; hash: string } {
  const first = entries.find(({ kind }) => kind === "head" || kind === "log");
  if (first?.kind === "head") return { number: first.number - 1, hash: first.parentHash };
  if (first?.kind === "log") return { number: first.blockNumber, hash: first.blockHash };
  return { number: -1, hash: "" };
}
