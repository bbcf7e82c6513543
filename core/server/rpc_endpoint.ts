// JSON-RPC over HTTP: from a request's body to the bytes of its answer, single or batch, buffered or streamed. It
// frames, asks the pipeline, and writes; it decides nothing about routing. The hot path of the server.

import { metadataOf } from "../routing/metadata.ts";
import type { Run } from "../routing/run.ts";
import type { Reason } from "../rpc/category.ts";
import { type BadCall, type Item, readFrame, type RpcCall } from "../rpc/framing.ts";
import { type Refusal, refusalError, refuse } from "../rpc/refusal.ts";
import { textToWire, toWire } from "../rpc/wire.ts";
import { preflightHeaders } from "./cors.ts";
import type { IncomingRequest } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";
import { writeBatch } from "./rpc_batch.ts";
import { resultBody, writeStream } from "./rpc_writer.ts";
import { type RpcTarget, targetOf } from "./rpc_target.ts";
import type { ServerState } from "./state.ts";

const json = "content-type: application/json\r\n";

export class RpcEndpoint {
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  handle(request: IncomingRequest, response: ResponseWriter): void {
    const state = this.#state;
    const { head } = request;
    const { server } = state.router.settings;
    if (head.method === "OPTIONS") {
      return response.send(204, preflightHeaders(head, server.corsOrigins), "");
    }
    const target = targetOf(head, state.router, request.secure);
    if (target.kind === "refused") return this.#refuse(response, target.refusal, target.headers);
    const frame = readFrame(toWire(request.body), server.maxBatch);
    if (frame.kind === "no_json") {
      return this.#refuse(response, refuse("parse", "The body is no JSON."), target.cors);
    }
    if (frame.kind === "empty_batch") {
      return this.#refuse(response, refuse("invalid_request", "The batch is empty."), target.cors);
    }
    if (frame.kind === "too_many") {
      const message = `The batch has ${frame.count} calls; at most ${server.maxBatch} are allowed.`;
      return this.#refuse(response, refuse("too_large", message), target.cors);
    }
    if (state.inFlight >= server.maxInFlight) {
      const message = "Lasso has as many calls under way as it may.";
      const id = frame.kind === "single" ? idOf(frame.item) : "null";
      return this.#refuse(response, refuse("overloaded", message, { retryAfterMs: 1000 }), target.cors, id);
    }
    if (frame.kind === "single") this.#single(target, frame.item, response);
    else this.#batch(target, frame.items, response);
  }

  #single(target: RpcTarget, item: Item, response: ResponseWriter): void {
    if (item.kind === "bad") {
      return this.#refuse(response, refuse("invalid_request", badMessage(item)), target.cors, item.id);
    }
    const requestId = this.#state.nextRequestId();
    if (item.id === null) {
      // A notification is answered at once; what it asks for is done all the same.
      this.#call(target, item, requestId, () => {});
      return response.send(204, target.cors, "");
    }
    const run = this.#call(
      target,
      item,
      requestId,
      (ended) => this.#answer(target, item.id as string, ended, response),
    );
    if (run.outcome === null) response.onClose = (): void => run.cancel();
  }

  #answer(target: RpcTarget, id: string, run: Run, response: ResponseWriter): void {
    if (response.closed) {
      if (run.outcome?.kind === "stream") run.outcome.stream.cancel();
      return;
    }
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

  #batch(target: RpcTarget, items: readonly Item[], response: ResponseWriter): void {
    const batchId = this.#state.nextRequestId();
    let headers = json + target.cors;
    if (target.includeMeta === "headers") headers += `x-lasso-request-id: ${batchId}\r\n`;
    const start = (item: RpcCall, done: (run: Run) => void): Run =>
      this.#call(target, item, this.#state.nextRequestId(), done);
    const metaOf = (run: Run): string =>
      target.includeMeta === "body" ? `,"lasso_meta":${this.#meta(run)}` : "";
    const refused = (item: BadCall): string => {
      const error = refusalError(refuse("invalid_request", badMessage(item)), batchId);
      return `{"jsonrpc":"2.0","id":${item.id},"error":${error}}`;
    };
    writeBatch(items, { start, metaOf, refused, headers, noContentHeaders: target.cors }, response);
  }

  #call(target: RpcTarget, call: RpcCall, requestId: string, done: (run: Run) => void): Run {
    const state = this.#state;
    state.inFlight++;
    return target.route.call(call, {
      requestId,
      receivedAt: state.deps.clock.now(),
      ingress: "http",
      strategy: target.strategy,
      restriction: target.restriction,
      websocketUrl: target.websocketUrl,
    }, (run) => {
      state.inFlight--;
      done(run);
    });
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
  #refuse(response: ResponseWriter, refusal: Refusal, headers: string, id = "null"): void {
    const requestId = this.#state.nextRequestId();
    const { log, recorder } = this.#state.deps;
    recorder.request("", "other", refusal.reason, 0, 0);
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

function idOf(item: Item): string {
  return item.id ?? "null";
}

function badMessage(item: BadCall): string {
  return `Invalid request: ${item.message}.`;
}
