// A process for a test to kill: tells a second's figures each second, and prints how many were told, and how many of
// these had been told when a later question was answered: those are written.

import { systemClock } from "../../../../core/clock.ts";
import { silentLog } from "../../../../core/log.ts";
import { openHistory } from "../../../../core/measure/history/client.ts";
import { systemRandom } from "../../../../core/random.ts";
import { cellOf, second, seriesKey } from "./support.ts";

const history = openHistory({
  dataDir: Deno.args[0]!,
  region: "local",
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
});
history.start();
const from = Math.floor(systemClock.wallNow() / second) * second;
let told = 0;
let written = 0;
setInterval(() => {
  history.second(from + told * second, [cellOf(1, seriesKey(), [10])]);
  told++;
  const before = told;
  console.log(`${told} ${written}`);
  void history.findCall("").then(() => {
    written = before;
    console.log(`${told} ${written}`);
  });
}, 250);
