// Reads `.workload()` steps: what clients do, and when. Called by finish_scenario.ts, which hands in the chains.

import type { Arrival, ChainSpec, CustomCall, Mix, Target, Workload } from "../model/scenario.ts";
import { isPlannedMethod, plannedMethods, simulatedOnlyMethods } from "../plan/method_names.ts";
import { OptionReader } from "./option_reader.ts";
import { ArrivalPart, LoadPart } from "./parts.ts";
import { type Problems, show } from "./problems.ts";
import { perSecondOf } from "./units.ts";

const DEFAULT_TIMEOUT_MS = 5_000;
/** More than one machine can drive; a figure beyond is a slip of the pen. */
const MOST_CLIENTS = 10_000;
const MOST_SOCKETS = 20_000;
const MOST_IN_A_BATCH = 10_000;
/** A wallet's reads. */
const defaultMix: Mix = {
  eth_blockNumber: 2,
  eth_call: 4,
  eth_getBalance: 2,
  eth_getBlockByNumber: 1,
  eth_getLogs: 1,
};

export interface WorkloadSurroundings {
  readonly chains: readonly ChainSpec[];
  readonly target: Target;
  readonly durationMs: number;
}

/** null where nothing could be read. */
export function readWorkload(
  args: readonly unknown[],
  around: WorkloadSurroundings,
  problems: Problems,
): Workload | null {
  const [name, part] = args;
  const step = `.workload(${show(name)})`;
  if (typeof name !== "string" || name === "") {
    problems.add(step, "the workload needs a name", 'write .workload("reads", http({ rate: 100 }))');
    return null;
  }
  if (!(part instanceof LoadPart)) {
    problems.add(
      step,
      `its load is ${show(part)}`,
      "make it with http(), ws(), subscribers(), replay() or custom()",
    );
    return null;
  }
  const options = part.load === "custom" ? part.args[1] : part.args[0];
  const reader = new OptionReader(options, `${step}: ${part.load}()`, problems);
  const chain = readChainName(reader, around);
  const workload = readLoad(part, name, chain, reader, around);
  reader.end();
  return workload;
}

function readLoad(
  part: LoadPart,
  name: string,
  chain: string,
  reader: OptionReader,
  around: WorkloadSurroundings,
): Workload {
  switch (part.load) {
    case "http":
    case "ws":
      return {
        kind: part.load,
        name,
        chain,
        arrival: readPace(reader, around.durationMs),
        mix: readMix(reader, chain, around),
        batch: reader.whole("batch", 1, 1, MOST_IN_A_BATCH),
        timeoutMs: reader.span("timeout", DEFAULT_TIMEOUT_MS),
        via: readVia(reader),
      };
    case "subscribers":
      return {
        kind: "subscribers",
        name,
        chain,
        sockets: reader.whole("sockets", 1, undefined, MOST_SOCKETS),
        subscription: reader.oneOf(
          "subscription",
          ["newHeads", "logs", "newPendingTransactions"],
          "newHeads",
        ),
        gaps: readGaps(reader),
      };
    case "replay":
      return {
        kind: "replay",
        name,
        chain,
        file: reader.text("file"),
        speed: reader.amount("speed", 1),
        timeoutMs: reader.span("timeout", DEFAULT_TIMEOUT_MS),
      };
    case "custom": {
      const run = part.args[0];
      if (typeof run !== "function") {
        reader.problem(
          `its first argument is ${show(run)}`,
          "write custom(async ({ url, signal }) => { … }, { rate: 10 })",
        );
      }
      return {
        kind: "custom",
        name,
        chain,
        arrival: readPace(reader, around.durationMs),
        timeoutMs: reader.span("timeout", DEFAULT_TIMEOUT_MS),
        run: run as (call: CustomCall) => Promise<void>,
      };
    }
  }
}

function readGaps(reader: OptionReader): "close" | "notify" | "continue" | null {
  const given = reader.has("gaps");
  const gaps = reader.oneOf("gaps", ["close", "notify", "continue"], "close");
  return given ? gaps : null;
}

function readChainName(reader: OptionReader, { chains, target }: WorkloadSurroundings): string {
  const first = chains[0]?.name ?? "ethereum";
  const chain = reader.text("chain", first);
  if (target.kind === "own" && chains.length > 0 && !chains.some(({ name }) => name === chain)) {
    reader.problem(
      `the scenario has no chain ${show(chain)}`,
      `use one of ${chains.map(({ name }) => name).join(", ")}, or add .chain(${show(chain)}, …)`,
    );
  }
  return chain;
}

function readVia(reader: OptionReader): string | null {
  if (!reader.has("via")) return null;
  const via = reader.text("via");
  if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(via)) {
    reader.problem(
      `via can't be part of a path: it is ${show(via)}`,
      'write for instance "round_robin" or "provider/a"',
    );
  }
  return via;
}

function readMix(reader: OptionReader, chain: string, { chains }: WorkloadSurroundings): Mix {
  const given = reader.raw("mix") ?? defaultMix;
  if (
    typeof given !== "object" || given === null || Array.isArray(given) || Object.keys(given).length === 0
  ) {
    reader.problem(
      `mix must be an object of weights: it is ${isEmpty(given) ? "empty" : show(given)}`,
      "write mix: { eth_call: 3, eth_blockNumber: 1 }",
    );
    return defaultMix;
  }
  const spec = chains.find(({ name }) => name === chain);
  const isSimulated = spec?.providers.every(({ kind }) => kind === "sim") ?? false;
  const mix: Record<string, number> = {};
  for (const [method, weight] of Object.entries(given)) {
    if (typeof weight !== "number" || !(weight > 0) || !Number.isFinite(weight)) {
      reader.problem(
        `the weight of ${method} must be above 0: it is ${show(weight)}`,
        "write 1, or leave it out",
      );
    } else if (!isPlannedMethod(method)) {
      reader.problem(
        `no params can be made for ${method}`,
        `use custom() or replay(); mix knows ${plannedMethods.join(", ")}`,
      );
    } else if (!isSimulated && simulatedOnlyMethods.has(method)) {
      reader.problem(
        `${method} needs hashes or funded accounts of a simulated chain, and ${show(chain)} is none`,
        "leave it out, or send it by custom() or replay()",
      );
    } else mix[method] = weight;
  }
  return mix;
}

function isEmpty(given: unknown): boolean {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

/** Exactly one of arrival, rate and concurrency. */
function readPace(reader: OptionReader, durationMs: number): Arrival {
  const given = ["arrival", "rate", "concurrency"].filter((key) => reader.has(key));
  if (given.length !== 1) {
    reader.problem(
      given.length === 0 ? "nothing says how many requests" : `${given.join(" and ")} are given together`,
      "give one of arrival: poisson(400), rate: 100 and concurrency: 8",
    );
    return { kind: "constant", perSecond: 1 };
  }
  if (reader.has("concurrency")) {
    return { kind: "closed", concurrency: reader.whole("concurrency", 1, undefined, MOST_CLIENTS) };
  }
  if (reader.has("rate")) {
    return { kind: "constant", perSecond: above(reader.perSecond("rate"), "rate", reader) };
  }
  const part = reader.raw("arrival");
  if (part instanceof ArrivalPart) return readArrival(part, reader, durationMs);
  reader.problem(
    `arrival is ${show(part)}`,
    "make it with constant(), poisson(), ramp(), spike() or steps()",
  );
  return { kind: "constant", perSecond: 1 };
}

function above(perSecond: number, what: string, reader: OptionReader): number {
  if (perSecond > 0) return perSecond;
  reader.problem(`${what} must be above 0`, "write a number a second");
  return 1;
}

function readArrival({ arrival, args }: ArrivalPart, reader: OptionReader, durationMs: number): Arrival {
  const late = (what: string, atMs: number): void => {
    if (durationMs > 0 && atMs >= durationMs) {
      reader.problem(
        `${arrival}(): ${what} ${atMs / 1000} s after the start, when the run of ${
          durationMs / 1000
        } s is over`,
        "let it begin earlier, or make the run longer",
      );
    }
  };
  switch (arrival) {
    case "constant":
    case "poisson":
      return { kind: arrival, perSecond: rateOfArrival(args[0], arrival, reader) };
    case "ramp": {
      const options = reader.nested(args[0], "ramp()");
      const rates = { fromPerSecond: options.perSecond("from"), toPerSecond: options.perSecond("to") };
      options.end();
      if (rates.fromPerSecond + rates.toPerSecond === 0) {
        options.problem("both rates are 0", "raise one of them");
      }
      return { kind: "ramp", ...rates };
    }
    case "spike": {
      const options = reader.nested(args[0], "spike()");
      const spike = {
        perSecond: options.perSecond("base"),
        peakPerSecond: above(options.perSecond("peak"), "peak", options),
        atMs: options.duration("at"),
        forMs: options.span("for"),
      };
      options.end();
      late("it begins", spike.atMs);
      return { kind: "spike", ...spike };
    }
    case "steps": {
      const options = reader.nested(args[1], "steps()");
      const eachMs = options.span("each");
      options.end();
      const rates = Array.isArray(args[0]) ? args[0] : [];
      if (rates.length === 0) options.problem("it has no rates", 'write steps([100, 200], { each: "10s" })');
      const perSecond = rates.map((rate) => rateOfArrival(rate, "steps", reader, true));
      if (rates.length > 0 && perSecond.every((rate) => rate === 0)) {
        options.problem("all its rates are 0", "raise one of them");
      }
      late("its last step begins", eachMs * (perSecond.length - 1));
      return { kind: "steps", perSecond, eachMs };
    }
  }
}

function rateOfArrival(value: unknown, name: string, reader: OptionReader, mayBeZero = false): number {
  const rate = perSecondOf(value);
  if (rate !== null && (rate > 0 || mayBeZero)) return rate;
  reader.problem(`${name}(): the rate is ${show(value)}`, 'write a number a second above 0, or "300/s"');
  return 1;
}
