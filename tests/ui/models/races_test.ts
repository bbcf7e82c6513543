import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { marginLength, mergedRaces, type Race, racesOf, toldRace } from "../../../ui/models/races.ts";

const margins = [{ provider: "a", transport: "ws", ms: 0 }, { provider: "b", transport: "ws", ms: 3 }];
const base = { chain: "base", event: "newHeads", block: 7, winner: "a", margins };

function race(key: string, at: number, open = false): Race {
  return { ...base, key, at, open };
}

Deno.test("racesOf() takes what runs and what is over", () => {
  const at = new Date(5_000).toISOString();
  const races = racesOf({ live: [{ ...base, key: "x", at }], past: [{ ...base, key: "y", at }] });
  deepStrictEqual(races, [race("x", 5_000, true), race("y", 5_000)]);
});

Deno.test("toldRace() reads the feed's race.result", () => {
  const fields = { type: "newHeads", first_at: 4_000, key: "x", block: 7, winner: "a", margins };
  const event = { topic: "race", at: 5_000, chain: "base", event: "race.result", ...fields } as const;
  deepStrictEqual(toldRace(event), race("x", 4_000));
  strictEqual(toldRace({ ...event, event: "race.other" }), null);
  strictEqual(toldRace({ ...event, margins: null }), null);
});

Deno.test("mergedRaces() shows each race once, newest first, at most so many", () => {
  const merged = mergedRaces([[race("c", 3), race("b", 2)], [race("b", 2), race("a", 1)]], 2);
  deepStrictEqual(merged.map(({ key }) => key), ["c", "b"]);
});

Deno.test("mergedRaces() takes the race that is over in the place of the one that ran", () => {
  deepStrictEqual(mergedRaces([[race("a", 1, true)], [race("a", 1)]], 9), [race("a", 1)]);
  deepStrictEqual(mergedRaces([[race("a", 1)], [race("a", 1, true)]], 9), [race("a", 1)]);
});

Deno.test("marginLength() goes by magnitude and ends at a second", () => {
  strictEqual(marginLength(0), 0);
  strictEqual(marginLength(1_000), 1);
  strictEqual(marginLength(60_000), 1);
  strictEqual(marginLength(10) > 0.3 && marginLength(10) < 0.4, true);
});
