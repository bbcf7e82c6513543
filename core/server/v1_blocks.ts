// Blocks for `/v1`, asked of the providers through the pipeline, as calls of Lasso's own: by number, hash or tag. What
// one provider does not know the others are asked for, within the time. Answers are values. Called by the routes and by
// the sockets of /v1/ws.

import { maskText } from "../redact.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { Outcome } from "../routing/outcome.ts";
import type { Run } from "../routing/run.ts";
import { readRecord } from "../rpc/json_values.ts";
import { wireToText } from "../rpc/wire.ts";

export type BlockAnswer =
  /** The block's object as the upstream wrote it (wire text). */
  | { readonly kind: "block"; readonly text: string }
  /** Who was asked has no such block. */
  | { readonly kind: "unknown" }
  /** Nobody could say; a sentence without secrets. */
  | { readonly kind: "failed"; readonly why: string };

export type BlockWish =
  | { readonly kind: "tag"; readonly tag: "latest" | "finalized" }
  | { readonly kind: "number"; readonly number: number }
  /** `0x` and 64 hex digits in lower case. */
  | { readonly kind: "hash"; readonly hash: string };

export interface BlockAsking {
  /** Budget of all questions together. Default: ten seconds. */
  readonly timeoutMs?: number;
  /** Transactions whole instead of their hashes. */
  readonly full?: boolean;
}

const usualTimeoutMs = 10_000;
/** Providers that are asked for a block that others don't know. */
const maxOthers = 4;

/** `answered` is called once, perhaps before this returns. Gives the function that ends it without an answer. */
export function askBlock(
  route: ChainRoute,
  wish: BlockWish,
  { timeoutMs = usualTimeoutMs, full = false }: BlockAsking,
  answered: (answer: BlockAnswer) => void,
): () => void {
  const method = wish.kind === "hash" ? "eth_getBlockByHash" : "eth_getBlockByNumber";
  const params = `["${spelt(wish)}",${full}]`;
  const until = route.clock.now() + timeoutMs;
  const asked = new Set<string>();
  let over = false;
  let current: Run | null = null;
  let unknown = false;
  const ask = (provider: string | null): void => {
    const only = provider === null ? null : { provider, transport: null };
    let done = false;
    const run = route.askOwn(method, params, until - route.clock.now(), only, (outcome, ended) => {
      done = true;
      current = null;
      for (const { provider: tried } of ended.attempts) asked.add(tried);
      if (!over) judge(outcome);
    });
    if (!done) current = run;
  };
  const end = (answer: BlockAnswer): void => {
    over = true;
    answered(answer);
  };
  const judge = (outcome: Outcome): void => {
    const answer = read(outcome, wish);
    if (answer.kind === "block") return end(answer);
    if (answer.kind === "unknown") unknown = true;
    const other = asked.size > maxOthers || route.clock.now() >= until
      ? undefined
      : nextOf(route, wish, asked);
    if (other === undefined) return end(unknown ? { kind: "unknown" } : answer);
    asked.add(other);
    ask(other);
  };
  ask(null);
  return () => {
    over = true;
    current?.cancel();
  };
}

/** The same as a promise; rejects with what `signal` says when it aborts. */
export function blockOf(
  route: ChainRoute,
  wish: BlockWish,
  asking: BlockAsking,
  signal: AbortSignal,
): Promise<BlockAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let giveUp = (): void => {};
    const left = (): void => {
      giveUp();
      reject(signal.reason);
    };
    signal.addEventListener("abort", left);
    giveUp = askBlock(route, wish, asking, (answer) => {
      signal.removeEventListener("abort", left);
      resolve(answer);
    });
  });
}

/** The object of an answer; null for what is none. */
export function blockObject(text: string): Record<string, unknown> | null {
  return readRecord(wireToText(text));
}

/** A tag, or a height above all that is known, is not asked of everybody: the first word holds. */
function nextOf(route: ChainRoute, wish: BlockWish, asked: ReadonlySet<string>): string | undefined {
  if (wish.kind === "tag") return undefined;
  if (wish.kind === "number" && wish.number > (route.chain.head ?? Infinity)) return undefined;
  const { providers } = route.chain;
  return providers.find(({ id, quarantined, drained }) => !asked.has(id) && quarantined === null && !drained)
    ?.id;
}

function read(outcome: Outcome, wish: BlockWish): BlockAnswer {
  switch (outcome.kind) {
    case "result": {
      const { result } = outcome;
      if (result === "null") return { kind: "unknown" };
      if (result.startsWith("{") && fits(result, wish)) return { kind: "block", text: result };
      return { kind: "failed", why: "a provider's answer was not the block that was asked for" };
    }
    case "error":
      return { kind: "failed", why: `a provider refused: ${errorText(outcome.error)}` };
    case "refusal":
      return outcome.refusal.reason === "missing_data"
        ? { kind: "unknown" }
        : { kind: "failed", why: outcome.refusal.message };
    case "stream":
      return { kind: "failed", why: "the block is too long" };
  }
}

/** Without parsing what may be megabytes. */
function fits(text: string, wish: BlockWish): boolean {
  if (wish.kind !== "hash") return true;
  return text.includes(wish.hash) || text.toLowerCase().includes(wish.hash);
}

function spelt(wish: BlockWish): string {
  if (wish.kind === "tag") return wish.tag;
  return wish.kind === "hash" ? wish.hash : `0x${wish.number.toString(16)}`;
}

function errorText(error: string): string {
  const message = readRecord(wireToText(error))?.message;
  return typeof message === "string" ? maskText(message).slice(0, 200) : "an error without a message";
}
