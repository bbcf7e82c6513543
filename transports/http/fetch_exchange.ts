// One call over the platform's fetch: sends it, reads the answer at the sink's pace, and says what went wrong in our
// own words, because fetch's errors quote the URL. Settles once; after `cancel` the sink hears nothing.

import type { Clock } from "../../core/clock.ts";
import { retryAfterMs } from "../../core/http/response_head.ts";
import type { Exchange, ReplySink, TransportFailure, UpstreamCall } from "../../core/plugins/transport.ts";
import { fromWire, view } from "../../core/rpc/wire.ts";
import { failure, tooLarge } from "./failures.ts";
import { fetchFailure } from "./fetch_failure.ts";
import { canInflate } from "./inflater.ts";
import { type Flow, ReplyBuilder, type ReplyLimits } from "./reply_builder.ts";

export interface FetchOwner extends ReplyLimits {
  readonly clock: Clock;
  readonly url: string;
  readonly headers: Headers;
  /** The client for a call; `fresh` asks for one without connections. */
  client(fresh: boolean): Deno.HttpClient;
  /** The call holds nothing any more. */
  onDone(exchange: FetchExchange, client: Deno.HttpClient): void;
  /** Takes a call that has not started out of the queue. */
  leave(exchange: FetchExchange): void;
}

export class FetchExchange implements Exchange, Flow {
  readonly call: UpstreamCall;
  readonly #sink: ReplySink;
  readonly #owner: FetchOwner;
  readonly #abort = new AbortController();
  #builder: ReplyBuilder | null = null;
  #settled = false;
  #started = false;
  #paused = false;
  #wake: (() => void) | null = null;

  constructor(call: UpstreamCall, sink: ReplySink, owner: FetchOwner) {
    this.call = call;
    this.#sink = sink;
    this.#owner = owner;
  }

  async start(): Promise<void> {
    this.#started = true;
    const client = this.#owner.client(this.call.fresh);
    try {
      const response = await fetch(this.#owner.url, {
        method: "POST",
        body: fromWire(this.call.body) as Uint8Array<ArrayBuffer>,
        headers: withLines(this.#owner.headers, this.call.headers),
        redirect: "manual",
        signal: this.#abort.signal,
        client,
      });
      if (this.#settled) await response.body?.cancel();
      else await this.#read(response);
    } catch (error) {
      this.fail(fetchFailure(this.#owner.upstream, error, this.#builder !== null));
    } finally {
      this.#owner.onDone(this, client);
    }
  }

  fail(reason: TransportFailure): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#builder === null) this.#sink.onFailure(reason);
    else this.#builder.fail(reason);
    this.abandon();
  }

  cancel(): void {
    this.#settled = true;
    this.#builder?.silence();
    if (this.#started) this.abandon();
    else this.#owner.leave(this);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake?.();
    this.#wake = null;
  }

  abandon(): void {
    this.#abort.abort();
    this.resume();
  }

  async #read(response: Response): Promise<void> {
    const owner = this.#owner;
    const encoding = response.headers.get("content-encoding")?.toLowerCase() ?? "identity";
    const encoded = encoding !== "identity" && response.body !== null;
    const length = Number(response.headers.get("content-length") ?? 0);
    if (!encoded && length > owner.maxResponseBytes) {
      this.fail(tooLarge(owner.upstream, owner.maxResponseBytes));
      await response.body?.cancel().catch(() => {});
      return;
    }
    if (response.status === 101 || (encoded && !canInflate(encoding))) {
      const what = encoded ? "a content encoding" : "a switch of protocols";
      this.fail(failure("malformed", `${owner.upstream} sent ${what} that was not asked for.`, true));
      await response.body?.cancel().catch(() => {});
      return;
    }
    const retryAfter = retryAfterMs(response.headers.get("retry-after") ?? undefined, owner.clock.wallNow());
    const builder = new ReplyBuilder(this.#sink, this, owner, response.status, retryAfter);
    this.#builder = builder;
    // The platform decodes nothing by itself when a request has an Accept-Encoding of its own.
    const body = encoded
      ? response.body!.pipeThrough(new DecompressionStream(encoding === "deflate" ? "deflate" : "gzip"))
      : response.body;
    const reader = body?.getReader();
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done || this.#settled) break;
      builder.data(view(value), 0, value.length);
      if (this.#paused) await new Promise<void>((wake) => this.#wake = wake);
      if (this.#abort.signal.aborted) break;
    }
    if (this.#abort.signal.aborted) {
      await reader?.cancel().catch(() => {});
      return;
    }
    this.#settled = true;
    builder.end();
  }
}

/** The headers with further lines, each `name: value` and CRLF. */
function withLines(headers: Headers, lines: string | undefined): Headers {
  if (lines === undefined || lines === "") return headers;
  const all = new Headers(headers);
  for (const line of lines.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) all.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return all;
}
