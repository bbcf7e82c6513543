// What main.ts hands to the commands, as tests need it: the real clock, chance and plugins; no log, no signals, no exit.

import type { Wiring } from "../../cli/wiring.ts";
import { systemClock } from "../../core/clock.ts";
import { systemRandom } from "../../core/random.ts";
import { builtinStrategies } from "../../strategies/mod.ts";
import { builtinTransports } from "../../transports/mod.ts";

export const testWiring: Wiring = {
  version: "1.2.3",
  clock: systemClock,
  random: systemRandom,
  strategies: builtinStrategies,
  transports: builtinTransports,
  logSink: { write: (bytes) => bytes.length },
  build: {},
  memory: () => ({}),
  onSignal: () => () => {},
  exit: (code) => {
    throw new Error(`exit ${code}`);
  },
};
