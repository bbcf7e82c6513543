// Thousands of seeded schedules of faults against the streams on virtual time: kills, stalls, reorgs, lag, skips,
// duplicates, slow and failing backfill, all down, reloads, clients that come and go. After each the ledger must find
// nothing missing, nothing twice, nothing out of order, nothing of a wrong branch, and no gap that was not announced.
//
// A seed that fails is named with the command that replays it. LASSO_SEED=n runs that seed alone, with its trace.

import assert from "node:assert/strict";
import type { Theme } from "../../support/stream_schedule.ts";
import { replay, seedOf, themeOf, themes } from "../../support/stream_themes.ts";

const schedulesEach = 250;
/** Lines of a failing schedule's trace that are shown: those around the end of its faults. */
const shownBefore = 100;
const shownAfter = 30;

const only = Deno.env.get("LASSO_SEED");

for (const theme of themes) {
  Deno.test({
    name: `Streams keep their promise: ${theme.name}`,
    ignore: only !== undefined,
    fn: () => runFamily(theme),
  });
}

Deno.test({
  name: "Streams keep their promise: the seed of LASSO_SEED",
  ignore: only === undefined,
  fn: async () => {
    const seed = Number(only);
    const { faults } = await replay(seed, (line) => console.log(line));
    assert.deepEqual(faults, [], themeOf(seed).name);
  },
});

async function runFamily(theme: Theme): Promise<void> {
  let events = 0;
  let announced = 0;
  for (let nth = 0; nth < schedulesEach; nth++) {
    const seed = seedOf(theme, nth);
    const result = await replay(seed);
    events += result.events;
    announced += result.announcedGaps;
    if (result.faults.length > 0) assert.fail(await story(seed, result.faults));
  }
  // Schedules in which nothing happens would prove nothing.
  assert.ok(events > 50 * schedulesEach, `${events} events in ${schedulesEach} schedules`);
  assert.equal(announced > 0, theme.gaps === true, `${announced} gaps announced`);
}

/** What a failing seed did, and how to see it again. */
async function story(seed: number, faults: readonly string[]): Promise<string> {
  const lines: string[] = [];
  await replay(seed, (line) => lines.push(line));
  const healed = lines.findIndex((line) => line.endsWith("all is well"));
  const from = Math.max(0, healed - shownBefore);
  const shown = lines.slice(from, healed + shownAfter);
  return [
    `seed ${seed} (${themeOf(seed).name}): ${faults.length} faults`,
    ...faults.slice(0, 20),
    `replay: LASSO_SEED=${seed} deno test -A tests/core/streams/schedules_test.ts`,
    `lines ${from + 1} to ${from + shown.length} of ${lines.length} of its trace:`,
    ...shown,
  ].join("\n");
}
