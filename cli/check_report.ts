// How `lasso check` shows what it found: tables for people, one JSON object for programs. URLs only masked, headers
// and tokens not at all.

import type { ConfigProblem } from "../config/problems.ts";
import type { ResolvedConfig } from "../config/resolve.ts";
import { maskUrl } from "../core/redact.ts";
import type { AlertSettings, ChainSettings, LassoSettings } from "../core/settings.ts";
import { probedMethods, type ProbeReport } from "./probe.ts";
import { table } from "./table.ts";

export function planText(found: ResolvedConfig, settings: LassoSettings): string {
  const { server } = settings;
  const scheme = server.tls === null ? "http" : "https";
  const host = server.host.includes(":") ? `[${server.host}]` : server.host;
  const lines = [`config: ${sourceText(found)}`];
  if (found.kind === "upstreams") {
    for (const { url, message } of found.failures) lines.push(`left out: ${url}: ${message}`);
  }
  lines.push(`listens on: ${scheme}://${host}:${server.port} (region ${server.region})`);
  for (const plugin of settings.plugins) lines.push(`plugin: ${plugin.path}`);
  lines.push(...alertLines(settings.alerts));
  const rows = settings.chains.flatMap((chain) =>
    chain.providers.map((provider, index) => [
      ...(index === 0 ? [chain.name, String(chain.chainId), strategies(chain)] : ["", "", ""]),
      provider.id,
      provider.private ? `${provider.type}, private` : provider.type,
      provider.group,
      provider.transport,
      maskUrl(provider.url),
      provider.wsUrl === null ? "-" : maskUrl(provider.wsUrl),
    ])
  );
  const header = ["CHAIN", "ID", "STRATEGY", "PROVIDER", "TYPE", "GROUP", "TRANSPORT", "URL", "WEBSOCKET"];
  return `${lines.join("\n")}\n\n${table(header, rows)}`;
}

export function probeText(probes: readonly ProbeReport[]): string {
  const rows = probes.map((report) => [
    report.chain,
    report.provider,
    report.ok ? "ok" : "FAILED",
    report.chainId === null ? "-" : String(report.chainId),
    report.head === null ? "-" : String(report.head),
    report.ms === null ? "-" : report.ms.toFixed(0),
    methodsText(report),
    report.getLogsRange === null ? "-" : String(report.getLogsRange),
    report.archive === null ? "-" : report.archive ? "yes" : "no",
    report.websocket === null ? "-" : report.websocket ? "ok" : "FAILED",
    report.problem ?? "",
  ]);
  const header = ["CHAIN", "PROVIDER", "PROBE", "CHAIN ID", "HEAD", "MS", "METHODS", "GETLOGS", "ARCHIVE"];
  return table([...header, "WEBSOCKET", "PROBLEM"], rows);
}

export type CheckOutcome =
  | { readonly ok: false; readonly problems: readonly ConfigProblem[]; readonly message: string }
  | {
    readonly ok: true;
    readonly found: ResolvedConfig;
    readonly settings: LassoSettings;
    readonly warnings: readonly ConfigProblem[];
    readonly probes: readonly ProbeReport[] | null;
  };

export function jsonReport(outcome: CheckOutcome): string {
  if (!outcome.ok) return `${JSON.stringify(outcome, null, 2)}\n`;
  const { found, settings, warnings, probes } = outcome;
  const report = {
    ok: probes === null || probes.every((probed) => probed.ok),
    source: sourceText(found),
    host: settings.server.host,
    port: settings.server.port,
    region: settings.server.region,
    warnings,
    failures: found.kind === "upstreams" ? found.failures : [],
    chains: settings.chains.map((chain) => ({
      name: chain.name,
      chain_id: chain.chainId,
      aliases: chain.aliases,
      strategy: chain.strategy,
      providers: chain.providers.map((provider) => ({
        id: provider.id,
        url: maskUrl(provider.url),
        ws_url: provider.wsUrl === null ? null : maskUrl(provider.wsUrl),
        type: provider.type,
        group: provider.group,
        private: provider.private,
        transport: provider.transport,
      })),
    })),
    alerts: {
      targets: settings.alerts.targets.map((target) => ({ ...target, url: urlOf(target) })),
      rules: settings.alerts.rules.map(({ name, when, to }) => ({ name, when, to })),
    },
    probes: probes?.map(({ chainId, getLogsRange, ...report }) => ({
      ...report,
      chain_id: chainId,
      get_logs_range: getLogsRange,
    })) ?? null,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function sourceText(found: ResolvedConfig): string {
  switch (found.kind) {
    case "file":
    case "invalid":
      return found.kind === "file" ? found.loaded.sources.file : "invalid";
    case "upstreams":
      return "LASSO_UPSTREAMS";
    case "presets":
      return "built-in chains";
  }
}

/** `alert: provider-down (provider_down) to ops (webhook https://hooks.example.com/***)` */
function alertLines({ targets, rules }: AlertSettings): string[] {
  const places = new Map(targets.map((target) => {
    const url = urlOf(target);
    return [target.name, `${target.name} (${target.type}${url === null ? "" : ` ${url}`})`];
  }));
  return rules.map(({ name, when, to }) =>
    `alert: ${name} (${when}) to ${to.map((target) => places.get(target)).join(", ")}`
  );
}

/** Masked; null: a log. */
function urlOf(target: AlertSettings["targets"][number]): string | null {
  return target.type === "log" ? null : maskUrl(target.url);
}

/** The chain's strategy, then those that single methods have. */
function strategies(chain: ChainSettings): string {
  const special = chain.methods.flatMap((method) =>
    method.strategy === null ? [] : [`${method.pattern}: ${method.strategy}`]
  );
  return [chain.strategy, ...special].join(", ");
}

function methodsText(report: ProbeReport): string {
  const failed = probedMethods.filter((method) => Object.hasOwn(report.failed, method));
  if (report.head === null) return "-";
  return failed.length === 0 ? "all" : `not ${failed.join(", ")}`;
}
