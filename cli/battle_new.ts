// `lasso battle new NAME`: a scenario to start from, with the types that an editor needs beside it.

import { join } from "node:path";
import { parseArgs } from "node:util";
import { LassoError, messageOf } from "../core/errors.ts";
import { newScenario } from "../battle/dsl/new_scenario.ts";
import type { CliIo } from "./io.ts";

const battleNewHelp = `lasso battle new NAME [--dir DIR]

Writes NAME.ts, a commented scenario that runs, and lasso-battle.d.ts, its types, into DIR
(default: here). No file is ever overwritten.
`;

/** Exit code: 0 written, 2 wrong usage or a file is in the way. */
export async function battleNew(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const { values, positionals } = parsed(args);
    if (values.help === true) {
      io.out(battleNewHelp);
      return 0;
    }
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) {
      io.err(battleNewHelp);
      return 2;
    }
    const dir = values.dir ?? ".";
    for (const path of await newScenario(name, dir)) io.out(`wrote ${path}\n`);
    io.out(`\nTry it: lasso battle ${join(dir, `${name}.ts`)}\n`);
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof LassoError)) throw thrown;
    io.err(`lasso: ${thrown.message}\n`);
    return 2;
  }
}

function parsed(args: readonly string[]): {
  readonly values: { readonly dir?: string | undefined; readonly help?: boolean | undefined };
  readonly positionals: readonly string[];
} {
  try {
    return parseArgs({
      args: [...args],
      options: { dir: { type: "string" }, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
  } catch (thrown) {
    throw new LassoError("usage", messageOf(thrown), { hint: "see `lasso battle new --help`" });
  }
}
