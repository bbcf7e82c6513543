// The parts of a real run: world and generator as processes of their own, started as the program says.

import type { Clock } from "../../core/clock.ts";
import { GeneratorProcess } from "../workload/generator_process.ts";
import { WorldProcess } from "../world/world_process.ts";
import type { RunParts } from "./parts.ts";
import type { Program } from "./program.ts";

export function processParts(program: Program, clock: Clock): RunParts {
  return {
    startWorld: ({ scenario: { chains }, plan: { seed, faults }, folder }) =>
      WorldProcess.start({ chains, seed, faults, folder }, program("world"), clock),
    startGenerator: (request) => GeneratorProcess.start(request, program("generator"), clock),
  };
}
