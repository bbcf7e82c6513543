// Says whether an answer is one that the simulated chain could have given: its blocks are made anew from the record,
// and each call is asked of them as they stood while it was under way. A pinned block has one answer; a tag may be
// answered from any head between sent and done, and from so many blocks behind as a router allows. What depends on
// more than blocks (pools, node versions, kept filters) can't be told.

import { createHash } from "node:crypto";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { seededRandom } from "../../core/random.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import type { CallRecord } from "../model/record.ts";
import type { SimBlock } from "../simulator/block.ts";
import { BLOCK_GAS_LIMIT } from "../simulator/block_builder.ts";
import { blockMethods } from "../simulator/block_methods.ts";
import type { BlockTree } from "../simulator/block_tree.ts";
import type { ChainTruth } from "../simulator/chain_truth.ts";
import { ChainView } from "../simulator/chain_view.ts";
import { fromHex, toHex } from "../simulator/hex.ts";
import { KeptFilters } from "../simulator/kept_filters.ts";
import { logMethods } from "../simulator/log_methods.ts";
import type { MethodContext, MethodTable } from "../simulator/method_context.ts";
import { nodeMethods } from "../simulator/node_methods.ts";
import { TransactionPool } from "../simulator/pool.ts";
import { defaultProviderSettings } from "../simulator/provider_settings.ts";
import { rebuildChain } from "../simulator/rebuild_chain.ts";
import { RpcFault } from "../simulator/rpc_fault.ts";
import type { Params } from "../simulator/rpc_params.ts";
import { stateMethods } from "../simulator/state_methods.ts";
import { type AnswerJudge, type Judgement, sameJson, unknown } from "./answer_judge.ts";
import { saysProviderFailed } from "./errors_expected.ts";
import type { LagExcuse } from "./lag_excuses.ts";

/** The same for every head: no head has to be looked up for them. */
const fixed = new Set(["eth_chainId", "net_version", "eth_accounts", "eth_maxPriorityFeePerGas"]);
const untold = new Set([
  "eth_syncing",
  "web3_clientVersion",
  "net_listening",
  "net_peerCount",
  "eth_blobBaseFee",
  "eth_sendRawTransaction",
]);
const methods: ReadonlyMap<string, MethodTable[string]> = new Map(
  Object.entries({ ...nodeMethods, ...blockMethods, ...stateMethods, ...logMethods })
    .filter(([name]) => !untold.has(name)),
);
/** Where the blocks have nothing, a pool may. */
const askThePool = new Set(["eth_getTransactionByHash"]);

type Expected =
  | { readonly kind: "result"; readonly text: string }
  | { readonly kind: "error"; readonly code: number; readonly message: string };

export interface TruthJudgeOptions {
  /** So many blocks may a tag's answer be behind. */
  readonly lagBlocks: number;
  /** By how much the chain's clock and the clients' may differ. */
  readonly clockErrorUs: number;
  /** When which provider's answers may be from further behind. Default: never. */
  readonly excuses?: readonly LagExcuse[];
}

export class TruthJudge implements AnswerJudge {
  readonly #truth: ChainTruth;
  readonly #tree: BlockTree;
  readonly #options: TruthJudgeOptions;
  readonly #context: Omit<MethodContext, "view">;
  /** By method and params, then by head's hash: what it answers. */
  readonly #known = new Map<string, Map<string, Expected | null>>();
  readonly #hashes = new Map<string, string>();

  /** LassoError where the record of the chain does not hold together. */
  constructor(truth: ChainTruth, options: TruthJudgeOptions) {
    this.#truth = truth;
    this.#options = options;
    this.#tree = rebuildChain(truth).tree;
    const { chainId } = truth;
    this.#context = {
      chain: {
        chainId,
        head: this.#tree.tip,
        pool: new TransactionPool(chainId, BLOCK_GAS_LIMIT),
        submit: () => "not asked",
      },
      limits: { ...defaultProviderSettings, archive: true },
      filters: new KeptFilters(new VirtualClock(), seededRandom(0)),
      subscriptions: null,
      clientVersion: "",
    };
  }

  judge(call: CallRecord): Judgement {
    if (call.outcome !== "result" && call.outcome !== "error") return unknown;
    if (call.method === "eth_sendRawTransaction") return this.#sent(call);
    if (!methods.has(call.method) || call.params.includes('"pending"')) return unknown;
    if (call.outcome === "result" && call.result === null && call.resultHash === null) return unknown;
    let first: Expected | null = null;
    for (const { head, behind } of this.#heads(call, this.#options.lagBlocks)) {
      const expected = this.#answer(call, head, behind);
      if (expected === null) return unknown;
      if (this.#agrees(call, expected)) return { verdict: "right", why: "" };
      first ??= expected;
    }
    if (first === null) return unknown;
    if (first.kind === "result" && first.text === "null" && askThePool.has(call.method)) return unknown;
    // Nor is it a falsehood where a revert was due and no provider could be reached.
    if (call.outcome === "error" && (first.kind === "result" || saysProviderFailed(call))) {
      return { verdict: "unexpected_error", why: shown(first) };
    }
    const excuse = this.#excuseOf(call);
    if (excuse !== null) return { verdict: "behind", why: excuse.id };
    return { verdict: "wrong", why: `${shown(first)} was expected` };
  }

  /** The fault by which the answer's provider has just fallen so far behind; null: nothing excuses the answer. */
  #excuseOf(call: CallRecord): LagExcuse | null {
    const { clockErrorUs, excuses = [] } = this.#options;
    const excuse = excuses.find(({ provider, fromUs, untilUs }) =>
      provider === call.provider && call.doneUs >= fromUs - clockErrorUs &&
      call.doneUs <= untilUs + clockErrorUs
    );
    if (excuse === undefined || call.outcome !== "result") return null;
    for (const { head, behind } of this.#heads(call, excuse.blocks)) {
      const expected = behind ? this.#answer(call, head, behind) : null;
      if (expected !== null && this.#agrees(call, expected)) return excuse;
    }
    return null;
  }

  /** The heads while the call was under way, newest first, then what lies below the oldest of them. */
  *#heads(
    { method, sentUs, doneUs }: CallRecord,
    lagBlocks: number,
  ): Generator<{ head: SimBlock; behind: boolean }> {
    const { heads } = this.#truth;
    if (fixed.has(method)) return yield { head: this.#tree.tip, behind: false };
    const { clockErrorUs } = this.#options;
    let at = this.#indexAt(doneUs + clockErrorUs);
    const first = this.#indexAt(sentUs - clockErrorUs);
    const tried = new Set<string>();
    let lowest: SimBlock | undefined;
    for (; at >= first; at--) {
      const head = this.#tree.byHash(heads[at]?.hash ?? "");
      if (head === undefined || tried.has(head.hash)) continue;
      tried.add(head.hash);
      lowest = head;
      yield { head, behind: false };
    }
    for (let depth = 0; depth < lagBlocks && lowest !== undefined; depth++) {
      lowest = this.#tree.byHash(lowest.header.parentHash);
      if (lowest !== undefined && !tried.has(lowest.hash)) yield { head: lowest, behind: true };
    }
  }

  /** Of the head that was in force; 0 before the first. */
  #indexAt(atUs: number): number {
    const { heads } = this.#truth;
    let low = 0;
    let high = heads.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (heads[middle]!.atUs <= atUs) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  #answer({ method, params }: CallRecord, head: SimBlock, behind: boolean): Expected | null {
    const key = `${method} ${params}`;
    let byHead = this.#known.get(key);
    if (byHead === undefined) this.#known.set(key, byHead = new Map());
    const place = behind ? `-${head.hash}` : head.hash;
    let known = byHead.get(place);
    if (known === undefined) byHead.set(place, known = this.#ask(method, params, head, behind));
    return known;
  }

  #ask(method: string, params: string, head: SimBlock, behind: boolean): Expected | null {
    this.#tree.moveTo(head);
    const view = behind ? new LaggingView(this.#tree, head) : new ChainView(this.#tree, head);
    try {
      const parsed: unknown = JSON.parse(params);
      if (!Array.isArray(parsed)) return null;
      const text = methods.get(method)!({ ...this.#context, view }, parsed as Params);
      return { kind: "result", text };
    } catch (thrown) {
      return thrown instanceof RpcFault
        ? { kind: "error", code: thrown.code, message: thrown.message }
        : null;
    }
  }

  #agrees(call: CallRecord, expected: Expected): boolean {
    if (call.outcome === "error") return expected.kind === "error" && expected.code === call.code;
    if (expected.kind === "error") return false;
    if (call.result !== null) {
      return call.result === expected.text || sameJson(call.result, expected.text);
    }
    let hash = this.#hashes.get(expected.text);
    if (hash === undefined) {
      hash = createHash("sha256").update(expected.text).digest("hex");
      this.#hashes.set(expected.text, hash);
    }
    return call.resultHash === hash;
  }

  /** Of a raw transaction its hash follows; whether a node takes it, its pool decides. */
  #sent({ outcome, params, result }: CallRecord): Judgement {
    if (outcome === "error" || result === null) return unknown;
    try {
      const [raw] = JSON.parse(params) as readonly [string];
      const expected = `"${toHex(keccak_256(fromHex(raw)))}"`;
      return result === expected
        ? { verdict: "right", why: "" }
        : { verdict: "wrong", why: `${expected} was expected` };
    } catch {
      return unknown;
    }
  }
}

/** A node that is behind does not have the blocks above its head, whatever their branch. */
class LaggingView extends ChainView {
  override byHash(hash: string): SimBlock | undefined {
    const block = super.byHash(hash);
    return block !== undefined && block.number <= this.head.number ? block : undefined;
  }
}

function shown(expected: Expected): string {
  return expected.kind === "result" ? cut(expected.text) : `error ${expected.code} ${cut(expected.message)}`;
}

function cut(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
