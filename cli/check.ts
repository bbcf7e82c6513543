// `lasso check`: is the config good, what would run, and (with --probe) do the providers do what it needs of them?
// Starts nothing and changes nothing. Called by main with the ids that are built in.

import { parseArgs } from "node:util";
import { applyOverrides } from "../config/overrides.ts";
import { checkPluginIds, type KnownIds } from "../config/plugin_ids.ts";
import { type ConfigProblem, formatProblems } from "../config/problems.ts";
import { proxyFromEnv } from "../config/proxy.ts";
import { resolveConfig, type ResolvedConfig } from "../config/resolve.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { LassoError, messageOf } from "../core/errors.ts";
import { checkTlsPair } from "../core/server/tls_pair.ts";
import { systemRandom } from "../core/random.ts";
import type { LassoSettings, PluginSettings } from "../core/settings.ts";
import { jsonReport, planText, probeText } from "./check_report.ts";
import type { CliIo } from "./io.ts";
import { probe, type ProbeReport } from "./probe.ts";
import { chainIdOf, rpcByFetch, type RpcCall } from "./rpc_fetch.ts";
import { type WsProbe, wsProbe } from "./ws_probe.ts";

export const checkHelp = `lasso check [--config FILE] [--probe] [--json]

Validates the config and prints what would run. Without --config: lasso.yaml in this
folder, else LASSO_UPSTREAMS, else the built-in chains.

  --config FILE  the file to check
  --probe        call each provider: chain id, head, methods, eth_getLogs range, archive,
                 WebSocket
  --json         print one JSON object instead of tables
  --help         this text

Exit: 0 good, 1 a probe failed, 2 bad config or usage.
`;

export interface CheckDeps extends KnownIds {
  /** Loads the plugins that the config names and tells all ids there are then. Rejects when one can't be loaded. */
  readonly loadPlugins?: (plugins: readonly PluginSettings[]) => Promise<KnownIds>;
  /** Default: `fetch`, 10 s a call. */
  readonly call?: RpcCall;
  /** Default: over the transport of the router, as long. */
  readonly askWs?: WsProbe;
  readonly clock?: Clock;
}

const probeTimeoutMs = 10_000;
const probesAtOnce = 16;

export async function check(args: readonly string[], io: CliIo, deps: CheckDeps): Promise<number> {
  let flags: {
    config?: string | undefined;
    probe?: boolean | undefined;
    json?: boolean | undefined;
    help?: boolean | undefined;
  };
  try {
    flags = parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        probe: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    io.err(`${messageOf(error)}\n\n${checkHelp}`);
    return 2;
  }
  if (flags.help) {
    io.out(checkHelp);
    return 0;
  }
  const call = deps.call ?? rpcByFetch(probeTimeoutMs);
  const fail = (problems: readonly ConfigProblem[], text: string): number => {
    if (flags.json) io.out(jsonReport({ ok: false, problems, message: text.trimEnd() }));
    else io.err(text);
    return 2;
  };

  let found: ResolvedConfig;
  let settings: LassoSettings;
  let proxyFor: (url: string) => string | null;
  try {
    proxyFor = proxyFromEnv(io.env);
    found = await resolveConfig({
      file: flags.config,
      env: io.env,
      known: deps,
      chainIdOf: (url) => chainIdOf(call, { url, headers: {}, tls: {} }),
    });
    const problems = found.kind === "invalid" ? found.problems : await pluginProblems(found, deps);
    if (found.kind === "invalid" || problems.length > 0) {
      const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
      return fail(problems, `${formatProblems(problems)}\n\n${count}.\n`);
    }
    settings = applyOverrides(found.settings, {}, io.env);
    const { tls } = settings.server;
    if (tls !== null) checkTlsPair(tls.cert, tls.key);
  } catch (error) {
    if (!(error instanceof LassoError)) throw error;
    return fail([], `${error.message}\n`);
  }

  const warnings = found.kind === "file" ? found.loaded.warnings : [];
  if (!flags.json) {
    if (warnings.length > 0) io.err(`Warnings:\n${formatProblems(warnings)}\n\n`);
    io.out(planText(found, settings));
  }
  const clock = deps.clock ?? systemClock;
  const askWs = deps.askWs ?? wsProbe({ clock, random: systemRandom, timeoutMs: probeTimeoutMs, proxyFor });
  const probes = flags.probe ? await probeAll(settings, call, askWs, clock, io) : null;
  if (flags.json) io.out(jsonReport({ ok: true, found, settings, warnings, probes }));
  else if (probes !== null) io.out(`\n${probeText(probes)}`);
  return probes === null || probes.every((report) => report.ok) ? 0 : 1;
}

async function pluginProblems(found: ResolvedConfig, deps: CheckDeps): Promise<ConfigProblem[]> {
  if (found.kind !== "file" || found.settings.plugins.length === 0 || deps.loadPlugins === undefined) {
    return [];
  }
  const known = await deps.loadPlugins(found.settings.plugins);
  return checkPluginIds(found.loaded, known.strategies, known.transports);
}

/** All providers, a few at a time, in the order of the config. */
async function probeAll(
  settings: LassoSettings,
  call: RpcCall,
  askWs: WsProbe,
  clock: Clock,
  io: CliIo,
): Promise<ProbeReport[]> {
  const jobs = settings.chains.flatMap((chain) => chain.providers.map((provider) => ({ chain, provider })));
  const reports: ProbeReport[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index];
      if (job === undefined) return;
      reports[index] = await probe(job.chain, job.provider, call, askWs, clock);
      done++;
      const line = `probed ${done} of ${jobs.length}: ${job.chain.name}/${job.provider.id}`;
      io.err(io.isTty ? `\r\x1b[K${line}` : `${line}\n`);
    }
  };
  await Promise.all(Array.from({ length: probesAtOnce }, work));
  if (io.isTty) io.err("\r\x1b[K");
  return reports;
}
