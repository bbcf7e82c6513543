// `lasso battle-part ROLE …`: one of the processes of a run of `lasso battle`, started by it and by nobody else, so it is
// in no help. Each ends when its stdin does: none outlives the run that started it.

import process from "node:process";
import { loadScenarios } from "../battle/dsl/load_scenarios.ts";
import type { Scenario } from "../battle/model/scenario.ts";
import { serveBallast } from "../battle/run/heap_ballast.ts";
import type { PartIo } from "../battle/run/part_entry.ts";
import { anvilPath } from "../battle/world/anvil_path.ts";
import { runGeneratorProcess } from "../battle/workload/generator_process.ts";
import { runWorldProcess } from "../battle/world/world_process.ts";
import { shippedScenarios } from "./battle_jobs.ts";
import type { CliIo } from "./io.ts";
import { serve } from "./serve.ts";
import type { Wiring } from "./wiring.ts";

export async function battlePart(args: readonly string[], io: CliIo, wiring: Wiring): Promise<number> {
  const [role, ...rest] = args;
  const { clock } = wiring;
  const lines: PartIo = { input: process.stdin, write: (line) => void process.stdout.write(line) };
  switch (role) {
    case "router":
      void serveBallast(process.stdin, (line) => io.err(line), clock).then(() => wiring.exit(1));
      return await serve(rest, io, wiring);
    case "world":
      await runWorldProcess(lines, { clock, findAnvil: () => anvilPath() });
      return 0;
    case "generator": {
      const scenariosOf = async (file: string | null, seed: number): Promise<readonly Scenario[]> =>
        file === null ? shippedScenarios(seed) : await loadScenarios(file, clock, seed);
      await runGeneratorProcess(lines, { clock, scenariosOf });
      return 0;
    }
    default:
      io.err("lasso: battle-part is started by `lasso battle`\n");
      return 2;
  }
}
