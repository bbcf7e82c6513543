// `lasso compare`: asks a running router what its recorded traffic would have met under each strategy, and prints
// theory and fact side by side.

import { parseArgs } from "node:util";
import { messageOf } from "../core/errors.ts";
import { maskText, maskUrl } from "../core/redact.ts";
import { type ChainComparison, compareText } from "./compare_text.ts";
import type { CliIo } from "./io.ts";
import { askRouter, lookUpWithinMs, reckonWithinMs } from "./router_answer.ts";

export const compareHelp =
  `lasso compare [--from TIME] [--to TIME] [--chain CHAIN] [--url URL] [--token TOKEN] [--json]

Asks a running router what its recorded traffic would have met under each strategy: latency, success, cost.
Nothing is sent upstream. What really served is measured; the rest is reckoned (docs/analytics.md).

  --from TIME    begin (default: an hour ago): ISO 8601, epoch ms, or back from now, such as -15m, -24h, -7d
  --to TIME      end (default: now)
  --chain CHAIN  name, alias or decimal id (default: every chain that had calls)
  --url URL      the router (default http://127.0.0.1:4000)
  --token TOKEN  the admin token, where the router wants one (LASSO_ADMIN_TOKEN)
  --json         print the answer as it came
  --help         this text

Exit: 0, or 1 when the router can't be reached or refuses; 2 usage.
`;

interface Answered {
  readonly data?: readonly ChainComparison[];
  readonly error?: { readonly message: string; readonly hint?: string };
}

export async function compare(args: readonly string[], io: CliIo): Promise<number> {
  const options = {
    from: { type: "string" },
    to: { type: "string" },
    chain: { type: "string" },
    url: { type: "string" },
    token: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  let flags;
  try {
    flags = parseArgs({ args: attached(args), options, allowPositionals: false }).values;
  } catch (thrown) {
    io.err(`${messageOf(thrown)}\n\n${compareHelp}`);
    return 2;
  }
  if (flags.help) {
    io.out(compareHelp);
    return 0;
  }
  const base = flags.url ?? "http://127.0.0.1:4000";
  if (!URL.canParse(base)) {
    io.err(`--url must be a URL, such as http://127.0.0.1:4000\n\n${compareHelp}`);
    return 2;
  }
  const url = new URL("/api/analytics/strategies", base);
  for (const name of ["from", "to", "chain"] as const) {
    const value = flags[name];
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const token = flags.token ?? io.env("LASSO_ADMIN_TOKEN");
  try {
    // Who is no router, or hangs, says so sooner by this.
    await askRouter(new URL("/health", base), undefined, lookUpWithinMs);
    if (io.isTty) io.err("lasso: the router is reckoning; long times take some seconds …\n");
    const { status, body } = await askRouter(url, token, reckonWithinMs);
    const { data, error } = body as Answered;
    if (data === undefined) {
      const hint = error?.hint === undefined ? "" : `  fix: ${error.hint}\n`;
      io.err(`lasso: ${error?.message ?? `status ${status}`}\n${hint}`);
      return 1;
    }
    io.out(flags.json ? `${JSON.stringify(data, null, 2)}\n` : compareText(data));
    return 0;
  } catch (thrown) {
    const why = maskText(messageOf(thrown));
    io.err(
      `lasso: no router answers at ${
        maskUrl(base)
      }: ${why}\n  fix: start one with \`lasso serve\`, or give --url\n`,
    );
    return 1;
  }
}

/** `--from -15m` as `--from=-15m`: a value with a dash would be taken for another flag. */
function attached(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const next = args[i + 1];
    if ((args[i] === "--from" || args[i] === "--to") && next !== undefined && /^-\d/.test(next)) {
      joined.push(`${args[i]}=${next}`);
      i++;
    } else joined.push(args[i]!);
  }
  return joined;
}
