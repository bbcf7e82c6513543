// `lasso explain`: asks a running router how it would route a call, and prints every candidate with its place, what
// speaks against it and why it stands there.

import { parseArgs } from "node:util";
import { messageOf } from "../core/errors.ts";
import { maskText, maskUrl } from "../core/redact.ts";
import type { Explanation } from "../core/routing/explain.ts";
import { explainText } from "./explain_text.ts";
import type { CliIo } from "./io.ts";
import { askRouter, lookUpWithinMs } from "./router_answer.ts";

export const explainHelp =
  `lasso explain CHAIN METHOD [PARAMS] [--url URL] [--strategy ID] [--token TOKEN] [--json]

Asks a running router how it would route this call at this moment. Nothing is sent upstream.

  PARAMS         the JSON-RPC params, for instance '["latest",false]'
  --url URL      the router (default http://127.0.0.1:4000)
  --strategy ID  as if the request asked for this strategy
  --token TOKEN  the admin token, where the router wants one (LASSO_ADMIN_TOKEN)
  --json         print the answer as it came
  --help         this text

Exit: 0, or 1 when the router can't be reached or refuses; 2 usage.
`;

export async function explain(args: readonly string[], io: CliIo): Promise<number> {
  const options = {
    url: { type: "string" },
    strategy: { type: "string" },
    token: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (thrown) {
    io.err(`${messageOf(thrown)}\n\n${explainHelp}`);
    return 2;
  }
  const { values: flags, positionals } = parsed;
  if (flags.help) {
    io.out(explainHelp);
    return 0;
  }
  const [chain, method, params] = positionals;
  const base = flags.url ?? "http://127.0.0.1:4000";
  const isUrl = URL.canParse(base);
  if (chain === undefined || method === undefined || positionals.length > 3 || !isUrl) {
    io.err(isUrl ? explainHelp : `--url must be a URL, such as http://127.0.0.1:4000\n\n${explainHelp}`);
    return 2;
  }
  const url = new URL("/api/explain", base);
  url.searchParams.set("chain", chain);
  url.searchParams.set("method", method);
  if (params !== undefined) url.searchParams.set("params", params);
  if (flags.strategy !== undefined) url.searchParams.set("strategy", flags.strategy);
  const token = flags.token ?? io.env("LASSO_ADMIN_TOKEN");
  try {
    const { status, body } = await askRouter(url, token, lookUpWithinMs);
    const { data, error } = body as { data?: Explanation; error?: { message: string; hint?: string } };
    if (data === undefined) {
      io.err(
        `lasso: ${error?.message ?? `status ${status}`}\n${error?.hint ? `  fix: ${error.hint}\n` : ""}`,
      );
      return 1;
    }
    io.out(flags.json ? `${JSON.stringify(data, null, 2)}\n` : explainText(data));
    return 0;
  } catch (thrown) {
    io.err(
      `lasso: no router answers at ${maskUrl(base)}: ${
        maskText(messageOf(thrown))
      }\n  fix: start one with \`lasso serve\`, or give --url\n`,
    );
    return 1;
  }
}
