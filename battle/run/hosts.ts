// Where a scenario's requests would go. Loopback is free; everything else has to be allowed by name, so that nobody's
// service is put under load by accident.

import { LassoError } from "../../core/errors.ts";
import type { Plan } from "../model/plan.ts";
import type { ProviderSpec, Scenario } from "../model/scenario.ts";
import { roundsOf } from "./run_rounds.ts";

/** Hosts beyond loopback that a scenario reaches, as they stand in its URLs. */
export function foreignHosts({ target, chains, compare }: Scenario): readonly string[] {
  const urls = target.kind === "url" ? [target.url] : [
    ...chains.flatMap(({ providers }) => providers.flatMap(urlsOfProvider)),
    ...urlsOfConfig(target.config),
    ...urlsOfConfig(compare?.baseline),
  ];
  return [...new Set(urls.map(hostOf))].filter((host) => !isLoopback(host));
}

function urlsOfProvider(provider: ProviderSpec): string[] {
  const own = provider.kind !== "url"
    ? []
    : [provider.url, ...provider.wsUrl === null ? [] : [provider.wsUrl]];
  return [...own, ...urlsOfConfig(provider.config)];
}

/** What keys of the router's config lead to, wherever they stand: providers, and targets of alerts. */
function urlsOfConfig(config: unknown): string[] {
  if (typeof config !== "object" || config === null) return [];
  return Object.entries(config).flatMap(([key, value]) =>
    typeof value === "string" && (key === "url" || key === "ws_url") ? [value] : urlsOfConfig(value)
  );
}

/** LassoError `usage` naming what is missing. */
export function checkHosts(scenario: Scenario, allowed: ReadonlySet<string>): void {
  const missing = foreignHosts(scenario).filter((host) => !allowed.has(host));
  if (missing.length === 0) return;
  throw new LassoError("usage", `the scenario sends requests to ${missing.join(" and ")}`, {
    place: `scenario "${scenario.name}"`,
    hint: `if you may put load on it, add ${missing.map((host) => `--allow-host ${host}`).join(" ")}`,
  });
}

/** What is said before the first request goes to a host beyond loopback; null: none does. */
export function loadNotice(scenario: Scenario, plan: Plan): string | null {
  const hosts = foreignHosts(scenario);
  if (hosts.length === 0) return null;
  const planned = plan.workloads.reduce((sum, { workload, calls }) => {
    return workload.kind === "subscribers" ? sum : sum + Math.ceil(calls.length / batchOf(workload));
  }, 0);
  const sockets = scenario.workloads.reduce(
    (sum, workload) => workload.kind === "subscribers" ? sum + workload.sockets : sum,
    0,
  );
  const isClosed = scenario.workloads.some((workload) =>
    "arrival" in workload && workload.arrival.kind === "closed"
  );
  // A router of ours adds probes and attempts to what clients send, and answers some of it itself.
  const roughly = isClosed ? "at least " : scenario.target.kind === "own" ? "about " : "";
  const rounds = roundsOf(scenario);
  const requests = `${roughly}${(planned * rounds).toLocaleString("en-US")} requests`;
  const seconds = Math.round((plan.durationUs + plan.warmupUs) * rounds / 1e6);
  const streams = sockets === 0 ? "" : ` and ${sockets} sockets`;
  return `${requests}${streams} will go to ${hosts.join(" and ")} within ${seconds} s`;
}

function batchOf(workload: Scenario["workloads"][number]): number {
  return workload.kind === "http" || workload.kind === "ws" ? workload.batch : 1;
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    throw new LassoError("usage", "a URL of the scenario can't be read", {
      hint: "write it with its scheme, for instance http://127.0.0.1:4000",
    });
  }
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(host);
}
