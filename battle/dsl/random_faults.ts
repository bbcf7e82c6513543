// Draws faults from a seed: kind, provider, time and strength. Two never hit one provider at a time, and some providers
// of each chain are always left alone, so that a router that does its work can always answer. Called by read_faults.ts.

import { below, type Random } from "../../core/random.ts";
import type { Fault, FaultSpec, PlannedFault } from "../model/fault.ts";
import type { ChainSpec, Scenario } from "../model/scenario.ts";
import { placeFaults } from "../plan/place_faults.ts";
import { randomStream } from "../plan/random_stream.ts";
import type { RandomKind } from "./fault_types.ts";
import { OptionReader } from "./option_reader.ts";
import { type Problems, show } from "./problems.ts";
import { durationMs } from "./units.ts";

/** So often in a row no room is found before it is given up. */
const TRIES_EACH = 200;
/** What lies badly leaves no room for the rest: then all of it is drawn anew, so that no seed is unlucky. */
const TRIES_ALL = 50;
/** Of all of them together; more would take seconds. */
const MOST_DRAWS = 50_000;
const ONE_EACH_MS = 10_000;

/** A whole number from `least` to `most`. */
const between = (random: Random, least: number, most: number): number =>
  least + below(random, most - least + 1);

const pick = <T>(list: readonly T[], random: Random): T => list[below(random, list.length)]!;

/** How strong each kind comes out. */
const drawn: Readonly<Record<RandomKind, (random: Random) => Fault>> = {
  kill: () => ({ kind: "kill" }),
  blackhole: () => ({ kind: "blackhole" }),
  reset: () => ({ kind: "reset" }),
  latency: (random) => ({
    kind: "latency",
    ms: between(random, 100, 1_000),
    jitterMs: between(random, 0, 100),
  }),
  bandwidth: (random) => ({ kind: "bandwidth", bytesPerSecond: between(random, 4, 64) * 1024 }),
  cutBody: (random) => ({ kind: "cut_body", afterBytes: between(random, 16, 256) }),
  dropSockets: () => ({ kind: "drop_sockets" }),
  status: (random) => {
    const status = pick([429, 500, 502, 503], random);
    return { kind: "status", status, retryAfterS: status === 429 ? 1 : null };
  },
  htmlPage: () => ({ kind: "html_page", status: 502 }),
  nullResult: () => ({ kind: "null_result" }),
  wrongId: () => ({ kind: "wrong_id" }),
  malformed: () => ({ kind: "malformed" }),
  truncated: () => ({ kind: "truncated" }),
  brownout: (random) => ({ kind: "brownout", extraMs: between(random, 200, 2_000) }),
  lag: (random) => ({ kind: "lag", blocks: between(random, 3, 20) }),
  stall: () => ({ kind: "stall" }),
  stallSubscriptions: () => ({ kind: "stall_subscriptions" }),
  lateEvents: (random) => ({ kind: "late_events", ms: between(random, 500, 3_000) }),
};

const ofAnswers: ReadonlySet<string> = new Set<RandomKind>([
  "status",
  "htmlPage",
  "nullResult",
  "wrongId",
  "malformed",
  "truncated",
  "brownout",
]);

export const randomKinds = Object.keys(drawn) as readonly RandomKind[];

type Surroundings = Pick<Scenario, "chains" | "seed" | "durationMs">;

/** `others`: faults that are placed already. The ids are for the caller to give. */
export function randomFaults(
  options: unknown,
  index: number,
  others: readonly FaultSpec[],
  around: Surroundings,
  step: string,
  problems: Problems,
): FaultSpec[] {
  const wanted = readOptions(options, around, step, problems);
  if (around.durationMs === 0 || wanted.places.length === 0 || wanted.kinds.length === 0) return [];
  const random = randomStream(wanted.seed, "random faults", String(index));
  const runUs = around.durationMs * 1000;
  const before = placeFaults(others, runUs);
  let specs: FaultSpec[] = [];
  const draws = { left: MOST_DRAWS };
  for (let tries = 0; specs.length < wanted.count && tries < TRIES_ALL && draws.left > 0; tries++) {
    const drawn = drawAll(wanted, before, runUs, around.chains, random, draws);
    if (drawn.length > specs.length) specs = drawn;
  }
  if (specs.length < wanted.count) {
    problems.add(
      step,
      `only ${specs.length} of ${wanted.count} faults find room`,
      "lower count, spare or length, widen between, or add providers",
    );
  }
  return specs.toSorted((a, b) => startOf(a) - startOf(b));
}

/** As many as find room beside those that are placed `before`. */
function drawAll(
  wanted: Wanted,
  before: readonly PlannedFault[],
  runUs: number,
  chains: readonly ChainSpec[],
  random: Random,
  draws: { left: number },
): FaultSpec[] {
  const taken = [...before];
  const specs: FaultSpec[] = [];
  for (let misses = 0; specs.length < wanted.count && misses < TRIES_EACH && draws.left > 0; misses++) {
    draws.left--;
    const spec = draw(wanted, random);
    const stretch = placeFaults([spec], runUs)[0];
    if (stretch === undefined || !isFree(stretch, taken, chains, wanted.spare)) continue;
    taken.push(stretch);
    specs.push(spec);
    misses = 0;
  }
  return specs;
}

function startOf({ schedule }: FaultSpec): number {
  return schedule.kind === "at" ? schedule.atMs : 0;
}

interface Place {
  readonly chain: string;
  readonly provider: string;
}

interface Wanted {
  readonly seed: number;
  readonly count: number;
  readonly kinds: readonly RandomKind[];
  readonly places: readonly Place[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly spare: number;
}

function draw({ kinds, places, fromMs, toMs, leastMs, mostMs }: Wanted, random: Random): FaultSpec {
  const kind = pick(kinds, random);
  const place = pick(places, random);
  const fault = drawn[kind](random);
  const forMs = between(random, leastMs, Math.max(leastMs, Math.min(mostMs, toMs - fromMs)));
  const atMs = between(random, fromMs, Math.max(fromMs, toMs - forMs));
  const share = ofAnswers.has(kind) ? between(random, 2, 10) / 10 : 1;
  const schedule = { kind: "at", atMs, forMs: kind === "dropSockets" ? null : forMs } as const;
  return { id: "", fault, ...place, schedule, share, methods: null };
}

/** No other fault on the provider, and enough of its neighbours without one, all the time. */
function isFree(
  wanted: PlannedFault,
  taken: readonly PlannedFault[],
  chains: readonly ChainSpec[],
  spare: number,
): boolean {
  const meets = taken.filter(({ startUs, endUs }) =>
    startUs <= (wanted.endUs ?? wanted.startUs) && wanted.startUs <= (endUs ?? startUs)
  );
  const hit = new Set(
    meets.filter(({ chain, provider }) => chain === wanted.chain && provider !== null)
      .map(({ provider }) => provider),
  );
  if (hit.has(wanted.provider)) return false;
  const all = chains.find(({ name }) => name === wanted.chain)?.providers.length ?? 0;
  return hit.size + 1 <= all - spare;
}

function readOptions(options: unknown, around: Surroundings, step: string, problems: Problems): Wanted {
  const reader = new OptionReader(options, step, problems);
  const [fromMs, toMs] = pairOf(reader, "between", [0, around.durationMs]);
  const [leastMs, mostMs] = pairOf(reader, "length", [1_000, 10_000]);
  if (around.durationMs > 0 && toMs > around.durationMs) {
    reader.problem(
      `between ends after the run of ${around.durationMs / 1000} s`,
      "let it end with the run, or make the run longer",
    );
  } else if (leastMs > toMs - fromMs && around.durationMs > 0) {
    reader.problem("the least length does not fit into between", "make it shorter");
  }
  const wanted: Wanted = {
    seed: reader.whole("seed", 0, around.seed),
    count: reader.whole("count", 1, Math.max(1, Math.floor((toMs - fromMs) / ONE_EACH_MS))),
    kinds: kindsOf(reader),
    places: placesOf(reader, around.chains),
    fromMs,
    toMs,
    leastMs,
    mostMs,
    spare: reader.whole("spare", 0, 1),
  };
  reader.end();
  return wanted;
}

/** Two durations, the first not above the second. */
function pairOf(
  reader: OptionReader,
  key: string,
  fallback: readonly [number, number],
): readonly [number, number] {
  const given = reader.raw(key);
  if (given === undefined) return fallback;
  const pair = Array.isArray(given) && given.length === 2 ? given : [];
  const [from, to] = [durationMs(pair[0]), durationMs(pair[1])];
  if (from !== null && to !== null && from <= to && to > 0) return [Math.ceil(from), Math.floor(to)];
  reader.problem(
    `${key} must be two durations, the shorter first: it is ${show(given)}`,
    'write ["2s", "10s"]',
  );
  return fallback;
}

function kindsOf(reader: OptionReader): readonly RandomKind[] {
  const given = reader.raw("faults");
  if (given === undefined) return randomKinds;
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const name of list) {
    if ((randomKinds as readonly unknown[]).includes(name)) continue;
    reader.problem(`${show(name)} can't be drawn`, `use some of ${randomKinds.join(", ")}`);
  }
  if (list.length === 0) reader.problem("faults is empty", "leave it out for all kinds");
  return randomKinds.filter((kind) => list.includes(kind));
}

function placesOf(reader: OptionReader, chains: readonly ChainSpec[]): readonly Place[] {
  const all = chains.flatMap(({ name, providers }) =>
    providers.filter(({ kind }) => kind === "sim").map(({ id }) => ({ chain: name, provider: id }))
  );
  const given = reader.raw("providers");
  if (given === undefined) {
    if (all.length === 0) reader.problem("there is no simulated provider", "add one to a chain");
    return all;
  }
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const name of list) {
    const count = all.filter((place) => isNamed(place, name)).length;
    if (count === 1) continue;
    reader.problem(
      count === 0
        ? `there is no simulated provider ${show(name)}`
        : `several chains have a provider ${show(name)}`,
      `use some of ${all.map(({ chain, provider }) => `${chain}/${provider}`).join(", ")}`,
    );
  }
  return all.filter((place) => list.some((name) => isNamed(place, name)));
}

function isNamed({ chain, provider }: Place, name: unknown): boolean {
  return name === provider || name === `${chain}/${provider}`;
}
