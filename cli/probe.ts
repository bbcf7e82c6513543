// Asks one provider what it can do: chain, head, a few methods, how wide eth_getLogs may be, old state, and whether its
// WebSocket serves. Some ten calls, one after the other, so that a small plan's rate limit is not hit. Used by `lasso
// check --probe`.

import type { Clock } from "../core/clock.ts";
import type { ChainSettings, ProviderSettings } from "../core/settings.ts";
import { quantity, type RpcAnswer, type RpcCall } from "./rpc_fetch.ts";
import type { WsProbe } from "./ws_probe.ts";

export interface ProbeReport {
  readonly chain: string;
  readonly provider: string;
  /** Chain id, head, the basic methods and the WebSocket are as they should be. */
  readonly ok: boolean;
  readonly chainId: number | null;
  readonly head: number | null;
  /** Time of eth_blockNumber. */
  readonly ms: number | null;
  /** The methods that failed, with the reason. */
  readonly failed: Readonly<Record<string, string>>;
  /** Widest range that was answered, in blocks; null: none was. */
  readonly getLogsRange: number | null;
  /** null: could not be told. */
  readonly archive: boolean | null;
  /** Does its WebSocket serve calls and subscriptions? null: it has none. */
  readonly websocket: boolean | null;
  /** Why it is not ok. */
  readonly problem: string | null;
}

export const probedMethods = [
  "eth_chainId",
  "eth_blockNumber",
  "eth_getBlockByNumber",
  "eth_call",
  "eth_getLogs",
];

/** The widths at which providers are known to draw the line. */
const usualRanges = [
  1,
  5,
  10,
  50,
  100,
  500,
  800,
  1000,
  1024,
  2000,
  2048,
  3000,
  5000,
  10_000,
  20_000,
  50_000,
  100_000,
];

/** An address that hardly ever logs: the width is what is limited then, not the number of results. */
const quietAddress = `0x${"0".repeat(40)}`;

export async function probe(
  chain: ChainSettings,
  provider: ProviderSettings,
  call: RpcCall,
  askWs: WsProbe,
  clock: Clock,
): Promise<ProbeReport> {
  const report = await probeHttp(chain, provider, call, clock);
  if (provider.wsUrl === null) return { ...report, websocket: null };
  const problem = await askWs(chain, provider);
  if (problem === null) return { ...report, websocket: true };
  const told = report.problem === null ? `WebSocket: ${problem}` : `${report.problem}; WebSocket: ${problem}`;
  return { ...report, websocket: false, ok: false, problem: told };
}

async function probeHttp(
  chain: ChainSettings,
  provider: ProviderSettings,
  call: RpcCall,
  clock: Clock,
): Promise<Omit<ProbeReport, "websocket">> {
  const failed: Record<string, string> = {};
  const ask = async (method: string, params: readonly unknown[]): Promise<RpcAnswer> => {
    const answer = await call(provider, method, params);
    if (answer.kind !== "result") failed[method] = answer.message;
    return answer;
  };
  const base = { chain: chain.name, provider: provider.id, failed };
  const nothing = { head: null, ms: null, getLogsRange: null, archive: null };

  const chainId = quantityOf(await ask("eth_chainId", []));
  if (chainId !== chain.chainId) {
    const problem = chainId === null
      ? failed["eth_chainId"] ?? "eth_chainId was answered by no chain id"
      : `wrong chain: ${chainId} instead of ${chain.chainId}`;
    return { ...base, ...nothing, ok: false, chainId, problem };
  }
  const started = clock.now();
  const head = quantityOf(await ask("eth_blockNumber", []));
  const ms = clock.now() - started;
  if (head === null) {
    const problem = failed["eth_blockNumber"] ?? "eth_blockNumber was answered by no number";
    return { ...base, ...nothing, ok: false, chainId, problem };
  }
  await ask("eth_getBlockByNumber", ["latest", false]);
  const emptyCall = { to: quietAddress, data: "0x" };
  await ask("eth_call", [emptyCall, "latest"]);
  const problem = Object.entries(failed).map(([method, why]) => `${method}: ${why}`)[0] ?? null;

  const getLogsRange = await widestRange(head, async (fromBlock) => {
    const filter = { fromBlock: hex(fromBlock), toBlock: hex(head), address: quietAddress };
    return (await call(provider, "eth_getLogs", [filter])).kind === "result";
  });
  if (getLogsRange === null) failed["eth_getLogs"] = "not answered for any range";
  const old = await call(provider, "eth_call", [emptyCall, hex(Math.min(1, head))]);
  const archive = old.kind === "fault" ? null : old.kind === "result";
  return { ...base, ok: problem === null, chainId, head, ms, getLogsRange, archive, problem };
}

/** Halves the ladder of usual widths until the line is found: four or five calls. */
async function widestRange(
  head: number,
  answers: (fromBlock: number) => Promise<boolean>,
): Promise<number | null> {
  const ladder = usualRanges.filter((range) => range <= head + 1);
  let good = -1;
  let bad = ladder.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (await answers(head - (ladder[middle] ?? 1) + 1)) good = middle;
    else bad = middle;
  }
  return ladder[good] ?? null;
}

function quantityOf(answer: RpcAnswer): number | null {
  return answer.kind === "result" ? quantity(answer.result) : null;
}

function hex(block: number): string {
  return `0x${block.toString(16)}`;
}
