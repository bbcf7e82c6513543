// Reads what a scenario is judged by: `.slo()`, `.check()`, `.compare()`, and the formats of its report. Called by
// finish_scenario.ts.

import type { FaultSpec } from "../model/fault.ts";
import {
  checkNames,
  type CheckSpec,
  type Comparison,
  type ReportFormat,
  type Scenario,
  type SloKey,
  sloKeys,
  type SloScope,
  type SloSpec,
} from "../model/scenario.ts";
import { OptionReader } from "./option_reader.ts";
import { CheckPart } from "./parts.ts";
import { type Problems, show } from "./problems.ts";

type Named = Pick<Scenario, "chains" | "workloads" | "target"> & { readonly faults: readonly FaultSpec[] };

/** Shares, 0..1. */
const shares: ReadonlySet<SloKey> = new Set(["success_rate", "availability", "error_rate", "hedge_ratio"]);
const streamKeys: ReadonlySet<SloKey> = new Set(["stream_gaps", "stream_duplicates", "stream_out_of_order"]);
const formats = ["text", "json", "md", "junit", "html"] as const satisfies readonly ReportFormat[];
/** Top level of the router's config; anything else in `baseline` is a default of routing. */
const configSections: ReadonlySet<string> = new Set([
  "server",
  "defaults",
  "plugins",
  "chains",
  "observability",
]);

export function readSlos(args: readonly unknown[], named: Named, problems: Problems): SloSpec[] {
  const [scopeGiven, bounds] = args;
  const step = typeof scopeGiven === "string" ? `.slo(${show(scopeGiven)})` : ".slo()";
  const scope = readScope(scopeGiven, step, named, problems);
  if (typeof bounds !== "object" || bounds === null || Object.keys(bounds).length === 0) {
    problems.add(step, "it has no bounds", 'write .slo("reads", { success_rate: 1, p99_latency_ms: 250 })');
    return [];
  }
  return Object.entries(bounds).flatMap(([name, bound]) => {
    const key = sloKeys.find((known) => known === name);
    if (key === undefined) {
      problems.add(step, `${show(name)} is no SLO key`, `use one of ${sloKeys.join(", ")}`);
      return [];
    }
    if (typeof bound !== "number" || !(bound >= 0) || (shares.has(key) && bound > 1)) {
      const allowed = shares.has(key) ? "from 0 to 1" : "of 0 or more";
      problems.add(
        step,
        `${key} must be a number ${allowed}: it is ${show(bound)}`,
        `write a number ${allowed}`,
      );
      return [];
    }
    const workload = named.workloads.find(({ name }) => name === scope.workload);
    if (streamKeys.has(key) && workload !== undefined && !["subscribers", "custom"].includes(workload.kind)) {
      problems.add(
        step,
        `${key} is of subscriptions, and ${show(workload.name)} has none`,
        "name a workload of subscribers()",
      );
    }
    return [{ scope, key, bound }];
  });
}

function readScope(given: unknown, step: string, named: Named, problems: Problems): SloScope {
  const reader = new OptionReader(typeof given === "string" ? { workload: given } : given, step, problems);
  const text = (key: string): string | null => (reader.has(key) ? reader.text(key) : null);
  const scope: SloScope = {
    workload: text("workload"),
    method: text("method"),
    provider: text("provider"),
    during: text("during"),
  };
  reader.end();
  const known = (what: string, name: string | null, names: readonly string[]): void => {
    if (name === null || names.includes(name)) return;
    const fix = names.length === 0 ? "leave it out" : `use one of ${names.join(", ")}`;
    problems.add(step, `there is no ${what} ${show(name)}`, fix);
  };
  known("workload", scope.workload, named.workloads.map(({ name }) => name));
  if (named.target.kind === "own") {
    const providers = named.chains.flatMap(({ name, providers }) =>
      providers.flatMap(({ id }) => [id, `${name}/${id}`])
    );
    known("provider", scope.provider, providers);
  }
  known("fault", scope.during, ["faults", "calm", ...named.faults.map(({ id }) => id)]);
  // Attempts name a provider by its id alone; its chain is that of the workload.
  return { ...scope, provider: scope.provider?.split("/").at(-1) ?? null };
}

export function readChecks(args: readonly unknown[], problems: Problems): CheckSpec[] {
  return args.flatMap((part) => {
    const name = part instanceof CheckPart ? checkNames.find((known) => known === part.check) : undefined;
    if (name !== undefined) return [{ name }];
    problems.add(
      ".check()",
      `it is given ${show(part)}`,
      `write .check(check.headsMonotonic()); there are ${checkNames.join(", ")}`,
    );
    return [];
  });
}

export function readComparison(options: unknown, { target }: Named, problems: Problems): Comparison {
  const step = ".compare()";
  const reader = new OptionReader(options, step, problems);
  const baseline = reader.plain("baseline");
  const comparison: Comparison = {
    baseline: inSections(baseline),
    metric: reader.oneOf("metric", sloKeys),
    maxRegression: reader.share("maxRegression", 0),
  };
  reader.end();
  if (Object.keys(baseline).length === 0) {
    reader.problem(
      "baseline changes nothing",
      'say how the other side differs: { strategy: "load_balanced" }',
    );
  }
  if (target.kind === "url") {
    reader.problem(
      "a router that runs elsewhere can't be given another config",
      "leave out .compare(), or .target() so that the run starts a router of its own",
    );
  }
  return comparison;
}

/** Keys of routing go into `defaults`, sections of the config stay where they are. */
function inSections(baseline: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(baseline);
  const sections = entries.filter(([key]) => configSections.has(key));
  const defaults = entries.filter(([key]) => !configSections.has(key));
  if (defaults.length === 0) return baseline;
  const given = baseline["defaults"];
  const merged = { ...(typeof given === "object" ? given : {}), ...Object.fromEntries(defaults) };
  return { ...Object.fromEntries(sections), defaults: merged };
}

export function readFormats(args: readonly unknown[], problems: Problems): ReportFormat[] {
  for (const format of args) {
    if ((formats as readonly unknown[]).includes(format)) continue;
    problems.add(".report()", `${show(format)} is no format`, `use some of ${formats.join(", ")}`);
  }
  return formats.filter((format) => args.includes(format));
}

export const allFormats: readonly ReportFormat[] = formats;
