import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { noHistory } from "../../../../core/measure/history/no_history.ts";
import type { CellGroup, CellQuery } from "../../../../core/measure/history/model.ts";
import { hashOf, RaceStand } from "../../../support/race_stand.ts";

Deno.test("RaceBook closes a race when all took part: winner, margins, row, event, ranking", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream();
  stream.join("c");
  stream.copy("b", hashOf(7), 7);
  await stand.clock.advance(3.25);
  stream.copy("a", hashOf(7), 7);
  assert.deepEqual(stand.rows, []);
  await stand.clock.advance(10);
  stream.copy("c", hashOf(7), 7);
  const margins = [
    { provider: "b", transport: "ws", ms: 0 },
    { provider: "a", transport: "ws", ms: 3.25 },
    { provider: "c", transport: "ws", ms: 13.25 },
  ];
  const row = { chain: "ethereum", event: "newHeads", key: hashOf(7), block: 7, winner: "b", margins };
  assert.deepEqual(stand.rows, [{ at: 1_700_000_000_000, ...row }]);
  const { event, ...rest } = row;
  assert.deepEqual(stand.told, [{
    ...rest,
    event: "race.result",
    type: event,
    first_at: 1_700_000_000_000,
  }]);
  assert.deepEqual(stand.ranking().toSorted(), ["a 0/1/0", "b 1/0/0", "c 0/1/0"]);
});

Deno.test("RaceBook closes a race after two block times: who did not deliver has missed it, later copies say nothing", async () => {
  const stand = new RaceStand();
  using book = stand.book;
  const stream = stand.stream("newHeads", 500);
  stream.copy("a", hashOf(1), 1);
  await stand.clock.advance(999);
  assert.equal(book.open("ethereum", 10).length, 1);
  assert.deepEqual(stand.rows, []);
  await stand.clock.advance(30);
  assert.deepEqual(stand.margins(), ["a 0, b missed"]);
  assert.deepEqual(book.open(null, 10), []);
  stream.copy("b", hashOf(1), 1);
  await stand.clock.advance(5_000);
  assert.deepEqual(stand.margins(), ["a 0, b missed"], "no race of its own for a late copy");
  assert.deepEqual(stand.ranking(), ["a 1/0/0", "b 0/0/1"]);
  assert.equal(stand.clock.pending, 0);
});

Deno.test("RaceBook takes no copy after the window, also when nobody has swept yet", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream("newHeads", 5);
  stream.copy("a", hashOf(1), 1);
  await stand.clock.advance(10.5); // The sweep comes after 20 ms at the soonest.
  stream.copy("b", hashOf(1), 1);
  await stand.clock.advance(20);
  assert.deepEqual(stand.margins(), ["a 0, b missed"]);
});

Deno.test("RaceBook counts a copy that comes twice once", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream();
  stream.copy("a", hashOf(1), 1);
  stream.copy("a", hashOf(1), 1);
  await stand.clock.advance(5);
  stream.copy("b", hashOf(1), 1);
  await stand.clock.advance(5);
  stream.copy("b", hashOf(1), 1);
  stream.copy("a", hashOf(1), 1);
  await stand.clock.advance(3_000);
  assert.deepEqual(stand.margins(), ["a 0, b 5"]);
});

Deno.test("RaceBook: who joined after a race opened takes no part in it, and an event told alone is no race", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream();
  stream.leave("b", false);
  stream.copy("a", hashOf(1), 1);
  stream.copy("a", hashOf(2), 2);
  stream.join("b");
  stream.copy("b", hashOf(2), 2); // It catches up on what was told before it came.
  stream.copy("a", hashOf(3), 3);
  stream.join("c");
  stream.copy("c", hashOf(3), 3);
  stream.copy("b", hashOf(3), 3);
  await stand.clock.advance(3_000);
  assert.deepEqual(stand.margins(), ["a 0, b 0"]);
});

Deno.test("RaceBook: events without a block are raced two block times after somebody joined", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream("newPendingTransactions", 1_000);
  stream.copy("b", hashOf(1), null); // "a" may have told it before.
  await stand.clock.advance(1_999);
  stream.copy("a", hashOf(2), null);
  await stand.clock.advance(1);
  stream.copy("a", hashOf(3), null);
  await stand.clock.advance(4);
  stream.copy("b", hashOf(3), null);
  assert.deepEqual(stand.rows.map(({ key, event, block }) => [key, event, block]), [
    [hashOf(3), "newPendingTransactions", null],
  ]);
});

Deno.test("RaceBook: one that is lost has missed what it did not deliver, one that was let go has not", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream();
  stream.join("c");
  stream.copy("a", hashOf(1), 1);
  stream.leave("b", false);
  stream.leave("c", true);
  await stand.clock.advance(3_000);
  assert.deepEqual(stand.margins(), ["a 0, b missed"]);
  stream.join("d");
  stream.copy("a", hashOf(2), 2);
  stream.leave("d", true);
  await stand.clock.advance(3_000);
  assert.equal(stand.rows.length, 1, "nobody was left to race against");
  assert.deepEqual(stand.ranking(), ["a 1/0/0", "b 0/0/1"]);
});

Deno.test("RaceBook: a reorged block is a race by its hash, and a block that comes back is the old one", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream();
  for (const hash of [hashOf(0xa), hashOf(0xb), hashOf(0xa)]) {
    stream.copy("a", hash, 5);
    await stand.clock.advance(2);
    stream.copy("b", hash, 5);
  }
  assert.deepEqual(stand.rows.map(({ key }) => key), [hashOf(0xa), hashOf(0xb)]);
});

Deno.test("RaceBook remembers 64 block times, then a block below is no race", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream();
  for (let block = 1; block <= 200; block++) {
    stream.copy("a", hashOf(block), block);
    stream.copy("b", hashOf(block), block);
    await stand.clock.advance(1_000);
  }
  stream.copy("b", hashOf(100), 100);
  stream.copy("b", hashOf(1), 1);
  await stand.clock.advance(3_000);
  assert.equal(stand.rows.length, 200);
  assert.deepEqual(stand.ranking(), ["a 200/0/0", "b 0/200/0"]);
});

Deno.test("RaceBook: a provider that invents a high block stops no races for good", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream();
  stream.leave("b", false);
  stream.copy("a", hashOf(999_999), 999_999);
  stream.join("b");
  for (let block = 1; block <= 100; block++) {
    stream.copy("a", hashOf(block), block);
    stream.copy("b", hashOf(block), block);
    await stand.clock.advance(1_000);
  }
  assert.ok(stand.rows.length >= 30, `${stand.rows.length} races`);
});

Deno.test("RaceBook holds a bounded number of races; those that are cut short judge nobody who has not delivered", async () => {
  const stand = new RaceStand();
  using book = stand.book;
  const stream = stand.stream("logs", 60_000);
  for (let log = 0; log < 20_000; log++) stream.copy("a", `${hashOf(1)}:${log}`, 1);
  assert.equal(book.cutShort, 20_000 - 16_384);
  assert.equal(book.open(null, 100_000).length, 16_384);
  stream.copy("b", `${hashOf(1)}:19999`, 1);
  await stand.clock.advance(120_000);
  assert.deepEqual(stand.ranking("logs"), ["a 16384/0/0", "b 0/1/16383"]);
});

Deno.test("RaceBook keeps at most 100 rows a second and tells at most 20 events, but counts all", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const logs = stand.stream("logs");
  const heads = stand.stream();
  for (let second = 1; second <= 3; second++) {
    for (let log = 0; log < 1_000; log++) {
      logs.copy("a", `${hashOf(second)}:${log}`, second);
      logs.copy("b", `${hashOf(second)}:${log}`, second);
    }
    heads.copy("b", hashOf(second), second);
    heads.copy("a", hashOf(second), second);
    await stand.clock.advance(1_000);
  }
  const of = (event: string): number => stand.rows.filter((row) => row.event === event).length;
  assert.deepEqual([of("logs"), of("newHeads")], [300, 3]);
  assert.ok(stand.told.length <= 60);
  assert.equal(stand.told.filter(({ type }) => type === "newHeads").length, 3, "heads are not crowded out");
  assert.deepEqual(stand.ranking("logs"), ["a 3000/0/0", "b 0/3000/0"]);
});

Deno.test("RaceBook tells the feed nothing while nobody listens", () => {
  const stand = new RaceStand();
  using _book = stand.book;
  stand.listening = false;
  const stream = stand.stream();
  for (const provider of ["a", "b"]) stream.copy(provider, hashOf(1), 1);
  assert.equal(stand.told.length, 0);
  assert.equal(stand.rows.length, 1);
});

Deno.test("RaceBook gives its figures by seconds, one series for each provider and event type", async () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream();
  for (const [block, lateMs] of [[1, 10], [2, 30]] as const) {
    stream.copy("a", hashOf(block), block);
    await stand.clock.advance(lateMs);
    stream.copy("b", hashOf(block), block);
  }
  await stand.clock.advance(1_000);
  stream.copy("b", hashOf(3), 3);
  await stand.clock.advance(3_000);
  assert.deepEqual(
    stand.cells.map(({ at, key, n, failed, sum, max, outcomes, samples }) => [
      at - 1_700_000_000_000,
      key.provider,
      n,
      failed,
      sum,
      max,
      outcomes,
      samples,
    ]),
    [
      [0, "a", 2, 0, 0, 0, { win: 2 }, 0],
      [0, "b", 2, 0, 40, 30, { loss: 2 }, 2],
      [3_000, "a", 1, 1, 0, 0, { missed: 1 }, 0],
      [3_000, "b", 1, 0, 0, 0, { win: 1 }, 0],
    ],
  );
  const [first] = stand.cells;
  assert.deepEqual(first?.key, {
    kind: "race",
    chain: "ethereum",
    provider: "a",
    transport: "ws",
    name: "newHeads",
    strategy: "",
  });
  assert.equal(new Set(stand.cells.map(({ series }) => series)).size, 2);
});

Deno.test("RaceBook shows what has no hash by the SHA-256 of its content", () => {
  const stand = new RaceStand();
  using _book = stand.book;
  const stream = stand.stream("other");
  const text = '{"gas":"0x1"}';
  for (const provider of ["a", "b"]) stream.copy(provider, text, 1);
  for (const provider of ["a", "b"]) stream.copy(provider, `${hashOf(5)}:12`, 2);
  const sha256 = createHash("sha256").update(text).digest("hex");
  assert.deepEqual(stand.rows.map(({ key }) => key), [sha256, `${hashOf(5)}:12`]);
});

Deno.test("RaceBook.retain() forgets a provider's standing, forget() a chain's", () => {
  const stand = new RaceStand();
  using book = stand.book;
  const stream = stand.stream();
  for (const provider of ["a", "b"]) stream.copy(provider, hashOf(1), 1);
  book.retain("ethereum", new Set(["b"]));
  assert.deepEqual(stand.ranking(), ["b 0/1/0"]);
  assert.equal(book.standing("ethereum", "a", "ws", "newHeads"), null);
  book.forget("ethereum");
  assert.deepEqual(stand.ranking(), []);
  assert.deepEqual(book.open("ethereum", 10), []);
});

Deno.test("RaceBook.standing() of a channel that does not race is its provider's", () => {
  const stand = new RaceStand();
  using book = stand.book;
  const stream = stand.stream();
  for (const provider of ["a", "b"]) stream.copy(provider, hashOf(1), 1);
  assert.equal(book.standing("ethereum", "a", "http", "newHeads")?.races, 1);
  assert.equal(book.standing("ethereum", "a", "http", "logs"), null);
  assert.equal(book.standing("ethereum", "z", "ws", "newHeads"), null);
  assert.equal(book.standing("base", "a", "ws", "newHeads"), null);
});

Deno.test("RaceBook.restore() gives a new process the scores of the one before", async () => {
  const before = new RaceStand();
  using _before = before.book;
  const stream = before.stream();
  for (let block = 1; block <= 40; block++) {
    stream.copy(block % 4 === 0 ? "b" : "a", hashOf(block), block);
    await before.clock.advance(20);
    if (block % 5 !== 0) stream.copy(block % 4 === 0 ? "a" : "b", hashOf(block), block);
    await before.clock.advance(5 * 60_000);
  }
  await before.clock.advance(5_000);
  const after = new RaceStand(before.clock);
  using book = after.book;
  const asked: CellQuery[] = [];
  await book.restore({
    cells: (query) => {
      asked.push(query);
      return Promise.resolve({ stepMs: 3_600_000, groups: groupsOf(before, query) });
    },
  }, (chain, provider) => chain === "ethereum" && provider !== "gone");
  assert.deepEqual(
    asked.map(({ kind, stepMs, by }) => [kind, stepMs, by]),
    [["race", 3_600_000, ["chain", "provider", "transport", "name"]]],
  );
  assert.equal(asked[0]!.from % 3_600_000, 0);
  assert.deepEqual(
    after.book.ranking("ethereum", "newHeads"),
    before.book.ranking("ethereum", "newHeads"),
  );
  assert.ok(after.ranking().length === 2);
  await after.clock.advance(30 * 3_600_000);
  assert.deepEqual(after.ranking(), [], "a day later nothing of it counts");
});

Deno.test("RaceBook.restore() gets by without history, and without an answer", async () => {
  const stand = new RaceStand();
  using book = stand.book;
  await book.restore(noHistory, () => true);
  await book.restore({ cells: () => Promise.reject(new Error("the disk is gone")) }, () => true);
  assert.deepEqual(stand.ranking(), []);
});

Deno.test("RaceBook.open() shows who has delivered so far, newest first", async () => {
  const stand = new RaceStand();
  using book = stand.book;
  const stream = stand.stream();
  stream.copy("a", hashOf(1), 1);
  await stand.clock.advance(10);
  stream.copy("b", hashOf(2), 2);
  const open = book.open("ethereum", 10);
  assert.deepEqual(
    open.map(({ block, at, closesAt, winner, margins }) => [block, closesAt - at, winner, margins]),
    [
      [2, 2_000, "b", [{ provider: "b", transport: "ws", ms: 0 }, {
        provider: "a",
        transport: "ws",
        ms: null,
      }]],
      [1, 2_000, "a", [{ provider: "a", transport: "ws", ms: 0 }, {
        provider: "b",
        transport: "ws",
        ms: null,
      }]],
    ],
  );
  assert.equal(book.open(null, 1).length, 1);
  assert.deepEqual(book.open("base", 10), []);
});

/** What history would answer, from the cells that were told. */
function groupsOf({ cells }: RaceStand, { from, to }: CellQuery): CellGroup[] {
  const empty = { units: 0, usd: 0, failovers: 0, p50: null, p90: null, p95: null, p99: null, last: null };
  const own = cells.filter(({ at }) => at >= from && at < to).map((cell): CellGroup => {
    const { key: { chain, provider, transport, name }, n, failed, outcomes, sum, samples, max } = cell;
    const key = { chain, provider, transport, name };
    const mean = samples === 0 ? null : sum / samples;
    return { ...empty, at: cell.at, key, n, failed, outcomes, mean, max };
  });
  const [first] = own;
  if (first === undefined) return own;
  return [...own, { ...first, key: { ...first.key, provider: "gone" } }];
}
