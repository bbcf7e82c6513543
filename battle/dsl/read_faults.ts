// Reads `.chaos()` steps: which fault, on which provider, when, for which share. A fault on several providers becomes
// one for each. Called by finish_scenario.ts.

import type { ChainSpec, ProviderSpec, Scenario } from "../model/scenario.ts";
import type { Fault, FaultSpec } from "../model/fault.ts";
import { placeFaults } from "../plan/place_faults.ts";
import { FaultArgs, type FaultEntry, type FaultName, faultNames, faultTable } from "./fault_table.ts";
import { shareOf } from "./option_reader.ts";
import { FaultPart, type ModifierCall, RandomPart, type ScheduleCall } from "./parts.ts";
import { type Problems, show } from "./problems.ts";
import { randomFaults } from "./random_faults.ts";
import { readSchedule, seconds } from "./read_schedule.ts";

export type FaultSurroundings = Pick<Scenario, "chains" | "target" | "seed" | "durationMs">;

/** `parts`: the arguments of all `.chaos()` steps. Random faults come last, and keep clear of the others. */
export function readFaults(
  parts: readonly unknown[],
  around: FaultSurroundings,
  problems: Problems,
): FaultSpec[] {
  const ids = new FaultIds(problems);
  const specs: FaultSpec[] = [];
  for (const part of parts) {
    if (part instanceof FaultPart) specs.push(...readFault(part, around, ids, problems));
    else if (!(part instanceof RandomPart)) {
      problems.add(".chaos()", `it is given ${show(part)}`, 'write .chaos(at("20s").kill("a").for("5s"))');
    }
  }
  for (const [index, part] of parts.filter((part) => part instanceof RandomPart).entries()) {
    const step = index === 0 ? ".chaos(random())" : `.chaos(random()) number ${index + 1}`;
    if (refuseForeign(around, step, problems)) continue;
    for (const spec of randomFaults(part.options, index, specs, around, step, problems)) {
      specs.push({ ...spec, id: ids.next(spec.fault, spec.provider) });
    }
  }
  refuseOverlaps(specs, around.durationMs, problems);
  return specs;
}

function readFault(
  part: FaultPart,
  around: FaultSurroundings,
  ids: FaultIds,
  problems: Problems,
): FaultSpec[] {
  const step = labelOf(part);
  const name = faultNames.find((known) => known === part.name);
  if (name === undefined) {
    problems.add(step, "there is no such fault", `use one of ${faultNames.join(", ")}`);
    return [];
  }
  const entry: FaultEntry = faultTable[name];
  const { providers, rest } = argsOf(name, entry, part.args);
  const args = new FaultArgs(rest, step, problems);
  const fault = entry.read(args);
  args.end();
  const schedule = readSchedule(part, entry, step, around.durationMs, problems);
  const share = readShare(part.modifiers, entry, step, problems);
  const methods = readMethods(part.modifiers, entry, step, problems);
  const given = readId(part.modifiers, step, problems);
  if (refuseForeign(around, step, problems)) return [];
  const places = entry.needs === "router"
    ? [{ chain: null, provider: null }]
    : entry.needs === "reorg"
    ? reorgPlace(part.args[0], around.chains, step, problems)
    : providerPlaces(providers, entry, around.chains, step, problems);
  return places.map(({ chain, provider }) => {
    const id = given === null
      ? ids.next(fault, provider ?? (entry.needs === "reorg" ? chain : null))
      : ids.take(places.length === 1 ? given : `${given}-${provider}`, step);
    return { id, fault, chain, provider, schedule, share, methods };
  });
}

/** The provider or providers in front, and what is behind them. */
function argsOf(
  name: FaultName,
  { needs }: FaultEntry,
  args: readonly unknown[],
): { readonly providers: readonly unknown[]; readonly rest: readonly unknown[] } {
  if (needs === "router" || needs === "reorg") return { providers: [], rest: args };
  if (name === "partition") return { providers: args, rest: [] };
  const [first, ...rest] = args;
  return { providers: Array.isArray(first) ? first as readonly unknown[] : [first], rest };
}

interface Place {
  readonly chain: string | null;
  readonly provider: string | null;
}

function providerPlaces(
  names: readonly unknown[],
  { needs }: FaultEntry,
  chains: readonly ChainSpec[],
  step: string,
  problems: Problems,
): Place[] {
  const reach = needs === "wire" ? ["sim", "anvil"] : ["sim"];
  if (names.length === 0) problems.add(step, "it names no provider", "name one, or a list of them");
  return names.flatMap((name) => {
    const found = chains.flatMap((chain) =>
      chain.providers
        .filter(({ id }) => name === id || name === `${chain.name}/${id}`)
        .map((provider) => ({ chain, provider }))
    );
    const [first, second] = found;
    if (first === undefined) {
      const known = chains.flatMap(({ providers }) => providers.map(({ id }) => id)).join(", ");
      problems.add(step, `there is no provider ${show(name)}`, `use one of ${known}`);
      return [];
    }
    if (second !== undefined) {
      const options = found.map(({ chain, provider }) => `"${chain.name}/${provider.id}"`).join(" or ");
      problems.add(step, `several chains have a provider ${show(name)}`, `write ${options}`);
      return [];
    }
    if (!reach.includes(first.provider.kind)) {
      problems.add(step, outOfReach(first.provider, needs), "choose a simulated provider");
    }
    return [{ chain: first.chain.name, provider: first.provider.id }];
  });
}

function outOfReach({ id, kind }: ProviderSpec, needs: string): string {
  const what = kind === "url" ? "somebody else's endpoint" : "a real node";
  const why = needs === "wire" ? "stands behind no proxy" : "can't be told to misbehave";
  return `${show(id)} is ${what}, which ${why}`;
}

function reorgPlace(
  options: unknown,
  chains: readonly ChainSpec[],
  step: string,
  problems: Problems,
): Place[] {
  const name = (options as { readonly chain?: unknown } | null | undefined)?.chain ?? chains[0]?.name;
  const chain = chains.find((one) => one.name === name);
  if (chain === undefined) {
    problems.add(
      step,
      `there is no chain ${show(name)}`,
      `use one of ${chains.map((one) => one.name).join(", ")}`,
    );
    return [];
  }
  if (chain.providers.some(({ kind }) => kind !== "sim")) {
    problems.add(
      step,
      `chain ${show(name)} is not simulated, and can't be reorganised`,
      "choose a chain of simulated providers",
    );
  }
  return [{ chain: chain.name, provider: null }];
}

function refuseForeign({ target }: FaultSurroundings, step: string, problems: Problems): boolean {
  if (target.kind === "own") return false;
  problems.add(
    step,
    "the target is a router that runs elsewhere: neither it nor its providers can be reached by a fault",
    "leave out the fault, or .target() so that the run starts a router of its own",
  );
  return true;
}

function readShare(
  modifiers: readonly ModifierCall[],
  { needs }: FaultEntry,
  step: string,
  problems: Problems,
): number {
  const call = modifiers.findLast(({ name }) => name === "share");
  if (call === undefined) return 1;
  if (needs !== "answer") {
    problems.add(step, "only faults of answers hit a share of requests", "leave out .share()");
  }
  const share = shareOf(call.args[0]);
  if (share !== null && share > 0) return share;
  problems.add(
    step,
    `the share must be above 0 and at most 1: it is ${show(call.args[0])}`,
    "write .share(0.3) for 30 %",
  );
  return 1;
}

function readMethods(
  modifiers: readonly ModifierCall[],
  { needs }: FaultEntry,
  step: string,
  problems: Problems,
): readonly string[] | null {
  const call = modifiers.findLast(({ name }) => name === "methods");
  if (call === undefined) return null;
  if (needs !== "answer") {
    problems.add(step, "only faults of answers hit some methods", "leave out .methods()");
  }
  const methods = call.args.filter((name): name is string => typeof name === "string" && name !== "");
  if (methods.length === call.args.length && methods.length > 0) return methods;
  problems.add(step, "the methods must be names", 'write .methods("eth_getLogs")');
  return null;
}

function readId(modifiers: readonly ModifierCall[], step: string, problems: Problems): string | null {
  const call = modifiers.findLast(({ name }) => name === "as");
  if (call === undefined) return null;
  const id = call.args[0];
  if (typeof id === "string" && /^[A-Za-z0-9][\w.-]*$/.test(id) && id !== "faults" && id !== "calm") {
    return id;
  }
  problems.add(
    step,
    `a fault can't be named ${show(id)}`,
    'write .as("outage"); "faults" and "calm" have a meaning of their own',
  );
  return null;
}

class FaultIds {
  readonly #taken = new Set<string>();
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  take(id: string, step: string): string {
    if (this.#taken.has(id)) {
      this.#problems.add(step, `another fault is named ${show(id)}`, "give it another name");
    }
    this.#taken.add(id);
    return id;
  }

  /** `kill-alchemy-1`, `router_kill-1`. */
  next({ kind }: Fault, where: string | null): string {
    const stem = where === null ? kind : `${kind}-${where}`;
    let number = 1;
    while (this.#taken.has(`${stem}-${number}`)) number++;
    this.#taken.add(`${stem}-${number}`);
    return `${stem}-${number}`;
  }
}

/** Of answers, several faults may be in force; of anything else, the end of the first would end the second. */
function refuseOverlaps(specs: readonly FaultSpec[], runMs: number, problems: Problems): void {
  const needsOf = new Map(faultNames.map((name) => [kindOf(name), faultTable[name].needs]));
  const last = new Map<string, { readonly id: string; readonly endUs: number }>();
  const told = new Set<string>();
  for (const planned of placeFaults(specs, runMs * 1000)) {
    const { id, fault, chain, provider, startUs, endUs } = planned;
    if (needsOf.get(fault.kind) === "answer" || endUs === null) continue;
    const key = `${fault.kind} ${chain} ${provider}`;
    const before = last.get(key);
    if (
      before !== undefined && before.id !== id && before.endUs > startUs && !told.has(`${before.id} ${id}`)
    ) {
      told.add(`${before.id} ${id}`);
      problems.add(
        ".chaos()",
        `${before.id} and ${id} overlap from ${seconds(startUs / 1000)} on`,
        "let the first end before the second begins",
      );
    }
    last.set(key, { id, endUs: Math.max(endUs, before?.endUs ?? 0) });
  }
}

/** `dropSockets` → `drop_sockets`; a partition is a blackhole. */
function kindOf(name: FaultName): string {
  if (name === "partition") return "blackhole";
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** As it is written: `at("20s").kill("alchemy")`. */
function labelOf({ schedule, name, args }: FaultPart): string {
  return `${callText(schedule)}.${callText({ kind: name, args: args.slice(0, 1) })}`;
}

function callText(
  { kind, args }: { readonly kind: ScheduleCall["kind"] | string; readonly args: readonly unknown[] },
): string {
  return `${kind}(${args.map(argText).join(", ")})`;
}

function argText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(argText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return show(value);
  return `{ ${Object.entries(value).map(([key, member]) => `${key}: ${argText(member)}`).join(", ")} }`;
}
