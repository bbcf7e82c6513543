// viem and ethers as an application uses them, over one WebSocket to Lasso, with what they saw written down in the
// ledger's form. What they do when a socket is lost is theirs, and nothing is configured.

import { type JsonRpcApiProvider, WebSocketProvider } from "ethers";
import { type Address, type Block, createPublicClient, type Hash, type Log, webSocket } from "viem";
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
  /** Of the one filter that it watches. */
  readonly logs: RecordEntry[] = [];
  readonly #name: string;
  readonly #filter: LedgerFilter;
  readonly #close: () => Promise<void>;
  constructor(name: string, address: string, close: () => Promise<void>) {
    this.#name = name;
    this.#filter = { address };
    this.#close = close;
  }

  /** Its filter is acknowledged by now. */
  acknowledged(ledger: Ledger): void {
    const ack = ledger.newest ?? { number: -1, hash: "" };
    const subscription = new LedgerSubscription(`${this.#name} logs`, "logs", this.#filter, "", ack);
    subscription.entries = this.logs;
    this.subscriptions.push(subscription);
  }

  log({ blockHash, blockNumber, logIndex, removed }: SeenLog): void {
    if (blockHash === null || blockNumber === null || logIndex === null) {
      this.faults.push(`${this.#name}: a log without its place`);
    } else this.logs.push({ kind: "log", blockHash, blockNumber: Number(blockNumber), logIndex, removed });
  }

  block(block: Block | undefined): void {
    this.blocks.push(block?.hash ?? "none");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/** Three subscriptions. `address`: of the contract whose logs are watched. */
export function watchWithViem(url: string, address: string): Watcher {
  // Retries would open another socket for calls that were under way at the end.
  const transport = webSocket(url, { retryCount: 0 });
  const client = createPublicClient({ chain: mainnet, transport, cacheTime: 0 });
  const watcher = new Watcher("viem", address, async () => (await client.transport.getRpcClient()).close());
  const onError = (error: Error): void => void watcher.errors.push(error);
  client.watchBlocks({ onBlock: (block) => watcher.block(block), onError });
  client.watchBlockNumber({ onBlockNumber: (number) => watcher.numbers.push(Number(number)), onError });
  client.watchEvent({
    address: address as Address,
    onLogs: (seen: Log[]) => seen.forEach((log) => watcher.log(log)),
    onError,
  });
  return watcher;
}

/** Two subscriptions. ethers keeps removed logs from who listens to a filter (AbstractProvider.emit). */
export async function watchWithEthers(url: string, address: string): Promise<Watcher> {
  const client = new WebSocketProvider(url, 1, { staticNetwork: true, cacheTimeout: -1 });
  const watcher = new Watcher("ethers", address, () => client.destroy());
  await client.on("block", (number: number) => watcher.numbers.push(number));
  await watchLogs(client, watcher, address);
  return watcher;
}

export async function watchLogs(
  client: JsonRpcApiProvider,
  watcher: Watcher,
  address: string,
): Promise<void> {
  await client.on({ address }, ({ blockHash, blockNumber, index, removed }: EthersLog) => {
    watcher.log({ blockHash, blockNumber, logIndex: index, removed });
  });
}

interface EthersLog {
  readonly blockHash: Hash;
  readonly blockNumber: number;
  readonly index: number;
  readonly removed: boolean;
}
