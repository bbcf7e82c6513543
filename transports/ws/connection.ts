// One open WebSocket to an upstream: carries many calls and subscriptions at once, hands each message to the one that
// it is for, watches that the server is alive. When it ends, all that it carried is told so. Never dials and never
// sends anything twice; made by the pool.

import { Buffer } from "node:buffer";
import type { Clock, Timer } from "../../core/clock.ts";
import type { TransportFailureCode } from "../../core/plugins/transport.ts";
import type { Random } from "../../core/random.ts";
import { codeOf, failure, isTlsCode, tooLarge } from "../http/failures.ts";
import type { WireListener, WireSocket } from "../http/wire_socket.ts";
import { FrameDecoder, type FrameReceiver } from "./frame_decoder.ts";
import { closeFrame, FrameWriter, pingFrame, pongFrame } from "./frame_writer.ts";
import type { Handshake } from "./handshake.ts";
import { InFlight } from "./in_flight.ts";
import { firstId, lastId, type Message, readMessage, usualId } from "./message.ts";
import type { Pending, PendingHolder } from "./pending.ts";
import { WsSubscription } from "./subscription.ts";
import { SubscriptionTable } from "./subscription_table.ts";

/** Silence after which the server is asked whether it lives, while something waits for it. */
const pingAfterMs = 15_000;
/** It has so long to answer with anything. */
const pongWithinMs = 10_000;
/** A connection without calls and subscriptions is closed after this long. */
const idleMs = 60_000;
/** After our close frame the server has so long to close the socket (RFC 6455 section 7.1.1). */
const closeWithinMs = 500;
/** A message of more bytes, in either direction, keeps the small ones waiting. */
const largeBytes = 1_048_576;
/** A connection with a large message on its way counts as one with so many calls more. */
const largeLoad = 1_024;
/** Pings of a server that doesn't read are not answered beyond this. */
const mostPongBytes = 1_048_576;

export interface ConnectionOwner {
  /** The masked upstream, for messages. */
  readonly upstream: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly maxResponseBytes: number;
  /** It takes no more calls; what it carries is told next. `code` null: it was idle, or the transport is disposed. */
  onEnded(connection: WsConnection, code: TransportFailureCode | null, message: string): void;
  /** The socket is closed. Follows `onEnded`. */
  onClosed(connection: WsConnection): void;
  /** Early events had to be dropped. */
  onDropped(events: number): void;
}

export class WsConnection implements WireListener, FrameReceiver, PendingHolder {
  readonly openedAt: number;
  /** A call was sent over it. */
  used = false;
  readonly #wire: WireSocket;
  readonly #owner: ConnectionOwner;
  readonly #writer: FrameWriter;
  readonly #decoder: FrameDecoder;
  readonly #flight = new InFlight();
  readonly #subscriptions: SubscriptionTable;
  #state: "open" | "closing" | "closed" = "open";
  #closing: Timer | null = null;
  /** Calls that were given up here but not at the upstream, which may still answer them. */
  #forgotten = 0;
  #answered = false;
  /** No message has come since a call was sent over the idle connection. */
  #quiet = false;
  /** Bytes have come since the last tick. */
  #heard = true;
  /** A call was sent since the last tick. */
  #touched = false;
  #heardAt: number;
  /** When the newest bytes were read. */
  #readAt: number;
  #activeAt: number;
  #pingedAt: number | null = null;

  constructor(wire: WireSocket, owner: ConnectionOwner) {
    this.#wire = wire;
    this.#owner = owner;
    this.openedAt =
      this.#heardAt =
      this.#readAt =
      this.#activeAt =
        owner.clock.now();
    this.#writer = new FrameWriter(wire, owner.random);
    this.#decoder = new FrameDecoder(this, owner.maxResponseBytes);
    this.#subscriptions = new SubscriptionTable({
      send: (text) => this.#sendAside(text),
      breach: (why) => this.#breach(1002, why),
      dropped: (events) => owner.onDropped(events),
      failure: (why) => failure("malformed", `${owner.upstream} ${why}.`, true),
    });
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** How much waits on it: calls in flight, and more for a large message. */
  get load(): number {
    const large = this.#writer.unsent > largeBytes || this.#decoder.pending > largeBytes;
    return large ? this.#flight.count + largeLoad : this.#flight.count;
  }

  get unsent(): number {
    return this.#writer.unsent;
  }

  /** Takes the socket over from the handshake; may find at once that it is gone. */
  open(handshake: Handshake): void {
    const rest = handshake.takeOver(this);
    if (rest.length > 0) this.onBytes(rest);
  }

  send(pending: Pending): void {
    if (this.#flight.count === 0) this.#quiet = true;
    this.used = this.#touched = true;
    this.#writer.send(pending.call.body);
    pending.frame = this.#writer.frames;
    pending.holder = this;
    if (pending instanceof WsSubscription) this.#subscriptions.asked(pending);
    this.#flight.add(pending);
  }

  leave(pending: Pending): void {
    if (this.#flight.remove(pending)) this.#forgotten++;
  }

  onBytes(bytes: Buffer): void {
    this.#heard = true;
    // All events of one read came at the same time: what reading the first of them takes is not the last one's delay.
    this.#readAt = this.#owner.clock.now();
    this.#decoder.feed(bytes);
  }

  onGone(error: unknown): void {
    const code = codeOf(error);
    const shown = code === "" ? "" : ` (${code})`;
    if (isTlsCode(code)) this.#lost("tls", `The TLS connection to ${this.#owner.upstream} broke${shown}.`);
    else if (error === null) this.#lost("eof", `${this.#owner.upstream} closed the connection.`);
    else this.#lost("reset", `${this.#owner.upstream} reset the connection${shown}.`);
    this.#close();
  }

  onMessage(text: string): void {
    this.#quiet = false;
    this.#answered = true;
    const id = usualId(text);
    if (id >= 0) this.#answer(id, text);
    else this.#take(readMessage(text), text);
  }

  onOversize(head: string, tail: string): boolean {
    const { upstream, maxResponseBytes } = this.#owner;
    const reason = tooLarge(upstream, maxResponseBytes);
    const id = tail === "" ? firstId(head) : lastId(tail);
    if (id < 0) return this.#subscriptions.oversize(head, reason);
    const pending = this.#flight.take(id);
    if (pending instanceof WsSubscription) this.#subscriptions.unanswered();
    if (pending === null) this.#lateAnswer();
    else pending.failed(reason);
    return true;
  }

  onPing(payload: Buffer): void {
    if (this.#writer.unsent < mostPongBytes) this.#writer.control(pongFrame, payload);
  }

  onPong(): void {}

  onClose(code: number): void {
    const shown = code === 1005 ? "" : ` (${code})`;
    this.#lost("eof", `${this.#owner.upstream} closed the connection${shown}.`, code);
  }

  onFault(code: number, why: string): void {
    this.#breach(code, why);
  }

  /** Called about once a second. */
  tick(now: number): void {
    if (this.#state !== "open") return;
    // A large request on its way delays the answer to a ping; bytes that leave show that somebody takes them.
    const moving = this.#writer.takeMoved() && this.#writer.unsent > 0;
    if (this.#heard || moving) {
      this.#heard = false;
      this.#heardAt = now;
      this.#pingedAt = null;
    }
    const active = this.#flight.count > 0 || this.#subscriptions.count > 0;
    if (active || this.#touched) this.#activeAt = now;
    this.#touched = false;
    if (this.#pingedAt !== null) {
      if (now - this.#pingedAt < pongWithinMs) return;
      this.#lost("reset", `${this.#owner.upstream} fell silent and answered no ping.`);
      this.#close();
    } else if (active && now - this.#heardAt >= pingAfterMs) {
      this.#pingedAt = now;
      this.#writer.control(pingFrame, noBytes);
    } else if (!active && now - this.#activeAt >= idleMs) {
      this.shut(null, `The idle connection to ${this.#owner.upstream} was closed.`);
    }
  }

  /** Closes it in order. What it carries fails with `code`. */
  shut(code: "closed" | null, message: string): void {
    this.#end(code, message, 1000);
  }

  #answer(id: number, text: string): void {
    const pending = this.#flight.take(id);
    if (pending !== null) pending.answered(text);
    else this.#lateAnswer();
  }

  /** An answer that nobody waits for any more. */
  #lateAnswer(): void {
    if (this.#forgotten > 0) this.#forgotten--;
  }

  #take(message: Message, text: string): void {
    switch (message.kind) {
      case "answer":
        if (typeof message.id === "number") this.#answer(message.id, text);
        else if (message.id === null) this.#answerToNone(message.isError, text);
        else {
          this.#subscriptions.left(message.id);
          this.#lateAnswer();
        }
        break;
      case "event":
        this.#subscriptions.event(message.subscription, message.result, this.#readAt);
        break;
      case "breach":
        this.#breach(1002, message.why);
    }
  }

  /** An answer without an id: it can be told whose it is only where there is but one that it can be of. */
  #answerToNone(isError: boolean, text: string): void {
    const waiting = this.#flight.count;
    if (!isError || waiting + this.#forgotten === 0) this.#breach(1002, "sent an answer without an id");
    else if (waiting === 0) this.#forgotten--;
    else if (waiting === 1 && this.#forgotten === 0) this.#flight.drain()[0]!.answered(text);
    else this.#breach(1002, "sent an error without an id while several calls were under way");
  }

  /** A request of the connection's own, whose answer matters little. */
  #sendAside(text: string): void {
    if (this.#state !== "open") return;
    this.#writer.send(text);
    this.#forgotten++;
  }

  #breach(code: number, why: string): void {
    this.#end("malformed", `${this.#owner.upstream} ${why}.`, code);
  }

  #lost(code: TransportFailureCode, message: string, closeCode: number | null = null): void {
    // Idle till the call came: most likely the server closed it before it saw the call, but nobody can know.
    const stale = this.#answered && this.#quiet && this.#flight.count > 0 && code !== "tls";
    this.#end(stale ? "stale" : code, message, closeCode);
  }

  /** `closeCode`: what the close frame says; null: there is nobody to tell. */
  #end(code: TransportFailureCode | null, message: string, closeCode: number | null): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#decoder.stop();
    this.#writer.discard();
    const { flushed } = this.#writer;
    if (closeCode !== null) this.#sayClose(closeCode);
    this.#owner.onEnded(this, code, message);
    const reason = failure(code ?? "closed", message, true);
    for (const pending of this.#flight.drain()) {
      pending.failed(pending.frame <= flushed ? reason : { ...reason, sent: false });
    }
    this.#subscriptions.end(reason.code === "stale" ? { ...reason, code: "eof" } : reason);
  }

  #sayClose(code: number): void {
    this.#writer.control(closeFrame, code === 1005 ? noBytes : Uint8Array.of(code >> 8, code & 255));
    this.#writer.flush();
    this.#closing = this.#owner.clock.after(closeWithinMs, () => this.#close());
  }

  #close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#closing?.cancel();
    this.#wire.destroy();
    this.#owner.onClosed(this);
  }
}

const noBytes = Buffer.alloc(0);
