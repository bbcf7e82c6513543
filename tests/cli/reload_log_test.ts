import assert from "node:assert/strict";
import { alive } from "../support/alive.ts";
import { loadText, startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";

const config = (observability: string): string =>
  `chains: { ethereum: { providers: [{ id: a, url: "http://127.0.0.1:1" }] } }\nobservability: ${observability}\n`;

Deno.test("reload() takes over how long messages in the log may be", () => alive(reloadTwice));

async function reloadTwice(): Promise<void> {
  const lines: string[] = [];
  await using router = await startLasso(config("{}"), { onLog: (line) => lines.push(line) });
  const reload = (yaml: string) => router.reload(() => loadText(yaml), (settings) => settings);
  await reload(config("{ max_error_message_chars: 8 }"));
  await reload(config("{ max_error_message_chars: 8, sampling: { rate: 0 } }"));
  const told = await until("both reloads are logged", () => {
    const found = lines.filter((line) => line.includes('"config.reload"'));
    return found.length === 2
      ? found.map((line) => (JSON.parse(line) as { message: string }).message)
      : undefined;
  }, 5_000);
  assert.deepEqual(told, ["config …", "config …"]);
}
