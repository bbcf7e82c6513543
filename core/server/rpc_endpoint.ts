// JSON-RPC over HTTP: from a request's body to the bytes of its answer, single or batch, buffered or streamed. It
// frames, asks the pipeline, and writes; it decides nothing about routing. The hot path of the server.

import { metadataOf } from "../routing/metadata.ts";
import type { Run } from "../routing/run.ts";
import type { Reason } from "../rpc/category.ts";
import { type BadCall, type Frame, type Item, readFrame, type RpcCall } from "../rpc/framing.ts";
import { type Refusal, refusalError, refuse } from "../rpc/refusal.ts";
import { textToWire, toWire } from "../rpc/wire.ts";
import { preflightHeaders } from "./cors.ts";
import type { IncomingRequest } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";
import { writeBatch } from "./rpc_batch.ts";
import { dropAnswer, resultBody, writeStream } from "./rpc_writer.ts";
import { type RpcTarget, targetOf } from "./rpc_target.ts";
import type { ServerState } from "./state.ts";

const json = "content-type: application/json\r\n";
const internalRefusal = refuse("internal", "Lasso failed to serve this call; its log has the reason.");

export class RpcEndpoint {
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  handle(request: IncomingRequest, response: ResponseWriter): void {
    const state = this.#state;
    const receivedAt = state.deps.clock.now();
    const refuseWhole = (refusal: Refusal, headers: string, id = "null"): void =>
      this.#refuse(response, receivedAt, refusal, headers, id);
    const { head } = request;
    const { server } = state.router.settings;
    if (head.method === "OPTIONS") {
      return response.send(204, preflightHeaders(head, server.corsOrigins), "");
    }
    const target = targetOf(head, state.router, request.secure);
    const frame = readFrame(toWire(request.body), server.maxBatch);
    if (target.kind === "refused") return refuseWhole(target.refusal, target.headers, idOfFrame(frame));
    if (frame.kind === "no_json") return refuseWhole(refuse("parse", "The body is no JSON."), target.cors);
    if (frame.kind === "empty_batch") {
      return refuseWhole(refuse("invalid_request", "The batch is empty."), target.cors);
    }
    if (frame.kind === "too_many") {
      const message = `The batch has ${frame.count} calls; at most ${server.maxBatch} are allowed.`;
      return refuseWhole(refuse("too_large", message), target.cors);
    }
    if (state.inFlight >= server.maxInFlight) {
      const message = "Lasso has as many calls under way as it may.";
      const refusal = refuse("overloaded", message, { retryAfterMs: 1000 });
      return refuseWhole(refusal, target.cors, idOfFrame(frame));
    }
    if (frame.kind === "batch") return this.#batch(target, frame.items, response, receivedAt);
    const { item } = frame;
    if (item.kind === "call") this.#single(target, item, response, receivedAt);
    else refuseWhole(refuse("invalid_request", badMessage(item)), target.cors, item.id);
  }

  #single(target: RpcTarget, call: RpcCall, response: ResponseWriter, receivedAt: number): void {
    const requestId = this.#state.nextRequestId();
    const { id } = call;
    if (id === null) {
      // A notification is answered at once; what it asks for is done all the same.
      this.#call(target, call, requestId, receivedAt, dropAnswer);
      return response.send(204, target.cors, "");
    }
    const done = (ended: Run): void => this.#answer(target, id, ended, response);
    const run = this.#call(target, call, requestId, receivedAt, done);
    if (run === null) return this.#refuse(response, receivedAt, internalRefusal, target.cors, id);
    if (run.outcome === null) response.onClose = run;
  }

  #answer(target: RpcTarget, id: string, run: Run, response: ResponseWriter): void {
    if (response.closed) return dropAnswer(run);
    const { outcome } = run;
    if (outcome === null) return;
    let headers = json + target.cors;
    if (target.includeMeta === "headers") headers += this.#metaHeaders(run);
    const meta = target.includeMeta === "body" ? `,"lasso_meta":${this.#meta(run)}` : "";
    if (outcome.kind === "stream") return writeStream(outcome.stream, id, meta, headers, response);
    if (outcome.kind === "refusal" && outcome.refusal.retryAfterMs !== null) {
      headers += retryAfter(outcome.refusal.retryAfterMs);
    }
    const status = outcome.kind === "refusal" ? outcome.refusal.status : 200;
    response.send(status, headers, resultBody(id, outcome, run.request.id, meta));
  }

  #batch(target: RpcTarget, items: readonly Item[], response: ResponseWriter, receivedAt: number): void {
    const batchId = this.#state.nextRequestId();
    let headers = json + target.cors;
    if (target.includeMeta === "headers") headers += `x-lasso-request-id: ${batchId}\r\n`;
    const start = (item: RpcCall, done: (run: Run) => void): Run | null =>
      this.#call(target, item, this.#state.nextRequestId(), receivedAt, done);
    const metaOf = (run: Run): string =>
      target.includeMeta === "body" ? `,"lasso_meta":${this.#meta(run)}` : "";
    const refused = (item: BadCall): string =>
      refusalBody(refuse("invalid_request", badMessage(item)), batchId, item.id);
    const failed = (call: RpcCall): string => refusalBody(internalRefusal, batchId, idOf(call));
    writeBatch(items, { start, metaOf, refused, failed, headers, noContentHeaders: target.cors }, response);
  }

  /** A fault boundary: null when the call threw; it is reported, and `done` will not be called. */
  #call(
    target: RpcTarget,
    call: RpcCall,
    requestId: string,
    receivedAt: number,
    done: (run: Run) => void,
  ): Run | null {
    const state = this.#state;
    let over = false;
    state.inFlight++;
    try {
      return target.route.call(call, {
        requestId,
        receivedAt,
        ingress: "http",
        strategy: target.strategy,
        restriction: target.restriction,
        websocketUrl: target.websocketUrl,
      }, (run) => {
        if (over) return dropAnswer(run);
        over = true;
        state.inFlight--;
        done(run);
      });
    } catch (thrown) {
      if (over) throw thrown;
      over = true;
      state.inFlight--;
      state.deps.log.write("error", "server.internal", { request_id: requestId, error: thrown });
      return null;
    }
  }

  #metaHeaders(run: Run): string {
    const encoded = btoa(this.#meta(run)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const line = `x-lasso-request-id: ${run.request.id}\r\n`;
    const { maxMetaHeaderBytes } = this.#state.router.settings.observability;
    return encoded.length > maxMetaHeaderBytes ? line : `${line}x-lasso-meta: ${encoded}\r\n`;
  }

  /** As wire text. */
  #meta(run: Run): string {
    return textToWire(JSON.stringify(metadataOf(run, run.selectionReason())));
  }

  /** A refusal of the whole request, with its own status. */
  #refuse(
    response: ResponseWriter,
    receivedAt: number,
    refusal: Refusal,
    headers: string,
    id: string,
  ): void {
    const requestId = this.#state.nextRequestId();
    const { clock, log, recorder } = this.#state.deps;
    const ms = clock.now() - receivedAt;
    recorder.request("", "other", refusal.reason, ms, ms);
    if (log.enabled("debug")) {
      log.write("debug", "rpc.request.refused", { request_id: requestId, reason: refusal.reason });
    }
    let lines = json + headers;
    if (refusal.retryAfterMs !== null) lines += retryAfter(refusal.retryAfterMs);
    response.send(refusal.status, lines, refusalBody(refusal, requestId, id));
  }

  /** The body for a request that was refused below HTTP. */
  refusalFor(reason: Reason, message: string, status: number): string {
    return refusalBody(refuse(reason, message, { status }), this.#state.nextRequestId(), "null");
  }
}

function refusalBody(refusal: Refusal, requestId: string, id: string): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${refusalError(refusal, requestId)}}`;
}

function retryAfter(ms: number): string {
  return `retry-after: ${Math.max(1, Math.ceil(ms / 1000))}\r\n`;
}

/** A refusal of the whole request answers a single call by its id, so that the client can match the two. */
function idOfFrame(frame: Frame): string {
  return frame.kind === "single" ? idOf(frame.item) : "null";
}

function idOf(item: Item): string {
  return item.id ?? "null";
}

function badMessage(item: BadCall): string {
  return `Invalid request: ${item.message}.`;
}
