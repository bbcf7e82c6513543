// The ledger's checkers find what a broken stream would do: rules are broken on purpose, outside the product, and each
// break must show. Without these, an empty list of faults would prove nothing.

import assert from "node:assert/strict";
import { faultsOf, type LedgerReport } from "../../../battle/simulator/ledger_record.ts";
import type { SubscriptionSink, Transport } from "../../../core/plugins/transport.ts";
import { ChainReader } from "../../../core/streams/chain_reader.ts";
import { StreamWorld } from "../../support/fake_stream_world.ts";
import { acknowledged, assertKept, type Case, oneLog, subscribed } from "../../support/stream_cases.ts";
import type { ClientSubscription } from "../../support/stream_client.ts";
import { FakeSubscription } from "../../support/world_transport.ts";

const twoLogs = [...oneLog, ...oneLog];

/** Six blocks, a reorg of two, two blocks: the records of an honest stream, which `spoil` then changes. */
async function spoiled(
  spoil: (entries: ClientSubscription["entries"]) => void,
  which: "heads" | "logs",
): Promise<LedgerReport> {
  const made = await subscribed();
  await using _ = made.world;
  await made.world.blocks(6, twoLogs);
  made.world.reorg(2, 3, twoLogs);
  await made.world.blocks(2, twoLogs);
  assertKept(made);
  spoil(made[which].entries);
  return made[which].check(made.world.chain.ledger);
}

Deno.test("the ledger shows a client that loses an event", async () => {
  const heads = await spoiled((entries) => void entries.splice(2, 1), "heads");
  assert.equal(heads.missing.length, 1);
  assert.equal(heads.unannouncedGaps.length, 1);
  const logs = await spoiled((entries) => void entries.splice(2, 1), "logs");
  assert.equal(logs.missing.length, 1);
});

Deno.test("the ledger shows a client that gets an event twice", async () => {
  const again = (entries: ClientSubscription["entries"]): void => void entries.splice(3, 0, entries[2]!);
  assert.equal((await spoiled(again, "heads")).duplicates.length, 1);
  assert.equal((await spoiled(again, "logs")).duplicates.length, 1);
});

Deno.test("the ledger shows a client that gets events in the wrong order", async () => {
  const swap = (entries: ClientSubscription["entries"]): void => {
    [entries[2], entries[3]] = [entries[3]!, entries[2]!];
  };
  assert.ok(faultsOf(await spoiled(swap, "heads")) > 0);
  assert.ok((await spoiled(swap, "logs")).outOfOrder.length > 0);
});

Deno.test("the ledger shows a client that is not told of removals", async () => {
  const keep = (entries: ClientSubscription["entries"]): void => {
    const kept = entries.filter((entry) => entry.kind !== "log" || !entry.removed);
    entries.splice(0, entries.length, ...kept);
  };
  assert.ok((await spoiled(keep, "logs")).wrongBranch.length > 0);
});

/** The client's subscriptions as the ledger sees them, after a switch from p1 to p2 with a block in between. */
async function afterSwitch(made: Case): Promise<LedgerReport[]> {
  const { world, heads, logs } = made;
  await world.blocks(5, twoLogs);
  world.upstream("p1").killWs();
  await world.blocks(6, twoLogs);
  return [heads, logs].map((one) => one.check(world.chain.ledger));
}

const inTurn = {
  providers: { p1: {}, p2: { traits: { ackDelayMs: 1_500 } } },
  chain: { race: { newHeads: 1, logs: 1 } },
  emptyBlooms: true,
} as const;

Deno.test("the ledger passes an honest switch", async () => {
  const made = await subscribed(inTurn);
  await using _ = made.world;
  for (const report of await afterSwitch(made)) assert.equal(faultsOf(report), 0, JSON.stringify(report));
});

/** Replaces a method for the time of `run`. */
async function patched<T extends object, K extends keyof T>(
  target: T,
  name: K,
  replacement: (original: T[K]) => T[K],
  run: () => Promise<void>,
): Promise<void> {
  const original = target[name];
  target[name] = replacement(original);
  try {
    await run();
  } finally {
    target[name] = original;
  }
}

Deno.test("the ledger shows a stream that does not make up for what a lost subscription did not tell", async () => {
  // Without the replay the window of the switch stays open.
  const nothing: ChainReader["logs"] = (_head, _filter, _expected, answered) => answered([]);
  await patched(ChainReader.prototype, "logs", () => nothing, async () => {
    const { world, logs } = await subscribed({
      ...inTurn,
      providers: { p1: { traits: { logsDelayMs: 700 } }, p2: {} },
    });
    await using _ = world;
    await world.blocks(8, twoLogs);
    world.mine(twoLogs);
    await world.advance(300);
    world.upstream("p1").killWs();
    await world.advance(700);
    await world.blocks(8, twoLogs);
    assert.ok(logs.check(world.chain.ledger).missing.length >= 2);
  });
});

/** A transport that drops what the upstream tells before its acknowledgement, which it should keep. */
class Forgetful implements SubscriptionSink {
  readonly #sink: SubscriptionSink;
  readonly #now: () => number;
  #deafUntil = Infinity;

  constructor(sink: SubscriptionSink, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  onConfirmed(): void {
    // What was kept comes right after this; and a little more is lost.
    this.#deafUntil = this.#now() + 2_500;
    this.#sink.onConfirmed();
  }

  onRefused(...args: Parameters<SubscriptionSink["onRefused"]>): void {
    this.#sink.onRefused(...args);
  }

  onEvent(result: string): void {
    if (this.#now() >= this.#deafUntil) this.#sink.onEvent(result);
  }

  onLost(...args: Parameters<SubscriptionSink["onLost"]>): void {
    this.#sink.onLost(...args);
  }
}

Deno.test("the ledger shows a transport that loses events after it confirmed", async () => {
  const world = new StreamWorld({ ...inTurn, providers: { p1: {} } });
  await using _ = world;
  // Only the logs: heads that are lost are made up for, because the next one shows the hole.
  for (const channel of world.route.chain.channels) {
    const transport: Transport = channel.transport;
    const subscribe = transport.subscribe?.bind(transport);
    if (subscribe === undefined) continue;
    transport.subscribe = (call, sink) =>
      call.body.includes('"logs"')
        ? subscribe(call, new Forgetful(sink, () => world.clock.now()))
        : subscribe(call, sink);
  }
  const client = world.client();
  const [heads, logs] = [client.heads(), client.logs()];
  await world.until(() => heads.ack !== null && logs.ack !== null);
  for (let nth = 0; nth < 24; nth++) {
    world.mine(twoLogs);
    await world.advance(100);
  }
  await world.advance(3_000);
  await world.blocks(10, twoLogs);
  assertKept({ world, client }, heads);
  assert.ok(logs.check(world.chain.ledger).missing.length > 0);
});

Deno.test("the ledger shows an upstream whose logs are doubled behind the stream's back", async () => {
  const made = await subscribed();
  await using _ = made.world;
  const { world, client, logs } = made;
  const deliver = client.deliver.bind(client);
  client.deliver = (message) => {
    deliver(message);
    if (message.text.includes('"logIndex":"0x1"')) deliver(message);
  };
  await world.blocks(3, twoLogs);
  assert.equal(logs.check(world.chain.ledger).duplicates.length, 3);
});

Deno.test("the world itself is honest: without faults each subscription of an upstream tells all", async () => {
  const pushed: string[] = [];
  await patched(
    FakeSubscription.prototype,
    "push",
    (original) =>
      function (this: FakeSubscription, texts: readonly string[]): void {
        pushed.push(...texts.map(() => this.kind));
        original.call(this, texts);
      },
    async () => {
      const world = new StreamWorld();
      await using _ = world;
      const client = world.client();
      await acknowledged(world, client.heads(), client.logs());
      await world.blocks(4, twoLogs);
      assert.equal(pushed.filter((kind) => kind === "newHeads").length, 4);
      assert.equal(pushed.filter((kind) => kind === "logs").length, 8);
      assertKept({ world, client });
    },
  );
});
