import assert from "node:assert/strict";
import { readAnswer, requestText } from "../../support/http_exchange.ts";
import { RawClient } from "../../support/raw_client.ts";
import { TestLasso } from "../../support/test_lasso.ts";
import { longBodies, longHead, type TestBody } from "../../support/test_upstream.ts";

const call = '{"jsonrpc":"2.0","id":7,"method":"eth_gasPrice"}';
const logs = '{"jsonrpc":"2.0","id":7,"method":"eth_getLogs","params":[{}]}';

const piece = "p".repeat(100_000);

async function withLongBody(
  path: string,
  check: (client: RawClient, body: TestBody, lasso: TestLasso) => Promise<void>,
): Promise<void> {
  await using lasso = await TestLasso.start();
  const bodies = longBodies(lasso.upstream("a"), "eth_getLogs");
  await using client = await RawClient.connect(lasso.server.port);
  await client.send(requestText({ method: "POST", path, body: logs }));
  await lasso.until(() => bodies[0]?.piped === true);
  await check(client, bodies[0] as TestBody, lasso);
}

Deno.test("writeStream() streams a long result unchanged, with metadata behind it", async () => {
  for (const meta of ["none", "body", "headers"]) {
    await withLongBody(`/rpc/eth?include_meta=${meta}`, async (client, body, lasso) => {
      body.push(piece).push(`${piece}é"`).push(" }\n").end();
      const answer = readAnswer(await client.until((received) => received.endsWith("\r\n0\r\n\r\n")));
      assert.deepEqual([answer.status, answer.chunked, answer.complete], [200, true, true]);
      const start = `{"jsonrpc":"2.0","id":7,"result":"${longHead}${piece}${piece}é"`;
      assert.ok(answer.body.startsWith(start));
      const rest = answer.body.slice(start.length);
      if (meta === "body") assert.equal(JSON.parse(`{"x":1${rest}`).lasso_meta.selected_provider.id, "a");
      else assert.equal(rest, "}");
      assert.equal(answer.headers["x-lasso-meta"] !== undefined, meta === "headers");
      await lasso.until(() => lasso.completed.length === 1);
      assert.equal(lasso.completed[0]?.streamFailure, null);
      // The connection is good for the next request.
      client.take();
      await client.send(requestText({ method: "POST", path: "/rpc/eth", body: call }));
      await client.until((received) => received.endsWith('"result":"a"}'));
    });
  }
});

Deno.test("writeStream() cuts the client's answer where the upstream was cut", async () => {
  await withLongBody("/rpc/eth", async (client, body, lasso) => {
    body.push(piece).fail();
    const answer = readAnswer(await client.untilEnd());
    assert.deepEqual([answer.status, answer.chunked, answer.complete], [200, true, false]);
    assert.ok(answer.body.startsWith(`{"jsonrpc":"2.0","id":7,"result":"${longHead}`));
    await lasso.until(() => lasso.completed.length === 1);
    assert.equal(lasso.completed[0]?.streamFailure, "the upstream closed within its answer");
  });
});

Deno.test("writeStream() gives the upstream up when the client leaves a long answer", async () => {
  await withLongBody("/rpc/eth", async (client, body, lasso) => {
    body.push(piece);
    await client.until((received) => received.length > 20_000);
    client.socket.destroy();
    await lasso.until(() => body.cancelled);
    await lasso.until(() => lasso.completed.length === 1);
    assert.equal(lasso.completed[0]?.streamFailure, "cancelled");
  });
});

Deno.test("writeStream() lets the upstream wait for a slow client", async () => {
  await withLongBody("/rpc/eth", async (client, body, lasso) => {
    client.socket.pause();
    while (body.pauses === 0) {
      for (let k = 0; k < 10; k++) body.push(piece);
      await lasso.until(() => true);
    }
    body.push('"}').end();
    client.socket.resume();
    const answer = readAnswer(await client.until((received) => received.endsWith("\r\n0\r\n\r\n")));
    assert.match(answer.body, /^\{"jsonrpc":"2.0","id":7,"result":"h+p+"\}$/);
  });
});
