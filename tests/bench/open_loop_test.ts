// The open-loop generator against a real server that answers as the test wants.

import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { openLoop } from "../../bench/open_loop.ts";

const result = "0x01";

type Answer = (id: number) => { readonly status?: number; readonly body: string };

async function withServer(answer: Answer, use: (url: string) => Promise<void>): Promise<void> {
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (bytes: Uint8Array) => body += new TextDecoder().decode(bytes));
    request.on("end", () => {
      const { id } = JSON.parse(body) as { id: number };
      const { status = 200, body: text } = answer(id);
      response.writeHead(status, { "content-length": text.length }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/rpc`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const right: Answer = (id) => ({ body: JSON.stringify({ jsonrpc: "2.0", id, result }) });

Deno.test("openLoop() sends every call and gives a latency from its intended start", async () => {
  await withServer(right, async (url) => {
    const starts = Float64Array.from({ length: 60 }, (_, nth) => nth);
    const latencies = await openLoop({ url, connections: 4, result }, starts);
    assert.equal(latencies.length, 60);
    assert.ok(latencies.every((ms) => ms > 0));
  });
});

Deno.test("openLoop() counts the wait for a free connection", async () => {
  await withServer(right, async (url) => {
    // All are meant to start at once, but there is one connection: each latency holds those before it.
    const latencies = await openLoop({ url, connections: 1, result }, new Float64Array(20));
    for (let nth = 1; nth < 20; nth++) assert.ok(latencies[nth]! > latencies[nth - 1]!);
  });
});

Deno.test("openLoop() takes no wrong id, result or status", async () => {
  const cases: [Answer, RegExp][] = [
    [(id) => right(id + 1), /^A wrong answer \(id 1000000001, not 1000000000\)/],
    [(id) => ({ body: JSON.stringify({ id, result: "0x" }) }), /^A wrong answer \(another result\)/],
    [(id) => ({ ...right(id), status: 429 }), /^A wrong answer \(status 429\)/],
  ];
  for (const [answer, message] of cases) {
    await withServer(answer, async (url) => {
      const run = openLoop({ url, connections: 1, result }, new Float64Array(1));
      await assert.rejects(run, (thrown) => thrown instanceof Error && message.test(thrown.message));
    });
  }
});
