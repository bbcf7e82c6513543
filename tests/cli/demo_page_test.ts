import assert from "node:assert/strict";
import { demoPage } from "../../cli/demo_page.ts";

const page = demoPage({
  baseUrl: "http://127.0.0.1:4000",
  chains: ["ethereum", "base"],
  providers: ["swift", "steady", "shaky"],
});

Deno.test("demoPage() fits a terminal of 80 columns and 30 lines", () => {
  const lines = page.trimEnd().split("\n");
  assert.ok(lines.length <= 30, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= 80, `${line.length} columns: ${line}`);
});

Deno.test("demoPage() needs nothing but curl: its first command can be pasted as it is", () => {
  const from = page.indexOf("  curl ");
  const command = page.slice(from, page.indexOf("\n\n", from)).split("\n");
  const end = command.findIndex((line) => !line.endsWith("\\"));
  assert.ok(command.slice(0, end).every((line) => line.endsWith(" \\")));
  assert.match(command[end]!, /-d '\{.*\}'$/);
  assert.doesNotMatch(page, /\$[A-Z]/); // No variable that would have to be set first.
});

for (
  const part of [
    "http://127.0.0.1:4000/rpc/base\n",
    "'http://127.0.0.1:4000/rpc/ethereum?include_meta=body'",
    "/rpc/provider/shaky/ethereum",
    "/rpc/round_robin/ethereum",
    "/status",
    "/metrics",
    "curl 'http://127.0.0.1:4000/api/explain?chain=ethereum&method=eth_call'",
    "createPublicClient",
    "Ctrl-C",
  ]
) {
  Deno.test(`demoPage() shows ${part.trim()}`, () => assert.ok(page.includes(part)));
}
