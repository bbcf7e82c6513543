// Makes the plain scenario from the steps of a builder: reads each, checks them against each other, and throws one error
// with all problems, or gives frozen data. Called by the builder's `finished()`.

import type { ReportFormat, Scenario, Target, Workload } from "../model/scenario.ts";
import { OptionReader, plainCopy } from "./option_reader.ts";
import type { Step } from "./parts.ts";
import { Problems, scenarioError, show } from "./problems.ts";
import { isUrl, readChain } from "./read_chains.ts";
import { readFaults } from "./read_faults.ts";
import { allFormats, readChecks, readComparison, readFormats, readSlos } from "./read_judgement.ts";
import { readWorkload } from "./read_workloads.ts";

type Args = readonly unknown[];

/** `givenSeed` wins over the scenario's own. LassoError `usage` with everything that is wrong. */
export function finishScenario(
  title: unknown,
  steps: readonly Step[],
  givenSeed: number | null = null,
): Scenario {
  const problems = new Problems();
  const all = (name: string): readonly Args[] =>
    steps.filter((step) => step.name === name).map(({ args }) => args);
  const last = (name: string): Args | undefined => all(name).at(-1);
  const name = typeof title === "string" && title.trim() !== "" ? title : "";
  if (name === "") {
    problems.add("scenario()", `its name is ${show(title)}`, 'write scenario("what it shows")');
  }
  const ownSeed = readSeed(last("seed"), problems);
  const seed = givenSeed ?? ownSeed;
  const { durationMs, warmupMs } = readDuration(last("duration"), problems);
  const chains = all("chain").map((args) => readChain(args, problems));
  unique(chains.map((chain) => chain.name), (chain) => `.chain(${show(chain)})`, problems);
  unique(chains.map((chain) => chain.chainId), () => ".chain()", problems);
  const target = readTarget(last("target"), all("router"), problems);
  if (target.kind === "own" && chains.length === 0) {
    problems.add(
      ".chain()",
      "there is no chain",
      'add .chain("ethereum", { providers: { a: sim(), b: sim() } })',
    );
  }
  if (target.kind === "url" && chains.length > 0) {
    problems.add(
      ".chain()",
      "the target is a router that runs elsewhere, with chains of its own",
      "leave out .chain(), and name chains in workloads: http({ chain: … })",
    );
  }
  const around = { chains, target, seed, durationMs };
  const workloads = all("workload")
    .map((args) => readWorkload(args, around, problems))
    .filter((workload): workload is Workload => workload !== null);
  if (all("workload").length === 0) {
    problems.add(".workload()", "there is no workload", 'add .workload("reads", http({ rate: 100 }))');
  }
  unique(workloads.map((workload) => workload.name), (workload) => `.workload(${show(workload)})`, problems);
  const faults = readFaults(all("chaos").flat(), around, problems);
  const named = { chains, workloads, target, faults };
  const comparison = last("compare");
  const scenario: Scenario = {
    name,
    seed,
    tags: readTags(all("tag").flat(), problems),
    chains,
    target,
    workloads,
    durationMs,
    warmupMs,
    faults,
    slos: all("slo").flatMap((args) => readSlos(args, named, problems)),
    checks: readChecks(all("check").flat(), problems),
    compare: comparison === undefined ? null : readComparison(comparison[0], named, problems),
    formats: readAllFormats(all("report"), problems),
    expectedToFail: readReason(last("expectedToFail"), problems),
  };
  if (all("slo").length + all("check").length + all("compare").length === 0) {
    problems.add(
      ".slo()",
      "nothing judges the run: it could never fail",
      "add .slo(), .check() or .compare()",
    );
  }
  if (problems.found.length > 0) throw scenarioError(name, problems.found);
  return frozen(scenario);
}

function readSeed(args: Args | undefined, problems: Problems): number {
  if (args === undefined) return 1;
  const [seed] = args;
  if (Number.isSafeInteger(seed) && (seed as number) >= 0) return seed as number;
  problems.add(".seed()", `the seed is ${show(seed)}`, "write a whole number of 0 or more");
  return 1;
}

/** Both 0 where there is none: the rest is not measured against it then. */
function readDuration(
  args: Args | undefined,
  problems: Problems,
): Pick<Scenario, "durationMs" | "warmupMs"> {
  if (args === undefined) {
    problems.add(".duration()", "nothing says how long the run is", 'add .duration("30s")');
    return { durationMs: 0, warmupMs: 0 };
  }
  const before = problems.found.length;
  const step = `.duration(${show(args[0])})`;
  const length = new OptionReader({ duration: args[0] }, step, problems);
  const durationMs = length.span("duration");
  const isKnown = problems.found.length === before;
  const options = new OptionReader(args[1], step, problems);
  const warmupMs = options.duration("warmup", 0);
  options.end();
  return { durationMs: isKnown ? durationMs : 0, warmupMs };
}

function readTarget(args: Args | undefined, router: readonly Args[], problems: Problems): Target {
  if (args === undefined) {
    let config: Readonly<Record<string, unknown>> = {};
    for (const [given] of router) {
      const copy = plainCopy(given);
      if (copy !== null) config = merged(config, copy);
      else {problems.add(
          ".router()",
          `the config is ${show(given)}`,
          "write { defaults: { … } } as plain data",
        );}
    }
    return { kind: "own", config };
  }
  const url: unknown = args[0] instanceof URL ? args[0].href : args[0];
  if (!isUrl(url, /^https?:$/)) {
    problems.add(".target()", "it is no http or https URL", 'write .target("http://127.0.0.1:4000")');
  }
  if (router.length > 0) {
    problems.add(
      ".router()",
      "the target is a router that runs elsewhere, and is not configured from here",
      "leave out .router() or .target()",
    );
  }
  return { kind: "url", url: typeof url === "string" ? url : "" };
}

type Config = Readonly<Record<string, unknown>>;

/** Sections are merged, all else is replaced. */
function merged(base: Config, change: Config): Config {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const before = base[key];
    result[key] = isSection(before) && isSection(value) ? merged(before, value) : value;
  }
  return result;
}

function isSection(value: unknown): value is Config {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readTags(tags: readonly unknown[], problems: Problems): readonly string[] {
  for (const tag of tags) {
    if (typeof tag === "string" && /^[\w-]+$/.test(tag)) continue;
    problems.add(".tag()", `a tag can't be ${show(tag)}`, 'use letters, digits, _ and -, for instance "ci"');
  }
  return [...new Set(tags)] as readonly string[];
}

function readAllFormats(steps: readonly Args[], problems: Problems): readonly ReportFormat[] {
  const formats = readFormats(steps.flat(), problems);
  if (steps.length > 0 && steps.flat().length === 0) {
    problems.add(".report()", "it names no format", "leave it out for all formats");
  }
  return steps.length === 0 ? allFormats : formats;
}

function readReason(args: Args | undefined, problems: Problems): string | null {
  if (args === undefined) return null;
  const [reason] = args;
  if (typeof reason === "string" && reason.trim() !== "") return reason;
  problems.add(".expectedToFail()", `the reason is ${show(reason)}`, "say in one sentence why it fails");
  return null;
}

/** Stand-ins for what could not be read are no clash. */
function unique<T>(values: readonly T[], step: (value: T) => string, problems: Problems): void {
  const twice = values.filter((value, index) => value !== "" && value !== 0 && values.indexOf(value) < index);
  for (const value of new Set(twice)) {
    const what = typeof value === "number" ? `the chain id ${value}` : "the name";
    problems.add(step(value), `${what} is taken by another`, "give it another one");
  }
}

/** Frozen to the last member; functions stay as they are. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
