// The answer to one message of a client's WebSocket: whole in one frame, or, for a long one, a single message in
// fragments (RFC 6455 section 5.4). Status and headers of HTTP have no place here and are passed over. Made by
// WsSession, written by RpcCalls.

import { Buffer } from "node:buffer";
import { toWire } from "../rpc/wire.ts";
import { giveChunk, takeChunk } from "./chunk_pool.ts";
import type { Cancellable, ResponseWriter } from "./response_writer.ts";
import { fin, headBytes, opContinuation, opText, textFrame, writeHead, writeWire } from "./ws_frame.ts";
import type { LongAnswer, WsOutbox } from "./ws_outbox.ts";

/** The socket, as its answers see it. */
export interface ResponseOwner {
  readonly outbox: WsOutbox;
  /** Takes part in the owner's list from its making to this. */
  completed(response: WsResponse): void;
  /** Counts long answers on their way. */
  inFlight: number;
  /** A long answer can't be completed: the message must not look whole. */
  cut(): void;
  /** Calls `call`; what it throws is reported. */
  guard(call: () => void): void;
}

/** Text is gathered up to this length before it becomes a fragment. */
const shortText = 8 * 1024;
/** Smaller pieces are not worth a buffer of the pool. */
const pooledFrom = 16 * 1024;

export class WsResponse implements ResponseWriter, LongAnswer {
  onClose: Cancellable | null = null;
  onDrain: (() => void) | null = null;
  /** Neighbours in the owner's list. */
  previous: WsResponse | null = null;
  next: WsResponse | null = null;
  readonly #owner: ResponseOwner;
  #state: "new" | "long" | "complete" | "closed" = "new";
  #onTurn: (() => void) | null = null;
  /** No fragment was sent yet. */
  #isFirst = true;
  #text = "";
  #holdsEvents = false;

  constructor(owner: ResponseOwner) {
    this.#owner = owner;
  }

  get closed(): boolean {
    return this.#state === "closed";
  }

  /** Events of this socket wait until this answer is written. */
  holdEvents(): void {
    if (this.#holdsEvents || this.#state === "complete" || this.#state === "closed") return;
    this.#holdsEvents = true;
    this.#owner.outbox.holdEvents();
  }

  send(status: number, _headers: string, body: string | Uint8Array): void {
    if (this.#state !== "new") return;
    if (status !== 204) {
      this.#owner.outbox.send(textFrame(typeof body === "string" ? body : toWire(body)));
    }
    this.#end("complete");
  }

  begin(_status: number, _headers: string, begun?: () => void): void {
    if (this.#state !== "new") return;
    this.#state = "long";
    this.#onTurn = begun ?? null;
    this.#owner.inFlight++;
    this.#owner.outbox.beginLong(this);
  }

  begun(): void {
    const onTurn = this.#onTurn;
    this.#onTurn = null;
    if (onTurn !== null) this.#owner.guard(onTurn);
  }

  resume(): void {
    if (this.onDrain !== null) this.#owner.guard(this.onDrain);
  }

  write(chunk: string | Uint8Array, before: Uint8Array | null = null): boolean {
    if (this.#state !== "long") return true;
    if (typeof chunk !== "string") return this.#fragment(before, chunk, 0);
    if (before !== null) this.#text += toWire(before);
    this.#text += chunk;
    return this.#text.length < shortText || this.#fragment(null, null, 0);
  }

  end(): void {
    if (this.#state !== "long") return;
    this.#fragment(null, null, fin);
    this.#end("complete");
  }

  abort(): void {
    if (this.#state === "complete" || this.#state === "closed") return;
    this.#end("complete");
    this.#owner.cut();
  }

  /** The socket says that it is gone. */
  left(): void {
    if (this.#state === "complete" || this.#state === "closed") return;
    this.#end("closed");
    const { onClose } = this;
    if (onClose !== null) this.#owner.guard(() => onClose.cancel());
  }

  #end(state: "complete" | "closed"): void {
    const wasLong = this.#state === "long";
    this.#state = state;
    this.#onTurn = null;
    if (wasLong) {
      this.#owner.inFlight--;
      this.#owner.outbox.endLong(this);
    }
    if (this.#holdsEvents) this.#owner.outbox.releaseEvents();
    this.#owner.completed(this);
  }

  /** Sends the text so far and what is given behind it; both pieces are copied. */
  #fragment(before: Uint8Array | null, chunk: Uint8Array | null, isFin: number): boolean {
    const text = this.#text;
    this.#text = "";
    const length = text.length + (before?.length ?? 0) + (chunk?.length ?? 0);
    const size = headBytes(length) + length;
    const pooled = size >= pooledFrom ? takeChunk(size) : null;
    const piece = pooled?.subarray(0, size) ?? Buffer.allocUnsafe(size);
    let at = writeHead(piece, isFin | (this.#isFirst ? opText : opContinuation), length);
    this.#isFirst = false;
    writeWire(text, piece, at);
    at += text.length;
    if (before !== null) piece.set(before, at);
    if (chunk !== null) piece.set(chunk, size - chunk.length);
    return this.#owner.outbox.writeLong(piece, pooled === null ? undefined : (): void => giveChunk(pooled));
  }
}
