// `lasso serve`: the router itself. Finds its config, starts, reloads on change and SIGHUP, drains on SIGINT and
// SIGTERM. Logs go to stdout as JSON lines; what people read goes to stderr.

import { parseArgs } from "node:util";
import { findConfig } from "../config/find.ts";
import { loadConfigFile } from "../config/load.ts";
import { applyOverrides, type OverrideFlags } from "../config/overrides.ts";
import { formatProblems } from "../config/problems.ts";
import { proxyFromEnv } from "../config/proxy.ts";
import { resolveConfig, type ResolvedConfig } from "../config/resolve.ts";
import { ConfigWatcher } from "../config/watch.ts";
import { LassoError, messageOf } from "../core/errors.ts";
import type { LassoSettings } from "../core/settings.ts";
import type { CliIo } from "./io.ts";
import { chainIdOf, rpcByFetch } from "./rpc_fetch.ts";
import { configError } from "./load_set.ts";
import { type RunningRouter, startRouter } from "./start_router.ts";
import { tracingFrom } from "./start_tracing.ts";
import { TrafficFile } from "./traffic_file.ts";
import { builtinIds, type Wiring } from "./wiring.ts";
import { untilStopped } from "./until_stopped.ts";

export const serveHelp =
  `lasso serve [--config FILE] [--host HOST] [--port PORT] [--data-dir DIR] [--record FILE]

Runs the router. Without --config: lasso.yaml in this folder, else LASSO_UPSTREAMS
(comma-separated URLs), else the built-in chains with public endpoints.

  --config FILE  the config; see docs/config.md
  --host HOST    address to listen on (LASSO_HOST; default 127.0.0.1)
  --port PORT    port to listen on (LASSO_PORT; default 4000)
  --region NAME  where this router stands (LASSO_REGION)
  --data-dir DIR folder for history and snapshots (LASSO_DATA_DIR; default .lasso beside the
                 config); none keeps all in memory
  --record FILE  write client calls there as JSON lines, to be replayed by lasso battle: time,
                 chain, method, params, transport; no ids, no addresses. Params of methods that
                 send, and of those that Lasso doesn't know, are replaced by their hash
  --record-transactions
                 with --record: write these params too
  --help         this text

SIGHUP or a change of the file reloads it; SIGINT and SIGTERM drain, a second one ends at once.
Exit: 0 after draining, 1 fatal, 2 bad config or usage.
`;

const probeTimeoutMs = 10_000;

interface ServeFlags extends OverrideFlags {
  readonly config?: string | undefined;
  readonly record?: string | undefined;
  readonly "record-transactions"?: boolean | undefined;
}

export async function serve(args: readonly string[], io: CliIo, wiring: Wiring): Promise<number> {
  let flags: ServeFlags & { help?: boolean | undefined };
  try {
    const options = {
      config: { type: "string" },
      host: { type: "string" },
      port: { type: "string" },
      region: { type: "string" },
      "data-dir": { type: "string" },
      record: { type: "string" },
      "record-transactions": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    } as const;
    flags = parseArgs({ args: [...args], options }).values;
  } catch (thrown) {
    io.err(`${messageOf(thrown)}\n\n${serveHelp}`);
    return 2;
  }
  if (flags.help) {
    io.out(serveHelp);
    return 0;
  }
  try {
    return await run(flags, io, wiring);
  } catch (thrown) {
    io.err(`lasso: ${messageOf(thrown)}\n`);
    return thrown instanceof LassoError &&
        (thrown.code === "config" || thrown.code === "usage" || thrown.code === "plugin")
      ? 2
      : 1;
  }
}

async function run(
  flags: ServeFlags,
  io: CliIo,
  wiring: Wiring,
): Promise<number> {
  // Watched from before the file is read; what changes while the router starts is taken over once it runs.
  let missed = false;
  let changed = (): void => {
    missed = true;
  };
  const watched = findConfig(flags.config);
  await using _watcher = watched === undefined
    ? null
    : new ConfigWatcher({ file: watched, clock: wiring.clock, onChange: () => changed() });
  using _hangup = { [Symbol.dispose]: wiring.onSignal("SIGHUP", () => changed()) };

  const known = builtinIds(wiring);
  const call = rpcByFetch(probeTimeoutMs);
  const found = await resolveConfig({
    file: flags.config,
    env: io.env,
    known,
    chainIdOf: (url) => chainIdOf(call, { url, headers: {}, tls: {} }),
  });
  if (found.kind === "invalid") throw configError(found.problems);
  tell(found, io);
  const finish = (settings: LassoSettings): LassoSettings => applyOverrides(settings, flags, io.env);
  await using traffic = flags.record === undefined
    ? null
    : await TrafficFile.create(flags.record, wiring.clock, flags["record-transactions"] ?? false);
  const router = await startRouter({
    settings: finish(found.settings),
    source: found.kind === "file" ? found.loaded : null,
    proxyFor: proxyFromEnv(io.env),
    recorder: traffic?.recorder ?? null,
    tracing: tracingFrom(io.env),
    admin: found.kind === "file"
      ? { config: { load: () => loadConfigFile(found.loaded.sources.file, io.env, known), finish } }
      : {},
  }, wiring);
  announce(router, io);
  const reload = async (): Promise<void> => {
    if (found.kind !== "file") return io.err("lasso: there is no config file to reload\n");
    const { file } = found.loaded.sources;
    const result = await router.reload(() => loadConfigFile(file, io.env, known), finish);
    io.err(
      `lasso: ${
        result.ok ? "reloaded" : "the reload failed; the config in force stays"
      }: ${result.message}\n`,
    );
  };
  changed = (): void => void reload();
  if (missed) changed();
  // Read at the end: a reload may have changed it.
  await untilStopped(
    wiring,
    io,
    () => router.stop(router.server.state.router.settings.server.drainTimeoutMs),
  );
  if (traffic !== null) io.err(`lasso: ${await traffic.close()}\n`);
  return 0;
}

function tell(found: ResolvedConfig, io: CliIo): void {
  if (found.kind === "file" && found.loaded.warnings.length > 0) {
    io.err(`Warnings:\n${formatProblems(found.loaded.warnings)}\n\n`);
  }
  if (found.kind === "presets") {
    io.err("lasso: no config file; the built-in chains with their public endpoints are served\n");
  }
  if (found.kind !== "upstreams") return;
  for (const { url, message } of found.failures) io.err(`lasso: left out ${url}: ${message}\n`);
}

function announce(router: RunningRouter, io: CliIo): void {
  const { url, state } = router.server;
  const names = state.router.routes.map(({ chain }) => chain.name);
  io.err(`lasso ${state.deps.version} listens on ${url}\n`);
  io.err(`  ${url}/rpc/{chain} with chain one of ${names.join(", ")}\n`);
}
