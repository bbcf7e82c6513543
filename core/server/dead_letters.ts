// Signed transactions that no provider took, through no fault of their sender: kept as dead letters, so that an
// operator can send them once more by hand. Hears of every client call that has ended; nothing here is awaited by one.

import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import type { DeadLetter, History } from "../measure/history/model.ts";
import { maskText } from "../redact.ts";
import type { Reason } from "../rpc/category.ts";
import { readRecord } from "../rpc/json_values.ts";
import { transactionHash } from "../rpc/tx_hash.ts";
import { textToWire, wireToText } from "../rpc/wire.ts";
import type { Outcome } from "../routing/outcome.ts";
import { ownHash } from "../routing/raw_transaction.ts";
import type { Router } from "../routing/router.ts";
import type { Run } from "../routing/run.ts";
import type { Restriction } from "../routing/selection.ts";

export type LetterRetry =
  | { readonly kind: "sent"; readonly hash: string }
  /** Still kept; `error` is free of secrets. */
  | { readonly kind: "failed"; readonly error: string };

/** What a letter of kind `transaction` holds. */
interface TransactionBody {
  readonly version: 1;
  readonly chain: string;
  readonly hash: string;
  readonly raw: string;
  /** As its sender pinned it: what was meant for one provider alone must never go to another. */
  readonly restriction: Restriction | null;
  readonly request_id: string;
}

export interface TransactionLettersDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly history: History;
}

/** Why no provider took it, where neither its sender nor the transaction is to blame. */
const notTaken: ReadonlySet<string> = new Set<Reason>([
  "rate_limited",
  "quota",
  "auth",
  "wrong_chain",
  "unsupported",
  "syncing",
  "server",
  "timeout",
  "transport",
  "malformed",
  "integrity",
  "overloaded",
  "internal",
]);
/** Attempts that say nothing: they were given up here. */
const silent: ReadonlySet<string> = new Set(["cancelled"]);
/** Whoever may call could fill the table: so many letters a minute. */
const maxPerMinute = 60;
/** Hashes that are known to have a letter. */
const maxKnown = 10_000;
const maxErrorChars = 512;

export class TransactionLetters {
  readonly #deps: TransactionLettersDeps;
  readonly #known = new Set<string>();
  #minute = -1;
  #added = 0;
  #left = 0;

  constructor(deps: TransactionLettersDeps) {
    this.#deps = deps;
  }

  /** Transactions that were not kept because too many failed at once, since the start. */
  get left(): number {
    return this.#left;
  }

  /** Called for every client call that has ended. */
  ended(run: Run): void {
    if (run.info.replay !== "send" || run.outcome === null || run.outcome.kind === "result") return;
    if (isUntaken(run)) void this.#keep(run);
  }

  /** Broadcasts it as it was sent the first time. Rejects when the history can't be asked. */
  async retry(letter: DeadLetter, router: Router): Promise<LetterRetry> {
    const { history } = this.#deps;
    const body = readBody(letter.body);
    if (body === null) return await this.#failed(letter, "the letter can't be read");
    const route = router.route(body.chain);
    if (route === undefined) return await this.#failed(letter, `the chain ${body.chain} is not configured`);
    if (route.drained) return await this.#failed(letter, `the chain ${body.chain} is drained`);
    const outcome = await new Promise<Outcome>((resolve) => {
      const { timeoutMs } = route.chain.settings;
      const params = textToWire(JSON.stringify([body.raw]));
      route.askOwn("eth_sendRawTransaction", params, timeoutMs, body.restriction, resolve);
    });
    if (outcome.kind === "result") {
      this.#known.delete(body.hash);
      await history.removeDeadLetter(letter.id);
      return { kind: "sent", hash: body.hash };
    }
    const secrets = route.chain.providers.flatMap((provider) => provider.secrets);
    return await this.#failed(letter, maskText(errorText(outcome), secrets));
  }

  /** The letter is gone by other means: the transaction may get another one. */
  discarded(letter: DeadLetter): void {
    const body = readBody(letter.body);
    if (body !== null) this.#known.delete(body.hash);
  }

  async #failed(letter: DeadLetter, error: string): Promise<LetterRetry> {
    const lastError = error.slice(0, maxErrorChars);
    await this.#deps.history.updateDeadLetter(letter.id, { tries: letter.tries + 1, lastError });
    return { kind: "failed", error: lastError };
  }

  async #keep(run: Run): Promise<void> {
    const { clock, history, log } = this.#deps;
    const { request, env, outcome } = run;
    const [, raw] = /^\s*\[\s*"(0x[0-9a-fA-F]+)"/.exec(request.call.params ?? "") ?? [];
    const hash = ownHash(request.call.params);
    if (raw === undefined || hash === null || outcome === null || this.#known.has(hash)) return;
    if (this.#tooMany()) return;
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.add(hash);
    const { name, providers } = env.chain;
    const body: TransactionBody = {
      version: 1,
      chain: name,
      hash,
      raw,
      restriction: request.restriction,
      request_id: request.id,
    };
    const lastError = maskText(errorText(outcome), providers.flatMap(({ secrets }) => secrets));
    try {
      const id = await history.addDeadLetter({
        at: clock.wallNow(),
        kind: "transaction",
        target: name,
        body: JSON.stringify(body),
        tries: 1,
        lastError: lastError.slice(0, maxErrorChars),
        nextAt: null,
      });
      log.write("warn", "transaction.not_taken", { chain: name, hash, letter: id, error: lastError });
    } catch (thrown) {
      this.#known.delete(hash);
      const why = maskText(messageOf(thrown));
      log.write("error", "transaction.letter_lost", { chain: name, hash, why });
    }
  }

  #tooMany(): boolean {
    const minute = Math.floor(this.#deps.clock.wallNow() / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#added = 0;
    }
    if (this.#added >= maxPerMinute) {
      if (this.#left++ === 0) this.#deps.log.write("warn", "transaction.letters_left_out", { maxPerMinute });
      return true;
    }
    this.#added++;
    return false;
  }
}

/** Every attempt failed for reasons that are not the sender's. */
function isUntaken({ outcome, attempts, method }: Run): boolean {
  if (method !== "eth_sendRawTransaction" || outcome === null || outcome.kind === "stream") return false;
  const reason = outcome.kind === "refusal"
    ? outcome.refusal.reason
    : outcome.kind === "error"
    ? outcome.category
    : "ok";
  if (!notTaken.has(reason)) return false;
  // Without an attempt the rate budgets were used up, or the config lets nobody have it.
  if (attempts.length === 0) return reason === "rate_limited" || reason === "timeout";
  return attempts.every(({ outcome: end }) => notTaken.has(end) || silent.has(end));
}

function errorText(outcome: Outcome): string {
  if (outcome.kind === "refusal") return outcome.refusal.message;
  if (outcome.kind !== "error") return "";
  const { message } = readRecord(wireToText(outcome.error)) ?? {};
  return typeof message === "string" ? message : "an error without words";
}

function readBody(text: string): TransactionBody | null {
  const { version, chain, hash, raw, restriction, request_id } = readRecord(text) ?? {};
  const good = version === 1 && typeof chain === "string" && typeof raw === "string" &&
    transactionHash(raw) === hash;
  if (!good) return null;
  return { version, chain, hash, raw, restriction, request_id } as TransactionBody;
}
