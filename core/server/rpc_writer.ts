// The bytes of one JSON-RPC answer: the client's id and the upstream's result or error spliced into an envelope, as
// wire text; and a long answer streamed with backpressure.

import type { AnswerStream, AnswerTarget } from "../routing/answer_stream.ts";
import type { Outcome } from "../routing/outcome.ts";
import type { Run } from "../routing/run.ts";
import { refusalError } from "../rpc/refusal.ts";
import type { ResponseWriter } from "./response_writer.ts";

/** A whole answer. `meta`: a further member with its comma, or "". A stream has no whole answer. */
export function resultBody(id: string, outcome: Outcome, requestId: string, meta: string): string {
  const head = '{"jsonrpc":"2.0","id":' + id;
  if (outcome.kind === "result") return head + ',"result":' + outcome.result + meta + "}";
  if (outcome.kind === "error") return head + ',"error":' + outcome.error + meta + "}";
  if (outcome.kind === "refusal") {
    return head + ',"error":' + refusalError(outcome.refusal, requestId) + meta + "}";
  }
  throw new Error("a streamed answer has no whole body");
}

/** For an answer that nobody waits for: a long one must not hold its upstream's connection. */
export function dropAnswer({ outcome }: Run): void {
  if (outcome?.kind === "stream") outcome.stream.cancel();
}

export function writeStream(
  stream: AnswerStream,
  id: string,
  meta: string,
  headers: string,
  response: ResponseWriter,
): void {
  response.onClose = stream;
  response.begin(200, headers, () => pipeInto(stream, id, meta, response, () => response.end()));
}

/**
 * Writes one streamed answer into a response that has begun. `ended` is called when it went through whole; when it was
 * cut the response is aborted, then `cut` is called (the response's own onClose is not).
 */
export function pipeInto(
  stream: AnswerStream,
  id: string,
  meta: string,
  response: ResponseWriter,
  ended: () => void,
  cut: () => void = nothing,
): void {
  response.write('{"jsonrpc":"2.0","id":' + id + ',"result":');
  response.onDrain = (): void => stream.resume();
  const target: AnswerTarget = {
    write: (chunk, before) => response.write(chunk, before),
    end: () => {
      response.write(meta + "}");
      ended();
    },
    cut: () => {
      response.abort();
      cut();
    },
  };
  stream.pipe(target);
}

function nothing(): void {}
