// `WS /v1/ws/{chain}` over a simulated chain and real sockets: blocks with their transactions, logs, reorgs and states
// of providers reach clients in order and without a gap, whatever happens to the providers that they come from.

import assert from "node:assert/strict";
import { StreamStage } from "../support/stream_stage.ts";
import { until } from "../support/until.ts";
import { WsClient } from "../support/ws_client.ts";

/** Faster, and the times after which Lasso gives up would be those of a machine with much to do. */
const speed = 2;

interface Block {
  readonly number: string;
  readonly hash: string;
  readonly parentHash: string;
  readonly transactions?: readonly (string | { readonly hash: string })[];
}

interface Message {
  readonly type: string;
  readonly chain?: string;
  readonly data?: unknown;
  readonly message?: string;
  readonly events?: readonly string[];
}

function messages(client: WsClient): Message[] {
  return client.messages.map((text) => JSON.parse(text) as Message);
}

function blocks(client: WsClient): Block[] {
  return messages(client).filter(({ type }) => type === "block").map(({ data }) => data as Block);
}

async function connect(stage: StreamStage, subscribe?: unknown): Promise<WsClient> {
  const client = await WsClient.connect(`${stage.lasso.server.url.replace(/^http/, "ws")}/v1/ws/sim`);
  if (subscribe !== undefined) client.send(subscribe);
  return client;
}

/** Every block stands on the one before it, but where the client was told of a reorg. */
function assertLinked(client: WsClient, tellsReorgs: boolean): void {
  const path: string[] = [];
  for (const { type, data } of messages(client)) {
    if (type === "reorg") {
      const { ancestor, depth, old_head } = data as {
        ancestor: { hash: string };
        depth: number;
        old_head: { hash: string };
      };
      assert.equal(path.at(-1), old_head.hash, "the old head was the last one that was told");
      path.splice(Math.max(0, path.length - depth));
      if (path.length > 0) assert.equal(path.at(-1), ancestor.hash);
    } else if (type === "block") {
      const { hash, parentHash } = data as Block;
      if (path.length > 0 && tellsReorgs) assert.equal(parentHash, path.at(-1), "linked");
      path.push(hash);
    }
    assert.notEqual(type, "error");
    assert.notEqual(type, "gap");
  }
}

Deno.test("v1 sockets follow the chain through failovers and reorgs, each block once with its transactions", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 40, seed: 5, speed });
  await using hashes = await connect(stage, { type: "subscribe", events: ["reorg"] });
  await using full = await connect(stage, { type: "subscribe", include: "full", events: ["reorg"] });
  await using header = await connect(stage, { type: "subscribe", include: "header", events: ["reorg"] });
  const clients = [hashes, full, header];
  await until("all get blocks", () => clients.every((client) => blocks(client).length >= 3));
  for (const name of ["a", "b", "c", "a"]) {
    await stage.provider(name).kill();
    await stage.blocks(6);
    stage.chain.reorg(2, { newBlocks: 3 });
    await stage.blocks(4);
    await stage.provider(name).revive();
    await stage.blocks(4);
  }
  stage.chain.setBlockTime(0);
  const tip = (): string => stage.chain.head.hash;
  await until("all have the tip", () => clients.every((client) => blocks(client).at(-1)?.hash === tip()));
  for (const client of clients) assertLinked(client, true);
  assert.ok(messages(hashes).filter(({ type }) => type === "reorg").length >= 3, "reorgs were told");
  const last = stage.chain.head;
  const told = blocks(hashes).at(-1)!;
  assert.deepEqual(told.transactions, last.transactions.map(({ hash }) => hash));
  assert.equal(blocks(header).at(-1)?.transactions, undefined);
  const whole = blocks(full).at(-1)?.transactions as readonly { hash: string }[];
  assert.deepEqual(whole.map(({ hash }) => hash), last.transactions.map(({ hash }) => hash));
});

Deno.test("v1 sockets give logs, pending transactions and states of providers to who subscribed", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 50, seed: 6, speed });
  const events = ["log", "pending_transaction", "provider"];
  await using client = await connect(stage, { type: "subscribe", events, filter: {} });
  await using other = await connect(stage);
  const types = (of: WsClient): Set<string> => new Set(messages(of).map(({ type }) => type));
  await until(
    "logs and transactions",
    () => types(client).has("log") && types(client).has("pending_transaction"),
  );
  const confirmed = messages(client).find(({ type }) => type === "subscribed");
  assert.deepEqual(confirmed?.events, ["block", ...events]);
  const log = messages(client).find(({ type }) => type === "log")!;
  assert.equal(log.chain, "sim");
  assert.match((log.data as { blockHash: string }).blockHash, /^0x[0-9a-f]{64}$/);
  await stage.provider("a").kill();
  await until(
    "the state of a",
    () =>
      messages(client).some(({ type, data }) =>
        type === "provider" && (data as { provider: string; state: string }).provider === "a" &&
        (data as { state: string }).state !== "up"
      ),
  );
  assert.deepEqual([...types(other)], ["block"]);
  client.send({ type: "subscribe", events: [] });
  await until(
    "nothing but blocks",
    () =>
      messages(client).at(-1)?.type === "block" &&
      messages(client).some(({ events }) => events?.length === 1),
  );
  const from = client.messages.length;
  await stage.blocks(5);
  assert.deepEqual(new Set(messages(client).slice(from).map(({ type }) => type)), new Set(["block"]));
});
