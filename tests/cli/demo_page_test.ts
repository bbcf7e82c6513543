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

Deno.test("demoPage() shows a WebSocket command that can be pasted: it prints what is announced", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => {
      socket.send(`heard ${JSON.parse(data).params[0]}`);
      socket.close();
    };
    return response;
  });
  const own = demoPage({ baseUrl: `http://127.0.0.1:${server.addr.port}`, chains: ["base"], providers: [] });
  const [, script] = own.match(/deno eval '([^']+)'/)!;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", script!] }).output();
  assert.equal(new TextDecoder().decode(stdout).trim(), "heard newHeads");
  await server.shutdown();
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
    "ws://127.0.0.1:4000/rpc/ethereum",
    "Ctrl-C",
  ]
) {
  Deno.test(`demoPage() shows ${part.trim()}`, () => assert.ok(page.includes(part)));
}
