// The probes of one provider: what it is asked when no call of a client tells it (spec: product.md section 4,
// Health). A loop that looks what is due, asks, and pauses; run under the supervisor by chain.ts. It spends the
// provider's rate budget, leaves a provider alone that is set aside, and waits for an open breaker.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import { isRecord, readQuantity } from "../rpc/json_values.ts";
import type { ChainSettings } from "../settings.ts";
import type { Channel } from "./channel.ts";
import { holdMs } from "./hold.ts";
import { probe, type ProbeOutcome } from "./probe.ts";
import type { Provider } from "./provider.ts";
import { Waker } from "./waker.ts";

export interface ProberHost {
  readonly settings: ChainSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Did a request come within the last ten minutes? */
  readonly awake: boolean;
  /** The provider says that `block` is its newest. */
  sawHead(provider: Provider, block: number): void;
  /** Did the provider show a lone height? */
  verified(provider: Provider, block: number, good: boolean): void;
}

/** The chain id is asked for again so often, while the chain is awake. */
export const chainIdEveryMs = 5 * 60_000;
/** A question is not asked twice within this time (or a quarter of the interval), whatever wakes the loop. */
const minGapMs = 1_000;
/** Probes that end a quarantine or a syncing state: the first pause, doubling up to the second, ±10 %. */
export const recoveryMs = 30_000;
export const maxRecoveryMs = 300_000;

type Question = "chain_id" | "syncing" | "head" | "lone_height";

export class Prober {
  readonly #provider: Provider;
  readonly #channel: Channel;
  readonly #host: ProberHost;
  readonly #waker = new Waker();
  /** `clock.now()` when each question was asked last. */
  readonly #askedAt: Record<Question, number> = {
    chain_id: -Infinity,
    syncing: -Infinity,
    head: -Infinity,
    lone_height: -Infinity,
  };
  /** Recovery probes wait until then. */
  #recoverAt = -Infinity;
  #recoveries = 0;
  #recheckChainId = false;
  /** Others have this block: ask for the head before its time. 0: nothing to look for. */
  #wanted = 0;
  #loneHeight: number | null = null;

  constructor(provider: Provider, channel: Channel, host: ProberHost) {
    this.#provider = provider;
    this.#channel = channel;
    this.#host = host;
  }

  /** Looks at once what is due. */
  kick(): void {
    this.#waker.wake();
  }

  /** A quarantine or a syncing state began: ask now, then with growing pauses. */
  recover(): void {
    this.#recoverAt = -Infinity;
    this.#recoveries = 0;
    this.kick();
  }

  /** The provider was gone for a while: it may be another one now. */
  recheckChainId(): void {
    this.#recheckChainId = true;
    this.kick();
  }

  /** Others have `block`: ask whether this one has it too. */
  want(block: number): void {
    if (this.#intervalMs === 0 || this.#wanted === block) return;
    this.#wanted = block;
    this.kick();
  }

  /** Asks the provider to show that it has this block and its parent. */
  verify(block: number): void {
    if (this.#loneHeight === block) return;
    this.#loneHeight = block;
    this.kick();
  }

  /** The loop; ends when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#look(signal);
      await this.#waker.pause(this.#host.clock, waitMs, signal);
    }
  }

  get #intervalMs(): number {
    return this.#host.settings.health.intervalMs;
  }

  get #gapMs(): number {
    return Math.max(minGapMs, this.#intervalMs / 4);
  }

  /** Asks what is due, one after the other. Returns the milliseconds until something else is. */
  async #look(signal: AbortSignal): Promise<number> {
    const questions: readonly [Question, () => Promise<ProbeOutcome<unknown>>][] = [
      ["chain_id", () => this.#askChainId(signal)],
      ["head", () => this.#askHead(signal)],
      ["lone_height", () => this.#askLoneHeight(signal)],
      ["syncing", () => this.#askSyncing(signal)],
    ];
    for (const [question, ask] of questions) {
      if (this.#dueInMs(question) > 0) continue;
      const heldMs = holdMs(this.#channel, this.#host.clock);
      if (heldMs > 0) return heldMs;
      this.#askedAt[question] = this.#host.clock.now();
      await ask();
      if (signal.aborted) return 0;
    }
    const next = Math.min(...questions.map(([question]) => this.#dueInMs(question)));
    // A question that failed is due again only by its own times; this keeps a mistake there from spinning.
    return Math.max(next, 10);
  }

  /** Milliseconds until a question is due, 0 or less when it is, Infinity when there is no reason to ask. */
  #dueInMs(question: Question): number {
    const now = this.#host.clock.now();
    const since = now - this.#askedAt[question];
    const provider = this.#provider;
    const { awake } = this.#host;
    const interval = this.#intervalMs;
    const periodic = awake && interval > 0;
    switch (question) {
      case "chain_id":
        if (provider.quarantined !== null) return Math.max(this.#recoverAt - now, minGapMs - since);
        if (!awake) return Infinity;
        if (provider.chainIdAt === null) return (interval > 0 ? interval : recoveryMs) - since;
        if (!periodic) return Infinity;
        if (this.#recheckChainId) return this.#gapMs - since;
        return Math.max(provider.chainIdAt + chainIdEveryMs - now, interval - since);
      case "head": {
        if (provider.quarantined !== null) return Infinity;
        if (!periodic) return Infinity;
        if (this.#wanted > (provider.head ?? -1) || this.#channel.breaker.kind === "half_open") {
          return this.#gapMs - since;
        }
        const evidence = provider.head === null ? -Infinity : provider.headAt;
        return Math.max(evidence, this.#askedAt.head) + interval - now;
      }
      case "lone_height":
        return this.#loneHeight !== null && awake ? this.#gapMs - since : Infinity;
      case "syncing":
        if (provider.quarantined !== null) return Infinity;
        if (!periodic) return provider.syncing ? this.#recoverAt - now : Infinity;
        if (this.#channel.learnt.unsupported("eth_syncing") && !provider.syncing) return Infinity;
        return provider.syncing || provider.lagging || since === Infinity ? interval - since : Infinity;
    }
  }

  async #askChainId(signal: AbortSignal): Promise<ProbeOutcome<number>> {
    const provider = this.#provider;
    const wasQuarantined = provider.quarantined !== null;
    if (wasQuarantined) this.#pauseRecovery();
    const outcome = await this.#ask("eth_chainId", "[]", readQuantity, signal);
    const expected = this.#host.settings.chainId;
    if (outcome.ok) {
      this.#recheckChainId = false;
      provider.chainIdAt = this.#host.clock.now();
      if (outcome.value === expected) {
        provider.quarantined = null;
        this.#recoveries = 0;
      } else {
        provider.quarantined = `answers chain id ${outcome.value}, expected ${expected}`;
        if (!wasQuarantined) this.#pauseRecovery();
      }
    } else if (outcome.category === "unsupported" && provider.quarantined === null) {
      provider.chainIdAt = this.#host.clock.now(); // It can't be asked: its calls are the only evidence.
      this.#recheckChainId = false;
    } else provider.chainIdFailed = true;
    return outcome;
  }

  async #askHead(signal: AbortSignal): Promise<ProbeOutcome<number>> {
    this.#wanted = 0;
    const outcome = await this.#ask("eth_blockNumber", "[]", readQuantity, signal);
    if (outcome.ok && this.#provider.quarantined === null) {
      this.#host.sawHead(this.#provider, outcome.value);
      this.#wanted = 0; // One look for each new head of the others, whatever the answer.
    }
    return outcome;
  }

  /** An `eth_syncing` object counts only where the lag agrees: some nodes report one for ever. */
  async #askSyncing(signal: AbortSignal): Promise<ProbeOutcome<boolean>> {
    const provider = this.#provider;
    if (provider.syncing) this.#pauseRecovery();
    if (this.#intervalMs === 0 || !this.#host.awake) { // The lag must be known, and nothing else asks for the head.
      const head = await this.#askHead(signal);
      if (!head.ok || signal.aborted) return head.ok ? { ok: true, value: provider.syncing } : head;
    }
    const read = (result: unknown): boolean | undefined =>
      result === false ? false : isRecord(result) ? true : undefined;
    const outcome = await this.#ask("eth_syncing", "[]", read, signal);
    if (outcome.ok) provider.syncing = outcome.value && provider.lagging;
    else if (outcome.category === "unsupported") provider.syncing = provider.syncing && provider.lagging;
    if (!provider.syncing && provider.quarantined === null) this.#recoveries = 0;
    return outcome;
  }

  /** Fetches the block and its parent: shown when both are there and the one names the other. */
  async #askLoneHeight(signal: AbortSignal): Promise<ProbeOutcome<Header | null>> {
    const block = this.#loneHeight!;
    const header = (number: number): Promise<ProbeOutcome<Header | null>> =>
      this.#ask("eth_getBlockByNumber", `["0x${number.toString(16)}",false]`, readHeader, signal);
    const top = await header(block);
    const wantsParent = top.ok && top.value !== null && block > 0;
    if (wantsParent) this.#provider.budget.take(); // Over the limit by one call at most: better than half an answer.
    const parent = wantsParent ? await header(block - 1) : top;
    this.#loneHeight = null;
    if (!top.ok || !parent.ok) {
      const failed = top.ok ? parent : top;
      if (!failed.ok && failed.category === "missing_data") this.#host.verified(this.#provider, block, false);
      return failed;
    }
    const linked = block === 0 ||
      (parent.value?.number === block - 1 && top.value?.parent === parent.value.hash);
    this.#host.verified(this.#provider, block, top.value?.number === block && linked);
    return top;
  }

  #pauseRecovery(): void {
    const { clock, random } = this.#host;
    const ms = Math.min(recoveryMs * 2 ** this.#recoveries++, maxRecoveryMs);
    this.#recoverAt = clock.now() + ms * (0.9 + 0.2 * random.next());
  }

  #ask<T>(
    method: string,
    params: string,
    read: (result: unknown) => T | undefined,
    signal: AbortSignal,
  ): Promise<ProbeOutcome<T>> {
    const { clock, log, settings } = this.#host;
    const { timeoutMs } = settings.health;
    return probe({ channel: this.#channel, method, params, timeoutMs, clock, log, signal, read });
  }
}

interface Header {
  readonly number: number;
  readonly hash: string;
  readonly parent: string;
}

function readHeader(result: unknown): Header | null | undefined {
  if (result === null) return null;
  if (!isRecord(result)) return undefined;
  const number = readQuantity(result.number);
  const { hash, parentHash } = result;
  if (number === undefined || typeof hash !== "string" || typeof parentHash !== "string") return undefined;
  return { number, hash: hash.toLowerCase(), parent: parentHash.toLowerCase() };
}
