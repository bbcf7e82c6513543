// JSON-RPC calls of clients, whichever way they came in: from a frame of calls to the bytes of their answer, single or
// batch, whole or streamed. It asks the pipeline and writes; it decides nothing about routing. Called by RpcEndpoint
// (HTTP) and WsSession (WebSocket).

import type { CallOptions } from "../routing/chain_route.ts";
import { metadataOf } from "../routing/metadata.ts";
import type { Run } from "../routing/run.ts";
import type { Reason } from "../rpc/category.ts";
import type { BadCall, Frame, Item, RpcCall } from "../rpc/framing.ts";
import { type Refusal, refusalError, refuse } from "../rpc/refusal.ts";
import { textToWire } from "../rpc/wire.ts";
import type { ParentSpan } from "../tracing/tracer.ts";
import type { ResponseWriter } from "./response_writer.ts";
import { writeBatch } from "./rpc_batch.ts";
import type { RefusedTarget, RpcTarget } from "./rpc_target.ts";
import { dropAnswer, resultBody, writeStream } from "./rpc_writer.ts";
import type { ServerState } from "./state.ts";

/** The way by which calls come in; `W` writes an answer back. */
export interface CallOrigin<W extends ResponseWriter> {
  readonly ingress: "http" | "ws";
  /** Calls of this origin under way; each item of a batch is one. */
  inFlight: number;
  readonly maxInFlight: number;
  /** Starts one call. `done` is called once, perhaps before this returns. */
  start(target: RpcTarget, call: RpcCall, options: CallOptions, response: W, done: (run: Run) => void): Run;
}

const json = "content-type: application/json\r\n";
/** Refusals of whole requests that count for their chain: the client is not to blame. */
const reasonsOfOurs: ReadonlySet<Reason> = new Set<Reason>(["overloaded", "internal", "drained"]);
const internalRefusal = refuse("internal", "Lasso failed to serve this call; its log has the reason.");

export class RpcCalls {
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  /** Answers what `frame` asks for through `response`. `parent`: the client's span, where it named one. */
  serve<W extends ResponseWriter>(
    origin: CallOrigin<W>,
    target: RpcTarget,
    frame: Frame,
    response: W,
    receivedAt: number,
    parent: ParentSpan | null = null,
  ): void {
    const { server } = this.#state.router.settings;
    if (frame.kind === "no_json") {
      return this.refuse(response, receivedAt, refuse("parse", "The body is no JSON."), target, "null");
    }
    if (frame.kind === "empty_batch") {
      const refusal = refuse("invalid_request", "The batch is empty.");
      return this.refuse(response, receivedAt, refusal, target, "null");
    }
    if (frame.kind === "too_many") {
      const message = `The batch has ${frame.count} calls; at most ${server.maxBatch} are allowed.`;
      return this.refuse(response, receivedAt, refuse("too_large", message), target, "null");
    }
    if (target.route.drained) {
      const refusal = drainedChain(target.route.chain.name);
      return this.refuse(response, receivedAt, refusal, target, idOfFrame(frame));
    }
    const count = frame.kind === "batch" ? frame.items.length : 1;
    if (this.#state.inFlight + Math.min(count, server.maxInFlight) > server.maxInFlight) {
      const refusal = overloaded("Lasso has as many calls under way as it may.");
      return this.refuse(response, receivedAt, refusal, target, idOfFrame(frame));
    }
    if (origin.inFlight + Math.min(count, origin.maxInFlight) > origin.maxInFlight) {
      const refusal = overloaded("This connection has as many calls under way as it may.");
      return this.refuse(response, receivedAt, refusal, target, idOfFrame(frame));
    }
    if (frame.kind === "batch") {
      return this.#batch(origin, target, frame.items, response, receivedAt, parent);
    }
    const { item } = frame;
    if (item.kind === "call") this.#single(origin, target, item, response, receivedAt, parent);
    else {
      const refusal = refuse("invalid_request", badMessage(item));
      this.refuse(response, receivedAt, refusal, target, item.id);
    }
  }

  #single<W extends ResponseWriter>(
    origin: CallOrigin<W>,
    target: RpcTarget,
    call: RpcCall,
    response: W,
    receivedAt: number,
    parent: ParentSpan | null,
  ): void {
    const requestId = this.#state.nextRequestId();
    const { id } = call;
    if (id === null) {
      // A notification is answered at once; what it asks for is done all the same.
      this.#call(origin, target, call, requestId, receivedAt, response, parent, dropAnswer);
      return response.send(204, target.cors, "");
    }
    const done = (ended: Run): void => this.#answer(origin, target, id, ended, response);
    const run = this.#call(origin, target, call, requestId, receivedAt, response, parent, done);
    if (run === null) return this.refuse(response, receivedAt, internalRefusal, target, id);
    if (run.outcome === null) response.onClose = run;
  }

  #answer(
    origin: CallOrigin<never>,
    target: RpcTarget,
    id: string,
    run: Run,
    response: ResponseWriter,
  ): void {
    if (response.closed) return dropAnswer(run);
    const { outcome } = run;
    if (outcome === null) return;
    let headers = json + target.cors;
    if (target.includeMeta === "headers") headers += this.#metaHeaders(run);
    const meta = this.#metaMember(origin, target, run);
    if (outcome.kind === "stream") return writeStream(outcome.stream, id, meta, headers, response);
    if (outcome.kind === "refusal" && outcome.refusal.retryAfterMs !== null) {
      headers += retryAfter(outcome.refusal.retryAfterMs);
    }
    const status = outcome.kind === "refusal" ? outcome.refusal.status : 200;
    response.send(status, headers, resultBody(id, outcome, run.request.id, meta));
  }

  #batch<W extends ResponseWriter>(
    origin: CallOrigin<W>,
    target: RpcTarget,
    items: readonly Item[],
    response: W,
    receivedAt: number,
    parent: ParentSpan | null,
  ): void {
    const batchId = this.#state.nextRequestId();
    let headers = json + target.cors;
    if (target.includeMeta === "headers") headers += requestIdLine(batchId);
    const start = (item: RpcCall, done: (run: Run) => void): Run | null =>
      this.#call(origin, target, item, this.#state.nextRequestId(), receivedAt, response, parent, done);
    const metaOf = (run: Run): string => this.#metaMember(origin, target, run);
    const refused = (item: BadCall): string =>
      refusalBody(refuse("invalid_request", badMessage(item)), batchId, item.id);
    const failed = (call: RpcCall): string => refusalBody(internalRefusal, batchId, idOf(call));
    writeBatch(items, { start, metaOf, refused, failed, headers, noContentHeaders: target.cors }, response);
  }

  /** A fault boundary: null when the call threw; it is reported, and `done` will not be called. */
  #call<W extends ResponseWriter>(
    origin: CallOrigin<W>,
    target: RpcTarget,
    call: RpcCall,
    requestId: string,
    receivedAt: number,
    response: W,
    parent: ParentSpan | null,
    done: (run: Run) => void,
  ): Run | null {
    const state = this.#state;
    const { tracer = null } = state.deps;
    let over = false;
    state.inFlight++;
    origin.inFlight++;
    const options: CallOptions = {
      requestId,
      receivedAt,
      ingress: origin.ingress,
      strategy: target.strategy,
      restriction: target.restriction,
      websocketUrl: target.websocketUrl,
      trace: tracer === null ? null : tracer.begin(parent),
    };
    try {
      return origin.start(target, call, options, response, (run) => {
        if (over) return dropAnswer(run);
        over = true;
        state.inFlight--;
        origin.inFlight--;
        done(run);
      });
    } catch (thrown) {
      if (over) throw thrown;
      over = true;
      state.inFlight--;
      origin.inFlight--;
      state.deps.log.write("error", "server.internal", { request_id: requestId, error: thrown });
      return null;
    }
  }

  #metaHeaders(run: Run): string {
    const encoded = btoa(this.#meta(run)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const line = requestIdLine(run.request.id);
    const { maxMetaHeaderBytes } = this.#state.router.settings.observability;
    return encoded.length > maxMetaHeaderBytes ? line : `${line}x-lasso-meta: ${encoded}\r\n`;
  }

  /** The metadata as a member of the answer, with its comma; "" when nobody asked for it. */
  #metaMember(origin: CallOrigin<never>, target: RpcTarget, run: Run): string {
    const wanted = target.includeMeta === "body" || (run.request.call.meta && origin.ingress === "ws");
    return wanted ? `,"lasso_meta":${this.#meta(run)}` : "";
  }

  /** As wire text. */
  #meta(run: Run): string {
    return textToWire(JSON.stringify(metadataOf(run, run.selectionReason())));
  }

  /** A refusal of the whole request, with its own status. Counted for the chain only where it is not the client's fault. */
  refuse(
    response: ResponseWriter,
    receivedAt: number,
    refusal: Refusal,
    target: RpcTarget | RefusedTarget,
    id: string,
  ): void {
    const requestId = this.#state.nextRequestId();
    const { clock, log, recorder } = this.#state.deps;
    const now = clock.now();
    const ms = now - receivedAt;
    const ours = target.kind === "rpc" && reasonsOfOurs.has(refusal.reason);
    recorder.request(ours ? target.route.chain.name : "", "other", refusal.reason, ms, ms, now, "", false);
    if (log.enabled("debug")) {
      log.write("debug", "rpc.request.refused", { request_id: requestId, reason: refusal.reason });
    }
    let lines = json + (target.kind === "rpc" ? target.cors : target.headers);
    if (target.kind === "rpc" && target.includeMeta === "headers") lines += requestIdLine(requestId);
    if (refusal.retryAfterMs !== null) lines += retryAfter(refusal.retryAfterMs);
    response.send(refusal.status, lines, refusalBody(refusal, requestId, id));
  }

  /** The body for a request that was refused below HTTP. */
  refusalFor(reason: Reason, message: string, status: number): string {
    return refusalBody(refuse(reason, message, { status }), this.#state.nextRequestId(), "null");
  }
}

/** The operator took the chain out of service; -32000, status 503. */
export function drainedChain(name: string): Refusal {
  return refuse("drained", `The chain ${name} was taken out of service by the operator.`);
}

/** -32008, with a time after which the client may try again. */
export function overloaded(message: string): Refusal {
  return refuse("overloaded", message, { retryAfterMs: 1000 });
}

function refusalBody(refusal: Refusal, requestId: string, id: string): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${refusalError(refusal, requestId)}}`;
}

function requestIdLine(requestId: string): string {
  return `x-lasso-request-id: ${requestId}\r\n`;
}

function retryAfter(ms: number): string {
  return `retry-after: ${Math.max(1, Math.ceil(ms / 1000))}\r\n`;
}

/** A refusal of the whole request answers a single call by its id, so that the client can match the two. */
export function idOfFrame(frame: Frame): string {
  return frame.kind === "single" ? idOf(frame.item) : "null";
}

function idOf(item: Item): string {
  return item.id ?? "null";
}

function badMessage(item: BadCall): string {
  return `Invalid request: ${item.message}.`;
}
