import assert from "node:assert/strict";
import type { FeedChain, FeedTransport } from "../../../core/server/feed_model.ts";
import {
  errorWords,
  failShare,
  isTroubledRow,
  keyOf,
  pickedOf,
  rowsOf,
} from "../../../ui/models/provider_rows.ts";
import { worldAfter } from "../fixtures/recorded_feed.ts";

const chain = worldAfter().snapshot.chains[0]!;
const base = chain.providers[0]!;

function provided(...transports: readonly (Partial<FeedTransport> & { readonly id: string })[]): FeedChain {
  const one = { ...base.transports[0]!, state: "up", share: 0 } as const;
  const fiveMinutes = { ...one.fiveMinutes, n: 0, failed: 0 };
  return {
    ...chain,
    providers: transports.map(({ id, ...rest }) => ({
      ...{ ...base, id, state: rest.state ?? "up", override: null, lag_blocks: 0 },
      transports: [{ ...one, fiveMinutes, ...rest }],
    })),
  };
}

function failing(failed: number): FeedTransport["fiveMinutes"] {
  return { ...base.transports[0]!.fiveMinutes, n: 100, failed };
}

Deno.test("rowsOf() has the worst state first, then who fails more, the rest as configured", () => {
  const rows = rowsOf([
    provided(
      { id: "idle" },
      { id: "busy", share: 0.9 },
      { id: "failing", fiveMinutes: failing(40) },
      { id: "limited", state: "limited" },
      { id: "open", state: "open" },
    ),
  ]);
  assert.deepEqual(rows.map(({ provider }) => provider.id), ["open", "limited", "failing", "idle", "busy"]);
});

Deno.test("rowsOf() keeps rows in place while shares and few failures waver", () => {
  const ids = (a: number, b: number): string[] =>
    rowsOf([provided({ id: "a", share: a, fiveMinutes: failing(b) }, { id: "b", share: b })])
      .map(({ provider }) => provider.id);
  assert.deepEqual(ids(0.3, 0), ids(0.1, 1));
});

Deno.test("rowsOf() has a row for each transport of the recorded feed, under a key of its own", () => {
  const rows = rowsOf(worldAfter().snapshot.chains);
  const count = worldAfter().snapshot.chains.flatMap(({ providers }) => providers)
    .reduce((sum, { transports }) => sum + transports.length, 0);
  assert.equal(rows.length, count);
  assert.equal(new Set(rows.map(keyOf)).size, count);
});

Deno.test("isTroubledRow() sees a provider that is up and fails", () => {
  const row = (failed: number): boolean =>
    isTroubledRow(rowsOf([provided({ id: "a", fiveMinutes: failing(failed) })])[0]!);
  assert.equal(row(1), false);
  assert.equal(row(20), true);
});

Deno.test("failShare() is nothing without an attempt", () => {
  assert.equal(failShare(provided({ id: "a" }).providers[0]!.transports[0]!), null);
});

Deno.test("errorWords() names the kinds, the most first", () => {
  assert.equal(errorWords({ timeout: 1, rate_limited: 12 }), "rate limited 12, timeout 1");
  assert.equal(errorWords({}), null);
});

Deno.test("pickedOf() finds by id, and by chain where it is named", () => {
  const chains = [{ ...provided({ id: "a" }), name: "one" }, { ...provided({ id: "a" }), name: "two" }];
  assert.equal(pickedOf(chains, "a", "")?.chain.name, "one");
  assert.equal(pickedOf(chains, "a", "two")?.chain.name, "two");
  assert.equal(pickedOf(chains, "b", ""), null);
});
