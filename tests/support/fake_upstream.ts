// A provider of the streams' test world on virtual time: it follows the world's chain, answers calls from what it has
// seen, and notifies over WebSocket, with every fault a schedule may want. Nothing here decides when a fault happens.
//
// Text goes in order on one subscription, as on a socket; between two subscriptions there is no order.

import { matches } from "../../battle/simulator/ledger.ts";
import type { Clock, Timer } from "../../core/clock.ts";
import type { TransportFailure, UpstreamCall } from "../../core/plugins/transport.ts";
import type { Random } from "../../core/random.ts";
import { wireToText } from "../../core/rpc/wire.ts";
import { hex } from "./fake_chain.ts";
import type { FakeAnswer } from "./fake_transport.ts";
import { type ChainBlock, removedText, type StreamChain } from "./stream_chain.ts";
import type { FakeSubscription, WorldTransport } from "./world_transport.ts";

/** A provider's nature; changed by faults while a test runs. */
export interface UpstreamTraits {
  /** From the chain to the node. */
  propagationMs: number;
  /** From a call to its answer, and from the node to a notification. */
  latencyMs: number;
  /** Added to both, at random. */
  jitterMs: number;
  /** Logs are notified so much later than heads; negative: sooner. */
  logsDelayMs: number;
  /** Between two notifications of one block; 0: they come in one piece. */
  spacingMs: number;
  /** From the subscription's beginning to its acknowledgement. */
  ackDelayMs: number;
  /** Blocks by which it stays behind. */
  lagBlocks: number;
  /** What eth_getLogs gives for a block hash that it doesn't know. */
  unknownHash: "error" | "empty";
  /** Kinds that it refuses to subscribe to. */
  readonly refuses: ReadonlySet<string>;
  /** Of a reorg only the last head is notified. */
  onlyLastHead: boolean;
  /** Does it notify `removed` logs? */
  tellsRemovals: boolean;
  /** Share of notifications that come twice. */
  duplicateRatio: number;
  /** Share of calls for blocks and logs that fail, and how. */
  failRatio: number;
  failAs: FakeAnswer;
}

const refused: TransportFailure = { code: "refused", message: "connection refused", sent: false };
const reset: TransportFailure = { code: "reset", message: "connection reset", sent: true };

export class FakeUpstream {
  readonly id: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly chain: StreamChain;
  readonly traits: UpstreamTraits;
  httpUp = true;
  wsUp = true;
  /** Nothing is answered any more; connections stay, notifications are held. */
  stalled = false;
  /** Notifications come late (`hold`, all at once at the end) or never (`drop`). */
  stall: "none" | "hold" | "drop" = "none";
  /** So many of the next heads, and logs of so many of the next blocks, are not notified. */
  skipHeads = 0;
  skipLogs = 0;
  /** Calls by method, probes included. */
  readonly calls = new Map<string, number>();
  /** Answers instead of the node where it gives something. */
  instead: (method: string, params: readonly unknown[]) => FakeAnswer | undefined = () => undefined;
  readonly transports = new Set<WorldTransport>();
  #tip: ChainBlock;
  readonly #known = new Set<string>();
  readonly #timers = new Set<Timer>();

  constructor(
    id: string,
    chain: StreamChain,
    clock: Clock,
    random: Random,
    traits: Partial<UpstreamTraits> = {},
  ) {
    this.id = id;
    this.chain = chain;
    this.clock = clock;
    this.random = random;
    this.traits = {
      propagationMs: 20,
      latencyMs: 20,
      jitterMs: 0,
      logsDelayMs: 0,
      spacingMs: 0,
      ackDelayMs: 0,
      lagBlocks: 0,
      unknownHash: "error",
      refuses: new Set(),
      onlyLastHead: false,
      tellsRemovals: true,
      duplicateRatio: 0,
      failRatio: 0,
      failAs: { error: { code: -32603, message: "internal error" } },
      ...traits,
    };
    this.#tip = chain.tip;
    for (let at: ChainBlock | null = chain.tip; at !== null; at = at.parent) this.#known.add(at.hash);
    chain.listen(() => this.#later(this.traits.propagationMs, () => this.follow()));
  }

  get tip(): ChainBlock {
    return this.#tip;
  }

  /** Subscriptions open or on their way. */
  get subscriptions(): FakeSubscription[] {
    return [...this.transports].flatMap((transport) => [...transport.subscriptions]);
  }

  /** Time that a message takes now. */
  delayMs(): number {
    return this.traits.latencyMs + this.traits.jitterMs * this.random.next();
  }

  /** Takes over what the chain has, as far as its lag lets it; never goes back to fewer blocks unless it has no lag. */
  follow(): void {
    const { lagBlocks } = this.traits;
    const target = this.chain.back(lagBlocks);
    if (lagBlocks > 0 && target.number < this.#tip.number) return;
    if (target !== this.#tip) this.#moveTo(target);
  }

  killHttp(): void {
    this.httpUp = false;
    for (const transport of this.transports) if (transport.protocol === "http") transport.cut(reset);
  }

  killWs(): void {
    this.wsUp = false;
    this.cutWs();
  }

  /** Every WebSocket is lost; new ones can be made. */
  cutWs(): void {
    for (const transport of this.transports) if (transport.protocol === "ws") transport.cut(reset);
  }

  /** Everything is well again; what was held is sent. */
  heal(): void {
    this.httpUp = this.wsUp = true;
    this.wake();
    this.skipHeads = this.skipLogs = 0;
    Object.assign(this.traits, {
      lagBlocks: 0,
      duplicateRatio: 0,
      failRatio: 0,
      latencyMs: 20,
      ackDelayMs: 0,
    });
    this.unstall();
    this.follow();
  }

  /** Notifications flow again; what was held is sent. */
  unstall(): void {
    this.stall = "none";
    this.#release();
  }

  /** It answers again. */
  wake(): void {
    this.stalled = false;
    this.#release();
  }

  #release(): void {
    for (const subscription of this.subscriptions) subscription.release();
  }

  /** Why nothing can be sent over this protocol; null: it can. */
  obstacle(protocol: "http" | "ws"): TransportFailure | null {
    return (protocol === "http" ? this.httpUp : this.wsUp) ? null : refused;
  }

  /** What the node says to a call at this moment. */
  answer(call: UpstreamCall): FakeAnswer {
    const { method } = call;
    this.calls.set(method, this.count(method) + 1);
    const parsed = JSON.parse(wireToText(call.body)) as { params?: unknown };
    const params = Array.isArray(parsed.params) ? parsed.params as unknown[] : [];
    const instead = this.instead(method, params);
    if (instead !== undefined) return instead;
    const { failRatio, failAs } = this.traits;
    const mayFail = method.startsWith("eth_getBlock") || method === "eth_getLogs";
    if (mayFail && failRatio > 0 && this.random.next() < failRatio) return failAs;
    switch (method) {
      case "eth_chainId":
        return { result: "0x1" };
      case "eth_syncing":
        return { result: false };
      case "eth_blockNumber":
        return { result: hex(this.#tip.number) };
      case "eth_getBlockByNumber":
        return textOf(this.#byNumber(params[0])?.blockText ?? "null");
      case "eth_getBlockByHash":
        return textOf(this.#byHash(params[0])?.blockText ?? "null");
      case "eth_getLogs":
        return this.#logs(params[0] as LogsQuery);
      default:
        return { error: { code: -32601, message: `the method ${method} does not exist/is not available` } };
    }
  }

  count(method: string): number {
    return this.calls.get(method) ?? 0;
  }

  dispose(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #byHash(hash: unknown): ChainBlock | undefined {
    return typeof hash === "string" && this.#known.has(hash) ? this.chain.block(hash) : undefined;
  }

  #byNumber(spelt: unknown): ChainBlock | undefined {
    const number = spelt === "latest" || spelt === undefined ? this.#tip.number : Number(spelt);
    let at: ChainBlock | null = this.#tip;
    while (at !== null && at.number > number) at = at.parent;
    return at?.number === number ? at : undefined;
  }

  #logs(query: LogsQuery): FakeAnswer {
    const found: string[] = [];
    const collect = (block: ChainBlock): void =>
      block.logs.forEach((log, index) => {
        if (matches(query, log)) found.push(block.logTexts[index] ?? "");
      });
    if (query.blockHash !== undefined) {
      const block = this.#byHash(query.blockHash);
      if (block !== undefined) collect(block);
      else if (this.traits.unknownHash === "error") {
        return { error: { code: -32000, message: "unknown block" } };
      }
    } else {
      const from = query.fromBlock === undefined ? this.#tip.number : Number(query.fromBlock);
      const to = query.toBlock === undefined || query.toBlock === "latest" ? Infinity : Number(query.toBlock);
      const blocks: ChainBlock[] = [];
      for (let at: ChainBlock | null = this.#tip; at !== null && at.number >= from; at = at.parent) {
        if (at.number <= to) blocks.push(at);
      }
      for (const block of blocks.reverse()) collect(block);
    }
    return textOf(`[${found.join(",")}]`);
  }

  #moveTo(target: ChainBlock): void {
    const [gone, came] = [[] as ChainBlock[], [] as ChainBlock[]];
    let [old, young]: [ChainBlock, ChainBlock] = [this.#tip, target];
    while (old !== young) {
      if (old.number >= young.number) {
        gone.push(old);
        old = old.parent ?? young;
      } else {
        came.push(young);
        young = young.parent ?? old;
      }
    }
    this.#tip = target;
    for (const block of came) this.#known.add(block.hash);
    this.#notify(gone, came.reverse());
  }

  #notify(gone: readonly ChainBlock[], came: readonly ChainBlock[]): void {
    const open = this.subscriptions.filter((subscription) => subscription.hears);
    if (this.traits.tellsRemovals) {
      for (const block of gone) {
        for (const one of open) {
          if (one.kind === "logs") one.push(this.#textsOf(one, block).toReversed().map(removedText));
        }
      }
    }
    came.forEach((block, index) => {
      const skipsHead = this.skipHeads > 0 && this.skipHeads-- > 0;
      const passedOver = this.traits.onlyLastHead && gone.length > 0 && index < came.length - 1;
      const skipsLogs = block.logs.length > 0 && this.skipLogs > 0 && this.skipLogs-- > 0;
      for (const one of open) {
        if (one.kind === "newHeads" && !skipsHead && !passedOver) one.push([block.headText]);
        else if (one.kind === "logs" && !skipsLogs) one.push(this.#textsOf(one, block));
      }
    });
  }

  #textsOf(subscription: FakeSubscription, block: ChainBlock): string[] {
    return block.logTexts.filter((_, index) => {
      const log = block.logs[index];
      return log !== undefined && matches(subscription.filter, log);
    });
  }

  #later(ms: number, act: () => void): void {
    const timer = this.clock.after(ms, () => {
      this.#timers.delete(timer);
      act();
    });
    this.#timers.add(timer);
  }
}

interface LogsQuery {
  readonly blockHash?: string;
  readonly fromBlock?: string;
  readonly toBlock?: string;
  readonly address?: string | string[];
  readonly topics?: (string | string[] | null)[];
}

/** A result as text that was made before. */
function textOf(result: string): FakeAnswer {
  return { body: `{"jsonrpc":"2.0","id":ID,"result":${result}}` };
}
