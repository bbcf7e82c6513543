// How a simulated provider treats one request, whichever way it came in: the failure that it draws, the latency, the
// rate limit, the node's answer. What an outcome looks like on the wire is the port's business (`http_door.ts`,
// `ws_door.ts`).

import type { Clock, Timer } from "../../core/clock.ts";
import { below, type Random } from "../../core/random.ts";
import type { AnswerOverlay } from "./answer_overlay.ts";
import { type MessageTwist, type ServerPage, spoilt } from "./answer_twist.ts";
import { sampleLatencyMs } from "./latency.ts";
import type { SocketSubscriptions } from "./method_context.ts";
import type { FailureKind, SimulatedProviderSettings } from "./provider_settings.ts";
import type { StatsCounter } from "./provider_stats.ts";
import { RpcFault } from "./rpc_fault.ts";
import {
  errorAnswer,
  hugeMark,
  parseErrorAnswer,
  parseRpcBody,
  type RpcBody,
  type SimulatedNode,
} from "./simulated_node.ts";
import type { StallGate } from "./stall_gate.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Where one request's outcome goes. */
export interface AnswerPort {
  /** Nobody waits for the answer any more. */
  readonly gone: boolean;
  /** null where the connection carries no notifications. */
  readonly subscriptions: SocketSubscriptions | null;
  /** null: nothing is to be answered. `status`: 200 but for errors that vendors give another one. */
  answer(text: string | null, status: number): void;
  /** An answer with so many zeros between its two parts. */
  answerHuge(head: string, zeros: number, tail: string): void;
  /** What the server in front says instead of an answer to `text`. */
  page(page: ServerPage, text: string): void;
  /** The rate limit: when to come again. */
  limit(text: string, waitMs: number): void;
  /** Not `hang`: then nothing is heard. */
  fail(kind: Exclude<FailureKind, "hang">, text: string): void;
}

export interface RequestDeskDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: () => SimulatedProviderSettings;
  readonly stats: StatsCounter;
  readonly node: SimulatedNode;
  readonly gate: StallGate;
  readonly overlay: AnswerOverlay;
}

export class RequestDesk {
  readonly #deps: RequestDeskDeps;
  readonly #delays = new Set<Timer>();
  #bucket: TokenBucket | null = null;

  constructor(deps: RequestDeskDeps) {
    this.#deps = deps;
    this.newBucket();
  }

  /** The rate limit has changed. */
  newBucket(): void {
    const { rateLimit } = this.#deps.settings();
    this.#bucket = rateLimit === null ? null : new TokenBucket(rateLimit, this.#deps.clock);
  }

  receive(text: string, port: AnswerPort): void {
    this.#deps.gate.pass(() => this.#handle(text, port));
  }

  /** Calls `run` later, but not while the provider stalls, and never after `clear`. */
  afterMs(ms: number, run: () => void): void {
    if (ms <= 0) return this.#deps.gate.pass(run);
    const delay = this.#deps.clock.after(ms, () => {
      this.#delays.delete(delay);
      this.#deps.gate.pass(run);
    });
    this.#delays.add(delay);
  }

  /** Forgets all that is under way. */
  clear(): void {
    for (const delay of this.#delays) delay.cancel();
    this.#delays.clear();
    this.#deps.gate.clear();
  }

  #handle(text: string, port: AnswerPort): void {
    const { random, stats, overlay } = this.#deps;
    const { failureRate, failureKinds, latency } = this.#deps.settings();
    const failure = failureRate > 0 && random.next() < failureRate
      ? failureKinds[below(random, failureKinds.length)]
      : undefined;
    if (failure !== undefined) stats.countFailure(failure);
    noteRawTransactions(text, stats);
    if (failure === "hang") return;
    const twist = overlay.empty ? null : overlay.draw(parseRpcBody(text));
    this.afterMs(sampleLatencyMs(latency, random) + (twist?.extraMs ?? 0), () => {
      if (port.gone) return;
      if (failure !== undefined) return port.fail(failure, text);
      if (twist !== null && (twist.page ?? twist.answer ?? twist.spoil) !== null) stats.spoiltAnswers++;
      if (twist !== null && twist.page !== null) return port.page(twist.page, text);
      this.#serve(text, port, twist);
    });
  }

  #serve(text: string, port: AnswerPort, twist: MessageTwist | null): void {
    const body = parseRpcBody(text);
    if (body === null) return port.answer(parseErrorAnswer, 200);
    const waitMs = this.#bucket?.take(body.items.length) ?? 0;
    if (waitMs > 0) {
      this.#deps.stats.rateLimited++;
      return port.limit(answerAll(body, tooManyRequests), waitMs);
    }
    if (twist === null) return port.answer(this.#deps.node.answer(body, port.subscriptions), 200);
    const answer = this.#deps.node.answer(body, port.subscriptions, twist.answer);
    const [head = "", ...tail] = answer?.split(hugeMark) ?? [];
    if (tail.length > 0) return port.answerHuge(head, hugeBytes(twist), tail.join(""));
    port.answer(answer === null ? null : spoilt(answer, twist.spoil), statusOf(body, twist));
  }
}

export const tooManyRequests = new RpcFault(-32005, "too many requests");
export const internalError = new RpcFault(-32603, "Internal error");

/** The status that a vendor gives its error: where every item has the same one. */
function statusOf(body: RpcBody, { answer }: MessageTwist): number {
  const statuses = new Set(
    body.items.map((_, index) => answer?.of(index).find((twist) => twist.kind === "error")?.status ?? 200),
  );
  return statuses.size === 1 ? [...statuses][0]! : 200;
}

/** Digits behind `0x`. */
function hugeBytes({ answer }: MessageTwist): number {
  for (let index = 0; answer !== null; index++) {
    for (const twist of answer.of(index)) if (twist.kind === "huge") return twist.bytes - 2;
  }
  return 0;
}

/** What clients sent, whether it was run or refused: a write must not be looked for only where it succeeded. */
function noteRawTransactions(text: string, stats: StatsCounter): void {
  if (!text.includes("eth_sendRawTransaction")) return;
  for (const item of parseRpcBody(text)?.items ?? []) {
    const { method, params } = (item ?? {}) as { readonly method?: unknown; readonly params?: unknown };
    const raw: unknown = Array.isArray(params) ? params[0] : undefined;
    if (method === "eth_sendRawTransaction" && typeof raw === "string") stats.noteRawTransaction(raw);
  }
}

/** One error for every request of the body. */
export function answerAll(body: RpcBody | null, fault: RpcFault): string {
  if (body === null) return parseErrorAnswer;
  const answers = body.items.map((item) => {
    const id = (item as { readonly id?: unknown } | null)?.id;
    return errorAnswer(id === undefined ? "null" : JSON.stringify(id), fault);
  });
  return body.batch ? `[${answers.join(",")}]` : answers[0]!;
}
