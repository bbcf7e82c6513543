// `lasso battle new NAME`: a commented starter scenario, and the types of the DSL beside it. Never overwrites a file.
// Called by the command line.

import { LassoError } from "../../core/errors.ts";
import { writeStarters } from "../../core/starter_files.ts";
import { battleTypes } from "./battle_types_text.ts";
import { scenarioStarter } from "./scenario_starter.ts";

/**
 * The paths that it wrote: all or none. LassoError `usage` for a name that can't be one or a file that is in the way,
 * `io` where nothing can be written.
 */
export async function newScenario(name: string, dir: string): Promise<readonly string[]> {
  if (!/^[A-Za-z0-9][\w-]*$/.test(name)) {
    throw new LassoError("usage", `${JSON.stringify(name)} can't be a scenario's name`, {
      hint: "begin with a letter, go on with letters, digits, _ and -, for instance `my-failover`",
    });
  }
  const starter = { name: `${name}.ts`, text: scenarioStarter.replaceAll("NAME", name) };
  return await writeStarters(dir, [starter], { name: "lasso-battle.d.ts", text: battleTypes });
}
