// What waits for one client's WebSocket, in order and bounded in bytes. Short frames of one turn are written together;
// one long answer at a time goes out in pieces, and all else waits behind it. A client that does not keep up is the
// owner's business (`overflowed`); the outbox never waits and never makes others wait. Made by WsSession.

import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { add, type BatchedWriter } from "../http/write_batch.ts";
import { pingFrame, pongFrame } from "./ws_frame.ts";

/** A long answer that wants the socket for itself for a while. */
export interface LongAnswer {
  /** Its turn has come: `write` as much as the socket takes. */
  begun(): void;
  /** What it wrote has gone out. */
  resume(): void;
}

export interface OutboxOwner {
  /** Frames may still be written: no close frame was sent or is due. */
  readonly writable: boolean;
  /** Bytes that may wait. */
  readonly queueBytes: number;
  /** More waits than may. Called from within a write. */
  overflowed(): void;
  /** After `last`: everything has been handed to the socket. */
  emptied(): void;
}

/** What the socket may hold of ours: the rest is held here, where it can be dropped. */
const mostUnsentBytes = 262_144;

export class WsOutbox implements BatchedWriter {
  readonly #socket: Socket;
  readonly #owner: OutboxOwner;
  /** Frames of this turn. */
  readonly #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #added = false;
  /** Frames and answers that wait for the socket or for their turn, from `#heldFrom` on. */
  #held: (Uint8Array | LongAnswer)[] = [];
  #heldFrom = 0;
  /** Of held frames and of events on hold. */
  #heldBytes = 0;
  /** The long answer whose turn it is. */
  #current: LongAnswer | null = null;
  /** Answers under way that events must not overtake, and the events that wait for them. */
  #holds = 0;
  #events: Uint8Array[] = [];
  /** Payload of the ping that is to be answered; only the latest is (RFC 6455 section 5.5.3). */
  #pong: Uint8Array | null = null;
  #isLast = false;
  #closed = false;
  #written = 0;

  constructor(socket: Socket, owner: OutboxOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.on("drain", this.#onDrain);
  }

  /** Bytes that wait here and in the socket. */
  get waiting(): number {
    return this.#heldBytes + this.#gatheredBytes + this.#socket.writableLength;
  }

  /** Bytes that the system has taken so far. */
  get taken(): number {
    return this.#written - this.#socket.writableLength;
  }

  /** A whole message as a frame. The bytes must not change afterwards. */
  send(frame: Uint8Array): void {
    if (this.#closed || this.#isLast) return;
    if (this.#current === null && this.#held.length === 0 && !this.#isFull) {
      this.#gather(frame);
    } else {
      this.#held.push(frame);
      this.#hold(frame.length);
    }
  }

  /** A message that no answer under way was to be overtaken by. */
  sendEvent(frame: Uint8Array): void {
    if (this.#holds === 0) return this.send(frame);
    if (this.#closed) return;
    this.#events.push(frame);
    this.#hold(frame.length);
  }

  /** Events wait until `releaseEvents` was called as often. */
  holdEvents(): void {
    this.#holds++;
  }

  releaseEvents(): void {
    if (--this.#holds > 0) return;
    const events = this.#events;
    if (events.length === 0) return;
    this.#events = [];
    for (const frame of events) this.#heldBytes -= frame.length;
    for (const frame of events) this.send(frame);
  }

  /** false: the socket is full, and so a ping would say nothing of the client. */
  ping(): boolean {
    if (this.#closed || this.#isFull) return false;
    this.#gather(pingFrame);
    return true;
  }

  /** While the client takes nothing, one answer is kept for any number of pings. */
  pong(payload: Uint8Array): void {
    if (this.#closed) return;
    // A copy: the payload is a view of what the socket read.
    this.#pong = Uint8Array.from(payload);
    this.#flushLater();
  }

  /** Calls `begun` when it is this answer's turn, perhaps at once. It ends its turn by `endLong`. */
  beginLong(answer: LongAnswer): void {
    if (this.#closed || this.#isLast) return;
    this.#held.push(answer);
    this.#pump();
  }

  /** A piece of the answer whose turn it is. false: `resume` will be called. `gone`: the bytes are free again. */
  writeLong(piece: Buffer, gone?: () => void): boolean {
    if (this.#closed) return true;
    this.flush();
    this.#write(piece, gone);
    return !this.#isFull;
  }

  /** Ends an answer's turn, or its waiting for one. */
  endLong(answer: LongAnswer): void {
    if (this.#current === answer) {
      this.#current = null;
      this.#pump();
    } else {
      const at = this.#held.indexOf(answer, this.#heldFrom);
      if (at >= 0) this.#held.splice(at, 1);
    }
  }

  /** Takes nothing more, and says `emptied` behind all that waits, perhaps at once. Events on hold are dropped. */
  last(): void {
    this.#isLast = true;
    this.#pump();
  }

  /** Drops everything that the socket does not have yet. */
  close(): void {
    this.#closed = true;
    this.#held = [];
    this.#events = [];
    this.#gathered.length = 0;
    this.#heldFrom = this.#heldBytes = this.#gatheredBytes = 0;
    this.#current = this.#pong = null;
  }

  /** The end of a turn, or earlier where something else must be written. */
  flush(): void {
    this.#added = false;
    if (this.#closed) return;
    if (!this.#owner.writable) return this.close();
    if (this.#pong !== null && !this.#isFull) {
      const pong = pongFrame(this.#pong);
      this.#pong = null;
      this.#write(pong);
    }
    const frames = this.#gathered;
    if (frames.length === 1) this.#write(frames[0]!);
    else if (frames.length > 1) {
      this.#socket.cork();
      for (const frame of frames) this.#write(frame);
      this.#socket.uncork();
    }
    frames.length = 0;
    this.#gatheredBytes = 0;
  }

  /** The socket has as much of ours as it may, and will say when it has sent it. */
  get #isFull(): boolean {
    return this.#socket.writableNeedDrain && this.#socket.writableLength >= this.#share;
  }

  get #share(): number {
    return Math.min(mostUnsentBytes, this.#owner.queueBytes >> 1);
  }

  #gather(frame: Uint8Array): void {
    this.#gathered.push(frame);
    this.#gatheredBytes += frame.length;
    if (this.#gatheredBytes >= mostUnsentBytes) this.flush();
    else this.#flushLater();
  }

  #flushLater(): void {
    if (this.#added) return;
    this.#added = true;
    add(this);
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    // What the socket has beyond its share is one long message: it alone makes no client slow.
    const unsent = Math.min(this.#socket.writableLength, this.#share);
    if (this.#heldBytes + unsent > this.#owner.queueBytes) this.#owner.overflowed();
  }

  #write(bytes: Uint8Array, gone?: () => void): void {
    this.#written += bytes.length;
    this.#socket.write(bytes, gone);
  }

  /** Moves on what may move on. */
  #pump(): void {
    while (this.#current === null && this.#heldFrom < this.#held.length && !this.#isFull) {
      const next = this.#held[this.#heldFrom++]!;
      if (next instanceof Uint8Array) {
        this.#heldBytes -= next.length;
        this.#gather(next);
      } else {
        this.#current = next;
        next.begun();
      }
    }
    if (this.#heldFrom === this.#held.length) {
      this.#held.length = this.#heldFrom = 0;
      if (this.#isLast && this.#current === null && !this.#closed) {
        this.flush();
        this.#owner.emptied();
      }
    } else if (this.#heldFrom > 1_000) {
      this.#held.splice(0, this.#heldFrom);
      this.#heldFrom = 0;
    }
  }

  readonly #onDrain = (): void => {
    if (this.#closed) return;
    if (this.#pong !== null) this.#flushLater();
    if (this.#current !== null) this.#current.resume();
    else this.#pump();
  };
}
