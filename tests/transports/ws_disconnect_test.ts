import assert from "node:assert/strict";
import { createWsTransport } from "../../transports/ws.ts";
import { NastyWsServer } from "../support/nasty_ws_server.ts";
import { ask, probe, rpcCall, testDeps, testTarget } from "../support/transport_probe.ts";

Deno.test("ws disconnect() fails what is under way with closed, and the next call connects at once", async () => {
  await using server = await NastyWsServer.start();
  // A wait after the loss would be as long as it may be.
  const deps = testDeps({ random: { next: () => 0.999 } });
  const transport = createWsTransport(testTarget(server.url("ok")), deps);
  try {
    for (let round = 1; round <= 4; round++) {
      assert.equal((await ask(transport, rpcCall(round))).failure, null);
      assert.equal(server.sessions.length, round);
      transport.disconnect("by hand");
      await server.until(({ open }) => open === 0);
    }
  } finally {
    await transport[Symbol.asyncDispose]();
  }
});

Deno.test("ws disconnect() tells a call that waits for its answer, and one that waits for the connection", async () => {
  await using server = await NastyWsServer.start();
  const transport = createWsTransport(testTarget(server.url("hang")), testDeps());
  try {
    const dialling = probe(transport, rpcCall(1));
    transport.disconnect("by hand");
    const { failure } = await dialling.outcome;
    assert.deepEqual([failure?.code, failure?.message, failure?.sent], ["closed", "by hand", false]);
    const waiting = probe(transport, rpcCall(2));
    await server.until(() => server.requests.length === 1);
    transport.disconnect("by hand");
    const { failure: cut } = await waiting.outcome;
    assert.deepEqual([cut?.code, cut?.message, cut?.sent], ["closed", "by hand", true]);
  } finally {
    await transport[Symbol.asyncDispose]();
  }
});
