// Where a scenario's requests would go. Loopback is free; everything else has to be allowed by name, so that nobody's
// service is put under load by accident.

import { LassoError } from "../../core/errors.ts";
import type { Plan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";

/** Hosts beyond loopback that a scenario reaches, as they stand in its URLs. */
export function foreignHosts({ target, chains }: Scenario): readonly string[] {
  const urls = target.kind === "url"
    ? [target.url]
    : chains.flatMap(({ providers }) =>
      providers.flatMap((provider) =>
        provider.kind !== "url"
          ? []
          : provider.wsUrl === null
          ? [provider.url]
          : [provider.url, provider.wsUrl]
      )
    );
  return [...new Set(urls.map(hostOf))].filter((host) => !isLoopback(host));
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
  const requests = `${isClosed ? "at least " : ""}${planned.toLocaleString("en-US")} requests`;
  const seconds = Math.round((plan.durationUs + plan.warmupUs) / 1e6);
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
