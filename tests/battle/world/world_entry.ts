// The world's process as the program starts it, for the tests of its other end.

import process from "node:process";
import { systemClock } from "../../../core/clock.ts";
import { anvilPath } from "../../../battle/world/anvil_path.ts";
import { runWorldProcess } from "../../../battle/world/world_process.ts";

await runWorldProcess(
  { input: process.stdin, write: (line) => void process.stdout.write(line) },
  { clock: systemClock, findAnvil: anvilPath },
);
process.exit(0);
