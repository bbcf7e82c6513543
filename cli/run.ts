// The command line: which command, and `--help`, `version` and what can't be understood.

import type { Program } from "../battle/run/program.ts";
import { battleHelp } from "./battle_args.ts";
import { check, checkHelp } from "./check.ts";
import { compare, compareHelp } from "./compare.ts";
import { LassoError } from "../core/errors.ts";
import { demo, demoHelp } from "./demo.ts";
import { explain, explainHelp } from "./explain.ts";
import type { CliIo } from "./io.ts";
import { loadedIds } from "./loaded_ids.ts";
import { pluginNew, pluginNewHelp } from "./plugin_new.ts";
import { schema, schemaHelp } from "./schema.ts";
import { serve, serveHelp } from "./serve.ts";
import { builtinIds, type Wiring } from "./wiring.ts";
import type { StartWorld } from "./demo.ts";

export const help = `lasso: a smart proxy for EVM JSON-RPC

  lasso serve     run the router (the default)
  lasso demo      simulated providers with the router in front; needs no network
  lasso check     validate the config, print what would run, probe the providers
  lasso explain   ask a running router how it would route a call
  lasso compare   ask a running router what its traffic would have met under each strategy
  lasso battle    run scenarios against a router: traffic, faults, a verdict
  lasso plugin    write a starter: lasso plugin new strategy|transport NAME
  lasso schema    print the config's JSON Schema
  lasso version

Every command has --help.
`;

interface Command {
  readonly help: string;
  run(args: readonly string[], io: CliIo, wiring: Wiring): Promise<number>;
}

/** What main makes of battle. */
export interface Tools {
  /** Starts the demo's simulated providers. */
  readonly startWorld: StartWorld;
  /** How this program starts itself again. */
  readonly program: Program;
}

function commands({ startWorld, program }: Tools): ReadonlyMap<string, Command> {
  return new Map<string, Command>([
    ["serve", { help: serveHelp, run: serve }],
    ["demo", { help: demoHelp, run: (args, io, wiring) => demo(args, io, wiring, startWorld) }],
    ["check", {
      help: checkHelp,
      run: (args, io, wiring) =>
        check(args, io, {
          ...builtinIds(wiring),
          loadPlugins: (files) => loadedIds(files, wiring),
          clock: wiring.clock,
        }),
    }],
    ["explain", { help: explainHelp, run: explain }],
    ["compare", { help: compareHelp, run: compare }],
    ["battle", {
      help: battleHelp,
      // What only some commands need is loaded by them: the router starts without it.
      run: async (args, io, wiring) => (await import("./battle.ts")).battle(args, io, wiring, program),
    }],
    ["plugin", { help: pluginNewHelp, run: plugin }],
    ["schema", { help: schemaHelp, run: schema }],
    ["version", {
      help: "lasso version\n\nPrints the version.\n",
      run: (_args, io, wiring) => Promise.resolve((io.out(`lasso ${wiring.version}\n`), 0)),
    }],
  ]);
}

/** Runs one command line; gives the exit code. */
export async function runCli(
  args: readonly string[],
  io: CliIo,
  wiring: Wiring,
  tools: Tools,
): Promise<number> {
  try {
    return await command(args, io, wiring, tools);
  } catch (thrown) {
    // What is no LassoError is a fault of ours: main tells it with its stack.
    if (!(thrown instanceof LassoError)) throw thrown;
    io.err(`lasso: ${thrown.message}\n`);
    return 1;
  }
}

async function command(
  args: readonly string[],
  io: CliIo,
  wiring: Wiring,
  tools: Tools,
): Promise<number> {
  const known = commands(tools);
  const [first, ...rest] = args;
  if (first === "--help" || first === "-h" || first === "help") {
    const about = known.get(rest[0] ?? "");
    io.out(about?.help ?? help);
    return 0;
  }
  if (first === "--version" || first === "-V") return await command(["version"], io, wiring, tools);
  // `serve` is the default, also with flags only.
  if (first === undefined || first.startsWith("-")) return await serve(args, io, wiring);
  if (first === "battle-part") return await (await import("./battle_part.ts")).battlePart(rest, io, wiring);
  const asked = known.get(first);
  if (asked === undefined) {
    io.err(`lasso: there is no command ${JSON.stringify(first)}\n\n${help}`);
    return 2;
  }
  if (rest[0] === "--help" || rest[0] === "-h") {
    io.out(asked.help);
    return 0;
  }
  return await asked.run(rest, io, wiring);
}

function plugin(args: readonly string[], io: CliIo): Promise<number> {
  const [verb, ...rest] = args;
  if (verb === "new") return pluginNew(rest, io);
  io.err(pluginNewHelp);
  return Promise.resolve(2);
}
