// The page that `lasso demo` prints once it runs: what to open, what to paste, how to stop. Plain text for a terminal
// of 80 columns, 30 lines at most; it only formats what it is given.

export interface DemoPageInput {
  /** Where the router listens, without a slash at the end: `http://127.0.0.1:4000`. */
  readonly baseUrl: string;
  /** Names of chains; the first one is used in the examples. */
  readonly chains: readonly string[];
  /** Ids of the first chain's providers; the last one is pinned in the example. */
  readonly providers: readonly string[];
}

const BLOCK_NUMBER = `'{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'`;

export function demoPage({ baseUrl, chains, providers }: DemoPageInput): string {
  const chain = chains[0] ?? "ethereum";
  const pinned = providers.at(-1) ?? "swift";
  const wsUrl = `${baseUrl.replace(/^http/, "ws")}/rpc/${chain}`;
  const lines = [
    `Lasso runs, with ${providers.length} simulated providers on each chain: ${providers.join(", ")}.`,
    "No network, no keys. Point an application at one of these:",
    ...chains.map((name) => `  ${baseUrl}/rpc/${name}`),
    "",
    "Ask for the head, and see in lasso_meta who answered and why:",
    `  curl '${baseUrl}/rpc/${chain}?include_meta=body' \\`,
    `    -H 'content-type: application/json' \\`,
    `    -d ${BLOCK_NUMBER}`,
    "The same with other paths:",
    `  ${baseUrl}/rpc/provider/${pinned}/${chain}   one provider only`,
    `  ${baseUrl}/rpc/round_robin/${chain}      another strategy`,
    "",
    "Heads as they come, by WebSocket (`node -e` does it too, from Node 22 on):",
    `  deno eval 'const s = new WebSocket("${wsUrl}");`,
    "  s.onmessage = ({ data }) => console.log(data);",
    '  s.onopen = () => s.send(`{"jsonrpc":"2.0","id":1,',
    '    "method":"eth_subscribe","params":["newHeads"]}`)\'',
    "From viem:",
    `  import { createPublicClient, http } from "viem";`,
    `  const transport = http("${baseUrl}/rpc/${chain}");`,
    "  console.log(await createPublicClient({ transport }).getBlock());",
    "",
    "Look inside:",
    `  ${baseUrl}/          the dashboard: kill a provider under Live test`,
    `  ${baseUrl}/status    each provider; /metrics: for Prometheus`,
    `  curl '${baseUrl}/api/explain?chain=${chain}&method=eth_call'`,
    "                                 who would serve a call now, and why",
    "",
    "Light traffic runs already, now and then through a reorg. Stop with Ctrl-C.",
  ];
  return `${lines.join("\n")}\n`;
}
