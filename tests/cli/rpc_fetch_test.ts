// Plain calls over a real socket.

import assert from "node:assert/strict";
import { chainIdOf, quantity, type RpcAnswer, rpcByFetch } from "../../cli/rpc_fetch.ts";

async function answered(
  respond: (request: Request) => Response | Promise<Response>,
  path = "/key",
  credentials = "",
): Promise<RpcAnswer> {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, respond);
  const target = {
    url: `http://${credentials}127.0.0.1:${server.addr.port}${path}`,
    headers: { "x-team": "core" },
    tls: {},
  };
  return await rpcByFetch(5000)(target, "eth_chainId", []);
}

Deno.test("rpcByFetch() posts one call with the provider's headers and basic auth", async () => {
  const seen: unknown[] = [];
  const answer = await answered(
    async (request) => {
      seen.push(request.method, new URL(request.url).pathname, request.headers.get("x-team"));
      seen.push(request.headers.get("authorization"), await request.json());
      return Response.json({ jsonrpc: "2.0", id: 1, result: "0x1" });
    },
    "/key",
    "user:p%40ss@",
  );
  assert.deepEqual(answer, { kind: "result", result: "0x1" });
  assert.deepEqual(seen, [
    "POST",
    "/key",
    "core",
    `Basic ${btoa("user:p@ss")}`,
    { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] },
  ]);
});

Deno.test("rpcByFetch() tells errors and faults apart", async () => {
  assert.deepEqual(await answered(() => Response.json({ id: 1, error: { code: -32601, message: "no" } })), {
    kind: "error",
    code: -32601,
    message: "no",
  });
  assert.deepEqual(await answered(() => new Response("<html>", { status: 502 })), {
    kind: "fault",
    message: "HTTP 502, and no JSON",
  });
  assert.deepEqual(await answered(() => Response.json({ ok: true })), {
    kind: "fault",
    message: "HTTP 200, no JSON-RPC",
  });
});

Deno.test("rpcByFetch() masks the URL of a provider that is not there", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response());
  const { port } = server.addr;
  await server.shutdown();
  const answer = await rpcByFetch(5000)(
    { url: `http://127.0.0.1:${port}/secret-key`, headers: {}, tls: {} },
    "eth_chainId",
    [],
  );
  assert.ok(answer.kind === "fault");
  assert.ok(!answer.message.includes("secret-key"), answer.message);
});

Deno.test("chainIdOf() reads the quantity, or rejects with the reason", async () => {
  const target = { url: "http://127.0.0.1", headers: {}, tls: {} };
  assert.equal(await chainIdOf(() => Promise.resolve({ kind: "result", result: "0x2105" }), target), 8453);
  await assert.rejects(
    chainIdOf(() => Promise.resolve({ kind: "fault", message: "refused" }), target),
    /^Error: refused$/,
  );
  await assert.rejects(
    chainIdOf(() => Promise.resolve({ kind: "result", result: 1 }), target),
    /no chain id/,
  );
  assert.equal(quantity("0x"), null);
  assert.equal(quantity("0xffffffffffffffffff"), null);
});

Deno.test("rpcByFetch() makes one plain line of a provider's words: nothing in them steers the terminal", async () => {
  const message = (text: string): Promise<RpcAnswer> =>
    answered(() => Response.json({ id: 1, error: { code: -1, message: text } }));
  assert.deepEqual(await message("\u001b[31mred\r\nnext\u2028\u202eline\t"), {
    kind: "error",
    code: -1,
    message: "[31mred next line",
  });
  const long = await message("x".repeat(10_000));
  assert.ok(long.kind === "error" && long.message === `${"x".repeat(255)}…`);
});

Deno.test("rpcByFetch() gives up an answer that has no end", async () => {
  const endless = (): Response =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)) }));
  assert.deepEqual(await answered(endless), { kind: "fault", message: "HTTP 200, longer than 32 MB" });
});
