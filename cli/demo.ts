// `lasso demo`: simulated providers on loopback, the router in front of them, light traffic, and one page of what to
// try. Needs no network and no keys. The simulators are battle's; main hands them in.

import { parseArgs } from "node:util";
import { loadConfig } from "../config/load.ts";
import { applyOverrides } from "../config/overrides.ts";
import { LassoError, messageOf } from "../core/errors.ts";
import type { DemoControls } from "../core/server/api/demo_controls.ts";
import { demoPage } from "./demo_page.ts";
import type { CliIo } from "./io.ts";
import { configError } from "./load_set.ts";
import { startRouter } from "./start_router.ts";
import { untilStopped } from "./until_stopped.ts";
import { builtinIds, type Wiring } from "./wiring.ts";

export const demoHelp = `lasso demo [--host HOST] [--port PORT] [--data-dir DIR] [--logs]

Starts simulated providers (chains ethereum and base), the router in front of them and
some traffic, and prints what to try. Needs no network and no keys.

  --host HOST     address to listen on (default 127.0.0.1)
  --port PORT     port to listen on (default 4000; 0 takes a free one)
  --data-dir DIR  folder for history and snapshots (LASSO_DATA_DIR; default: in memory)
  --logs          the router's log lines on stdout
  --help          this text

Ctrl-C stops it.
`;

/** The simulated providers of the demo, the traffic for a router in front of them, and what may be done to both. */
export interface World extends AsyncDisposable {
  /** In the shape of the config file's `chains`. */
  readonly chains: Readonly<Record<string, unknown>>;
  readonly controls: DemoControls;
  /** The router runs: traffic begins. `urls`: its endpoint of each chain, by name. Ends with what is given back. */
  startTraffic(urls: ReadonlyMap<string, string>): Promise<AsyncDisposable>;
}

export type StartWorld = (wiring: Wiring) => Promise<World>;

export async function demo(
  args: readonly string[],
  io: CliIo,
  wiring: Wiring,
  startWorld: StartWorld,
): Promise<number> {
  const options = {
    host: { type: "string" },
    port: { type: "string" },
    "data-dir": { type: "string" },
    logs: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  let flags;
  try {
    flags = parseArgs({ args: [...args], options }).values;
  } catch (thrown) {
    io.err(`${messageOf(thrown)}\n\n${demoHelp}`);
    return 2;
  }
  if (flags.help) {
    io.out(demoHelp);
    return 0;
  }
  await using world = await startWorld(wiring);
  // JSON is YAML: the demo's config goes the same way as a user's file.
  const text = JSON.stringify({
    server: { data_dir: null },
    chains: world.chains,
    observability: { log_level: flags.logs ? "info" : "off" },
  });
  const loaded = loadConfig(text, { file: "demo", env: () => undefined, known: builtinIds(wiring) });
  try {
    if (!loaded.ok) throw configError(loaded.problems);
    const settings = applyOverrides(loaded.settings, flags, io.env);
    const { controls: demo } = world;
    await using router = await startRouter(
      { settings, source: loaded, proxyFor: () => null, admin: { demo } },
      wiring,
    );
    const { url, state } = router.server;
    const { routes } = state.router;
    const urls = new Map(routes.map(({ chain: { name } }) => [name, `${url}/rpc/${name}`]));
    await using _traffic = await world.startTraffic(urls);
    io.err(demoPage({
      baseUrl: url,
      chains: routes.map(({ chain }) => chain.name),
      providers: routes[0]?.chain.providers.map(({ id }) => id) ?? [],
    }));
    await untilStopped(wiring, io, () => router.stop(settings.server.drainTimeoutMs));
    return 0;
  } catch (thrown) {
    io.err(`lasso: ${messageOf(thrown)}\n`);
    return thrown instanceof LassoError && thrown.code !== "io" ? 2 : 1;
  }
}
