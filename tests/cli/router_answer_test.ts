import assert from "node:assert/strict";
import { askRouter } from "../../cli/router_answer.ts";

async function from(answer: () => Response | Promise<Response>): Promise<unknown> {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  return await askRouter(new URL(`http://127.0.0.1:${server.addr.port}/api/explain`), "tok", 10_000);
}

Deno.test("askRouter() gives data and errors of a router, whatever the status", async () => {
  const error = { code: "forbidden", message: "No." };
  assert.deepEqual(await from(() => Response.json({ error }, { status: 403 })), {
    status: 403,
    body: { error },
  });
  assert.deepEqual(await from(() => Response.json({ data: [] })), { status: 200, body: { data: [] } });
});

Deno.test("askRouter() knows a JSON-RPC node and a page from a router", async () => {
  const refusal = { jsonrpc: "2.0", id: null, error: { code: -32600, message: "POST only" } };
  for (
    const answer of [() => Response.json(refusal), () => new Response("<html>"), () => Response.json([1])]
  ) {
    await assert.rejects(from(answer), {
      name: "LassoError",
      message: "what answers is no Lasso (status 200)",
    });
  }
});

Deno.test("askRouter() gives up who accepts and says nothing, or does not end what it says", async () => {
  for (const begin of ["", 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data":']) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = new URL(`http://127.0.0.1:${listener.addr.port}/`);
    const asked = assert.rejects(askRouter(url, undefined, 50), { message: "no answer came within 0.05 s" });
    using taken = await listener.accept();
    await taken.write(new TextEncoder().encode(begin));
    await asked;
  }
});

Deno.test("askRouter() says why nothing was reached, and never shows the token", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const nowhere = new URL(`http://127.0.0.1:${listener.addr.port}/`);
  listener.close();
  await assert.rejects(askRouter(nowhere, undefined, 10_000), /Connection refused/);
  await assert.rejects(askRouter(nowhere, "a secret\n", 10_000), (thrown: Error) => {
    assert.match(thrown.message, /^it can't be asked: the token must be printable ASCII/);
    return !thrown.message.includes("secret");
  });
});
