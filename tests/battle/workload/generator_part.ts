// The generator's process for tests: what `lasso battle-part generator` does, without the program around it.

import process from "node:process";
import { systemClock } from "../../../core/clock.ts";
import { runGeneratorProcess } from "../../../battle/workload/generator_process.ts";

// Lasso's own timers keep no process alive.
setInterval(() => {}, 60_000);
const input = process.stdin;
await runGeneratorProcess({ input, write: (line) => void process.stdout.write(line) }, {
  clock: systemClock,
});
Deno.exit(0);
