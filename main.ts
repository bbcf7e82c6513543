// The only place that wires: real clock and randomness, the lists of built-in plugins, signals, the log's sink, and
// what the commands get from battle. Everything else receives finished values.

import process from "node:process";
import { systemIo } from "./cli/io.ts";
import { runCli } from "./cli/run.ts";
import type { World } from "./cli/demo.ts";
import type { SignalName, Wiring } from "./cli/wiring.ts";
import { programOf } from "./battle/run/program.ts";
import { systemClock } from "./core/clock.ts";
import { messageOf } from "./core/errors.ts";
import { silentLog } from "./core/log.ts";
import { isHistoryWorker } from "./core/measure/history/start_worker.ts";
import { processCpuMs, processMemory } from "./core/measure/process_figures.ts";
import { systemRandom } from "./core/random.ts";
import { version } from "./core/version.ts";
import { builtinStrategies } from "./strategies/mod.ts";
import { builtinTransports } from "./transports/mod.ts";

const wiring: Wiring = {
  version,
  clock: systemClock,
  random: systemRandom,
  strategies: builtinStrategies,
  transports: builtinTransports,
  logSink: Deno.stdout,
  build: { version, deno: Deno.version.deno, v8: Deno.version.v8, typescript: Deno.version.typescript },
  memory: processMemory,
  cpuMs: processCpuMs,
  dashboard: async () => (await import("./cli/dashboard_files.ts")).dashboardFiles,
  onSignal,
  exit: (code) => Deno.exit(code),
};

function onSignal(name: SignalName, fire: () => void): () => void {
  try {
    Deno.addSignalListener(name, fire);
  } catch {
    return () => {}; // Windows has no SIGHUP and no SIGTERM.
  }
  return () => Deno.removeSignalListener(name, fire);
}

async function startWorld({ clock, random }: Wiring): Promise<World> {
  // Loaded here, because only the demo needs it.
  const [{ startDemoWorld }, { DemoDesk }] = await Promise.all([
    import("./battle/demo_world.ts"),
    import("./battle/demo_controls.ts"),
  ]);
  const deps = { clock, random, log: silentLog };
  const world = await startDemoWorld(deps);
  const controls = new DemoDesk(world, deps);
  return {
    chains: world.chainsConfig,
    controls,
    startTraffic: async (urls) => {
      await controls.begin(urls);
      return controls;
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

if (isHistoryWorker()) {
  // Bundled or compiled, this file is also what the history's worker is started from.
  await import("./core/measure/history/history_worker.ts");
} else if (import.meta.main) {
  const io = systemIo();
  // A fault that no boundary caught is told and ends the process: what goes on from an unknown state can't be trusted.
  process.on("uncaughtException", (thrown: unknown) => {
    io.err(`lasso: internal error: ${messageOf(thrown)}\n`);
    if (thrown instanceof Error && thrown.stack !== undefined) io.err(`${thrown.stack}\n`);
    // Of a battle, 1 is a verdict on the router, which has done nothing.
    Deno.exit(Deno.args[0] === "battle" ? 4 : 1);
  });
  // Lasso's own timers keep no process alive; a command that is not done has to.
  setInterval(() => {}, 60_000);
  const { execPath, mainModule, build: { standalone } } = Deno;
  const program = programOf({ execPath: execPath(), mainModule, standalone });
  Deno.exit(await runCli(Deno.args, io, wiring, { startWorld, program }));
}
