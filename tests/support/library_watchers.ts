// viem and ethers as an application uses them, over one WebSocket to Lasso, with what they saw written down in the
// ledger's form. Nothing is configured but the URL: what they do when a socket is lost is theirs.

import { type JsonRpcApiProvider, WebSocketProvider } from "ethers";
import {
  type Address,
  type Block,
  createPublicClient,
  type Hash,
  type Log,
  type PublicClient,
  webSocket,
} from "viem";
import { mainnet } from "viem/chains";
import type { Ledger, LedgerFilter } from "../../battle/simulator/ledger.ts";
import type { RecordEntry } from "../../battle/simulator/ledger_record.ts";
import { LedgerSubscription, type Recorded } from "./ledger_client.ts";

/** What a library gave of a log. */
interface SeenLog {
  readonly blockHash: string | null;
  readonly blockNumber: bigint | number | null;
  readonly logIndex: number | null;
  readonly removed: boolean;
}

export class Watcher implements Recorded, AsyncDisposable {
  readonly faults: string[] = [];
  readonly subscriptions: LedgerSubscription[] = [];
  /** Block numbers as they came. */
  readonly numbers: number[] = [];
  /**
   * Hashes that viem's watchBlocks gave. It asks for each announced block by its number, all at the same time, so after
   * a backfill the answers may come in another order than the heads. "none": it got no answer, or null.
   */
  readonly blocks: string[] = [];
  readonly errors: Error[] = [];
  readonly #name: string;
  readonly #close: () => Promise<void>;
  readonly #open: { filter: LedgerFilter; entries: RecordEntry[] }[] = [];

  constructor(name: string, close: () => Promise<void>) {
    this.#name = name;
    this.#close = close;
  }

  /** They are acknowledged by now. */
  acknowledged(ledger: Ledger): void {
    const ack = ledger.newest ?? { number: -1, hash: "" };
    for (const { filter, entries } of this.#open.splice(0)) {
      const subscription = new LedgerSubscription(`${this.#name} logs`, "logs", filter, "", ack);
      subscription.entries = entries;
      this.subscriptions.push(subscription);
    }
  }

  log(entries: RecordEntry[], { blockHash, blockNumber, logIndex, removed }: SeenLog): void {
    if (blockHash === null || blockNumber === null || logIndex === null) {
      this.faults.push(`${this.#name}: a log without its place`);
    } else entries.push({ kind: "log", blockHash, blockNumber: Number(blockNumber), logIndex, removed });
  }

  block(block: Block | undefined): void {
    this.blocks.push(block?.hash ?? "none");
  }

  /** A new record of logs. */
  record(filter: LedgerFilter): RecordEntry[] {
    const entries: RecordEntry[] = [];
    this.#open.push({ filter, entries });
    return entries;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

export type ViemClient = PublicClient & {
  readonly transport: ReturnType<ReturnType<typeof webSocket>>["value"];
};

export function viemAt(url: string): { readonly client: PublicClient; close(): Promise<void> } {
  const client = createPublicClient({ chain: mainnet, transport: webSocket(url), cacheTime: 0 });
  const close = async (): Promise<void> => (await client.transport.getRpcClient()).close();
  return { client: client as unknown as PublicClient, close };
}

/** Three subscriptions. `address`: of the contract whose logs are watched. */
export function watchWithViem(url: string, address: string): Watcher {
  const { client, close } = viemAt(url);
  const watcher = new Watcher("viem", close);
  const onError = (error: Error): void => void watcher.errors.push(error);
  client.watchBlocks({ onBlock: (block) => watcher.block(block), onError });
  client.watchBlockNumber({ onBlockNumber: (number) => watcher.numbers.push(Number(number)), onError });
  const logs = watcher.record({ address });
  client.watchEvent({
    address: address as Address,
    onLogs: (seen: Log[]) => seen.forEach((log) => watcher.log(logs, log)),
    onError,
  });
  return watcher;
}

/** Two subscriptions. ethers keeps removed logs from who listens to a filter (AbstractProvider.emit). */
export async function watchWithEthers(url: string, address: string): Promise<Watcher> {
  const client = new WebSocketProvider(url, 1, { staticNetwork: true, cacheTimeout: -1 });
  const watcher = new Watcher("ethers", () => client.destroy());
  await client.on("block", (number: number) => watcher.numbers.push(number));
  await watchLogs(client, watcher, address);
  return watcher;
}

export async function watchLogs(
  client: JsonRpcApiProvider,
  watcher: Watcher,
  address: string,
): Promise<void> {
  const logs = watcher.record({ address });
  await client.on({ address }, ({ blockHash, blockNumber, index, removed }: EthersLog) => {
    watcher.log(logs, { blockHash, blockNumber, logIndex: index, removed });
  });
}

interface EthersLog {
  readonly blockHash: Hash;
  readonly blockNumber: number;
  readonly index: number;
  readonly removed: boolean;
}
