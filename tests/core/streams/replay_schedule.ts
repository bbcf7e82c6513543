// Replays one schedule of the streams' tests, with its trace: `deno run -A tests/core/streams/replay_schedule.ts SEED`.
// Given two numbers, runs the seeds from the first up to the second and names those that fail.

import { replay, themeOf } from "../../support/stream_themes.ts";

const [first, last] = Deno.args.map(Number);
if (first === undefined || !Number.isSafeInteger(first)) {
  console.error("usage: deno run -A tests/core/streams/replay_schedule.ts SEED [LAST_SEED]");
  Deno.exit(2);
}
if (last === undefined) {
  console.log(themeOf(first).name);
  const { faults, events } = await replay(first, (line) => console.log(line));
  console.log(faults.length === 0 ? `kept its promise, ${events} events` : faults.join("\n"));
  Deno.exit(faults.length === 0 ? 0 : 1);
}
let failed = 0;
for (let seed = first; seed <= last; seed++) {
  const { faults } = await replay(seed);
  if (faults.length > 0) console.log(`${seed}: ${faults[0]} (${faults.length} faults)`), failed++;
}
console.log(`${failed} of ${last - first + 1} failed`);
