// One call on its way through the pool: it waits in the queue, then a connection carries it. Hands the answer to a
// ReplyBuilder, undoing a content encoding on the way. Settles once; after `cancel` the sink hears nothing.

import type { Buffer } from "node:buffer";
import type { Clock } from "../../core/clock.ts";
import { type ResponseHead, retryAfterMs } from "../../core/http/response_head.ts";
import type { ResponseReceiver } from "../../core/http/response_parser.ts";
import type { Exchange, ReplySink, TransportFailure, UpstreamCall } from "../../core/plugins/transport.ts";
import type { Connection } from "./connection.ts";
import { failure, tooLarge } from "./failures.ts";
import { view } from "../../core/rpc/wire.ts";
import { canInflate, Inflater, type InflaterOwner } from "./inflater.ts";
import { type Flow, ReplyBuilder, type ReplyLimits } from "./reply_builder.ts";

export interface ExchangeOwner extends ReplyLimits {
  readonly clock: Clock;
  /** Calls with a decoder at work, which may outlive their connection. */
  readonly inflating: Set<HttpExchange>;
  /** Takes a call that was given up out of the queue. */
  leave(exchange: HttpExchange): void;
}

export class HttpExchange implements Exchange, ResponseReceiver, Flow, InflaterOwner {
  readonly call: UpstreamCall;
  readonly sink: ReplySink;
  readonly #owner: ExchangeOwner;
  /** Links of the queue; both null while it is not in it, or alone. */
  previous: HttpExchange | null = null;
  next: HttpExchange | null = null;
  queued = false;
  /** While its request or answer is under way. */
  connection: Connection | null = null;
  #builder: ReplyBuilder | null = null;
  #head: ResponseHead | null = null;
  /** The whole body, where it came in one piece: most answers need no builder. */
  #whole = "";
  #inflater: Inflater | null = null;
  #settled = false;
  /** The call as another transport carries it. */
  #elsewhere: Exchange | null = null;

  constructor(call: UpstreamCall, sink: ReplySink, owner: ExchangeOwner) {
    this.call = call;
    this.sink = sink;
    this.#owner = owner;
  }

  get settled(): boolean {
    return this.#settled;
  }

  onHead(head: ResponseHead): void {
    if (this.#settled) return;
    const owner = this.#owner;
    if (head.length > owner.maxResponseBytes) {
      this.abandon();
      return this.fail(tooLarge(owner.upstream, owner.maxResponseBytes));
    }
    if (head.encoding !== undefined && head.body !== "none" && head.length !== 0) {
      if (!canInflate(head.encoding)) {
        this.abandon();
        return this.fail(
          failure("malformed", `${owner.upstream} sent a content encoding that was not asked for.`, true),
        );
      }
      this.#inflater = new Inflater(this);
      owner.inflating.add(this);
    }
    this.#head = head;
  }

  onData(bytes: Buffer, from: number, to: number): void {
    if (this.#settled) return;
    if (this.#inflater !== null) this.#inflater.write(bytes, from, to);
    else if (this.#head!.length === to - from && to - from <= this.#owner.bufferBytes) {
      this.#whole = view(bytes).latin1Slice(from, to);
    } else this.#build().data(bytes, from, to);
  }

  /** The answer has arrived to its end. */
  finish(): void {
    this.connection = null;
    if (this.#settled) return;
    if (this.#inflater !== null) return this.#inflater.end();
    this.#settled = true;
    if (this.#builder !== null) return this.#builder.end();
    const { status } = this.#head!;
    this.sink.onReply({ status, retryAfterMs: this.#retryAfterMs(), body: this.#whole, rest: null });
  }

  #build(): ReplyBuilder {
    return this.#builder ??= new ReplyBuilder(
      this.sink,
      this,
      this.#owner,
      this.#head!.status,
      this.#retryAfterMs(),
    );
  }

  #retryAfterMs(): number | null {
    const { retryAfter } = this.#head!;
    return retryAfter === undefined ? null : retryAfterMs(retryAfter, this.#owner.clock.wallNow());
  }

  fail(reason: TransportFailure): void {
    this.connection = null;
    if (this.#settled) return;
    this.#settled = true;
    this.#closeInflater();
    if (this.#builder === null) this.sink.onFailure(reason);
    else this.#builder.fail(reason);
  }

  cancel(): void {
    if (this.#elsewhere !== null) return this.#elsewhere.cancel();
    this.#builder?.silence();
    if (!this.#settled) this.abandon();
    this.#settled = true;
  }

  /** Goes on over another transport, which settles the sink. */
  handOver(send: (call: UpstreamCall, sink: ReplySink) => Exchange): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#elsewhere = send(this.call, this.sink);
  }

  pause(): void {
    this.#inflater?.pause();
    this.connection?.pause();
  }

  resume(): void {
    this.#inflater?.resume();
    this.connection?.resume();
  }

  abandon(): void {
    this.#closeInflater();
    const connection = this.connection;
    this.connection = null;
    if (connection !== null) connection.destroy();
    else this.#owner.leave(this);
  }

  onInflaterFull(): void {
    this.connection?.pause();
  }

  onInflaterReady(): void {
    this.connection?.resume();
  }

  onInflated(bytes: Buffer): void {
    this.#build().data(bytes, 0, bytes.length);
  }

  onInflateEnd(): void {
    this.#settled = true;
    this.#closeInflater();
    this.#build().end();
  }

  onInflateError(): void {
    const connection = this.connection;
    this.connection = null;
    connection?.destroy();
    this.fail(
      failure("malformed", `${this.#owner.upstream} sent a compressed answer that is damaged.`, true),
    );
  }

  #closeInflater(): void {
    if (this.#inflater === null) return;
    this.#inflater.close();
    this.#owner.inflating.delete(this);
  }
}
