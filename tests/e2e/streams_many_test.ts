// A thousand clients on the same streams over real sockets: what they cost upstream, and one among them that stops
// reading.

import assert from "node:assert/strict";
import { simTokens } from "../../battle/simulator/world.ts";
import type { LedgerClient } from "../support/ledger_client.ts";
import type { RawClient } from "../support/raw_client.ts";
import { StreamStage } from "../support/stream_stage.ts";
import { until } from "../support/until.ts";
import { clientFrame, rawWs, serverFrames } from "../support/ws_client.ts";

const [{ address }] = simTokens;
const clientCount = 1_000;

function upstream(stage: StreamStage, kind: "newHeads" | "logs", count: "open" | "opened"): number {
  return stage.providers.reduce((sum, { stats }) => sum + stats.subscriptionsByKind[kind][count], 0);
}

async function connectMany(stage: StreamStage, stack: AsyncDisposableStack): Promise<LedgerClient[]> {
  const clients: LedgerClient[] = [];
  while (clients.length < clientCount) {
    // A few at a time: the listener's queue of new connections is the system's.
    const some = Array.from({ length: 100 }, (_, index) => stage.connect(`client ${clients.length + index}`));
    for (const client of await Promise.all(some)) clients.push(stack.use(client));
  }
  return clients;
}

/** Subscribes `count` times to heads, and reads no byte of what comes. */
async function stalledClient(stage: StreamStage, count: number): Promise<RawClient> {
  const { port } = stage.lasso.server;
  const client = await rawWs(port, "/rpc/sim");
  const before = stage.metric("lasso_stream_clients");
  client.socket.pause();
  for (let id = 1; id <= count; id++) {
    await client.send(
      clientFrame(`{"jsonrpc":"2.0","id":${id},"method":"eth_subscribe","params":["newHeads"]}`),
    );
  }
  await until("it has subscribed", () => stage.metric("lasso_stream_clients") === before + count);
  return client;
}

Deno.test("1,000 clients cost as many upstream subscriptions as race; one that does not read is cut off, the others have everything", async () => {
  await using stage = await StreamStage.start({
    blockTimeMs: 0,
    speed: 2,
    server: { ws: { queue: "256kb" } },
  });
  await using stack = new AsyncDisposableStack();
  const clients = await connectMany(stage, stack);
  const { state } = stage.lasso.server;
  await Promise.all(
    clients.map((client, index) => index % 2 === 0 ? client.heads() : client.logs({ address })),
  );
  await until("two upstreams race", () => upstream(stage, "newHeads", "open") === 2);
  assert.equal(upstream(stage, "logs", "open"), 1);
  assert.equal(state.websockets(), clientCount);

  await using stalled = await stalledClient(stage, 500);
  assert.equal(state.websockets(), clientCount + 1);
  // Each block is 500 messages to it: some fill the buffers of the system, then those of its own.
  const last = clients[0]!.subscriptions[0]!.entries;
  for (let block = 0; state.websockets() > clientCount; block++) {
    assert.ok(block < 60, "it is cut off");
    const { number } = stage.chain.mine();
    await until("the others have the block", () => {
      const entry = last.at(-1);
      return entry?.kind === "head" && entry.number === number;
    });
  }
  await until("what it had is released", () => stage.metric("lasso_stream_clients") === clientCount);
  stalled.socket.resume();
  await stalled.closed;
  const close = serverFrames(stalled.received).find(({ opcode }) => opcode === 8);
  if (close !== undefined) {
    assert.equal(close.payload.charCodeAt(0) * 256 + close.payload.charCodeAt(1), 1013);
  }

  await stage.settle(clients);
  assert.equal(upstream(stage, "newHeads", "opened"), 2);
  assert.equal(upstream(stage, "logs", "opened"), 1);
  assert.equal(state.websockets(), clientCount);
});

Deno.test("the last client's leave ends the upstream subscriptions after a grace; one that comes within it finds them", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 20, speed: 5 });
  const both = (count: "open" | "opened"): number =>
    upstream(stage, "newHeads", count) + upstream(stage, "logs", count);
  const first = await stage.connect("first");
  await first.heads();
  const logs = await first.logs({ address });
  await until("it streams", () => both("open") === 3);
  const opened = both("opened");
  await first.unsubscribe(logs);
  await first[Symbol.asyncDispose]();
  {
    await using second = await stage.connect("second");
    await second.heads();
    await second.logs({ address });
    await stage.blocks(3);
    assert.equal(both("opened"), opened);
    await stage.settle([second]);
  }
  await until("nothing streams", () => both("open") === 0);
  assert.equal(stage.metric("lasso_streams"), 0);
});
