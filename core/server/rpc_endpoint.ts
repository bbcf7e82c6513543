// JSON-RPC over HTTP: takes a request's target and body apart and hands the calls on. Preflights are answered here. On
// the hot path of the server; called by core/server/lasso_server.ts.

import type { CallOptions } from "../routing/chain_route.ts";
import type { Run } from "../routing/run.ts";
import { readFrame, type RpcCall } from "../rpc/framing.ts";
import { toWire } from "../rpc/wire.ts";
import { parentSpan } from "../tracing/trace_parent.ts";
import { preflightHeaders } from "./cors.ts";
import type { IncomingRequest } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";
import { type CallOrigin, idOfFrame, type RpcCalls } from "./rpc_calls.ts";
import { type RpcTarget, targetOf } from "./rpc_target.ts";
import type { ServerState } from "./state.ts";

/** All HTTP connections together: of one there is never more than one request under way. */
class HttpOrigin implements CallOrigin<ResponseWriter> {
  readonly ingress = "http";
  inFlight = 0;
  readonly maxInFlight = Infinity;

  start(
    target: RpcTarget,
    call: RpcCall,
    options: CallOptions,
    _response: ResponseWriter,
    done: (run: Run) => void,
  ): Run {
    return target.route.call(call, options, done);
  }
}

export class RpcEndpoint {
  readonly #state: ServerState;
  readonly #calls: RpcCalls;
  readonly #origin = new HttpOrigin();

  constructor(state: ServerState, calls: RpcCalls) {
    this.#state = state;
    this.#calls = calls;
  }

  handle(request: IncomingRequest, response: ResponseWriter): void {
    const state = this.#state;
    const receivedAt = state.deps.clock.now();
    const { head } = request;
    const { server } = state.router.settings;
    if (head.method === "OPTIONS") {
      return response.send(204, preflightHeaders(head, server.corsOrigins), "");
    }
    const target = targetOf(head, state.router, request.secure);
    const frame = readFrame(toWire(request.body), server.maxBatch);
    if (target.kind === "rpc") {
      const parent = state.deps.tracer == null
        ? null
        : parentSpan(head.fields.get("traceparent"), head.fields.get("tracestate"));
      this.#calls.serve(this.#origin, target, frame, response, receivedAt, parent);
    } else this.#calls.refuse(response, receivedAt, target.refusal, target, idOfFrame(frame));
  }
}
