// Races over real sockets: simulated providers announce each event a known time apart, the simulator notes when each
// announcement went out, and Lasso's results are compared with that, race by race.

import assert from "node:assert/strict";
import type { SimulatedProvider } from "../../battle/simulator/provider.ts";
import { systemClock } from "../../core/clock.ts";
import type { RaceRank } from "../../core/measure/history/model.ts";
import type { FeedEvent } from "../../core/server/event_hub.ts";
import { StreamStage } from "../support/stream_stage.ts";
import { inTempDir } from "../support/temp_dir.ts";
import { until } from "../support/until.ts";
import { WsClient } from "../support/ws_client.ts";

interface Told {
  readonly type: string;
  readonly key: string;
  readonly block: number | null;
  readonly winner: string;
  readonly margins: readonly { readonly provider: string; readonly ms: number | null }[];
}

/** By `provider key`: monotonic ms at which it was sent. */
type Sent = Map<string, number>;

/** ms. Well after the work of making a block, which keeps the loop busy that simulator and router share here. */
const delays = { a: 60, b: 40, c: 85 } as const;
const names = Object.keys(delays) as (keyof typeof delays)[];
/** Slow enough that the feed's bound on races (10 of a kind each second) leaves none out. */
const blockTimeMs = 250;

function noteSent(providers: readonly SimulatedProvider[]): Sent {
  const sent: Sent = new Map();
  for (const provider of providers) {
    const note = (key: string): void => void sent.set(`${provider.name} ${key}`, systemClock.now());
    provider.onAnnounced({
      onHead: ({ hash }) => note(hash),
      onLog: () => {},
      onTransaction: ({ hash }) => note(hash),
      onSyncing: () => {},
    });
  }
  return sent;
}

async function start(
  chain: Readonly<Record<string, unknown>>,
  server: Readonly<Record<string, unknown>> = {},
): Promise<StreamStage> {
  const stage = await StreamStage.start({ names, blockTimeMs: 0, speed: 1, chain, server });
  for (const name of names) {
    stage.provider(name).set({ eventDelay: { kind: "fixed", ms: delays[name] } });
  }
  return stage;
}

/** Every race that the feed tells from now on. */
function listen(stage: StreamStage): Told[] {
  const told: Told[] = [];
  stage.lasso.server.state.deps.hub.listen({
    heard: ({ topic, members }: FeedEvent) => {
      if (topic === "race") told.push(JSON.parse(`{${members}}`) as Told);
    },
  });
  return told;
}

/** A reader of its own at each provider: by `provider key` when its copy arrived, monotonic ms. */
async function observe(
  stage: StreamStage,
  params: readonly unknown[],
  stack: AsyncDisposableStack,
): Promise<Sent> {
  const arrived: Sent = new Map();
  for (const { name, wsUrl } of stage.providers) {
    const socket = stack.use(await WsClient.connect(wsUrl));
    socket.ws.on("message", (raw: unknown) => {
      const now = systemClock.now();
      const { params: told } = JSON.parse(String(raw)) as { params?: { result: string | { hash: string } } };
      if (told === undefined) return;
      arrived.set(`${name} ${typeof told.result === "string" ? told.result : told.result.hash}`, now);
    });
    await socket.ask({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params });
  }
  return arrived;
}

interface Compared {
  readonly margin: number;
  /** The loser's sending less the winner's. */
  readonly byLedger: number;
  /** Between these the true margin lies: each copy arrived after it was sent and before the other reader had it. */
  readonly least: number;
  readonly most: number;
}

function compared(told: readonly Told[], sent: Sent, arrived: Sent): Compared[] {
  return told.flatMap(({ key, winner, margins }) =>
    margins.slice(1).filter(({ ms }) => ms !== null).map(({ provider, ms }) => {
      const [lost, won] = [`${provider} ${key}`, `${winner} ${key}`];
      return {
        margin: ms!,
        byLedger: sent.get(lost)! - sent.get(won)!,
        least: sent.get(lost)! - arrived.get(won)!,
        most: arrived.get(lost)! - sent.get(won)!,
      };
    })
  );
}

/**
 * A wrong winner would have negative margins by the ledger. Of 100 margins 95 lie within 1 ms of what the ledger and
 * the other reader leave possible: where the machine took its time between sending and reading that is more than 1 ms
 * around the ledger's margin, else it is not.
 */
function assertAgrees(found: readonly Compared[]): void {
  const outside = found.map(({ margin, least, most }) => Math.max(least - margin, margin - most, 0));
  const high = outside.toSorted((a, b) => a - b)[Math.floor(0.95 * (outside.length - 1))]!;
  assert.ok(high <= 1, `of ${found.length} margins 5 % are more than ${high} ms beside the ledger`);
  const quiet = found.filter(({ byLedger, least, most }) => byLedger - least <= 1 && most - byLedger <= 1);
  const errors = quiet.map(({ margin, byLedger }) => Math.abs(margin - byLedger)).toSorted((a, b) => a - b);
  const quietHigh = errors[Math.floor(0.95 * (errors.length - 1))] ?? 0;
  assert.ok(quietHigh <= 1, `of ${quiet.length} undisturbed margins 5 % are more than ${quietHigh} ms off`);
}

Deno.test("races of heads over real sockets agree with the simulator's ledger within 1 ms", async () => {
  await using stack = new AsyncDisposableStack();
  const stage = stack.use(await start({ race: { newHeads: 3, logs: 1 } }));
  const sent = noteSent(stage.providers);
  const client = stack.use(await stage.connect("client"));
  await client.heads();
  await until("all are subscribed", () => {
    const open = (one: SimulatedProvider): number => one.stats.subscriptionsByKind.newHeads.open;
    return stage.providers.every((one) => open(one) === 1);
  });
  const arrived = await observe(stage, ["newHeads"], stack);
  const told = listen(stage);
  stage.chain.setBlockTime(blockTimeMs);
  await until("40 races", () => told.length >= 40, 60_000);
  stage.chain.setBlockTime(0);
  assert.equal(new Set(told.map(({ key }) => key)).size, told.length, "one race for each block");
  for (const { key, block, margins } of told) {
    assert.equal(margins.length, 3);
    assert.equal(stage.ledger.block(key)?.number, block);
  }
  assertAgrees(compared(told, sent, arrived));
  const [best] = stage.lasso.races.ranking("sim", "newHeads");
  assert.ok(best !== undefined && best.provider === "b" && best.winRate > 0.5, JSON.stringify(best));
});

Deno.test("races of pending transactions are told apart by their hashes", async () => {
  await using stack = new AsyncDisposableStack();
  const stage = stack.use(await start({ race: { newHeads: 1, newPendingTransactions: 2 } }));
  stage.provider("c").set({ denySubscriptions: ["newPendingTransactions"] });
  const client = stack.use(await WsClient.connect(stage.wsUrl));
  await client.ask({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newPendingTransactions"] });
  await until("two are subscribed", () => {
    const open = (one: SimulatedProvider): number =>
      one.stats.subscriptionsByKind.newPendingTransactions.open;
    return stage.providers.reduce((sum, one) => sum + open(one), 0) === 2;
  });
  const sent = noteSent(stage.providers);
  const told = listen(stage);
  stage.chain.setBlockTime(blockTimeMs);
  await until("20 races", () => told.length >= 20);
  stage.chain.setBlockTime(0);
  assert.equal(new Set(told.map(({ key }) => key)).size, told.length);
  for (const { type, key, block, margins } of told) {
    assert.deepEqual([type, block], ["newPendingTransactions", null]);
    assert.deepEqual(margins.map(({ provider }) => provider).toSorted(), ["a", "b"]);
    assert.ok(sent.has(`b ${key}`), "its key is the transaction's hash");
  }
  const [best] = stage.lasso.races.ranking("sim", "newPendingTransactions");
  assert.equal(best?.provider, "b");
});

Deno.test("races of a process before count on after a restart, from the data folder", () =>
  inTempDir(async (dir) => {
    const race = { newHeads: 3, logs: 1 };
    const first = await start({ race }, { data_dir: dir });
    let before: readonly RaceRank[];
    try {
      await using client = await first.connect("client");
      await client.heads();
      first.chain.setBlockTime(blockTimeMs);
      await until("12 races", () => (first.lasso.races.ranking("sim", "newHeads")[0]?.races ?? 0) >= 12);
      first.chain.setBlockTime(0);
      await until("the last race is over", () => first.lasso.races.open(null, 1).length === 0);
      before = structuredClone(first.lasso.races.ranking("sim", "newHeads"));
    } finally {
      await first[Symbol.asyncDispose]();
    }
    await using second = await start({ race }, { data_dir: dir });
    const ranking = (): readonly RaceRank[] => second.lasso.races.ranking("sim", "newHeads");
    await until("scores of before", () => ranking().length === before.length);
    for (const [index, { avgMarginMs, score, ...rest }] of ranking().entries()) {
      const { avgMarginMs: marginBefore, score: scoreBefore, ...restBefore } = before[index]!;
      assert.deepEqual(rest, restBefore);
      assert.ok(Math.abs(score - scoreBefore) < 1e-4, `${score} after, ${scoreBefore} before`);
      assert.ok(Math.abs((avgMarginMs ?? 0) - (marginBefore ?? 0)) < 1e-3);
    }
  }));
