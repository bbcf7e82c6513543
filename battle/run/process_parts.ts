// The parts of a real run: world and generator as processes of their own, started as the program says. Their command
// lines name the run's folder, as the router's does: by that a later run knows what a killed one left (orphans.ts).

import type { Clock } from "../../core/clock.ts";
import { GeneratorProcess } from "../workload/generator_process.ts";
import { WorldProcess } from "../world/world_process.ts";
import type { RunParts } from "./parts.ts";
import type { Program } from "./program.ts";

export function processParts(program: Program, clock: Clock): RunParts {
  return {
    startWorld: ({ scenario: { chains }, plan: { seed, faults }, folder }) =>
      WorldProcess.start({ chains, seed, faults, folder }, program("world", [folder]), clock),
    startGenerator: ({ folder, ...request }) =>
      GeneratorProcess.start(request, program("generator", [folder]), clock),
  };
}
